//! The program `threatline` as a library, for what drives it from within: reads the command line
//! and hands on. It must not know what a model means.

mod arguments;
mod commands;
mod load;
mod lsp;
mod model_report;
mod output;

pub use lsp::{End, serve};

use arguments::{Arguments, Command};
use clap::Parser;
use commands::{check, diff, explain, export, fmt, import, init, report, rules, run_tests};
use std::process::ExitCode;

/// How a run ended, as the exit code says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All is well: 0.
    Clean,
    /// There are findings at the bar, or files to be formatted: 1.
    Failed,
    /// The call, or a file, cannot be used: 2.
    Unusable,
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
        Command::Lsp => lsp::run(),
        Command::Report(arguments) => report::run(arguments),
        Command::Rules(arguments) => rules::run(arguments),
        Command::Test(arguments) => run_tests::run(arguments),
    };
    match outcome {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(1),
        Ok(Outcome::Unusable) => ExitCode::from(2),
        // Whoever reads our output may stop reading: `threatline check | head`.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::error("error", &format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
