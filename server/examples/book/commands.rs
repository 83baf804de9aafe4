//! The help of each command, as the program prints it. It must not say anything about a command.

use crate::pages::Pages;
use std::fmt::Write;
use std::io::Result;

/// How wide the help is, in columns.
const COLUMNS: usize = 88;

/// Writes the part `commands`.
pub fn write(pages: &Pages) -> Result<()> {
    let mut program = threatline::command_line().term_width(COLUMNS);
    program.build();
    let mut text = String::new();
    for command in program.get_subcommands_mut() {
        let name = command.get_name().to_owned();
        if name == "help" {
            continue;
        }
        let help = command.render_long_help().to_string();
        write!(text, "## {name}\n```text\n{}\n```\n\n", help.trim_end())
            .expect("a string accepts everything");
    }
    pages.write_part("commands", &text)
}
