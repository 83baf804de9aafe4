//! Trust zones, and the elements in them. It must not know which data they hold.

use super::keys::{Keys, finish, word};
use super::terms::{ACTORS, STORES};
use crate::draft::{Draft, Item};
use crate::tree::{Fields, KEPT};
use crate::{guesses, library, vocabulary};
use threatline_model::Kind;

/// Reads the trust zones.
pub fn read_trust_zones(top: &Fields<'_>, keys: &mut Keys, draft: &mut Draft) {
    for fields in top.groups("trust_zones") {
        let mut item = keys.begun(&fields, Kind::Boundary, "trust_zone");
        guesses::boundary_of_title(&mut item);
        finish(&fields, item, draft);
    }
}

/// Reads the actors.
pub fn read_actors(top: &Fields<'_>, keys: &mut Keys, draft: &mut Draft) {
    for fields in top.groups("actors") {
        let mut item = keys.begun(&fields, Kind::External, "actor");
        let kind = word(&fields, "type", ACTORS, &mut item);
        item.word("kind", kind);
        if kind == Some("system") {
            guesses::technology_of_title(&mut item);
        }
        fields.keep_text(&mut item.comments, "permissions", "permissions");
        place(&fields, &mut item, keys, draft);
        finish(&fields, item, draft);
    }
}

/// Reads the components; `link` is where the sources of the whole are.
pub fn read_components(top: &Fields<'_>, link: Option<&str>, keys: &mut Keys, draft: &mut Draft) {
    for fields in top.groups("components") {
        let mut item = keys.begun(&fields, Kind::Process, "component");
        guesses::technology_of_title(&mut item);
        fields.keep_text(&mut item.comments, "parent_component", "part of");
        if fields.text("repo_link").as_deref() != link {
            fields.keep_text(&mut item.comments, "repo_link", "repo_link");
        }
        place(&fields, &mut item, keys, draft);
        finish(&fields, item, draft);
    }
}

/// Reads the data stores.
pub fn read_data_stores(top: &Fields<'_>, keys: &mut Keys, draft: &mut Draft) {
    for fields in top.groups("data_stores") {
        let mut item = keys.begun(&fields, Kind::Store, "data_store");
        let product = fields.text("product");
        read_technology(&fields, product.as_deref(), &mut item);
        keep_product(&fields, product, &mut item);
        place(&fields, &mut item, keys, draft);
        finish(&fields, item, draft);
    }
}

/// States the technology of a store, guessed from its product, title or type.
fn read_technology(fields: &Fields<'_>, product: Option<&str>, item: &mut Item) {
    let of_type = word(fields, "type", STORES, item);
    let is_one_of = |technology: &str, broader: &[&str]| {
        library::is_one_of(Kind::Technology, technology, broader)
    };
    let of_title = || {
        vocabulary::technology(&item.title)
            .filter(|technology| is_one_of(technology, &["datastore", "messaging"]))
    };
    let of_product = product.and_then(vocabulary::technology);
    let Some(technology) = of_product.or_else(of_title) else {
        item.library("technology", of_type.as_slice());
        return;
    };
    item.library("technology", &[technology]);
    if of_type.is_some_and(|of_type| !is_one_of(technology, &[of_type]))
        && let Some(of_type) = fields.text("type")
    {
        item.comment(format!("type: {of_type}"));
    }
}

/// Keeps the product of a store, with its vendor where it does not begin with that.
fn keep_product(fields: &Fields<'_>, product: Option<String>, item: &mut Item) {
    let vendor = fields.text("vendor").filter(|vendor| {
        product
            .as_ref()
            .is_none_or(|product| !product.starts_with(vendor.as_str()))
    });
    let names: Vec<String> = vendor.into_iter().chain(product).collect();
    if !names.is_empty() {
        let comment = format!("product: {}", names.join(" "));
        fields.keep(&mut item.comments, "product", KEPT, comment);
    }
}

/// Puts an element into its trust zone. One that is named and not there is declared.
fn place(fields: &Fields<'_>, item: &mut Item, keys: &mut Keys, draft: &mut Draft) {
    let Some(zone) = fields.text("trust_zone") else {
        return;
    };
    let key = keys.get(&["trust_zone"], &zone).unwrap_or_else(|| {
        fields.loss(
            "trust_zone",
            format!("unknown name `{zone}`: declared as a boundary"),
        );
        let mut boundary = keys.missing(&zone, Kind::Boundary, "trust_zone");
        guesses::boundary_of_title(&mut boundary);
        let key = boundary.key.clone();
        draft.items.push(boundary);
        key
    });
    item.place = Some(key);
}
