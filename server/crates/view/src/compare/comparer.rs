//! Two states of a model while they are compared, and what changed so far. It must not know what a
//! change means.

use super::comparison::{Change, Comparison, Topic, Where};
use super::matching::Matching;
use super::side::Side;
use super::wording::{called, some};
use rustc_hash::FxHashMap;
use threatline_model::{Assessed, Decl, FindingId, Part, full_name, library::short_name};

/// Two states of a model, and what changed from the base to the head so far.
pub struct Comparer<'a> {
    /// The state before.
    pub base: &'a Side<'a>,
    /// The state after.
    pub head: &'a Side<'a>,
    /// Which declaration of one is which of the other.
    pub matching: &'a Matching<'a>,
    /// The findings of the base.
    pub before: &'a [Assessed],
    /// The findings of the head.
    pub after: &'a [Assessed],
    /// The findings of the base by the names that they have in the head.
    before_by_name: FxHashMap<String, &'a Assessed>,
    /// What changed.
    pub comparison: Comparison,
}

impl<'a> Comparer<'a> {
    /// Nothing compared so far.
    pub fn new(
        matching: &'a Matching<'a>,
        (base, before): (&'a Side<'a>, &'a [Assessed]),
        (head, after): (&'a Side<'a>, &'a [Assessed]),
    ) -> Comparer<'a> {
        let named = before
            .iter()
            .map(|assessed| (matching.finding_name(assessed.finding.id), assessed));
        Comparer {
            base,
            head,
            matching,
            before,
            after,
            before_by_name: named.collect(),
            comparison: Comparison::default(),
        }
    }

    /// Adds a change.
    pub fn report(
        &mut self,
        topic: Topic,
        subject: (&'static str, String),
        place: Where,
        message: String,
    ) {
        self.comparison.changes.push(Change {
            topic,
            subject,
            message,
            place,
        });
    }

    /// Adds a change of a declaration of the head.
    pub fn report_on(&mut self, topic: Topic, decl: Decl, part: Part, message: String) {
        let subject = (decl.kind(self.head.db).word(), self.name(decl));
        self.report(topic, subject, Where::Head(decl.part(part)), message);
    }

    /// The finding of the base that one of the head was.
    pub fn finding_in_base(&self, id: FindingId) -> Option<&'a Assessed> {
        let name = id.name(self.head.db);
        self.before_by_name.get(name.as_str()).copied()
    }

    /// The name of a declaration of the head.
    pub fn name(&self, decl: Decl) -> String {
        full_name(self.head.db, decl).to_string()
    }

    /// The kind and the name of a declaration of the head.
    pub fn called(&self, decl: Decl) -> String {
        called(self.head.db, decl)
    }

    /// Elements of the head, the first few by name.
    pub fn some(&self, elements: &[Decl]) -> String {
        let names = elements.iter();
        some(names.map(|decl| format!("`{}`", self.name(*decl))))
    }

    /// A finding of the head by its name and its severity.
    pub fn finding_named(&self, assessed: &Assessed) -> String {
        let finding = &assessed.finding;
        let name = finding.id.name(self.head.db);
        let missing = if finding.missing.is_some() {
            ", undecided"
        } else {
            ""
        };
        format!(
            "`{}` ({}{missing})",
            short_name(&name),
            finding.severity.word()
        )
    }
}
