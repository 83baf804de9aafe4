//! What goes wrong around the program: a disk that is full, a file that vanishes, a pipe that is
//! closed, a kill at any moment. What was there stays whole, and the failure is told.
#![cfg(unix)]

use crate::{Folder, Run, root};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};
use threatline_testkit::cases;

const LOOSE: &str = "process   shop   \"Shop\" {technology:web_service}\n";
const CANONICAL: &str = "process shop \"Shop\" { technology: web_service }\n";

/// A document that becomes several files, of which one is long.
fn documents() -> [(&'static str, String); 2] {
    let model = |id: &str, count: usize| {
        let component = |at| {
            format!(
                r#"{{ "id": "{id}{at}", "name": "{id} {at}", "type": "process", "parent": {{ "trustZone": "z" }} }}"#
            )
        };
        let components = (0..count).map(component).collect::<Vec<_>>().join(",");
        format!(
            r#"{{ "otmVersion": "0.2.0", "project": {{ "name": "{id}", "id": "{id}" }},
            "trustZones": [{{ "id": "z", "name": "Zone" }}], "components": [{components}] }}"#
        )
    };
    [
        ("a.json", model("short", 1)),
        ("b.json", model("long", 1000)),
    ]
}

fn many(count: usize) -> String {
    (0..count)
        .map(|at| format!("process   part{at}   \"Part {at}\" {{technology:web_service}}\n"))
        .collect()
}

/// Runs the program by a shell, in which `{}` stands for it.
fn by_shell(folder: &Folder, script: &str) -> Run {
    let program = format!("'{}'", env!("CARGO_BIN_EXE_threatline"));
    let output = Command::new("sh")
        .args(["-c", &script.replace("{}", &program)])
        .current_dir(folder.path("."))
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell");
    let text = |bytes| String::from_utf8(bytes).expect("what is printed is UTF-8");
    Run {
        code: output.status.code().unwrap_or(-1),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// The files of a folder and below it, and what they hold.
fn files(folder: &Folder) -> BTreeMap<String, String> {
    let entries = walkdir::WalkDir::new(folder.path("."))
        .into_iter()
        .flatten();
    let files = entries.filter(|entry| entry.file_type().is_file());
    let name = |path: &Path| {
        path.strip_prefix(folder.path("."))
            .expect("it is below")
            .to_string_lossy()
            .into_owned()
    };
    files
        .map(|entry| {
            (
                name(entry.path()),
                fs::read_to_string(entry.path()).expect("it is text"),
            )
        })
        .collect()
}

/// A disk on which nothing more has room is played by a limit on the length of files.
#[test]
fn what_has_no_room_on_the_disk_changes_nothing() {
    let folder = Folder::new(&[("a.threat", &many(1000)), ("page.html", "old")]);
    documents()
        .iter()
        .for_each(|(name, text)| folder.write(name, text));
    let before = files(&folder);
    for call in [
        "fmt",
        "report --out page.html",
        "export --to json --out page.html",
        "export --to otm --out new.json",
        "import a.json b.json --to .",
    ] {
        // Eight blocks are enough for the short one of the imported files.
        by_shell(
            &folder,
            &format!("trap '' XFSZ; ulimit -f 8; exec {{}} {call}"),
        )
        .exits(2)
        .says("cannot write");
        assert_eq!(files(&folder), before, "{call}");
    }
    by_shell(&folder, "trap '' XFSZ; ulimit -f 0; exec {} init new")
        .exits(2)
        .says("cannot write");
    assert_eq!(files(&folder), before);
}

#[test]
fn where_no_folder_can_be_nothing_is_written() {
    let folder = Folder::new(&[("a.threat", CANONICAL)]);
    documents()
        .iter()
        .for_each(|(name, text)| folder.write(name, text));
    let before = files(&folder);
    for call in [
        &["report", "--out", "a.threat/page.html"][..],
        &["export", "--to", "otm", "--out", "no/where.json"],
        &["import", "a.json", "--to", "a.threat"],
        &["init", "a.threat/below"],
    ] {
        folder.run(call).exits(2).says("error: ");
        assert_eq!(files(&folder), before, "{call:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_takes_nothing_is_an_error_and_no_panic() {
    let folder = Folder::new(&[("a.threat", LOOSE), ("a.test.threat", "process a\n")]);
    documents()
        .iter()
        .for_each(|(name, text)| folder.write(name, text));
    for call in [
        "check",
        "check --format json",
        "check --format sarif",
        "check --format github --fail-on low",
        "explain missing-mitigation",
        "export --to otm",
        "fmt",
        "report",
        "rules",
        "diff . .",
        "import a.json --to imported",
        "init started",
    ] {
        by_shell(&folder, &format!("exec {{}} {call} >/dev/full"))
            .exits(2)
            .says("No space left")
            .never_says("panicked");
        // Whoever stops reading has read enough.
        by_shell(&folder, &format!("exec {{}} {call} --nonsense 2>/dev/full")).exits(2);
    }
    assert_eq!(
        folder.read("a.threat"),
        CANONICAL,
        "it was formatted all the same"
    );
    by_shell(&folder, "exec {} check nowhere 2>/dev/full").exits(2);
    by_shell(
        &folder,
        "{} fmt --check | true; {} check | true; {} import a.json --to other | true",
    )
    .never_says("panicked");
    by_shell(&folder, "exec {} fmt --check <&- >&- 2>&-").exits(0);
}

#[test]
fn a_server_without_input_ends() {
    let folder = Folder::new(&[]);
    by_shell(&folder, "exec {} lsp <&-").exits(1);
    by_shell(&folder, "exec {} lsp </dev/null").exits(1);
    by_shell(&folder, "exec {} lsp </dev/null >&-").exits(1);
}

#[test]
fn a_file_that_vanishes_while_models_are_read_is_none_of_them() {
    let folder = Folder::new(&[("z.threat", "asset kept { classification: public }\n")]);
    let name = |at| folder.path(&format!("part{at}.threat"));
    let ends = Instant::now() + Duration::from_secs(cases(1, 3) as u64);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while Instant::now() < ends {
                (0..200)
                    .for_each(|at| fs::write(name(at), "asset some\n").expect("it can be written"));
                (0..200).for_each(|at| fs::remove_file(name(at)).expect("it can be removed"));
            }
        });
        while Instant::now() < ends {
            folder
                .check(&["--fail-on", "never"])
                .never_says("unreadable-file")
                .never_says("cannot read")
                .says("`kept`");
        }
    });
}

/// Runs a command again and again and kills it, each time a little later. Whatever file is there is
/// as it was or as it is to be, and what is left of those that were being written is gone after a
/// run on another day.
fn killed(files_before: &[(&str, &str)], call: &[&str]) {
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_threatline"));
        command
            .args(call)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    };
    let finished = Folder::new(files_before);
    let began = Instant::now();
    assert!(
        start()
            .current_dir(finished.path("."))
            .status()
            .expect("it starts")
            .success(),
        "{call:?}"
    );
    let whole = began.elapsed();
    let (old, new) = (Folder::new(files_before), files(&finished));
    let old = files(&old);
    let folder = Folder::new(files_before);
    let kills = cases(4, 25);
    for kill in 0..kills {
        let mut child = start()
            .current_dir(folder.path("."))
            .spawn()
            .expect("it starts");
        // Most of the time goes by before anything is written.
        std::thread::sleep(whole.mul_f64(0.5 + 0.7 * kill as f64 / kills as f64));
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
        for (name, text) in files(&folder) {
            let is_left = Path::new(&name)
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with(".threatline-"));
            assert!(
                is_left || old.get(&name) == Some(&text) || new.get(&name) == Some(&text),
                "{call:?}: {name} is cut off"
            );
        }
        for (name, text) in &old {
            folder.write(name, text);
        }
        for name in new.keys().filter(|name| !old.contains_key(*name)) {
            let _ = fs::remove_file(folder.path(name));
        }
    }
    for entry in walkdir::WalkDir::new(folder.path("."))
        .into_iter()
        .flatten()
    {
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with(".threatline-")
        {
            age(entry.path());
        }
    }
    assert!(
        start()
            .current_dir(folder.path("."))
            .status()
            .expect("it starts")
            .success()
    );
    assert_eq!(files(&folder), new, "{call:?}");
}

/// Makes a file a day older.
fn age(path: &Path) {
    let file = fs::File::options()
        .write(true)
        .open(path)
        .expect("it is there");
    file.set_modified(SystemTime::now() - Duration::from_secs(86_400))
        .expect("it can be older");
}

#[test]
fn killed_at_any_moment_files_are_whole() {
    let model = many(cases(40, 300));
    killed(
        &[
            ("a.threat", &model),
            ("b.threat", &model),
            ("parts/c.threat", &model),
        ],
        &["fmt"],
    );
    let named = ("threatline.toml", "[model]\nname = \"Parts\"\n");
    killed(
        &[("a.threat", &model), named, ("page.html", "old")],
        &["report", "--out", "page.html"],
    );
    killed(
        &[("a.threat", &model), named, ("model.json", "{}")],
        &["export", "--to", "json", "--out", "model.json"],
    );
    let documents = documents();
    let documents = documents
        .each_ref()
        .map(|(name, text)| (*name, text.as_str()));
    killed(
        &documents,
        &["import", "a.json", "b.json", "--to", "design"],
    );
    killed(&[], &["init", "."]);
}

#[test]
fn only_what_runs_that_were_killed_left_is_cleared_away() {
    let folder = Folder::new(&[("a.threat", LOOSE)]);
    for name in [
        ".threatline-aB3dE6",
        ".threatline-notes.md",
        ".threatline-abcde",
        ".threatline",
        "threatline-aB3dE6",
    ] {
        folder.write(name, "x");
        age(&folder.path(name));
    }
    folder.write(".threatline-fresh1", "x");
    std::os::unix::fs::symlink("a.threat", folder.path(".threatline-linked"))
        .expect("links can be made");
    fs::create_dir(folder.path(".threatline-folder")).expect("a folder can be made");
    folder.run(&["check"]);
    assert!(
        folder.path(".threatline-aB3dE6").exists(),
        "who only reads removes nothing"
    );
    folder.run(&["fmt"]).exits(0).says("formatted");
    let mut left: Vec<String> = files(&folder).into_keys().collect();
    left.sort();
    let expected = [
        ".threatline",
        ".threatline-abcde",
        ".threatline-fresh1",
        ".threatline-notes.md",
        "a.threat",
        "threatline-aB3dE6",
    ];
    assert_eq!(left, expected);
    assert!(
        folder.path(".threatline-linked").is_symlink()
            && folder.path(".threatline-folder").is_dir()
    );
}

/// What can be a secret is shown to nobody, and what never ends is not waited for.
#[test]
fn links_of_a_stranger_lead_to_no_other_kind_of_file() {
    let elsewhere = Folder::new(&[
        ("secret.txt", "TOP-SECRET = {\n"),
        ("other/threatline.toml", "[model]\nname = \"Other\"\n"),
    ]);
    let secret = elsewhere.path("secret.txt");
    let link = |to: &Path, folder: &Folder, at: &str| {
        std::os::unix::fs::symlink(to, folder.path(at)).expect("a link")
    };
    for name in ["x.threat", "threatline.toml"] {
        let folder = Folder::new(&[("a.threat", CANONICAL)]);
        link(&secret, &folder, name);
        for call in [
            &["check"][..],
            &["check", "--format", "sarif"],
            &["fmt"],
            &["report"],
            &["test"],
            &["diff", ".", "."],
        ] {
            folder.run(call).never_says("TOP-SECRET");
        }
        folder
            .check(&[])
            .exits(2)
            .says("this symbolic link leads to a file of another kind and is not followed");
        assert_eq!(elsewhere.read("secret.txt"), "TOP-SECRET = {\n");
    }
    let folder = Folder::new(&[("a.threat", CANONICAL)]);
    link(
        &elsewhere.path("other/threatline.toml"),
        &folder,
        "threatline.toml",
    );
    folder.check(&[]).exits(1).says("Other: ");
    for device in ["/dev/zero", "/dev/stdin", "/proc/self/environ"] {
        let folder = Folder::new(&[("a.threat", CANONICAL)]);
        link(Path::new(device), &folder, "threatline.toml");
        link(Path::new(device), &folder, "b.threat");
        assert_ne!(
            folder
                .run_with(&["check"], &[("SECRET", "TOP-SECRET")])
                .never_says("TOP-SECRET")
                .code,
            101,
            "{device}"
        );
    }
    let folder = Folder::new(&[("a.threat", CANONICAL)]);
    assert!(
        Command::new("mkfifo")
            .arg(folder.path("threatline.toml"))
            .status()
            .is_ok_and(|made| made.success())
    );
    folder
        .check(&[])
        .exits(2)
        .says("threatline.toml: the path is neither a file nor a folder");
}

#[test]
fn settings_that_are_too_long_or_too_deep_are_reported() {
    let deep = |text: String| {
        let folder = Folder::new(&[("a.threat", CANONICAL), ("threatline.toml", &text)]);
        folder.check(&[]).exits(2).says("invalid-setting");
    };
    let many = 50_000;
    deep(format!("a = {}", "[".repeat(many)));
    deep(format!("a = {}", "{a=".repeat(many)));
    deep(format!("{}a = 1", "a.".repeat(many)));
    deep(format!("[{}a]\nb = 1", "a.".repeat(many)));
    deep(format!("[rules]\n{}enabled = false", "a.".repeat(many)));
    let folder = Folder::new(&[
        ("a.threat", CANONICAL),
        ("threatline.toml", &"# much\n".repeat(10 << 20)),
    ]);
    folder
        .check(&[])
        .exits(2)
        .says("threatline.toml: the file is larger than");
}

/// Documents that become larger than they are, or have no end.
#[test]
fn bombs_are_reported_and_nothing_is_written() {
    let lists = |merge: &str| -> String {
        let line = |at: u32| {
            format!(
                "a{at}: &a{at} {}\n",
                merge.replace('$', &format!("*a{}", at - 1))
            )
        };
        (1..40).map(line).collect()
    };
    let yaml = "threagile_version: 1.0.0\n";
    let entities: String = (1..12)
        .map(|at| {
            format!(
                "<!ENTITY a{at} \"{}\">",
                format!("&a{};", at - 1).repeat(10)
            )
        })
        .collect();
    let outside = root().join("README.md");
    for (name, text) in [
        (
            "a.yaml",
            format!(
                "{yaml}a0: &a0 [x]\n{}",
                lists("[$, $, $, $, $, $, $, $, $]")
            ),
        ),
        (
            "a.yaml",
            format!(
                "{yaml}a0: &a0 {{x: y}}\n{}",
                lists("{b: $, c: $, d: $, e: $, f: $}")
            ),
        ),
        ("a.yaml", format!("{yaml}a: &a [*a]\n")),
        ("a.yaml", format!("{yaml}a: {}", "[".repeat(50_000))),
        ("a.yaml", format!("{yaml}a:\n{}x", "- ".repeat(50_000))),
        (
            "a.json",
            format!(
                r#"{{ "otmVersion": "0.2.0", "a": {}"#,
                r#"{"a":"#.repeat(50_000)
            ),
        ),
        (
            "a.tm7",
            format!("<!DOCTYPE x [<!ENTITY a0 \"a\">{entities}]><ThreatModel>&a11;</ThreatModel>"),
        ),
        (
            "a.tm7",
            format!(
                "<!DOCTYPE x [<!ENTITY a SYSTEM \"{}\">]><ThreatModel>&a;</ThreatModel>",
                outside.display()
            ),
        ),
        (
            "a.tm7",
            format!(
                "<ThreatModel>{}{}</ThreatModel>",
                "<a>".repeat(50_000),
                "</a>".repeat(50_000)
            ),
        ),
        (
            "a.hcl",
            format!("threatmodel \"x\" {{ a = {}", "[".repeat(50_000)),
        ),
        (
            "a.hcl",
            format!("threatmodel \"x\" {{ {}", "a {".repeat(50_000)),
        ),
        (
            "a.hcl",
            format!("threatmodel \"x\" {{ a = {}", "\"${".repeat(50_000)),
        ),
    ] {
        let folder = Folder::new(&[(name, &text)]);
        folder
            .run(&["import", name, "--to", "design"])
            .exits(2)
            .says("nothing was written");
        assert!(!folder.path("design").exists());
    }
}

#[test]
fn an_invalid_date_is_reported_with_a_valid_one() {
    Folder::of_model("starter")
        .run(&["check", "--today", "yesterday"])
        .exits(2)
        .says("`yesterday` is not a date; write one such as 2026-11-23");
}

#[test]
fn a_file_that_cannot_be_written_is_named_as_it_was_given() {
    Folder::of_model("starter")
        .run(&["report", "--out", "nowhere/x.html"])
        .exits(2)
        .says("cannot write `nowhere/x.html`")
        .never_says(".threatline-");
}
