//! `threatline fmt`: what is written, and what is left as it was.

use crate::Folder;
use std::fs;

const LOOSE: &str = "process   shop   \"Shop\" {technology:web_service}\n";
const CANONICAL: &str = "process shop \"Shop\" { technology: web_service }\n";

#[test]
fn check_writes_nothing_and_fails() {
    let folder = Folder::new(&[("a.threat", LOOSE), ("b.threat", CANONICAL)]);
    let run = folder
        .run(&["fmt", "--check"])
        .exits(1)
        .says("would format: a.threat")
        .says("1 of 2 files would change");
    run.never_says("b.threat");
    assert_eq!(folder.read("a.threat"), LOOSE);
    folder.run(&["fmt"]).exits(0).says("formatted: a.threat");
    assert_eq!(folder.read("a.threat"), CANONICAL);
    folder.run(&["fmt", "--check"]).exits(0);
    folder.run(&["fmt"]).exits(0).says("0 of 2 files changed");
}

#[test]
fn the_examples_are_in_the_canonical_format() {
    crate::run_in(&crate::models(), &["fmt", "--check"], &[]).exits(0);
}

#[test]
fn what_was_indented_otherwise_becomes_what_it_was() {
    let folder = Folder::of_model("webshop");
    let before = folder.read("orders/orders.threat");
    let lines = before.lines().map(|line| format!("\t {}\n", line.trim()));
    folder.write("orders/orders.threat", lines.collect::<String>());
    folder
        .run(&["fmt"])
        .exits(0)
        .says("formatted: orders/orders.threat");
    assert_eq!(folder.read("orders/orders.threat"), before);
}

#[test]
fn a_file_with_syntax_errors_is_left_alone() {
    let broken = "process   shop {\n  technology web_service\n";
    let folder = Folder::new(&[("a.threat", broken), ("b.threat", LOOSE)]);
    folder
        .run(&["fmt", "--check"])
        .exits(2)
        .says("not formatted: a.threat: line ");
    folder
        .run(&["fmt"])
        .exits(2)
        .says("not formatted: a.threat")
        .says("formatted: b.threat");
    assert_eq!(folder.read("a.threat"), broken);
    assert_eq!(folder.read("b.threat"), CANONICAL);
}

#[test]
fn line_ends_of_windows_stay() {
    let folder = Folder::new(&[(
        "a.threat",
        "process   shop {\r\n    technology: web_service\r\n  accepts: json }\r\n",
    )]);
    folder.run(&["fmt"]).exits(0).says("formatted");
    let text = folder.read("a.threat");
    assert!(text.lines().count() > 1);
    assert_eq!(
        text.matches("\r\n").count(),
        text.matches('\n').count(),
        "{text:?}"
    );
    folder.run(&["fmt", "--check"]).exits(0);
}

#[test]
fn a_path_that_is_not_there_is_an_error() {
    Folder::new(&[])
        .run(&["fmt", "nowhere.threat"])
        .exits(2)
        .says("nowhere.threat");
}

#[test]
fn no_temporary_file_is_left() {
    let folder = Folder::new(&[("a.threat", LOOSE)]);
    folder.run(&["fmt"]).exits(0);
    assert_eq!(
        fs::read_dir(folder.path(""))
            .expect("it is a folder")
            .count(),
        1
    );
}

#[cfg(unix)]
#[test]
fn permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&[("a.threat", LOOSE)]);
    let path = folder.path("a.threat");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("it is our file");
    folder.run(&["fmt"]).exits(0).says("formatted");
    assert_eq!(
        fs::metadata(&path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777,
        0o640
    );
}

#[cfg(unix)]
#[test]
fn a_link_is_left_alone() {
    let folder = Folder::new(&[
        ("elsewhere/real.threat", LOOSE),
        ("model/b.threat", CANONICAL),
    ]);
    let link = folder.path("model/a.threat");
    std::os::unix::fs::symlink("../elsewhere/real.threat", &link).expect("links can be made");
    folder
        .run(&["fmt", "model"])
        .exits(0)
        .says("`model/a.threat` is a symbolic link and was skipped");
    folder
        .run(&["fmt", "model/a.threat"])
        .exits(2)
        .says("not formatted: model/a.threat: it is a symbolic link out of its folder");
    assert!(link.is_symlink());
    assert_eq!(folder.read("elsewhere/real.threat"), LOOSE);
}

#[cfg(unix)]
#[test]
fn a_link_that_is_named_is_formatted_where_it_leads() {
    let folder = Folder::new(&[("real.threat", LOOSE)]);
    std::os::unix::fs::symlink("real.threat", folder.path("link.threat"))
        .expect("links can be made");
    folder
        .run(&["fmt", "link.threat"])
        .exits(0)
        .says("1 of 1 file changed");
    assert!(folder.path("link.threat").is_symlink());
    assert_eq!(folder.read("real.threat"), CANONICAL);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_read_only_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&[("a.threat", LOOSE), ("b.threat", LOOSE)]);
    let path = folder.path("a.threat");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("it is our file");
    folder
        .run(&["fmt"])
        .exits(2)
        .says("not formatted: a.threat: it is read-only")
        .says("formatted: b.threat");
    assert_eq!(folder.read("a.threat"), LOOSE);
}
