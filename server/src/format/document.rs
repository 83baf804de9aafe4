//! A document of headings, paragraphs and tables, and how it is written as HTML and as Markdown. All text in it is text:
//! nothing that it says is markup, but names between backticks are shown as code. It must not know a model.

use super::printable;
use std::io::{Result, Write};
use threatline_ide::diagram::STYLE as DRAWING;
use threatline_ide::safe::xml;

/// A document.
pub struct Document {
    /// What it is about.
    pub title: String,
    /// Its parts in order.
    pub blocks: Vec<Block>,
}

/// A part of a document.
pub enum Block {
    /// A heading, of level 2 or below.
    Heading(u8, String),
    /// A paragraph.
    Text(String),
    /// Entries.
    List(Vec<String>),
    /// Numbers with what they count, each with a class.
    Figures(Vec<(String, String, &'static str)>),
    /// Columns and rows.
    Table(Vec<&'static str>, Vec<Vec<Cell>>),
    /// A drawing, with what it shows.
    Drawing {
        /// An `svg` element, for HTML.
        svg: String,
        /// The same for Mermaid, for Markdown.
        mermaid: String,
        /// What it shows.
        shows: String,
    },
    /// More on something, with a line that stands for it and the class of that line.
    Details(String, &'static str, Vec<Block>),
}

/// What stands in a table.
#[derive(Default)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// What it comes to, as a class of the style sheet.
    pub class: &'static str,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell { text: text.into(), class: "" }
    }
}

const STYLE: &str = include_str!("document.css");

/// Writes one page that needs nothing else: no script, and nothing from elsewhere.
///
/// # Errors
/// When the output cannot be written.
pub fn write_html(output: &mut impl Write, document: &Document) -> Result<()> {
    let title = html(&document.title);
    write!(
        output,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"UTF-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>\n{DRAWING}{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    )?;
    html_blocks(output, &document.blocks)?;
    writeln!(output, "</body>\n</html>")
}

fn html_blocks(output: &mut impl Write, blocks: &[Block]) -> Result<()> {
    for block in blocks {
        match block {
            Block::Heading(level, text) => writeln!(output, "<h{level}>{}</h{level}>", html_line(text))?,
            Block::Text(text) => writeln!(output, "<p>{}</p>", html_line(text))?,
            Block::List(entries) => {
                writeln!(output, "<ul>")?;
                for entry in entries {
                    writeln!(output, "<li>{}</li>", html_line(entry))?;
                }
                writeln!(output, "</ul>")?;
            }
            Block::Figures(figures) => {
                writeln!(output, "<div class=\"figures\">")?;
                for (number, what, class) in figures {
                    writeln!(output, "<div class=\"{class}\"><b>{}</b> {}</div>", html(number), html(what))?;
                }
                writeln!(output, "</div>")?;
            }
            Block::Table(columns, rows) => {
                write!(output, "<div class=\"table\"><table>\n<thead><tr>")?;
                for column in columns {
                    write!(output, "<th scope=\"col\">{}</th>", html(column))?;
                }
                writeln!(output, "</tr></thead>\n<tbody>")?;
                for row in rows {
                    write!(output, "<tr>")?;
                    for cell in row {
                        let class =
                            if cell.class.is_empty() { String::new() } else { format!(" class=\"{}\"", cell.class) };
                        write!(output, "<td{class}>{}</td>", html_line(&cell.text))?;
                    }
                    writeln!(output, "</tr>")?;
                }
                writeln!(output, "</tbody></table></div>")?;
            }
            Block::Drawing { svg, shows, .. } => {
                writeln!(output, "<figure>\n{svg}\n<figcaption>{}</figcaption>\n</figure>", html_line(shows))?;
            }
            Block::Details(summary, class, blocks) => {
                writeln!(output, "<details class=\"{class}\" open>\n<summary>{}</summary>", html_line(summary))?;
                html_blocks(output, blocks)?;
                writeln!(output, "</details>")?;
            }
        }
    }
    Ok(())
}

/// A text for HTML.
fn html(text: &str) -> String {
    xml(&printable(text))
}

/// The pieces of a text: what stands between backticks, and what does not. An unpaired one is text.
fn pieces(text: &str) -> Vec<(bool, &str)> {
    let parts: Vec<&str> = text.split('`').collect();
    match parts.len() % 2 {
        0 => vec![(false, text)],
        _ => parts.into_iter().enumerate().map(|(at, part)| (at % 2 == 1, part)).collect(),
    }
}

fn html_line(text: &str) -> String {
    let pieces = pieces(text).into_iter().filter(|(_, piece)| !piece.is_empty());
    pieces.map(|(code, piece)| if code { format!("<code>{}</code>", html(piece)) } else { html(piece) }).collect()
}

/// Writes Markdown as GitHub shows it.
///
/// # Errors
/// When the output cannot be written.
pub fn write_markdown(output: &mut impl Write, document: &Document) -> Result<()> {
    writeln!(output, "# {}\n", markdown(&document.title))?;
    markdown_blocks(output, &document.blocks, false)
}

/// Writes parts of a document as Markdown for a comment, with its details folded.
///
/// # Errors
/// When the output cannot be written.
pub fn write_comment(output: &mut impl Write, blocks: &[Block]) -> Result<()> {
    markdown_blocks(output, blocks, true)
}

fn markdown_blocks(output: &mut impl Write, blocks: &[Block], is_folded: bool) -> Result<()> {
    for block in blocks {
        match block {
            Block::Heading(level, text) => {
                writeln!(output, "{} {}\n", "#".repeat(usize::from(*level)), markdown_line(text))?;
            }
            Block::Text(text) => writeln!(output, "{}\n", markdown_line(text))?,
            Block::List(entries) => {
                for entry in entries {
                    writeln!(output, "- {}", markdown_line(entry))?;
                }
                writeln!(output)?;
            }
            Block::Figures(figures) => {
                for (number, what, _) in figures {
                    writeln!(output, "- **{}** {}", markdown(number), markdown(what))?;
                }
                writeln!(output)?;
            }
            Block::Table(columns, rows) => {
                writeln!(
                    output,
                    "| {} |",
                    columns.iter().map(|column| markdown(column)).collect::<Vec<_>>().join(" | ")
                )?;
                writeln!(output, "|{}", "---|".repeat(columns.len()))?;
                for row in rows {
                    let cells = row.iter().map(|cell| markdown_line(&cell.text)).collect::<Vec<_>>();
                    writeln!(output, "| {} |", cells.join(" | "))?;
                }
                writeln!(output)?;
            }
            Block::Drawing { mermaid, shows, .. } => {
                writeln!(output, "```mermaid\n{mermaid}```\n\n{}\n", markdown_line(shows))?;
            }
            Block::Details(summary, _, blocks) if is_folded => {
                writeln!(output, "<details>\n<summary>{}</summary>\n", html_line(summary))?;
                markdown_blocks(output, blocks, is_folded)?;
                writeln!(output, "</details>\n")?;
            }
            Block::Details(summary, _, blocks) => {
                writeln!(output, "**{}**\n", markdown_line(summary))?;
                markdown_blocks(output, blocks, is_folded)?;
            }
        }
    }
    Ok(())
}

/// A text that means nothing to Markdown, to HTML, or to a page that makes links of addresses and names. One line.
fn markdown(text: &str) -> String {
    let text = printable(text).replace('\n', " ");
    let mut escaped = String::with_capacity(text.len());
    // What begins a list or an underline does so at the start of a line alone.
    let number = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    for (at, character) in text.char_indices() {
        let before = text[..at].chars().next_back();
        let after = text[at + character.len_utf8()..].chars().next();
        let has_meaning = match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' | '!' | '{' | '}' => true,
            '-' | '+' | '=' => at == 0,
            '.' | ')' if at == number && at > 0 => true,
            // `https://`, `:smile:` and `www.` become something where Markdown is shown with more than Markdown has.
            ':' => after.is_some_and(|after| !after.is_whitespace()),
            '.' => before == Some('w') || before == Some('W'),
            _ => false,
        };
        match character {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            // With nothing between, GitHub tells whoever has that name.
            '@' => escaped += "&#64;&#8203;",
            character => {
                if has_meaning {
                    escaped.push('\\');
                }
                escaped.push(character);
            }
        }
    }
    escaped
}

fn markdown_line(text: &str) -> String {
    // Four spaces at the start would be code.
    let pieces = pieces(text.trim()).into_iter().filter(|(_, piece)| !piece.is_empty());
    let shown = pieces.map(|(code, piece)| match code {
        // In a table a stroke ends a cell, even in code.
        true => format!("`{}`", printable(piece).replace('\n', " ").replace('|', "\\|")),
        false => markdown(piece),
    });
    shown.collect()
}
