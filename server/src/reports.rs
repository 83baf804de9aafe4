//! What is found in the models of a run, as plain data with places as line and column, ready for
//! every output format. It must not know how it is printed.

pub mod difference;
pub mod identity;
pub mod model;
pub mod rule_tests;
pub mod spots;
