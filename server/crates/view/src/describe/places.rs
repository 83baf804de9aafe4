//! Components and boundaries, and the trust of what is in one. It must not know what a single
//! element states.

use super::description::{Description, name_place};
use crate::related;
use threatline_model::{
    Assessed, Kind, Part, Trust, TrustBasis, assessed, boundaries_around, component_of, contents,
    crossed, exposure, trust_of_boundary,
};
use threatline_syntax::prose::count;

impl Description<'_> {
    /// Adds what there is to know of a component.
    pub fn component(&mut self) {
        let (db, decl) = (self.db, self.decl);
        self.properties(&["mitigations"]);
        if component_of(db, decl.file(db)) != Some(decl) {
            return;
        }
        let declarations = decl.file(db).declarations(db);
        let kinds = Kind::ALL.into_iter();
        let counts = kinds
            .filter(|kind| *kind != Kind::Component)
            .filter_map(|kind| {
                let of_kind = declarations.iter().filter(|decl| decl.kind(db) == kind);
                let number = of_kind.count();
                (number > 0).then(|| count(number, kind.word()))
            });
        let counts: Vec<String> = counts.collect();
        if !counts.is_empty() {
            self.text(format!("It declares {}.", counts.join(", ")));
        }
        let parts = self.entries(related::components_within(db, decl));
        self.list("Subcomponents", parts);
        self.listed_mitigations();
        let findings = declarations.iter().flat_map(|decl| assessed(db, *decl));
        let findings: Vec<Assessed> = findings.cloned().collect();
        self.findings(&findings);
    }

    /// Adds what there is to know of a boundary.
    pub fn boundary(&mut self) {
        let (db, decl) = (self.db, self.decl);
        self.properties(&["mitigations", "trust"]);
        self.trust(trust_of_boundary(db, decl));
        self.boundaries_around();
        self.crossing_flows();
        self.listed_mitigations();
        let inside = contents(db, decl).iter().map(|inner| {
            let deeper = match inner.kind(db) {
                Kind::Boundary => related::everything_in(db, *inner).len(),
                _ => 0,
            };
            let deeper = if deeper > 0 {
                format!(", containing {deeper}")
            } else {
                String::new()
            };
            (self.with_kind(*inner) + &deeper, name_place(*inner))
        });
        let inside = inside.collect();
        self.list("Contents", inside);
    }

    /// Adds how many flows enter and leave the boundary.
    fn crossing_flows(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let (mut entering, mut leaving, mut exposed) = (0, 0, 0);
        let declarations = related::declarations(db, decl.model(db));
        for flow in declarations.filter(|decl| decl.kind(db) == Kind::Flow) {
            let (entered, left) = crossed(db, flow);
            let enters = entered.contains(&decl);
            entering += usize::from(enters);
            leaving += usize::from(left.contains(&decl));
            exposed += usize::from(enters && exposure(db, flow).flow().is_some());
        }
        if entering + leaving > 0 {
            let from = match exposed {
                0 => String::new(),
                _ => format!(", {exposed} of them from a lower trust level"),
            };
            self.text(format!(
                "Incoming flows: {entering}{from}. Outgoing flows: {leaving}."
            ));
        }
    }

    /// Adds the boundaries around an element or a boundary.
    pub fn boundaries_around(&mut self) {
        let around = boundaries_around(self.db, self.decl);
        if !around.is_empty() {
            let names = around.iter().map(|boundary| self.titled(*boundary));
            let names: Vec<String> = names.collect();
            let text = format!("In {}", names.join("; in "));
            self.item(text, Some(self.decl.part(Part::Within)));
        }
    }

    /// Adds the trust of what is described, and which boundary states it.
    pub fn trust(&mut self, trust: Trust) {
        let word = trust.word();
        let text = match trust.basis {
            TrustBasis::Stated(by) if by == self.decl => format!("Trust: `{word}`"),
            TrustBasis::Stated(by) => format!("Trust: `{word}` (from {})", self.name(by)),
            TrustBasis::Own(by) => format!(
                "Trust: `{word}` (default: {} contains your own processes or stores)",
                self.name(by)
            ),
            TrustBasis::Unknown(by) => {
                format!("Trust: unknown ({} does not specify it)", self.name(by))
            }
            TrustBasis::Outside => format!("Trust: `{word}` (default outside all boundaries)"),
        };
        let by = trust.stated_by();
        let place = by.and_then(|by| self.property_place(by, "trust"));
        self.item(text, place);
    }
}
