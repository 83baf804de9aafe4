//! Documents as HTML: one page that needs nothing else, no script, and nothing from elsewhere. It
//! must not know what a document says.

use super::document::{Block, Cell, Details, Document, Figure, Picture, Piece, Table, pieces};
use crate::printable::printable;
use std::io::{Result, Write};
use threatline_view::diagram::STYLE as DRAWING;
use threatline_view::sanitize::xml;

/// How wide the text of a page is at most, as the style sheet says, in pixels.
const PAGE_WIDTH: f64 = 1100.0;

/// How many characters a row has at most that fits on a small screen.
const MAX_NARROW: usize = 48;

const STYLE: &str = include_str!("html.css");

/// What a page may load: its own styles, and nothing else.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'";

/// Writes a page.
///
/// # Errors
/// When the output cannot be written.
pub fn write(output: &mut impl Write, document: &Document) -> Result<()> {
    let title = escape(&document.title);
    write!(
        output,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"UTF-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{DRAWING}{STYLE}</style>\n</head>\n<body>\n\
         <h1>{title}</h1>\n"
    )?;
    blocks(output, &document.blocks)?;
    writeln!(output, "</body>\n</html>")
}

fn blocks(output: &mut impl Write, all: &[Block]) -> Result<()> {
    for block in all {
        match block {
            Block::Heading(level, text) => writeln!(output, "<h{level}>{}</h{level}>", line(text))?,
            Block::Text(text) => writeln!(output, "<p>{}</p>", line(text))?,
            Block::Note(text, class) => {
                writeln!(output, "<p class=\"note {class}\">{}</p>", line(text))?
            }
            Block::List(entries) => list(output, entries)?,
            Block::Figures(shown) => figures(output, shown)?,
            Block::Table(shown) => table(output, shown)?,
            Block::Picture(shown) => picture(output, shown)?,
            Block::Details(shown) => details(output, shown)?,
        }
    }
    Ok(())
}

fn list(output: &mut impl Write, entries: &[Cell]) -> Result<()> {
    writeln!(output, "<ul>")?;
    for entry in entries {
        writeln!(output, "<li>{}</li>", cell(entry))?;
    }
    writeln!(output, "</ul>")
}

fn figures(output: &mut impl Write, figures: &[Figure]) -> Result<()> {
    writeln!(output, "<div class=\"figures\">")?;
    for figure in figures {
        let (number, label) = (escape(&figure.number), escape(&figure.label));
        let class = figure.class;
        writeln!(
            output,
            "<div class=\"{class}\"><b>{number}</b> {label}</div>"
        )?;
    }
    writeln!(output, "</div>")
}

fn table(output: &mut impl Write, table: &Table) -> Result<()> {
    let class = if is_narrow(table) {
        "table"
    } else {
        "table wide"
    };
    write!(output, "<div class=\"{class}\"><table>\n<thead><tr>")?;
    for column in &table.columns {
        write!(output, "<th scope=\"col\">{}</th>", escape(column))?;
    }
    writeln!(output, "</tr></thead>\n<tbody>")?;
    for row in &table.rows {
        write!(output, "<tr>")?;
        for (shown, column) in row.iter().zip(&table.columns) {
            let class = match shown.class {
                "" => String::new(),
                class => format!(" class=\"{class}\""),
            };
            let (column, text) = (escape(column), cell(shown));
            write!(output, "<td{class} data-column=\"{column}\">{text}</td>")?;
        }
        writeln!(output, "</tr>")?;
    }
    writeln!(output, "</tbody></table></div>")
}

/// Whether a table fits on a small screen.
fn is_narrow(table: &Table) -> bool {
    let width = |column: usize| {
        let cells = table.rows.iter().filter_map(|row| row.get(column));
        let widths = cells.map(|cell| cell.text.chars().count());
        let heading = table.columns[column].len();
        widths.chain([heading]).max().unwrap_or_default()
    };
    (0..table.columns.len()).map(width).sum::<usize>() <= MAX_NARROW
}

fn picture(output: &mut impl Write, picture: &Picture) -> Result<()> {
    let class = if picture.drawing.width > PAGE_WIDTH {
        " class=\"large\""
    } else {
        ""
    };
    write!(
        output,
        "<figure{class}>\n<label><input type=\"checkbox\"> full size</label>\n\
         <div class=\"drawing\">\n{}\n</div>\n<figcaption>",
        picture.drawing.svg
    )?;
    for key in &picture.legend {
        write!(output, "<span>{} {}</span> ", key.svg, escape(&key.meaning))?;
    }
    writeln!(output, "</figcaption>\n</figure>")
}

fn details(output: &mut impl Write, details: &Details) -> Result<()> {
    let (class, summary) = (details.class, line(&details.summary));
    writeln!(
        output,
        "<details class=\"{class}\" open>\n<summary>{summary}</summary>"
    )?;
    blocks(output, &details.blocks)?;
    writeln!(output, "</details>")
}

/// A text for HTML, with its names as code.
pub fn line(text: &str) -> String {
    let pieces = pieces(text).into_iter();
    pieces
        .map(|piece| match piece {
            Piece::Code(code) => format!("<code>{}</code>", escape(code)),
            Piece::Plain(text) => with_days(text),
        })
        .collect()
}

fn cell(cell: &Cell) -> String {
    let text = line(&cell.text);
    match &cell.link {
        Some(link) => format!("<a href=\"{}\" rel=\"noreferrer\">{text}</a>", escape(link)),
        None => text,
    }
}

/// A text for HTML in which days are marked, so that no line ends within one.
fn with_days(text: &str) -> String {
    const DAY: &[u8] = b"0000-00-00";
    let is_day = |bytes: &[u8]| {
        let mut pairs = bytes.iter().zip(DAY);
        pairs.all(|(byte, wanted)| match wanted {
            b'-' => byte == wanted,
            _ => byte.is_ascii_digit(),
        })
    };
    let (mut marked, mut rest) = (String::new(), text);
    while let Some(place) = rest.as_bytes().windows(DAY.len()).position(is_day) {
        let (before, from) = rest.split_at(place);
        let (day, after) = from.split_at(DAY.len());
        marked += &format!("{}<time>{day}</time>", escape(before));
        rest = after;
    }
    marked + &escape(rest)
}

fn escape(text: &str) -> String {
    xml(&printable(text))
}
