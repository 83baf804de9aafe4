//! For people at a terminal.

mod excerpt;

mod entries;

pub mod check;
pub mod definitions;
pub mod difference;
pub mod explanation;
pub mod import;
pub mod rule_tests;
pub mod rules;
