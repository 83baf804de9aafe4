//! The seeds, without a fuzzer: all that was ever worth keeping still holds, and costs no more than
//! it may.

use crate::budget::{Budget, Cost};
use std::fs;
use std::path::Path;

fn replay(target: &str, budget: &Budget, check: fn(&[u8])) {
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
        let bytes = fs::read(seed).expect("it can be read");
        let Cost {
            at_once,
            in_all,
            steps,
        } = budget.check(check, &bytes);
        println!(
            "{} bytes: {at_once} at once, {in_all} in all, {steps} steps",
            bytes.len()
        );
    }
}

#[test]
fn parser() {
    replay("parser", &crate::parser::BUDGET, crate::parser::check);
}

#[test]
fn formatter() {
    replay(
        "formatter",
        &crate::formatter::BUDGET,
        crate::formatter::check,
    );
}

#[test]
fn analyzer() {
    replay("analyzer", &crate::analyzer::BUDGET, crate::analyzer::check);
}

#[test]
fn importers() {
    replay(
        "importers",
        &crate::importers::BUDGET,
        crate::importers::check,
    );
}

#[test]
fn protocol() {
    replay("protocol", &crate::protocol::BUDGET, crate::protocol::check);
}

#[test]
fn markdown() {
    replay("markdown", &crate::markdown::BUDGET, crate::markdown::check);
}
