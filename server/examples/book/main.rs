//! Makes the sources of the book: the pages of `server/book`, plus a page or a table for
//! everything that the program itself knows. It must not contain prose about the language.
//!
//! `cargo run --example book -- DIR` replaces DIR. `.ci/book.sh` runs it and builds the book.

mod markdown;
mod pages;

mod commands;
mod diagnostics;
mod facts;
mod library;
mod pictures;
mod properties;
mod rules;
mod severities;
mod words;

use pages::Pages;
use std::io::Result;
use std::path::PathBuf;
use std::process::ExitCode;
use threatline_model::{Date, Workspace};

/// The day on which everything in the book happens.
const TODAY: Date = Date::constant(2026, 11, 23);

fn main() -> ExitCode {
    let Some(output) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: book DIR");
        return ExitCode::from(2);
    };
    match make(output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make(output: PathBuf) -> Result<()> {
    let pages = Pages::copied_to(output)?;
    let library = Workspace::new(TODAY);
    let db = library.db();

    properties::write(&pages)?;
    words::write(&pages)?;
    facts::write(&pages)?;
    severities::write(&pages)?;
    library::write(&pages, db)?;
    commands::write(&pages)?;
    pictures::write(&pages)?;

    let rules = rules::write(&pages, db)?;
    let diagnostics = diagnostics::write(&pages)?;
    pages.complete_summary(&[("rules", rules), ("diagnostics", diagnostics)])
}
