//! Documents as Markdown, as GitHub shows it. It must not know what a document says.

use super::escape::escape;
use crate::output::document::{Block, Cell, Details, Document, Piece, Table, pieces};
use crate::output::html;
use crate::printable::printable;
use std::io::{Result, Write};

/// How more on something is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Below a line in bold.
    Page,
    /// Folded, in HTML, as a comment on a pull request may have it.
    Comment,
}

/// Writes a page.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, document: &Document) -> Result<()> {
    writeln!(output, "# {}\n", escape(&document.title))?;
    blocks(output, &document.blocks, Form::Page)
}

/// Writes parts of a document.
///
/// # Errors
/// When the output cannot be written.
pub fn blocks(output: &mut impl Write, all: &[Block], form: Form) -> Result<()> {
    for block in all {
        match block {
            Block::Heading(level, text) => {
                let marks = "#".repeat(usize::from(*level));
                writeln!(output, "{marks} {}\n", line(text))?;
            }
            Block::Text(text) => writeln!(output, "{}\n", line(text))?,
            Block::Note(text, _) => writeln!(output, "**{}**\n", line(text))?,
            Block::List(entries) => {
                for entry in entries {
                    writeln!(output, "- {}", cell(entry))?;
                }
                writeln!(output)?;
            }
            Block::Figures(figures) => {
                for figure in figures {
                    let (number, label) = (escape(&figure.number), escape(&figure.label));
                    writeln!(output, "- **{number}** {label}")?;
                }
                writeln!(output)?;
            }
            Block::Table(shown) => table(output, shown)?,
            Block::Picture(picture) => {
                writeln!(output, "```mermaid\n{}```\n", picture.mermaid)?;
                if !picture.mermaid_colors.is_empty() {
                    writeln!(output, "{}\n", line(&picture.mermaid_colors))?;
                }
            }
            Block::Details(shown) => details(output, shown, form)?,
        }
    }
    Ok(())
}

fn table(output: &mut impl Write, table: &Table) -> Result<()> {
    let columns: Vec<String> = table.columns.iter().map(|column| escape(column)).collect();
    writeln!(output, "| {} |", columns.join(" | "))?;
    writeln!(output, "|{}", "---|".repeat(columns.len()))?;
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        writeln!(output, "| {} |", cells.join(" | "))?;
    }
    writeln!(output)
}

fn details(output: &mut impl Write, details: &Details, form: Form) -> Result<()> {
    if form == Form::Page {
        writeln!(output, "**{}**\n", line(&details.summary))?;
        return blocks(output, &details.blocks, form);
    }
    let summary = html::line(&details.summary);
    writeln!(output, "<details>\n<summary>{summary}</summary>\n")?;
    blocks(output, &details.blocks, form)?;
    writeln!(output, "</details>\n")
}

/// A text for Markdown, with its names as code.
fn line(text: &str) -> String {
    // Four spaces at the start would be code.
    let pieces = pieces(text.trim()).into_iter();
    pieces
        .map(|piece| match piece {
            // In a table a stroke ends a cell, even in code, and readers differ about one behind a
            // backslash.
            Piece::Code(code) if code.contains('|') && code.contains('\\') => escape(code),
            Piece::Code(code) => {
                let code = printable(code).replace('\n', " ").replace('|', "\\|");
                format!("`{code}`")
            }
            Piece::Plain(text) => escape(text),
        })
        .collect()
}

fn cell(cell: &Cell) -> String {
    let text = line(&cell.text);
    match &cell.link {
        Some(link) => format!("[{text}](<{}>)", link.replace(['<', '>', '\n', '|'], "")),
        None => text,
    }
}
