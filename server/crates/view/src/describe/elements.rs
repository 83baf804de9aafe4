//! External entities, processes, stores and flows. It must not know who asks.

use super::description::{Description, name_place};
use super::wording::capital;
use threatline_model::{
    FactCache, Kind, assessed, crossed, describe_fact, effective_mitigations, ends, exposure,
    fact_named,
    schema::{self, Property, Takes},
    trust, typed,
};
use threatline_syntax::prose::quoted_list;

/// The properties that are shown by what follows from them.
const SHOWN_AS_FACTS: [&str; 6] = [
    "mitigations",
    "out_of_scope",
    "stores",
    "handles",
    "sends",
    "receives",
];

impl Description<'_> {
    /// Adds what there is to know of an element.
    pub fn element(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let kind = decl.kind(db);
        if let Some(reason) = typed(db, decl).text("out_of_scope") {
            let place = self.property_place(decl, "out_of_scope");
            self.item(format!("Out of scope: {reason}"), place);
        }
        let (source, target) = ends(db, decl);
        for (word, end) in [("From", source), ("To", target)] {
            if let Some(end) = end {
                self.item(format!("{word} {}", self.titled(end)), name_place(end));
            }
        }
        let mut shown_elsewhere = SHOWN_AS_FACTS.to_vec();
        shown_elsewhere.extend((kind == Kind::Process).then_some("source"));
        self.properties(&shown_elsewhere);
        self.unstated();
        match kind {
            Kind::Flow => self.crossing(),
            _ => self.placement(),
        }
        self.held_assets();
        self.protection();
        self.findings(assessed(db, decl));
    }

    /// Adds the facts that rules would ask for and that are not stated.
    fn unstated(&mut self) {
        let stated = typed(self.db, self.decl);
        let is_asked = |property: &&Property| {
            property.default.is_none()
                && !property.many
                && matches!(property.takes, Takes::Words(_) | Takes::YesNo)
        };
        let properties = schema::of(self.decl.kind(self.db)).properties.iter();
        let missing: Vec<&str> = properties
            .filter(is_asked)
            .map(|property| property.name)
            .filter(|name| stated.get(name).is_none())
            .collect();
        if !missing.is_empty() {
            self.text(format!("Unspecified: {}.", quoted_list(missing)));
        }
    }

    fn facts(&mut self, names: &[&str]) {
        let kinds = [self.decl.kind(self.db)];
        let values = FactCache::new(self.db);
        let facts = names.iter().filter_map(|name| fact_named(&kinds, name));
        let reasons = facts.filter_map(|fact| describe_fact(&values, self.decl, "it", fact));
        for reason in reasons.collect::<Vec<_>>() {
            self.item(capital(&reason.message), reason.place);
        }
    }

    fn crossing(&mut self) {
        self.heading("Boundaries and trust");
        let (entered, left) = crossed(self.db, self.decl);
        self.facts(&["crosses_boundary"]);
        if !entered.is_empty() || !left.is_empty() {
            let is_exposed = exposure(self.db, self.decl).flow().is_some();
            self.facts(&[if is_exposed { "exposed" } else { "outbound" }]);
        }
        self.facts(&["encrypted", "authenticated"]);
    }

    fn placement(&mut self) {
        self.heading("Location and trust");
        self.boundaries_around();
        self.trust(trust(self.db, self.decl));
        self.facts(&["reached_from"]);
    }

    /// Adds the mitigations that protect the element, and what brings each.
    fn protection(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let entries = effective_mitigations(db, decl).iter().map(|effective| {
            let by = if effective.by == decl {
                String::new()
            } else {
                let kind = effective.by.kind(db).word();
                format!(", from {kind} {}", self.name(effective.by))
            };
            let mitigation = self.titled(effective.mitigation);
            let status = self.status(effective.mitigation);
            let place = effective.by.part(effective.part);
            (format!("{mitigation}: {status}{by}"), Some(place))
        });
        let entries = entries.collect();
        self.list("Mitigations", entries);
    }
}
