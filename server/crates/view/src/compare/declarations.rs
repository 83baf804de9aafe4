//! What is new, what is gone, and what says something else than it did. It must not know findings.

use super::comparer::Comparer;
use super::comparison::{Topic, Where};
use super::values::{hidden_in_words, in_text, is_text};
use super::wording::{by_whom, called, unquoted, written_ends};
use rustc_hash::FxHashSet;
use threatline_model::{
    Database, Decl, Kind, Part, full_name,
    library::short_name,
    placed_in,
    schema::{CLASSIFICATION, Property},
    sensitivity_of_asset, trust_of_boundary, typed,
};

impl Comparer<'_> {
    /// Compares all that the two states declare.
    pub fn compare_declarations(&mut self) {
        for &decl in &self.head.declarations {
            match self.matching.in_base(decl) {
                Some(old) => self.compare_declaration(old, decl),
                None => self.report_added(decl),
            }
            if decl.kind(self.head.db) == Kind::Flow {
                self.compare_crossings(decl);
            }
            self.compare_sensitive(decl);
        }
        for &decl in &self.base.declarations {
            if self.matching.in_head(decl).is_none() {
                self.report_removed(decl);
            }
        }
    }

    /// A declaration of both: its changed facts, else its changed texts.
    fn compare_declaration(&mut self, old: Decl, new: Decl) {
        let reported = self.comparison.changes.len();
        self.compare_placement(old, new);
        self.compare_properties(old, new);
        if new.kind(self.head.db) == Kind::Accept {
            self.compare_acceptance(Some(old), new);
        }
        if self.comparison.changes.len() == reported {
            let texts = self.changed_texts(old, new);
            if !texts.is_empty() {
                self.comparison.texts.push((new, texts));
            }
        }
    }

    fn changed_texts(&self, old: Decl, new: Decl) -> Vec<&'static str> {
        let (base, head) = (self.base.db, self.head.db);
        let stated = |db, decl| typed(db, decl).stated.iter().map(|stated| stated.property);
        let properties = stated(base, old).chain(stated(head, new));
        let mut changed: Vec<&'static str> = properties
            .filter(|property| is_read_by_people(property))
            .map(|property| property.name)
            .filter(|name| texts(base, old, name) != texts(head, new, name))
            .collect();
        let (was, is) = (old.facts(base), new.facts(head));
        changed.extend((was.title != is.title).then_some("title"));
        changed.extend((was.description != is.description).then_some("description"));
        changed.sort_unstable();
        changed.dedup();
        changed
    }

    fn report_added(&mut self, decl: Decl) {
        let db = self.head.db;
        let kind = decl.kind(db);
        let (mut topic, mut message) = (Topic::Added, self.called(decl));
        match kind {
            Kind::Expect => return,
            Kind::Accept => return self.compare_acceptance(None, decl),
            Kind::Technology | Kind::Protocol | Kind::Rule => {
                topic = Topic::Policy;
                message += " is new";
            }
            Kind::Dismiss => {
                topic = Topic::Policy;
                let finding = typed(db, decl).values("finding").first();
                let finding = finding.map(|(_, value)| in_text(value, &|decl| self.name(decl)));
                let finding = finding.unwrap_or_default();
                message += &format!(
                    " is new: {} decided that `{}` does not apply",
                    by_whom(db, decl),
                    short_name(&finding)
                );
            }
            Kind::Flow => {
                // One without ends is not a flow yet: an error says so.
                let Some((source, target)) = written_ends(db, decl, &|decl| self.name(decl)) else {
                    return;
                };
                if decl.shape(db).name.is_some() {
                    message += &format!(", `{source} -> {target}`");
                }
            }
            Kind::Asset => {
                let classification = sensitivity_of_asset(db, decl).classification;
                message += &format!(", {}", CLASSIFICATION.word(classification));
            }
            Kind::Boundary => {
                let trust = trust_of_boundary(db, decl).word();
                message += &format!(", trust {trust}");
            }
            _ => {}
        }
        let is_placed = matches!(
            kind,
            Kind::External | Kind::Process | Kind::Store | Kind::Boundary
        );
        if is_placed && let Some(boundary) = placed_in(db, decl) {
            message += &format!(", in `{}`", self.name(boundary));
        }
        if let Some(why) = typed(db, decl).text("out_of_scope") {
            topic = Topic::Weakened;
            let hidden = hidden_in_words(db, decl);
            message += &format!(", new and out of scope: {}{hidden}", unquoted(why));
        }
        self.report_on(topic, decl, Part::Name, message);
    }

    fn report_removed(&mut self, decl: Decl) {
        let db = self.base.db;
        let (topic, gone) = match decl.kind(db) {
            Kind::Expect => return,
            Kind::Threat => (Topic::Weakened, " was removed"),
            Kind::Technology | Kind::Protocol | Kind::Rule => (Topic::Policy, " was removed"),
            _ => (Topic::Removed, ""),
        };
        let message = format!("{}{gone}", called(db, decl));
        let subject = (decl.kind(db).word(), full_name(db, decl).to_string());
        let place = Where::Base(decl.part(Part::Name));
        self.report(topic, subject, place, message);
    }
}

fn is_read_by_people(property: &Property) -> bool {
    is_text(property) || ["evidence", "out_of_scope"].contains(&property.name)
}

/// The values of a property, to see whether they are others.
fn texts(db: &Database, decl: Decl, name: &str) -> FxHashSet<String> {
    let stated = typed(db, decl).stated.iter();
    let values = stated
        .filter(|stated| stated.property.name == name)
        .flat_map(|stated| stated.values.iter());
    values.map(|(_, value)| format!("{value:?}")).collect()
}
