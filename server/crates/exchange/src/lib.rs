//! Threat models in the formats of other tools. Readers make a [`draft::Draft`] of a document, and writers a document of
//! one; a draft becomes text of the language, and a model a draft. It must not know the disk or the terminal.

pub mod csv;
pub mod cyclonedx;
pub mod dot;
pub mod draft;
pub mod drawing;
pub mod drawio;
pub mod export;
pub mod import;
pub mod json;
pub mod mermaid;
pub mod mtmt;
mod once;
pub mod otm;
pub mod pytm;
pub mod text;
pub mod threagile;
pub mod threat_dragon;
pub mod threatcl;
pub mod tm_bom;
pub mod tree;
pub mod words;
