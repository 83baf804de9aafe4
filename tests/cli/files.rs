//! Which files are a model: its root, nested models, what is passed over, and files that cannot be
//! read.

use crate::Folder;
use std::fs;

const LONELY: &str = "process lonely\nasset note { classification: public }\n\
                      process one\nstore two\nflow one -> two { sends: note }\n";

/// A model whose every file gives a diagnostic of its own.
fn nested() -> Folder {
    Folder::new(&[
        ("threatline.toml", "[model]\nname = \"Outer\"\n"),
        (
            "a.threat",
            "component a\nprocess first\nasset note { classification: public }\n",
        ),
        (
            "parts/b.threat",
            "component b\nprocess second\nflow second -> a.first\n",
        ),
        ("inner/threatline.toml", "[model]\nname = \"Inner\"\n"),
        (
            "inner/a.threat",
            "component a\nprocess third\nasset note { classification: public }\n\
             process one\nstore two\nflow one -> two { sends: note }\n",
        ),
    ])
}

#[test]
fn a_folder_above_the_current_one_is_checked_completely() {
    let folder = Folder::new(&[
        ("a/a.threat", "asset a { classification: public }\n"),
        ("b/b.threat", "asset b { classification: public }\n"),
    ]);
    let above = folder.path("").to_string_lossy().into_owned();
    let run = crate::run_in(&folder.path("a"), &["check", &above], &[]).exits(0);
    run.says("carries `a`").says("carries `b`");
    let run = crate::run_in(&folder.path("a"), &["check", ".."], &[]).exits(0);
    run.says("carries `a`").says("carries `b`");
}

#[test]
fn a_nested_model_is_a_model_of_its_own() {
    let folder = nested();
    let run = folder
        .check(&[])
        .exits(0)
        .says("Outer: ")
        .says("Inner: ")
        .says("`a.third`");
    assert!(
        !run.out.contains("duplicate-declaration"),
        "both have a component `a`: {}",
        run.out
    );
    folder
        .check(&["inner"])
        .exits(0)
        .says("Inner: ")
        .never_says("Outer: ");
    folder
        .check(&["parts"])
        .exits(0)
        .says("Outer: ")
        .never_says("Inner: ");
}

#[test]
fn the_whole_model_is_read_and_only_the_file_is_reported() {
    let folder = nested();
    let run = folder
        .check(&["parts/b.threat"])
        .exits(0)
        .says("1 element and 1 flow in 1 file");
    assert!(
        !run.out.contains("unresolved-reference"),
        "`a.first` is in another file: {}",
        run.out
    );
    folder.write(
        "a.threat",
        "component a\nasset note { classification: public } process first\nprocess {\n",
    );
    folder
        .check(&["parts/b.threat"])
        .exits(0)
        .never_says("a.threat:");
    folder.check(&["a.threat"]).exits(2).says("a.threat:3:");
}

#[test]
fn overlapping_paths_are_reported_once() {
    let folder = Folder::new(&[("m/a.threat", LONELY)]);
    let run = folder.check(&["m", "m/a.threat", "m/../m"]).exits(0);
    assert_eq!(
        run.out.matches("isolated-element").count(),
        1,
        "{}",
        run.out
    );
}

#[test]
fn hidden_folders_and_packages_are_passed_over() {
    let folder = Folder::new(&[
        ("a.threat", "boundary b\n"),
        (".git/x.threat", LONELY),
        ("web/node_modules/p/x.threat", LONELY),
        ("parts/.cache/x.threat", LONELY),
    ]);
    folder.check(&[]).exits(0).never_says("lonely");
    folder.run(&["fmt", "--check"]).exits(0).says("0 of 1 file");
}

#[test]
fn a_call_that_checks_no_file_does_not_pass() {
    let folder = Folder::new(&[
        ("threatline.toml", ""),
        ("a.threat", LONELY),
        (".hidden/b.threat", LONELY),
    ]);
    fs::create_dir(folder.path("empty")).expect("a folder can be made");
    folder.write("notes.txt", "notes");
    for path in ["empty", ".hidden", "notes.txt"] {
        folder
            .check(&[path])
            .exits(2)
            .says("there is no `.threat` file in")
            .says(path);
    }
    Folder::new(&[])
        .check(&[])
        .exits(2)
        .says("`threatline init` creates a model");
    Folder::new(&[("threatline.toml", "")]).check(&[]).exits(2);
    Folder::new(&[("threatline.toml", "")])
        .check(&["threatline.toml"])
        .exits(2);
}

#[test]
fn a_folder_may_be_named_like_a_file() {
    let folder = Folder::new(&[("x.threat/a.threat", LONELY)]);
    folder
        .check(&[])
        .exits(0)
        .says("`x.threat` is a folder")
        .says("`lonely`");
    folder.check(&["x.threat"]).exits(0).says("`lonely`");
    folder.run(&["fmt", "--check"]).exits(0).says("0 of 1 file");
}

#[test]
fn an_empty_file_says_nothing() {
    let folder = Folder::new(&[
        ("empty.threat", ""),
        ("mark.threat", "\u{feff}"),
        ("blank.threat", "\n\n"),
    ]);
    folder
        .check(&[])
        .exits(0)
        .says("0 elements and 0 flows in 3 files");
    folder.run(&["fmt"]).exits(0);
    folder.check(&[]).exits(0);
}

#[test]
fn invalid_utf_8_is_reported_and_the_rest_is_read() {
    let folder = Folder::new(&[]);
    folder.write("a.threat", b"process lonely\nprocess other \"caf\xe9\"\n");
    let run = folder
        .check(&[])
        .exits(2)
        .says("the file is not UTF-8: byte 33 is 0xe9")
        .says("a.threat:2:19");
    run.says("`lonely`").says("`other`");
    folder
        .run(&["fmt"])
        .exits(2)
        .says("not formatted: a.threat: the file is not UTF-8");
    assert_eq!(
        fs::read(folder.path("a.threat")).expect("it is there"),
        b"process lonely\nprocess other \"caf\xe9\"\n"
    );
}

#[test]
fn paths_are_relative_to_the_current_folder() {
    let folder = Folder::new(&[("m/a.threat", LONELY)]);
    folder.check(&["m"]).exits(0).says("--> m/a.threat:1:9");
    folder
        .check(&[folder.path("m").to_string_lossy().as_ref()])
        .exits(0)
        .says("m/a.threat:1:9");
    let from_inside = crate::run_in(&folder.path("m"), &["check", "--today", crate::TODAY], &[]);
    from_inside
        .exits(0)
        .says("--> a.threat:1:9")
        .says("m: 3 elements");
}

#[cfg(unix)]
mod unix {
    use super::LONELY;
    use crate::Folder;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    #[test]
    fn links_that_go_round_end() {
        let folder = Folder::new(&[("m/a.threat", LONELY)]);
        symlink(".", folder.path("m/round")).expect("links can be made");
        symlink("..", folder.path("m/up.threat")).expect("links can be made");
        symlink("self.threat", folder.path("m/self.threat")).expect("links can be made");
        let run = folder
            .check(&["m"])
            .exits(2)
            .says("m/self.threat:1:1")
            .says("`m/up.threat` is a symbolic link to a folder");
        assert_eq!(run.out.matches("`lonely`").count(), 1, "{}", run.out);
        folder
            .run(&["fmt", "m"])
            .exits(0)
            .says("`m/self.threat` is a symbolic link and was skipped");
    }

    #[test]
    fn a_link_into_the_model_is_read_once_and_one_out_of_it_where_it_leads() {
        let folder = Folder::new(&[
            ("m/a.threat", LONELY),
            ("shared/common.threat", "process shared_one\n"),
        ]);
        symlink("a.threat", folder.path("m/again.threat")).expect("links can be made");
        symlink("../shared/common.threat", folder.path("m/common.threat"))
            .expect("links can be made");
        let run = folder
            .check(&["m"])
            .exits(0)
            .says("`shared_one`")
            .says("in 2 files");
        run.never_says("duplicate-declaration");
        folder
            .check(&["m/again.threat"])
            .exits(0)
            .says("`lonely`")
            .says("in 1 file");
    }

    /// Root reads whatever is there, so what cannot be read is a link that leads nowhere, and a
    /// pipe, which must not be waited for.
    #[test]
    fn unreadable_files_are_reported_and_the_rest_is_read() {
        let folder = Folder::new(&[("a.threat", LONELY)]);
        symlink("nowhere.threat", folder.path("dangling.threat")).expect("links can be made");
        let made = Command::new("mkfifo")
            .arg(folder.path("pipe.threat"))
            .status();
        assert!(
            made.is_ok_and(|status| status.success()),
            "a pipe can be made"
        );
        let run = folder.check(&[]).exits(2).says("`lonely`");
        let run = run
            .says("dangling.threat:1:1")
            .says("pipe.threat:1:1")
            .says("neither a file nor a folder");
        assert_eq!(
            run.out.matches("error[unreadable-file]").count(),
            2,
            "{}",
            run.out
        );
        let run = folder
            .run(&["fmt"])
            .exits(2)
            .says("`dangling.threat` is a symbolic link and was skipped")
            .says("not formatted: pipe.threat");
        run.says("0 of 2 files changed");
    }
}

/// Each of two files that a system may take for one is read where they are two, but the verdict is
/// not that of everyone who checks them out.
#[test]
fn names_that_differ_by_case_or_form_alone_are_no_model() {
    for (one, other) in [
        ("shop.threat", "Shop.threat"),
        ("parts/a.threat", "Parts/a.threat"),
        ("caf\u{e9}.threat", "cafe\u{301}.threat"),
    ] {
        let folder = Folder::new(&[(one, "process a \"A\"\n"), (other, "process b \"B\"\n")]);
        folder
            .check(&[])
            .exits(2)
            .says("only by letter case or Unicode form");
    }
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_utf_8_is_an_error_and_hides_nothing() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new(&[("a.threat", "process a \"A\"\n")]);
    for name in [&b"b\xfcro.threat"[..], b"b\xffro.threat"] {
        std::fs::write(folder.path("").join(OsStr::from_bytes(name)), "process b\n")
            .expect("the file system takes any name");
    }
    folder
        .check(&[])
        .exits(2)
        .says("b\\xfcro.threat")
        .says("b\\xffro.threat")
        .says("not valid UTF-8");
    folder.run(&["diff", ".", "."]).exits(2);
}

#[test]
fn more_files_models_or_bytes_than_are_read_are_an_error() {
    let folder = Folder::new(&[("threatline.toml", "[model]\nname = \"Many\"\n")]);
    for number in 0..=20_000 {
        folder.write(&format!("{number}.threat"), "");
    }
    folder
        .check(&[])
        .exits(2)
        .says("more than 20000 model files");
    let folder = Folder::new(&[]);
    for number in 0..=2_000 {
        folder.write(&format!("m{number}/threatline.toml"), "");
        folder.write(&format!("m{number}/a.threat"), "");
    }
    folder.check(&[]).exits(2).says("more than 2000 models");
    let comments = "# a line of a comment that says nothing\n".repeat(230_000);
    let folder = Folder::new(&[("a.threat", &comments), ("b.threat", &comments)]);
    folder.check(&[]).exits(2).says("exceed 16 MB in total");
    folder.check(&["a.threat"]).exits(2);
}
