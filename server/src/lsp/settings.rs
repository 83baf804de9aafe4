//! What a user wants to see, as the editor sends it. The settings of a model are in its
//! `threatline.toml`, and not here.

use serde_json::Value;
use threatline_ide::code_lens::CodeLensConfig;
use threatline_ide::inlay_hints::InlayHintsConfig;

/// The settings of an editor, in the section `threatline`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `inlayHints.sensitivity`, `.severity` and `.state`.
    pub hints: InlayHintsConfig,
    /// `codeLens.findings`, `.coverage` and `.references`.
    pub lenses: CodeLensConfig,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            hints: InlayHintsConfig {
                sensitivity: true,
                severity: true,
                state: true,
            },
            lenses: CodeLensConfig {
                findings: true,
                coverage: true,
                references: true,
            },
        }
    }
}

impl Settings {
    /// Reads settings, and lists what is wrong in them. What is wrong or missing has its default.
    pub fn read(sent: &Value) -> (Settings, Vec<String>) {
        let mut settings = Settings::default();
        let mut problems = Vec::new();
        // Some clients send the section by itself, others within what they have.
        let section = sent.get("threatline").unwrap_or(sent);
        let Settings { hints, lenses } = &mut settings;
        for (group, name, setting) in [
            ("inlayHints", "sensitivity", &mut hints.sensitivity),
            ("inlayHints", "severity", &mut hints.severity),
            ("inlayHints", "state", &mut hints.state),
            ("codeLens", "findings", &mut lenses.findings),
            ("codeLens", "coverage", &mut lenses.coverage),
            ("codeLens", "references", &mut lenses.references),
        ] {
            match section.get(group).and_then(|group| group.get(name)) {
                None | Some(Value::Null) => {}
                Some(Value::Bool(wanted)) => *setting = *wanted,
                Some(other) => problems.push(format!(
                    "the setting `threatline.{group}.{name}` must be `true` or `false`, not \
                     `{other}`"
                )),
            }
        }
        (settings, problems)
    }
}
