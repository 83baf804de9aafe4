//! What tests share: models written as one string, all diagnostics of a model as text, and large
//! models for measuring. It must not test anything itself.
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

mod cursor;
mod fixtures;
mod generate;
mod render;
mod thoroughness;

pub use cursor::{Cursor, example_models, written};
pub use fixtures::{TODAY, fixture, workspace, workspace_with};
pub use generate::{Random, generate, generate_one_file, generate_short};
pub use render::{render, render_diagnostic, render_file, render_findings};
pub use thoroughness::{cases, is_thorough, stride};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixture_is_many_files() {
        let files = fixture("process a\n//- b.threat\nprocess b\n//- threatline.toml\n[model]\n");
        let paths: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["model.threat", "b.threat", "threatline.toml"]);
        assert_eq!(files[1].1, "process b\n");
    }

    #[test]
    fn a_nested_settings_file_starts_a_model_of_its_own() {
        let files =
            fixture("//- a.threat\nasset x\n//- in/threatline.toml\n//- in/a.threat\nasset y\n");
        let workspace = workspace(&files);
        let roots: Vec<_> = workspace
            .models()
            .map(|model| model.root(workspace.db()).to_string())
            .collect();
        assert_eq!(roots, ["", "in"]);
        assert!(render(&workspace).contains("in/a.threat:1:7 error[missing-property]"));
    }

    #[test]
    fn generated_models_have_the_size_asked_for_and_are_mostly_quiet() {
        let files = generate(1000);
        let workspace = workspace(&files);
        let model = workspace.model("").unwrap();
        let db = workspace.db();
        let declarations = || {
            model
                .files(db)
                .iter()
                .flat_map(|file| file.declarations(db).iter())
        };
        assert_eq!(
            declarations()
                .filter(|decl| decl.kind(db).is_element())
                .count(),
            1000
        );
        let text = render(&workspace);
        let lines = text.lines().filter(|line| !line.starts_with(' ')).count();
        let wrong: Vec<_> = text
            .lines()
            .filter(|line| !line.starts_with(' '))
            .filter(|line| {
                !["missing-mitigation", "unstated-fact"]
                    .iter()
                    .any(|code| line.contains(code))
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(
            (10..=120).contains(&lines),
            "{lines} diagnostics in {} files:\n{text}",
            files.len()
        );
        assert_eq!(files, generate(1000));
    }
}
