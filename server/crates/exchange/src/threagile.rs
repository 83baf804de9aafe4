//! Threagile's YAML: assets, technical assets with their links, trust boundaries, risks of one's
//! own and the tracking of risks (<https://threagile.io>; its Go sources at `pkg/input` and
//! `pkg/types` say which words there are). It must not know the disk.

mod assets;
mod boundaries;
mod includes;
mod keys;
mod read;
mod risks;
mod terms;
mod write;

pub use read::{is_threagile, read};
pub use write::write;
