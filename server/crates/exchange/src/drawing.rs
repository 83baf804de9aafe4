//! What writers of drawings share. They draw what `view::diagram` gathers, and must not gather it
//! again.

use std::collections::BTreeMap;
use threatline_model::{Database, Kind, Model};
use threatline_syntax::prose::count;
use threatline_view::diagram::Diagram;
use threatline_view::sanitize::{acts, xml};

/// What a drawing leaves out.
pub fn losses(db: &Database, model: Model) -> Vec<String> {
    let mut left: BTreeMap<Kind, usize> = BTreeMap::new();
    for decl in model
        .files(db)
        .iter()
        .flat_map(|file| file.declarations(db).iter())
    {
        let kind = decl.kind(db);
        if !kind.is_element() && !matches!(kind, Kind::Boundary | Kind::Component) {
            *left.entry(kind).or_default() += 1;
        }
    }
    let left: Vec<String> = left
        .into_iter()
        .map(|(kind, number)| count(number, kind.word()))
        .collect();
    let and = if left.is_empty() {
        String::new()
    } else {
        format!(", and {}", left.join(", "))
    };
    vec![format!(
        "properties of elements, flows and boundaries{and}: not shown in a diagram"
    )]
}

/// How many names a drawing cuts off.
pub fn cut_off(diagram: &Diagram) -> Option<String> {
    let cut = diagram
        .parts()
        .iter()
        .filter(|part| part.name.join(" ") != part.title)
        .count();
    (cut > 0).then(|| {
        format!(
            "the end of {}: too long for the diagram",
            count(cut, "title")
        )
    })
}

/// A text as the value of an attribute of XML, with its lines.
pub fn attribute(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|character| *character == '\n' || !acts(*character))
        .collect();
    xml(&plain).replace('\n', "&#10;")
}
