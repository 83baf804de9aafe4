//! Models that include others. It must not know what a model says.

use super::blocks::{blocks, label};
use super::resolve::{Include, resolved};
use crate::tree::{Fields, LABELS, Node, Notes, Problem, Value};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// How deep models may include each other.
const MAX_DEPTH: usize = 16;

/// A model with what the one that it includes says and it does not.
///
/// # Errors
/// When both are too much.
pub fn with_base(
    notes: &Notes,
    model: &Node,
    include: &Include<'_>,
    path: &str,
    depth: usize,
) -> Result<Node, Problem> {
    let fields = Fields::new(notes, model, path.to_owned());
    let Some(file) = fields.text("including") else {
        return Ok(model.clone());
    };
    if depth >= MAX_DEPTH {
        let message = format!("includes are nested more than {MAX_DEPTH} levels deep");
        fields.problem("including", message);
        return Ok(model.clone());
    }
    let included = match include(model, &file) {
        Ok(included) => resolved(notes, &included, include)?,
        Err(problem) if problem.path.is_empty() => {
            fields.problem("including", problem.message);
            return Ok(model.clone());
        }
        Err(problem) => {
            notes.add(problem);
            return Ok(model.clone());
        }
    };
    let [base] = blocks(&included, "threatmodel") else {
        let count = blocks(&included, "threatmodel").len();
        fields.problem(
            "including",
            format!("`{file}` must contain one `threatmodel`, but contains {count}"),
        );
        return Ok(model.clone());
    };
    let base = with_base(notes, base, include, "threatmodel[0]", depth + 1)?;
    let (Value::Map(own), Value::Map(others)) = (model.value(), base.value()) else {
        return Ok(model.clone());
    };
    Node::new(Value::Map(merged(own, others)?), model.place().clone())
}

/// The entries of a model, with those that only its base has.
fn merged(
    own: &[(String, Node)],
    others: &[(String, Node)],
) -> Result<Vec<(String, Node)>, Problem> {
    let mut entries: Vec<(String, Node)> = own
        .iter()
        .filter(|(name, _)| name != "including")
        .cloned()
        .collect();
    let mut indices: FxHashMap<String, usize> = FxHashMap::default();
    for (index, (name, _)) in entries.iter().enumerate() {
        indices.entry(name.clone()).or_insert(index);
    }
    for (name, node) in others {
        match indices.get(name).map(|index| &mut entries[*index].1) {
            None => {
                indices.insert(name.clone(), entries.len());
                entries.push((name.clone(), node.clone()));
            }
            Some(own) if name != LABELS && name != "attributes" => {
                if let (Value::List(nodes), Value::List(more)) = (own.value(), node.value()) {
                    let nodes = Value::List(merged_blocks(nodes, more));
                    *own = Node::new(nodes, own.place().clone())?;
                }
            }
            Some(_) => {}
        }
    }
    Ok(entries)
}

/// The blocks of both, except those of the base that are replaced under the same label.
fn merged_blocks(own: &[Node], others: &[Node]) -> Vec<Node> {
    let labels: BTreeSet<Option<String>> = own.iter().map(|node| label(node, 0)).collect();
    let is_kept = |other: &&Node| {
        let label = label(other, 0);
        label.is_none() || !labels.contains(&label)
    };
    let others = others.iter().filter(is_kept);
    others.chain(own).cloned().collect()
}
