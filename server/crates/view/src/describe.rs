//! Descriptions: of a declaration with all that the analysis derives about it, of a property, a word
//! of a list, a reference, a fact or a finding. It must not know who asks, or how it is laid out.

use crate::catalogue;
use crate::explain::{self, Explanation, Section};
use crate::names::shown_name;
use crate::related;
use threatline_model::{
    Assessed, Database, Date, Decl, Fact, FactCache, File, FindingId, FindingSelector,
    FindingState, Gives, Kind, Many, Model, Part, Place, Standing, TypedValue, World,
    accepts_finding, assessed, boundaries_around, broader_says, checked_condition, component_of,
    contents, counters, crossed, describe_fact, effective_mitigations, ends, expectation_outcomes,
    exposed_by, fact_named, full_name, holds, is_done, kind_of_asset, name_from, placed_in,
    reasons_against,
    references::{self, List},
    schema::{self, ASSET_KIND, CLASSIFICATION, LEVEL, Property, STATUS, TRUST, Takes, Words},
    sensitivity_of_asset, trust, trust_of_boundary, typed, why_held, with_broader,
};
use threatline_syntax::prose::{count, one_of, quoted_list, with_article};

use Section::{Code, Heading, Item, Text};

/// How many entries of a list are told; how many more there are is said.
const MOST: usize = 10;

/// How far a day is.
pub fn distance(db: &Database, date: Date) -> String {
    let days = date.duration_since(World::get(db).today(db)).as_hours() / 24;
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days > 0 => format!("in {days} days"),
        days => format!("{} days ago", -days),
    }
}

/// What is known of a finding that is named; also why it is not there.
pub fn finding_named(db: &Database, file: File, accepted: &FindingSelector) -> Explanation {
    let there = assessed(db, accepted.subject())
        .iter()
        .filter(|assessed| assessed.finding.is_selected_by(accepted));
    let there: Vec<&Assessed> = there.collect();
    match (accepted, there.as_slice()) {
        (FindingSelector::Rule(..) | FindingSelector::Threat(_), [assessed, ..]) => {
            explain::finding(db, assessed)
        }
        (FindingSelector::Threat(threat), []) => declaration(db, file, *threat),
        (FindingSelector::Rule(rule, element), []) => {
            let mut explanation = declaration(db, file, *rule);
            let mut parts = vec![Text(format!(
                "It is not found on `{}`.",
                full_name(db, *element)
            ))];
            if let Some(condition) = &checked_condition(db, *rule).condition {
                let reasons = reasons_against(db, condition, *element);
                if !reasons.is_empty() {
                    parts.push(Heading("Why not"));
                }
                parts.extend(
                    reasons
                        .into_iter()
                        .map(|reason| Item(reason.message, reason.place)),
                );
            }
            explanation.parts.splice(0..0, parts);
            explanation
        }
        (FindingSelector::Category(category, element), there) => {
            let mut explanation = word(&schema::STRIDE, *category);
            explanation.title = format!("{}, on {}", explanation.title, full_name(db, *element));
            explanation.parts.truncate(1);
            if there.is_empty() {
                explanation
                    .parts
                    .push(Text("Nothing of this kind is found there.".to_owned()));
            }
            findings(
                db,
                file,
                &there.iter().copied().cloned().collect::<Vec<_>>(),
                &mut explanation.parts,
            );
            explanation
        }
    }
}

/// What a kind of declaration is.
pub fn kind_of_declaration(kind: Kind) -> Explanation {
    let schema = schema::of(kind);
    let names = schema.properties.iter().map(|property| property.name);
    let parts = vec![
        Text(schema.doc.to_owned()),
        Text(format!("Its properties: {}.", quoted_list(names))),
    ];
    Explanation {
        title: kind.word().to_owned(),
        parts,
    }
}

/// What a property says and takes.
pub fn property(kind: Kind, property: &Property) -> Explanation {
    let mut parts = vec![Text(property.doc.to_owned())];
    let list = if property.many {
        ", one or several"
    } else {
        ""
    };
    match property.takes {
        Takes::Words(words) => {
            parts.push(Text(format!("It takes {}{list}:", words.called)));
            parts.extend(
                words
                    .words
                    .iter()
                    .map(|(word, meaning)| Item(format!("`{word}`: {meaning}"), None)),
            );
        }
        takes => parts.push(Text(format!("It takes {}{list}.", taken(takes)))),
    }
    if property.required {
        parts.push(Text("It is required.".to_owned()));
    }
    if let Some(default) = property.default {
        let is_word = !default.contains(' ');
        let default = if is_word {
            format!("`{default}`")
        } else {
            default.to_owned()
        };
        parts.push(Text(format!("Unless stated, it is {default}.")));
    } else if kind.is_element()
        && matches!(property.takes, Takes::Words(_) | Takes::YesNo)
        && !property.many
    {
        parts.push(Text(
            "Unless stated, it is unknown, and rules ask for it.".to_owned(),
        ));
    }
    Explanation {
        title: format!("{} of {}", property.name, with_article(kind.word())),
        parts,
    }
}

/// What is taken, in words.
fn taken(takes: Takes) -> String {
    match takes {
        Takes::Text => "a string".to_owned(),
        Takes::Glob => "a glob of paths, from the model's root".to_owned(),
        Takes::Words(words) => words.called.to_owned(),
        Takes::YesNo => "`yes` or `no`".to_owned(),
        Takes::Date => "a day, as `2027-01-31`".to_owned(),
        Takes::Reference => "an id, as `CWE-79`, `CAPEC-151`, `T1190` or `ASVS-9.1.1`".to_owned(),
        Takes::Name(kinds) => {
            let words: Vec<String> = kinds.iter().map(|kind| kind.word().to_owned()).collect();
            format!("the name of {}", with_article(&one_of(&words)))
        }
        Takes::Countered => "the name of a threat or a rule, or a STRIDE category".to_owned(),
        Takes::Finding => {
            "findings: `rule@element`, `category@element`, or the name of a threat".to_owned()
        }
        Takes::Condition => "a condition over facts".to_owned(),
    }
}

/// What a word of a list means.
pub fn word(words: &Words, at: u8) -> Explanation {
    let Some((word, meaning)) = words.words.get(at as usize) else {
        return Explanation::default();
    };
    let mut parts = vec![Text((*meaning).to_owned())];
    if words.ordered {
        parts.push(Text(format!(
            "From the least to the most: {}.",
            quoted_list(words.names())
        )));
    }
    Explanation {
        title: format!("{word}, {}", words.called),
        parts,
    }
}

/// What a reference leads to.
pub fn reference(id: &str) -> Explanation {
    let mut parts = Vec::new();
    if let Some(list) = List::of(id) {
        let what = match list {
            List::Asvs => "A requirement; the title is that of its chapter".to_owned(),
            _ => capital(with_article(list.entry())),
        };
        parts.push(Text(format!(
            "{what}. {} {}, by {}.",
            list.full_name(),
            list.version(),
            list.publisher()
        )));
    }
    if references::is_unknown(id) {
        parts.push(Text("The published lists do not have it.".to_owned()));
    }
    if references::find(id).is_some_and(|entry| entry.deprecated) {
        parts.push(Text("Its publisher has given it up.".to_owned()));
    }
    parts.extend(references::link(id).map(Text));
    Explanation {
        title: references::label(id),
        parts,
    }
}

fn capital(text: String) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// What a fact of a condition is.
pub fn fact(fact: Fact) -> Explanation {
    let gives = match fact.gives {
        Gives::YesNo => "It is `yes` or `no`.".to_owned(),
        Gives::Word(words) => format!("It is {}: {}.", words.called, quoted_list(words.names())),
        Gives::Words(words) => format!("It is a list, each {}: {}.", words.called, quoted_list(words.names())),
        Gives::Assets => {
            "It gives assets, which compare by their classification: `>= confidential`. Behind a dot stands \
                          an aspect of them: `.classification`, `.integrity`, `.availability`, `.personal`, `.kind`."
                .to_owned()
        }
        Gives::Named(kind) => format!("It is a {}: ask for it with `is`.", kind.word()),
        Gives::Elements(_, Many::One) => "It is an element: behind a dot stand facts of it.".to_owned(),
        Gives::Elements(_, Many::Several) => {
            "They are elements: ask for them with `any`, `all`, `no`, `count` or `components`.".to_owned()
        }
        Gives::Opaque => "Of it can only be asked `stated(…)`.".to_owned(),
    };
    let kind = if fact.derived.is_some() {
        "a derived fact"
    } else {
        "a stated fact"
    };
    let parts = vec![
        Text(fact.meaning().to_owned()),
        Text(gives),
        Text(of_which(fact)),
    ];
    Explanation {
        title: format!("{}, {kind}", fact.name),
        parts,
    }
}

/// Which elements have a fact, and what it is of those that do not state it.
fn of_which(fact: Fact) -> String {
    let elements: Vec<Kind> = Kind::ALL
        .into_iter()
        .filter(|kind| kind.is_element())
        .collect();
    let having: Vec<Kind> = elements
        .iter()
        .copied()
        .filter(|kind| fact_named(&[*kind], fact.name) == Some(fact))
        .collect();
    let words: Vec<&str> = having.iter().map(|kind| kind.word()).collect();
    let had = match having == elements {
        true => "Every element has it.".to_owned(),
        false => format!("Elements that have it: {}.", words.join(", ")),
    };
    let property = having
        .first()
        .and_then(|kind| schema::of(*kind).property(fact.name));
    let unstated = match (property, fact.gives) {
        _ if fact.derived.is_some() => return had,
        (
            Some(Property {
                default: Some(default),
                ..
            }),
            _,
        ) => format!("it is `{default}`"),
        (Some(_), Gives::Word(_) | Gives::YesNo) => {
            "it is unknown, and rules ask for it".to_owned()
        }
        (Some(_), Gives::Words(_) | Gives::Assets) => "there is nothing in it".to_owned(),
        (Some(_), Gives::Named(_)) => "`is` is false".to_owned(),
        _ => return had,
    };
    format!("{had} Unless stated, {unstated}.")
}

/// The functions of conditions: how each is called, and what it is.
pub static FUNCTIONS: &[(&str, &str, &str)] = &[
    (
        "any",
        "any(incoming where exposed)",
        "True if there is one such.",
    ),
    (
        "all",
        "all(incoming where encrypted)",
        "True if all are such, and there is at least one; it needs `where`.",
    ),
    ("no", "no(outgoing)", "True if there is none such."),
    (
        "count",
        "count(incoming where exposed) > 2",
        "How many such there are, to compare with a whole number on its right.",
    ),
    (
        "components",
        "components(incoming where access >= write) > 2",
        "The number of different components at the other ends of the flows, to compare with a whole number on its \
         right; an element in no component counts by itself.",
    ),
    (
        "stated",
        "stated(authentication)",
        "True if the property is there; never unknown.",
    ),
    (
        "used",
        "used(vault)",
        "True if something in the model is made with that technology; never unknown.",
    ),
];

/// What a function of conditions is.
pub fn function(name: &str) -> Option<Explanation> {
    let (name, example, doc) = FUNCTIONS.iter().find(|(known, ..)| *known == name)?;
    let parts = vec![Text((*doc).to_owned()), Code((*example).to_owned())];
    Some(Explanation {
        title: format!("{name}, a function of conditions"),
        parts,
    })
}

/// What there is to know of a declaration, as asked from a file.
pub fn declaration(db: &Database, file: File, decl: Decl) -> Explanation {
    let mut telling = Telling {
        db,
        file,
        model: file.model(db),
        decl,
        parts: Vec::new(),
    };
    let kind = decl.kind(db);
    if kind == Kind::Threat
        && let Some(assessed) = assessed(db, decl).first()
    {
        let mut told = explain::finding(db, assessed).parts.into_iter();
        telling.parts.extend(told.next());
        telling.properties(&["targets", "affects", "likelihood", "impact", "mitigations"]);
        telling.parts.extend(told);
        return telling.done();
    }
    explain::describe(db, decl, &mut telling.parts);
    match kind {
        Kind::Component => telling.component(),
        Kind::Boundary => telling.boundary(),
        Kind::Asset => telling.asset(),
        Kind::External | Kind::Process | Kind::Store | Kind::Flow => telling.element(),
        Kind::Mitigation => telling.mitigation(),
        Kind::Accept => telling.accept(),
        Kind::Technology | Kind::Protocol => telling.definition(),
        Kind::Rule => telling.rule(),
        Kind::Expect => telling.expect(),
        Kind::Threat | Kind::Assumption => telling.properties(&[]),
    }
    explain::refer(db, decl, &mut telling.parts);
    telling.done()
}

struct Telling<'db> {
    db: &'db Database,
    file: File,
    model: Model,
    decl: Decl,
    parts: Vec<Section>,
}

impl Telling<'_> {
    fn done(self) -> Explanation {
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
        let title = decl
            .title(db)
            .filter(|title| !named.ends_with(title.as_str()));
        let title = title.map_or_else(|| named.clone(), |title| format!("{named}: {title}"));
        Explanation {
            title,
            parts: self.parts,
        }
    }

    /// A name as short as the asking file can write it.
    fn name(&self, decl: Decl) -> String {
        format!("`{}`", name_from(self.db, decl, self.file))
    }

    fn names(&self, decls: impl IntoIterator<Item = Decl>) -> String {
        decls
            .into_iter()
            .map(|decl| self.name(decl))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// A name with its title.
    fn titled(&self, decl: Decl) -> String {
        match decl.title(self.db) {
            Some(title) => format!("{}, {title}", self.name(decl)),
            None => self.name(decl),
        }
    }

    fn text(&mut self, text: impl Into<String>) {
        self.parts.push(Text(text.into()));
    }

    fn item(&mut self, text: impl Into<String>, place: Option<Place>) {
        self.parts.push(Item(text.into(), place));
    }

    /// A heading and what stands below it, as many as are read; nothing, if there is nothing.
    fn list(&mut self, heading: &'static str, items: Vec<(String, Option<Place>)>) {
        if items.is_empty() {
            return;
        }
        let more = items.len().saturating_sub(MOST);
        self.parts.push(Heading(heading));
        self.parts.extend(
            items
                .into_iter()
                .take(MOST)
                .map(|(text, place)| Item(text, place)),
        );
        if more > 0 {
            self.text(format!("and {more} more"));
        }
    }

    /// The place of a property, if it is stated.
    fn at(&self, decl: Decl, property: &str) -> Option<Place> {
        typed(self.db, decl)
            .part(property)
            .map(|part| decl.part(part))
    }

    fn name_place(&self, decl: Decl) -> Option<Place> {
        Some(decl.part(Part::Name))
    }

    /// The properties that are stated, save those that are told otherwise.
    fn properties(&mut self, told: &[&str]) {
        let db = self.db;
        for stated in &typed(db, self.decl).stated {
            let name = stated.property.name;
            let is_told = ["tags", "links", "references"].contains(&name) || told.contains(&name);
            if is_told || stated.values.is_empty() {
                continue;
            }
            let values: Vec<String> = stated
                .values
                .iter()
                .map(|(_, value)| self.value(value, stated.property.takes))
                .collect();
            let place = self.decl.part(Part::Property(stated.position));
            let link = self.ticket_link(name, &values);
            self.item(
                format!("`{name}`: {}{link}", values.join(", ")),
                Some(place),
            );
        }
    }

    /// Where a ticket leads, on a line of its own, if the settings tell.
    fn ticket_link(&self, property: &str, values: &[String]) -> String {
        let settings = self.decl.model(self.db).settings(self.db);
        match (property, &settings.ticket_link, values) {
            ("ticket", Some(link), [ticket]) => format!("\n{}", link.replace("{}", ticket)),
            _ => String::new(),
        }
    }

    fn value(&self, value: &TypedValue, takes: Takes) -> String {
        match (value, takes) {
            (TypedValue::Word(at), Takes::Words(words)) => format!("`{}`", words.word(*at)),
            (TypedValue::Word(at) | TypedValue::Category(at), _) => {
                format!("`{}`", schema::STRIDE.word(*at))
            }
            (TypedValue::YesNo(yes), _) => format!("`{}`", if *yes { "yes" } else { "no" }),
            (TypedValue::Decl(decl), _) => self.titled(*decl),
            (TypedValue::Text(text), _) => text.to_string(),
            (TypedValue::Reference(text), _) => text.to_string(),
            (TypedValue::Date(date), _) => format!("{date}, {}", distance(self.db, *date)),
            (TypedValue::Finding(accepted), _) => match accepted {
                FindingSelector::Rule(rule, element) => {
                    format!(
                        "`{}@{}`",
                        name_from(self.db, *rule, self.file),
                        name_from(self.db, *element, self.file)
                    )
                }
                FindingSelector::Category(at, element) => {
                    format!(
                        "`{}@{}`",
                        schema::STRIDE.word(*at),
                        name_from(self.db, *element, self.file)
                    )
                }
                FindingSelector::Threat(threat) => self.name(*threat),
            },
        }
    }

    // ---- elements -----------------------------------------------------------

    fn element(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let kind = decl.kind(db);
        if let Some(reason) = typed(db, decl).text("out_of_scope") {
            let place = self.at(decl, "out_of_scope");
            self.item(format!("Out of scope: {reason}"), place);
        }
        if kind == Kind::Flow {
            let (source, target) = ends(db, decl);
            for (end, told) in [(source, "From"), (target, "To")] {
                if let Some(end) = end {
                    let titled = self.titled(end);
                    self.item(format!("{told} {titled}"), self.name_place(end));
                }
            }
        }
        let told = [
            "mitigations",
            "out_of_scope",
            "stores",
            "handles",
            "sends",
            "receives",
        ];
        let source = if kind == Kind::Process {
            &["source"][..]
        } else {
            &[]
        };
        self.properties(&[&told[..], source].concat());
        self.unstated();
        match kind {
            Kind::Flow => self.crossing(),
            _ => self.placed(),
        }
        self.held();
        self.protection();
        self.found(assessed(db, decl).clone());
    }

    /// The facts that rules would ask for and that are not stated.
    fn unstated(&mut self) {
        let db = self.db;
        let stated = typed(db, self.decl);
        let is_asked = |property: &&Property| {
            property.default.is_none()
                && !property.many
                && matches!(property.takes, Takes::Words(_) | Takes::YesNo)
        };
        let properties = schema::of(self.decl.kind(db))
            .properties
            .iter()
            .filter(is_asked);
        let missing: Vec<&str> = properties
            .map(|property| property.name)
            .filter(|name| stated.get(name).is_none())
            .collect();
        if !missing.is_empty() {
            self.text(format!("Not stated: {}.", quoted_list(missing)));
        }
    }

    fn facts_in_words(&mut self, names: &[&str]) {
        let kinds = [self.decl.kind(self.db)];
        let asked = FactCache::new(self.db);
        for name in names {
            let Some(fact) = fact_named(&kinds, name) else {
                continue;
            };
            if let Some(reason) = describe_fact(&asked, self.decl, "it", fact) {
                self.item(capital(reason.message), reason.place);
            }
        }
    }

    fn crossing(&mut self) {
        self.parts.push(Heading("Boundaries and trust"));
        let (entered, left) = crossed(self.db, self.decl);
        let is_exposed = exposed_by(self.db, self.decl).is_some();
        self.facts_in_words(&["crosses_boundary"]);
        if !entered.is_empty() || !left.is_empty() {
            self.facts_in_words(if is_exposed {
                &["exposed"]
            } else {
                &["outbound"]
            });
        }
        self.facts_in_words(&["encrypted", "authenticated"]);
    }

    fn placed(&mut self) {
        let (db, decl) = (self.db, self.decl);
        self.parts.push(Heading("Place and trust"));
        let around = boundaries_around(db, decl);
        if !around.is_empty() {
            let names = around
                .iter()
                .map(|boundary| self.titled(*boundary))
                .collect::<Vec<_>>()
                .join("; in ");
            self.item(format!("It is in {names}"), Some(decl.part(Part::Within)));
        }
        let (level, by) = trust(db, decl);
        let told = self.trust_in_words(level, by, placed_in(db, decl).is_none());
        self.item(told, by.and_then(|by| self.at(by, "trust")));
        self.facts_in_words(&["reached_from"]);
    }

    fn trust_in_words(&self, level: u8, by: Option<Decl>, is_outside: bool) -> String {
        let level = TRUST.word(level);
        match by {
            Some(by) if by == self.decl => format!("Its trust is `{level}`"),
            Some(by) => format!("Its trust is `{level}`, as {} states", self.name(by)),
            None if is_outside => format!("Its trust is `{level}`, as it is in no boundary"),
            None => format!("Its trust is `{level}`, as no boundary around it states another one"),
        }
    }

    /// What is held, and what brings each.
    fn held(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let is_flow = decl.kind(db) == Kind::Flow;
        let mut assets = holds(db, decl).clone();
        // The most sensitive one decides how severe findings are.
        assets.sort_by_key(|asset| {
            std::cmp::Reverse(sensitivity_of_asset(db, *asset).classification)
        });
        let items = assets.into_iter().map(|asset| {
            let classification =
                CLASSIFICATION.word(sensitivity_of_asset(db, asset).classification);
            let why = why_held(db, decl, asset);
            let how = why
                .map(|(holder, _)| self.how_held(decl, asset, holder))
                .unwrap_or_default();
            let place = why.map(|(holder, part)| holder.part(part));
            (
                format!("{}, which is {classification}{how}", self.titled(asset)),
                place,
            )
        });
        let items = items.collect();
        self.list(
            if is_flow {
                "What it carries"
            } else {
                "What it holds"
            },
            items,
        );
    }

    /// Whether an element states by itself that it holds an asset, or what brings it.
    fn how_held(&self, element: Decl, asset: Decl, holder: Decl) -> String {
        if holder != element {
            return format!("; {} carries it", self.name(holder));
        }
        let stated = typed(self.db, element);
        let properties = ["stores", "handles", "sends", "receives"].into_iter();
        let naming =
            properties.filter(|property| stated.decls(property).any(|named| named == asset));
        let naming: Vec<String> = naming.map(|property| format!("`{property}`")).collect();
        format!("; it is in {}", naming.join(" and "))
    }

    /// The mitigations that protect the element, and what brings each.
    fn protection(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let items = effective_mitigations(db, decl).iter().map(|effective| {
            let by = match effective.by == decl {
                true => String::new(),
                false => format!(
                    ", from {} {}",
                    effective.by.kind(db).word(),
                    self.name(effective.by)
                ),
            };
            let told = format!(
                "{}: {}{by}",
                self.titled(effective.mitigation),
                self.status(effective.mitigation)
            );
            (told, Some(effective.by.part(effective.part)))
        });
        let items = items.collect();
        self.list("What protects it", items);
    }

    fn status(&self, mitigation: Decl) -> String {
        let status = typed(self.db, mitigation)
            .word("status")
            .map_or("implemented", |at| STATUS.word(at));
        let due = typed(self.db, mitigation)
            .date("due")
            .filter(|_| !is_done(self.db, mitigation));
        let due = due
            .map(|due| format!(", due {due}, {}", distance(self.db, due)))
            .unwrap_or_default();
        format!("{status}{due}")
    }

    fn found(&mut self, there: Vec<Assessed>) {
        if !there.is_empty() {
            self.parts.push(Heading("Findings"));
        }
        findings(self.db, self.file, &there, &mut self.parts);
    }

    // ---- places and assets --------------------------------------------------

    fn component(&mut self) {
        let (db, decl) = (self.db, self.decl);
        self.properties(&["mitigations"]);
        if component_of(db, decl.file(db)) != Some(decl) {
            return;
        }
        let declarations = decl.file(db).declarations(db);
        let counted = Kind::ALL
            .into_iter()
            .filter(|kind| *kind != Kind::Component)
            .filter_map(|kind| {
                let number = declarations
                    .iter()
                    .filter(|decl| decl.kind(db) == kind)
                    .count();
                (number > 0).then(|| count(number, kind.word()))
            });
        let counted: Vec<String> = counted.collect();
        if !counted.is_empty() {
            self.text(format!("It declares {}.", counted.join(", ")));
        }
        let parts = related::components_within(db, decl);
        let parts = parts
            .into_iter()
            .map(|part| (self.titled(part), self.name_place(part)))
            .collect();
        self.list("Its parts", parts);
        let listed = typed(db, decl).named("mitigations");
        let listed = listed
            .map(|(mitigation, part)| {
                (
                    format!("{}: {}", self.titled(mitigation), self.status(mitigation)),
                    Some(decl.part(part)),
                )
            })
            .collect();
        self.list("What protects everything in it", listed);
        self.found(
            declarations
                .iter()
                .flat_map(|decl| assessed(db, *decl).iter().cloned())
                .collect(),
        );
    }

    fn boundary(&mut self) {
        let (db, decl) = (self.db, self.decl);
        self.properties(&["mitigations", "trust"]);
        let (level, by) = trust_of_boundary(db, decl);
        let told = self.trust_in_words(level, by, placed_in(db, decl).is_none());
        self.item(told, by.and_then(|by| self.at(by, "trust")));
        let around = boundaries_around(db, decl);
        if !around.is_empty() {
            let names = around
                .iter()
                .map(|boundary| self.titled(*boundary))
                .collect::<Vec<_>>()
                .join("; in ");
            self.item(format!("It is in {names}"), Some(decl.part(Part::Within)));
        }
        let (mut entering, mut leaving, mut exposed) = (0, 0, 0);
        for flow in
            related::declarations(db, decl.model(db)).filter(|decl| decl.kind(db) == Kind::Flow)
        {
            let (entered, left) = crossed(db, flow);
            entering += usize::from(entered.contains(&decl));
            leaving += usize::from(left.contains(&decl));
            let is_exposed = exposed_by(db, flow).is_some();
            exposed += usize::from(is_exposed && entered.contains(&decl));
        }
        if entering + leaving > 0 {
            let from = match exposed {
                0 => String::new(),
                _ => format!(", of which {exposed} from a place of lower trust"),
            };
            self.text(format!(
                "Flows that enter it: {entering}{from}. Flows that leave it: {leaving}."
            ));
        }
        let listed = typed(db, decl).named("mitigations");
        let listed = listed
            .map(|(mitigation, part)| {
                (
                    format!("{}: {}", self.titled(mitigation), self.status(mitigation)),
                    Some(decl.part(part)),
                )
            })
            .collect();
        self.list("What protects everything in it", listed);
        let inside = contents(db, decl).iter().map(|inner| {
            let told = format!("{} {}", inner.kind(db).word(), self.titled(*inner));
            let deeper = match inner.kind(db) {
                Kind::Boundary => related::everything_in(db, *inner).len(),
                _ => 0,
            };
            let deeper = if deeper > 0 {
                format!(", with {deeper} in it")
            } else {
                String::new()
            };
            (told + &deeper, self.name_place(*inner))
        });
        let inside = inside.collect();
        self.list("What is in it", inside);
    }

    fn asset(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let sensitivity = sensitivity_of_asset(db, decl);
        let stated = typed(db, decl);
        let level = |property: &str, level: &str| match stated.get(property) {
            Some(_) => format!("`{property}`: `{level}`"),
            None if property == "integrity" => {
                format!("`{property}`: `{level}`, by its classification")
            }
            None => format!("`{property}`: `{level}`, as it is not stated"),
        };
        let aspects = [
            (
                "classification",
                CLASSIFICATION.word(sensitivity.classification),
            ),
            ("kind", ASSET_KIND.word(kind_of_asset(db, decl))),
            ("integrity", LEVEL.word(sensitivity.integrity)),
            ("availability", LEVEL.word(sensitivity.availability)),
        ];
        for (property, word) in aspects {
            let told = level(property, word);
            self.item(told, self.at(decl, property));
        }
        self.properties(&["classification", "kind", "integrity", "availability"]);
        let (flows, places): (Vec<Decl>, Vec<Decl>) = related::holding(db, self.model, decl)
            .into_iter()
            .partition(|element| element.kind(db) == Kind::Flow);
        let places = places.into_iter().map(|element| {
            let how =
                why_held(db, element, decl).map(|(holder, _)| self.how_held(element, decl, holder));
            let how = how.unwrap_or_default();
            (
                format!("{} {}{how}", element.kind(db).word(), self.titled(element)),
                self.name_place(element),
            )
        });
        let places = places.collect();
        self.list("Where it is held", places);
        let flows = flows.into_iter().map(|flow| {
            (
                format!("{}{}", self.titled(flow), self.how_held(flow, decl, flow)),
                self.name_place(flow),
            )
        });
        let flows = flows.collect();
        self.list("What carries it", flows);
    }

    // ---- decisions ----------------------------------------------------------

    fn mitigation(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let status = self.status(decl);
        let place = self.at(decl, "status");
        self.item(format!("Its status is {status}"), place);
        self.properties(&["status", "due", "counters"]);
        let counters = counters(db, decl);
        let mut countered: Vec<(String, Option<Place>)> = Vec::new();
        let words = counters.categories.in_words();
        if !words.is_empty() {
            countered.push((format!("Everything of {words}"), self.at(decl, "counters")));
        }
        countered.extend(
            counters
                .decls
                .iter()
                .map(|decl| (self.titled(*decl), self.name_place(*decl))),
        );
        self.list("What it counters", countered);
        let listed = related::listed(db, self.model, decl).into_iter();
        let listed = listed.map(|(by, part)| {
            let protects = match by.kind(db) {
                Kind::Component | Kind::Boundary => " and everything in it",
                _ => "",
            };
            (
                format!("{} {}{protects}", by.kind(db).word(), self.titled(by)),
                Some(by.part(part)),
            )
        });
        let listed = listed.collect();
        self.list("Where it is listed", listed);
        let based = related::based_on(db, self.model, decl).into_iter();
        let based = based
            .map(|on| (self.titled(on), self.name_place(on)))
            .collect();
        self.list("What is based on it", based);
    }

    fn accept(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let today = World::get(db).today(db);
        if let Some(until) = typed(db, decl).date("until").filter(|until| *until < today) {
            self.text(format!(
                "It has expired: its last day was {until}, and what it accepted is open again."
            ));
        }
        self.properties(&["findings"]);
        let named = typed(db, decl).values("findings");
        let mut subjects: Vec<Decl> = Vec::new();
        for (_, value) in named {
            if let TypedValue::Finding(accepted) = value
                && !subjects.contains(&accepted.subject())
            {
                subjects.push(accepted.subject());
            }
        }
        let there = subjects
            .into_iter()
            .flat_map(|subject| assessed(db, subject).iter().cloned());
        let there: Vec<Assessed> = there
            .filter(|found| accepts_finding(db, decl, &found.finding))
            .collect();
        if there.is_empty() {
            self.text("Nothing of what it names is found.");
        }
        self.found(there);
    }

    fn expect(&mut self) {
        let outcomes = expectation_outcomes(self.db, self.decl);
        for outcome in outcomes {
            let name = outcome.name(self.db);
            let told = match &outcome.instead {
                None => format!("`{name}` is {}, as expected", outcome.expected),
                Some(instead) => format!("`{name}` should be {}: {instead}", outcome.expected),
            };
            self.item(told, Some(outcome.place));
        }
    }

    // ---- definitions --------------------------------------------------------

    /// A technology or a protocol.
    fn definition(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let broader: Vec<Decl> = with_broader(db, decl).iter().copied().skip(1).collect();
        if !broader.is_empty() {
            let places = typed(db, decl).part("is").map(|part| decl.part(part));
            let told = self.names(broader.iter().copied());
            self.item(format!("It is one of {told}"), places);
        }
        let yes_no = schema::of(decl.kind(db))
            .properties
            .iter()
            .filter(|property| property.takes == Takes::YesNo);
        for property in yes_no {
            let name = property.name;
            match broader_says(db, decl, name) {
                Some((yes, by)) => {
                    let answer = if yes { "yes" } else { "no" };
                    let by_whom = if by == decl {
                        String::new()
                    } else {
                        format!(", as {} says", self.name(by))
                    };
                    self.item(format!("`{name}`: `{answer}`{by_whom}"), self.at(by, name));
                }
                None => self.item(format!("`{name}`: `no`, as nothing says otherwise"), None),
            }
        }
        let narrower = related::narrower(db, self.model, decl);
        if !narrower.is_empty() {
            let shown = self.names(narrower.iter().copied().take(MOST));
            let more = narrower.len().saturating_sub(MOST);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            self.text(format!("Narrower: {shown}{more}."));
        }
        let made = related::made_with(db, self.model, decl).into_iter();
        let made = made
            .map(|(element, part)| {
                (
                    format!("{} {}", element.kind(db).word(), self.titled(element)),
                    Some(element.part(part)),
                )
            })
            .collect();
        self.list(
            if decl.kind(db) == Kind::Protocol {
                "What talks it"
            } else {
                "What is made with it"
            },
            made,
        );
        let filter = catalogue::Filter {
            made_with: Some(decl),
            ..catalogue::Filter::default()
        };
        let rules = catalogue::entries(db, self.model, &filter).into_iter();
        let rules = rules
            .map(|entry| (self.titled(entry.rule), self.name_place(entry.rule)))
            .collect();
        self.list("The rules that ask for it", rules);
    }

    fn rule(&mut self) {
        let (db, decl) = (self.db, self.decl);
        let entry = catalogue::entry(db, self.model, decl);
        let on = quoted_list(entry.on.iter().map(|kind| kind.word()));
        let categories = entry.categories.in_words();
        if !on.is_empty() || !categories.is_empty() {
            self.text(format!("On {on}; STRIDE: {categories}."));
        }
        if !entry.condition.is_empty() {
            self.parts.push(Code(entry.condition.clone()));
        }
        if checked_condition(db, decl).condition.is_none() {
            self.text("Its condition has errors, so it finds nothing.");
        }
        let (likelihood, impact) = (entry.likelihood.word(), entry.impact.word());
        self.text(format!(
            "Likelihood {likelihood}, impact {impact} where confidential data are held."
        ));
        if let Some(setting) = &entry.setting {
            self.text(explain::setting_in_words(setting));
        }
        if !entry.advice.is_empty() {
            self.parts.push(Heading("What to do"));
            self.text(entry.advice.clone());
        }
        let counters = entry.countered_by.iter();
        let counters = counters
            .map(|by| (self.titled(*by), self.name_place(*by)))
            .collect();
        self.list("What counters it", counters);
        self.found(related::found_by(db, self.model, decl));
    }
}

/// Findings: those that are open, the most severe first, and how many of the others there are.
fn findings(db: &Database, file: File, there: &[Assessed], parts: &mut Vec<Section>) {
    let is_open = |found: &&Assessed| matches!(found.state, FindingState::Open);
    let mut open: Vec<&Assessed> = there.iter().filter(is_open).collect();
    open.sort_by_key(|found| std::cmp::Reverse(found.finding.severity));
    let shown = open.len().min(MOST);
    parts.extend(open.iter().take(shown).map(|found| {
        let finding = &found.finding;
        let missing = finding
            .missing
            .map(|missing| format!(", not stated: `{}`", missing.property));
        let name = match finding.id {
            FindingId::Rule { rule, element } => {
                format!(
                    "{}@{}",
                    name_from(db, rule, file),
                    name_from(db, element, file)
                )
            }
            FindingId::Threat(threat) => name_from(db, threat, file).to_string(),
        };
        let told = format!(
            "{}: {} (`{name}`){}",
            finding.severity.word(),
            finding.id.title(db),
            missing.unwrap_or_default()
        );
        Item(told, Some(finding.id.subject().part(Part::Name)))
    }));
    let count = |standing: Standing| {
        there
            .iter()
            .filter(|found| found.standing() == standing)
            .count()
    };
    let states: Vec<String> = Standing::ALL
        .into_iter()
        .map(|standing| (count(standing), standing))
        .filter(|(count, _)| *count > 0)
        .map(|(count, standing)| format!("{count} {}", standing.word()))
        .collect();
    if !states.is_empty() {
        parts.push(Text(format!("{}.", states.join(", "))));
    }
}
