//! Models of the Microsoft Threat Modeling Tool (`.tm7`): drawings, and threats that the tool made
//! of them, as .NET's `DataContractSerializer` writes them. It must not know how a drawing looks,
//! except for what is in which box.

mod elements;
mod flows;
mod read;
mod reader;
mod stencils;
mod surfaces;
mod terms;
mod threats;
mod xml;

pub use read::read;
