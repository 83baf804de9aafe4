//! The names that a declaration writes, and what each of them could mean in full. It must not know
//! what is declared.

use crate::lower::{Expression, Facts, Shape, Value};
use crate::schema;
use crate::schema::Takes;
use smol_str::{SmolStr, format_smolstr};

/// The names that a declaration writes other than its own, where names of declarations belong.
pub fn mentions<'lowered>(
    shape: &'lowered Shape,
    facts: &'lowered Facts,
) -> impl Iterator<Item = &'lowered SmolStr> {
    let heading = [&shape.within, &shape.source, &shape.target]
        .into_iter()
        .flatten();
    let schema = schema::of(shape.kind);
    let properties = facts
        .properties
        .iter()
        .filter_map(|written| Some((schema.property(&written.name)?, written)));
    let values = properties.flat_map(|(property, written)| {
        let names = matches!(
            property.takes,
            Takes::Name(_) | Takes::Countered | Takes::Finding
        );
        let values = written.values.iter().filter(move |_| names);
        let in_values = values.flat_map(|value| match value {
            Value::Name(name) | Value::Reference(name) => [Some(name), None, None],
            Value::Finding(finding) => {
                let [first, second] = finding.subject.names();
                [Some(&finding.rule), first, second]
            }
            _ => [None, None, None],
        });
        let nodes = written
            .condition
            .as_ref()
            .map(|condition| condition.nodes.as_slice())
            .unwrap_or_default();
        let in_condition = nodes.iter().filter_map(|node| match node {
            Expression::Is { right, .. } => match &nodes[*right as usize] {
                Expression::Name(name) => Some(name),
                _ => None,
            },
            Expression::Call {
                function, argument, ..
            } if function == "used" => argument.as_ref(),
            _ => None,
        });
        in_values.flatten().chain(in_condition)
    });
    heading
        .chain(values)
        .filter(|name| Some(*name) != shape.name.as_ref())
}

/// All that a name could mean in a model where it is written in a component, as full names.
pub fn candidates(component: Option<&str>, name: &str) -> impl Iterator<Item = SmolStr> {
    scopes(component).map(move |scope| full(scope, name))
}

/// Where a name is looked up that is written in a component: in it, in those around it, and at the
/// top level.
pub fn scopes(component: Option<&str>) -> impl Iterator<Item = Option<&str>> {
    component
        .into_iter()
        .flat_map(around)
        .map(Some)
        .chain([None])
}

/// A dotted name and those around it: `a.b.c`, `a.b`, `a`.
pub fn around(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(name), |name| name.rfind('.').map(|dot| &name[..dot]))
}

/// A name within a component, or at the top level, in full.
pub fn full(component: Option<&str>, name: &str) -> SmolStr {
    component.map_or_else(
        || name.into(),
        |component| format_smolstr!("{component}.{name}"),
    )
}
