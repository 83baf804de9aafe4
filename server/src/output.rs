//! The formats in which things are printed, one a module, and what they share. They must not decide
//! what is said.

pub mod document;
pub mod file;
pub mod github;
pub mod html;
pub mod human;
pub mod json;
pub mod markdown;
pub mod sarif;
pub mod styles;
mod wording;

use self::styles::{BAD, HEADING};
use crate::printable::in_one_line;
use anstream::AutoStream;
use serde::Serialize;
use std::io::{BufWriter, StdoutLock, Write};
use threatline_exchange::pretty::pretty_json;

/// The standard output, with colors where it is a terminal that shows them.
pub fn standard_output() -> BufWriter<AutoStream<StdoutLock<'static>>> {
    BufWriter::new(AutoStream::auto(std::io::stdout().lock()))
}

/// Tells a person something beside the output, in one line. That nobody hears it, as on a full
/// disk, is no failure.
pub fn note(what: &str, text: &str) {
    let text = in_one_line(text);
    let _ = writeln!(anstream::stderr(), "{HEADING}{what}{HEADING:#}: {text}");
}

/// The same of several.
pub fn notes(what: &str, texts: &[String]) {
    texts.iter().for_each(|text| note(what, text));
}

/// The same of what is wrong.
pub fn error(what: &str, text: &str) {
    let text = in_one_line(text);
    let _ = writeln!(anstream::stderr(), "{BAD}{what}{BAD:#}: {text}");
}

/// Writes a JSON document.
pub fn write_json(output: &mut impl Write, document: &impl Serialize) -> std::io::Result<()> {
    output.write_all(pretty_json(document).as_bytes())
}
