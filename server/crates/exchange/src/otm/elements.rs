//! Components and dataflows. It must not know what their threats are, except for their ids.

use super::attributes::{ELEMENT, Index, finish};
use super::ids::{Ids, begun, key_of};
use super::threats::{Instance, instances_on};
use crate::draft::{Draft, Fact, Item};
use crate::tree::Fields;
use crate::words::plain_word;
use crate::{library, reading, vocabulary};
use rustc_hash::FxHashMap;
use threatline_model::Kind;

/// Words in types of components that are none of ours.
const OUTSIDE_WORDS: [&str; 7] = [
    "client",
    "user",
    "actor",
    "external",
    "person",
    "human",
    "thirdparty",
];

/// A component whose details are not read yet.
pub struct Begun<'a> {
    fields: Fields<'a>,
    item: Item,
}

/// Begins all components, so that each can be named.
pub fn begin<'a>(components: Vec<Fields<'a>>, ids: &mut Ids) -> Vec<Begun<'a>> {
    components
        .into_iter()
        .map(|fields| {
            let (kind, technology) = kind_of(&fields);
            let mut item = begun(&fields, kind, "component", &mut ids.elements);
            item.library("technology", technology.as_slice());
            Begun { fields, item }
        })
        .collect()
}

/// The kind and technology of a component, as far as its type implies them.
fn kind_of(fields: &Fields<'_>) -> (Kind, Option<&'static str>) {
    let theirs = fields.required("type");
    let plain = plain_word(&theirs);
    let technology = vocabulary::technology(&theirs);
    let attribute = fields
        .group("attributes")
        .and_then(|attributes| attributes.text(ELEMENT));
    let is_tagged = fields
        .texts("tags")
        .iter()
        .any(|tag| tag.eq_ignore_ascii_case("external"));
    let is_one_of = |broader: &[&str]| {
        technology.is_some_and(|name| library::is_one_of(Kind::Technology, name, broader))
    };
    let kind = match attribute.as_deref() {
        Some("external") => Kind::External,
        Some("process") => Kind::Process,
        Some("store") => Kind::Store,
        _ if is_one_of(&["datastore", "messaging"]) => Kind::Store,
        _ if is_tagged || is_one_of(&["client"]) => Kind::External,
        _ if OUTSIDE_WORDS.iter().any(|word| plain.contains(word)) => Kind::External,
        _ => Kind::Process,
    };
    if technology.is_none() && !["external", "process", "store"].contains(&plain.as_str()) {
        // Told in a comment by `rest`, unless it is read again.
        fields.loss(
            "type",
            "kept in a comment: the library has no such technology",
        );
    }
    (kind, technology)
}

/// Where a component is.
#[derive(Clone)]
struct Parent {
    /// The key of its zone.
    place: Option<String>,
    /// The key of the component that it is in.
    component: Option<String>,
}

/// Reads the components that were begun.
pub fn read(
    components: Vec<Begun<'_>>,
    index: &Index,
    ids: &Ids,
    instances: &mut Vec<Instance>,
    draft: &mut Draft,
) {
    let stated: FxHashMap<String, Parent> = components
        .iter()
        .map(|Begun { fields, item }| (item.key.clone(), parent_of(fields, ids)))
        .collect();
    let mut parents = Parents(stated.clone());
    for Begun { fields, mut item } in components {
        let parent = stated.get(&item.key);
        place(&mut item, parent, &mut parents);
        read_assets(&fields, ids, &mut item);
        for representation in fields.groups("representations") {
            let file = representation.text("file");
            item.text("source", file.filter(|_| item.kind == Kind::Process));
            representation.leave_out_drawing(&["position", "size"]);
            representation.skip_texts(&["representation", "id", "name"]);
            item.comments.extend(representation.joined_rest());
        }
        instances.extend(instances_on(&fields, &item.key));
        reading::tags(&fields, &mut item);
        finish(&fields, index, item, draft);
    }
}

fn parent_of(fields: &Fields<'_>, ids: &Ids) -> Parent {
    let Some(parent) = fields.group("parent") else {
        return Parent {
            place: None,
            component: None,
        };
    };
    let zone = parent
        .text("trustZone")
        .filter(|zone| !ids.made_up_zones.contains(zone));
    let component = parent.text("component");
    Parent {
        place: zone.and_then(|id| key_of(&parent, "trustZone", &id, &ids.zones)),
        component: component.and_then(|id| key_of(&parent, "component", &id, &ids.elements)),
    }
}

/// Where each component is, by its key.
struct Parents(FxHashMap<String, Parent>);

impl Parents {
    /// The key of the zone that a component is in, by itself or with the components that it is in;
    /// of those that are in each other, it is none. All that were passed are in it from then on, so
    /// that none is passed twice.
    fn zone_of(&mut self, key: &str) -> Option<String> {
        let mut passed: Vec<String> = Vec::new();
        let mut next = key.to_owned();
        let zone = loop {
            let Some(parent) = self.0.get_mut(&next) else {
                break None;
            };
            // Who passes this again goes no further.
            let component = parent.component.take().filter(|_| parent.place.is_none());
            passed.push(next);
            match component {
                Some(component) => next = component,
                None => break parent.place.clone(),
            }
        };
        for key in passed {
            if let Some(parent) = self.0.get_mut(&key) {
                parent.place.clone_from(&zone);
            }
        }
        zone
    }
}

/// Puts a component into its zone. One in a component is in the zone of that.
fn place(item: &mut Item, parent: Option<&Parent>, parents: &mut Parents) {
    item.place = parents.zone_of(&item.key);
    let around = parent.filter(|parent| parent.place.is_none());
    if let Some(component) = around.and_then(|parent| parent.component.as_deref()) {
        let id = component.trim_start_matches("component ");
        item.comment(format!("part of: {id}"));
    }
}

/// Reads the assets that a component processes and stores.
fn read_assets(fields: &Fields<'_>, ids: &Ids, item: &mut Item) {
    let Some(held) = fields.group("assets") else {
        return;
    };
    let property = match item.kind {
        Kind::Store => Some("stores"),
        Kind::Process => Some("handles"),
        _ => None,
    };
    for name in ["processed", "stored"] {
        for id in held.texts(name) {
            let Some(key) = key_of(&held, name, &id, &ids.assets) else {
                continue;
            };
            match property {
                Some(property) => item.state(property, Fact::Item(key)),
                None => held.keep(
                    &mut item.comments,
                    name,
                    "kept in a comment: the data of an external follows from its flows",
                    format!("{name}: {id}"),
                ),
            }
        }
    }
}

/// Reads the dataflows.
pub fn read_flows(
    top: &Fields<'_>,
    index: &Index,
    ids: &Ids,
    instances: &mut Vec<Instance>,
    draft: &mut Draft,
) {
    let mut flows = FxHashMap::default();
    for fields in top.groups("dataflows") {
        let mut item = begun(&fields, Kind::Flow, "flow", &mut flows);
        let end = |name: &str| key_of(&fields, name, &fields.required(name), &ids.elements);
        let (Some(source), Some(target)) = (end("source"), end("destination")) else {
            continue;
        };
        item.ends = Some((source, target));
        let comes_back = fields.is_yes("bidirectional");
        for id in fields.texts("assets") {
            if let Some(key) = key_of(&fields, "assets", &id, &ids.assets) {
                item.state("sends", Fact::Item(key.clone()));
                if comes_back {
                    item.state("receives", Fact::Item(key));
                }
            }
        }
        if comes_back && fields.texts("assets").is_empty() {
            fields.keep(
                &mut item.comments,
                "bidirectional",
                "kept in a comment: no asset is specified",
                "bidirectional: yes",
            );
        }
        instances.extend(instances_on(&fields, &item.key));
        for representation in fields.groups("representations") {
            representation.leave_out_drawing(&["position", "size", "id", "representation", "name"]);
        }
        reading::tags(&fields, &mut item);
        finish(&fields, index, item, draft);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Components in each other, as many as are named, each in the one before it.
    fn chain(count: usize, zone: Option<&str>) -> Parents {
        let parents = (0..count).map(|number| {
            let component = number.checked_sub(1).map(|number| number.to_string());
            let place = zone.filter(|_| number == 0).map(str::to_owned);
            (number.to_string(), Parent { place, component })
        });
        Parents(parents.collect())
    }

    #[test]
    fn components_in_components_are_passed_once() {
        let mut parents = chain(1000, Some("zone"));
        assert_eq!(parents.zone_of("999").as_deref(), Some("zone"));
        let is_settled =
            |parent: &Parent| parent.component.is_none() && parent.place.as_deref() == Some("zone");
        assert!(parents.0.values().all(is_settled));
    }

    #[test]
    fn components_that_are_in_each_other_are_in_no_zone() {
        let mut parents = chain(3, None);
        if let Some(first) = parents.0.get_mut("0") {
            first.component = Some("2".to_owned());
        }
        assert_eq!(parents.zone_of("1"), None);
        assert_eq!(parents.zone_of("2"), None);
        assert_eq!(parents.zone_of("missing"), None);
    }
}
