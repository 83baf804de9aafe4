//! What is related to a declaration across a model: what is made with it, where it is listed, what
//! holds it. It must not know who asks, or how it is shown.

use std::collections::HashSet;
use threatline_model::{
    Assessed, Database, Decl, File, FindingId, Kind, Model, Part, World, assessed, component_of,
    contents, holds, typed, visible_declarations, with_broader,
};

/// The files in which a model's own matters stand: its own, and of a test also those of the model
/// that it is in. The library's are among them only for the library itself.
pub fn files(db: &Database, model: Model) -> Vec<File> {
    let library = World::get(db).library(db);
    let models = model
        .with_bases(db)
        .filter(|base| *base == model || *base != library);
    models
        .flat_map(|model| model.files(db).iter().copied())
        .collect()
}

/// What these files declare, in their order.
pub fn declarations(db: &Database, model: Model) -> impl Iterator<Item = Decl> {
    files(db, model)
        .into_iter()
        .flat_map(|file| file.declarations(db).iter().copied())
}

/// The elements of a model that are made with a technology or talk a protocol, or one that is one
/// of it, each with the part that says so.
pub fn made_with(db: &Database, model: Model, definition: Decl) -> Vec<(Decl, Part)> {
    let property = if definition.kind(db) == Kind::Protocol {
        "protocol"
    } else {
        "technology"
    };
    let elements = declarations(db, model).filter(|decl| decl.kind(db).is_element());
    let says = |element: Decl| {
        let (_, part) = typed(db, element)
            .named(property)
            .find(|(named, _)| with_broader(db, *named).contains(&definition))?;
        Some((element, part))
    };
    elements.filter_map(says).collect()
}

/// What lists a mitigation under `mitigations`, each with the part that does.
pub fn listed(db: &Database, model: Model, mitigation: Decl) -> Vec<(Decl, Part)> {
    naming(db, model, "mitigations", mitigation)
}

/// The mitigations of a model that are directly based on one.
pub fn based_on(db: &Database, model: Model, mitigation: Decl) -> Vec<Decl> {
    let mitigations = visible_declarations(db, model, &[Kind::Mitigation]).into_iter();
    mitigations
        .filter(|decl| {
            typed(db, *decl)
                .decls("based_on")
                .any(|on| on == mitigation)
        })
        .collect()
}

/// The declarations of a model that name another one in a property, each with the part that does.
fn naming(db: &Database, model: Model, property: &str, named: Decl) -> Vec<(Decl, Part)> {
    let names = |decl: Decl| {
        let mut stated = typed(db, decl).named(property);
        let (_, part) = stated.find(|(other, _)| *other == named)?;
        Some((decl, part))
    };
    declarations(db, model).filter_map(names).collect()
}

/// The elements that hold an asset; flows are among them.
pub fn holding(db: &Database, model: Model, asset: Decl) -> Vec<Decl> {
    let elements = declarations(db, model).filter(|decl| decl.kind(db).is_element());
    elements
        .filter(|element| holds(db, *element).contains(&asset))
        .collect()
}

/// What a rule finds in a model.
pub fn found_by(db: &Database, model: Model, rule: Decl) -> Vec<Assessed> {
    let elements = declarations(db, model).filter(|decl| decl.kind(db).is_element());
    let findings = elements.flat_map(|element| assessed(db, element));
    let is_of_rule = |id: FindingId| matches!(id, FindingId::Rule { rule: by, .. } if by == rule);
    findings
        .filter(|assessed| is_of_rule(assessed.finding.id))
        .cloned()
        .collect()
}

/// The technologies or protocols, those that a model can name, that are directly one of a broader
/// one.
pub fn narrower(db: &Database, model: Model, broader: Decl) -> Vec<Decl> {
    let definitions = visible_declarations(db, model, &[broader.kind(db)]).into_iter();
    definitions
        .filter(|decl| typed(db, *decl).decls("is").any(|named| named == broader))
        .collect()
}

/// Everything in a boundary: what is directly in it, each followed by what is in that.
pub fn everything_in(db: &Database, boundary: Decl) -> Vec<Decl> {
    let mut contained = Vec::new();
    let mut seen = HashSet::from([boundary]);
    let mut pending: Vec<Decl> = contents(db, boundary).iter().rev().copied().collect();
    while let Some(decl) = pending.pop() {
        if !seen.insert(decl) {
            continue;
        }
        contained.push(decl);
        if decl.kind(db) == Kind::Boundary {
            pending.extend(contents(db, decl).iter().rev());
        }
    }
    contained
}

/// The components directly within a component.
pub fn components_within(db: &Database, component: Decl) -> Vec<Decl> {
    let Some(outer) = component.component(db) else {
        return Vec::new();
    };
    let files = component.model(db).files(db).iter();
    let inner = files.filter(|file| {
        let name = file
            .component(db)
            .as_ref()
            .and_then(|name| name.strip_prefix(outer.as_str())?.strip_prefix('.'));
        name.is_some_and(|rest| !rest.contains('.'))
    });
    inner.filter_map(|file| component_of(db, *file)).collect()
}
