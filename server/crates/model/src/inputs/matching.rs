//! Which of the declarations that a file has is which of those that its text declares now, so that
//! what follows from one stays with it. It must not know what follows.

use super::reading::DeclarationReading;
use crate::db::{Db, Decl};
use crate::lower::Shape;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::collections::VecDeque;
use threatline_syntax::Kind;

/// By what a declaration is known again: its kind, and its name or, without one, its ends.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    kind: Kind,
    name: Option<SmolStr>,
    ends: Option<(Option<SmolStr>, Option<SmolStr>)>,
}

impl Key {
    fn of(shape: &Shape) -> Key {
        let ends = || (shape.source.clone(), shape.target.clone());
        Key {
            kind: shape.kind,
            name: shape.name.clone(),
            ends: shape.name.is_none().then(ends),
        }
    }
}

/// Which of the old declarations each new one is, if it is any: that which the edit left, else the
/// first that is left with the same key, else the first that is left at all, so that a renamed one
/// stays itself.
pub fn match_declarations(
    db: &dyn Db,
    old: &[Decl],
    new: &[DeclarationReading],
) -> Vec<Option<usize>> {
    let mut matched: Vec<Option<usize>> = new
        .iter()
        .map(|reading| match reading {
            DeclarationReading::Kept(index) => Some(*index),
            DeclarationReading::Read(..) => None,
        })
        .collect();
    let mut is_left = vec![true; old.len()];
    matched
        .iter()
        .flatten()
        .for_each(|index| is_left[*index] = false);

    let mut left_by_key: FxHashMap<Key, VecDeque<usize>> = FxHashMap::default();
    for index in (0..old.len()).filter(|index| is_left[*index]) {
        let key = Key::of(old[index].shape(db));
        left_by_key.entry(key).or_default().push_back(index);
    }
    for (matched, reading) in matched.iter_mut().zip(new) {
        if let DeclarationReading::Read(shape, _) = reading
            && let Some(left) = left_by_key.get_mut(&Key::of(shape))
            && let Some(index) = left.pop_front()
        {
            *matched = Some(index);
            is_left[index] = false;
        }
    }

    let mut left = (0..old.len()).filter(|index| is_left[*index]);
    for unmatched in matched.iter_mut().filter(|matched| matched.is_none()) {
        *unmatched = left.next();
    }
    matched
}
