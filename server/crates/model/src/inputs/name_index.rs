//! The index of names: for each full name of a model, who declares it, and which headings, files
//! and `accept`s write what it could mean where they stand. It is kept up to date name by name as
//! files and declarations come and go, since to derive it would be to look at all files after each
//! change. It must not know what a name means.

use super::durability::{FACTS, SHAPES};
use crate::db::{Database, Db, Decl, Declared, File, Model, Names, part_of};
use crate::lower::{Facts, Value};
use crate::mentions::{candidates, full};
use rustc_hash::{FxHashMap, FxHashSet};
use salsa::{Durability, Setter};
use smol_str::SmolStr;
use std::iter;
use std::sync::Arc;
use threatline_syntax::Kind;

/// How many parts the names of a model have at most. A part takes room whatever is in it, so a
/// model begins with one, and has more when one is crowded.
const MAX_PARTS: usize = 1024;

/// How many names a part has at most, unless the model has as many parts as it may: who looks one
/// up depends on the others.
const MAX_NAMES_OF_A_PART: usize = 4;

/// How many parts there are for each name after the names were given more.
const PARTS_OF_A_NAME: usize = 4;

/// Whether something comes or goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is there from now on.
    Comes,
    /// It is there no longer.
    Goes,
}

/// What is known of a name.
enum Entry {
    /// A heading has it or writes it.
    InHeading(HeadingEntry),
    /// A file writes it.
    WrittenIn(File),
    /// An `accept` writes it.
    AcceptedBy(Decl),
}

/// What a heading states about a name.
enum HeadingEntry {
    /// A declaration has it that is not a component.
    Member(File, Decl, Kind),
    /// A file is the component of this name.
    Component(File),
    /// A file is a component whose name begins with it and a dot.
    Inside(File),
    /// A heading writes it.
    PointedAtBy(Decl),
}

/// A name that comes or goes.
struct NameChange {
    model: Model,
    name: SmolStr,
    entry: Entry,
    turn: Turn,
}

/// The names that come and go with a change, until they are entered.
#[derive(Default)]
pub struct NameChanges(Vec<NameChange>);

/// What is known of some names.
#[derive(Debug, Default, PartialEq)]
pub struct Tables {
    /// What is declared, and what other headings name.
    pub declared: FxHashMap<SmolStr, Declared>,
    /// The files that write a name which may mean it.
    pub written: FxHashMap<SmolStr, Vec<File>>,
    /// The `accept`s that name a finding on it, or on a flow from or to it.
    pub accepted: FxHashMap<SmolStr, Vec<Decl>>,
}

/// The names of a model, none as yet.
pub fn create_names(db: &Database) -> Arc<[Names]> {
    [create_part(db)].into()
}

fn create_part(db: &Database) -> Names {
    let part = Names::builder(
        FxHashMap::default(),
        FxHashMap::default(),
        FxHashMap::default(),
    );
    part.declared_durability(SHAPES)
        .written_durability(FACTS)
        .accepted_durability(FACTS)
        .new(db)
}

impl NameChanges {
    /// Notes all names of a file.
    pub fn note_file(&mut self, db: &dyn Db, file: File, turn: Turn) {
        self.note_component(db, file, turn);
        for name in file.mentions(db).iter() {
            self.note_mention(db, file, name, turn);
        }
        for decl in file.declarations(db).iter() {
            self.note_declaration(db, *decl, turn);
        }
    }

    fn note_component(&mut self, db: &dyn Db, file: File, turn: Turn) {
        let Some(component) = file.component(db) else {
            return;
        };
        let model = file.model(db);
        for (dot, _) in component.match_indices('.') {
            let around = component[..dot].into();
            self.note_heading(model, around, HeadingEntry::Inside(file), turn);
        }
        let entry = HeadingEntry::Component(file);
        self.note_heading(model, component.clone(), entry, turn);
    }

    /// Notes a name that a file writes.
    pub fn note_mention(&mut self, db: &dyn Db, file: File, name: &str, turn: Turn) {
        let model = file.model(db);
        for name in candidates(file.component(db).as_deref(), name) {
            self.note(model, name, Entry::WrittenIn(file), turn);
        }
    }

    /// Notes the name of a declaration, and those that it writes in its heading or accepts.
    pub fn note_declaration(&mut self, db: &dyn Db, decl: Decl, turn: Turn) {
        let (file, shape) = (decl.file(db), decl.shape(db));
        let (model, component) = (file.model(db), file.component(db).as_deref());
        if let Some(name) = &shape.name
            && shape.kind != Kind::Component
        {
            let entry = HeadingEntry::Member(file, decl, shape.kind);
            self.note_heading(model, full(component, name), entry, turn);
        }
        let heading = [&shape.within, &shape.source, &shape.target];
        for name in heading.into_iter().flatten() {
            for name in candidates(component, name) {
                self.note_heading(model, name, HeadingEntry::PointedAtBy(decl), turn);
            }
        }
        if matches!(shape.kind, Kind::Accept | Kind::Dismiss) {
            for name in accepted(decl.facts(db)) {
                for name in candidates(component, name) {
                    self.note(model, name, Entry::AcceptedBy(decl), turn);
                }
            }
        }
    }

    fn note_heading(&mut self, model: Model, name: SmolStr, entry: HeadingEntry, turn: Turn) {
        self.note(model, name, Entry::InHeading(entry), turn);
    }

    fn note(&mut self, model: Model, name: SmolStr, entry: Entry, turn: Turn) {
        self.0.push(NameChange {
            model,
            name,
            entry,
            turn,
        });
    }

    /// Adds what was noted elsewhere.
    pub fn append(&mut self, mut other: NameChanges) {
        self.0.append(&mut other.0);
    }

    /// Enters what was noted. `written` is how often the names that files write change now.
    pub fn enter(self, db: &mut Database, written: Durability) {
        let mut by_part: FxHashMap<(Model, Names), Vec<NameChange>> = FxHashMap::default();
        for change in self.0 {
            let part = change.model.names_of(db, &change.name);
            let changes = by_part.entry((change.model, part)).or_default();
            changes.push(change);
        }
        let mut crowded = FxHashSet::default();
        for ((model, part), changes) in by_part {
            enter_in_part(db, part, changes, written);
            if number_of_names(db, part) > MAX_NAMES_OF_A_PART {
                crowded.insert(model);
            }
        }
        for model in crowded {
            if model.names(db).len() < MAX_PARTS {
                add_parts(db, model);
            }
        }
    }

    /// What was noted, as the tables of a model that has nothing else.
    pub fn into_tables(self) -> Tables {
        let mut tables = Tables::default();
        self.0.into_iter().for_each(|change| tables.enter(change));
        tables
    }
}

fn number_of_names(db: &Database, part: Names) -> usize {
    part.declared(db).len().max(part.written(db).len())
}

/// Gives the names of a model as many parts as they need now. All that was asked of its names is
/// asked again, which happens a few times while a model grows, and never when it is large.
fn add_parts(db: &mut Database, model: Model) {
    let mut parts = model.names(db).to_vec();
    let names: usize = parts.iter().map(|part| number_of_names(db, *part)).sum();
    let wanted = (names * PARTS_OF_A_NAME).next_power_of_two();
    let wanted = wanted.clamp(2 * parts.len(), MAX_PARTS);
    let mut tables: Vec<Tables> = iter::repeat_with(Tables::default).take(wanted).collect();
    for part in &parts {
        for (name, declared) in part.set_declared(db).to(FxHashMap::default()) {
            let place = part_of(&name, wanted);
            tables[place].declared.insert(name, declared);
        }
        for (name, written) in part.set_written(db).to(FxHashMap::default()) {
            let place = part_of(&name, wanted);
            tables[place].written.insert(name, written);
        }
        for (name, accepted) in part.set_accepted(db).to(FxHashMap::default()) {
            let place = part_of(&name, wanted);
            tables[place].accepted.insert(name, accepted);
        }
    }
    parts.resize_with(wanted, || create_part(db));
    for (part, tables) in parts.iter().zip(tables) {
        part.set_declared(db).to(tables.declared);
        part.set_written(db)
            .with_durability(FACTS)
            .to(tables.written);
        part.set_accepted(db).to(tables.accepted);
    }
    model.set_names(db).to(parts.into());
}

/// Enters changes in a part of the names. The tables that change are taken out and put back, since
/// a copy would cost more than the change.
fn enter_in_part(db: &mut Database, part: Names, changes: Vec<NameChange>, written: Durability) {
    let concerns = |is_of_table: fn(&Entry) -> bool| {
        let mut changes = changes.iter();
        changes.any(|change| is_of_table(&change.entry))
    };
    let has_declared = concerns(|entry| matches!(entry, Entry::InHeading(_)));
    let has_written = concerns(|entry| matches!(entry, Entry::WrittenIn(_)));
    let has_accepted = concerns(|entry| matches!(entry, Entry::AcceptedBy(_)));

    let mut tables = Tables::default();
    if has_declared {
        tables.declared = part.set_declared(db).to(FxHashMap::default());
    }
    if has_written {
        tables.written = part.set_written(db).to(FxHashMap::default());
    }
    if has_accepted {
        tables.accepted = part.set_accepted(db).to(FxHashMap::default());
    }
    changes.into_iter().for_each(|change| tables.enter(change));
    if has_declared {
        part.set_declared(db).to(tables.declared);
    }
    if has_written {
        let setter = part.set_written(db).with_durability(written);
        setter.to(tables.written);
    }
    if has_accepted {
        part.set_accepted(db).to(tables.accepted);
    }
}

impl Tables {
    /// The same with each list in order, to be compared.
    pub fn in_order(mut self) -> Tables {
        for declared in self.declared.values_mut() {
            declared
                .members
                .sort_by_key(|(file, decl, _)| (*file, *decl));
            declared.components.sort();
            declared.inside.sort();
            declared.pointed_at_by.sort();
        }
        self.written.values_mut().for_each(|files| files.sort());
        self.accepted.values_mut().for_each(|decls| decls.sort());
        self
    }

    fn enter(&mut self, change: NameChange) {
        let NameChange {
            name, entry, turn, ..
        } = change;
        match entry {
            Entry::WrittenIn(file) => enter_in_list(&mut self.written, name, file, turn),
            Entry::AcceptedBy(decl) => enter_in_list(&mut self.accepted, name, decl, turn),
            Entry::InHeading(entry) => self.enter_declared(name, entry, turn),
        }
    }

    fn enter_declared(&mut self, name: SmolStr, entry: HeadingEntry, turn: Turn) {
        let declared = self.declared.entry(name.clone()).or_default();
        match entry {
            HeadingEntry::Member(file, decl, kind) => {
                put_or_take(&mut declared.members, (file, decl, kind), turn)
            }
            HeadingEntry::Component(file) => put_or_take(&mut declared.components, file, turn),
            HeadingEntry::Inside(file) => put_or_take(&mut declared.inside, file, turn),
            HeadingEntry::PointedAtBy(decl) => put_or_take(&mut declared.pointed_at_by, decl, turn),
        }
        if *declared == Declared::default() {
            self.declared.remove(&name);
        }
    }
}

fn enter_in_list<T: PartialEq>(
    lists: &mut FxHashMap<SmolStr, Vec<T>>,
    name: SmolStr,
    entry: T,
    turn: Turn,
) {
    let list = lists.entry(name.clone()).or_default();
    put_or_take(list, entry, turn);
    if list.is_empty() {
        lists.remove(&name);
    }
}

fn put_or_take<T: PartialEq>(list: &mut Vec<T>, entry: T, turn: Turn) {
    match turn {
        Turn::Comes => list.push(entry),
        Turn::Goes => {
            let place = list.iter().position(|other| *other == entry);
            debug_assert!(place.is_some(), "what goes had come");
            place.map(|place| list.swap_remove(place));
        }
    }
}

/// The names of what an `accept` is about.
fn accepted(facts: &Facts) -> impl Iterator<Item = &SmolStr> {
    let findings = facts
        .properties
        .iter()
        .filter(|property| ["findings", "finding"].contains(&&*property.name));
    let names = findings
        .flat_map(|property| &property.values)
        .map(|value| match value {
            Value::Name(threat) | Value::Reference(threat) => [Some(threat), None],
            Value::Finding(finding) => finding.subject.names(),
            _ => [None, None],
        });
    names.flat_map(|names| names.into_iter().flatten())
}
