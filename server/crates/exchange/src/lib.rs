//! Threat models in the formats of other tools. Readers make a draft of a document, and writers a
//! document of one; a draft becomes text of the language, and a model a draft. It must not know the
//! disk or the terminal.
//!
//! A module knows only those in the rows above its own:
//!
//! - `words`, `titles`, `names`, `once`, `pretty`, `area`: texts, and boxes of drawings;
//! - `library`: what the library has, by name;
//! - `tree`: documents in which each value knows its place;
//! - `draft`: what lies between a document and a model;
//! - `vocabulary`, `guesses`, `stand_ins`, `places`, `reading`: what readers share;
//! - `ids`, `losses`, `drawing`: what writers share;
//! - a module for each format, the language among them;
//! - `import` and `export`: which formats there are.

mod area;
mod csv;
mod cyclonedx;
mod dot;
mod draft;
mod drawing;
mod drawio;
pub mod export;
mod guesses;
mod ids;
pub mod import;
pub mod json;
mod language;
mod library;
mod losses;
mod mermaid;
mod mtmt;
mod names;
mod once;
mod otm;
mod places;
pub mod pretty;
mod pytm;
mod reading;
mod stand_ins;
mod threagile;
mod threat_dragon;
mod threatcl;
pub mod titles;
mod tm_bom;
mod tree;
mod vocabulary;
mod words;
