//! A model that was analyzed, as a draft. It must not know any format.

use super::item::{Fact, Item};
use super::model::Draft;
use rustc_hash::FxHashMap;
use threatline_model::schema::{STRIDE, Takes};
use threatline_model::{
    Database, Decl, FindingSelector, Kind, Model, TypedValue, ends, full_name, placed_in,
    schema::NOTHING, short_name, typed,
};
use threatline_view::names::shown_name;

/// A model that was analyzed; keys are full names. Rules, technologies and protocols of its own
/// are left out: no other tool has them.
pub fn of_model(db: &Database, model: Model, title: &str) -> Draft {
    let mut draft = Draft {
        title: title.to_owned(),
        ..Draft::default()
    };
    let mut numbers = FxHashMap::default();
    for decl in declared(db, model) {
        let is_left_out = matches!(
            decl.kind(db),
            Kind::Rule | Kind::Technology | Kind::Protocol | Kind::Expect
        );
        if !is_left_out {
            let key = key_of(db, decl, &mut numbers);
            draft.items.push(item_of(db, decl, key));
        }
    }
    draft
}

/// The declarations of a model.
pub fn declared(db: &Database, model: Model) -> impl Iterator<Item = Decl> {
    let files = model.files(db).iter();
    files.flat_map(|file| file.declarations(db).iter().copied())
}

/// The full name of a declaration, or a number for one without a name.
fn key_of(db: &Database, decl: Decl, numbers: &mut FxHashMap<Decl, usize>) -> String {
    if decl.shape(db).name.is_some() || decl.kind(db) == Kind::Flow {
        return full_name(db, decl).to_string();
    }
    let next = numbers.len();
    let number = numbers.entry(decl).or_insert(next);
    format!("{} {number}", decl.kind(db).word())
}

fn item_of(db: &Database, decl: Decl, key: String) -> Item {
    let title = decl
        .title(db)
        .map(|title| title.to_string())
        .filter(|title| !title.trim().is_empty());
    let title = title.unwrap_or_else(|| shown_name(db, decl).to_string());
    let mut item = Item::new(decl.kind(db), key, title);
    item.name = decl.shape(db).name.as_ref().map(|name| name.to_string());
    item.description = decl
        .facts(db)
        .description
        .as_ref()
        .map(|text| text.to_string())
        .unwrap_or_default();
    item.part = decl
        .file(db)
        .component(db)
        .as_ref()
        .map(|name| name.to_string());
    item.place = placed_in(db, decl).map(|boundary| full_name(db, boundary).to_string());
    if let (Some(source), Some(target)) = ends(db, decl) {
        let end = |decl: Decl| full_name(db, decl).to_string();
        item.ends = Some((end(source), end(target)));
    }
    for stated in &typed(db, decl).stated {
        for (_, value) in &stated.values {
            let fact = fact_of(db, stated.property.takes, value);
            item.state(stated.property.name, fact);
        }
    }
    item
}

fn fact_of(db: &Database, takes: Takes, value: &TypedValue) -> Fact {
    let name = |decl: Decl| full_name(db, decl).to_string();
    let library_name = |decl: Decl| short_name(db, decl).to_owned();
    match value {
        TypedValue::Word(position) => match takes {
            Takes::Words(words) => Fact::Word(words.word(*position).to_owned()),
            _ => Fact::Word(String::new()),
        },
        TypedValue::YesNo(yes) => Fact::Word(if *yes { "yes" } else { "no" }.to_owned()),
        TypedValue::Nothing => Fact::Word(NOTHING.to_owned()),
        TypedValue::Decl(decl) if decl.in_library(db) => Fact::Library(library_name(*decl)),
        TypedValue::Decl(decl) => Fact::Item(name(*decl)),
        TypedValue::Category(position) => Fact::Word(STRIDE.word(*position).to_owned()),
        TypedValue::Text(text) => Fact::Text(text.to_string()),
        TypedValue::Date(date) => Fact::Date(*date),
        TypedValue::Reference(id) => Fact::Reference(id.to_string()),
        TypedValue::Finding(FindingSelector::Rule(rule, element)) => {
            Fact::Finding(library_name(*rule), name(*element))
        }
        TypedValue::Finding(FindingSelector::Category(position, element)) => {
            Fact::Finding(STRIDE.word(*position).to_owned(), name(*element))
        }
        TypedValue::Finding(FindingSelector::Threat(threat)) => Fact::Item(name(*threat)),
    }
}
