//! What readers share: moving what a document says into a draft. It must not know any format.

use crate::draft::{Fact, Item};
use crate::tree::{Fields, KEPT};
use crate::vocabulary;
use crate::words::{looked_up, plain_word, theirs};

/// Reads the tags of an item.
pub fn tags(fields: &Fields<'_>, item: &mut Item) {
    for tag in fields.texts("tags") {
        item.state("tags", Fact::Text(tag));
    }
}

/// Keeps the tags of an item that has none in the language.
pub fn keep_tags(fields: &Fields<'_>, item: &mut Item) {
    let tags = fields.texts("tags");
    if !tags.is_empty() {
        let comment = format!("tags: {}", tags.join(", "));
        fields.keep(&mut item.comments, "tags", KEPT, comment);
    }
}

/// States a protocol, or keeps in a comment how another tool calls it.
pub fn protocol(fields: &Fields<'_>, name: &str, theirs: &str, flow: &mut Item) {
    match vocabulary::protocol(theirs) {
        Some(protocol) => flow.library("protocol", &[protocol]),
        None => fields.keep(
            &mut flow.comments,
            name,
            "kept in a comment: the library has no such protocol",
            format!("{name}: {theirs}"),
        ),
    }
}

/// States a reference, or keeps it in a comment if the published lists do not have it. Tells which.
pub fn reference(item: &mut Item, id: &str) -> bool {
    let is_known = vocabulary::is_listed(id);
    if is_known {
        item.state("references", Fact::Reference(id.to_owned()));
    } else {
        item.comment(format!("reference: {id}"));
    }
    is_known
}

/// Keeps the word of a table in a comment where several of its words become the same.
pub fn keep_if_lossy(
    fields: &Fields<'_>,
    item: &mut Item,
    name: &str,
    table: &[(&'static str, &str)],
) {
    let Some(word) = fields.text(name) else {
        return;
    };
    let Some(ours) = looked_up(&word, table) else {
        return;
    };
    if theirs(ours, table).is_some_and(|first| plain_word(first) != plain_word(&word)) {
        let why = format!("converted to `{ours}`; the original is kept in a comment");
        fields.keep(&mut item.comments, name, why, format!("{name}: {word}"));
    }
}
