//! What the head closes or weakens by its definitions: by those that are new and hide one of the
//! library, by those that it changed, and by the lack of those that hid one. It is judged once more
//! by the definitions of the base. It must not know how that is printed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use threatline_model::{
    Assessed, Database, Decl, File, FileText, FindingId, FindingState, Kind, MissingFact, Model,
    Part, PropertyFacts, Span, Workspace, World, all_findings, full_name, hidden_by, library,
    rules,
};
use threatline_view::compare::{Change, Comparison, Opened, Overruled, Topic, Where, some};

/// What decides about findings in each kind of definition. How far a mitigation has come does, too,
/// and is reported as one.
const DECISIVE: [(Kind, &[&str]); 4] = [
    (Kind::Technology, &["is", "forwards"]),
    (Kind::Protocol, &["is", "encrypted", "authenticated"]),
    (Kind::Mitigation, &["counters", "based_on"]),
    (
        Kind::Rule,
        &["on", "category", "when", "likelihood", "impact"],
    ),
];

/// How a definition of the head is another than what its name meant in the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It is new, and hides a definition of the library.
    Hides,
    /// It says something else.
    Changed,
}

/// What the head closes or weakens by its definitions.
#[derive(Clone, Debug, Default)]
pub struct Redefined {
    /// The definitions of the head by which the base would judge otherwise.
    pub definitions: Vec<(Decl, How)>,
    /// The definitions of the base that hid one of the library and are gone.
    pub removed: Vec<Decl>,
    /// The findings of the head that would be open, or more severe, by the definitions of the base.
    pub findings: Vec<Assessed>,
}

impl Redefined {
    /// Adds what the head closes or weakens to what changed: it counts as open.
    pub fn add_to(
        &self,
        comparison: &mut Comparison,
        (base, model): (&Database, Option<Model>),
        db: &Database,
    ) {
        self.report_definitions(comparison, base, db);
        if self.findings.is_empty() {
            return;
        }
        let before = model.map(|model| all_findings(base, model));
        let before = before.unwrap_or_default();
        let before: HashMap<_, _> = before
            .iter()
            .map(|assessed| (name_in(base, assessed), assessed))
            .collect();
        let names: HashSet<_> = self
            .findings
            .iter()
            .map(|assessed| name_in(db, assessed))
            .collect();
        comparison
            .opened
            .retain(|opened| !names.contains(&name_in(db, &opened.assessed)));
        comparison
            .closed
            .retain(|closed| !names.contains(&name_in(base, &closed.assessed)));
        comparison
            .opened
            .extend(self.findings.iter().map(|assessed| {
                let was = before.get(&name_in(db, assessed));
                Opened {
                    assessed: assessed.clone(),
                    before: was.map(|was| (was.state.word(), was.finding.severity)),
                    overruled: Some(Overruled::Redefined),
                }
            }));
        comparison
            .opened
            .sort_by_key(|opened| Reverse(opened.assessed.finding.severity));
    }

    /// Lists each definition as a weakening, the first with all that follows from them.
    fn report_definitions(&self, comparison: &mut Comparison, base: &Database, db: &Database) {
        let findings = self.findings.iter().map(|assessed| {
            let name = assessed.finding.id.name(db);
            let severity = assessed.finding.severity.word();
            format!("`{}` ({severity})", library::short_name(&name))
        });
        let findings = some(findings);
        let mut follows = if findings.is_empty() {
            String::new()
        } else {
            format!("; by the base's definitions these are open: {findings}")
        };
        for (decl, how) in &self.definitions {
            let (kind, name) = (decl.kind(db).word(), full_name(db, *decl));
            let does = match how {
                How::Hides => "hides the library's definition of the same name",
                How::Changed if self.findings.is_empty() => continue,
                How::Changed => "is defined differently",
            };
            comparison.changes.push(Change {
                topic: Topic::Weakened,
                subject: (kind, name.to_string()),
                message: format!("{kind} `{name}` {does}{}", std::mem::take(&mut follows)),
                place: Where::Head(decl.part(Part::Name)),
            });
        }
        let removed = self.removed.iter().filter(|_| !self.findings.is_empty());
        for decl in removed {
            let (kind, name) = (decl.kind(base).word(), full_name(base, *decl));
            let follows = std::mem::take(&mut follows);
            comparison.changes.push(Change {
                topic: Topic::Weakened,
                subject: (kind, name.to_string()),
                message: format!(
                    "{kind} `{name}`, which hid the library's definition of the same name, \
                     is gone{follows}"
                ),
                place: Where::Base(decl.part(Part::Name)),
            });
        }
        comparison.changes.sort_by_key(|change| change.topic);
    }
}

/// The name of a finding. One by a rule has the name of that by the library's rule which it hides.
fn name_in(db: &Database, assessed: &Assessed) -> String {
    library::short_name(&assessed.finding.id.name(db)).to_owned()
}

/// The texts of files that stand in for what is written in them, by place.
type Replacements = BTreeMap<File, Vec<(Span, String)>>;

/// Judges a model of the head by the definitions of the base, where it has others.
pub fn judge_by_definitions(
    base: Option<(&Database, Model)>,
    db: &Database,
    model: Model,
) -> Redefined {
    let old = base.map(|(base, model)| definitions(base, model));
    let old = old.unwrap_or_default();
    let mut redefined = Redefined::default();
    let mut replacements = Replacements::new();
    for decl in declarations(db, model) {
        let before = old.get(&(decl.kind(db), full_name(db, decl).as_str()));
        let (how, text) = match (base, before) {
            (Some((base, _)), Some(before)) => match changed(base, *before, db, decl) {
                Some(text) => (How::Changed, text),
                None => continue,
            },
            _ if hidden_by(db, decl).is_some() => (How::Hides, String::new()),
            _ => continue,
        };
        redefined.definitions.push((decl, how));
        let (file, span) = decl.part(Part::Whole).resolve(db);
        replacements.entry(file).or_default().push((span, text));
    }
    let mut more = Vec::new();
    if let Some((base, of_base)) = base {
        redefined.removed = removed(base, of_base, db, model);
        let removed = redefined.removed.iter();
        more.extend(removed.map(|decl| {
            let whole = decl.part(Part::Whole).resolve(base).1;
            let component = decl.file(base).component(base).as_deref();
            (component, text_of(base, *decl, whole))
        }));
    }
    if !redefined.definitions.is_empty() || !more.is_empty() {
        redefined.findings = findings_with(db, model, &replacements, &more);
    }
    redefined
}

/// The definitions of the base that hid one of the library, and that the head has no more.
fn removed(base: &Database, of_base: Model, db: &Database, model: Model) -> Vec<Decl> {
    let now = definitions(db, model);
    let mut removed: Vec<Decl> = definitions(base, of_base)
        .into_iter()
        .filter(|(key, decl)| hidden_by(base, *decl).is_some() && !now.contains_key(key))
        .map(|(_, decl)| decl)
        .collect();
    removed.sort_by_cached_key(|decl| (decl.kind(base), full_name(base, *decl).clone()));
    removed
}

fn declarations(db: &Database, model: Model) -> impl Iterator<Item = Decl> {
    let files = model.files(db).iter();
    files.flat_map(|file| file.declarations(db).iter().copied())
}

/// The definitions of a model by kind and full name; of those of one name the first.
fn definitions(db: &Database, model: Model) -> HashMap<(Kind, &str), Decl> {
    let mut definitions = HashMap::new();
    for decl in declarations(db, model).filter(|decl| decl.shape(db).name.is_some()) {
        let key = (decl.kind(db), full_name(db, decl).as_str());
        definitions.entry(key).or_insert(decl);
    }
    definitions
}

/// The text of a definition of the head with what the base says in it, if that is something else.
fn changed(base: &Database, before: Decl, db: &Database, decl: Decl) -> Option<String> {
    let kind = decl.kind(db);
    let (_, decisive) = DECISIVE.iter().find(|(decisive, _)| *decisive == kind)?;
    let is_decisive = |property: &PropertyFacts| decisive.contains(&property.name.as_str());
    let stated = |db, decl: Decl| {
        let properties = decl.facts(db).properties.iter().cloned();
        properties.filter(is_decisive).collect::<Vec<_>>()
    };
    if stated(base, before) == stated(db, decl) {
        return None;
    }
    let properties = |db: &Database, decl: Decl| {
        let properties = decl.facts(db).properties.iter().zip(0..);
        let places = properties.filter(|(property, _)| is_decisive(property));
        let spans = places.map(|(_, position)| decl.part(Part::Property(position)).resolve(db).1);
        spans.collect::<Vec<Span>>()
    };
    let listed: String = properties(base, before)
        .into_iter()
        .map(|span| format!(" {} ", text_of(base, before, span)))
        .collect();
    let whole = decl.part(Part::Whole).resolve(db).1;
    let body = decl.part(Part::Body).resolve(db).1;
    if !text_of(db, decl, body).starts_with('{') {
        return Some(format!("{} {{{listed}}}", text_of(db, decl, whole)));
    }
    let start = body.start + 1;
    let mut text = text_of(
        db,
        decl,
        Span {
            end: start,
            ..whole
        },
    )
    .to_owned()
        + &listed;
    let mut from = start;
    for span in properties(db, decl) {
        text += text_of(
            db,
            decl,
            Span {
                start: from,
                end: span.start,
            },
        );
        from = span.end;
    }
    text += text_of(
        db,
        decl,
        Span {
            start: from,
            end: whole.end,
        },
    );
    Some(text)
}

/// What is at a place in the file of a declaration.
fn text_of(db: &Database, decl: Decl, span: Span) -> &str {
    let text = &decl.file(db).source(db).text;
    text.get(span.range()).unwrap_or_default()
}

/// The findings that are open, or more severe, when some texts stand in for others and some more
/// definitions are there, each with the component that it is in.
fn findings_with(
    db: &Database,
    model: Model,
    replacements: &Replacements,
    more: &[(Option<&str>, &str)],
) -> Vec<Assessed> {
    let mut workspace = Workspace::new(World::get(db).today(db));
    let settings = model.settings(db);
    let path = settings.path.as_deref();
    let root = model.root(db).clone();
    let other = workspace.set_model(&root, path.map(|path| (path, settings.text.as_ref())));
    let mut files: Vec<(Arc<str>, FileText)> = Vec::new();
    let mut more = more.to_vec();
    for file in model.files(db).iter() {
        let mut text = replaced(&file.source(db).text, replacements.get(file));
        let component = file.component(db).as_deref();
        // A component is one file; what is in none may be in any such file.
        more.retain(|(within, definition)| {
            let belongs = *within == component;
            if belongs {
                text += &format!("\n{definition}\n");
            }
            !belongs
        });
        files.push((file.path(db).clone(), FileText::new(text)));
    }
    // Nothing is left in a component that is gone.
    let rest = more.iter().filter(|(within, _)| within.is_none());
    let rest: String = rest.map(|(_, text)| format!("{text}\n")).collect();
    if !rest.is_empty() {
        // No file has such a name, which so takes the place of none.
        files.push((format!("{root}/\0.threat").into(), FileText::new(rest)));
    }
    workspace.load(files);
    let is = all_findings(db, model);
    let is: HashMap<_, _> = is
        .iter()
        .map(|assessed| (name_in(db, assessed), assessed))
        .collect();
    let translate = Translate {
        from: workspace.db(),
        elements: declarations(db, model)
            .map(|decl| ((decl.kind(db), full_name(db, decl).to_string()), decl))
            .collect(),
        rules: rules(db, model)
            .iter()
            .map(|rule| (full_name(db, *rule).to_string(), *rule))
            .collect(),
    };
    let assessed = all_findings(workspace.db(), other);
    let open = assessed.iter().filter(|assessed| {
        let now = is.get(&name_in(workspace.db(), assessed));
        let is_as_severe = now.is_some_and(|now| {
            now.state == FindingState::Open && now.finding.severity >= assessed.finding.severity
        });
        assessed.state == FindingState::Open && !is_as_severe
    });
    open.filter_map(|assessed| translate.assessed(assessed))
        .collect()
}

/// A text with others in place of some of its parts, which are in order.
fn replaced(text: &str, replacements: Option<&Vec<(Span, String)>>) -> String {
    let mut result = String::new();
    let mut from = 0;
    for (span, other) in replacements.into_iter().flatten() {
        result += text.get(from..span.start as usize).unwrap_or_default();
        result += other;
        from = span.end as usize;
    }
    result + text.get(from..).unwrap_or_default()
}

/// Declarations of a database by those of the same name in another one.
struct Translate<'a> {
    from: &'a Database,
    elements: HashMap<(Kind, String), Decl>,
    rules: HashMap<String, Decl>,
}

impl Translate<'_> {
    fn assessed(&self, assessed: &Assessed) -> Option<Assessed> {
        let mut assessed = assessed.clone();
        let finding = &mut assessed.finding;
        finding.id = match finding.id {
            FindingId::Rule { rule, element } => FindingId::Rule {
                rule: self.rule(rule)?,
                element: self.element(element)?,
            },
            FindingId::Threat(threat) => FindingId::Threat(self.element(threat)?),
        };
        finding.missing = match finding.missing {
            Some(missing) => Some(MissingFact {
                element: self.element(missing.element)?,
                ..missing
            }),
            None => None,
        };
        Some(assessed)
    }

    fn element(&self, decl: Decl) -> Option<Decl> {
        let name = full_name(self.from, decl).to_string();
        self.elements.get(&(decl.kind(self.from), name)).copied()
    }

    fn rule(&self, rule: Decl) -> Option<Decl> {
        let name = full_name(self.from, rule);
        // One that hid a rule of the library, and is gone.
        let hidden = || self.rules.get(library::full_name(name).as_str());
        self.rules.get(name.as_str()).or_else(hidden).copied()
    }
}
