//! The rules that apply to a model, with the details of each, for lists and pages. It
//! must not know how they are laid out.

use threatline_model::{
    Categories, Database, Decl, Kind, Level, Model, Part, RuleSetting, mitigations_against_rule,
    rule_settings, rule_subjects, rules, short_name, technologies_wanted, typed, with_broader,
};

/// A rule and its details.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The rule.
    pub rule: Decl,
    /// Its name, without `std.`.
    pub name: String,
    /// Its title, or its name.
    pub title: String,
    /// Its description, in Markdown.
    pub description: String,
    /// What it is about: the name of its file without the ending.
    pub subject: String,
    /// The kinds of elements that it looks at.
    pub on: Vec<Kind>,
    /// What kind of threat it finds.
    pub categories: Categories,
    /// Its condition, as written.
    pub condition: String,
    /// How likely what it finds is, before exposure.
    pub likelihood: Level,
    /// Its impact where confidential data is held.
    pub impact: Level,
    /// The ids of what it refers to.
    pub references: Vec<String>,
    /// What to do about it.
    pub advice: String,
    /// The mitigations that counter it, the model's own first.
    pub countered_by: Vec<Decl>,
    /// What the model's settings change of it.
    pub setting: Option<RuleSetting>,
}

/// Which rules are wanted; what is `None` leaves none out.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those of one of these categories.
    pub categories: Option<Categories>,
    /// Those that ask for this technology or protocol, or for what it is one of.
    pub made_with: Option<Decl>,
    /// Those that refer to this entry, or to one in this list or chapter: `CWE-319`, `ASVS-12`,
    /// `ASVS`.
    pub reference: Option<String>,
}

/// The rules that apply to a model, the library's by file and then the model's own.
pub fn entries(db: &Database, model: Model, filter: &Filter) -> Vec<Entry> {
    let entries = rules(db, model).iter().map(|rule| entry(db, model, *rule));
    entries.filter(|entry| wanted(db, entry, filter)).collect()
}

fn wanted(db: &Database, entry: &Entry, filter: &Filter) -> bool {
    let of_category = filter
        .categories
        .is_none_or(|categories| entry.categories.overlaps(categories));
    let asks_for = filter.made_with.is_none_or(|made_with| {
        let asked = technologies_wanted(db, entry.rule);
        with_broader(db, made_with)
            .iter()
            .any(|broader| asked.contains(broader))
    });
    let refers = filter
        .reference
        .as_ref()
        .is_none_or(|wanted| entry.references.iter().any(|id| is_within(id, wanted)));
    of_category && asks_for && refers
}

/// Whether an id is the wanted one, or in the wanted list or chapter.
fn is_within(id: &str, wanted: &str) -> bool {
    let (id, wanted) = (id.to_ascii_uppercase(), wanted.trim().to_ascii_uppercase());
    id.strip_prefix(&wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']))
}

/// What a rule says.
pub fn entry(db: &Database, model: Model, rule: Decl) -> Entry {
    let stated = typed(db, rule);
    let name = short_name(db, rule).to_owned();
    let level = |property, default| {
        stated
            .word(property)
            .map_or(default, |word| Level::ALL[usize::from(word).min(3)])
    };
    let path = rule.file(db).path(db);
    let file = path.rsplit('/').next().unwrap_or(path);
    Entry {
        rule,
        title: rule
            .title(db)
            .map_or_else(|| name.clone(), |title| title.to_string()),
        description: rule
            .facts(db)
            .description
            .as_ref()
            .map(|text| text.to_string())
            .unwrap_or_default(),
        subject: file.strip_suffix(".threat").unwrap_or(file).to_owned(),
        on: rule_subjects(db, rule),
        categories: stated.categories(),
        condition: written_property(db, rule, "when").unwrap_or_default(),
        likelihood: level("likelihood", Level::Medium),
        impact: level("impact", Level::High),
        references: stated.references().map(|id| id.to_string()).collect(),
        advice: stated
            .text("advice")
            .map(|advice| advice.to_string())
            .unwrap_or_default(),
        countered_by: mitigations_against_rule(db, model, rule).clone(),
        setting: rule_settings(db, model).get(&rule).cloned(),
        name,
    }
}

/// The text of a property's condition or values, as written, without the indentation of its block.
pub fn written_property(db: &Database, decl: Decl, name: &str) -> Option<String> {
    let position = decl
        .facts(db)
        .properties
        .iter()
        .position(|property| property.name == name)? as u16;
    let (file, span) = decl.part(Part::Property(position)).resolve(db);
    let source = &file.source(db).text;
    let text = source.get(span.range())?;
    let before = &source[..span.start as usize];
    let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
    let lines = text.lines().enumerate().map(|(number, line)| {
        let indent = line.len() - line.trim_start().len();
        if number == 0 {
            line
        } else {
            &line[indent.min(column)..]
        }
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}
