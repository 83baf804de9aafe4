//! What the head closes or weakens by its definitions: by those that are new and hide one of the
//! library, and by those that it changed. It is judged once more by the definitions of the base. It
//! must not know how that is printed.

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
/// and is told as such.
const DECISIVE: [(Kind, &[&str]); 3] = [
    (Kind::Technology, &["is", "forwards"]),
    (Kind::Protocol, &["is", "encrypted", "authenticated"]),
    (Kind::Mitigation, &["counters", "based_on"]),
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
        self.report_definitions(comparison, db);
        if self.findings.is_empty() {
            return;
        }
        let before = model.map(|model| all_findings(base, model));
        let before = before.unwrap_or_default();
        let before: HashMap<_, _> = before
            .iter()
            .map(|assessed| (assessed.finding.id.name(base), assessed))
            .collect();
        let names: HashSet<_> = self
            .findings
            .iter()
            .map(|assessed| assessed.finding.id.name(db))
            .collect();
        let is_known = |id: FindingId| names.contains(&id.name(db));
        comparison
            .opened
            .retain(|opened| !is_known(opened.assessed.finding.id));
        comparison
            .closed
            .retain(|closed| !names.contains(&closed.assessed.finding.id.name(base)));
        comparison
            .opened
            .extend(self.findings.iter().map(|assessed| {
                let was = before.get(&assessed.finding.id.name(db));
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
    fn report_definitions(&self, comparison: &mut Comparison, db: &Database) {
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
        comparison.changes.sort_by_key(|change| change.topic);
    }
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
    if !redefined.definitions.is_empty() {
        redefined.findings = findings_with(db, model, &replacements);
    }
    redefined
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
    let said: String = properties(base, before)
        .into_iter()
        .map(|span| format!(" {} ", text_of(base, before, span)))
        .collect();
    let whole = decl.part(Part::Whole).resolve(db).1;
    let body = decl.part(Part::Body).resolve(db).1;
    if !text_of(db, decl, body).starts_with('{') {
        return Some(format!("{} {{{said}}}", text_of(db, decl, whole)));
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
        + &said;
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

/// What stands at a place in the file of a declaration.
fn text_of(db: &Database, decl: Decl, span: Span) -> &str {
    let text = &decl.file(db).source(db).text;
    text.get(span.range()).unwrap_or_default()
}

/// The findings that are open, or more severe, when some texts stand in for others.
fn findings_with(db: &Database, model: Model, replacements: &Replacements) -> Vec<Assessed> {
    let mut workspace = Workspace::new(World::get(db).today(db));
    let settings = model.settings(db);
    let path = settings.path.as_deref();
    let root = model.root(db).clone();
    let other = workspace.set_model(&root, path.map(|path| (path, settings.text.as_ref())));
    let files = model.files(db).iter().map(|file| {
        let text = replaced(&file.source(db).text, replacements.get(file));
        (file.path(db).clone(), FileText::new(text))
    });
    workspace.load(files.collect::<Vec<(Arc<str>, FileText)>>());
    let is = all_findings(db, model);
    let is: HashMap<_, _> = is
        .iter()
        .map(|assessed| (assessed.finding.id.name(db), assessed))
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
    let found = all_findings(workspace.db(), other);
    let open = found.iter().filter(|assessed| {
        let now = is.get(&assessed.finding.id.name(workspace.db()));
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
        self.rules.get(full_name(self.from, rule).as_str()).copied()
    }
}
