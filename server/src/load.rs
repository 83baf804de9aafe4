//! Where texts of models come from: the disk and git. It must not know what they mean.

pub mod disk;
pub mod git;
pub mod models;
pub mod paths;
pub mod states;
