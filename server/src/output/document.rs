//! A document of headings, paragraphs and tables, for whatever format. All text in it is text:
//! nothing that it says is markup, but names between backticks are shown as code. It must not know
//! a model, nor a format.

use threatline_view::diagram::{Drawing, Key};

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
    /// Numbers with what they count.
    Figures(Vec<Figure>),
    /// Columns and rows.
    Table(Table),
    /// A drawing.
    Picture(Picture),
    /// More on something.
    Details(Details),
}

/// A number with what it counts.
pub struct Figure {
    /// The number, or a share.
    pub number: String,
    /// What it counts.
    pub label: String,
    /// What it comes to, as a class of the style sheet.
    pub class: &'static str,
}

/// A table.
pub struct Table {
    /// What the columns are called.
    pub columns: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

/// A drawing, with what means what in it.
pub struct Picture {
    /// It for HTML.
    pub drawing: Drawing,
    /// What means what in it.
    pub legend: Vec<Key>,
    /// The same for Mermaid, for Markdown.
    pub mermaid: String,
    /// What means what in that, in a line.
    pub mermaid_colors: String,
}

/// More on something.
pub struct Details {
    /// The line that stands for it.
    pub summary: String,
    /// The class of that line.
    pub class: &'static str,
    /// What there is to say.
    pub blocks: Vec<Block>,
}

/// What is in a table or in a list.
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
    pub fn with_class(text: impl Into<String>, class: &'static str) -> Cell {
        Cell {
            class,
            ..text.into().into()
        }
    }
}

impl Block {
    /// A heading.
    pub fn heading(level: u8, text: impl Into<String>) -> Block {
        Block::Heading(level, text.into())
    }

    /// A paragraph.
    pub fn text(text: impl Into<String>) -> Block {
        Block::Text(text.into())
    }

    /// A table.
    pub fn table(
        columns: impl IntoIterator<Item = &'static str>,
        rows: impl IntoIterator<Item = Vec<Cell>>,
    ) -> Block {
        Block::Table(Table {
            columns: columns.into_iter().collect(),
            rows: rows.into_iter().collect(),
        })
    }
}

/// A piece of a text.
pub enum Piece<'t> {
    /// What is between backticks.
    Code(&'t str),
    /// All else.
    Plain(&'t str),
}

/// The pieces of a text that are not empty. An unpaired backtick is text.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return vec![Piece::Plain(text)];
    }
    let parts = parts.into_iter().enumerate();
    parts
        .filter(|(_, part)| !part.is_empty())
        .map(|(place, part)| match place % 2 {
            1 => Piece::Code(part),
            _ => Piece::Plain(part),
        })
        .collect()
}
