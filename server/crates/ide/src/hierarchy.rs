//! Hierarchies: what reaches an element and what it reaches, and what is around, broader or
//! narrower than a declaration. It must not know LSP types.

use crate::change::Target;
use crate::uses;
use std::sync::Arc;
use threatline_model::{
    Database, Decl, ENDPOINT_KINDS, File, Kind, Model, Span, component_of, components_around,
    contents, ends, full_name, incoming, outgoing, placed_in, typed,
};
use threatline_view::related;

/// An entry of a hierarchy. Clients send entries back: `path` and `name` are enough for [`find`] to
/// know the declaration again, and `asked_from` to know the model that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The declaration.
    pub decl: Decl,
    /// What it declares.
    pub kind: Kind,
    /// Its name in full.
    pub name: String,
    /// Its title.
    pub title: Option<String>,
    /// The path of its file.
    pub path: Arc<str>,
    /// The path of the file that the question came from: the library does not know who builds on
    /// it.
    pub asked_from: Arc<str>,
    /// Where it is.
    pub target: Target,
}

/// An element that is reached or reaches, and the flows that do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The element at the other end.
    pub item: Item,
    /// The flows, each where it is declared.
    pub flows: Vec<(Decl, Target)>,
}

impl Call {
    /// The flows that are declared in a file. Clients take the places of calls to be in the file of
    /// the element that starts them; a flow that is declared elsewhere is left out.
    pub fn flows_in(&self, file: File) -> Vec<Span> {
        self.flows
            .iter()
            .filter(|(_, target)| target.file == file)
            .map(|(_, target)| target.name)
            .collect()
    }
}

/// An entry for a declaration.
pub fn item(db: &Database, decl: Decl, asked_from: &Arc<str>) -> Item {
    Item {
        decl,
        kind: decl.kind(db),
        name: full_name(db, decl).to_string(),
        title: decl.title(db).map(|title| title.to_string()),
        path: decl.file(db).path(db).clone(),
        asked_from: asked_from.clone(),
        target: Target::of(db, decl),
    }
}

/// The declaration of a full name in a file, for an entry that comes back.
pub fn find(db: &Database, file: File, name: &str) -> Option<Decl> {
    file.declarations(db)
        .iter()
        .copied()
        .find(|decl| full_name(db, *decl) == name)
}

/// The elements that are named at a byte: an external, a process or a store, or the ends of a flow.
pub fn prepare_calls(db: &Database, file: File, offset: u32) -> Vec<Item> {
    let Some(decl) = uses::at(db, file, offset).and_then(|found| found.decl()) else {
        return Vec::new();
    };
    let elements = match decl.kind(db) {
        kind if ENDPOINT_KINDS.contains(&kind) => vec![decl],
        Kind::Flow => {
            let (source, target) = ends(db, decl);
            source
                .into_iter()
                .chain(target.filter(|target| Some(*target) != source))
                .collect()
        }
        _ => Vec::new(),
    };
    elements
        .into_iter()
        .map(|decl| item(db, decl, file.path(db)))
        .collect()
}

/// Who reaches an element, each with the flows that do.
pub fn incoming_calls(db: &Database, element: Decl, asked_from: &Arc<str>) -> Vec<Call> {
    calls(
        db,
        incoming(db, element),
        |flow| ends(db, flow).0,
        asked_from,
    )
}

/// What an element reaches, each with the flows that do.
pub fn outgoing_calls(db: &Database, element: Decl, asked_from: &Arc<str>) -> Vec<Call> {
    calls(
        db,
        outgoing(db, element),
        |flow| ends(db, flow).1,
        asked_from,
    )
}

fn calls(
    db: &Database,
    flows: &[Decl],
    other: impl Fn(Decl) -> Option<Decl>,
    asked_from: &Arc<str>,
) -> Vec<Call> {
    let mut found: Vec<Call> = Vec::new();
    for &flow in flows {
        let Some(element) = other(flow) else { continue };
        let called = (flow, Target::of(db, flow));
        match found.iter_mut().find(|call| call.item.decl == element) {
            Some(call) => call.flows.push(called),
            None => found.push(Call {
                item: item(db, element, asked_from),
                flows: vec![called],
            }),
        }
    }
    found
}

/// The declaration at a byte, if it has something around, above or below it: a boundary or what is
/// placed in one, a technology, a protocol, a mitigation or a component.
pub fn prepare_types(db: &Database, file: File, offset: u32) -> Option<Item> {
    let decl = uses::at(db, file, offset)?.decl()?;
    let kind = decl.kind(db);
    let has_place = matches!(
        kind,
        Kind::Boundary | Kind::Technology | Kind::Protocol | Kind::Mitigation | Kind::Component
    ) || ENDPOINT_KINDS.contains(&kind);
    has_place.then(|| item(db, decl, file.path(db)))
}

/// What is around a boundary, an element or a component, or broader than a technology, a protocol
/// or a mitigation.
pub fn supertypes(db: &Database, decl: Decl, asked_from: &Arc<str>) -> Vec<Item> {
    let above: Vec<Decl> = match decl.kind(db) {
        Kind::Boundary | Kind::External | Kind::Process | Kind::Store => {
            placed_in(db, decl).into_iter().collect()
        }
        Kind::Technology | Kind::Protocol => typed(db, decl).decls("is").collect(),
        Kind::Mitigation => typed(db, decl).decls("based_on").collect(),
        Kind::Component if component_of(db, decl.file(db)) == Some(decl) => {
            components_around(db, decl.file(db))
                .into_iter()
                .filter(|around| *around != decl)
                .take(1)
                .collect()
        }
        _ => Vec::new(),
    };
    above
        .into_iter()
        .map(|decl| item(db, decl, asked_from))
        .collect()
}

/// What is directly in a boundary or a component, or narrower than a technology, a protocol or a
/// mitigation, as far as the asking model can name it.
pub fn subtypes(db: &Database, model: Model, decl: Decl, asked_from: &Arc<str>) -> Vec<Item> {
    let below = match decl.kind(db) {
        Kind::Boundary => contents(db, decl).clone(),
        Kind::Technology | Kind::Protocol => related::narrower(db, model, decl),
        Kind::Mitigation => related::based_on(db, model, decl),
        Kind::Component if component_of(db, decl.file(db)) == Some(decl) => {
            related::components_within(db, decl)
        }
        _ => Vec::new(),
    };
    below
        .into_iter()
        .map(|decl| item(db, decl, asked_from))
        .collect()
}
