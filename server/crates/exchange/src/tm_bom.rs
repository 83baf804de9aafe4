//! The OWASP threat model library (TM-BOM,
//! <https://github.com/OWASP/www-project-threat-model-library>, `threat-model.schema.json`, 1.0).
//! It must not know how a draft becomes text.

mod assumptions;
mod boundaries;
mod controls;
mod data;
mod elements;
mod flows;
mod keys;
mod read;
mod risks;
mod terms;
mod threats;

pub use read::read;
