//! The seeds, without a fuzzer: all that was ever worth keeping still holds.

use std::fs;
use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    let mut seeds: Vec<_> = fs::read_dir(folder)
        .expect("there are seeds")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    seeds.sort();
    assert!(!seeds.is_empty());
    for seed in seeds {
        println!("{}", seed.display());
        check(&fs::read(seed).expect("it can be read"));
    }
}

#[test]
fn parser() {
    replay("parser", crate::parser::check);
}

#[test]
fn formatter() {
    replay("formatter", crate::formatter::check);
}

#[test]
fn analyzer() {
    replay("analyzer", crate::analyzer::check);
}

#[test]
fn importers() {
    replay("importers", crate::importers::check);
}

#[test]
fn protocol() {
    replay("protocol", crate::protocol::check);
}

#[test]
fn markdown() {
    replay("markdown", crate::markdown::check);
}
