//! Where sensitive data is new, and which data is more sensitive than before.
//! It must not know other properties.

use super::comparer::Comparer;
use super::comparison::Topic;
use rustc_hash::FxHashSet;
use threatline_model::{
    Decl, Kind, Part, Sensitivity, ends, holds, schema::CLASSIFICATION, sensitivity_of_asset, typed,
};
use threatline_syntax::prose::count;

/// The lowest classification of data that is reported.
const MIN_CLASSIFICATION: u8 = 2;

/// The properties that name data.
const HOLDING: [&str; 4] = ["sends", "receives", "stores", "handles"];

impl Comparer<'_> {
    /// Reports sensitive data that something states to carry, keep or handle, and did not; and an
    /// asset that is more sensitive.
    pub fn compare_sensitive(&mut self, decl: Decl) {
        let old = self.matching.in_base(decl);
        match decl.kind(self.head.db) {
            Kind::Flow => self.compare_held(old, decl, "carries"),
            Kind::Store => self.compare_held(old, decl, "stores"),
            Kind::Process => self.compare_held(old, decl, "handles"),
            Kind::Asset => {
                if let Some(old) = old {
                    self.report_more_sensitive(old, decl);
                }
            }
            _ => {}
        }
    }

    fn compare_held(&mut self, old: Option<Decl>, decl: Decl, verb: &str) {
        // A flow with other ends is reported with everything that it carries.
        if old.is_some_and(|old| self.other_way(old, decl).is_some()) {
            return;
        }
        let (base, head) = (self.base.db, self.head.db);
        let before = old.into_iter().flat_map(|old| {
            let stated = typed(base, old);
            HOLDING
                .iter()
                .flat_map(move |property| stated.decls(property))
        });
        let before: FxHashSet<String> =
            before.map(|asset| self.matching.base_name(asset)).collect();
        let stated = typed(head, decl);
        let held = HOLDING.iter().flat_map(|property| stated.named(property));
        let new: Vec<(Decl, Part)> = held
            .filter(|(asset, _)| !before.contains(&self.name(*asset)))
            .collect();
        let assets = self.sensitive_in_words(decl, new.iter().map(|(asset, _)| *asset).collect());
        if assets.is_empty() {
            return;
        }
        let mut new = new.iter();
        let first = new.find(|(asset, _)| is_sensitive(sensitivity_of_asset(head, *asset)));
        let part = first.map_or(Part::Name, |(_, part)| *part);
        let message = format!("`{}` {verb} {assets}", self.name(decl));
        self.report_on(Topic::Sensitive, decl, part, message);
    }

    /// The sensitive ones of some assets, with the ends of the flow that carries them that were
    /// there and held none.
    pub fn sensitive_in_words(&self, decl: Decl, assets: Vec<Decl>) -> String {
        let head = self.head.db;
        let mut seen = FxHashSet::default();
        let assets = assets.into_iter().filter(|asset| {
            is_sensitive(sensitivity_of_asset(head, *asset)) && seen.insert(*asset)
        });
        let in_words = assets.map(|asset| {
            let name = self.name(asset);
            let (source, target) = ends(head, decl);
            let ends = source.into_iter().chain(target);
            let new_to: Vec<String> = ends
                .filter(|end| self.is_new_to(&name, *end))
                .map(|end| format!("`{}`", self.name(end)))
                .collect();
            let new_to = match new_to.as_slice() {
                [] => String::new(),
                ends => format!("; new to {}", ends.join(" and ")),
            };
            let sensitivity = sensitivity_in_words(sensitivity_of_asset(head, asset));
            format!("`{name}` ({sensitivity}{new_to})")
        });
        in_words.collect::<Vec<_>>().join(", ")
    }

    /// Whether an element of the head was in the base, and did not hold the asset of a name.
    fn is_new_to(&self, asset: &str, element: Decl) -> bool {
        let Some(old) = self.matching.in_base(element) else {
            return false;
        };
        let mut held = holds(self.base.db, old).iter();
        !held.any(|held| self.matching.base_name(*held) == asset)
    }

    /// Whether data is more sensitive than before, by a property of its asset.
    pub fn is_more_sensitive(&self, old: Decl, asset: Decl, property: &str) -> bool {
        let was = sensitivity_of_asset(self.base.db, old);
        let is = sensitivity_of_asset(self.head.db, asset);
        match property {
            "classification" => {
                is.classification > was.classification && is.classification >= MIN_CLASSIFICATION
            }
            "personal" => is.personal && !was.personal,
            _ => false,
        }
    }

    /// An asset that is more sensitive: once, and not at each place where it is.
    fn report_more_sensitive(&mut self, old: Decl, asset: Decl) {
        let head = self.head.db;
        let was = CLASSIFICATION.word(sensitivity_of_asset(self.base.db, old).classification);
        let is = CLASSIFICATION.word(sensitivity_of_asset(head, asset).classification);
        let is_higher = self.is_more_sensitive(old, asset, "classification");
        let is_personal_now = self.is_more_sensitive(old, asset, "personal");
        let (change, property) = match (is_higher, is_personal_now) {
            (true, true) => (
                format!("now {is} and personal, previously {was}"),
                "classification",
            ),
            (true, false) => (format!("now {is}, previously {was}"), "classification"),
            (false, true) => ("now personal".to_owned(), "personal"),
            (false, false) => return,
        };
        let declarations = self.head.declarations.iter();
        let holding = declarations
            .filter(|decl| decl.kind(head).is_element() && holds(head, **decl).contains(&asset));
        let (flows, elements): (Vec<Decl>, Vec<Decl>) =
            holding.partition(|decl| decl.kind(head) == Kind::Flow);
        let message = format!(
            "{} is {change}; it is in {} and {}",
            self.called(asset),
            count(elements.len(), "element"),
            count(flows.len(), "flow")
        );
        let part = typed(head, asset).part(property).unwrap_or(Part::Name);
        self.report_on(Topic::Sensitive, asset, part, message);
    }
}

fn is_sensitive(asset: Sensitivity) -> bool {
    asset.classification >= MIN_CLASSIFICATION || asset.personal
}

/// How sensitive an asset is, in words.
fn sensitivity_in_words(asset: Sensitivity) -> String {
    let personal = if asset.personal { ", personal" } else { "" };
    format!("{}{personal}", CLASSIFICATION.word(asset.classification))
}
