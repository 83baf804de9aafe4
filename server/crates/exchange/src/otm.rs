//! The Open Threat Model, 0.1 and 0.2, as JSON or YAML
//! (<https://github.com/iriusrisk/OpenThreatModel>, `otm_schema.json`). It must not know the disk.

mod attributes;
mod elements;
mod ids;
mod read;
mod threats;
mod write;

pub use read::read;
pub use write::write;
