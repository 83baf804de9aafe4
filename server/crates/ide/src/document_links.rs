//! Document links: references, tickets, evidence and named code lead to what they name. It must not
//! know whether the target is there.

use threatline_model::{
    Database, File, Part, Span, Value, references,
    schema::{self, Takes},
};

/// Something that leads somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentLink {
    /// Where it is, without quotes.
    pub span: Span,
    /// Where it leads.
    pub target: LinkTarget,
    /// What is there.
    pub tooltip: String,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// To an address that begins with `http://` or `https://`.
    Address(String),
    /// To a file or a folder.
    Path(String),
}

/// Everything in a file that leads somewhere, in the order of the text.
pub fn document_links(db: &Database, file: File) -> Vec<DocumentLink> {
    let mut links = Vec::new();
    for &decl in file.declarations(db).iter() {
        let schema = schema::of(decl.kind(db));
        for (position, property) in decl.facts(db).properties.iter().enumerate() {
            let Some(known) = schema.property(&property.name) else {
                continue;
            };
            for (number, value) in property.values.iter().enumerate() {
                let (_, span) = decl
                    .part(Part::Value(position as u16, number as u16))
                    .resolve(db);
                let link = match value {
                    Value::Reference(id) => references::link(id).map(|link| {
                        let tooltip = references::title(id).unwrap_or(id).to_owned();
                        DocumentLink {
                            span,
                            target: LinkTarget::Address(link),
                            tooltip,
                        }
                    }),
                    Value::Text(text) => {
                        let inside = Span {
                            start: span.start + 1,
                            end: span.end.saturating_sub(1).max(span.start + 1),
                        };
                        of_text(db, file, known, text).map(|(target, tooltip)| DocumentLink {
                            span: inside,
                            target,
                            tooltip,
                        })
                    }
                    _ => None,
                };
                links.extend(link);
            }
        }
    }
    links
}

fn of_text(
    db: &Database,
    file: File,
    property: &schema::Property,
    text: &str,
) -> Option<(LinkTarget, String)> {
    if is_address(text) {
        return Some((
            LinkTarget::Address(text.to_owned()),
            property.doc.to_owned(),
        ));
    }
    let model = file.model(db);
    match (property.name, property.takes) {
        ("ticket", _) => {
            let link = model.settings(db).ticket_link.as_ref()?.replace("{}", text);
            is_address(&link).then(|| (LinkTarget::Address(link), format!("ticket {text}")))
        }
        ("evidence" | "links", _) | (_, Takes::Glob) => {
            // The folder above the first part with a wildcard.
            let end = text
                .find(['*', '?', '[', '{'])
                .map_or(text.len(), |end| text[..end].rfind('/').unwrap_or(0));
            let path = text[..end].trim_end_matches('/');
            let is_path = !path.is_empty()
                && !path.contains(':')
                && !path.starts_with('/')
                && !path.contains("..");
            let root = model.root(db);
            is_path.then(|| (LinkTarget::Path(format!("{root}/{path}")), path.to_owned()))
        }
        _ => None,
    }
}

fn is_address(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.starts_with("https://") || text.starts_with("http://")
}
