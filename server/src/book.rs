//! Addresses of pages of the book: each diagnostic code and each rule of the library has one. It
//! must not know where an address is shown.

use threatline_model::{Database, Decl, Kind, codes::Code, short_name};

/// Where the book is published.
const BOOK: &str = env!("CARGO_PKG_HOMEPAGE");

/// The page about a diagnostic code.
pub fn page_of_code(code: &Code) -> String {
    format!("{BOOK}reference/diagnostics/{}.html", code.id)
}

/// The page about a rule, if it is one of the library.
pub fn page_of_rule(db: &Database, decl: Decl) -> Option<String> {
    let has_page = decl.kind(db) == Kind::Rule && decl.in_library(db);
    has_page.then(|| format!("{BOOK}reference/rules/{}.html", short_name(db, decl)))
}
