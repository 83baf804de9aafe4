//! A document of headings, paragraphs and tables, and how it is written as HTML and as Markdown.
//! All text in it is text: nothing that it says is markup, but names between backticks are shown as
//! code. It must not know a model.

use super::printable;
use std::io::{Result, Write};
use threatline_view::diagram::{Drawing, Key, STYLE as DRAWING};
use threatline_view::sanitize::xml;

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
    /// A paragraph that stands out, with a class.
    Note(String, &'static str),
    /// Entries.
    List(Vec<Cell>),
    /// Numbers with what they count, each with a class.
    Figures(Vec<(String, String, &'static str)>),
    /// Columns and rows.
    Table(Vec<&'static str>, Vec<Vec<Cell>>),
    /// A drawing.
    Drawing {
        /// It for HTML.
        drawing: Drawing,
        /// What means what in it.
        legend: Vec<Key>,
        /// The same for Mermaid, for Markdown.
        mermaid: String,
        /// What means what in that, in a line.
        colours: String,
    },
    /// More on something, with a line that stands for it and the class of that line.
    Details(String, &'static str, Vec<Block>),
}

/// What stands in a table or in a list.
#[derive(Default)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// What it comes to, as a class of the style sheet.
    pub class: &'static str,
    /// The address of a page about it.
    pub link: Option<String>,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Cell {
        Cell {
            text: text.into(),
            class: "",
            link: None,
        }
    }
}

impl Cell {
    /// A text with what it comes to.
    pub fn of(text: impl Into<String>, class: &'static str) -> Cell {
        Cell {
            class,
            ..text.into().into()
        }
    }
}

/// How wide the text of a page is at most, as the style sheet says, in pixels.
const PAGE: f64 = 1100.0;

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
            Block::Heading(level, text) => {
                writeln!(output, "<h{level}>{}</h{level}>", html_line(text))?
            }
            Block::Text(text) => writeln!(output, "<p>{}</p>", html_line(text))?,
            Block::Note(text, class) => {
                writeln!(output, "<p class=\"note {class}\">{}</p>", html_line(text))?
            }
            Block::List(entries) => {
                writeln!(output, "<ul>")?;
                for entry in entries {
                    writeln!(output, "<li>{}</li>", html_cell(entry))?;
                }
                writeln!(output, "</ul>")?;
            }
            Block::Figures(figures) => {
                writeln!(output, "<div class=\"figures\">")?;
                for (number, what, class) in figures {
                    writeln!(
                        output,
                        "<div class=\"{class}\"><b>{}</b> {}</div>",
                        html(number),
                        html(what)
                    )?;
                }
                writeln!(output, "</div>")?;
            }
            Block::Table(columns, rows) => {
                let class = if is_narrow(columns, rows) {
                    "table"
                } else {
                    "table wide"
                };
                write!(output, "<div class=\"{class}\"><table>\n<thead><tr>")?;
                for column in columns {
                    write!(output, "<th scope=\"col\">{}</th>", html(column))?;
                }
                writeln!(output, "</tr></thead>\n<tbody>")?;
                for row in rows {
                    write!(output, "<tr>")?;
                    for (cell, column) in row.iter().zip(columns) {
                        let class = if cell.class.is_empty() {
                            String::new()
                        } else {
                            format!(" class=\"{}\"", cell.class)
                        };
                        write!(
                            output,
                            "<td{class} data-column=\"{}\">{}</td>",
                            html(column),
                            html_cell(cell)
                        )?;
                    }
                    writeln!(output, "</tr>")?;
                }
                writeln!(output, "</tbody></table></div>")?;
            }
            Block::Drawing {
                drawing, legend, ..
            } => {
                let class = if drawing.width > PAGE {
                    " class=\"large\""
                } else {
                    ""
                };
                write!(
                    output,
                    "<figure{class}>\n<label><input type=\"checkbox\"> full size</label>\n<div class=\"drawing\">\n{}\n</div>\n<figcaption>",
                    drawing.svg
                )?;
                for key in legend {
                    write!(output, "<span>{} {}</span> ", key.svg, html(&key.told))?;
                }
                writeln!(output, "</figcaption>\n</figure>")?;
            }
            Block::Details(summary, class, blocks) => {
                writeln!(
                    output,
                    "<details class=\"{class}\" open>\n<summary>{}</summary>",
                    html_line(summary)
                )?;
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
        _ => parts
            .into_iter()
            .enumerate()
            .map(|(at, part)| (at % 2 == 1, part))
            .collect(),
    }
}

fn html_line(text: &str) -> String {
    let pieces = pieces(text)
        .into_iter()
        .filter(|(_, piece)| !piece.is_empty());
    pieces
        .map(|(code, piece)| {
            if code {
                format!("<code>{}</code>", html(piece))
            } else {
                with_days(piece)
            }
        })
        .collect()
}

fn html_cell(cell: &Cell) -> String {
    let text = html_line(&cell.text);
    match &cell.link {
        Some(link) => format!("<a href=\"{}\" rel=\"noreferrer\">{text}</a>", html(link)),
        None => text,
    }
}

/// A text for HTML in which days are marked, so that no line ends within one.
fn with_days(text: &str) -> String {
    const DAY: &[u8] = b"0000-00-00";
    let is_day = |found: &[u8]| {
        let mut pairs = found.iter().zip(DAY);
        pairs.all(|(found, wanted)| {
            if *wanted == b'-' {
                found == wanted
            } else {
                found.is_ascii_digit()
            }
        })
    };
    let (mut marked, mut rest) = (String::new(), text);
    while let Some(at) = rest.as_bytes().windows(DAY.len()).position(is_day) {
        let (before, from) = rest.split_at(at);
        let (day, after) = from.split_at(DAY.len());
        marked += &format!("{}<time>{day}</time>", html(before));
        rest = after;
    }
    marked + &html(rest)
}

/// Whether a table fits on a small screen.
fn is_narrow(columns: &[&str], rows: &[Vec<Cell>]) -> bool {
    let width = |at: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.text.chars().count());
        cells.chain([columns[at].len()]).max().unwrap_or_default()
    };
    (0..columns.len()).map(width).sum::<usize>() <= 48
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
                writeln!(
                    output,
                    "{} {}\n",
                    "#".repeat(usize::from(*level)),
                    markdown_line(text)
                )?;
            }
            Block::Text(text) => writeln!(output, "{}\n", markdown_line(text))?,
            Block::Note(text, _) => writeln!(output, "**{}**\n", markdown_line(text))?,
            Block::List(entries) => {
                for entry in entries {
                    writeln!(output, "- {}", markdown_cell(entry))?;
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
                    columns
                        .iter()
                        .map(|column| markdown(column))
                        .collect::<Vec<_>>()
                        .join(" | ")
                )?;
                writeln!(output, "|{}", "---|".repeat(columns.len()))?;
                for row in rows {
                    let cells = row.iter().map(markdown_cell).collect::<Vec<_>>();
                    writeln!(output, "| {} |", cells.join(" | "))?;
                }
                writeln!(output)?;
            }
            Block::Drawing {
                mermaid, colours, ..
            } => {
                writeln!(output, "```mermaid\n{mermaid}```\n")?;
                if !colours.is_empty() {
                    writeln!(output, "{}\n", markdown_line(colours))?;
                }
            }
            Block::Details(summary, _, blocks) if is_folded => {
                writeln!(
                    output,
                    "<details>\n<summary>{}</summary>\n",
                    html_line(summary)
                )?;
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

/// A text that means nothing to Markdown, to HTML, or to a page that makes links of addresses and
/// names. One line.
pub fn markdown(text: &str) -> String {
    let text = printable(text).replace('\n', " ");
    let mut escaped = String::with_capacity(text.len());
    // What begins a list or an underline does so at the start of a line alone.
    let number = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    for (at, character) in text.char_indices() {
        let after = text[at + character.len_utf8()..].chars().next();
        let follows = |word: &[u8]| {
            text.as_bytes()[at.saturating_sub(word.len())..at].eq_ignore_ascii_case(word)
        };
        let has_meaning = match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' | '{' | '}' => true,
            '-' | '+' | '=' => at == 0,
            '.' | ')' if at == number && at > 0 => true,
            // `https://`, `:smile:` and `www.` become something where Markdown is shown with more
            // than Markdown has.
            ':' => after.is_some_and(|after| !after.is_whitespace()),
            '.' => follows(b"www"),
            _ => false,
        };
        match character {
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '&' => escaped += "&amp;",
            // With nothing between, GitHub tells whoever has that name.
            '@' => escaped += "&#64;&#8203;",
            '#' => escaped += "&#35;",
            // At the start of a comment, an order to GitLab and to bots.
            '/' if at == 0 => escaped += "&#47;",
            character => {
                if has_meaning {
                    escaped.push('\\');
                }
                escaped.push(character);
            }
        }
        // `#1`, `GH-1`, and what GitLab has besides, refer to something, whether Markdown knows of
        // it or not.
        let refers = match character {
            '#' | '!' | '%' | '~' | '$' | '&' => {
                after.is_some_and(|after| after.is_alphanumeric() || after == '"')
            }
            '-' => after.is_some_and(|after| after.is_ascii_digit()) && follows(b"GH"),
            _ => false,
        };
        if refers {
            escaped += "&#8203;";
        }
    }
    escaped
}

fn markdown_line(text: &str) -> String {
    // Four spaces at the start would be code.
    let pieces = pieces(text.trim())
        .into_iter()
        .filter(|(_, piece)| !piece.is_empty());
    let shown = pieces.map(|(code, piece)| match code {
        // In a table a stroke ends a cell, even in code, and readers differ about one behind a
        // backslash.
        true if piece.contains('|') && piece.contains('\\') => markdown(piece),
        true => format!(
            "`{}`",
            printable(piece).replace('\n', " ").replace('|', "\\|")
        ),
        false => markdown(piece),
    });
    shown.collect()
}

fn markdown_cell(cell: &Cell) -> String {
    let text = markdown_line(&cell.text);
    match &cell.link {
        Some(link) => format!("[{text}](<{}>)", link.replace(['<', '>', '\n', '|'], "")),
        None => text,
    }
}
