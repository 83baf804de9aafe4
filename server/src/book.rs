//! Where the pages of the book are: each diagnostic code and each rule of the library has one. It
//! must not know where an address is shown.

use threatline_model::{Database, Decl, Kind, codes::Code, short_name};

/// Where the book is published.
const BOOK: &str = env!("CARGO_PKG_HOMEPAGE");

/// The path of the page about a diagnostic code, without an extension.
pub fn path_of_code(code: &Code) -> String {
    format!("reference/diagnostics/{}", code.id)
}

/// The path of the page about a rule, without an extension, if it is a rule of the library.
pub fn path_of_rule(db: &Database, decl: Decl) -> Option<String> {
    let has_page = decl.kind(db) == Kind::Rule && decl.in_library(db);
    has_page.then(|| format!("reference/rules/{}", short_name(db, decl)))
}

/// The address of the page about a diagnostic code.
pub fn page_of_code(code: &Code) -> String {
    format!("{BOOK}{}.html", path_of_code(code))
}

/// The address of the page about a rule, if it is a rule of the library.
pub fn page_of_rule(db: &Database, decl: Decl) -> Option<String> {
    path_of_rule(db, decl).map(|path| format!("{BOOK}{path}.html"))
}
