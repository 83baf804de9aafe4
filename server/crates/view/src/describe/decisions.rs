//! What people decided: mitigations, what they accept, and what tests expect. It must not know how
//! rules find something.

use super::description::{Description, Entries};
use crate::catalog::written_property;
use crate::explain::Section;
use crate::related;
use threatline_model::{
    Assessed, Decl, FindingState, Kind, TypedValue, World, accepts_finding, assessed, counters,
    expectation_outcomes, selected_findings, typed,
};

impl Description<'_> {
    /// Adds what there is to know of a mitigation.
    pub fn mitigation(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let place = self.property_place(decl, "status");
        self.item(format!("Status: {}", self.status(decl)), place);
        self.properties(&["status", "due", "counters"]);
        self.condition("when");
        let counters = counters(db, decl);
        let mut countered: Entries = Vec::new();
        let categories = counters.categories.in_words();
        if !categories.is_empty() {
            let place = self.property_place(decl, "counters");
            countered.push((format!("All threats of {categories}"), place));
        }
        countered.extend(self.entries(counters.decls.iter().copied()));
        self.list("Mitigates", countered);
        let listed = related::listed(db, self.model, decl).into_iter();
        let listed = listed.map(|(by, part)| {
            let protects = match by.kind(db) {
                Kind::Component | Kind::Boundary => " and everything in it",
                _ => "",
            };
            (self.with_kind(by) + protects, Some(by.part(part)))
        });
        let listed = listed.collect();
        self.list("Listed by", listed);
        let based = self.entries(related::based_on(db, self.model, decl));
        self.list("Mitigations based on it", based);
    }

    /// Adds what there is to know of an `accept`.
    pub fn accept(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let today = World::get(db).today(db);
        if let Some(until) = typed(db, decl).date("until").filter(|until| *until < today) {
            self.text(format!(
                "It expired after {until}, so the findings that it accepted are open again."
            ));
        }
        self.properties(&["findings"]);
        let mut subjects: Vec<Decl> = Vec::new();
        for (_, value) in typed(db, decl).values("findings") {
            if let TypedValue::Finding(selector) = value
                && !subjects.contains(&selector.subject())
            {
                subjects.push(selector.subject());
            }
        }
        let findings = subjects.iter().flat_map(|subject| assessed(db, *subject));
        let accepted = findings.filter(|assessed| accepts_finding(db, decl, &assessed.finding));
        let accepted: Vec<Assessed> = accepted.cloned().collect();
        if accepted.is_empty() {
            self.text("None of the findings that it names exists.");
        }
        self.findings(&accepted);
    }

    /// Adds what there is to know of a `dismiss`.
    pub fn dismiss(&mut self) {
        let (db, decl) = (self.db, self.decl);
        self.properties(&[]);
        self.condition("while");
        for (_, value) in typed(db, decl).values("finding") {
            let TypedValue::Finding(selector) = value else {
                continue;
            };
            let named = selected_findings(db, selector);
            let is_dismissed =
                |assessed: &Assessed| assessed.state == FindingState::Dismissed(decl);
            if named.is_empty() {
                self.text("The finding that it names does not exist.");
            } else if !named.iter().any(is_dismissed) {
                self.text("It does not hold, so the finding is not dismissed.");
            }
            self.findings(&named);
        }
    }

    /// Adds a condition as written, if it is stated.
    fn condition(&mut self, property: &str) {
        if let Some(condition) = written_property(self.db, self.decl, property) {
            self.parts.push(Section::Code(condition));
        }
    }

    /// Adds whether what a test expects is so.
    pub fn expect(&mut self) {
        for outcome in expectation_outcomes(self.db, self.decl) {
            let (name, expected) = (outcome.name(self.db), outcome.expected);
            let text = match &outcome.instead {
                None => format!("`{name}` is {expected}, as expected"),
                Some(instead) => format!("`{name}` should be {expected}: {instead}"),
            };
            self.item(text, Some(outcome.place));
        }
    }
}
