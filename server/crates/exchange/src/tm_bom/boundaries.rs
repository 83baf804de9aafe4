//! Boundaries between two trust zones: statements about one apply to the flows that cross it. It
//! must not know what flows carry.

use super::keys::Keys;
use super::terms::AUTHENTICATION;
use crate::draft::Draft;
use crate::tree::Fields;
use crate::words::looked_up;
use rustc_hash::{FxHashMap, FxHashSet};
use threatline_model::Kind;

/// The fields that name the two zones.
const ZONES: [&str; 2] = ["trust_zone_a", "trust_zone_b"];

/// The keys of the zone that flows start in and of the one that they lead to.
type Direction = (String, String);

/// How an actor proves who it is, and whether with a second factor.
type Method = (&'static str, bool);

/// Reads the boundaries.
pub fn read(top: &Fields<'_>, keys: &Keys, draft: &mut Draft) {
    let mut crossings = Crossings::of(draft);
    for fields in top.groups("trust_boundaries") {
        let names = ZONES.map(|field| fields.text(field).unwrap_or_default());
        let zones = names.clone().map(|name| keys.get(&["trust_zone"], &name));
        for (field, zone) in ZONES.iter().zip(&zones) {
            if zone.is_none() {
                fields.loss(field, "kept in a comment: there is no such trust zone");
            }
        }
        let mut comments = Vec::new();
        read_methods(&fields, &zones, &mut crossings, &mut comments, draft);
        let titles = names.map(|name| {
            let title = keys.title_of_zone(&name, draft);
            title.unwrap_or_else(|| format!("{name} (unknown)"))
        });
        comments.extend(fields.rest());
        if !comments.is_empty() {
            let between = titles.join(" and ");
            let comments = comments.join("; ");
            draft
                .comments
                .push(format!("Between {between}: {comments}"));
        }
    }
}

/// The flows from each zone to each other.
struct Crossings {
    flows: FxHashMap<Direction, Vec<String>>,
    /// What was stated of the flows of a direction: many boundaries may name the same.
    stated: FxHashSet<(Direction, Method)>,
}

impl Crossings {
    fn of(draft: &Draft) -> Crossings {
        let zone_of = |key: &str| draft.items.get(key)?.place.clone();
        let mut flows: FxHashMap<Direction, Vec<String>> = FxHashMap::default();
        for flow in draft.of_kind(&[Kind::Flow]) {
            if let Some((source, target)) = &flow.ends
                && let (Some(source), Some(target)) = (zone_of(source), zone_of(target))
            {
                let crossing = flows.entry((source, target)).or_default();
                crossing.push(flow.key.clone());
            }
        }
        Crossings {
            flows,
            stated: FxHashSet::default(),
        }
    }

    /// States a method of the flows of a direction, and gives whether there are such flows.
    fn state(&mut self, direction: Direction, method: Method, draft: &mut Draft) -> bool {
        let Some(flows) = self.flows.get(&direction) else {
            return false;
        };
        if self.stated.insert((direction, method)) {
            let (word, has_second_factor) = method;
            for key in flows {
                if let Some(flow) = draft.items.get_mut(key) {
                    flow.word("authentication", Some(word));
                    flow.yes_no("multi_factor", has_second_factor.then_some(true));
                }
            }
        }
        true
    }
}

/// States how flows between two zones authenticate, if there is only one way.
fn read_methods(
    fields: &Fields<'_>,
    zones: &[Option<String>; 2],
    crossings: &mut Crossings,
    comments: &mut Vec<String>,
    draft: &mut Draft,
) {
    let theirs = fields.texts("authentication_methods");
    let methods: Option<Vec<Method>> = theirs
        .iter()
        .map(|method| looked_up(method, AUTHENTICATION))
        .collect();
    let mut methods = methods.unwrap_or_default();
    methods.dedup();
    let mut is_stated = false;
    if let ([method], [Some(one), Some(other)]) = (methods.as_slice(), zones) {
        for (source, target) in [(one, other), (other, one)] {
            let direction = (source.clone(), target.clone());
            is_stated |= crossings.state(direction, *method, draft);
        }
    }
    if !is_stated && !theirs.is_empty() {
        fields.keep(
            comments,
            "authentication_methods",
            "kept in a comment: which flow uses which is not specified",
            format!("authentication_methods: {}", theirs.join(", ")),
        );
    }
}
