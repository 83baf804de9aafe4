//! The standard output and the standard error. It must not know what is printed.

use super::styles::{BAD, HEADING};
use crate::printable::in_one_line;
use anstream::AutoStream;
use std::io::{BufWriter, StdoutLock, Write};

/// The standard output, with colors where it is a terminal that shows them.
pub fn standard_output() -> BufWriter<AutoStream<StdoutLock<'static>>> {
    BufWriter::new(AutoStream::auto(std::io::stdout().lock()))
}

/// Prints a note in addition to the output, in one line. That it is not printed, as on a full
/// disk, is not a failure.
pub fn note(label: &str, text: &str) {
    let text = in_one_line(text);
    let _ = writeln!(anstream::stderr(), "{HEADING}{label}{HEADING:#}: {text}");
}

/// The same of several.
pub fn notes(label: &str, texts: &[String]) {
    texts.iter().for_each(|text| note(label, text));
}

/// The same of what is wrong.
pub fn error(label: &str, text: &str) {
    let text = in_one_line(text);
    let _ = writeln!(anstream::stderr(), "{BAD}{label}{BAD:#}: {text}");
}
