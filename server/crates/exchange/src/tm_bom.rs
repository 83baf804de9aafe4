//! The OWASP threat model library (TM-BOM,
//! <https://github.com/OWASP/www-project-threat-model-library>, `threat-model.schema.json`, 1.0).
//! It must not know how a draft becomes text.

use crate::draft::{Draft, Fact, Item};
use crate::tree::{Fields, Node, Notes};
use crate::words::{looked_up, plain_word, words_of};
use crate::{guesses, library, names, reading, stand_ins, titles, vocabulary};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use threatline_model::{Kind, schema};

/// How an actor proves who it is, and whether with a second factor.
const AUTHENTICATION: &[(&str, (&str, bool))] = &[
    ("none", ("none", false)),
    ("password", ("password", false)),
    ("otp", ("password", true)),
    ("challenge_response", ("signature", false)),
    ("public_key", ("key", false)),
    ("token", ("token", false)),
    ("sso", ("federated", false)),
    ("social", ("federated", false)),
];

const STORES: &[(&str, &str)] = &[
    ("sql", "relational_database"),
    ("key_value", "key_value_store"),
    ("document", "document_database"),
    ("object", "object_store"),
    ("graph", "graph_database"),
    ("time_series", "time_series_database"),
];

const ACTORS: &[(&str, &str)] = &[
    ("system", "system"),
    ("third_party", "system"),
    ("user", "person"),
    ("power_user", "person"),
    ("administrator", "person"),
    ("engineer", "person"),
];

/// How confidential data are at least, and what else is so.
type Sensitivity = (&'static str, &'static [(&'static str, &'static str)]);

/// What kinds of data there are.
const SENSITIVITY: &[(&str, Sensitivity)] = &[
    ("pii", ("confidential", &[("personal", "yes")])),
    (
        "phi",
        (
            "restricted",
            &[("personal", "yes"), ("regulations", "hipaa")],
        ),
    ),
    ("fin", ("confidential", &[])),
    ("ip", ("confidential", &[])),
    ("cred", ("restricted", &[("kind", "credential")])),
    ("biz", ("internal", &[])),
    ("gov", ("restricted", &[])),
    ("pci", ("restricted", &[("regulations", "pci_dss")])),
    ("op", ("internal", &[])),
];

/// How far a control has come; nothing for one that is not there and is not to come.
const STATUS: &[(&str, Option<&str>)] = &[
    ("assumed", Some("implemented")),
    ("active", Some("implemented")),
    ("suggested", Some("proposed")),
    ("under_review", Some("proposed")),
    ("approved", Some("planned")),
    ("scheduled", Some("planned")),
    ("retired", None),
    ("wont_do", None),
];

/// What was declared: its key by the list it stands in and its symbolic name.
#[derive(Default)]
struct Known(FxHashMap<(&'static str, String), String>);

impl Known {
    fn get(&self, lists: &[&'static str], name: &str) -> Option<String> {
        lists
            .iter()
            .find_map(|list| self.0.get(&(*list, name.to_owned())))
            .cloned()
    }

    /// The key of what is named; that there is no such thing is noted, and kept in a comment.
    fn or_note(
        &self,
        fields: &Fields<'_>,
        field: &str,
        lists: &[&'static str],
        name: &str,
        item: &mut Item,
    ) -> Option<String> {
        let found = self.get(lists, name);
        if found.is_none() {
            fields.loss(
                field,
                format!("kept in a comment: nothing is called `{name}`"),
            );
            item.comments
                .push(format!("{field}: {name}, which is not there"));
        }
        found
    }
}

/// Reads a document.
pub fn read(notes: &Notes, document: &Node) -> Draft {
    let top = Fields::new(notes, document, String::new());
    top.skip_texts(&["$schema"]);
    let mut draft = Draft::default();
    let link = top.text("repo_link");
    if let Some(scope) = top.group("scope") {
        draft.title = scope.text("title").unwrap_or_default();
        draft.description = scope.text("description").unwrap_or_default();
        draft.comments.extend(scope.joined_rest());
    }
    if let Some(more) = top
        .text("description")
        .filter(|more| !draft.description.contains(more.as_str()))
    {
        draft.description = format!("{}\n\n{more}", draft.description).trim().to_owned();
    }
    for diagram in top.groups("diagrams") {
        diagram.leave_out_drawing(&["source"]);
        diagram.skip_texts(&["type"]);
        let said = [diagram.text("title"), diagram.text("description")]
            .into_iter()
            .flatten();
        let said = said.chain(diagram.rest()).collect::<Vec<_>>();
        if !said.is_empty() {
            draft.comments.push(format!("diagram: {}", said.join("; ")));
        }
    }
    let mut known = Known::default();
    for fields in top.groups("trust_zones") {
        let mut item = started(&fields, Kind::Boundary, "trust_zone", &mut known);
        guesses::boundary_of_title(&mut item);
        finish(&fields, item, &mut draft);
    }
    for fields in top.groups("actors") {
        let mut item = started(&fields, Kind::External, "actor", &mut known);
        let kind = word(&fields, "type", ACTORS, &mut item);
        item.word("kind", kind);
        if kind == Some("system") {
            guesses::technology_of_title(&mut item);
        }
        if let Some(permissions) = fields.text("permissions") {
            fields.loss("permissions", "kept in a comment");
            item.comments.push(format!("permissions: {permissions}"));
        }
        put(&fields, &mut item, &mut known, &mut draft);
        finish(&fields, item, &mut draft);
    }
    for fields in top.groups("components") {
        let mut item = started(&fields, Kind::Process, "component", &mut known);
        guesses::technology_of_title(&mut item);
        if let Some(parent) = fields.text("parent_component") {
            fields.loss("parent_component", "kept in a comment");
            item.comments.push(format!("part of: {parent}"));
        }
        if fields.text("repo_link") != link
            && let Some(link) = fields.text("repo_link")
        {
            fields.loss("repo_link", "kept in a comment");
            item.comments.push(format!("repo_link: {link}"));
        }
        put(&fields, &mut item, &mut known, &mut draft);
        finish(&fields, item, &mut draft);
    }
    for fields in top.groups("data_stores") {
        let mut item = started(&fields, Kind::Store, "data_store", &mut known);
        let product = fields.text("product");
        let kind = word(&fields, "type", STORES, &mut item);
        let keeps_data = |technology: &&str| {
            library::is_one_of(Kind::Technology, technology, &["datastore", "messaging"])
        };
        let of_title = || vocabulary::technology(&item.title).filter(keeps_data);
        match product
            .as_deref()
            .and_then(vocabulary::technology)
            .or_else(of_title)
        {
            Some(technology) => {
                item.library("technology", &[technology]);
                let fits = |kind: &str| library::is_one_of(Kind::Technology, technology, &[kind]);
                if kind.is_some_and(|kind| !fits(kind)) {
                    item.comments
                        .extend(fields.text("type").map(|kind| format!("type: {kind}")));
                }
            }
            None => item.library("technology", kind.as_slice()),
        }
        let vendor = fields.text("vendor");
        let vendor = vendor.filter(|vendor| {
            product
                .as_ref()
                .is_none_or(|product| !product.starts_with(vendor.as_str()))
        });
        let made: Vec<String> = vendor.into_iter().chain(product).collect();
        if !made.is_empty() {
            fields.loss("product", "kept in a comment");
            item.comments.push(format!("product: {}", made.join(" ")));
        }
        put(&fields, &mut item, &mut known, &mut draft);
        finish(&fields, item, &mut draft);
    }
    data_sets(&top, &mut known, &mut draft);
    data_flows(&top, &mut known, &mut draft);
    trust_boundaries(&top, &known, &mut draft);
    assumptions(&top, &known, &mut draft);
    threats(&top, &mut known, &mut draft);
    if let Some(link) = link {
        top.loss("repo_link", "kept in a comment");
        draft.comments.push(format!("repo_link: {link}"));
    }
    draft.comments.extend(top.joined_rest());
    draft
}

fn started(fields: &Fields<'_>, kind: Kind, list: &'static str, known: &mut Known) -> Item {
    let name = fields.text("symbolic_name");
    let key = match &name {
        Some(name) => format!("{list} {name}"),
        None => fields.path().to_owned(),
    };
    if let Some(name) = &name {
        if known.get(&[list], name).is_some() {
            fields.problem("symbolic_name", format!("`{name}` is here a second time"));
        }
        known.0.insert((list, name.clone()), key.clone());
    }
    let title = fields
        .text("title")
        .or_else(|| name.as_deref().map(titles::of_symbolic_name))
        .unwrap_or_default();
    let mut item = Item::new(kind, key, title);
    item.name = name.and_then(|name| names::of_id(without_prefix(list, &name)));
    item.describe(fields.text("description"));
    item
}

/// A symbolic name without what some put before it to tell the lists apart.
fn without_prefix<'n>(list: &str, name: &'n str) -> &'n str {
    let prefixes: &[&str] = match list {
        "trust_zone" => &["tz-", "zone-"],
        "component" => &["comp-"],
        "data_store" => &["store-", "ds-"],
        "data_set" => &["ds-"],
        "data_flow" => &["df-", "flow-"],
        _ => &[],
    };
    prefixes
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name)
}

fn finish(fields: &Fields<'_>, mut item: Item, draft: &mut Draft) {
    item.comments.extend(fields.joined_rest());
    draft.items.push(item);
}

/// What a table has for a word; a word that it does not have is kept in a comment.
fn word<T: Copy>(
    fields: &Fields<'_>,
    name: &str,
    table: &[(&str, T)],
    item: &mut Item,
) -> Option<T> {
    let said = fields.text(name)?;
    let found = looked_up(&said, table);
    if found.is_none() {
        fields.loss(name, "kept in a comment: the schema has no such word");
        item.comments.push(format!("{name}: {said}"));
    }
    found
}

/// Puts an element into its trust zone. One that is named and not there is declared.
fn put(fields: &Fields<'_>, item: &mut Item, known: &mut Known, draft: &mut Draft) {
    let Some(zone) = fields.text("trust_zone") else {
        return;
    };
    item.place = Some(match known.get(&["trust_zone"], &zone) {
        Some(key) => key,
        None => {
            fields.loss(
                "trust_zone",
                format!("nothing is called `{zone}`: it is declared as a boundary"),
            );
            let mut boundary = missing(&zone, Kind::Boundary, "trust_zone", known);
            guesses::boundary_of_title(&mut boundary);
            let key = boundary.key.clone();
            draft.items.push(boundary);
            key
        }
    });
}

/// Declares what is named and not there.
fn missing(name: &str, kind: Kind, list: &'static str, known: &mut Known) -> Item {
    let mut item = Item::new(
        kind,
        format!("{list} {name}"),
        titles::of_symbolic_name(name),
    );
    item.name = names::of_id(name);
    item.comments
        .push("TODO: it was named, and not described, in the model that was imported".to_owned());
    known.0.insert((list, name.to_owned()), item.key.clone());
    item
}

fn data_sets(top: &Fields<'_>, known: &mut Known, draft: &mut Draft) {
    // Of each store, whether some of its data are encrypted, and whether some are not.
    let mut encrypted: FxHashMap<String, [bool; 2]> = FxHashMap::default();
    for fields in top.groups("data_sets") {
        let mut item = started(&fields, Kind::Asset, "data_set", known);
        let mut classification = "internal";
        for said in fields.texts("data_sensitivity") {
            match looked_up(&said, SENSITIVITY) {
                Some((at_least, more)) => {
                    let rank = |word: &str| schema::CLASSIFICATION.position(word);
                    classification = if rank(at_least) > rank(classification) {
                        at_least
                    } else {
                        classification
                    };
                    more.iter()
                        .for_each(|(property, word)| item.word(property, Some(word)));
                    if !["pii", "phi", "cred", "pci"].contains(&said.as_str()) {
                        item.state("tags", Fact::Text(said));
                    }
                }
                None => {
                    fields.loss(
                        "data_sensitivity",
                        "kept in a comment: the schema has no such word",
                    );
                    item.comments.push(format!("data_sensitivity: {said}"));
                }
            }
        }
        item.word("classification", Some(classification));
        for placement in fields.groups("placements") {
            let Some(name) = placement.text("data_store") else {
                continue;
            };
            let is_encrypted = placement.yes_no("encrypted");
            if let Some(key) =
                known.or_note(&placement, "data_store", &["data_store"], &name, &mut item)
            {
                if let Some(store) = draft.items.get_mut(&key) {
                    store.state("stores", Fact::Item(item.key.clone()));
                }
                if let Some(yes) = is_encrypted {
                    encrypted.entry(key).or_default()[usize::from(!yes)] = true;
                }
            } else if let Some(yes) = is_encrypted {
                item.comments.push(format!(
                    "encrypted there: {}",
                    if yes { "yes" } else { "no" }
                ));
            }
            item.comments.extend(placement.joined_rest());
        }
        finish(&fields, item, draft);
    }
    for item in draft
        .items
        .iter_mut()
        .filter(|item| item.kind == Kind::Store)
    {
        match encrypted.get(&item.key).copied().unwrap_or_default() {
            [true, false] => item.word("encryption", Some("at_rest")),
            [false, true] => item.word("encryption", Some("none")),
            [true, true] => {
                item.word("encryption", Some("none"));
                item.comments
                    .push("Some of its data are encrypted, and some are not.".to_owned());
            }
            [false, false] => {}
        }
    }
}

fn data_flows(top: &Fields<'_>, known: &mut Known, draft: &mut Draft) {
    for fields in top.groups("data_flows") {
        let mut item = started(&fields, Kind::Flow, "data_flow", known);
        let ends = ["source", "destination"].map(|name| end(&fields, name, known, draft));
        let is_sensitive = fields.yes_no("has_sensitive_data");
        let is_encrypted = fields.yes_no("encrypted");
        let [Some(source), Some(target)] = ends else {
            let said = ["source", "destination"].map(|name| {
                fields.loss(name, crate::tree::LOOSE_END);
                fields
                    .node(name)
                    .map_or("nothing".to_owned(), Node::in_one_line)
            });
            let title = titles::or(&item.title, "without a title");
            draft.comments.push(format!(
                "flow with a loose end: {title}, from {}",
                said.join(" to ")
            ));
            let said = [
                ("has_sensitive_data", is_sensitive),
                ("encrypted", is_encrypted),
            ];
            let said = said.iter().filter_map(|(name, yes)| {
                Some(format!("{name}: {}", if (*yes)? { "yes" } else { "no" }))
            });
            draft.comments.extend(titles::joined_lines(said.collect()));
            draft
                .comments
                .extend(Some(item.description).filter(|text| !text.is_empty()));
            draft.comments.extend(fields.joined_rest());
            continue;
        };
        // What one of its ends keeps is what it can carry, where that is a single thing.
        let kept = [&source, &target]
            .into_iter()
            .filter_map(|key| draft.items.get(key))
            .flat_map(|item| item.keys("stores"));
        let kept: Vec<String> = kept.map(str::to_owned).collect();
        match (is_sensitive, kept.as_slice()) {
            (Some(true), [one]) => item.state("sends", Fact::Item(one.clone())),
            (Some(true), _) => {
                fields.loss(
                    "has_sensitive_data",
                    "kept in a comment: which data it carries is not said",
                );
                item.comments
                    .push("TODO: it carries sensitive data; state which it `sends`".to_owned());
            }
            _ => {}
        }
        let said = [item.title.as_str(), item.description.as_str()]
            .map(words_of)
            .concat();
        let protocols = said
            .iter()
            .filter(|word| word.len() > 2)
            .filter_map(|word| library::in_library(Kind::Protocol, word));
        let fits =
            |protocol: &&str| is_encrypted.is_none_or(|yes| library::encrypts(protocol) == yes);
        let general = ["binary"];
        let protocol = protocols
            .filter(|protocol| !general.contains(protocol))
            .find(fits);
        item.library("protocol", protocol.as_slice());
        match (is_encrypted, protocol) {
            (_, Some(_)) | (None, None) => {}
            (Some(true), None) => item.library("mitigations", &["tls"]),
            (Some(false), None) => {
                fields.loss(
                    "encrypted",
                    "kept in a comment: whether a flow is encrypted follows from its protocol",
                );
                item.comments
                    .push("TODO: it is not encrypted; state its `protocol`".to_owned());
            }
        }
        item.ends = Some((source, target));
        finish(&fields, item, draft);
    }
}

/// The key of an end of a flow. One that is named and not there is declared.
fn end(fields: &Fields<'_>, name: &str, known: &mut Known, draft: &mut Draft) -> Option<String> {
    let end = fields.group(name)?;
    let object = end.text("object")?;
    let said = end.text("type").unwrap_or_default();
    let list = match plain_word(said.rsplit('/').next().unwrap_or_default()).as_str() {
        "component" => ("component", Kind::Process),
        "datastore" => ("data_store", Kind::Store),
        _ => ("actor", Kind::External),
    };
    if let Some(key) = known.get(&[list.0], &object) {
        return Some(key);
    }
    if let Some(key) = known.get(&["actor", "component", "data_store"], &object) {
        end.loss(
            "type",
            format!("`{object}` is no `{said}`; it is taken for what it is declared as"),
        );
        return Some(key);
    }
    end.loss(
        "object",
        format!("nothing is called `{object}`: it is declared as an external"),
    );
    let item = missing(
        &object,
        if list.0 == "actor" {
            Kind::External
        } else {
            list.1
        },
        list.0,
        known,
    );
    let key = item.key.clone();
    draft.items.push(item);
    Some(key)
}

/// What is said of the boundary between two zones holds for the flows that cross it.
fn trust_boundaries(top: &Fields<'_>, known: &Known, draft: &mut Draft) {
    let crossing = flows_between_zones(draft);
    // What was stated of the flows between two zones: many boundaries may name the same.
    let mut stated: FxHashSet<(String, String, &str, bool)> = FxHashSet::default();
    for fields in top.groups("trust_boundaries") {
        let zones =
            ["trust_zone_a", "trust_zone_b"].map(|name| fields.text(name).unwrap_or_default());
        let keys = zones.clone().map(|zone| known.get(&["trust_zone"], &zone));
        for (name, key) in ["trust_zone_a", "trust_zone_b"].iter().zip(&keys) {
            if key.is_none() {
                fields.loss(name, "kept in a comment: there is no such trust zone");
            }
        }
        let methods = fields.texts("authentication_methods");
        let mut ways: Vec<(&str, bool)> = methods
            .iter()
            .filter_map(|said| looked_up(said, AUTHENTICATION))
            .collect();
        ways.dedup();
        let all_known = methods
            .iter()
            .all(|said| looked_up(said, AUTHENTICATION).is_some());
        let mut said = Vec::new();
        let mut is_stated = false;
        if let ([(way, second)], true, [Some(one), Some(other)]) =
            (ways.as_slice(), all_known, &keys)
        {
            for (source, target) in [(one, other), (other, one)] {
                let Some(flows) = crossing.get(&(source.clone(), target.clone())) else {
                    continue;
                };
                is_stated = true;
                if !stated.insert((source.clone(), target.clone(), *way, *second)) {
                    continue;
                }
                for key in flows {
                    if let Some(flow) = draft.items.get_mut(key) {
                        flow.word("authentication", Some(way));
                        flow.yes_no("multi_factor", Some(*second).filter(|yes| *yes));
                    }
                }
            }
        }
        if !is_stated && !methods.is_empty() {
            fields.loss(
                "authentication_methods",
                "kept in a comment: it is not said which flow uses which",
            );
            said.push(format!("authentication_methods: {}", methods.join(", ")));
        }
        let zones = zones.map(|zone| {
            let title = known
                .get(&["trust_zone"], &zone)
                .and_then(|key| draft.items.get(&key).map(|item| item.title.clone()));
            title.unwrap_or_else(|| format!("{zone} (which is not there)"))
        });
        said.extend(fields.rest());
        if !said.is_empty() {
            draft.comments.push(format!(
                "Between {}: {}",
                zones.join(" and "),
                said.join("; ")
            ));
        }
    }
}

/// The keys of the flows from each zone to each other, by the keys of the zones.
fn flows_between_zones(draft: &Draft) -> FxHashMap<(String, String), Vec<String>> {
    let place = |key: &str| draft.items.get(key)?.place.clone();
    let mut crossing: FxHashMap<(String, String), Vec<String>> = FxHashMap::default();
    for flow in draft.of_kind(&[Kind::Flow]) {
        if let Some((source, target)) = &flow.ends
            && let (Some(source), Some(target)) = (place(source), place(target))
        {
            let flows = crossing.entry((source, target)).or_default();
            flows.push(flow.key.clone());
        }
    }
    crossing
}

fn assumptions(top: &Fields<'_>, known: &Known, draft: &mut Draft) {
    for (at, fields) in top.groups("assumptions").into_iter().enumerate() {
        let Some(text) = fields.text("description") else {
            continue;
        };
        let mut item = Item::new(
            Kind::Assumption,
            format!("assumption {at}"),
            titles::title_of(&text),
        );
        item.describe(Some(text));
        for topic in fields.texts("topics") {
            let lists = [
                "trust_zone",
                "actor",
                "component",
                "data_store",
                "data_set",
                "data_flow",
            ];
            if let Some(key) = known.or_note(&fields, "topics", &lists, &topic, &mut item) {
                item.state("about", Fact::Item(key));
            }
        }
        finish(&fields, item, draft);
    }
}

fn threats(top: &Fields<'_>, known: &mut Known, draft: &mut Draft) {
    let mut personas: FxHashMap<String, String> = FxHashMap::default();
    for fields in top.groups("threat_personas") {
        let title = fields.text("title").or_else(|| {
            fields
                .text("symbolic_name")
                .as_deref()
                .map(titles::of_symbolic_name)
        });
        let title = title.unwrap_or_default();
        fields.loss("title", "kept in a comment: the language has no personas");
        draft.comments.push(format!(
            "threat persona {title}: {}",
            fields.text("description").unwrap_or_default()
        ));
        if let Some(name) = fields.text("symbolic_name") {
            personas.entry(name).or_insert(title);
        }
        draft.comments.extend(fields.joined_rest());
    }
    let mut threats = Threats::default();
    for fields in top.groups("threats") {
        let mut item = started(&fields, Kind::Threat, "threat", known);
        for name in fields.texts("components_affected") {
            let lists = ["component", "data_store", "actor", "data_flow"];
            if let Some(key) =
                known.or_note(&fields, "components_affected", &lists, &name, &mut item)
            {
                item.state("targets", Fact::Item(key));
            }
        }
        for (list, id, title, prefix) in [
            ("attack_mechanisms", "capec_id", "capec_title", "CAPEC"),
            ("weaknesses", "cwe_id", "cwe_title", "CWE"),
        ] {
            for reference in fields.groups(list) {
                let title = reference.text(title);
                if let Some(number) = reference.text(id) {
                    let is_known = reading::reference(&mut item, &format!("{prefix}-{number}"));
                    // One that is not known may be known by its title.
                    if !is_known {
                        reference
                            .loss(id, "kept in a comment: the published list does not have it");
                        item.comments.extend(title);
                    }
                } else {
                    item.comments.extend(title);
                }
                item.comments.extend(reference.joined_rest());
            }
        }
        let event = fields.text("event").unwrap_or_default();
        for text in [format!("{} {event}", item.title), item.description.clone()] {
            if item.get("category").is_empty() {
                guesses::stride_in(&text)
                    .into_iter()
                    .for_each(|category| item.word("category", Some(category)));
            }
        }
        if !item.get("category").is_empty() {
            item.comments.push(
                "TODO: no category was stated; it is a guess by the words of the threat".to_owned(),
            );
        }
        let mut lines = Vec::new();
        if !event.is_empty() && !plain_word(&item.title).contains(&plain_word(&event)) {
            fields.loss("event", "kept in a comment");
            lines.push(format!("event: {event}"));
        }
        if let Some(name) = fields.text("threat_persona") {
            let title = personas.get(&name).cloned();
            if title.is_none() {
                fields.loss(
                    "threat_persona",
                    format!("kept in a comment: nothing is called `{name}`"),
                );
            }
            lines.push(format!("threat persona: {}", title.unwrap_or(name)));
        }
        lines.extend(fields.rest());
        item.comments.extend(titles::joined_lines(lines));
        threats.push(item);
    }
    for fields in top.groups("risks") {
        risk(&fields, known, &mut threats, draft);
    }
    for fields in top.groups("controls") {
        control(&fields, known, &mut threats, draft);
    }
    for mut item in threats.items {
        stand_ins::complete_threat(draft, &mut item);
        draft.items.push(item);
    }
}

/// Threats that risks and controls still say something of.
#[derive(Default)]
struct Threats {
    items: Vec<Item>,
    by_key: FxHashMap<String, usize>,
}

impl Threats {
    fn push(&mut self, threat: Item) {
        self.by_key.insert(threat.key.clone(), self.items.len());
        self.items.push(threat);
    }

    /// The indices of those with some keys, in the order of the document.
    fn indices(&self, keys: &[String]) -> BTreeSet<usize> {
        let indices = keys.iter().filter_map(|key| self.by_key.get(key));
        indices.copied().collect()
    }
}

/// The threats that something names; those that are not there are noted, and told in a line.
fn named(fields: &Fields<'_>, known: &Known, said: &mut Vec<String>) -> Vec<String> {
    let mut keys = Vec::new();
    for name in fields.texts("threats") {
        match known.get(&["threat"], &name) {
            Some(key) => keys.push(key),
            None => {
                fields.loss(
                    "threats",
                    format!("kept in a comment: nothing is called `{name}`"),
                );
                said.push(format!("threats: {name}, which is not there"));
            }
        }
    }
    keys
}

/// A risk rates the threats that it is about; of several, the worst counts.
fn risk(fields: &Fields<'_>, known: &Known, threats: &mut Threats, draft: &mut Draft) {
    let _ = (
        fields.text("symbolic_name"),
        fields.text("score"),
        fields.text("level"),
    );
    let title = fields.text("title").unwrap_or_default();
    let mut said = vec![format!("risk: {title}")];
    said.extend(
        fields
            .text("description")
            .filter(|text| plain_word(text) != plain_word(&title)),
    );
    said.extend(
        fields
            .text("impact_description")
            .map(|text| format!("impact: {text}")),
    );
    let keys = named(fields, known, &mut said);
    let indices = threats.indices(&keys);
    for name in ["likelihood", "impact"] {
        let Some(word) = fields.text(name) else {
            continue;
        };
        let Some(level) = vocabulary::level_word(&word) else {
            fields.loss(name, "kept in a comment: the schema has no such word");
            said.push(format!("{name}: {word}"));
            continue;
        };
        let property = if name == "impact" {
            "impact"
        } else {
            "likelihood"
        };
        for index in &indices {
            let threat = &mut threats.items[*index];
            let rank = |word: &str| schema::LEVEL.position(word);
            if threat
                .stated(property)
                .is_none_or(|stated| rank(stated) < rank(level))
            {
                threat.clear(property);
                threat.word(property, Some(level));
            }
        }
    }
    fields.loss(
        "title",
        "kept in a comment: its likelihood and impact are those of its threats",
    );
    said.extend(fields.joined_rest());
    let Some(first) = keys.first() else {
        draft.comments.extend(said);
        return;
    };
    for index in indices {
        let threat = &mut threats.items[index];
        if threat.key == *first {
            threat.comments.append(&mut said);
        } else {
            threat.comments.push(format!("risk: {title}"));
        }
    }
}

fn control(fields: &Fields<'_>, known: &mut Known, threats: &mut Threats, draft: &mut Draft) {
    let mut item = started(fields, Kind::Mitigation, "control", known);
    let said = fields.text("status");
    let status = word(fields, "status", STATUS, &mut item).unwrap_or(Some("proposed"));
    let mut lines = Vec::new();
    if let Some(boundary) = fields.group("trust_boundary") {
        let zone = |name: &str| {
            let zone = boundary.text(name).unwrap_or_default();
            known
                .get(&["trust_zone"], &zone)
                .and_then(|key| draft.items.get(&key).map(|item| item.title.clone()))
                .unwrap_or(zone)
        };
        fields.loss("trust_boundary", "kept in a comment");
        lines.push(format!(
            "between {} and {}",
            zone("trust_zone_a"),
            zone("trust_zone_b")
        ));
        lines.extend(boundary.rest());
    }
    let keys = named(fields, known, &mut lines);
    let indices = threats.indices(&keys);
    lines.extend(fields.rest());
    item.comments.extend(titles::joined_lines(lines));
    let Some(status) = status else {
        // It counters nothing, so it is no mitigation.
        fields.loss(
            "status",
            "kept in a comment: it is not in place, and is not to come",
        );
        let line = format!(
            "control that is not in place ({}): {}",
            said.unwrap_or_default(),
            item.title
        );
        let mut told = vec![line];
        told.extend(Some(item.description).filter(|text| !text.is_empty()));
        told.extend(item.comments);
        match indices.first() {
            Some(first) => threats.items[*first].comments.extend(told),
            None => draft.comments.extend(told),
        }
        return;
    };
    item.word("status", Some(status));
    if said.as_deref() == Some("assumed") {
        item.comments
            .push("TODO: it is only assumed to be in place".to_owned());
    }
    for index in indices {
        threats.items[index].state("mitigations", Fact::Item(item.key.clone()));
    }
    draft.items.push(item);
}
