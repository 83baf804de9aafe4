//! Attributes that elements, boundaries and flows share, and their controls. It must not know which
//! of them is which kind of element.

use super::keys::Keys;
use super::terms::{DERIVED, MITIGATIONS};
use crate::draft::{Fact, Item};
use crate::tree::{Fields, KEPT};
use threatline_model::Kind;

/// A word of one of pytm's lists: `Classification.SECRET` in what it prints, `SECRET` in what it
/// reads.
pub fn list_word(fields: &Fields<'_>, name: &str) -> Option<String> {
    let text = fields.text(name)?;
    let word = text.rsplit('.').next().unwrap_or_default().to_owned();
    Some(word).filter(|word| !matches!(word.as_str(), "UNKNOWN" | "NONE" | ""))
}

/// Keeps such a word as a comment after what it is called there.
pub fn keep_list_word(fields: &Fields<'_>, name: &str, label: &str, item: &mut Item) {
    if let Some(word) = list_word(fields, name) {
        let word = word.replace('_', " ").to_lowercase();
        fields.keep(&mut item.comments, name, KEPT, format!("{label}: {word}"));
    }
}

/// Puts an element or a boundary into its boundary.
pub fn place(fields: &Fields<'_>, keys: &Keys, item: &mut Item) {
    let Some(name) = fields.text("inBoundary") else {
        return;
    };
    item.place = keys.boundaries.get(&name).cloned();
    if item.place.is_none() {
        fields.keep(
            &mut item.comments,
            "inBoundary",
            "kept in a comment: there is no such boundary",
            format!("in boundary: {name}"),
        );
    }
}

/// Reads what every element, boundary and flow says.
pub fn read(fields: &Fields<'_>, item: &mut Item) {
    fields.skip(DERIVED);
    // That of a flow is worked out from what it carries.
    if item.kind != Kind::Flow {
        keep_list_word(fields, "maxClassification", "most sensitive data", item);
    }
    keep_list_word(fields, "minTLSVersion", "least TLS version", item);
    fields.skip(&["maxClassification"]);
    for file in fields.texts("sourceFiles") {
        if item.kind == Kind::Process {
            item.state("source", Fact::Text(file));
        } else {
            fields.keep(
                &mut item.comments,
                "sourceFiles",
                "kept in a comment: only processes have it",
                format!("source: {file}"),
            );
        }
    }
    read_controls(fields, item);
}

/// A control: in a group of their own, or, as older versions print them, in addition to the rest.
pub fn control(fields: &Fields<'_>, name: &str) -> Option<String> {
    let group = fields
        .group("controls")
        .filter(|controls| controls.node(name).is_some());
    let text = match &group {
        Some(controls) => controls.text(name),
        None => fields.text(name),
    };
    text.filter(|text| !matches!(text.to_lowercase().as_str(), "false" | "no" | "none"))
}

/// States the controls that are mitigations of the library, and keeps the others.
fn read_controls(fields: &Fields<'_>, item: &mut Item) {
    let has_mitigations = matches!(
        item.kind,
        Kind::Process | Kind::External | Kind::Store | Kind::Flow | Kind::Boundary
    );
    for (name, mitigation) in MITIGATIONS.iter().filter(|_| has_mitigations) {
        if control(fields, name).is_some() {
            item.library("mitigations", &[*mitigation]);
        }
    }
    if item.kind == Kind::Store && control(fields, "isEncryptedAtRest").is_some() {
        item.word("encryption", Some("at_rest"));
    }
    let Some(controls) = fields.group("controls") else {
        return;
    };
    for (name, _) in MITIGATIONS {
        controls.skip(&[name]);
    }
    if item.kind == Kind::Store {
        controls.skip(&["isEncryptedAtRest"]);
    }
    // These are about the flows that come in.
    if item.kind != Kind::Boundary {
        controls.skip(&[
            "isEncrypted",
            "authorizesSource",
            "authenticatesSource",
            "authenticationScheme",
            "usesVPN",
        ]);
    }
    if item.kind == Kind::Flow {
        controls.skip(&["usesMFA"]);
    }
    let others: Vec<String> = controls
        .rest()
        .into_iter()
        .map(|line| match line.strip_suffix(": yes") {
            Some(name) => name.to_owned(),
            None => line,
        })
        .collect();
    if !others.is_empty() {
        item.comment(format!("controls: {}", others.join(", ")));
    }
}
