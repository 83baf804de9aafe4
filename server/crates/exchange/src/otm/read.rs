//! Reads a document of the Open Threat Model. It must not know how one is written.

use super::attributes::{self, Index, OUTSIDE, PART, finish};
use super::ids::{Ids, begun, key_of};
use super::{elements, threats};
use crate::draft::{Draft, Item};
use crate::tree::{Fields, Node, Notes};
use crate::{guesses, places, vocabulary};
use threatline_model::{Kind, schema};

/// Reads a document.
pub fn read(notes: &Notes, document: &Node) -> Draft {
    let top = Fields::new(notes, document, String::new());
    top.skip_texts(&["otmVersion"]);
    let mut draft = Draft::default();
    read_project(&top, &mut draft);
    for representation in top.groups("representations") {
        representation.leave_out_drawing(&["size"]);
        representation.skip_texts(&["id", "name"]);
        if representation.text("type").as_deref() != Some("diagram") {
            draft.comments.extend(representation.joined_rest());
        }
    }
    let index = Index::of(&top);
    let mut ids = Ids::default();
    for fields in top.groups("assets") {
        let item = asset(&fields, &mut ids);
        finish(&fields, &index, item, &mut draft);
    }
    let (made_up, zones): (Vec<_>, Vec<_>) = top
        .groups("trustZones")
        .into_iter()
        .partition(|zone| attributes::has(zone, OUTSIDE));
    ids.made_up_zones
        .extend(made_up.iter().filter_map(|zone| zone.text("id")));
    let components = elements::begin(top.groups("components"), &mut ids);
    read_zones(&zones, &index, &mut ids, &mut draft);
    let mut instances = Vec::new();
    elements::read(components, &index, &ids, &mut instances, &mut draft);
    elements::read_flows(&top, &index, &ids, &mut instances, &mut draft);
    threats::read(&top, &index, &instances, &mut draft);
    places::break_circles(&mut draft);
    draft.comments.extend(top.rest());
    draft
}

fn read_project(top: &Fields<'_>, draft: &mut Draft) {
    let Some(project) = top.group("project") else {
        top.problem("project", "`project` is missing");
        return;
    };
    draft.title = project.required("name");
    draft.description = project.text("description").unwrap_or_default();
    draft.owner.extend(project.text("owner"));
    project.skip_texts(&["id"]);
    draft.comments.extend(project.joined_rest());
}

fn asset(fields: &Fields<'_>, ids: &mut Ids) -> Item {
    let mut item = begun(fields, Kind::Asset, "asset", &mut ids.assets);
    if let Some(risk) = fields.group("risk") {
        let confidentiality = risk.number("confidentiality").unwrap_or(50.0);
        let classification = classification(confidentiality);
        item.word("classification", Some(classification));
        // What would be so anyway need not be stated.
        let mut state_level = |property: &'static str, usual: &str| {
            let level = risk.number(property).map(vocabulary::level);
            item.word(property, level.filter(|level| *level != usual));
        };
        state_level("integrity", vocabulary::integrity_of(classification));
        state_level("availability", "medium");
        item.comments.extend(risk.text("comment"));
        item.comments.extend(risk.joined_rest());
    } else {
        item.word("classification", Some("internal"));
    }
    // What we wrote ourselves says it where it is known.
    if !attributes::has(fields, PART) {
        guesses::state_kind_of_asset(&mut item);
    }
    item
}

fn read_zones(zones: &[Fields<'_>], index: &Index, ids: &mut Ids, draft: &mut Draft) {
    let boundaries: Vec<Item> = zones
        .iter()
        .map(|fields| begun(fields, Kind::Boundary, "zone", &mut ids.zones))
        .collect();
    let mut rated = Vec::new();
    for (fields, mut item) in zones.iter().zip(boundaries) {
        let rating = fields
            .group("risk")
            .and_then(|risk| risk.number("trustRating"));
        item.word("trust", rating.map(trust));
        if !attributes::has(fields, "trust") {
            rated.push(item.key.clone());
        }
        if let Some(kind) = fields.text("type") {
            match schema::BOUNDARY_KIND.position(&kind.to_lowercase()) {
                Some(position) => item.word("kind", Some(schema::BOUNDARY_KIND.word(position))),
                None if kind.eq_ignore_ascii_case(&item.title) => {}
                None => item.comment(format!("type: {kind}")),
            }
        }
        if let Some(parent) = fields.group("parent") {
            item.place = parent
                .text("trustZone")
                .and_then(|id| key_of(&parent, "trustZone", &id, &ids.zones));
        }
        finish(fields, index, item, draft);
    }
    places::unstate_inherited_trust(draft, &rated);
}

/// The classification of a confidentiality from 0 to 100.
fn classification(confidentiality: f64) -> &'static str {
    match confidentiality {
        number if number < 20.0 => "public",
        number if number < 60.0 => "internal",
        number if number < 90.0 => "confidential",
        _ => "restricted",
    }
}

/// The trust of a rating from 0 to 100.
fn trust(rating: f64) -> &'static str {
    match rating {
        rating if rating <= 20.0 => "untrusted",
        rating if rating < 50.0 => "low",
        rating if rating < 80.0 => "medium",
        _ => "high",
    }
}
