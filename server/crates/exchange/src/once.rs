//! Names that have to differ. It must not know what they are for.

use rustc_hash::{FxHashMap, FxHashSet};

/// Names that were given, each once.
#[derive(Clone, Debug, Default)]
pub struct Once {
    taken: FxHashSet<String>,
    /// The number that is tried next for a name: many things may be called alike.
    next: FxHashMap<String, usize>,
}

impl Once {
    /// A name that nothing has yet: this one, or this one with a number, from 2.
    pub fn take(&mut self, name: &str, numbered: impl Fn(&str, usize) -> String) -> String {
        if self.taken.insert(name.to_owned()) {
            return name.to_owned();
        }
        let next = self.next.entry(name.to_owned()).or_insert(2);
        loop {
            let free = numbered(name, *next);
            *next += 1;
            if self.taken.insert(free.clone()) {
                return free;
            }
        }
    }

    /// Keeps a name from being given.
    pub fn keep(&mut self, name: &str) {
        self.taken.insert(name.to_owned());
    }
}
