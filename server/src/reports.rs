//! What is found in the models of a run, as plain data with places as line and column, ready for
//! every output format. It must not know how it is printed.

pub mod questions;
pub mod spots;

pub mod model;

pub mod brief;
pub mod identity;
pub mod rule_tests;

pub mod difference;
