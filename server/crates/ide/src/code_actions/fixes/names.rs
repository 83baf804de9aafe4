//! Mends headings: names that mean nothing, that are missing, or that something else has, and what
//! is placed where it cannot be. It must not know what a declaration states.

use super::collector::Fixes;
use crate::change::Change;
use crate::code_actions::action::span_of;
use crate::write;
use threatline_model::{
    Decl, Kind, Part, Place, Span, codes, components,
    renamed::current_name,
    schema::{self, Takes},
    typed,
};
use threatline_syntax::prose::with_article;
use threatline_view::names::shown_name;

/// Declares what is named, where it belongs.
pub fn declare(fixes: &mut Fixes, place: Place) {
    let db = fixes.db;
    let (file, span) = place.resolve(db);
    let Some(written) = file.source(db).text.get(span.range()) else {
        return;
    };
    let (component, name) = match written.rsplit_once('.') {
        Some((component, name)) => (Some(component), name),
        None => (None, written),
    };
    if name.is_empty() || name.contains(char::is_whitespace) {
        return;
    }
    let target = match component {
        None => Some(fixes.file),
        Some(component) => components(db, fixes.file.model(db)).file_of(component),
    };
    let Some(target) = target else { return };
    let component = component.map(|component| format!(" in `{component}`"));
    let component = component.unwrap_or_default();
    for kind in nameable(fixes, place).iter() {
        let required = required_properties(*kind);
        let mut change = Change {
            is_snippet: !required.is_empty(),
            ..Change::default()
        };
        let declaration = format!("{} {name}{required}", kind.word());
        write::append(db, target, &declaration, &mut change);
        let kind = with_article(kind.word());
        fixes.add(format!("Declare {kind} `{name}`{component}"), false, change);
    }
}

/// Replaces a former name with the name of today.
pub fn use_current_name(fixes: &mut Fixes, place: Place) {
    let db = fixes.db;
    let (file, span) = place.resolve(db);
    let Some(text) = file.source(db).text.get(span.range()) else {
        return;
    };
    let is_separator = |letter: char| !letter.is_alphanumeric() && letter != '_';
    let mut start = span.start;
    for piece in text.split_inclusive(is_separator) {
        let word = piece.trim_end_matches(is_separator);
        if let Some(current) = current_name(word) {
            let end = start + word.len() as u32;
            let change = Change::one(file.path(db), Span { start, end }, current);
            fixes.add(format!("Change to `{current}`"), true, change);
            return;
        }
        start += piece.len() as u32;
    }
}

/// The kinds of declarations that a name at a place can stand for; of many none.
fn nameable(fixes: &Fixes, place: Place) -> Vec<Kind> {
    let (db, decl) = (fixes.db, place.decl);
    let kinds: &[Kind] = match place.part {
        Part::Within => &[Kind::Boundary],
        Part::Source | Part::Target => &[Kind::Process, Kind::Store, Kind::External],
        Part::Value(property, _) => {
            let written = decl.facts(db).properties.get(usize::from(property));
            let property =
                written.and_then(|written| schema::of(decl.kind(db)).property(&written.name));
            match property.map(|property| property.takes) {
                Some(Takes::Name(kinds)) if kinds.len() <= 4 => kinds,
                _ => &[],
            }
        }
        _ => &[],
    };
    let kinds = kinds.iter().copied();
    kinds.filter(|kind| *kind != Kind::Flow).collect()
}

/// A block with the properties that a kind of declaration needs, as a snippet; nothing, if it needs
/// none.
fn required_properties(kind: Kind) -> String {
    let properties = schema::of(kind).properties.iter();
    let required = properties.filter(|property| property.required);
    let required: Vec<String> = required
        .zip(1..)
        .map(|(property, number)| match property.takes {
            Takes::Words(words) => {
                let word = words.word(words.words.len() as u8 / 2);
                format!("{}: ${{{number}:{word}}}", property.name)
            }
            _ => format!("{}: ${{{number}}}", property.name),
        })
        .collect();
    if required.is_empty() {
        String::new()
    } else {
        format!(" {{ {} }}", required.join(" "))
    }
}

/// Gives a name to what has none. A flow needs none.
pub fn name_it(fixes: &mut Fixes, place: Place) {
    let (db, decl) = (fixes.db, place.decl);
    if decl.kind(db) == Kind::Flow {
        return;
    }
    let title = decl.title(db).map(|title| as_name(title));
    let title = title.filter(|name| !name.is_empty());
    let wanted = title.unwrap_or_else(|| format!("new_{}", decl.kind(db).word()));
    let name = fixes.free_name(&wanted);
    let (_, kind) = decl.part(Part::Kind).resolve(db);
    let behind = Span {
        start: kind.end,
        end: kind.end,
    };
    let change = Change::one(fixes.file.path(db), behind, format!(" {name}"));
    fixes.add(format!("Name it `{name}`"), true, change);
}

/// Gives another name to what is declared twice. A component's is that of its file.
pub fn rename(fixes: &mut Fixes, place: Place) {
    let (db, decl) = (fixes.db, place.decl);
    if decl.kind(db) == Kind::Component {
        return;
    }
    if let Some(name) = &decl.shape(db).name {
        let name = fixes.free_name(name);
        let span = span_of(db, fixes.diagnostic);
        let change = Change::one(fixes.file.path(db), span, name.as_str());
        fixes.add(format!("Rename to `{name}`"), false, change);
    }
}

/// Takes `in NAME` away, if that is what is wrong.
pub fn take_out(fixes: &mut Fixes, place: Place) {
    let (db, decl) = (fixes.db, place.decl);
    let (Part::Within, Some(within)) = (place.part, &decl.shape(db).within) else {
        return;
    };
    let text = &fixes.file.source(db).text;
    let (_, span) = place.resolve(db);
    let Some(before) = text[..span.start as usize].trim_end().strip_suffix("in") else {
        return;
    };
    let span = Span::new(before.trim_end().len(), span.end as usize);
    let change = Change::one(fixes.file.path(db), span, "");
    fixes.add(format!("Remove `in {within}`"), false, change);
}

/// Takes an element out of the boundary that it is in.
pub fn take_outside(fixes: &mut Fixes, place: Place) {
    take_out(fixes, place.decl.part(Part::Within));
}

/// Declares something worth protecting, which a flow sends.
pub fn declare_asset(fixes: &mut Fixes, place: Place) {
    let name = fixes.free_name("data");
    let text = format!(
        "asset {name} \"${{1:What is worth protecting}}\" {{ classification: ${{2:confidential}} }}"
    );
    let mut change = Change::default();
    if typed(fixes.db, place.decl).get("sends").is_none() {
        write::add_property(fixes.db, place.decl, "sends", &name, &mut change);
    }
    write::append(fixes.db, fixes.file, &text, &mut change);
    fixes.add_snippet("Declare an asset", change);
}

/// Removes a declaration that is unused or has no effect.
pub fn remove(fixes: &mut Fixes, place: Place) {
    let name = shown_name(fixes.db, place.decl);
    let is_preferred = fixes.diagnostic.code.id == codes::UNUSED_DEFINITION.id;
    let change = removal(fixes, place.decl);
    fixes.add(format!("Remove `{name}`"), is_preferred, change);
}

/// A change that removes a declaration.
pub fn removal(fixes: &Fixes, decl: Decl) -> Change {
    let mut change = Change::default();
    write::remove_declaration(fixes.db, decl, &mut change);
    change
}

/// A name made of the first words of a title.
fn as_name(title: &str) -> String {
    let letters = title.chars().map(|letter| {
        if letter.is_alphanumeric() {
            letter
        } else {
            ' '
        }
    });
    let words = letters.collect::<String>().to_lowercase();
    let words: Vec<&str> = words.split_whitespace().take(4).collect();
    let name = words.join("_");
    if name.starts_with(|letter: char| !letter.is_alphabetic()) {
        format!("n{name}")
    } else {
        name
    }
}
