//! The description of one declaration while it is written: names as the asking file can write them,
//! lists, and the properties that are stated. It must not know what a kind of declaration means.

use super::findings::findings;
use super::wording::distance;
use crate::explain::{Explanation, Section};
use crate::names::shown_name;
use threatline_model::{
    Assessed, Database, Decl, File, FindingSelector, Model, Part, Place, TypedValue, full_name,
    is_done, name_from,
    schema::{NOTHING, STATUS, STRIDE, Takes},
    typed,
};

/// The most entries of a list that are shown, before the number of the others.
pub const MAX_ENTRIES: usize = 10;

/// Entries of a list, each with the place that it is about.
pub type Entries = Vec<(String, Option<Place>)>;

/// The properties that no description shows: they are for people and explain themselves.
const LEFT_OUT: [&str; 3] = ["tags", "links", "references"];

/// The description of a declaration.
pub struct Description<'db> {
    /// The database.
    pub db: &'db Database,
    /// The file from which it is asked for.
    pub file: File,
    /// The model of that file.
    pub model: Model,
    /// What is described.
    pub decl: Decl,
    /// What it says so far.
    pub parts: Vec<Section>,
}

impl<'db> Description<'db> {
    /// An empty description.
    pub fn new(db: &'db Database, file: File, decl: Decl) -> Description<'db> {
        Description {
            db,
            file,
            model: file.model(db),
            decl,
            parts: Vec::new(),
        }
    }

    /// It with its title.
    pub fn finish(self) -> Explanation {
        let (db, decl) = (self.db, self.decl);
        let name = match decl.shape(db).name {
            Some(_) => full_name(db, decl).to_string(),
            None => shown_name(db, decl),
        };
        let word = decl.kind(db).word();
        let named = if name == word {
            name
        } else {
            format!("{word} {name}")
        };
        let title = match decl.title(db) {
            Some(title) if !named.ends_with(title.as_str()) => format!("{named}: {title}"),
            _ => named,
        };
        Explanation {
            title,
            parts: self.parts,
        }
    }

    /// A name as short as the asking file can write it.
    pub fn name(&self, decl: Decl) -> String {
        format!("`{}`", name_from(self.db, decl, self.file))
    }

    /// Names, one after the other.
    pub fn names(&self, decls: impl IntoIterator<Item = Decl>) -> String {
        let names = decls.into_iter().map(|decl| self.name(decl));
        names.collect::<Vec<_>>().join(", ")
    }

    /// A name with its title.
    pub fn titled(&self, decl: Decl) -> String {
        match decl.title(self.db) {
            Some(title) => format!("{}, {title}", self.name(decl)),
            None => self.name(decl),
        }
    }

    /// The kind of a declaration before its name and title.
    pub fn with_kind(&self, decl: Decl) -> String {
        format!("{} {}", decl.kind(self.db).word(), self.titled(decl))
    }

    /// Adds a paragraph.
    pub fn text(&mut self, text: impl Into<String>) {
        self.parts.push(Section::Text(text.into()));
    }

    /// Adds a heading.
    pub fn heading(&mut self, heading: &'static str) {
        self.parts.push(Section::Heading(heading));
    }

    /// Adds an entry of a list.
    pub fn item(&mut self, text: impl Into<String>, place: Option<Place>) {
        self.parts.push(Section::Item(text.into(), place));
    }

    /// Adds a heading and what is below it, as many as are read; nothing, if there is nothing.
    pub fn list(&mut self, heading: &'static str, entries: Entries) {
        if entries.is_empty() {
            return;
        }
        let more = entries.len().saturating_sub(MAX_ENTRIES);
        self.heading(heading);
        for (text, place) in entries.into_iter().take(MAX_ENTRIES) {
            self.item(text, place);
        }
        if more > 0 {
            self.text(format!("and {more} more"));
        }
    }

    /// Declarations as entries of a list, by name and title.
    pub fn entries(&self, decls: impl IntoIterator<Item = Decl>) -> Entries {
        let decls = decls.into_iter();
        decls
            .map(|decl| (self.titled(decl), name_place(decl)))
            .collect()
    }

    /// Adds what the described component or boundary lists under `mitigations`.
    pub fn listed_mitigations(&mut self) {
        let listed = typed(self.db, self.decl).named("mitigations");
        let listed = listed.map(|(mitigation, part)| {
            let text = format!("{}: {}", self.titled(mitigation), self.status(mitigation));
            (text, Some(self.decl.part(part)))
        });
        let listed = listed.collect();
        self.list("Mitigations for everything in it", listed);
    }

    /// Adds findings.
    pub fn findings(&mut self, assessed: &[Assessed]) {
        if !assessed.is_empty() {
            self.heading("Findings");
        }
        let findings = findings(self.db, self.file, assessed.iter());
        self.parts.extend(findings);
    }

    /// The place of a property, if it is stated.
    pub fn property_place(&self, decl: Decl, property: &str) -> Option<Place> {
        let part = typed(self.db, decl).part(property);
        part.map(|part| decl.part(part))
    }

    /// Adds the stated properties, except those that are shown in another way.
    pub fn properties(&mut self, shown_elsewhere: &[&str]) {
        for stated in &typed(self.db, self.decl).stated {
            let name = stated.property.name;
            let is_left_out = LEFT_OUT.contains(&name) || shown_elsewhere.contains(&name);
            if is_left_out || stated.values.is_empty() {
                continue;
            }
            let values = stated.values.iter();
            let values: Vec<String> = values
                .map(|(_, value)| self.value(value, stated.property.takes))
                .collect();
            let place = self.decl.part(Part::Property(stated.position));
            let link = self.ticket_link(name, &values);
            let text = format!("`{name}`: {}{link}", values.join(", "));
            self.item(text, Some(place));
        }
    }

    /// The link of a ticket on its own line, if the settings define it.
    fn ticket_link(&self, property: &str, values: &[String]) -> String {
        let settings = self.decl.model(self.db).settings(self.db);
        match (property, &settings.ticket_link, values) {
            ("ticket", Some(link), [ticket]) => format!("\n{}", link.replace("{}", ticket)),
            _ => String::new(),
        }
    }

    fn value(&self, value: &TypedValue, takes: Takes) -> String {
        match (value, takes) {
            (TypedValue::Word(word), Takes::Words(words)) => format!("`{}`", words.word(*word)),
            (TypedValue::Word(word) | TypedValue::Category(word), _) => {
                format!("`{}`", STRIDE.word(*word))
            }
            (TypedValue::YesNo(yes), _) => format!("`{}`", if *yes { "yes" } else { "no" }),
            (TypedValue::Decl(decl), _) => self.titled(*decl),
            (TypedValue::Nothing, _) => format!("`{NOTHING}`"),
            (TypedValue::Text(text), _) => text.to_string(),
            (TypedValue::Reference(text), _) => text.to_string(),
            (TypedValue::Date(date), _) => format!("{date}, {}", distance(self.db, *date)),
            (TypedValue::Finding(selector), _) => self.selector(selector),
        }
    }

    fn selector(&self, selector: &FindingSelector) -> String {
        let name = |decl: Decl| name_from(self.db, decl, self.file);
        match selector {
            FindingSelector::Rule(rule, element) => {
                format!("`{}@{}`", name(*rule), name(*element))
            }
            FindingSelector::Category(category, element) => {
                format!("`{}@{}`", STRIDE.word(*category), name(*element))
            }
            FindingSelector::Threat(threat) => self.name(*threat),
        }
    }

    /// The status of a mitigation, and how far off the day is on which it is due.
    pub fn status(&self, mitigation: Decl) -> String {
        let stated = typed(self.db, mitigation);
        let status = stated.word("status");
        let status = status.map_or("implemented", |status| STATUS.word(status));
        match stated.date("due") {
            Some(due) if !is_done(self.db, mitigation) => {
                format!("{status}, due {due}, {}", distance(self.db, due))
            }
            _ => status.to_owned(),
        }
    }
}

/// The place of a declaration's name.
pub fn name_place(decl: Decl) -> Option<Place> {
    Some(decl.part(Part::Name))
}
