//! A document with all that it refers to. It must not know which models include each other.

use super::blocks::{IMPORTED, blocks, label};
use super::references::{Scope, with_values};
use crate::tree::{Fields, Node, Notes, Problem, Value};
use std::collections::BTreeSet;

/// Reads a file that a document includes, by its path from the folder of that document.
pub type Include<'a> = dyn Fn(&Node, &str) -> Result<Node, Problem> + 'a;

/// A document in which references are replaced by what they stand for, with the controls that it
/// imports.
///
/// # Errors
/// When what they stand for is too much.
pub fn resolved(notes: &Notes, document: &Node, include: &Include<'_>) -> Result<Node, Problem> {
    let mut scope = Scope::default();
    state_variables(document, &mut scope);
    let mut components: Vec<Node> = blocks(document, "component").to_vec();
    components.extend(imported(notes, document, include));
    for component in &components {
        if let (Some(kind), Some(name), Value::Map(entries)) =
            (label(component, 0), label(component, 1), component.value())
        {
            for (property, node) in entries {
                scope.state(format!("import.{kind}.{name}.{property}"), node);
            }
        }
    }
    let document = with_values(notes, document, &scope, "")?;
    let Value::Map(entries) = document.value() else {
        return Ok(document);
    };
    let mut entries: Vec<(String, Node)> = entries.clone();
    if !components.is_empty() {
        let components = Node::new(Value::List(components), document.place().clone())?;
        entries.push((IMPORTED.to_owned(), components));
    }
    Node::new(Value::Map(entries), document.place().clone())
}

/// States what variables and locals stand for.
fn state_variables(document: &Node, scope: &mut Scope) {
    for variable in blocks(document, "variable") {
        let value = variable.get("value").or(variable.get("default"));
        if let (Some(name), Some(value)) = (label(variable, 0), value) {
            scope.state(format!("var.{name}"), value);
        }
    }
    for locals in blocks(document, "locals") {
        if let Value::Map(entries) = locals.value() {
            for (name, node) in entries {
                scope.state(format!("local.{name}"), node);
            }
        }
    }
}

/// The components of the files that models import, each file once.
fn imported(notes: &Notes, document: &Node, include: &Include<'_>) -> Vec<Node> {
    let mut components = Vec::new();
    let mut paths: BTreeSet<String> = BTreeSet::new();
    for (index, model) in blocks(document, "threatmodel").iter().enumerate() {
        let fields = Fields::new(notes, model, format!("threatmodel[{index}]"));
        for path in fields.texts("imports") {
            if paths.contains(&path) {
                continue;
            }
            match include(model, &path) {
                Ok(file) => components.extend(blocks(&file, "component").iter().cloned()),
                Err(problem) => fields.loss(
                    "imports",
                    format!("`{path}` is not imported: {}", problem.message),
                ),
            }
            paths.insert(path);
        }
    }
    components
}
