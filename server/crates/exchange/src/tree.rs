//! Documents of other tools as trees in which each value knows its place, so that each problem and
//! each loss has one. It must not know what a document means.

mod fields;
mod hcl;
mod json;
mod node;
mod notes;
mod text;
mod yaml;

pub use fields::Fields;
pub use hcl::{LABELS, hcl};
pub use json::json;
pub use node::{Node, Value};
pub use notes::{DRAWN_ANEW, KEPT, LOOSE_END, Loss, NO_INSIDE, Notes, Problem};
pub use text::{Place, Text, decode};
pub use yaml::yaml;
