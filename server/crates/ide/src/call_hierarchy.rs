//! Call hierarchy: the elements that reach an element by flows, and those that it reaches. It must
//! not know LSP types.

use crate::hierarchy_item::{HierarchyItem, item};
use crate::occurrences::occurrence_at;
use crate::target::Target;
use std::sync::Arc;
use threatline_model::{
    Database, Decl, ENDPOINT_KINDS, File, Kind, Span, ends, incoming, outgoing,
};

/// An element that is reached or reaches, and the flows that do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The element at the other end.
    pub item: HierarchyItem,
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

/// The elements that are named at a byte: an external, a process or a store, or the ends of a flow.
pub fn prepare_call_hierarchy(db: &Database, file: File, offset: u32) -> Vec<HierarchyItem> {
    let Some(decl) = occurrence_at(db, file, offset).and_then(|named| named.decl()) else {
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
    let mut by_element: Vec<Call> = Vec::new();
    for &flow in flows {
        let Some(element) = other(flow) else { continue };
        let called = (flow, Target::of(db, flow));
        match by_element.iter_mut().find(|call| call.item.decl == element) {
            Some(call) => call.flows.push(called),
            None => by_element.push(Call {
                item: item(db, element, asked_from),
                flows: vec![called],
            }),
        }
    }
    by_element
}
