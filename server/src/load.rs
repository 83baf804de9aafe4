//! Where texts of models come from: the disk and git. It must not know what they mean.

pub mod paths;

pub mod disk;

pub mod models;

pub mod git;

pub mod states;
