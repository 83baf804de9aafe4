//! The technologies, protocols and mitigations of the library. It must not know any of them.

use crate::markdown::code;
use crate::pages::Pages;
use std::io::Result;
use threatline::markdown_tables::{Names, mitigations, protocols, technologies};
use threatline_model::{Database, Decl, short_name};

/// How the pages write names: each row has an anchor, and other names link to theirs.
const NAMES: Names = Names {
    declared: |name| format!("<a id=\"{name}\"></a>{}", code(name)),
    broader: |name| format!("[`{name}`](#{name})"),
    rule: |name| format!("[`{name}`](rules/{name}.md)"),
};

/// Writes the parts `technologies`, `protocols` and `mitigations`.
pub fn write(pages: &Pages, db: &Database) -> Result<()> {
    pages.write_part("technologies", &technologies(db, NAMES))?;
    pages.write_part("protocols", &protocols(db, NAMES))?;
    pages.write_part("mitigations", &mitigations(db, NAMES))
}

/// Links to mitigations, from a page of a folder below theirs.
pub fn linked_mitigations(db: &Database, decls: &[Decl]) -> String {
    let links: Vec<String> = decls
        .iter()
        .map(|decl| short_name(db, *decl))
        .map(|name| format!("[`{name}`](../mitigations.md#{name})"))
        .collect();
    links.join(", ")
}
