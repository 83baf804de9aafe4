//! What has to hold of whatever comes in, one module for each target: a function that takes the
//! bytes of a fuzzer and panics where something does not hold. It must not know which fuzzer calls
//! it.
#![cfg_attr(not(test), warn(clippy::too_many_lines))]

pub mod analyzer;
pub mod budget;
pub mod formatter;
pub mod importers;
mod input;
pub mod markdown;
pub mod parser;
pub mod protocol;

#[cfg(test)]
mod growth;
#[cfg(test)]
mod seeds;
