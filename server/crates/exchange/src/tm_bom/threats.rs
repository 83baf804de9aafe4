//! Threats, and who they come from. It must not know what rates or mitigates them.

use super::keys::{Keys, title_of};
use crate::draft::{Draft, Fact, Item};
use crate::tree::{Fields, KEPT};
use crate::words::plain_word;
use crate::{guesses, reading, stand_ins, titles};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use threatline_model::Kind;

/// Threats to which risks and controls still refer.
#[derive(Default)]
pub struct Threats {
    items: Vec<Item>,
    indices: FxHashMap<String, usize>,
}

impl Threats {
    /// Reads the threats.
    pub fn read(top: &Fields<'_>, keys: &mut Keys, draft: &mut Draft) -> Threats {
        let personas = keep_personas(top, draft);
        let mut threats = Threats::default();
        for fields in top.groups("threats") {
            let threat = threat(&fields, &personas, keys);
            let index = threats.items.len();
            threats.indices.insert(threat.key.clone(), index);
            threats.items.push(threat);
        }
        threats
    }

    /// The indices of those with some keys, in the order of the document.
    pub fn indices(&self, keys: &[String]) -> BTreeSet<usize> {
        let indices = keys.iter().filter_map(|key| self.indices.get(key));
        indices.copied().collect()
    }

    /// The threat at an index.
    pub fn by_index_mut(&mut self, index: usize) -> &mut Item {
        &mut self.items[index]
    }

    /// Adds all of them to a draft.
    pub fn add_to(self, draft: &mut Draft) {
        for mut threat in self.items {
            stand_ins::complete_threat(draft, &mut threat);
            draft.items.push(threat);
        }
    }
}

/// The keys of the threats that something names; of those that are not there a line is kept.
pub fn named(fields: &Fields<'_>, keys: &Keys, comments: &mut Vec<String>) -> Vec<String> {
    let mut named = Vec::new();
    for name in fields.texts("threats") {
        match keys.get(&["threat"], &name) {
            Some(key) => named.push(key),
            None => fields.keep(
                comments,
                "threats",
                format!("kept in a comment: unknown name `{name}`"),
                format!("threats: {name} (unknown)"),
            ),
        }
    }
    named
}

/// The titles of personas by their symbolic names.
type Personas = FxHashMap<String, String>;

/// Keeps who threats come from.
fn keep_personas(top: &Fields<'_>, draft: &mut Draft) -> Personas {
    let mut personas = Personas::default();
    for fields in top.groups("threat_personas") {
        let title = title_of(&fields);
        let description = fields.text("description").unwrap_or_default();
        fields.keep(
            &mut draft.comments,
            "title",
            "kept in a comment: the language has no personas",
            format!("threat persona {title}: {description}"),
        );
        if let Some(name) = fields.text("symbolic_name") {
            personas.entry(name).or_insert(title);
        }
        draft.comments.extend(fields.joined_rest());
    }
    personas
}

fn threat(fields: &Fields<'_>, personas: &Personas, keys: &mut Keys) -> Item {
    const LISTS: [&str; 4] = ["component", "data_store", "actor", "data_flow"];
    let mut item = keys.begun(fields, Kind::Threat, "threat");
    let field = "components_affected";
    for name in fields.texts(field) {
        if let Some(key) = keys.get_or_keep(fields, field, &LISTS, &name, &mut item) {
            item.state("targets", Fact::Item(key));
        }
    }
    read_references(fields, &mut item);
    let event = fields.text("event").unwrap_or_default();
    guess_category(&event, &mut item);
    let mut comments = Vec::new();
    if !event.is_empty() && !plain_word(&item.title).contains(&plain_word(&event)) {
        fields.keep(&mut comments, "event", KEPT, format!("event: {event}"));
    }
    if let Some(name) = fields.text("threat_persona") {
        let title = personas.get(&name);
        if title.is_none() {
            let why = format!("kept in a comment: unknown name `{name}`");
            fields.loss("threat_persona", why);
        }
        let title = title.unwrap_or(&name);
        comments.push(format!("threat persona: {}", titles::shortened(title)));
    }
    comments.extend(fields.rest());
    item.comments.extend(titles::joined_lines(comments));
    item
}

/// States the entries of published lists that a threat names.
fn read_references(fields: &Fields<'_>, item: &mut Item) {
    for (list, id, title, prefix) in [
        ("attack_mechanisms", "capec_id", "capec_title", "CAPEC"),
        ("weaknesses", "cwe_id", "cwe_title", "CWE"),
    ] {
        for reference in fields.groups(list) {
            let title = reference.text(title);
            let is_listed = reference.text(id).is_some_and(|number| {
                let is_listed = reading::reference(item, &format!("{prefix}-{number}"));
                if !is_listed {
                    let why = "kept in a comment: not in the published list";
                    reference.loss(id, why);
                }
                is_listed
            });
            // One that is not known may be known by its title.
            if !is_listed {
                item.comments.extend(title);
            }
            item.comments.extend(reference.joined_rest());
        }
    }
}

/// States the category that the words of a threat speak of: those of its title and of what happens,
/// or else those of its description.
fn guess_category(event: &str, item: &mut Item) {
    for text in [format!("{} {event}", item.title), item.description.clone()] {
        if !item.has("category") {
            for category in guesses::stride_in(&text) {
                item.word("category", Some(category));
            }
        }
    }
    if item.has("category") {
        item.comment("TODO: review the category: none was specified, it was guessed from the text");
    }
}
