//! The commands of the program, one a file. They must not know how a model is analyzed or how
//! output looks: they load, ask, and hand on.

pub mod check;
pub mod definitions;
pub mod diff;
pub mod explain;
pub mod export;
pub mod fmt;
pub mod import;
pub mod init;
pub mod report;
pub mod rules;
pub mod run_tests;
