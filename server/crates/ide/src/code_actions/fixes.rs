//! What mends a diagnostic. What decides about a risk is offered, and never the only thing to do.

use super::{ActionKind, CodeAction, span_of};
use crate::change::Change;
use crate::snippet;
use crate::write::{
    add_property, add_value, append, remove_declaration, remove_property, remove_value,
};
use std::time::Duration;
use threatline_model::{
    Assessed, Database, Decl, Diagnostic, File, FindingId, Kind, Location, MissingFact, Part, Span,
    Value, World, assessed, codes, components, ends, holds, mitigations_against_rule, name_from,
    names_in, resolve,
    schema::{self, Takes},
    typed,
};
use threatline_syntax::prose::with_article;
use threatline_syntax::{SyntaxError, SyntaxErrorKind, strings};
use threatline_view::names::shown_name;

/// How many ways of the same kind are offered.
const MOST: usize = 5;

/// Whether the preferred fix of a diagnostic needs no decision of a person.
pub fn is_safe(diagnostic: &Diagnostic) -> bool {
    let id = diagnostic.code.id;
    [codes::LOOSE_DESCRIPTION.id, codes::DUPLICATE_VALUE.id].contains(&id)
        || diagnostic.replacement.is_some()
}

/// The fixes of a diagnostic of a file, the best first.
pub fn of(db: &Database, file: File, diagnostic: &Diagnostic) -> Vec<CodeAction> {
    let mut fixes = Fixes {
        db,
        file,
        diagnostic,
        found: Vec::new(),
    };
    fixes.fill();
    fixes.found
}

struct Fixes<'db> {
    db: &'db Database,
    file: File,
    diagnostic: &'db Diagnostic,
    found: Vec<CodeAction>,
}

impl Fixes<'_> {
    fn add(&mut self, title: impl Into<String>, is_preferred: bool, change: Change) {
        if !change.edits.is_empty() {
            self.found.push(CodeAction {
                title: title.into(),
                sort: ActionKind::Fix,
                is_preferred,
                mends: None,
                change,
            });
        }
    }

    /// One with places to fill in.
    fn add_snippet(&mut self, title: impl Into<String>, change: Change) {
        self.add(
            title,
            false,
            Change {
                is_snippet: true,
                ..change
            },
        );
    }

    fn fill(&mut self) {
        let (db, diagnostic) = (self.db, self.diagnostic);
        let span = span_of(db, diagnostic);
        if let Some(new) = &diagnostic.replacement {
            self.add(
                format!("Change to `{new}`"),
                true,
                Change::one(self.file.path(db), span, new.as_str()),
            );
        }
        let place = match diagnostic.location {
            Location::Place(place) => Some(place),
            _ => None,
        };
        let id = diagnostic.code.id;
        if id == codes::LOOSE_DESCRIPTION.id {
            return self.loose(span);
        }
        if id == codes::SYNTAX_ERROR.id {
            return self.missing_sign(span);
        }
        let Some(place) = place else { return };
        let decl = place.decl;
        match id {
            id if id == codes::UNRESOLVED_REFERENCE.id => self.unresolved(decl, place.part),
            id if id == codes::UNKNOWN_PROPERTY.id || id == codes::DUPLICATE_PROPERTY.id => {
                if let Part::PropertyName(at) | Part::Property(at) = place.part {
                    let mut change = Change::default();
                    remove_property(db, decl, at.into(), &mut change);
                    let name = decl
                        .facts(db)
                        .properties
                        .get(usize::from(at))
                        .map(|property| property.name.clone());
                    self.add(
                        format!("Remove this `{}`", name.unwrap_or_default()),
                        false,
                        change,
                    );
                }
            }
            id if id == codes::MISSING_PROPERTY.id => self.missing_properties(decl),
            id if id == codes::MISSING_PART.id && decl.kind(db) != Kind::Flow => {
                let title: Option<String> = decl.title(db).map(|title| as_name(title));
                let title = title.filter(|name| !name.is_empty());
                let name =
                    self.free(&title.unwrap_or_else(|| format!("new_{}", decl.kind(db).word())));
                let (_, kind) = decl.part(Part::Kind).resolve(db);
                let at = Span {
                    start: kind.end,
                    end: kind.end,
                };
                self.add(
                    format!("Name it `{name}`"),
                    true,
                    Change::one(self.file.path(db), at, format!(" {name}")),
                );
            }
            id if id == codes::DUPLICATE_DECLARATION.id => {
                if let Some(name) = decl
                    .shape(db)
                    .name
                    .as_ref()
                    .filter(|_| decl.kind(db) != Kind::Component)
                {
                    let name = self.free(name);
                    self.add(
                        format!("Name it `{name}`"),
                        false,
                        Change::one(self.file.path(db), span, name),
                    );
                }
            }
            id if id == codes::INVALID_VALUE.id || id == codes::UNKNOWN_WORD.id => {
                self.invalid(decl, place.part)
            }
            id if id == codes::BOUNDARY_CYCLE.id
                || place.part == Part::Within
                    && [codes::WRONG_KIND.id, codes::MISPLACED_DECLARATION.id].contains(&id) =>
            {
                self.out_of(decl);
            }
            id if id == codes::DEFINITION_CYCLE.id || id == codes::CONTRADICTION.id => {
                let (Part::Property(at) | Part::PropertyName(at) | Part::Value(at, _)) = place.part
                else {
                    return;
                };
                let Some(written) = decl.facts(db).properties.get(usize::from(at)) else {
                    return;
                };
                let mut change = Change::default();
                remove_property(db, decl, at.into(), &mut change);
                self.add(format!("Remove `{}`", written.name), false, change);
            }
            id if id == codes::DUPLICATE_VALUE.id
                || id == codes::IDLE_ACCEPTANCE.id
                || id == codes::UNMET_EXPECTATION.id
                || id == codes::UNKNOWN_REFERENCE.id =>
            {
                let Part::Value(property, value) = place.part else {
                    return;
                };
                let mut change = Change::default();
                let is_all = decl
                    .facts(db)
                    .properties
                    .get(usize::from(property))
                    .is_some_and(|it| it.values.len() == 1);
                match id == codes::IDLE_ACCEPTANCE.id && is_all {
                    true => {
                        remove_declaration(db, decl, &mut change);
                        self.add("Remove this acceptance", true, change);
                    }
                    false => {
                        remove_value(db, decl, property.into(), value.into(), &mut change);
                        self.add(
                            "Remove it from the list",
                            id == codes::DUPLICATE_VALUE.id,
                            change,
                        );
                    }
                }
            }
            id if id == codes::MISSING_MITIGATION.id => self.open(),
            id if id == codes::UNSTATED_FACT.id => self.unstated(),
            id if id == codes::EXPIRED_ACCEPTANCE.id || id == codes::EXPIRING_ACCEPTANCE.id => {
                self.later(decl, "until", "Accept it until");
                let mut change = Change::default();
                remove_declaration(db, decl, &mut change);
                self.add("Remove this acceptance", false, change);
            }
            id if id == codes::OVERDUE_ASSUMPTION.id || id == codes::ASSUMPTION_DUE.id => {
                self.later(decl, "validate_by", "It was looked at; look again by");
            }
            id if id == codes::OVERDUE_MITIGATION.id || id == codes::MITIGATION_DUE.id => {
                self.done(decl)
            }
            id if [
                codes::UNUSED_ASSET.id,
                codes::UNUSED_MITIGATION.id,
                codes::UNUSED_DEFINITION.id,
                codes::EMPTY_BOUNDARY.id,
                codes::SELF_FLOW.id,
                codes::ISOLATED_ELEMENT.id,
                codes::SELF_FLOW.id,
            ]
            .contains(&id) =>
            {
                let mut change = Change::default();
                remove_declaration(db, decl, &mut change);
                let name = shown_name(db, decl);
                self.add(
                    format!("Remove `{name}`"),
                    id == codes::UNUSED_DEFINITION.id,
                    change,
                );
            }
            id if id == codes::EMPTY_FLOW.id => {
                // What its source holds, it can send.
                let held = ends(db, decl)
                    .0
                    .map(|source| holds(db, source).clone())
                    .unwrap_or_default();
                for asset in held.into_iter().take(MOST) {
                    let name = name_from(db, asset, self.file);
                    let mut change = Change::default();
                    add_property(db, decl, "sends", &name, &mut change);
                    self.add(format!("State `sends: {name}`"), false, change);
                }
                for property in ["sends", "receives"] {
                    let mut change = Change::default();
                    add_property(db, decl, property, "${1:asset}", &mut change);
                    self.add_snippet(format!("State what it {property}"), change);
                }
            }
            id if id == codes::UNPROVEN_MITIGATION.id => {
                let mut change = Change::default();
                add_property(db, decl, "evidence", "\"${1:https://}\"", &mut change);
                self.add_snippet("Name the evidence", change);
            }
            id if id == codes::INEFFECTIVE_MITIGATION.id => {
                for property in ["based_on", "counters"] {
                    let mut change = Change::default();
                    add_property(db, decl, property, "${1:what}", &mut change);
                    self.add_snippet(format!("State `{property}`"), change);
                }
            }
            _ => {}
        }
    }

    /// A description of nothing becomes a comment.
    fn loose(&mut self, span: Span) {
        let text = &self.file.source(self.db).text;
        let Some(written) = text.get(span.range()) else {
            return;
        };
        let mut change = Change::default();
        for (at, _) in written.match_indices("///") {
            let from = span.start + at as u32;
            let begins = text[..from as usize]
                .rsplit('\n')
                .next()
                .is_some_and(|line| line.trim().is_empty());
            if begins {
                change.edit(
                    self.file.path(self.db),
                    Span {
                        start: from,
                        end: from + 3,
                    },
                    "//",
                );
            }
        }
        self.add("Make it a comment", true, change);
    }

    /// A sign that is not there is added.
    fn missing_sign(&mut self, span: Span) {
        let source = self.file.source(self.db);
        let is_it =
            |error: &&SyntaxError| error.span == span && error.message == self.diagnostic.message;
        let Some(SyntaxErrorKind::Missing(missing)) =
            source.errors.iter().find(is_it).map(|error| &error.kind)
        else {
            return;
        };
        let text = match missing.as_str() {
            "}" => "\n}".to_owned(),
            "\"\"\"" | "\"" | ")" | ":" | "," => missing.clone(),
            word => format!(" {word}"),
        };
        let at = Span {
            start: span.end,
            end: span.end,
        };
        self.add(
            format!("Add `{missing}`"),
            true,
            Change::one(self.file.path(self.db), at, text),
        );
    }

    // ---- names and properties ------------------------------------------------------------------

    /// A value that its property does not take.
    fn invalid(&mut self, decl: Decl, part: Part) {
        let db = self.db;
        let Part::Value(at, value) = part else { return };
        let Some(written) = decl.facts(db).properties.get(usize::from(at)) else {
            return;
        };
        let Some(property) = schema::of(decl.kind(db)).property(&written.name) else {
            return;
        };
        let (_, span) = decl.part(part).resolve(db);
        let path = self.file.path(db);
        if value > 0 && !property.many {
            let mut change = Change::default();
            remove_value(db, decl, at.into(), value.into(), &mut change);
            return self.add("Remove this value", false, change);
        }
        let words: Vec<String> = match (property.takes, written.values.get(usize::from(value))) {
            (Takes::Text | Takes::Glob, Some(Value::Name(name))) => {
                return self.add(
                    format!("Put `{name}` into quotes"),
                    true,
                    Change::one(path, span, format!("\"{name}\"")),
                );
            }
            (Takes::Date, _) => [0, 90].map(|days| self.in_days(days)).to_vec(),
            (Takes::YesNo, _) => ["yes", "no"].map(str::to_owned).to_vec(),
            (Takes::Words(words), _) => words.names().take(6).map(str::to_owned).collect(),
            _ => return,
        };
        for word in words
            .into_iter()
            .filter(|word| self.diagnostic.replacement.as_deref() != Some(word))
        {
            self.add(
                format!("Change to `{word}`"),
                false,
                Change::one(path, span, word),
            );
        }
    }

    /// Takes `in NAME` away.
    fn out_of(&mut self, decl: Decl) {
        let db = self.db;
        let Some(within) = &decl.shape(db).within else {
            return;
        };
        let text = &self.file.source(db).text;
        let (_, span) = decl.part(Part::Within).resolve(db);
        let Some(before) = text[..span.start as usize].trim_end().strip_suffix("in") else {
            return;
        };
        let span = Span::new(before.trim_end().len(), span.end as usize);
        self.add(
            format!("Remove `in {within}`"),
            false,
            Change::one(self.file.path(db), span, ""),
        );
    }

    /// Declares what is named, where it belongs.
    fn unresolved(&mut self, decl: Decl, part: Part) {
        let db = self.db;
        let (file, span) = decl.part(part).resolve(db);
        let Some(written) = file.source(db).text.get(span.range()) else {
            return;
        };
        let kinds: &[Kind] = match part {
            Part::Within => &[Kind::Boundary],
            Part::Source | Part::Target => &[Kind::Process, Kind::Store, Kind::External],
            Part::Value(property, _) => {
                let name = decl
                    .facts(db)
                    .properties
                    .get(usize::from(property))
                    .map(|property| property.name.as_str());
                match name
                    .and_then(|name| schema::of(decl.kind(db)).property(name))
                    .map(|property| property.takes)
                {
                    Some(Takes::Name(kinds)) if kinds.len() <= 4 => kinds,
                    _ => return,
                }
            }
            _ => return,
        };
        let (component, name) = written
            .rsplit_once('.')
            .map_or((None, written), |(component, name)| (Some(component), name));
        let target = match component {
            None => Some(self.file),
            Some(component) => components(db, self.file.model(db)).file_of(component),
        };
        let Some(target) =
            target.filter(|_| !name.is_empty() && !name.contains(char::is_whitespace))
        else {
            return;
        };
        for kind in kinds.iter().filter(|kind| **kind != Kind::Flow) {
            let required = schema::of(*kind)
                .properties
                .iter()
                .filter(|property| property.required);
            let required: Vec<String> = required
                .enumerate()
                .map(|(at, property)| match property.takes {
                    Takes::Words(words) => {
                        format!(
                            "{}: ${{{}:{}}}",
                            property.name,
                            at + 1,
                            words.word(words.words.len() as u8 / 2)
                        )
                    }
                    _ => format!("{}: ${{{}}}", property.name, at + 1),
                })
                .collect();
            let body = if required.is_empty() {
                String::new()
            } else {
                format!(" {{ {} }}", required.join(" "))
            };
            let mut change = Change {
                is_snippet: !required.is_empty(),
                ..Change::default()
            };
            append(
                db,
                target,
                &format!("{} {name}{body}", kind.word()),
                &mut change,
            );
            let place = component
                .map(|component| format!(" in `{component}`"))
                .unwrap_or_default();
            self.add(
                format!("Declare {} `{name}`{place}", with_article(kind.word())),
                false,
                change,
            );
        }
    }

    /// States what a declaration needs, each with the words that it takes.
    fn missing_properties(&mut self, decl: Decl) {
        let db = self.db;
        let stated = &decl.facts(db).properties;
        let lacking = schema::of(decl.kind(db))
            .properties
            .iter()
            .filter(|property| property.required);
        for property in
            lacking.filter(|property| !stated.iter().any(|stated| stated.name == property.name))
        {
            if !self
                .diagnostic
                .message
                .contains(&format!("`{}`", property.name))
            {
                continue;
            }
            match property.takes {
                Takes::Words(words) => {
                    for word in words.names().take(6) {
                        let mut change = Change::default();
                        add_property(db, decl, property.name, word, &mut change);
                        self.add(format!("State `{}: {word}`", property.name), false, change);
                    }
                }
                takes => {
                    let value = match takes {
                        Takes::Text | Takes::Glob => "\"$1\"".to_owned(),
                        Takes::Date => format!("${{1:{}}}", self.in_days(90)),
                        _ => "$1".to_owned(),
                    };
                    let mut change = Change::default();
                    add_property(db, decl, property.name, &value, &mut change);
                    self.add_snippet(format!("State `{}`", property.name), change);
                }
            }
        }
    }

    fn in_days(&self, days: u64) -> String {
        let today = World::get(self.db).today(self.db);
        today
            .saturating_add(Duration::from_secs(days * 24 * 60 * 60))
            .to_string()
    }

    /// Sets a day to one that is ahead.
    fn later(&mut self, decl: Decl, property: &str, why: &str) {
        let db = self.db;
        let Some(stated) = typed(db, decl).get(property) else {
            return;
        };
        let Some((at, _)) = stated.values.first() else {
            return;
        };
        let (_, span) = decl.part(Part::Value(stated.position, *at)).resolve(db);
        for days in [90, 365] {
            let day = self.in_days(days);
            self.add(
                format!("{why} {day}"),
                false,
                Change::one(decl.file(db).path(db), span, day),
            );
        }
    }

    /// A mitigation that was to be done is done, or is to be done later.
    fn done(&mut self, decl: Decl) {
        let db = self.db;
        let mut change = Change::default();
        let stated = typed(db, decl);
        if let Some(due) = stated.get("due") {
            remove_property(db, decl, due.position.into(), &mut change);
        }
        if let Some(status) = stated.get("status")
            && let Some((at, _)) = status.values.first()
        {
            let (_, span) = decl.part(Part::Value(status.position, *at)).resolve(db);
            change.edit(decl.file(db).path(db), span, "implemented");
        }
        self.add("It is implemented", false, change);
        self.later(decl, "due", "It is due by");
    }

    // ---- findings ------------------------------------------------------------------------------

    /// The findings that the diagnostic tells of.
    fn told(&self) -> Vec<Assessed> {
        let db = self.db;
        let of = |id: &FindingId| {
            assessed(db, id.subject())
                .iter()
                .find(|found| found.finding.id == *id)
                .cloned()
        };
        self.diagnostic.findings.iter().filter_map(of).collect()
    }

    fn open(&mut self) {
        let db = self.db;
        let told = self.told();
        let Some(first) = told.first() else { return };
        let mut elements: Vec<Decl> = told
            .iter()
            .map(|found| found.finding.id.subject())
            .collect();
        elements.dedup();
        let on = match elements.as_slice() {
            [one] => format!("`{}`", name_from(db, *one, self.file)),
            many => format!("{} elements", many.len()),
        };
        let model = self.file.model(db);
        let rule = match first.finding.id {
            FindingId::Rule { rule, .. } => Some(rule),
            FindingId::Threat(_) => None,
        };
        let mut countering: Vec<Decl> = rule
            .map(|rule| mitigations_against_rule(db, model, rule).clone())
            .unwrap_or_default();
        // The model's first, what is beside the element before what is elsewhere.
        countering.sort_by_key(|mitigation| {
            (mitigation.in_library(db), mitigation.file(db) != self.file)
        });
        let library: Vec<Decl> = countering
            .iter()
            .copied()
            .filter(|mitigation| mitigation.in_library(db))
            .collect();
        for (at, mitigation) in countering.iter().take(MOST).enumerate() {
            let mut change = Change::default();
            for element in &elements {
                let name = name_from(db, *mitigation, element.file(db));
                add_value(db, *element, "mitigations", &name, &mut change);
            }
            let name = name_from(db, *mitigation, self.file);
            let title = mitigation
                .title(db)
                .map(|title| format!(": {title}"))
                .unwrap_or_default();
            self.add(format!("Add `{name}` to {on}{title}"), at == 0, change);
        }
        if let Some(base) = library.first() {
            self.declare_mitigation(*base, &elements, &on);
        }
        if rule.is_none() {
            let name = self.free(&format!(
                "against_{}",
                first
                    .finding
                    .id
                    .subject()
                    .shape(db)
                    .name
                    .clone()
                    .unwrap_or_default()
            ));
            let mut change = Change {
                is_snippet: true,
                ..Change::default()
            };
            add_value(db, elements[0], "mitigations", &name, &mut change);
            append(
                db,
                self.file,
                &format!(
                    "mitigation {name} \"${{1:What stops it}}\" {{\n  status: planned\n  due: {}\n}}",
                    self.in_days(90)
                ),
                &mut change,
            );
            self.add("Declare a mitigation that is planned", false, change);
        }
        if let Some(rule) = rule {
            self.write_threat(rule, first, &elements);
        }
        self.accept(&told);
    }

    /// A mitigation of one's own, which is planned.
    fn declare_mitigation(&mut self, base: Decl, elements: &[Decl], on: &str) {
        let db = self.db;
        let of = name_from(db, base, self.file);
        let name = self.free(&format!(
            "our_{}",
            of.rsplit('.').next().unwrap_or(of.as_str())
        ));
        let title = base
            .title(db)
            .map_or_else(|| of.to_string(), |title| title.to_string());
        let mut change = Change {
            is_snippet: true,
            ..Change::default()
        };
        let text = format!(
            "mitigation {name} \"${{1:{}}}\" {{\n  based_on: {of}\n  status: ${{2:planned}}\n  due: ${{3:{}}}\n}}",
            snippet::escaped(&strings::escaped(&title)),
            self.in_days(90)
        );
        append(db, self.file, &text, &mut change);
        for element in elements
            .iter()
            .filter(|element| element.file(db) == self.file)
        {
            add_value(db, *element, "mitigations", &name, &mut change);
        }
        self.add(
            format!("Declare a mitigation like `{of}` for {on}, which is planned"),
            false,
            change,
        );
    }

    /// The finding as a threat that a person wrote.
    fn write_threat(&mut self, rule: Decl, found: &Assessed, elements: &[Decl]) {
        let db = self.db;
        let called = rule.shape(db).name.clone().unwrap_or_default();
        let name = self.free(&called);
        let categories: Vec<&str> = found.finding.categories.words().collect();
        let named = elements
            .iter()
            .filter(|element| element.shape(db).name.is_some());
        let targets: Vec<String> = named
            .map(|element| name_from(db, *element, self.file).to_string())
            .collect();
        if targets.is_empty() {
            return;
        }
        let references: Vec<&str> = typed(db, rule)
            .references()
            .map(|id| id.as_str())
            .take(1)
            .collect();
        let references = references
            .first()
            .map(|id| format!("\n  references: {id}"))
            .unwrap_or_default();
        let text = format!(
            "threat {name} \"${{1:{}}}\" {{\n  category: {}\n  targets: {}{references}\n}}",
            snippet::escaped(&strings::escaped(&found.finding.id.title(db))),
            categories.join(", "),
            targets.join(", ")
        );
        let mut change = Change {
            is_snippet: true,
            ..Change::default()
        };
        append(db, self.file, &text, &mut change);
        self.add("Write it down as a threat", false, change);
    }

    /// The risk, taken on by someone until some day.
    fn accept(&mut self, told: &[Assessed]) {
        let db = self.db;
        let of = |found: &Assessed| match found.finding.id {
            FindingId::Rule { rule, element } => {
                format!(
                    "{}@{}",
                    name_from(db, rule, self.file),
                    name_from(db, element, self.file)
                )
            }
            FindingId::Threat(threat) => name_from(db, threat, self.file).to_string(),
        };
        let findings: Vec<String> = told.iter().map(of).collect();
        let Some(first) = told.first() else { return };
        let subject = first.finding.id.subject();
        let about = subject
            .shape(db)
            .name
            .clone()
            .unwrap_or_else(|| "flow".into());
        let name = self.free(&format!("{about}_risk"));
        let joined = findings.join(", ");
        let listed = match joined.len() > 80 {
            true => format!(
                "\n{}",
                findings
                    .iter()
                    .map(|finding| format!("    {finding},\n"))
                    .collect::<String>()
                    .trim_end()
            ),
            false => format!(" {joined}"),
        };
        let text = format!(
            "accept {name} {{\n  findings:{listed}\n  by: \"${{1:who takes it on}}\"\n  until: ${{2:{}}}\n  because: \"${{3:why}}\"\n}}",
            self.in_days(90)
        );
        let mut change = Change {
            is_snippet: true,
            ..Change::default()
        };
        append(db, self.file, &text, &mut change);
        let what = match findings.as_slice() {
            [one] => format!("`{one}`"),
            many => format!("{} findings", many.len()),
        };
        self.add(
            format!("Accept {what}, with who, until when and why"),
            false,
            change,
        );
    }

    /// A name that nothing in the file has, and that means nothing of the model there.
    fn free(&self, wanted: &str) -> String {
        let db = self.db;
        let wanted: String = wanted.rsplit('.').next().unwrap_or(wanted).to_owned();
        let is_taken = |name: &str| {
            names_in(db, self.file).contains_key(name)
                || matches!(resolve(db, self.file, name), Ok(found) if found.model(db) == self.file.model(db))
        };
        (1..)
            .map(|at| {
                if at == 1 {
                    wanted.clone()
                } else {
                    format!("{wanted}_{at}")
                }
            })
            .find(|name| !is_taken(name))
            .unwrap_or(wanted)
    }

    /// The words that a fact which is not stated can have, for all elements that the diagnostic is
    /// about.
    fn unstated(&mut self) {
        let db = self.db;
        let missing: Vec<MissingFact> = self
            .told()
            .iter()
            .filter_map(|found| found.finding.missing)
            .collect();
        let Some(first) = missing.first() else { return };
        let property = first.property;
        let mut elements: Vec<Decl> = Vec::new();
        missing
            .iter()
            .filter(|missing| missing.property == property)
            .for_each(|missing| {
                if !elements.contains(&missing.element) {
                    elements.push(missing.element);
                }
            });
        let Some(known) = schema::of(first.element.kind(db)).property(property) else {
            return;
        };
        let words: Vec<&str> = match known.takes {
            Takes::Words(words) => words.names().collect(),
            Takes::YesNo => vec!["yes", "no"],
            _ => {
                let mut change = Change::default();
                add_property(db, elements[0], property, "$1", &mut change);
                return self.add_snippet(
                    format!(
                        "State `{property}` of `{}`",
                        name_from(db, elements[0], self.file)
                    ),
                    change,
                );
            }
        };
        let on = match elements.as_slice() {
            [one] => format!("of `{}`", name_from(db, *one, self.file)),
            many => format!("of {} elements", many.len()),
        };
        for word in words {
            let mut change = Change::default();
            elements
                .iter()
                .for_each(|element| add_property(db, *element, property, word, &mut change));
            self.add(format!("State `{property}: {word}` {on}"), false, change);
        }
        // Of several the first alone, too.
        if elements.len() > 1 {
            let one = name_from(db, elements[0], self.file);
            for word in if let Takes::YesNo = known.takes {
                vec!["yes", "no"]
            } else {
                Vec::new()
            } {
                let mut change = Change::default();
                add_property(db, elements[0], property, word, &mut change);
                self.add(
                    format!("State `{property}: {word}` of `{one}`"),
                    false,
                    change,
                );
            }
        }
    }
}

/// A name made of the first words of a title.
fn as_name(title: &str) -> String {
    let letters = title
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' });
    let words: Vec<String> = letters
        .collect::<String>()
        .to_lowercase()
        .split_whitespace()
        .take(4)
        .map(str::to_owned)
        .collect();
    let name = words.join("_");
    if name.starts_with(|c: char| !c.is_alphabetic()) {
        format!("n{name}")
    } else {
        name
    }
}
