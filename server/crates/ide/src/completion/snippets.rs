//! Declarations with what each is best written with, and places to fill in. It must not know a
//! model.

use threatline_model::{Date, Kind};

/// A declaration as a snippet. A boundary is one that it may be placed in.
pub fn snippet(kind: Kind, boundary: Option<&str>, until: Date) -> String {
    let word = kind.word();
    let place = boundary.map(|boundary| format!(" in ${{3:{boundary}}}"));
    let place = place.unwrap_or_default();
    let heading = format!("{word} ${{1:name}} \"${{2:Title}}\"");
    match kind {
        Kind::Component => format!("{heading} {{\n  owner: \"$0\"\n}}"),
        Kind::Boundary => format!("{heading} {{ kind: $0 }}"),
        Kind::Asset => format!("{heading} {{ classification: $0 }}"),
        Kind::External => format!("{heading}{place} {{ kind: $0 }}"),
        Kind::Process | Kind::Store => format!("{heading}{place} {{\n  technology: $0\n}}"),
        Kind::Flow => {
            format!("{heading}: ${{3:source}} -> ${{4:target}} {{\n  protocol: $0\n}}")
        }
        Kind::Threat => {
            format!("{heading} {{\n  category: ${{3:spoofing}}\n  targets: $0\n}}")
        }
        Kind::Mitigation => format!("{heading} {{\n  based_on: $0\n}}"),
        Kind::Accept => format!(
            "accept ${{1:name}} {{\n  findings: $0\n  by: \"${{2:who}}\"\n  \
             until: ${{3:{until}}}\n  because: \"${{4:why}}\"\n}}"
        ),
        Kind::Dismiss => "dismiss ${1:name} {\n  finding: $0\n  by: \"${2:who}\"\n  \
                          because: \"${3:why}\"\n  while: ${4:in_scope}\n}"
            .to_owned(),
        Kind::Assumption => {
            "assumption ${1:name} \"${2:What is assumed}\" {\n  about: $0\n}".to_owned()
        }
        Kind::Technology | Kind::Protocol => format!("{heading} {{ is: $0 }}"),
        Kind::Rule => format!(
            "{heading} {{\n  on: ${{3:process}}\n  category: ${{4:tampering}}\n  when: $0\n  \
             advice: \"${{5:What to do.}}\"\n}}"
        ),
        Kind::Expect => "expect {\n  found: $0\n}".to_owned(),
    }
}
