//! No crate has modules that use each other in a circle, or that use what is above them.
//!
//! A module may use those below it: its own submodules and what its siblings offer, never the file
//! that declares it. A file that declares its modules in paragraphs puts them in layers, the lowest
//! first: each uses its own layer and those before. Seen from outside, a file and the folder of its
//! submodules are one module. Modules of tests do not count.
//!
//! To see the modules of each crate as a Mermaid diagram:
//! `THREATLINE_MODULES=1 cargo test -p threatline-testkit --test layers -- --nocapture`

mod graph;
mod paths;
mod tokens;

use graph::{Problem, Uses};
use paths::Sources;
use std::path::{Path, PathBuf};

/// Every crate of the server, by its path below `server`.
fn crates() -> Vec<PathBuf> {
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut crates: Vec<PathBuf> = std::fs::read_dir(server.join("crates"))
        .expect("the crates can be listed")
        .map(|entry| entry.expect("a crate can be read").path())
        .collect();
    crates.extend([server.clone(), server.join("fuzz")]);
    crates.sort();
    crates.retain(|folder| folder.join("src/lib.rs").exists());
    crates
}

fn name_of(folder: &Path) -> String {
    let folder = folder.canonicalize().expect("the folder exists");
    let name = folder.file_name().expect("the folder has a name");
    name.to_string_lossy().into_owned()
}

#[test]
fn modules_use_what_is_below_them() {
    let mut report = String::new();
    for folder in crates() {
        let name = name_of(&folder);
        let sources = Sources::read(&folder.join("src"));
        let uses = Uses::of(&sources);
        if std::env::var_os("THREATLINE_MODULES").is_some() {
            println!("%% {name}\n{}", uses.mermaid());
        }
        for problem in uses.problems(&sources) {
            report.push_str(&format!("{name}: {problem}\n"));
        }
    }
    assert!(report.is_empty(), "\n{report}");
}

/// What is wrong in a crate of the given files, without their line ends.
fn problems(files: &[(&str, &str)]) -> Vec<String> {
    let sources = Sources::from_texts(files.iter().copied());
    let problems = Uses::of(&sources).problems(&sources);
    problems.iter().map(Problem::to_string).collect()
}

#[test]
fn a_circle_is_found_in_any_form_of_a_path() {
    for (first, second) in [
        ("use crate::b::B;", "use crate::a::A;"),
        ("use super::b;", "fn f() { super::a::f() }"),
        ("use crate::{b::B, c};", "use {crate::a as other};"),
        ("type B = crate::b::B;", "pub(in crate::a) struct B;"),
    ] {
        let files = [
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", first),
            ("b.rs", second),
            ("c.rs", ""),
        ];
        assert_eq!(
            problems(&files),
            ["a circle: a -> b -> a"],
            "{first} {second}"
        );
    }
}

#[test]
fn a_list_of_what_a_type_captures_is_no_import() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "fn f<'a>(a: &'a str) -> impl Iterator + use<'a> { let b = crate::b::B; b.each(a) }",
        ),
        ("b.rs", "use crate::a::f;"),
    ];
    assert_eq!(problems(&files), ["a circle: a -> b -> a"]);
}

#[test]
fn a_folder_is_one_module_from_outside() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "mod one; mod two; use two::Two;"),
        ("a/one.rs", "use crate::b::B;"),
        ("a/two.rs", ""),
        ("b.rs", "use crate::a::two::Two;"),
    ];
    assert_eq!(problems(&files), ["a circle: a -> b -> a"]);
}

#[test]
fn a_module_does_not_use_the_file_that_declares_it() {
    let files = [
        ("lib.rs", "mod a; pub use a::A;"),
        ("a.rs", "mod part; pub use part::Part;"),
        ("a/part.rs", "use super::Part; use crate::A;"),
    ];
    assert_eq!(
        problems(&files),
        [
            "`a::part` uses lib.rs above it",
            "`a::part` uses a.rs above it"
        ]
    );
}

#[test]
fn a_layer_does_not_use_a_later_one() {
    let files = [
        (
            "lib.rs",
            "// Low.\nmod a;\npub mod b;\n\n// High.\nmod c;\nmod d;\n",
        ),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "use crate::c::C;"),
        ("c.rs", "use crate::d::D;"),
        ("d.rs", "use crate::a::A;"),
    ];
    let expected = [
        "`b` uses `c` of a later layer",
        "a circle: a -> b -> c -> d -> a",
    ];
    assert_eq!(problems(&files), expected);
}

#[test]
fn comments_strings_and_tests_use_nothing() {
    let files = [
        ("lib.rs", "mod a;\nmod b;\n#[cfg(test)]\nmod checks;"),
        (
            "a.rs",
            "// crate::b\n/* crate::b /* crate::b */ */ const A: &str = \"crate::b\";\n\
             const B: char = '\"'; fn f<'a>(_: &'a str) {} const C: &str = r#\"\"crate::b\"#;\n\
             #[cfg(test)] mod tests { use crate::b::B; }",
        ),
        ("b.rs", "use crate::a::A; use std::fmt; use other::a::B;"),
        ("checks.rs", "use crate::A;"),
    ];
    assert_eq!(problems(&files), [""; 0]);
}
