//! Assets, and what holds them. It must not know what else elements state.

use super::description::{Description, name_place};
use crate::related;
use std::cmp::Reverse;
use threatline_model::{
    Decl, Kind, holds, kind_of_asset,
    schema::{ASSET_KIND, CLASSIFICATION, LEVEL},
    sensitivity_of_asset, typed, why_held,
};

impl Description<'_> {
    /// Adds what there is to know of an asset.
    pub fn asset(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let sensitivity = sensitivity_of_asset(db, decl);
        let classification = CLASSIFICATION.word(sensitivity.classification);
        let aspects = [
            ("classification", classification),
            ("kind", ASSET_KIND.word(kind_of_asset(db, decl))),
            ("integrity", LEVEL.word(sensitivity.integrity)),
            ("availability", LEVEL.word(sensitivity.availability)),
        ];
        for (property, word) in aspects {
            let why = match typed(db, decl).get(property) {
                Some(_) => "",
                None if property == "integrity" => " (from its classification)",
                None => " (default)",
            };
            let place = self.property_place(decl, property);
            self.item(format!("`{property}`: `{word}`{why}"), place);
        }
        self.properties(&aspects.map(|(property, _)| property));
        let holding = related::holding(db, self.model, decl).into_iter();
        let (flows, elements): (Vec<Decl>, Vec<Decl>) =
            holding.partition(|element| element.kind(db) == Kind::Flow);
        let elements = elements.into_iter().map(|element| {
            let holder = why_held(db, element, decl).map(|(holder, _)| holder);
            let how = holder.map(|holder| self.how_held(element, decl, holder));
            let text = self.with_kind(element) + &how.unwrap_or_default();
            (text, name_place(element))
        });
        let elements = elements.collect();
        self.list("Held by", elements);
        let flows = flows.into_iter().map(|flow| {
            let text = self.titled(flow) + &self.how_held(flow, decl, flow);
            (text, name_place(flow))
        });
        let flows = flows.collect();
        self.list("Carried by", flows);
    }

    /// Adds what an element holds, and what brings each.
    pub fn held_assets(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let mut assets = holds(db, decl).clone();
        // The most sensitive one decides how severe findings are.
        assets.sort_by_key(|asset| Reverse(sensitivity_of_asset(db, *asset).classification));
        let entries = assets.into_iter().map(|asset| {
            let classification = sensitivity_of_asset(db, asset).classification;
            let classification = CLASSIFICATION.word(classification);
            let why = why_held(db, decl, asset);
            let how = why.map(|(holder, _)| self.how_held(decl, asset, holder));
            let text = format!(
                "{} ({classification}){}",
                self.titled(asset),
                how.unwrap_or_default()
            );
            (text, why.map(|(holder, part)| holder.part(part)))
        });
        let entries = entries.collect();
        let heading = match decl.kind(db) {
            Kind::Flow => "Carries",
            _ => "Holds",
        };
        self.list(heading, entries);
    }

    /// Whether an element states by itself that it holds an asset, or what brings it.
    fn how_held(&self, element: Decl, asset: Decl, holder: Decl) -> String {
        if holder != element {
            return format!("; carried by {}", self.name(holder));
        }
        let stated = typed(self.db, element);
        let names_it = |property: &&str| stated.decls(property).any(|named| named == asset);
        let properties = ["stores", "handles", "sends", "receives"].into_iter();
        let properties: Vec<String> = properties
            .filter(names_it)
            .map(|property| format!("`{property}`"))
            .collect();
        format!("; listed in {}", properties.join(" and "))
    }
}
