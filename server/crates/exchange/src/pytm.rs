//! What pytm prints with `--json`, and what it reads with `TM.load`
//! (<https://github.com/OWASP/pytm>; its classes say which attributes there are). Things refer to
//! each other by their names. It must not know pytm's threats, except for their ids.

mod answers;
mod assumptions;
mod attributes;
mod data;
mod elements;
mod findings;
mod flows;
mod keys;
mod read;
mod sinks;
mod terms;

pub use read::read;
