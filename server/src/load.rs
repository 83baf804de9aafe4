//! Where texts of models come from: the disk and git. It must not know what they mean.

pub mod disk;
pub mod files;
pub mod git;
