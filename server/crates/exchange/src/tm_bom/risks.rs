//! Risks, which rate the threats that they are about. It must not know what mitigates them.

use super::keys::{Keys, keep_unknown_word};
use super::threats::{Threats, named};
use crate::draft::{Draft, Item};
use crate::titles::shortened;
use crate::tree::Fields;
use crate::vocabulary;
use crate::words::plain_word;
use std::collections::BTreeSet;
use threatline_model::schema;

/// Reads a risk. Of several risks about one threat, the worst counts.
pub fn read(fields: &Fields<'_>, keys: &Keys, threats: &mut Threats, draft: &mut Draft) {
    fields.skip_texts(&["symbolic_name", "score", "level"]);
    let title = fields.text("title").unwrap_or_default();
    let mut comments = vec![format!("risk: {title}")];
    let description = fields.text("description");
    comments.extend(description.filter(|text| plain_word(text) != plain_word(&title)));
    let impact = fields.text("impact_description");
    comments.extend(impact.map(|text| format!("impact: {text}")));
    let keys = named(fields, keys, &mut comments);
    let indices = threats.indices(&keys);
    for property in ["likelihood", "impact"] {
        rate(fields, property, &indices, threats, &mut comments);
    }
    fields.loss(
        "title",
        "kept in a comment: likelihood and impact belong to its threats",
    );
    comments.extend(fields.joined_rest());
    let Some(first) = keys.first() else {
        draft.comments.extend(comments);
        return;
    };
    for index in indices {
        let threat = threats.by_index_mut(index);
        if threat.key == *first {
            threat.comments.append(&mut comments);
        } else {
            threat.comment(format!("risk: {}", shortened(&title)));
        }
    }
}

/// States a level of a risk of its threats; a word that is not a level is kept.
fn rate(
    fields: &Fields<'_>,
    property: &'static str,
    indices: &BTreeSet<usize>,
    threats: &mut Threats,
    comments: &mut Vec<String>,
) {
    let Some(theirs) = fields.text(property) else {
        return;
    };
    let Some(level) = vocabulary::level_word(&theirs) else {
        keep_unknown_word(fields, property, &theirs, comments);
        return;
    };
    for index in indices {
        raise(threats.by_index_mut(*index), property, level);
    }
}

/// States a level, unless a higher one is stated.
fn raise(threat: &mut Item, property: &'static str, level: &str) {
    let rank = |word: &str| schema::LEVEL.position(word);
    let stated = threat.stated(property);
    if stated.is_none_or(|stated| rank(stated) < rank(level)) {
        threat.clear(property);
        threat.word(property, Some(level));
    }
}
