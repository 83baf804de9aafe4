//! What newly protects an element, and what no longer does, reported once for all elements of
//! one list. It must not know which threats a mitigation counters.

use super::comparer::Comparer;
use super::comparison::{Topic, Where};
use super::wording::called_as;
use rustc_hash::{FxHashMap, FxHashSet};
use std::hash::Hash;
use threatline_model::{
    Decl, EffectiveMitigation, Part, effective_mitigations, library::short_name,
};

/// A mitigation, and what lists it.
type Lost = (Decl, Decl);
/// A mitigation, what lists it, and the part that does.
type Gained = (Decl, Decl, Part);

impl Comparer<'_> {
    /// Compares by which mitigations the elements of both states are protected.
    pub fn compare_protection(&mut self) {
        let (mut lost, mut gained) = (Groups::new(), Groups::new());
        for &new in &self.head.declarations {
            if new.kind(self.head.db).is_element()
                && let Some(old) = self.matching.in_base(new)
            {
                self.compare_protection_of(old, new, &mut lost, &mut gained);
            }
        }
        for (key, elements) in lost.groups {
            self.report_lost(key, &elements);
        }
        for (key, elements) in gained.groups {
            self.report_gained(key, &elements);
        }
    }

    fn compare_protection_of(
        &self,
        old: Decl,
        new: Decl,
        lost: &mut Groups<Lost>,
        gained: &mut Groups<Gained>,
    ) {
        let before = effective_mitigations(self.base.db, old);
        let after = effective_mitigations(self.head.db, new);
        let base_name =
            |effective: &EffectiveMitigation| self.matching.base_name(effective.mitigation);
        let head_name = |effective: &EffectiveMitigation| self.name(effective.mitigation);
        let was: FxHashSet<String> = before.iter().map(base_name).collect();
        let is: FxHashSet<String> = after.iter().map(head_name).collect();
        for effective in before {
            if !is.contains(&base_name(effective)) {
                lost.add((effective.mitigation, effective.by), new);
            }
        }
        for effective in after {
            if !was.contains(&head_name(effective)) {
                gained.add((effective.mitigation, effective.by, effective.part), new);
            }
        }
    }

    fn report_lost(&mut self, (mitigation, by): Lost, elements: &[Decl]) {
        let base = self.base.db;
        let name = self.matching.base_name(mitigation);
        let listed = if by.kind(base).is_element() {
            String::new()
        } else {
            let by = called_as(base, by, self.matching.base_name(by));
            format!(", which {by} listed before")
        };
        let message = format!(
            "`{}` no longer protects {}{listed}",
            short_name(&name),
            self.some(elements)
        );
        self.report_on(Topic::Weakened, elements[0], Part::Name, message);
    }

    fn report_gained(&mut self, (mitigation, by, part): Gained, elements: &[Decl]) {
        let message = format!(
            "`{}` now protects {}",
            short_name(&self.name(mitigation)),
            self.some(elements)
        );
        let first = elements[0];
        let subject = (first.kind(self.head.db).word(), self.name(first));
        self.report(Topic::Changed, subject, Where::Head(by.part(part)), message);
    }
}

/// Elements by what they have in common, in the order in which each was first met.
struct Groups<K> {
    groups: Vec<(K, Vec<Decl>)>,
    places: FxHashMap<K, usize>,
}

impl<K: Copy + Hash + Eq> Groups<K> {
    fn new() -> Groups<K> {
        Groups {
            groups: Vec::new(),
            places: FxHashMap::default(),
        }
    }

    fn add(&mut self, key: K, decl: Decl) {
        let place = *self.places.entry(key).or_insert(self.groups.len());
        match self.groups.get_mut(place) {
            Some((_, decls)) => decls.push(decl),
            None => self.groups.push((key, vec![decl])),
        }
    }
}
