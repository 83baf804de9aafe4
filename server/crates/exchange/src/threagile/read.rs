//! Reads a document of Threagile. It must not know how one is written.

use super::includes::{Include, with_includes};
use super::keys::{Contents, Keys};
use super::terms::{BOUNDARY, CONFIDENTIALITY, CRITICALITY, TRUST};
use super::{assets, boundaries, risks};
use crate::draft::{Draft, Fact, Item};
use crate::tree::{Fields, Node, Notes, Problem};
use crate::{guesses, names, places, reading, titles};
use threatline_model::Kind;

/// Whether a document is one of these.
pub fn is_threagile(document: &Node) -> bool {
    let has = |name| document.get(name).is_some();
    has("threagile_version")
        || (has("technical_assets") && has("data_assets"))
        || (has("includes") && has("title"))
}

/// Reads a document with what it includes.
///
/// # Errors
/// When all of it is too much.
pub fn read(notes: &Notes, document: &Node, include: &Include<'_>) -> Result<Draft, Problem> {
    let document = with_includes(notes, document, include)?;
    let top = Fields::new(notes, &document, String::new());
    top.skip_texts(&["threagile_version"]);
    // They are brought in, and tags are known where they are used.
    let _ = (top.list("includes"), top.list("tags_available"));
    let mut draft = Draft {
        title: top.required("title"),
        ..Draft::default()
    };
    read_overview(&top, &mut draft);
    let mut keys = Keys::default();
    for (title, fields) in top.groups_by_name(&["data_assets"]) {
        let item = data_asset(&fields, title);
        keys.assets.push(fields.required("id"), item.key.clone());
        draft.items.push(item);
    }
    let technical_assets = top.groups_by_name(&["technical_assets"]);
    for (title, fields) in &technical_assets {
        keys.technical
            .push(fields.required("id"), assets::key_of(title));
    }
    for (title, fields) in top.groups_by_name(&["trust_boundaries"]) {
        let item = trust_boundary(&fields, title, &mut keys);
        draft.items.push(item);
    }
    for (title, fields) in &technical_assets {
        assets::read(fields, title, &mut keys, &mut draft);
    }
    let carried = places::carried_now(&draft);
    for (title, fields) in &technical_assets {
        assets::read_held_data(fields, title, &keys, &carried, &mut draft);
    }
    boundaries::place_items(notes, &keys, &mut draft);
    for (title, fields) in top.groups_by_name(&["shared_runtimes"]) {
        keep_shared_runtime(&fields, &title, &mut draft);
    }
    risks::read_own(&top, &mut keys, &mut draft);
    risks::read_tracking(&top, &keys, &mut draft);
    keep_prose(&top, &mut draft);
    top.leave_out_drawing(&[
        "diagram_tweak_nodesep",
        "diagram_tweak_ranksep",
        "diagram_tweak_edge_layout",
        "diagram_tweak_suppress_edge_labels",
        "diagram_tweak_layout_left_to_right",
        "diagram_tweak_invisible_connections_between_assets",
        "diagram_tweak_same_rank_assets",
    ]);
    draft.comments.extend(top.rest());
    Ok(draft)
}

/// Reads who made the model, when, and what it is about.
fn read_overview(top: &Fields<'_>, draft: &mut Draft) {
    let date = top.text("date").map(|date| format!("date: {date}"));
    draft.comments.extend(date);
    let contributors = top.groups("contributors");
    for author in top.group("author").into_iter().chain(contributors) {
        draft.owner.extend(author.text("name"));
        draft.comments.extend(author.rest());
    }
    let mut description = Vec::new();
    for name in [
        "application_description",
        "business_overview",
        "technical_overview",
    ] {
        if let Some(overview) = top.group(name) {
            description.extend(overview.text("description"));
            draft.comments.extend(overview.rest());
        }
    }
    draft.description = description.join("\n\n");
}

fn data_asset(fields: &Fields<'_>, title: String) -> Item {
    let mut item = Item::new(Kind::Asset, format!("data {title}"), title);
    item.name = fields.text("id").as_deref().and_then(names::of_id);
    item.describe(fields.text("description"));
    let classification = fields.word("confidentiality", CONFIDENTIALITY);
    if classification.is_none() && fields.text("confidentiality").is_none() {
        fields.problem("confidentiality", "`confidentiality` is missing");
    }
    item.word("classification", Some(classification.unwrap_or("internal")));
    item.word("integrity", fields.word("integrity", CRITICALITY));
    item.word("availability", fields.word("availability", CRITICALITY));
    reading::keep_if_lossy(fields, &mut item, "confidentiality", CONFIDENTIALITY);
    reading::keep_if_lossy(fields, &mut item, "integrity", CRITICALITY);
    reading::keep_if_lossy(fields, &mut item, "availability", CRITICALITY);
    item.text("owner", fields.text("owner"));
    guesses::state_kind_of_asset(&mut item);
    reading::tags(fields, &mut item);
    item.comments.extend(fields.joined_rest());
    item
}

/// Reads a trust boundary, and notes what is in it.
fn trust_boundary(fields: &Fields<'_>, title: String, keys: &mut Keys) -> Item {
    let mut item = Item::new(Kind::Boundary, format!("boundary {title}"), title);
    let id = fields.required("id");
    item.name = names::of_id(&id);
    item.describe(fields.text("description"));
    if let Some(kind) = fields.word("type", BOUNDARY) {
        item.word("kind", Some(kind));
        reading::keep_if_lossy(fields, &mut item, "type", BOUNDARY);
    }
    reading::tags(fields, &mut item);
    trust_of_tags(&mut item);
    keys.boundaries.push(id, item.key.clone());
    let contents = |name: &str| Contents {
        boundary: item.key.clone(),
        ids: fields.texts(name),
        path: fields.path_to(name),
        place: fields.place().clone(),
    };
    keys.inside.push(contents("technical_assets_inside"));
    keys.nested.push(contents("trust_boundaries_nested"));
    item.comments.extend(fields.joined_rest());
    item
}

/// States the trust that a boundary has by one of its tags, instead of the tag.
fn trust_of_tags(boundary: &mut Item) {
    let trust = TRUST
        .iter()
        .find(|(tag, _)| boundary.words("tags").any(|stated| stated == *tag));
    if let Some((tag, trust)) = trust {
        boundary.word("trust", Some(trust));
        let tag = Fact::Text((*tag).to_owned());
        for (_, facts) in &mut boundary.facts {
            facts.retain(|fact| *fact != tag);
        }
        boundary.facts.retain(|(_, facts)| !facts.is_empty());
    }
}

fn keep_shared_runtime(fields: &Fields<'_>, title: &str, draft: &mut Draft) {
    let assets = fields.texts("technical_assets_running");
    let mut comments = vec![format!("shared runtime {title}: {}", assets.join(", "))];
    fields.skip_texts(&["id"]);
    comments.extend(fields.text("description"));
    comments.extend(fields.rest());
    fields.loss(
        "technical_assets_running",
        "kept in a comment: the language has no shared runtimes",
    );
    draft.comments.extend(comments);
}

/// Keeps what people wrote about the model as a whole.
fn keep_prose(top: &Fields<'_>, draft: &mut Draft) {
    let criticality = top.text("business_criticality");
    draft
        .comments
        .extend(criticality.map(|word| format!("business criticality: {word}")));
    for (name, label) in [
        ("questions", "question"),
        ("abuse_cases", "abuse case"),
        ("security_requirements", "security requirement"),
    ] {
        let entries = top.entries(name);
        if !entries.is_empty() {
            top.loss(name, "kept in comments");
        }
        for (title, node) in entries {
            let label = format!("{label}: {title}");
            draft
                .comments
                .push(titles::labelled(&label, &node.in_one_line()));
        }
    }
}
