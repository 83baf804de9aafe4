//! A model as a data-flow diagram: boundaries nested, flows drawn between elements, each part with
//! the worst that is open on it. It must not know how the parts are colored: that says the style
//! sheet of who shows it.

// What is drawn.
mod parts;
mod text;

mod gather;

// Where it is drawn.
mod graph;

mod routes;

mod titles;

mod layout;

// How it is drawn.
mod color;
mod draw;
mod legend;
mod mermaid;

pub use color::color;
pub use draw::Drawing;
pub use gather::diagram;
pub use layout::Laid;
pub use legend::Key;
pub use parts::{Diagram, Direction, MAX_PARTS, NotDrawn, Part};

/// How a drawing looks, in CSS: what it needs of the page is at its top.
pub const STYLE: &str = include_str!("diagram/drawing.css");
