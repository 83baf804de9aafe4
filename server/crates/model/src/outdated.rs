//! Former names of words, facts and rules in what a declaration states. It must not know what they
//! mean.

use crate::codes;
use crate::db::{Db, Decl};
use crate::diagnostic::Diagnostic;
use crate::lower::{Expression, Part, PropertyFacts, Value};
use crate::names::short_name;
use crate::renamed::current_name;
use crate::resolve::resolve;
use crate::schema::{self, Takes, Words};

/// Reports each former name.
pub fn report_outdated(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let schema = schema::of(decl.kind(db));
    for (position, written) in decl.facts(db).properties.iter().enumerate() {
        let position = position as u16;
        if let Some(property) = schema.property(&written.name) {
            in_values(db, decl, position, (property.takes, written), problems);
        }
        in_condition(decl, position, written, problems);
    }
}

fn in_values(
    db: &dyn Db,
    decl: Decl,
    position: u16,
    (takes, written): (Takes, &PropertyFacts),
    problems: &mut Vec<Diagnostic>,
) {
    for (number, value) in written.values.iter().enumerate() {
        let number = number as u16;
        let (name, part, current) = match (takes, value) {
            (Takes::Words(words), Value::Name(name)) => {
                let part = Part::Value(position, number);
                (name, part, current_word(words, name))
            }
            (Takes::Countered, Value::Name(name)) => {
                let part = Part::Value(position, number);
                (name, part, current_definition(db, decl, name))
            }
            (Takes::Finding, Value::Finding(finding)) => {
                let part = Part::FindingRule(position, number);
                let current = current_definition(db, decl, &finding.rule);
                (&finding.rule, part, current)
            }
            _ => continue,
        };
        problems.extend(current.map(|current| outdated(decl, part, last_part(name), current)));
    }
}

/// The word of today for a former word of a list.
fn current_word(words: &Words, written: &str) -> Option<&'static str> {
    current_name(written).filter(|current| words.names().any(|word| word == *current))
}

/// The name of today for a former name of something of the library, unless the model declares
/// something of that name.
fn current_definition(db: &dyn Db, decl: Decl, written: &str) -> Option<&'static str> {
    let current = current_name(last_part(written))?;
    let meant = resolve(db, decl.file(db), written).ok()?;
    (short_name(db, meant) == current).then_some(current)
}

fn in_condition(
    decl: Decl,
    position: u16,
    written: &PropertyFacts,
    problems: &mut Vec<Diagnostic>,
) {
    let Some(condition) = &written.condition else {
        return;
    };
    // Behind `is` and in `used(…)` there are names that a model may declare.
    let is_declared = |node: usize| {
        let mut nodes = condition.nodes.iter();
        nodes.any(|other| matches!(other, Expression::Is { right, .. } if *right as usize == node))
    };
    for (node, expression) in condition.nodes.iter().enumerate() {
        let name = match expression {
            Expression::Name(name) => name,
            Expression::Call {
                function,
                argument: Some(argument),
                ..
            } if function != "used" => argument,
            _ => continue,
        };
        let mut segments = name.split('.');
        let outdated_segment = segments.find_map(|segment| Some((segment, current_name(segment)?)));
        if let Some((former, current)) = outdated_segment
            && !is_declared(node)
        {
            let part = Part::Node(position, node as u16);
            problems.push(outdated(decl, part, former, current));
        }
    }
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn outdated(decl: Decl, part: Part, former: &str, current: &str) -> Diagnostic {
    let message = format!("`{former}` is now called `{current}`");
    let mut problem = Diagnostic::new(&codes::OUTDATED_NAME, decl.part(part), message);
    problem.is_certain = true;
    problem.help(format!("write `{current}`"))
}
