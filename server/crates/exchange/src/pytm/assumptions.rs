//! Assumptions, of a model and of what is in it. It must not know what they are about.

use crate::draft::{Draft, Fact, Item};
use crate::titles;
use crate::tree::{Fields, Node, Value};
use threatline_model::Kind;

/// Reads the assumptions of the model, or about something in it. Each is declared once.
pub fn read(fields: &Fields<'_>, about: Option<&Item>, draft: &mut Draft) {
    for (index, node) in fields.list("assumptions").iter().enumerate() {
        let name = name_of(node);
        if name.is_empty() {
            continue;
        }
        let key = key_of(&name);
        if !draft.items.contains(&key) {
            let assumption = assumption(fields, index, node, name);
            draft.items.push(assumption);
        }
        if let (Some(about), Some(item)) = (about, draft.items.get_mut(&key)) {
            item.state("about", Fact::Item(about.key.clone()));
        }
    }
}

/// The key of the assumption of a name.
pub fn key_of(name: &str) -> String {
    format!("assumption {name}")
}

/// The name of an assumption, which may be all of it.
pub fn name_of(node: &Node) -> String {
    match node.value() {
        Value::Map(_) => node.get("name").map(Node::in_one_line).unwrap_or_default(),
        _ => node.in_one_line(),
    }
}

fn assumption(fields: &Fields<'_>, index: usize, node: &Node, name: String) -> Item {
    let mut item = Item::new(Kind::Assumption, key_of(&name), titles::title_of(&name));
    if item.title != name {
        item.description = name;
    }
    let line = |part: &str| {
        let line = node.get(part).map(Node::in_one_line);
        line.filter(|line| !line.is_empty())
    };
    if let Some(description) = line("description") {
        let paragraphs = [item.description, description];
        item.description = paragraphs.join("\n\n").trim().to_owned();
    }
    if let Some(excluded) = line("exclude") {
        fields.keep(
            &mut item.comments,
            "assumptions",
            format!("the exclusions of `[{index}]` are kept in a comment: IDs of pytm threats"),
            format!("excluded by it in pytm: {excluded}"),
        );
    }
    item
}
