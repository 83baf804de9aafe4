//! Lists the texts of the library for `library.rs`, so that a new file of rules is part of it by
//! being there.

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../library");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut paths = Vec::new();
    collect(&folder, &mut paths);
    paths.sort();
    let (tests, files): (Vec<_>, Vec<_>) = paths
        .into_iter()
        .partition(|path| path.to_string_lossy().ends_with(".test.threat"));
    let mut text = String::new();
    for (name, doc, paths) in [
        ("FILES", "The files of the library", files),
        ("TESTS", "The tests of its rules", tests),
    ] {
        writeln!(
            text,
            "/// {doc}: name and text.\npub const {name}: &[(&str, &str)] = &["
        )
        .unwrap();
        for path in paths {
            let shown = path
                .strip_prefix(&folder)
                .expect("it is in the folder")
                .to_string_lossy()
                .replace('\\', "/");
            writeln!(text, "    ({shown:?}, include_str!({path:?})),").unwrap();
        }
        text.push_str("];\n");
    }
    let target =
        PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it")).join("library_files.rs");
    std::fs::write(target, text).expect("the build folder can be written");
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder)
        .expect("the library is beside the crate")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "threat")
        {
            paths.push(path);
        }
    }
}
