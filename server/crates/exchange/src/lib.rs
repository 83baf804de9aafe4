//! Threat models in the formats of other tools. Readers make a [`draft::Draft`] of a document, and
//! writers a document of one; a draft becomes text of the language, and a model a draft. It must
//! not know the disk or the terminal.

pub mod area;
pub mod csv;
pub mod cyclonedx;
pub mod dot;
pub mod draft;
pub mod drawing;
pub mod drawio;
pub mod export;
pub mod guesses;
pub mod ids;
pub mod import;
pub mod json;
pub mod library;
pub mod losses;
pub mod mermaid;
pub mod mtmt;
mod once;
pub mod otm;
pub mod places;
pub mod pretty;
pub mod pytm;
pub mod stand_ins;
pub mod text;
pub mod threagile;
pub mod threat_dragon;
pub mod threatcl;
pub mod titles;
pub mod tm_bom;
pub mod tree;
pub mod vocabulary;
