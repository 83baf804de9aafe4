//! The formats in which things are printed, one a module, and what they share. They must not decide
//! what is said.

pub mod document;
pub mod file;
pub mod styles;
pub mod terminal;
mod wording;

pub mod github;
pub mod html;
pub mod human;
pub mod json;
pub mod sarif;

pub mod markdown;
