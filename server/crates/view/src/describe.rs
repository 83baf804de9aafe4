//! Descriptions: of a declaration with all that the analysis derives about it, of a property, a
//! word of a list, a reference, a fact or a finding. It must not know who asks, or how it is laid
//! out.

// What every description needs.
mod findings;
mod wording;

// What the language has.
mod language;

// A declaration, part by part.
mod description;

mod assets;
mod decisions;
mod definitions;
mod places;

mod elements;

mod declaration;

// Findings by the names that models write.
mod selected;

pub use declaration::declaration;
pub use language::{
    FUNCTIONS, fact, function, kind_of_declaration, nothing, property, reference, word,
};
pub use selected::finding_named;
pub use wording::distance;
