//! In which boundaries elements are, and from where to where flows run. It must not know what
//! elements state.

use super::comparer::Comparer;
use super::comparison::Topic;
use super::wording::written_ends;
use threatline_model::{
    Database, Decl, Kind, Part, Trust, crossed, ends, holds, placed_in, trust, trust_of_boundary,
};
use threatline_syntax::prose::quoted_list;

impl Comparer<'_> {
    /// Compares in which boundary a declaration is, or between which ends.
    pub fn compare_placement(&mut self, old: Decl, new: Decl) {
        if new.kind(self.head.db) != Kind::Flow {
            self.compare_boundary(old, new);
        }
        if let Some((before, after)) = self.other_way(old, new) {
            let carried = self.sensitive_in_words(new, holds(self.head.db, new).clone());
            let (topic, carries) = if carried.is_empty() {
                (Topic::Changed, String::new())
            } else {
                (Topic::Sensitive, format!("; it carries {carried}"))
            };
            let name = self.name(new);
            let message = format!("`{name}` now runs {after}, previously {before}{carries}");
            self.report_on(topic, new, Part::Name, message);
        }
    }

    fn compare_boundary(&mut self, old: Decl, new: Decl) {
        let (base, head) = (self.base.db, self.head.db);
        let before = placed_in(base, old).map(|boundary| self.matching.base_name(boundary));
        let after = placed_in(head, new).map(|boundary| self.name(boundary));
        if before == after {
            return;
        }
        let (was, is) = (trust_of(base, old), trust_of(head, new));
        let mut message = format!(
            "`{}` is now {}, previously {}",
            self.name(new),
            placed(after),
            placed(before)
        );
        if was.level() != is.level() {
            message += &format!(
                "; its trust is now {}, previously {}",
                is.word(),
                was.word()
            );
        }
        let topic = if is.most > was.most {
            Topic::Weakened
        } else {
            Topic::Changed
        };
        self.report_on(topic, new, Part::Within, message);
    }

    /// From where to where a flow ran, and runs, if that is not the same.
    pub fn other_way(&self, old: Decl, new: Decl) -> Option<(String, String)> {
        let was = written_ends(self.base.db, old, &|decl| self.matching.base_name(decl))?;
        let is = written_ends(self.head.db, new, &|decl| self.name(decl))?;
        let way = |(source, target): &(String, String)| format!("from `{source}` to `{target}`");
        (was != is).then(|| (way(&was), way(&is)))
    }

    /// Boundaries that a flow crosses and did not.
    pub fn compare_crossings(&mut self, flow: Decl) {
        let (base, head) = (self.base.db, self.head.db);
        let (Some(source), Some(target)) = ends(head, flow) else {
            return;
        };
        let before = self.matching.in_base(flow).map(|old| crossed(base, old));
        let (entered_before, left_before) = before.map_or((&[][..], &[][..]), |crossed| {
            (crossed.0.as_slice(), crossed.1.as_slice())
        });
        let (entered, left) = crossed(head, flow);
        let crossings = [
            ("leaves", self.newly_crossed(left, left_before)),
            ("enters", self.newly_crossed(entered, entered_before)),
        ];
        let crossings = crossings.iter().filter(|(_, names)| !names.is_empty());
        let crossings: Vec<String> = crossings
            .map(|(verb, names)| format!("{verb} {}", quoted_list(names)))
            .collect();
        if crossings.is_empty() {
            return;
        }
        let ends = match flow.shape(head).name {
            Some(_) => format!(" (`{} -> {}`)", self.name(source), self.name(target)),
            None => String::new(),
        };
        let (from, to) = (trust(head, source).word(), trust(head, target).word());
        let trusts = if from == to {
            String::new()
        } else {
            format!(", from trust level `{from}` to `{to}`")
        };
        let message = format!(
            "`{}`{ends} {}{trusts}",
            self.name(flow),
            crossings.join(" and ")
        );
        self.report_on(Topic::Crossing, flow, Part::Name, message);
    }

    /// The names of those boundaries of the head that are not among those of the base.
    fn newly_crossed(&self, boundaries: &[Decl], before: &[Decl]) -> Vec<String> {
        let before = before.iter();
        let before: Vec<String> = before.map(|old| self.matching.base_name(*old)).collect();
        let names = boundaries.iter().map(|boundary| self.name(*boundary));
        names.filter(|name| !before.contains(name)).collect()
    }
}

/// The trust of what is in a boundary, or of where an element is.
fn trust_of(db: &Database, decl: Decl) -> Trust {
    match decl.kind(db) {
        Kind::Boundary => trust_of_boundary(db, decl),
        _ => trust(db, decl),
    }
}

fn placed(boundary: Option<String>) -> String {
    match boundary {
        Some(name) => format!("in `{name}`"),
        None => "outside all boundaries".to_owned(),
    }
}
