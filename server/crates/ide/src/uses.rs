//! What each word of a declaration means, and where a declaration is named. It must not know what
//! is done with that.

use rayon::prelude::*;
use threatline_model::{
    Condition, Database, Decl, ENDPOINT_KINDS, Expression, Fact, File, FindingSelector, Gives,
    Kind, Many, Model, NodeId, Part, Span, Spans, TypedValue, Value, components_around, fact_named,
    resolve_as, rule_subjects,
    schema::{self, CLASSIFICATION, Property, STRIDE, Takes, Words},
    typed, used_by,
};

/// What a word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It names the declaration that it stands in.
    Declares(Decl),
    /// It names another declaration.
    Names(Decl),
    /// It says what is declared.
    Kind(Kind),
    /// It is a property's name.
    Property(Kind, &'static Property),
    /// It is a word of a list.
    Word(&'static Words, u8),
    /// It is `yes` or `no`.
    YesNo(bool),
    /// It is the id of a published entry.
    Reference,
    /// It is a fact, in a condition.
    Fact(Fact),
    /// It is a function, in a condition.
    Function,
}

/// A word, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The declaration that it stands in.
    pub within: Decl,
    /// The part of the declaration that it is of.
    pub part: Part,
    /// Where it stands.
    pub span: Span,
    /// What it means.
    pub meaning: Meaning,
}

impl Use {
    /// The declaration that is named, be it here or elsewhere.
    pub fn decl(&self) -> Option<Decl> {
        match self.meaning {
            Meaning::Declares(decl) | Meaning::Names(decl) => Some(decl),
            _ => None,
        }
    }
}

/// Every word of a declaration that means something, in the order of the text.
pub fn uses(db: &Database, decl: Decl) -> Vec<Use> {
    let mut collector = Collector::new(db, decl);
    collector.header();
    collector.properties();
    let mut found = collector.found;
    found.sort_by_key(|found| (found.span.start, found.span.end));
    found
}

/// The word at a byte of a file, or just before it.
pub fn at(db: &Database, file: File, offset: u32) -> Option<Use> {
    let decl = declaration_at(db, file, offset)?;
    let all = uses(db, decl);
    let inside = all
        .iter()
        .find(|found| found.span.start <= offset && offset < found.span.end);
    inside
        .or_else(|| all.iter().find(|found| found.span.end == offset))
        .copied()
}

/// The declaration in which a byte is.
pub fn declaration_at(db: &Database, file: File, offset: u32) -> Option<Decl> {
    let declarations = file.declarations(db);
    let spans = &file.source(db).spans;
    let found = spans.iter().position(|spans| {
        let whole = spans.of(Part::Whole);
        whole.start <= offset && offset <= whole.end
    });
    declarations.get(found?).copied()
}

/// Every place where a declaration is named, its own first, then by file and place: in its model,
/// and of what a model takes from the one it builds on, in the model that asks.
pub fn references(db: &Database, model: Model, decl: Decl) -> Vec<Use> {
    let own = uses(db, decl)
        .into_iter()
        .filter(|found| found.meaning == Meaning::Declares(decl));
    let mut found: Vec<Use> = own.collect();
    let mut files = used_by(db, decl).clone();
    // A component stands before the dots of names of what is in it, wherever that is.
    if decl.kind(db) == Kind::Component || decl.shape(db).name.is_none() {
        files = decl.model(db).files(db).to_vec();
    }
    if model != decl.model(db) {
        files.extend(model.files(db).iter());
    }
    if !files.contains(&decl.file(db)) {
        files.push(decl.file(db));
    }
    files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
    // Whoever names it writes the last word of its name, so most declarations need no closer look.
    let word = decl
        .shape(db)
        .name
        .as_ref()
        .and_then(|name| name.rsplit('.').next())
        .unwrap_or_default();
    let in_file = |db: &mut Database, file: File| -> Vec<Use> {
        let source = file.source(db);
        let mentions = |spans: &Spans| {
            let written = source.text.get(spans.of(Part::Whole).range());
            written.is_some_and(|written| written.contains(word))
        };
        let declarations = file.declarations(db).iter().zip(&source.spans);
        let naming = declarations.filter(|(_, spans)| mentions(spans));
        let named = naming.flat_map(|(&other, _)| uses(db, other));
        named
            .filter(|found| found.meaning == Meaning::Names(decl))
            .collect()
    };
    let in_files: Vec<Vec<Use>> = files
        .into_par_iter()
        .map_with(db.clone(), in_file)
        .collect();
    found.extend(in_files.into_iter().flatten());
    found
}

struct Collector<'db> {
    db: &'db Database,
    decl: Decl,
    file: File,
    text: &'db str,
    found: Vec<Use>,
}

impl<'db> Collector<'db> {
    fn new(db: &'db Database, decl: Decl) -> Collector<'db> {
        let file = decl.file(db);
        Collector {
            db,
            decl,
            file,
            text: &file.source(db).text,
            found: Vec::new(),
        }
    }

    fn span(&self, part: Part) -> Span {
        self.decl.part(part).resolve(self.db).1
    }

    fn add(&mut self, part: Part, span: Span, meaning: Meaning) {
        if span.start < span.end {
            self.found.push(Use {
                within: self.decl,
                part,
                span,
                meaning,
            });
        }
    }

    fn header(&mut self) {
        let shape = self.decl.shape(self.db);
        self.add(Part::Kind, self.span(Part::Kind), Meaning::Kind(shape.kind));
        if shape.kind == Kind::Component {
            // The words before the dots of a component's name are the components around it.
            self.name(Part::Name, self.span(Part::Name), self.decl);
            if let Some(last) = self
                .found
                .last_mut()
                .filter(|last| last.meaning == Meaning::Names(self.decl))
            {
                last.meaning = Meaning::Declares(self.decl);
            }
        } else if shape.name.is_some() {
            self.add(
                Part::Name,
                self.span(Part::Name),
                Meaning::Declares(self.decl),
            );
        }
        let places: [(Part, &Option<_>, &[Kind]); 3] = [
            (Part::Within, &shape.within, &[Kind::Boundary]),
            (Part::Source, &shape.source, ENDPOINT_KINDS),
            (Part::Target, &shape.target, ENDPOINT_KINDS),
        ];
        for (part, name, kinds) in places {
            let Some(named) = name
                .as_ref()
                .and_then(|name| resolve_as(self.db, self.file, name, kinds))
            else {
                continue;
            };
            self.name(part, self.span(part), named);
        }
    }

    /// A name with dots: its last word is the declaration, those before it the components around
    /// that.
    fn name(&mut self, part: Part, span: Span, named: Decl) {
        let words = words(self.text, span);
        let Some((last, before)) = words.split_last() else {
            return;
        };
        let mut around = components_around(self.db, named.file(self.db)).into_iter();
        if named.kind(self.db) == Kind::Component {
            around.next();
        }
        for span in before.iter().rev() {
            let Some(component) = around.next() else {
                break;
            };
            self.add(part, *span, Meaning::Names(component));
        }
        self.add(part, *last, Meaning::Names(named));
    }

    fn properties(&mut self) {
        let kind = self.decl.kind(self.db);
        let schema = schema::of(kind);
        let facts = self.decl.facts(self.db);
        let stated = typed(self.db, self.decl);
        for (position, written) in facts.properties.iter().enumerate() {
            let Some(property) = schema.property(&written.name) else {
                continue;
            };
            let position = position as u16;
            let name = Part::PropertyName(position);
            self.add(name, self.span(name), Meaning::Property(kind, property));
            if let Some(condition) = &written.condition {
                let subjects = rule_subjects(self.db, self.decl);
                let kinds = if subjects.is_empty() {
                    Kind::ALL[3..7].to_vec()
                } else {
                    subjects
                };
                Walk {
                    collector: self,
                    position,
                    condition,
                }
                .condition(condition.root, &kinds);
            }
            let Some(stated) = stated
                .stated
                .iter()
                .find(|stated| stated.position == position)
            else {
                continue;
            };
            for (at, value) in &stated.values {
                let part = Part::Value(position, *at);
                let span = self.span(part);
                match (value, property.takes) {
                    (TypedValue::Word(word), Takes::Words(words)) => {
                        self.add(part, span, Meaning::Word(words, *word))
                    }
                    (TypedValue::Category(word), _) => {
                        self.add(part, span, Meaning::Word(&STRIDE, *word))
                    }
                    (TypedValue::YesNo(yes), _) => self.add(part, span, Meaning::YesNo(*yes)),
                    (TypedValue::Reference(_), _) => self.add(part, span, Meaning::Reference),
                    (TypedValue::Decl(named), _) => self.name(part, span, *named),
                    (TypedValue::Finding(accepted), _) => {
                        self.finding(position, *at, accepted, &written.values[*at as usize]);
                    }
                    _ => {}
                }
            }
        }
    }

    fn finding(&mut self, position: u16, at: u16, accepted: &FindingSelector, written: &Value) {
        let (rule, subject) = (
            Part::FindingRule(position, at),
            Part::FindingSubject(position, at),
        );
        match accepted {
            FindingSelector::Threat(threat) => {
                let part = Part::Value(position, at);
                return self.name(part, self.span(part), *threat);
            }
            FindingSelector::Rule(named, _) => self.name(rule, self.span(rule), *named),
            FindingSelector::Category(word, _) => {
                self.add(rule, self.span(rule), Meaning::Word(&STRIDE, *word))
            }
        }
        let span = self.span(subject);
        match written.ends() {
            Some((source, target)) => {
                // `(shop.api -> shop.orders)`
                let written = &self.text[span.range()];
                let Some(arrow) = written.find("->") else {
                    return;
                };
                let (before, after) = (span.start + 1, span.start + arrow as u32);
                let ends = [
                    (
                        source,
                        Span {
                            start: before,
                            end: after,
                        },
                    ),
                    (
                        target,
                        Span {
                            start: after + 2,
                            end: span.end - 1,
                        },
                    ),
                ];
                for (name, span) in ends {
                    if let Some(end) = resolve_as(self.db, self.file, name, ENDPOINT_KINDS) {
                        self.name(subject, span, end);
                    }
                }
            }
            None => self.name(subject, span, accepted.subject()),
        }
    }
}

/// The words between the dots of a name, without the spaces and comments around them.
fn words(text: &str, span: Span) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    let mut in_comment = false;
    let written = &text[span.range()];
    let mut characters = written.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let begins_comment =
            character == '/' && characters.peek().is_some_and(|(_, next)| *next == '/');
        in_comment = (in_comment || begins_comment) && character != '\n' && character != '\r';
        let is_word = !in_comment
            && (character.is_alphanumeric()
                || matches!(character, '_' | '-')
                || !character.is_ascii());
        match (is_word && !character.is_whitespace(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push(Span {
                    start: span.start + from as u32,
                    end: span.start + at as u32,
                });
                start = None;
            }
            _ => {}
        }
    }
    found.extend(start.map(|from| Span {
        start: span.start + from as u32,
        end: span.end,
    }));
    found
}

/// The words of a condition.
struct Walk<'walk, 'db> {
    collector: &'walk mut Collector<'db>,
    position: u16,
    condition: &'walk Condition,
}

impl Walk<'_, '_> {
    fn expression(&self, node: NodeId) -> &Expression {
        &self.condition.nodes[node as usize]
    }

    fn part(&self, node: NodeId) -> Part {
        Part::Node(self.position, node)
    }

    fn condition(&mut self, node: NodeId, kinds: &[Kind]) {
        match self.expression(node).clone() {
            Expression::And(operands) | Expression::Or(operands) => {
                operands
                    .into_iter()
                    .for_each(|operand| self.condition(operand, kinds));
            }
            Expression::Not(operand) => self.condition(operand, kinds),
            Expression::Compare { left, right, .. } => self.compared(left, &[right], kinds),
            Expression::In { left, values } => self.compared(left, &values, kinds),
            Expression::Is { left, right } => {
                let asked = self.operand(left, kinds);
                let Expression::Name(name) = self.expression(right).clone() else {
                    return;
                };
                let kind = match asked {
                    Some(Gives::Named(kind)) => [kind],
                    _ => [Kind::Technology],
                };
                let collector = &mut self.collector;
                if let Some(named) = resolve_as(collector.db, collector.file, &name, &kind) {
                    let part = Part::Node(self.position, right);
                    collector.name(part, collector.span(part), named);
                }
            }
            Expression::Call {
                function,
                argument,
                filter,
            } => {
                self.call(node, &function, argument.as_deref(), filter, kinds);
            }
            Expression::Name(_) => {
                self.operand(node, kinds);
            }
            Expression::Number(_) | Expression::Missing => {}
        }
    }

    /// A fact, and the words that it is compared with.
    fn compared(&mut self, left: NodeId, right: &[NodeId], kinds: &[Kind]) {
        let gives = match self.expression(left) {
            Expression::Call { .. } => {
                self.condition(left, kinds);
                None
            }
            _ => self.operand(left, kinds),
        };
        for &node in right {
            let Expression::Name(name) = self.expression(node).clone() else {
                continue;
            };
            let meaning = match gives {
                Some(Gives::Word(words) | Gives::Words(words)) => {
                    words.position(&name).map(|at| Meaning::Word(words, at))
                }
                Some(Gives::Assets) => CLASSIFICATION
                    .position(&name)
                    .map(|at| Meaning::Word(&CLASSIFICATION, at)),
                Some(Gives::YesNo) if name == "yes" || name == "no" => {
                    Some(Meaning::YesNo(name == "yes"))
                }
                _ => None,
            };
            let part = self.part(node);
            if let Some(meaning) = meaning {
                self.collector.add(part, self.collector.span(part), meaning);
            }
        }
    }

    /// A fact, perhaps of an end of the flow, and what it gives.
    fn operand(&mut self, node: NodeId, kinds: &[Kind]) -> Option<Gives> {
        let Expression::Name(name) = self.expression(node).clone() else {
            return None;
        };
        let part = self.part(node);
        let span = self.collector.span(part);
        self.path(part, span, &name, kinds)
    }

    fn path(&mut self, part: Part, span: Span, name: &str, kinds: &[Kind]) -> Option<Gives> {
        let spans = words(self.collector.text, span);
        let mut kinds = kinds;
        let mut gives = None;
        for (word, span) in name.split('.').zip(spans) {
            if let Some(Gives::Assets) = gives {
                let property = schema::of(Kind::Asset).property(word)?;
                self.collector
                    .add(part, span, Meaning::Property(Kind::Asset, property));
                return match property.takes {
                    Takes::Words(words) => Some(Gives::Word(words)),
                    _ => Some(Gives::YesNo),
                };
            }
            let found = fact_named(kinds, word)?;
            self.collector.add(part, span, Meaning::Fact(found));
            if let Gives::Elements(next, Many::One) = found.gives {
                kinds = next;
            }
            gives = Some(found.gives);
        }
        gives
    }

    fn call(
        &mut self,
        node: NodeId,
        function: &str,
        argument: Option<&str>,
        filter: Option<NodeId>,
        kinds: &[Kind],
    ) {
        let part = self.part(node);
        let span = self.collector.span(part);
        let end = span.start + function.len() as u32;
        self.collector.add(
            part,
            Span {
                start: span.start,
                end,
            },
            Meaning::Function,
        );
        let Some(argument) = argument else { return };
        let first = argument.split('.').next().unwrap_or(argument);
        let Some(at) = self.collector.text[end as usize..span.end as usize].find(first) else {
            return;
        };
        let start = end + at as u32;
        let written = &self.collector.text[start as usize..span.end as usize];
        let length = written
            .find([')', ' ', '\n', '\r', '\t'])
            .unwrap_or(written.len());
        let of_argument = Span {
            start,
            end: start + length as u32,
        };
        if function == "used" {
            let collector = &mut self.collector;
            if let Some(named) =
                resolve_as(collector.db, collector.file, argument, &[Kind::Technology])
            {
                collector.name(part, of_argument, named);
            }
            return;
        }
        let gives = self.path(part, of_argument, argument, kinds);
        if let (Some(Gives::Elements(members, _)), Some(filter)) = (gives, filter) {
            self.condition(filter, members);
        }
    }
}
