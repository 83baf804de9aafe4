//! Threat models in the formats of other tools. Readers make a draft of a document, and writers a
//! document of one; a draft becomes text of the language, and a model a draft. It must not know the
//! disk or the terminal.
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

// Texts, and boxes of drawings.
mod area;
mod around;
mod names;
mod once;
pub mod pretty;
pub mod titles;
mod words;

// What the library has, by name.
mod library;

// Documents in which each value knows its place.
mod tree;

// Between a document and a model.
mod draft;

// What readers share.
mod guesses;
mod places;
mod reading;
mod stand_ins;
mod vocabulary;

// What writers share.
mod drawing;
mod ids;
mod losses;

// A module for each format, the language among them.
mod csv;
mod cyclonedx;
mod dot;
mod drawio;
pub mod json;
mod language;
mod mermaid;
mod mtmt;
mod otm;
mod pytm;
mod threagile;
mod threat_dragon;
mod threatcl;
mod tm_bom;

// Which formats there are.
pub mod export;
pub mod import;
