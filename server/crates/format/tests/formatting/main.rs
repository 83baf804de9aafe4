//! The formatter: its rules, and what is true of every result, whatever the text.

mod any_text;
mod checked;
mod rules;
