//! Data flows. It must not know in which trust zones their ends are.

use super::keys::{Keys, finish};
use crate::draft::{Draft, Fact, Item};
use crate::tree::{Fields, LOOSE_END, Node};
use crate::words::{plain_word, words_of};
use crate::{library, titles};
use threatline_model::Kind;

/// Reads the data flows. One with a loose end is kept in comments.
pub fn read(top: &Fields<'_>, keys: &mut Keys, draft: &mut Draft) {
    for fields in top.groups("data_flows") {
        let mut item = keys.begun(&fields, Kind::Flow, "data_flow");
        let ends = ["source", "destination"].map(|name| end(&fields, name, keys, draft));
        let statements = Statements {
            is_sensitive: fields.yes_no("has_sensitive_data"),
            is_encrypted: fields.yes_no("encrypted"),
        };
        let [Some(source), Some(target)] = ends else {
            keep_loose_flow(&fields, item, &statements, draft);
            continue;
        };
        item.ends = Some((source, target));
        read_data(&fields, &statements, &mut item, draft);
        read_protocol(&fields, &statements, &mut item);
        finish(&fields, item, draft);
    }
}

/// The yes-or-no statements about a flow.
struct Statements {
    is_sensitive: Option<bool>,
    is_encrypted: Option<bool>,
}

/// The key of an end of a flow. One that is named and not there is declared.
fn end(fields: &Fields<'_>, name: &str, keys: &mut Keys, draft: &mut Draft) -> Option<String> {
    let end = fields.group(name)?;
    let object = end.text("object")?;
    let theirs = end.text("type").unwrap_or_default();
    let last_part = theirs.rsplit('/').next().unwrap_or_default();
    let (list, kind) = match plain_word(last_part).as_str() {
        "component" => ("component", Kind::Process),
        "datastore" => ("data_store", Kind::Store),
        _ => ("actor", Kind::External),
    };
    if let Some(key) = keys.get(&[list], &object) {
        return Some(key);
    }
    if let Some(key) = keys.get(&["actor", "component", "data_store"], &object) {
        end.loss(
            "type",
            format!("`{object}` is not a `{theirs}`; its declaration is used"),
        );
        return Some(key);
    }
    end.loss(
        "object",
        format!("unknown name `{object}`: declared as an external"),
    );
    let item = keys.missing(&object, kind, list);
    let key = item.key.clone();
    draft.items.push(item);
    Some(key)
}

fn keep_loose_flow(fields: &Fields<'_>, item: Item, statements: &Statements, draft: &mut Draft) {
    let ends = ["source", "destination"].map(|name| {
        fields.loss(name, LOOSE_END);
        let node = fields.node(name);
        node.map_or("nothing".to_owned(), Node::in_one_line)
    });
    let comments = &mut draft.comments;
    comments.push(format!(
        "unattached flow: {}, from {}",
        titles::or(&item.title, "without a title"),
        ends.join(" to ")
    ));
    let lines = [
        ("has_sensitive_data", statements.is_sensitive),
        ("encrypted", statements.is_encrypted),
    ];
    let lines = lines.into_iter().filter_map(|(name, answer)| {
        let word = if answer? { "yes" } else { "no" };
        Some(format!("{name}: {word}"))
    });
    comments.extend(titles::joined_lines(lines.collect()));
    comments.extend(Some(item.description).filter(|text| !text.is_empty()));
    comments.extend(fields.joined_rest());
}

/// States what a flow of sensitive data carries: what one of its ends keeps, where that is a single
/// thing.
fn read_data(fields: &Fields<'_>, statements: &Statements, item: &mut Item, draft: &Draft) {
    if statements.is_sensitive != Some(true) {
        return;
    }
    let ends = item
        .ends
        .iter()
        .flat_map(|(source, target)| [source, target]);
    let kept: Vec<String> = ends
        .filter_map(|key| draft.items.get(key))
        .flat_map(|end| end.keys("stores").map(str::to_owned))
        // Which of several it carries is not known.
        .take(2)
        .collect();
    if let [asset] = kept.as_slice() {
        item.state("sends", Fact::Item(asset.clone()));
    } else {
        fields.keep(
            &mut item.comments,
            "has_sensitive_data",
            "kept in a comment: the data it carries is not specified",
            "TODO: set `sends`: it carries sensitive data",
        );
    }
}

/// States the protocol that a flow names, if it is encrypted as the flow is.
fn read_protocol(fields: &Fields<'_>, statements: &Statements, item: &mut Item) {
    let words = [item.title.as_str(), item.description.as_str()]
        .map(words_of)
        .concat();
    let protocol = words
        .iter()
        .filter(|word| word.len() > 2)
        .filter_map(|word| library::in_library(Kind::Protocol, word))
        // This is a word of every day as well.
        .filter(|protocol| *protocol != "binary")
        .find(|protocol| {
            statements
                .is_encrypted
                .is_none_or(|is_encrypted| library::encrypts(protocol) == is_encrypted)
        });
    match (statements.is_encrypted, protocol) {
        (_, Some(protocol)) => item.library("protocol", &[protocol]),
        (None, None) => {}
        (Some(true), None) => item.library("mitigations", &["tls"]),
        (Some(false), None) => fields.keep(
            &mut item.comments,
            "encrypted",
            "kept in a comment: the encryption of a flow follows from its protocol",
            "TODO: set `protocol`: it is not encrypted",
        ),
    }
}
