//! Flows, and responses, which are drawn as flows of their own. It must not know threats.

use super::elements::read_scope;
use super::reader::Reader;
use super::stencils::{Properties, Stencil};
use super::terms::{AUTHENTICATION, PROTOCOL};
use crate::draft::{Item, facts_in_words};
use crate::titles::shortened;
use crate::tree::LOOSE_END;
use crate::words::{looked_up, plain_word};
use crate::{guesses, vocabulary};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, VecDeque};
use threatline_model::{ENDPOINT_KINDS, Kind};

/// What a payload is, with our word for it.
const PAYLOADS: [(&str, &str); 4] = [
    ("JSON Payload", "json"),
    ("Transmits XML", "xml"),
    ("SOAP Payload", "xml"),
    ("RSS Payload", "xml"),
];

/// All three together are what TLS gives.
const SECURED: [&str; 3] = [
    "Destination Authenticated",
    "Provides Confidentiality",
    "Provides Integrity",
];

impl Reader {
    /// Reads a flow. One with a loose end is kept in comments.
    pub fn read_flow(&mut self, stencil: &Stencil<'_>, part: Option<&str>) {
        let properties = &stencil.properties;
        let ends = ["SourceGuid", "TargetGuid"].map(|name| self.end_of(stencil, name));
        let [Some(source), Some(target)] = ends else {
            self.keep_loose_flow(stencil, ends);
            return;
        };
        let mut item = Item::new(Kind::Flow, stencil.guid.clone(), String::new());
        item.part = part.map(str::to_owned);
        item.ends = Some((source, target.clone()));
        let title = properties.own_title();
        // A flow that is called by its protocol has no name.
        item.title = match title.filter(|title| vocabulary::protocol(title).is_none()) {
            Some(title) => title.to_owned(),
            None => self.draft.title_of_ends(&item),
        };
        read_scope(properties, &mut item);
        read_channel(stencil, &mut item);
        read_authentication(properties, &mut item);
        if let Some(answering) = self.draft.items.get_mut(&target)
            && answering.kind == Kind::Process
        {
            read_payload(properties, &mut item, answering);
        }
        if properties.take("Show Boundary Threats").is_some() {
            stencil.fields.loss(
                "Properties",
                "`Show Boundary Threats` was dropped: it is a setting of the tool",
            );
        }
        item.comments.extend(properties.rest());
        let key = self.draft.items.push(item);
        self.keys.entry(stencil.guid.clone()).or_insert(key);
    }

    /// The key of the element at an end of a flow.
    fn end_of(&self, stencil: &Stencil<'_>, name: &str) -> Option<String> {
        let key = self.keys.get(&stencil.fields.text(name)?)?;
        let item = self.draft.items.get(key)?;
        ENDPOINT_KINDS.contains(&item.kind).then(|| key.clone())
    }

    fn keep_loose_flow(&mut self, stencil: &Stencil<'_>, ends: [Option<String>; 2]) {
        let name = if ends[0].is_none() {
            "SourceGuid"
        } else {
            "TargetGuid"
        };
        let [source, target] = ends.map(|key| {
            let item = key.and_then(|key| self.draft.items.get(&key));
            item.map_or("nothing".to_owned(), |item| {
                format!("\"{}\"", shortened(&item.title))
            })
        });
        let title = stencil.shown_title();
        let comment = format!("unattached flow: {title}, from {source} to {target}");
        let comments = &mut self.draft.comments;
        stencil.fields.keep(comments, name, LOOSE_END, comment);
        comments.extend(stencil.properties.rest());
    }

    /// Joins what was drawn as a response with its request: they are one flow.
    pub fn join_responses(&mut self, lines: &[Stencil<'_>]) {
        let mut requests: FxHashMap<(String, String), Requests<'_>> = FxHashMap::default();
        for stencil in of_type(lines, ".Request") {
            let flow = self.draft.items.get(&stencil.guid);
            if let Some(ends) = flow.and_then(|flow| flow.ends.clone()) {
                requests.entry(ends).or_default().push(stencil);
            }
        }
        let mut joined: FxHashSet<String> = FxHashSet::default();
        for stencil in of_type(lines, ".Response") {
            let Some(response) = self.draft.items.get(&stencil.guid) else {
                continue;
            };
            let Some((source, target)) = response.ends.clone() else {
                continue;
            };
            let Some(open) = requests.get_mut(&(target, source)) else {
                continue;
            };
            if open.by_order.is_empty() || !joined.insert(response.key.clone()) {
                continue;
            }
            let Some(request) = open.take(&stem(&stencil.properties.title)) else {
                continue;
            };
            let request = request.to_owned();
            let response = response.clone();
            if let Some(item) = self.draft.items.get_mut(&request) {
                join(item, response, stencil.properties.own_title());
            }
            stencil.fields.loss(
                "Guid",
                "merged with its request: a request and its response are one flow",
            );
            self.keys.insert(stencil.guid.clone(), request);
        }
        self.draft.items.retain(|item| !joined.contains(&item.key));
    }
}

/// Requests between two elements that have no response yet, by their order.
#[derive(Default)]
struct Requests<'s> {
    by_order: BTreeMap<usize, &'s str>,
    /// Those whose titles have a stem, in their order.
    by_stem: FxHashMap<String, VecDeque<usize>>,
    /// How many there were.
    count: usize,
}

impl<'s> Requests<'s> {
    fn push(&mut self, stencil: &'s Stencil<'_>) {
        self.by_order.insert(self.count, &stencil.guid);
        let stem = stem(&stencil.properties.title);
        self.by_stem.entry(stem).or_default().push_back(self.count);
        self.count += 1;
    }

    /// Takes out the id of the first whose title has a stem, or of the first of all.
    fn take(&mut self, stem: &str) -> Option<&'s str> {
        let alike = self.by_stem.get_mut(stem);
        let alike = alike.and_then(|numbers| {
            let is_open = |number: &usize| self.by_order.contains_key(number);
            std::iter::from_fn(|| numbers.pop_front()).find(is_open)
        });
        match alike {
            Some(number) => self.by_order.remove(&number),
            None => self.by_order.pop_first().map(|(_, guid)| guid),
        }
    }
}

fn of_type<'s, 'a>(
    lines: &'s [Stencil<'a>],
    end: &'static str,
) -> impl Iterator<Item = &'s Stencil<'a>> {
    lines
        .iter()
        .filter(move |stencil| stencil.type_id.ends_with(end))
}

/// What the titles of a request and of its response have in common.
fn stem(title: &str) -> String {
    plain_word(title)
        .trim_end_matches("request")
        .trim_end_matches("response")
        .to_owned()
}

/// Keeps at a request what its response says otherwise.
fn join(request: &mut Item, response: Item, title: Option<&str>) {
    if let Some(title) = title {
        request.comment(format!("Its response was drawn as a flow: {title}"));
    }
    for (property, facts) in response.facts {
        if request.get(property) != facts.as_slice() {
            let facts = facts_in_words(&facts);
            request.comment(format!("{property} of its response: {facts}"));
        }
    }
    request.comments.extend(response.comments);
}

/// Reads the protocol of a flow, and what it runs over.
fn read_channel(stencil: &Stencil<'_>, item: &mut Item) {
    let properties = &stencil.properties;
    let protocol = properties
        .take_known("Protocol", vocabulary::protocol)
        .or_else(|| looked_up(&stencil.type_id, PROTOCOL))
        .or_else(|| guesses::protocol_in(stencil.shown_title()));
    item.library("protocol", protocol.as_slice());
    if stencil.type_id == "SE.DF.TMCore.IPsec" {
        item.word("tunnel", Some("vpn"));
    }
    let network = properties.take_word("Physical Network", &[("Bluetooth", "bluetooth")]);
    match (network, protocol) {
        (None, _) => {}
        (Some(network), None) => item.library("protocol", &[network]),
        (Some(_), Some(_)) => item.comment("Physical Network: Bluetooth"),
    }
}

fn read_authentication(properties: &Properties<'_>, item: &mut Item) {
    let authentication = AUTHENTICATION
        .iter()
        .find_map(|label| properties.take_known(label, vocabulary::authentication))
        .or_else(|| properties.take_word("Source Authenticated", &[("No", "none")]));
    item.word("authentication", authentication);
    if SECURED.iter().all(|label| properties.is_set(label, "Yes")) {
        for label in SECURED {
            let _ = properties.take(label);
        }
        item.library("mitigations", &["tls"]);
    }
}

/// Reads what a flow carries, which is stated at the process that answers it.
fn read_payload(properties: &Properties<'_>, flow: &mut Item, answering: &mut Item) {
    for (label, format) in PAYLOADS {
        if properties.take_yes(label) {
            answering.word("accepts", Some(format));
        }
    }
    let Some(protection) = properties.take("Forgery Protection") else {
        return;
    };
    let comment = format!("Forgery Protection: {protection}");
    if matches!(protection.as_str(), "None" | "Not applicable") {
        flow.comment(comment);
    } else {
        answering.library("mitigations", &["csrf_protection"]);
        answering.comment(comment);
    }
}
