//! Changes of texts, as plain data. It must not know who applies them.

use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_model::Span;

/// A part of a text, and what is there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced, in the text as it is; nothing, if it is empty.
    pub span: Span,
    /// What is there instead.
    pub text: String,
}

/// A change of some files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The edits of each file that there is, by its path; those of one file do not overlap.
    pub edits: BTreeMap<Arc<str>, Vec<Edit>>,
    /// Files that are made, with their texts.
    pub created: Vec<(Arc<str>, String)>,
    /// Whether the texts of the edits are snippets: `$1`, `${2:CISO}` are to be filled in, and `$`,
    /// `}` and `\` that are meant as such stand behind a `\`.
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

/// A text with its edits.
pub fn applied(text: &str, edits: &[Edit]) -> String {
    let mut result = text.to_owned();
    for edit in edits.iter().rev() {
        result.replace_range(edit.span.range(), &edit.text);
    }
    result
}
