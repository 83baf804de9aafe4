//! Flows. It must not know what the elements at their ends are.

use super::answers::{Answer, join_answers};
use super::assumptions;
use super::attributes::{self, control, list_word};
use super::keys::Keys;
use super::sinks::{Incoming, Sinks};
use super::terms::ENCRYPTED;
use crate::draft::{Draft, Fact, Item};
use crate::tree::{Fields, KEPT};
use crate::words::KnownWords;
use crate::{reading, stand_ins, vocabulary};
use threatline_model::Kind;

/// Reads the flows. A request and its answer become one.
pub fn read(top: &Fields<'_>, sinks: &Sinks<'_>, keys: &mut Keys, draft: &mut Draft) {
    let element_names: Vec<String> = keys.elements.names().map(str::to_owned).collect();
    let element_names = element_names.iter().map(String::as_str);
    let element_names = KnownWords::new(element_names.filter(|name| !name.is_empty()));
    let mut flows: Vec<Item> = Vec::new();
    let mut answers: Vec<Answer> = Vec::new();
    for fields in top.groups("flows") {
        let request = fields.text("responseTo");
        let item = flow(&sinks.incoming(&fields), &element_names, keys, draft);
        match request {
            _ if item.ends.is_none() => {}
            Some(request) => answers.push(Answer {
                flow: item,
                request,
            }),
            None => flows.push(item),
        }
    }
    let flows = join_answers(flows, answers, keys, draft);
    draft.items.extend(flows);
}

fn flow(
    incoming: &Incoming<'_, '_>,
    element_names: &KnownWords<'_>,
    keys: &mut Keys,
    draft: &mut Draft,
) -> Item {
    let fields = incoming.flow;
    let mut item = keys.flows.begun(fields, Kind::Flow);
    let end = |name: &str| {
        let element = fields.required(name);
        let key = keys.elements.get(&element).cloned();
        if key.is_none() && !element.is_empty() {
            fields.problem(name, element_names.unknown(&element));
        }
        key
    };
    let (source, target) = (end("source"), end("sink"));
    item.ends = source.zip(target);
    read_protocol(incoming, &mut item);
    read_protection(incoming, &mut item);
    read_authentication(incoming, &mut item);
    read_data(incoming, keys, &mut item);
    read_rest_of_facts(fields, &mut item);
    let note = fields.text("note").unwrap_or_default();
    if item.description.is_empty() {
        item.describe(Some(note));
    } else if !note.is_empty() {
        item.description = format!("{}\n\n{note}", item.description);
    }
    attributes::read(fields, &mut item);
    assumptions::read(fields, Some(&item), draft);
    fields.skip(&["response", "isResponse", "order"]);
    item.comments.extend(fields.joined_rest());
    item
}

/// States the protocol, and whether it is encrypted.
fn read_protocol(incoming: &Incoming<'_, '_>, item: &mut Item) {
    let fields = incoming.flow;
    let version = list_word(fields, "tlsVersion");
    let is_tls = version
        .as_ref()
        .is_some_and(|version| version.starts_with("TLS"));
    if let Some(theirs) = incoming.text("protocol") {
        reading::protocol(fields, "protocol", &theirs, item);
    }
    if incoming.control("isEncrypted").is_some() || is_tls {
        encrypt(item);
    }
    if let Some(version) = version {
        let comment = format!("TLS version: {version}");
        fields.keep(&mut item.comments, "tlsVersion", KEPT, comment);
    }
}

/// States that a flow is encrypted: by its protocol, if there is one that is so, or else by TLS.
fn encrypt(flow: &mut Item) {
    let stated = flow.words("protocol").next().unwrap_or_default();
    if ENCRYPTED.iter().any(|(_, encrypted)| *encrypted == stated) {
        return;
    }
    match ENCRYPTED.iter().find(|(plain, _)| *plain == stated) {
        Some((_, encrypted)) => {
            flow.clear("protocol");
            flow.library("protocol", &[encrypted]);
        }
        None => flow.library("mitigations", &["tls"]),
    }
}

/// States what protects a flow besides its protocol.
fn read_protection(incoming: &Incoming<'_, '_>, item: &mut Item) {
    let fields = incoming.flow;
    if fields.is_yes("usesVPN") || control(fields, "usesVPN").is_some() {
        item.word("tunnel", Some("vpn"));
    }
    if control(fields, "usesMFA").is_some() {
        item.word("multi_factor", Some("yes"));
    }
    if incoming.control("authorizesSource").is_some() {
        item.library("mitigations", &["authorization_checks"]);
    }
}

/// States how the source authenticates.
fn read_authentication(incoming: &Incoming<'_, '_>, item: &mut Item) {
    let fields = incoming.flow;
    let scheme = incoming.control("authenticationScheme");
    let authentication = scheme.as_deref().and_then(vocabulary::authentication);
    if authentication.is_some() {
        item.word("authentication", authentication);
    } else if fields.is_yes("usesSessionTokens") {
        item.word("authentication", Some("session"));
    } else if let Some(scheme) = scheme {
        item.comment(format!("authentication scheme: {scheme}"));
    } else if incoming.control("authenticatesSource").is_some() {
        fields.keep(
            &mut item.comments,
            "controls",
            "`authenticatesSource` is kept in a comment: the method is not specified",
            "TODO: set `authentication`: it authenticates its source",
        );
    }
    fields.skip(&["usesSessionTokens"]);
}

fn read_data(incoming: &Incoming<'_, '_>, keys: &Keys, item: &mut Item) {
    let Some(names) = incoming.data() else {
        incoming.flow.keep(
            &mut item.comments,
            "sink",
            "its target has too much data to repeat",
            "TODO: set `sends`: it carries the data of its target",
        );
        return;
    };
    for name in names {
        match keys.data.get(&name) {
            Some(key) => item.state("sends", Fact::Item(key.clone())),
            None => incoming.flow.keep(
                &mut item.comments,
                "data",
                format!("`{name}` is kept in a comment: there is no such data"),
                format!("data: {name}"),
            ),
        }
    }
}

/// Reads the ports, the scope and the boundary of a flow.
fn read_rest_of_facts(fields: &Fields<'_>, item: &mut Item) {
    for name in ["srcPort", "dstPort"] {
        if let Some(port) = fields.number(name).filter(|port| *port >= 0.0) {
            fields.keep(&mut item.comments, name, KEPT, format!("{name}: {port}"));
        }
    }
    if fields.yes_no("inScope") == Some(false) {
        item.text("out_of_scope", Some(stand_ins::OUT_OF_SCOPE.to_owned()));
    }
    if let Some(name) = fields.text("inBoundary") {
        fields.keep(
            &mut item.comments,
            "inBoundary",
            "kept in a comment: the boundary of a flow follows from its ends",
            format!("in boundary: {name}"),
        );
    }
}
