//! Files that a document includes. It must not know what they say.

use crate::tree::{Fields, Node, Notes, Problem, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// Reads one file that a document includes, by its path from the folder of the document.
pub type Include<'a> = dyn Fn(&str) -> Result<Node, Problem> + 'a;

/// A document with what it includes, each file once. Groups and lists of the same name are joined.
///
/// # Errors
/// When what is joined is too much.
pub fn with_includes(
    notes: &Notes,
    document: &Node,
    include: &Include<'_>,
) -> Result<Node, Problem> {
    let mut seen = FxHashSet::default();
    with_includes_from(notes, document, "", include, &mut seen)
}

/// The same for a file in a folder, except for files that were seen.
fn with_includes_from(
    notes: &Notes,
    document: &Node,
    folder: &str,
    include: &Include<'_>,
    seen: &mut FxHashSet<String>,
) -> Result<Node, Problem> {
    let fields = Fields::new(notes, document, String::new());
    let mut document = document.clone();
    for name in fields.texts("includes") {
        let path = format!("{folder}{name}");
        if !seen.insert(path.clone()) {
            continue;
        }
        match include(&path) {
            Ok(file) => {
                let folder = path
                    .rsplit_once('/')
                    .map(|(folder, _)| format!("{folder}/"))
                    .unwrap_or_default();
                let file = with_includes_from(notes, &file, &folder, include, seen)?;
                document = joined(notes, &document, &file)?;
            }
            Err(problem) if problem.place == *document.place() => {
                fields.problem("includes", problem.message)
            }
            Err(problem) => notes.add(problem),
        }
    }
    Ok(document)
}

/// What two documents say; where they differ, the first counts.
fn joined(notes: &Notes, first: &Node, second: &Node) -> Result<Node, Problem> {
    let (Value::Map(entries), Value::Map(others)) = (first.value(), second.value()) else {
        return Ok(match first.value() {
            Value::Null => second.clone(),
            _ => first.clone(),
        });
    };
    let mut entries = entries.clone();
    let mut indices: FxHashMap<String, usize> = FxHashMap::default();
    for (index, (key, _)) in entries.iter().enumerate() {
        indices.entry(key.clone()).or_insert(index);
    }
    for (key, node) in others.iter().filter(|(key, _)| key != "includes") {
        match indices.get(key).map(|index| &mut entries[*index]) {
            None => {
                indices.insert(key.clone(), entries.len());
                entries.push((key.clone(), node.clone()));
            }
            Some((_, known)) => *known = joined_entry(notes, key, known, node)?,
        }
    }
    Node::new(Value::Map(entries), first.place().clone())
}

/// What two documents say under the same key.
fn joined_entry(notes: &Notes, key: &str, first: &Node, second: &Node) -> Result<Node, Problem> {
    match (first.value(), second.value()) {
        (Value::List(nodes), Value::List(others)) => {
            let nodes = nodes.iter().chain(others).cloned().collect();
            Node::new(Value::List(nodes), first.place().clone())
        }
        (Value::Map(entries), Value::Map(others)) => {
            let known: FxHashSet<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
            for (name, node) in others {
                if known.contains(name.as_str()) {
                    let path = format!("{key}.{name}");
                    notes.problem(node.place(), &path, "this is also in another file");
                }
            }
            let entries = entries.iter().chain(others).cloned().collect();
            Node::new(Value::Map(entries), first.place().clone())
        }
        (Value::Null, _) => Ok(second.clone()),
        _ => Ok(first.clone()),
    }
}
