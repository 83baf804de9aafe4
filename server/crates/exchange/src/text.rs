//! A draft as files of the language: which parts there are, what everything is called, and the
//! text. It must not know where the draft comes from.

use crate::draft::{Draft, Fact, Item};
use crate::once::Once;
use rustc_hash::{FxHashMap, FxHashSet};
use std::fmt::Write;
use threatline_format::format;
use threatline_model::{ENDPOINT_KINDS, Kind, schema};
use threatline_syntax::is_name;
use threatline_syntax::parse;
use threatline_view::sanitize::acts;
use unicode_width::UnicodeWidthChar;

/// How many elements stand in one file before the model is split into several.
const MOST_IN_ONE: usize = 12;

/// The longest name that is made of a title, in characters.
const LONGEST_NAME: usize = 32;

/// Words with which a name that was cut off does not end.
const NO_LAST_WORD: &[&str] = &[
    "a", "an", "and", "any", "are", "as", "at", "be", "been", "before", "being", "but", "by",
    "can", "for", "from", "has", "in", "into", "is", "may", "no", "not", "of", "on", "or", "that",
    "the", "their", "to", "under", "via", "was", "were", "which", "with", "without",
];

/// The files of a model.
#[derive(Debug)]
pub struct Files {
    /// Names of files with their texts, in the order of the names.
    pub files: Vec<(String, String)>,
    /// The full name of each declaration by its key.
    pub names: FxHashMap<String, String>,
}

/// Where the parts of a draft go.
struct Parts {
    /// The names of the components with their titles; the first stands for what belongs to none.
    components: Vec<(Option<String>, String)>,
    /// Which part each item is in.
    of: FxHashMap<String, usize>,
}

/// Writes a draft in the canonical format.
pub fn write(draft: &Draft) -> Files {
    let parts = Parts::of(draft);
    let names = Names::of(draft, &parts);
    let mut files = Vec::new();
    let is_one = parts.components.len() == 1;
    let mut members: Vec<Vec<&Item>> = vec![Vec::new(); parts.components.len()];
    draft
        .items
        .iter()
        .for_each(|item| members[parts.of[&item.key]].push(item));
    for (at, (component, title)) in parts.components.iter().enumerate() {
        let mut text = String::new();
        if at == 0 {
            if component.is_none() {
                about(&mut text, draft);
            }
            draft
                .comments
                .iter()
                .for_each(|comment| comment_lines(&mut text, comment, ""));
            text.push('\n');
        }
        if let Some(name) = component {
            describe(&mut text, if is_one { &draft.description } else { "" });
            let _ = write!(text, "component {name} {}", quoted(title));
            let owners: Vec<String> = draft.owner.iter().map(|owner| quoted(owner)).collect();
            if is_one && !owners.is_empty() {
                let _ = write!(text, " {{ owner: {} }}", owners.join(", "));
            }
            text.push('\n');
        }
        let items = &mut members[at];
        items.sort_by_key(|item| rank(item.kind));
        let mut last = None;
        for item in items {
            if last != Some(item.kind) || !item.description.is_empty() || has_body(item) {
                text.push('\n');
            }
            last = Some(item.kind);
            declaration(&mut text, item, at, &names);
        }
        if text.trim().is_empty() {
            continue;
        }
        let name = component.as_deref().unwrap_or("model");
        let text = format(&text).unwrap_or(text);
        files.push((format!("{name}.threat"), text));
    }
    let settings = format!("[model]\nname = {}\n", toml_text(&line_of(&draft.title)));
    files.push(("threatline.toml".to_owned(), settings));
    files.sort();
    let full = names.names.iter().map(|(key, (part, name))| {
        let full = match &parts.components[*part].0 {
            Some(component) => format!("{component}.{name}"),
            None => name.clone(),
        };
        (key.clone(), full)
    });
    Files {
        files,
        names: full.collect(),
    }
}

/// What the model is about, where no component says it.
fn about(text: &mut String, draft: &Draft) {
    comment_lines(text, &line_of(&draft.title), "");
    comment_lines(text, &draft.description, "");
    if !draft.owner.is_empty() {
        comment_lines(text, &format!("Owner: {}", draft.owner.join(", ")), "");
    }
    text.push('\n');
}

fn has_body(item: &Item) -> bool {
    !item.facts.is_empty() || !item.comments.is_empty()
}

/// The order of declarations in a file.
fn rank(kind: Kind) -> usize {
    const ORDER: [Kind; 11] = [
        Kind::Component,
        Kind::Asset,
        Kind::Boundary,
        Kind::External,
        Kind::Process,
        Kind::Store,
        Kind::Flow,
        Kind::Threat,
        Kind::Mitigation,
        Kind::Accept,
        Kind::Assumption,
    ];
    ORDER
        .iter()
        .position(|listed| *listed == kind)
        .unwrap_or(ORDER.len())
}

impl Parts {
    fn of(draft: &Draft) -> Parts {
        let elements: Vec<&Item> = draft.of_kind(ENDPOINT_KINDS).collect();
        let named: FxHashMap<&str, &str> = draft
            .items
            .iter()
            .filter_map(|item| Some((item.key.as_str(), item.part.as_deref()?)))
            .collect();
        let is_named = !named.is_empty();
        let group = match is_named {
            true => named,
            false if elements.len() > MOST_IN_ONE => by_boundary(draft, &elements),
            false => FxHashMap::default(),
        };
        // The groups in the order in which they are told of, with their numbers; the first is for
        // what is in none.
        let mut found: Vec<&str> = vec![""];
        let mut numbers: FxHashMap<&str, usize> = FxHashMap::from_iter([("", 0)]);
        for part in draft
            .items
            .iter()
            .filter_map(|item| group.get(item.key.as_str()))
        {
            numbers.entry(part).or_insert_with(|| {
                found.push(part);
                found.len() - 1
            });
        }
        let mut names = ComponentNames::of(draft);
        let whole = |title: &str, name: String, names: &mut ComponentNames| Parts {
            components: vec![(Some(names.take(&name, "imported_model")), line_of(title))],
            of: draft
                .items
                .iter()
                .map(|item| (item.key.clone(), 0))
                .collect(),
        };
        let is_in =
            |item: &Item, part: &str| group.get(item.key.as_str()).is_some_and(|of| *of == part);
        match found.as_slice() {
            [_, one] if is_named && draft.items.iter().all(|item| is_in(item, one)) => {
                return whole(one, names.own(one, &found), &mut names);
            }
            [_] | [_, _] if !is_named => {
                let title = if draft.title.trim().is_empty() {
                    "Imported model"
                } else {
                    &draft.title
                };
                return whole(title, name_of(title), &mut names);
            }
            _ => {}
        }
        let mut components: Vec<(Option<String>, String)> = vec![(None, String::new())];
        // The file of what belongs to no component is called so.
        names.once.keep("model");
        for part in &found[1..] {
            let (name, title) = match draft.items.get(part).filter(|_| !is_named) {
                Some(boundary) => {
                    let name = boundary.name.as_deref().unwrap_or(&boundary.title);
                    (name_of(name), boundary.title.as_str())
                }
                None => (names.own(part, &found), *part),
            };
            components.push((Some(names.take(&name, "part")), line_of(title)));
        }
        let grouped = draft
            .items
            .iter()
            .filter_map(|item| Some((item.key.clone(), numbers[*group.get(item.key.as_str())?])));
        let mut of: FxHashMap<String, usize> = grouped.collect();
        for item in draft.of_kind(&[Kind::Flow]) {
            let end = |key: Option<&String>| {
                key.and_then(|key| of.get(key))
                    .copied()
                    .filter(|part| *part > 0)
            };
            let (source, target) = (
                item.ends.as_ref().map(|ends| &ends.0),
                item.ends.as_ref().map(|ends| &ends.1),
            );
            let part = end(target).or_else(|| end(source)).unwrap_or(0);
            of.entry(item.key.clone()).or_insert(part);
        }
        // What only one part uses belongs to it; twice, as some are used by others of these.
        for _ in 0..2 {
            let mut users: FxHashMap<&str, FxHashSet<usize>> = FxHashMap::default();
            for item in draft.items.iter() {
                let Some(&part) = of.get(&item.key) else {
                    continue;
                };
                for key in item
                    .facts
                    .iter()
                    .flat_map(|(_, facts)| facts)
                    .filter_map(target_of)
                {
                    users.entry(key).or_default().insert(part);
                }
            }
            let alone = |parts: Option<&FxHashSet<usize>>| match parts
                .map(|parts| parts.iter().collect::<Vec<_>>())
            {
                Some(parts) if parts.len() == 1 => Some(*parts[0]),
                _ => None,
            };
            let mut found = Vec::new();
            for item in draft
                .items
                .iter()
                .filter(|item| !of.contains_key(&item.key))
            {
                let part = match item.kind {
                    Kind::Asset | Kind::Mitigation => alone(users.get(item.key.as_str())),
                    Kind::Threat | Kind::Accept | Kind::Assumption => {
                        let named = item
                            .facts
                            .iter()
                            .filter(|(name, _)| ["targets", "findings", "about"].contains(name));
                        let targets = named.flat_map(|(_, facts)| facts).filter_map(target_of);
                        let parts: Option<FxHashSet<usize>> =
                            targets.map(|key| of.get(key).copied()).collect();
                        alone(parts.as_ref())
                    }
                    _ => None,
                };
                found.extend(part.map(|part| (item.key.clone(), part)));
            }
            of.extend(found);
        }
        for item in draft.items.iter() {
            of.entry(item.key.clone()).or_insert(0);
        }
        Parts { components, of }
    }
}

/// The key that a value names.
fn target_of(fact: &Fact) -> Option<&str> {
    match fact {
        Fact::Item(key) | Fact::Finding(_, key) => Some(key),
        _ => None,
    }
}

/// The group of each element: the key of the boundary below which several of them stand.
fn by_boundary<'a>(draft: &'a Draft, elements: &[&'a Item]) -> FxHashMap<&'a str, &'a str> {
    // From the outermost to the innermost.
    let chain = |item: &'a Item| {
        let mut chain: Vec<&'a str> = Vec::new();
        let mut next = item.place.as_deref();
        while let Some(key) = next.filter(|key| !chain.contains(key)) {
            chain.push(key);
            next = draft
                .items
                .get(key)
                .and_then(|boundary| boundary.place.as_deref());
        }
        chain.reverse();
        chain
    };
    let chains: Vec<(&str, Vec<&str>)> = elements
        .iter()
        .map(|item| (item.key.as_str(), chain(item)))
        .collect();
    let mut group = FxHashMap::default();
    // A group of elements that have so many boundaries in common is split where it is too large.
    let mut open: Vec<(usize, Vec<usize>)> = vec![(0, (0..chains.len()).collect())];
    while let Some((depth, members)) = open.pop() {
        let mut below: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for at in members {
            if let Some(key) = chains[at].1.get(depth) {
                below.entry(key).or_default().push(at);
            }
        }
        for (key, members) in below {
            let is_large = members.len() > MOST_IN_ONE;
            let (deeper, here): (Vec<_>, Vec<_>) = members
                .into_iter()
                .partition(|at| is_large && chains[*at].1.len() > depth + 1);
            if here.len() > 1 {
                group.extend(here.into_iter().map(|at| (chains[at].0, key)));
            }
            if !deeper.is_empty() {
                open.push((depth + 1, deeper));
            }
        }
    }
    group
}

/// Names of components: what the document names keeps its name.
struct ComponentNames {
    /// What items are called, or may be.
    called: FxHashSet<String>,
    once: Once,
}

impl ComponentNames {
    fn of(draft: &Draft) -> ComponentNames {
        let items = draft.items.iter();
        let called: FxHashSet<String> = items
            .flat_map(|item| [Some(name_of(&item.title)), item.name.clone()])
            .flatten()
            .collect();
        let mut once = Once::default();
        called
            .iter()
            .map(String::as_str)
            .chain(["std", "in"])
            .for_each(|name| once.keep(name));
        ComponentNames { called, once }
    }

    /// The name of a part: its own, if that is written as one, with a dot between its parts.
    fn own(&self, part: &str, parts: &[&str]) -> String {
        let is_own = part.split('.').all(is_word)
            && !part.contains(char::is_uppercase)
            && part.chars().count() <= 2 * LONGEST_NAME
            // The library's own, and one whose file would be a test.
            && !part.starts_with("std.")
            && !part.ends_with(".test")
            // What it is a part of has to be there.
            && part.match_indices('.').map(|(at, _)| &part[..at]).all(|above| {
                parts.contains(&above) && !self.called.contains(above)
            });
        if is_own {
            part.to_owned()
        } else {
            name_of(part)
        }
    }

    /// A name that nothing has, or another one where there is none.
    fn take(&mut self, name: &str, otherwise: &str) -> String {
        let name = if name.is_empty() { otherwise } else { name };
        let beside = if self.called.contains(name) {
            format!("{name}_system")
        } else {
            name.to_owned()
        };
        self.once
            .take(&beside, |name, number| format!("{name}_{number}"))
    }
}

struct Names {
    /// Of each key its part and its name there.
    names: FxHashMap<String, (usize, String)>,
    components: Vec<Option<String>>,
    /// What is declared in each part.
    declared: Vec<FxHashSet<String>>,
}

impl Names {
    fn of(draft: &Draft, parts: &Parts) -> Names {
        let components: Vec<Option<String>> = parts
            .components
            .iter()
            .map(|(name, _)| name.clone())
            .collect();
        // A name of a component, or of the top level, is not used for anything else: it would hide
        // it.
        let paths = components
            .iter()
            .flatten()
            .flat_map(|path| path.split('.').chain([path.as_str()]));
        let mut everywhere: FxHashSet<String> = paths.map(str::to_owned).collect();
        everywhere.extend(["std".to_owned(), "in".to_owned()]);
        let mut declared = vec![FxHashSet::default(); components.len()];
        let mut names = FxHashMap::default();
        // What is called by its own name has it, and what has a title alone takes what is left.
        let mut items: Vec<&Item> = draft.items.iter().collect();
        items.sort_by_key(|item| item.name.is_none());
        let mut numbers = vec![FxHashMap::default(); components.len()];
        for item in items.iter().filter(|item| parts.of[&item.key] == 0) {
            let name = named(item, draft, &mut numbers[0], &|name| {
                everywhere.contains(name)
            });
            everywhere.insert(name.clone());
            declared[0].insert(name.clone());
            names.insert(item.key.clone(), (0, name));
        }
        for item in items.iter().filter(|item| parts.of[&item.key] > 0) {
            let part = parts.of[&item.key];
            let is_taken = |name: &str| everywhere.contains(name) || declared[part].contains(name);
            let name = named(item, draft, &mut numbers[part], &is_taken);
            declared[part].insert(name.clone());
            names.insert(item.key.clone(), (part, name));
        }
        Names {
            names,
            components,
            declared,
        }
    }

    fn item(&self, key: &str, from: usize) -> Option<String> {
        let (part, name) = self.names.get(key)?;
        Some(match &self.components[*part] {
            Some(component) if *part != from => format!("{component}.{name}"),
            _ => name.clone(),
        })
    }

    fn library(&self, name: &str, from: usize) -> String {
        let is_hidden = self.declared[0].contains(name)
            || self.declared[from].contains(name)
            || self
                .components
                .iter()
                .flatten()
                .any(|component| component == name);
        if is_hidden {
            format!("std.{name}")
        } else {
            name.to_owned()
        }
    }
}

/// A name that is free: of the item's own, of its title, with more of its title, with its target,
/// or with a number.
fn named(
    item: &Item,
    draft: &Draft,
    numbers: &mut FxHashMap<String, usize>,
    is_taken: &dyn Fn(&str) -> bool,
) -> String {
    let own = item
        .name
        .clone()
        .filter(|name| is_word(name))
        .or_else(|| item.name.as_deref().map(name_of));
    let mut name = own
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| name_of(&item.title));
    if name.is_empty() {
        name = item.kind.word().to_owned();
    }
    if !is_taken(&name) {
        return name;
    }
    let target = item
        .ends
        .as_ref()
        .and_then(|(_, target)| draft.items.get(target));
    let more = match target {
        Some(target) => target
            .name
            .as_deref()
            .map_or_else(|| name_of(&target.title), name_of),
        None => item.kind.word().to_owned(),
    };
    let longer =
        Some(name_within(&item.title, 2 * LONGEST_NAME)).filter(|longer| longer.starts_with(&name));
    let others = longer.into_iter().chain([format!("{name}_{more}")]);
    if let Some(free) = others.into_iter().find(|name| !is_taken(name)) {
        return free;
    }
    let number = numbers.entry(name.clone()).or_insert(2);
    loop {
        let free = format!("{name}_{number}");
        *number += 1;
        if !is_taken(&free) {
            return free;
        }
    }
}

/// A name of a title: its words in lower case, the first of them if they are many.
pub fn name_of(title: &str) -> String {
    name_within(title, LONGEST_NAME)
}

/// Whether a text is one word of the language. Letters beyond ASCII are asked of the grammar: what
/// it takes for a letter is not all that is alphabetic.
pub(crate) fn is_word(text: &str) -> bool {
    is_name(text)
        && (text.is_ascii() || !parse(&format!("boundary {text}")).root_node().has_error())
}

fn name_within(title: &str, longest: usize) -> String {
    let mut name = String::new();
    // Marks belong to the letter before them, and take no room of their own.
    let is_mark =
        |character: char| !character.is_ascii() && !acts(character) && character.width() == Some(0);
    let is_letter = |character: char| {
        character.is_alphabetic() || character.is_ascii_digit() || is_mark(character)
    };
    // What stands in brackets explains.
    let plain: String = match title.split_once(['(', '[']) {
        Some((before, _))
            if before
                .chars()
                .filter(|character| character.is_alphabetic())
                .count()
                > 2 =>
        {
            before.to_owned()
        }
        _ => title.to_owned(),
    };
    let plain = plain.replace(['\'', '’'], "");
    let mut is_cut = false;
    for word in plain
        .split(|character: char| !is_letter(character))
        .filter(|word| !word.is_empty())
    {
        let word = word.to_lowercase();
        let length = name.chars().count() + word.chars().count();
        if !name.is_empty() {
            if length >= longest {
                is_cut = true;
                break;
            }
            name.push('_');
        }
        name.extend(
            word.chars()
                .filter(|character| is_letter(*character))
                .take(longest),
        );
    }
    if is_cut {
        while let Some((before, last)) = name.rsplit_once('_')
            && NO_LAST_WORD.contains(&last)
        {
            name.truncate(before.len());
        }
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    // Some letters, and a mark without a letter before it, are none of the language.
    if !name.is_empty() && !is_word(&name) {
        name.retain(|character| character.is_ascii_alphanumeric() || character == '_');
        name = name.trim_matches('_').to_owned();
        if !is_name(&name) {
            return String::new();
        }
    }
    name
}

fn declaration(text: &mut String, item: &Item, part: usize, names: &Names) {
    describe(text, &item.description);
    let name = names.item(&item.key, part).unwrap_or_default();
    let _ = write!(text, "{} {name}", item.kind.word());
    // Without a title people read the name.
    if !item.title.trim().is_empty() && item.title != name {
        let _ = write!(text, " {}", quoted(&line_of(&item.title)));
    }
    if let Some(place) = item
        .place
        .as_ref()
        .and_then(|place| names.item(place, part))
    {
        let _ = write!(text, " in {place}");
    }
    if let Some((source, target)) = &item.ends {
        let end = |key: &str| names.item(key, part).unwrap_or_default();
        let _ = write!(text, ": {} -> {}", end(source), end(target));
    }
    if !has_body(item) {
        text.push('\n');
        return;
    }
    text.push_str(" {\n");
    let order = |name: &str| {
        schema::of(item.kind)
            .properties
            .iter()
            .position(|property| property.name == name)
    };
    let mut facts: Vec<_> = item.facts.iter().collect();
    facts.sort_by_key(|(name, _)| order(name));
    for (name, values) in facts {
        let values = values.iter().filter_map(|fact| match fact {
            Fact::Word(word) => Some(word.clone()),
            Fact::Text(said) => Some(quoted(said)),
            Fact::Item(key) => names.item(key, part),
            Fact::Library(name) => Some(names.library(name, part)),
            Fact::Date(date) => Some(date.to_string()),
            Fact::Reference(id) => Some(id.clone()),
            Fact::Finding(what, on) => {
                let is_category = schema::STRIDE.position(what).is_some();
                let what = if is_category {
                    what.clone()
                } else {
                    names.library(what, part)
                };
                names.item(on, part).map(|on| format!("{what}@{on}"))
            }
        });
        let values: Vec<String> = values.collect();
        if !values.is_empty() {
            let _ = writeln!(text, "  {name}: {}", values.join(", "));
        }
    }
    for comment in &item.comments {
        comment_lines(text, comment, "  ");
    }
    text.push_str("}\n");
}

fn describe(text: &mut String, description: &str) {
    for line in description.trim().lines() {
        let _ = writeln!(text, "/// {}", harmless(line));
    }
}

fn comment_lines(text: &mut String, comment: &str, indent: &str) {
    const LONGEST: usize = 100;
    for line in comment.lines() {
        let mut length = 0;
        let mut wrapped = String::new();
        for word in harmless(line).split_inclusive(' ') {
            if length > 0 && length + word.chars().count() > LONGEST {
                let _ = writeln!(text, "{indent}// {}", wrapped.trim_end());
                wrapped.clear();
                length = 0;
            }
            wrapped.push_str(word);
            length += word.chars().count();
        }
        let _ = writeln!(text, "{indent}// {wrapped}");
    }
}

/// A line without what ends lines or acts where it is shown.
fn harmless(line: &str) -> String {
    let kept = line
        .chars()
        .map(|character| if character == '\t' { ' ' } else { character });
    kept.filter(|character| !acts(*character))
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// A text on one line.
pub fn line_of(text: &str) -> String {
    threatline_view::sanitize::line(text)
}

/// A string of the language.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            character if acts(character) => {
                let _ = write!(quoted, "\\u{{{:x}}}", character as u32);
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// A string of TOML.
fn toml_text(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
