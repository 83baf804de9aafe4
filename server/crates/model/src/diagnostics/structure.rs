//! What is wrong with a file as text, and with what it declares: names, places and
//! ends. It must not know what the properties say.

use crate::boundaries::{MAX_BOUNDARY_DEPTH, boundaries_around};
use crate::codes;
use crate::db::{Db, Decl, File};
use crate::diagnostic::{Diagnostic, Location};
use crate::flows::touching;
use crate::headings::{ENDPOINT_KINDS, ends, placed_in};
use crate::identity::FindingSelector;
use crate::inputs::TEST_ENDING;
use crate::lookup::resolve_kind;
use crate::lower::Part;
use crate::mentions::full;
use crate::names::{full_name, name_from};
use crate::properties::typed;
use crate::resolve::{file_of, first_in, top_level_member};
use crate::schema;
use crate::values::TypedValue;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::collections::hash_map::Entry;
use std::iter::successors;
use threatline_syntax::prose::{count, with_article};
use threatline_syntax::{Kind, Span, SyntaxErrorKind};

/// The most syntax errors of a file that are reported one by one. Each takes much more room than
/// the text that is wrong.
const MAX_SYNTAX_ERRORS: usize = 100;

/// What is wrong with the text, by where it is at the moment.
pub(super) fn text_problems(db: &dyn Db, file: File) -> Vec<Diagnostic> {
    let source = file.source(db);
    let mut problems = Vec::new();
    for error in source.errors.listed.iter().take(MAX_SYNTAX_ERRORS) {
        let mut diagnostic = Diagnostic::new(
            &codes::SYNTAX_ERROR,
            Location::Text(file, error.span),
            error.message.clone(),
        );
        if let SyntaxErrorKind::Misspelt(word) = error.kind {
            diagnostic.replacement = Some(word.into());
        }
        diagnostic.is_certain = matches!(
            error.kind,
            SyntaxErrorKind::Misspelt(_) | SyntaxErrorKind::Slip { .. }
        );
        problems.push(diagnostic);
    }
    if let Some(next) = source.errors.listed.get(MAX_SYNTAX_ERRORS) {
        let more = source.errors.len() - MAX_SYNTAX_ERRORS;
        let message = format!("and {} from here on", count(more, "more syntax error"));
        let location = Location::Text(file, next.span);
        let mut diagnostic = Diagnostic::new(&codes::SYNTAX_ERROR, location, message);
        diagnostic.stands_for = more;
        problems.push(diagnostic);
    }
    if let Some(unreadable) = &source.unreadable {
        let span = Span {
            start: unreadable.at,
            end: unreadable.at,
        };
        problems.push(Diagnostic::new(
            &codes::UNREADABLE_FILE,
            Location::Text(file, span),
            unreadable.why.clone(),
        ));
    }
    for &span in &source.loose_descriptions {
        let message = "this describes nothing: no declaration follows it";
        problems.push(
            Diagnostic::new(
                &codes::LOOSE_DESCRIPTION,
                Location::Text(file, span),
                message,
            )
            .help("make it a comment with `//`, or move it above the declaration"),
        );
    }
    problems
}

pub(super) fn check_declaration(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    misplaced(db, decl, problems);
    missing_parts(db, decl, problems);
    duplicate(db, decl, problems);
    references(db, decl, problems);
    cycles(db, decl, problems);
    if decl.kind(db) == Kind::Dismiss {
        dismissed_finding(db, decl, problems);
    }
    if decl.kind(db) == Kind::Threat {
        enough_and_residual(db, decl, problems);
    }
}

/// What a `dismiss` names that is not the finding of a rule.
fn dismissed_finding(db: &dyn Db, dismiss: Decl, problems: &mut Vec<Diagnostic>) {
    let Some(stated) = typed(db, dismiss).get("finding") else {
        return;
    };
    for (index, value) in &stated.values {
        let message = match value {
            TypedValue::Finding(FindingSelector::Category(..)) => {
                "a whole category cannot be dismissed"
            }
            TypedValue::Finding(FindingSelector::Threat(_)) => {
                "a threat that the model declares cannot be dismissed"
            }
            _ => continue,
        };
        let place = dismiss.part(Part::Value(stated.position, *index));
        let problem = Diagnostic::new(&codes::INVALID_VALUE, place, message);
        problems.push(problem.help(match value {
            TypedValue::Finding(FindingSelector::Threat(_)) => "delete the threat instead",
            _ => "name one finding of a rule: `rule@element`",
        }));
    }
}

/// Mitigations of a threat that are called enough and not listed, and a rating that is nobody's.
fn enough_and_residual(db: &dyn Db, threat: Decl, problems: &mut Vec<Diagnostic>) {
    let stated = typed(db, threat);
    for (mitigation, part) in stated.named("enough") {
        if !stated
            .decls("mitigations")
            .any(|listed| listed == mitigation)
        {
            let name = name_from(db, mitigation, threat.file(db));
            let message = format!("`{name}` is not one of the `mitigations` of this threat");
            let problem = Diagnostic::new(&codes::INVALID_VALUE, threat.part(part), message);
            problems.push(problem.help("list it there as well"));
        }
    }
    if let Some(part) = stated.part("residual")
        && stated.get("owner").is_none()
    {
        let message = "`residual` needs an `owner` who is responsible for the rating";
        let problem = Diagnostic::new(&codes::MISSING_PROPERTY, threat.part(part), message);
        problems.push(problem.help("add `owner: \"text\"`"));
    }
}

fn misplaced(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let shape = decl.shape(db);
    let kind = shape.kind.word();
    let mut report = |part, message: String| {
        problems.push(Diagnostic::new(
            &codes::MISPLACED_DECLARATION,
            decl.part(part),
            message,
        ));
    };
    if shape.kind == Kind::Component && decl.file(db).declarations(db).first() != Some(&decl) {
        report(
            Part::Kind,
            "`component` must be the first declaration of its file".to_owned(),
        );
    }
    if shape.kind == Kind::Expect && !decl.model(db).is_test(db) {
        report(
            Part::Kind,
            format!(
                "`expect` is only allowed in a test: a file whose name ends with `{TEST_ENDING}`"
            ),
        );
    }
    let is_std = |name: &SmolStr| name.split('.').next() == Some(crate::library::ROOT);
    if shape.kind == Kind::Component && shape.name.as_ref().is_some_and(is_std) {
        report(
            Part::Name,
            "`std` is the library's own component".to_owned(),
        );
    }
    if shape.within.is_some() && !schema::of(shape.kind).placed {
        report(
            Part::Within,
            format!("{} is not placed in a boundary", with_article(kind)),
        );
    }
    if shape.source.is_some() && shape.kind != Kind::Flow {
        report(
            Part::Source,
            format!(
                "{} has no source and target; only a flow does",
                with_article(kind)
            ),
        );
    }
    if shape.kind != Kind::Component && shape.name.as_ref().is_some_and(|name| name.contains('.')) {
        report(
            Part::Name,
            "a declared name has no dots: its component is that of the file".to_owned(),
        );
    }
}

fn missing_parts(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let shape = decl.shape(db);
    let mut report = |message: String, help: &str| {
        problems
            .push(Diagnostic::new(&codes::MISSING_PART, decl.part(Part::Kind), message).help(help));
    };
    if shape.kind == Kind::Flow {
        // A missing target behind `->` is an error of the text.
        if shape.source.is_none() {
            report(
                "this flow has no source and target".to_owned(),
                "write `flow name \"Title\": source -> target`",
            );
        }
    } else if shape.name.is_none() && !matches!(shape.kind, Kind::Assumption | Kind::Expect) {
        let kind = shape.kind.word();
        report(
            format!("this {kind} has no name"),
            "a name is letters, digits, `_` and `-`, and comes before the title",
        );
    }
}

fn duplicate(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let Some((first, name)) = first_of_name(db, decl) else {
        return;
    };
    let message = match decl.kind(db) {
        Kind::Component => format!("the component `{name}` is declared twice"),
        Kind::Flow if decl.shape(db).name.is_none() => {
            format!("another unnamed flow already connects these elements: {name}")
        }
        _ => format!("`{name}` is declared twice"),
    };
    let help = match decl.shape(db).name {
        None => "give both a name: `flow name: source -> target`",
        Some(_) => "give one of them another name",
    };
    problems.push(
        Diagnostic::new(
            &codes::DUPLICATE_DECLARATION,
            decl.part(Part::Name),
            message,
        )
        .relate(first.part(Part::Name), "it is declared here first")
        .help(help),
    );
}

/// An earlier declaration which has the name, if there is one.
fn first_of_name(db: &dyn Db, decl: Decl) -> Option<(Decl, SmolStr)> {
    let file = decl.file(db);
    let shape = decl.shape(db);
    let model = file.model(db);
    let Some(name) = &shape.name else {
        let (source, target) = ends(db, decl);
        let first = *touching(db, source?).first_unnamed.get(&target?)?;
        return (first != decl).then(|| (first, full_name(db, decl).clone()));
    };
    if shape.kind == Kind::Component {
        let first = file_of(db, model, name)?;
        let first = first.declarations(db).first().copied()?;
        return (first != decl && file.component(db).as_ref() == Some(name))
            .then(|| (first, name.clone()));
    }
    let first = match file.component(db) {
        Some(_) => first_in(db, file, name),
        None => top_level_member(db, model, name),
    }?;
    if first != decl {
        return Some((first, full_name(db, decl).clone()));
    }
    // A component of the same full name would take the name before a dot.
    let full = full(file.component(db).as_deref(), name);
    let component = file_of(db, model, &full)?
        .declarations(db)
        .first()
        .copied()?;
    (component.kind(db) == Kind::Component).then_some((component, full))
}

/// The names in the heading: the boundary, the ends of a flow, the component around a component.
fn references(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let shape = decl.shape(db);
    let mut check = |name: &Option<SmolStr>, kinds: &[Kind], part| {
        if let Some(name) = name {
            problems.extend(
                resolve_kind(db, decl, name, kinds, part)
                    .err()
                    .map(|problem| *problem),
            );
        }
    };
    if schema::of(shape.kind).placed {
        check(&shape.within, &[Kind::Boundary], Part::Within);
    }
    if shape.kind == Kind::Flow {
        check(&shape.source, ENDPOINT_KINDS, Part::Source);
        check(&shape.target, ENDPOINT_KINDS, Part::Target);
    }
    if shape.kind == Kind::Component {
        let around = shape.name.as_ref().and_then(|name| name.rsplit_once('.'));
        if let Some((around, _)) =
            around.filter(|(around, _)| file_of(db, decl.model(db), around).is_none())
        {
            let message = format!("the component around it, `{around}`, is not declared");
            problems.push(Diagnostic::new(
                &codes::UNRESOLVED_REFERENCE,
                decl.part(Part::Name),
                message,
            ));
        }
    }
}

fn cycles(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    if boundaries_around(db, decl).len() == MAX_BOUNDARY_DEPTH && decl.kind(db) == Kind::Boundary {
        let message = format!(
            "more than {MAX_BOUNDARY_DEPTH} boundaries are around `{}`",
            full_name(db, decl)
        );
        problems.push(Diagnostic::new(
            &codes::DEEP_NESTING,
            decl.part(Part::Within),
            message,
        ));
        return;
    }
    let (circle, code, part, verb) = match decl.kind(db) {
        Kind::Boundary => {
            let circle = circle(decl, &|decl| placed_in(db, decl).into_iter().collect());
            (circle, &codes::BOUNDARY_CYCLE, Some(Part::Within), "is in")
        }
        Kind::Technology | Kind::Protocol => {
            let circle = circle(decl, &|decl| typed(db, decl).decls("is").collect());
            (
                circle,
                &codes::DEFINITION_CYCLE,
                typed(db, decl).part("is"),
                "is",
            )
        }
        Kind::Mitigation => {
            let circle = circle(decl, &|decl| typed(db, decl).decls("based_on").collect());
            (
                circle,
                &codes::DEFINITION_CYCLE,
                typed(db, decl).part("based_on"),
                "is based on",
            )
        }
        _ => return,
    };
    let Some(circle) = circle else { return };
    let names: Vec<String> = circle
        .iter()
        .chain([&decl])
        .map(|decl| format!("`{}`", full_name(db, *decl)))
        .collect();
    let message = names.join(&format!(" {verb} "));
    problems.push(Diagnostic::new(
        code,
        decl.part(part.unwrap_or(Part::Name)),
        message,
    ));
}

/// The way from a declaration back to itself, if there is one that is not longer than any sensible
/// one.
fn circle(start: Decl, next: &dyn Fn(Decl) -> Vec<Decl>) -> Option<Vec<Decl>> {
    const MAX_STEPS: usize = 1000;
    let mut came_from: FxHashMap<Decl, Decl> = FxHashMap::default();
    let mut pending = vec![start];
    while let Some(last) = pending.pop().filter(|_| came_from.len() < MAX_STEPS) {
        for step in next(last) {
            if step == start {
                let back = successors(Some(last), |decl| came_from.get(decl).copied());
                let mut way: Vec<Decl> = back.collect();
                way.reverse();
                return Some(way);
            }
            if let Entry::Vacant(vacant) = came_from.entry(step) {
                vacant.insert(last);
                pending.push(step);
            }
        }
    }
    None
}
