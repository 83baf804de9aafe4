//! Documents as Markdown, as GitHub shows it, and texts that mean nothing to it. It must not know
//! what a document says.

pub mod difference;
pub mod library;

use super::document::{Block, Cell, Details, Document, Piece, Table, pieces};
use super::html;
use crate::printable::printable;
use std::io::{Result, Write};

/// How more on something is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
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

fn blocks(output: &mut impl Write, all: &[Block], form: Form) -> Result<()> {
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

/// A text that means nothing to Markdown, to HTML, or to a page that makes links of addresses and
/// names. One line.
fn escape(text: &str) -> String {
    let text = printable(text).replace('\n', " ");
    let digits = digits_at_start(&text);
    let mut escaped = String::with_capacity(text.len());
    for (place, character) in text.char_indices() {
        match character {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            // With nothing between, GitHub tells whoever has that name.
            '@' => escaped += "&#64;&#8203;",
            '#' => escaped += "&#35;",
            // At the start of a comment, an order to GitLab and to bots.
            '/' if place == 0 => escaped += "&#47;",
            character => {
                if has_meaning(&text, digits, place, character) {
                    escaped.push('\\');
                }
                escaped.push(character);
            }
        }
        if begins_reference(&text, place, character) {
            escaped += "&#8203;";
        }
    }
    escaped
}

/// Whether a character of a line, which begins with so many digits, is markup where it is.
fn has_meaning(line: &str, digits: usize, place: usize, character: char) -> bool {
    match character {
        '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' | '{' | '}' => true,
        // What begins a list or an underline does so at the start of a line alone.
        '-' | '+' | '=' => place == 0,
        '.' | ')' if place > 0 && place == digits => true,
        // `https://`, `:smile:` and `www.` become something where Markdown is shown with more than
        // Markdown has.
        ':' => next(line, place, character).is_some_and(|next| !next.is_whitespace()),
        '.' => follows(line, place, "www"),
        _ => false,
    }
}

/// Whether what begins with a character refers to something: `#1`, `GH-1`, and what GitLab has
/// besides, whether Markdown knows of it or not.
fn begins_reference(line: &str, place: usize, character: char) -> bool {
    let next = next(line, place, character);
    match character {
        '#' | '!' | '%' | '~' | '$' | '&' => {
            next.is_some_and(|next| next.is_alphanumeric() || next == '"')
        }
        '-' => next.is_some_and(|next| next.is_ascii_digit()) && follows(line, place, "GH"),
        _ => false,
    }
}

fn next(line: &str, place: usize, character: char) -> Option<char> {
    line[place + character.len_utf8()..].chars().next()
}

/// Whether a word is directly before a place.
fn follows(line: &str, place: usize, word: &str) -> bool {
    line.as_bytes()[place.saturating_sub(word.len())..place].eq_ignore_ascii_case(word.as_bytes())
}

fn digits_at_start(line: &str) -> usize {
    line.find(|character: char| !character.is_ascii_digit())
        .unwrap_or(line.len())
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
