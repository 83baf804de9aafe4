//! The command line as a user sees it: what is printed, and how it exits.

#[path = "cli/check.rs"]
mod check;
#[path = "cli/decisions.rs"]
mod decisions;
#[path = "cli/diff.rs"]
mod diff;
#[path = "cli/explain.rs"]
mod explain;
#[path = "cli/export.rs"]
mod export;
#[path = "cli/faults.rs"]
mod faults;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/fmt.rs"]
mod fmt;
#[path = "cli/hostile.rs"]
mod hostile;
#[path = "cli/import.rs"]
mod import;
#[path = "cli/init.rs"]
mod init;
#[path = "cli/pinned.rs"]
mod pinned;
#[path = "cli/report.rs"]
mod report;
#[path = "cli/rules.rs"]
mod rules;
#[path = "cli/sarif.rs"]
mod sarif;
#[path = "cli/settings.rs"]
mod settings;
#[path = "cli/test.rs"]
mod test;

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The day of every test.
const TODAY: &str = "2026-11-23";

/// What a run of the program left.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    /// The output as JSON.
    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }

    /// The one run of a SARIF log.
    #[track_caller]
    fn sarif(&self) -> Value {
        let mut log = self.json();
        assert_eq!(log["runs"].as_array().map(Vec::len), Some(1));
        log["runs"][0].take()
    }

    #[track_caller]
    fn exits(self, code: i32) -> Run {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.out, self.err
        );
        self
    }

    #[track_caller]
    fn says(self, text: &str) -> Run {
        assert!(
            self.out.contains(text) || self.err.contains(text),
            "no {text:?} in\n{}\n{}",
            self.out,
            self.err
        );
        self
    }

    #[track_caller]
    fn never_says(self, text: &str) -> Run {
        assert!(
            !self.out.contains(text) && !self.err.contains(text),
            "{text:?} in\n{}\n{}",
            self.out,
            self.err
        );
        self
    }
}

/// A folder of its own for a test, with files in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a folder can be made"));
        files
            .iter()
            .for_each(|(name, text)| folder.write(name, text));
        folder
    }

    /// A copy of one of the example models.
    fn of_model(name: &str) -> Folder {
        let folder = Folder::new(&[]);
        let from = models().join(name);
        for entry in walkdir::WalkDir::new(&from) {
            let entry = entry.expect("the examples can be read");
            if entry.file_type().is_file() {
                let name = entry
                    .path()
                    .strip_prefix(&from)
                    .expect("it is below the folder");
                let text = fs::read_to_string(entry.path()).expect("the examples can be read");
                folder.write(&name.to_string_lossy(), &text);
            }
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in the folder"))
            .expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }

    #[track_caller]
    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file is there")
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
        run_in(self.0.path(), arguments, environment)
    }

    /// `threatline check` on the day of the tests.
    fn check(&self, arguments: &[&str]) -> Run {
        self.run(&[&["check", "--today", TODAY], arguments].concat())
    }
}

fn run_in(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_threatline"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR")
        .env_remove("CLICOLOR_FORCE")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
    Run {
        code: output.status.code().expect("the program was not killed"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn models() -> PathBuf {
    root().join("tests/models")
}

/// A model with one open threat of a severity. Its element states nothing, so that no rule finds
/// more.
fn with_threat(severity: &str) -> Folder {
    let text = format!(
        "process shop\nprocess stock\nflow ask: shop -> stock\nasset orders {{ classification: internal }}\n\
         threat theft \"Goods leave unpaid\" {{ category: tampering targets: shop affects: orders likelihood: \
         {severity} impact: {severity} }}\n"
    );
    let settings = "[diagnostics]\nunused-asset = \"off\"\nempty-flow = \"off\"\n";
    Folder::new(&[("threatline.toml", settings), ("shop.threat", &text)])
}

/// The values of a list.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
