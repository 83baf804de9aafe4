//! Technical assets, and the links that they start. It must not know in which boundary one is.

use super::keys::{Keys, id_of_title};
use super::terms::{AUTHENTICATION, AUTHORIZATION, ENCRYPTION, FORMAT, PROTOCOL, TECHNOLOGY};
use crate::draft::{Draft, Fact, Item};
use crate::tree::{Fields, KEPT};
use crate::words::{looked_up, plain_word, unknown};
use crate::{names, reading, stand_ins};
use rustc_hash::{FxHashMap, FxHashSet};
use threatline_model::Kind;

/// What is noted of an element in the internet until it is known where it is.
pub const IN_INTERNET: &str = "internet: yes";

/// The key of the technical asset of a title.
pub fn key_of(title: &str) -> String {
    format!("asset {title}")
}

/// Reads a technical asset with its links.
pub fn read(fields: &Fields<'_>, title: &str, keys: &mut Keys, draft: &mut Draft) {
    let kind = kind_of(fields);
    let mut item = Item::new(kind, key_of(title), title);
    let id = fields.text("id").unwrap_or_default();
    item.name = names::of_id(&id);
    item.describe(fields.text("description"));
    read_who_uses_it(fields, &mut item);
    read_technologies(fields, &mut item);
    for name in ["data_assets_processed", "data_assets_stored"] {
        for id in fields.texts(name) {
            // Its assets are reported once the links are known.
            if keys.assets.get(&id).is_none() {
                fields.problem(name, keys.assets.missing(&id, "data asset"));
            }
        }
    }
    read_encryption(fields, &mut item);
    read_formats(fields, &mut item);
    read_construction(fields, &mut item);
    read_scope(fields, &mut item);
    if fields.is_yes("internet") {
        item.comment(IN_INTERNET);
    }
    reading::tags(fields, &mut item);
    fields.leave_out_drawing(&["diagram_tweak_order"]);
    for (name, link) in fields.groups_by_name(&["communication_links"]) {
        let key = format!("link {title} {name}");
        keys.links
            .push(format!("{id}>{}", id_of_title(&name)), key.clone());
        let flow = Item::new(Kind::Flow, key, name);
        draft.items.extend(read_link(&link, flow, &item.key, keys));
    }
    item.comments.extend(fields.joined_rest());
    draft.items.push(item);
}

fn kind_of(fields: &Fields<'_>) -> Kind {
    const KINDS: &[(&str, Kind)] = &[
        ("external-entity", Kind::External),
        ("process", Kind::Process),
        ("datastore", Kind::Store),
    ];
    let kind = fields.word("type", KINDS);
    if fields.text("type").is_none() {
        fields.problem("type", "`type` is missing");
    }
    kind.unwrap_or(Kind::Process)
}

fn read_who_uses_it(fields: &Fields<'_>, item: &mut Item) {
    let name = "used_as_client_by_human";
    let is_human = fields.is_yes(name);
    if item.kind == Kind::External {
        item.word("kind", Some(if is_human { "person" } else { "system" }));
    } else if is_human {
        let comment = "used as client by human: yes";
        fields.keep(&mut item.comments, name, KEPT, comment);
    }
}

fn read_technologies(fields: &Fields<'_>, item: &mut Item) {
    let name = if fields.node("technologies").is_some() {
        "technologies"
    } else {
        "technology"
    };
    for technology in fields.texts(name) {
        match looked_up(&technology, TECHNOLOGY) {
            Some(names) if !names.is_empty() => item.library("technology", names),
            // Technologies may be of one's own.
            _ => fields.keep(
                &mut item.comments,
                name,
                "kept in a comment: the library has no such technology",
                format!("technology: {technology}"),
            ),
        }
    }
    let _ = (fields.text("technology"), fields.list("technologies"));
}

fn read_encryption(fields: &Fields<'_>, item: &mut Item) {
    let encryption = fields.word("encryption", ENCRYPTION);
    if item.kind == Kind::Store {
        item.word("encryption", encryption);
        // The last is another spelling of the one before it.
        reading::keep_if_lossy(fields, item, "encryption", &ENCRYPTION[..5]);
    } else if encryption.is_some_and(|word| word != "none") {
        let word = fields.text("encryption").unwrap_or_default();
        fields.keep(
            &mut item.comments,
            "encryption",
            "kept in a comment: only stores have it",
            format!("encryption: {word}"),
        );
    }
}

fn read_formats(fields: &Fields<'_>, item: &mut Item) {
    let name = "data_formats_accepted";
    for word in fields.texts(name) {
        match looked_up(&word, FORMAT) {
            Some(format) if item.kind == Kind::Process => item.word("accepts", Some(format)),
            Some(_) => fields.keep(
                &mut item.comments,
                name,
                "kept in a comment: only processes have it",
                format!("data formats accepted: {word}"),
            ),
            None => fields.problem(name, unknown(&word, FORMAT.iter().map(|(word, _)| *word))),
        }
    }
}

/// Reads for whom it is there, how it is built, and who answers for it.
fn read_construction(fields: &Fields<'_>, item: &mut Item) {
    let is_multi_tenant = fields.yes_no("multi_tenant");
    let is_redundant = fields.yes_no("redundant");
    let is_custom = fields.yes_no("custom_developed_parts");
    if item.kind == Kind::External {
        for (name, yes) in [
            ("multi_tenant", is_multi_tenant),
            ("redundant", is_redundant),
        ] {
            if yes == Some(true) {
                fields.keep(
                    &mut item.comments,
                    name,
                    "kept in a comment: externals do not have it",
                    format!("{}: yes", name.replace('_', " ")),
                );
            }
        }
    } else {
        let is_multi_tenant = is_multi_tenant == Some(true);
        item.word("tenancy", is_multi_tenant.then_some("multi"));
        item.yes_no("redundancy", is_redundant);
        item.text("owner", fields.text("owner"));
    }
    if item.kind == Kind::Process {
        item.yes_no("custom_code", is_custom);
    } else if is_custom == Some(true) {
        fields.keep(
            &mut item.comments,
            "custom_developed_parts",
            "kept in a comment: only processes have it",
            "custom developed parts: yes",
        );
    }
}

fn read_scope(fields: &Fields<'_>, item: &mut Item) {
    let why = fields.text("justification_out_of_scope");
    if fields.is_yes("out_of_scope") {
        let why = why.unwrap_or_else(|| stand_ins::OUT_OF_SCOPE.to_owned());
        item.text("out_of_scope", Some(why));
    } else if let Some(why) = why {
        item.comment(format!("justification out of scope: {why}"));
    }
}

/// Reads a link into a flow that starts at an element; nothing, if it leads nowhere.
fn read_link(link: &Fields<'_>, mut flow: Item, source: &str, keys: &Keys) -> Option<Item> {
    let target = link.required("target");
    let Some(target_key) = keys.technical.get(&target) else {
        if !target.is_empty() {
            link.problem("target", keys.technical.missing(&target, "technical asset"));
        }
        return None;
    };
    flow.ends = Some((source.to_owned(), target_key.to_owned()));
    flow.describe(link.text("description"));
    read_protocol(link, &mut flow);
    read_authentication(link, &mut flow);
    let access = link.yes_no("readonly");
    flow.word(
        "access",
        access.map(|only| if only { "read" } else { "read_write" }),
    );
    if link.is_yes("vpn") {
        flow.clear("tunnel");
        flow.word("tunnel", Some("vpn"));
    }
    let usage = link.word(
        "usage",
        &[("business", None), ("devops", Some("operations"))],
    );
    flow.word("usage", usage.flatten());
    for (name, property) in [
        ("data_assets_sent", "sends"),
        ("data_assets_received", "receives"),
    ] {
        for id in link.texts(name) {
            match keys.assets.get(&id) {
                Some(asset) => flow.state(property, Fact::Item(asset.to_owned())),
                None => link.problem(name, keys.assets.missing(&id, "data asset")),
            }
        }
    }
    reading::tags(link, &mut flow);
    link.leave_out_drawing(&["diagram_tweak_weight", "diagram_tweak_constraint"]);
    flow.comments.extend(link.joined_rest());
    Some(flow)
}

fn read_protocol(link: &Fields<'_>, flow: &mut Item) {
    let protocol = link.word("protocol", PROTOCOL);
    if let Some(protocol) = protocol.filter(|protocol| !protocol.is_empty()) {
        flow.library("protocol", &[protocol]);
    }
    if is_word(link, "protocol", "sshtunnel") {
        flow.word("tunnel", Some("ssh"));
    }
}

fn read_authentication(link: &Fields<'_>, flow: &mut Item) {
    let authentication = link.word("authentication", AUTHENTICATION);
    flow.word("authentication", authentication);
    if is_word(link, "authentication", "twofactor") {
        flow.word("multi_factor", Some("yes"));
    }
    if link.is_yes("ip_filtered") {
        if flow.stated("authentication") == Some("none") {
            flow.clear("authentication");
            flow.word("authentication", Some("network_address"));
        } else {
            let comment = "ip filtered: yes";
            link.keep(&mut flow.comments, "ip_filtered", KEPT, comment);
        }
    }
    flow.word("authorization", link.word("authorization", AUTHORIZATION));
}

/// Whether a word is under a name, whatever sets its parts off.
fn is_word(fields: &Fields<'_>, name: &str, word: &str) -> bool {
    fields
        .text(name)
        .is_some_and(|text| plain_word(&text) == word)
}

/// Reads what a technical asset holds beyond what its links bring.
pub fn read_held_data(
    fields: &Fields<'_>,
    title: &str,
    keys: &Keys,
    carried: &FxHashMap<String, FxHashSet<String>>,
    draft: &mut Draft,
) {
    let key = key_of(title);
    let mut known = carried.get(&key).cloned().unwrap_or_default();
    let Some(item) = draft.items.get_mut(&key) else {
        return;
    };
    for name in ["data_assets_stored", "data_assets_processed"] {
        let ids = fields.texts(name);
        let mut kept_titles = Vec::new();
        for asset in ids.iter().filter_map(|id| keys.assets.get(id)) {
            match (item.kind, name) {
                (Kind::Store, "data_assets_stored") => {
                    item.state("stores", Fact::Item(asset.to_owned()))
                }
                _ if known.contains(asset) => continue,
                (Kind::Process, _) => item.state("handles", Fact::Item(asset.to_owned())),
                _ => kept_titles.push(asset.trim_start_matches("data ").to_owned()),
            }
            known.insert(asset.to_owned());
        }
        if !kept_titles.is_empty() {
            let label = name.replace('_', " ");
            fields.keep(
                &mut item.comments,
                name,
                "kept in a comment: no link carries it",
                format!("{label}: {}", kept_titles.join(", ")),
            );
        }
    }
}
