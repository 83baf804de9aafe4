//! Changes of texts, as plain data. It must not know who applies them.

use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_model::Span;

/// A part of a text, and its replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced, in the old text; an empty span only inserts.
    pub span: Span,
    /// The replacement.
    pub text: String,
}

/// A change of some files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The edits of each existing file, by its path. Those of one file do not overlap.
    pub edits: BTreeMap<Arc<str>, Vec<Edit>>,
    /// New files, with their texts.
    pub created: Vec<(Arc<str>, String)>,
    /// Whether the replacements are snippets: `$1` and `${2:CISO}` are places to fill in, and a
    /// literal `$`, `}` or `\` is escaped with `\`.
    pub is_snippet: bool,
}

impl Change {
    /// A change of one place.
    pub fn one(path: &Arc<str>, span: Span, text: impl Into<String>) -> Change {
        let mut change = Change::default();
        change.edit(path, span, text);
        change
    }

    /// Adds an edit of a file.
    pub fn edit(&mut self, path: &Arc<str>, span: Span, text: impl Into<String>) {
        self.edits.entry(path.clone()).or_default().push(Edit {
            span,
            text: text.into(),
        });
    }
}

/// A text after its edits.
pub fn applied(text: &str, edits: &[Edit]) -> String {
    let mut result = text.to_owned();
    for edit in edits.iter().rev() {
        result.replace_range(edit.span.range(), &edit.text);
    }
    result
}
