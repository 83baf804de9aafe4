//! Changes of texts, as plain data. It must not know who applies them.

use std::collections::BTreeMap;
use std::sync::Arc;
use threatline_model::{File, Place, Span};

/// A part of a text, and what stands there instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced, in the text as it is; nothing, if it is empty.
    pub span: Span,
    /// What stands there instead.
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

/// Where a declaration is, for going there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The file.
    pub file: File,
    /// All of the declaration.
    pub whole: Span,
    /// Its name.
    pub name: Span,
}

impl Target {
    /// Where a declaration is.
    pub fn of(db: &threatline_model::Database, decl: threatline_model::Decl) -> Target {
        use threatline_model::Part;
        let (file, name) = decl.part(Part::Name).resolve(db);
        Target {
            file,
            whole: decl.part(Part::Whole).resolve(db).1,
            name,
        }
    }

    /// A part of a declaration.
    pub fn at(db: &threatline_model::Database, place: Place) -> Target {
        let (file, name) = place.resolve(db);
        Target {
            file,
            whole: name,
            name,
        }
    }
}

/// A snippet as a text: what stands at its places, and nothing where nothing does.
pub fn without_places(snippet: &str) -> String {
    let mut text = String::new();
    let mut characters = snippet.chars().peekable();
    let mut is_in_place = false;
    while let Some(c) = characters.next() {
        match c {
            '\\' => text.extend(characters.next()),
            '}' if is_in_place => is_in_place = false,
            '$' => {
                let opens = characters.next_if_eq(&'{').is_some();
                while characters.next_if(char::is_ascii_digit).is_some() {}
                is_in_place = opens && characters.next_if_eq(&':').is_some();
                if opens && !is_in_place {
                    characters.next_if_eq(&'}');
                }
            }
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::without_places;

    #[test]
    fn places_hold_what_stands_in_them() {
        assert_eq!(
            without_places("a {\n  by: \"${1:who}\" $2${3}\\$\\}\n}$0"),
            "a {\n  by: \"who\" $}\n}"
        );
    }
}
