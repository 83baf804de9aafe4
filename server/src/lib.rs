//! The program `threatline` as a library, for what drives it from within: reads the command line
//! and hands on. It must not know what a model means.
//!
//! Its parts, each of which knows only those above it: `arguments`, `book`, `outcome` and
//! `printable`; `load`, where models come from; `reports`, what is found in them; `output`, how
//! that is written; `commands`, one file a command. `lsp` is the language server, which reads
//! models by `load`.
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

mod arguments;
mod book;
mod outcome;
mod printable;

mod load;

mod reports;

mod output;

mod commands;
mod lsp;

pub use book::{path_of_code, path_of_rule};
pub use lsp::{End, serve};
pub use output::markdown::tables as markdown_tables;

use arguments::{Arguments, Command};
use clap::{CommandFactory, Parser};
use commands::{
    check, definitions, diff, explain, export, fmt, import, init, report, rules, run_tests,
};
use outcome::Outcome;
use std::process::ExitCode;
use threatline_model::Kind;

/// The command line with its help, for the book.
pub fn command_line() -> clap::Command {
    Arguments::command()
}

/// Runs the program on the arguments of the process.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match &arguments.command {
        Command::Check(arguments) => check::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Export(arguments) => export::run(arguments),
        Command::Fmt(arguments) => fmt::run(arguments),
        Command::Import(arguments) => import::run(arguments),
        Command::Init(arguments) => init::run(arguments),
        Command::Lsp(arguments) => lsp::run(arguments),
        Command::Mitigations(arguments) => definitions::run(Kind::Mitigation, arguments),
        Command::Protocols(arguments) => definitions::run(Kind::Protocol, arguments),
        Command::Report(arguments) => report::run(arguments),
        Command::Rules(arguments) => rules::run(arguments),
        Command::Technologies(arguments) => definitions::run(Kind::Technology, arguments),
        Command::Test(arguments) => run_tests::run(arguments),
    };
    match outcome {
        Ok(outcome) => outcome.into(),
        // Whoever reads our output may stop reading: `threatline check | head`.
        Err(error) if is_broken_pipe(&error) => Outcome::Clean.into(),
        Err(error) => {
            output::terminal::error("error", &format!("{error:#}"));
            Outcome::Unusable.into()
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
