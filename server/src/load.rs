//! Where texts of models come from: the disk and git. It must not know what they mean.

pub mod limits;
pub mod paths;
pub mod place;

pub mod disk;
pub mod names;

pub mod models;

pub mod git;

pub mod states;
