//! What models are made of: technologies, protocols and rules. It must not know where a description
//! is shown.

use super::description::{Description, MAX_ENTRIES};
use crate::catalog;
use crate::explain::{self, Section};
use crate::related;
use threatline_model::{
    Decl, Kind, broader_says, checked_condition,
    schema::{self, Takes},
    typed, with_broader,
};
use threatline_syntax::prose::quoted_list;

impl Description<'_> {
    /// Adds what there is to know of a technology or a protocol.
    pub fn definition(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let broader: Vec<Decl> = with_broader(db, decl).iter().copied().skip(1).collect();
        if !broader.is_empty() {
            let place = typed(db, decl).part("is").map(|part| decl.part(part));
            self.item(format!("A kind of {}", self.names(broader)), place);
        }
        self.answers();
        self.narrower();
        let made = related::made_with(db, self.model, decl).into_iter();
        let made = made.map(|(element, part)| (self.with_kind(element), Some(element.part(part))));
        let made = made.collect();
        let heading = match decl.kind(db) {
            Kind::Protocol => "Used by",
            _ => "Used by",
        };
        self.list(heading, made);
        let filter = catalog::Filter {
            made_with: Some(decl),
            ..catalog::Filter::default()
        };
        let rules = catalog::entries(db, self.model, &filter).into_iter();
        let rules = self.entries(rules.map(|entry| entry.rule));
        self.list("Rules that use it", rules);
    }

    /// Adds the properties that are yes or no, by itself or by what is broader.
    fn answers(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let properties = schema::of(decl.kind(db)).properties.iter();
        for property in properties.filter(|property| property.takes == Takes::YesNo) {
            let name = property.name;
            let Some((yes, by)) = broader_says(db, decl, name) else {
                self.item(format!("`{name}`: `no` (default)"), None);
                continue;
            };
            let answer = if yes { "yes" } else { "no" };
            let by_whom = if by == decl {
                String::new()
            } else {
                format!(" (from {})", self.name(by))
            };
            let place = self.property_place(by, name);
            self.item(format!("`{name}`: `{answer}`{by_whom}"), place);
        }
    }

    fn narrower(&mut self) {
        let narrower = related::narrower(self.db, self.model, self.decl);
        if narrower.is_empty() {
            return;
        }
        let shown = self.names(narrower.iter().copied().take(MAX_ENTRIES));
        let more = narrower.len().saturating_sub(MAX_ENTRIES);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        self.text(format!("Narrower: {shown}{more}."));
    }

    /// Adds what there is to know of a rule.
    pub fn rule(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let entry = catalog::entry(db, self.model, decl);
        let on = quoted_list(entry.on.iter().map(|kind| kind.word()));
        let categories = entry.categories.in_words();
        if !on.is_empty() || !categories.is_empty() {
            self.text(format!("Applies to {on}. STRIDE: {categories}."));
        }
        if !entry.condition.is_empty() {
            self.parts.push(Section::Code(entry.condition));
        }
        if checked_condition(db, decl).condition.is_none() {
            self.text("Its condition has errors, so it never matches.");
        }
        let (likelihood, impact) = (entry.likelihood.word(), entry.impact.word());
        self.text(format!(
            "Likelihood {likelihood}; impact {impact} where confidential data is held."
        ));
        if let Some(setting) = &entry.setting {
            self.text(explain::setting_in_words(setting));
        }
        if !entry.advice.is_empty() {
            self.heading("What to do");
            self.text(entry.advice);
        }
        let counters = self.entries(entry.countered_by);
        self.list("Mitigated by", counters);
        self.findings(&related::found_by(db, self.model, decl));
    }
}
