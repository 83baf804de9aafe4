//! Everything that was found, as one JSON document. `version` identifies its form, which changes
//! when the meaning of a key does.

mod parts;

pub mod check;
pub mod definitions;
pub mod difference;
pub mod rule_tests;
pub mod rules;
