//! A threat model between formats: declarations with what they state, by keys instead of names. It
//! must not know any format.

mod analyzed;
mod decision;
mod item;
mod items;
mod model;

pub use analyzed::{declared, of_model};
pub use decision::{Decided, Decision};
pub use item::{Fact, Item, facts_in_words};
pub use model::Draft;
