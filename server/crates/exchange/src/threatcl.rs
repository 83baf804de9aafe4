//! threatcl's HCL: threat models in prose, with data flow diagrams, and libraries of controls
//! (<https://github.com/threatcl/spec>; `spec.go` says which blocks there are). It must not know
//! the disk.

mod assets;
mod blocks;
mod comments;
mod controls;
mod elements;
mod flows;
mod includes;
mod model;
mod read;
mod references;
mod resolve;
mod targets;
mod terms;
mod threats;

pub use read::read;
