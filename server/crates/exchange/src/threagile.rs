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

pub use read::read;
pub use write::write;

use crate::tree::Node;

/// Whether a document is one of these.
pub fn is_threagile(document: &Node) -> bool {
    let has = |name| document.get(name).is_some();
    has("threagile_version")
        || (has("technical_assets") && has("data_assets"))
        || (has("includes") && has("title"))
}

/// The id that Threagile makes of a title.
fn id_of_title(title: &str) -> String {
    let mut id = String::new();
    for character in title.chars() {
        if character.is_ascii_alphanumeric() {
            id.push(character.to_ascii_lowercase());
        } else if !id.ends_with('-') {
            id.push('-');
        }
    }
    id.trim_matches('-').to_owned()
}
