//! The memory that a check of a generated model takes:
//! `cargo run --release --example memory -- 10000`.

use rayon::prelude::*;
use threatline_model::{FileText, Workspace, diagnostics};
use threatline_testkit::{TODAY, generate};

fn main() {
    let elements = std::env::args()
        .nth(1)
        .and_then(|size| size.parse().ok())
        .unwrap_or(10_000);
    let before = peak();
    let mut workspace = Workspace::new(TODAY);
    let model = workspace.set_model("", None);
    let files: Vec<_> = generate(elements)
        .into_iter()
        .map(|(path, text)| (path.as_str().into(), FileText::new(text)))
        .collect();
    let size: usize = files
        .iter()
        .map(|(_, text): &(_, FileText)| text.text.len())
        .sum();
    let texts = peak();
    workspace.load(files);
    let loaded = peak();
    let files = model.files(workspace.db()).to_vec();
    let problems: usize = files
        .par_iter()
        .map_with(workspace.db().clone(), |db, file| {
            diagnostics(db, *file).len()
        })
        .sum();
    println!(
        "{elements} elements, {} files, {size} bytes, {problems} diagnostics: \
         {before} MB at the start, {texts} MB with the texts, {loaded} MB when loaded, \
         {} MB when checked",
        files.len(),
        peak()
    );
}

/// The most memory that the process has had so far, in MB; on Linux alone.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}
