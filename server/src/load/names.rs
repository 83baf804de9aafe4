//! The names of the files of models: each is a name that every system distinguishes, or its
//! file is not read, with an error that says why. It must not know what is in the files.

use crate::load::paths::key;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use threatline_model::FileText;
use unicode_normalization::UnicodeNormalization;

/// The names that were given already.
#[derive(Default)]
pub struct Names {
    /// All of them.
    given: BTreeSet<Arc<str>>,
    /// The first of those that some systems do not distinguish.
    first: BTreeMap<String, Arc<str>>,
}

impl Names {
    /// The name of a file, and its text: that it cannot be read, where another system would read
    /// something else.
    pub fn name(&mut self, path: &Path, text: FileText) -> (Arc<str>, FileText) {
        let name = key(path);
        let folded = folded(&name);
        let name = self.unused(name);
        match self.first.entry(folded) {
            Entry::Vacant(vacant) => {
                vacant.insert(name.clone());
                if path.to_str().is_some() {
                    return (name, text);
                }
                let why = "the file name is not valid UTF-8, so the file was not read; rename it";
                (name, FileText::failed(why))
            }
            Entry::Occupied(first) => {
                let why = format!(
                    "the name differs from `{}` only by letter case or Unicode form; some \
                     systems keep only one of the two files, so results would depend on the \
                     system; rename it",
                    first.get()
                );
                (name, FileText::failed(why))
            }
        }
    }

    /// A name that no other file has, as two have that are escaped to the same.
    fn unused(&mut self, name: Arc<str>) -> Arc<str> {
        let mut unused = name;
        while !self.given.insert(unused.clone()) {
            unused = format!("{unused}~").into();
        }
        unused
    }
}

/// A name as file systems see it that distinguish neither letter case nor Unicode forms.
fn folded(name: &str) -> String {
    let visible = name.chars().filter(|character| !is_ignored(*character));
    let upper: String = visible.nfd().flat_map(char::to_uppercase).collect();
    upper.chars().flat_map(char::to_lowercase).nfd().collect()
}

/// Whether HFS+ passes over a character where it compares names.
fn is_ignored(character: char) -> bool {
    matches!(
        character,
        '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_some_systems_do_not_distinguish_are_one() {
        for (one, other) in [
            ("a/shop.threat", "a/SHOP.threat"),
            ("a/shop.threat", "A/shop.threat"),
            ("caf\u{e9}.threat", "cafe\u{301}.threat"),
            ("stra\u{df}e.threat", "STRASSE.threat"),
            ("\u{212a}ey.threat", "key.threat"),
            ("sh\u{200c}op.threat", "shop.threat"),
        ] {
            let mut names = Names::default();
            let (first, text) = names.name(Path::new(one), FileText::new("a"));
            assert!(text.unreadable.is_none());
            let (second, text) = names.name(Path::new(other), FileText::new("b"));
            assert!(text.unreadable.is_some(), "{one} and {other}");
            assert_ne!(first, second);
        }
        let mut names = Names::default();
        for name in ["a.threat", "b.threat", "a/a.threat", "\u{e4}.threat"] {
            let (_, text) = names.name(Path::new(name), FileText::new("a"));
            assert!(text.unreadable.is_none(), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_stay_apart() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let mut names = Names::default();
        let mut given = Vec::new();
        for name in [
            &b"b\xfcro.threat"[..],
            b"b\xffro.threat",
            b"b\\xfcro.threat",
        ] {
            let path = Path::new(OsStr::from_bytes(name));
            let (name, text) = names.name(path, FileText::new("a"));
            assert!(text.unreadable.is_some());
            given.push(name);
        }
        given.dedup();
        assert_eq!(given.len(), 3, "{given:?}");
    }
}
