//! Markdown, for pages and comments.

mod escape;

pub mod document;
pub mod tables;

pub mod library;

pub mod difference;
