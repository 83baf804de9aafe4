//! Assets, and third parties that a system depends on. It must not know which flows there are.

use super::model::{Model, name_of};
use super::terms::CLASSIFICATION;
use crate::draft::Draft;
use crate::titles;
use crate::tree::Fields;
use crate::words::{looked_up, plain_word};
use rustc_hash::FxHashMap;
use threatline_model::Kind;

impl Model<'_> {
    /// Reads an asset.
    pub fn read_asset(&self, fields: &Fields<'_>, draft: &mut Draft) {
        let mut item = self.begun(Kind::Asset, &name_of(fields));
        item.describe(fields.text("description"));
        let theirs = fields.text("information_classification");
        let classification = theirs
            .as_ref()
            .and_then(|theirs| looked_up(theirs, CLASSIFICATION));
        // What threatcl takes it for where it is not classified.
        item.word("classification", classification.or(Some("confidential")));
        if let (Some(theirs), None) = (theirs, classification) {
            fields.keep(
                &mut item.comments,
                "information_classification",
                "kept in a comment: `confidential` is assumed",
                format!("TODO: review the classification: it was {theirs}"),
            );
        }
        item.comments.extend(fields.joined_rest());
        self.add(fields, item, draft);
    }

    /// Reads the dependencies, for which elements may be drawn.
    pub fn read_dependencies(&self, fields: &Fields<'_>, draft: &mut Draft) {
        let mut drawn = Drawn::default();
        for item in self.elements_in(draft) {
            drawn
                .entry(plain_word(&item.title))
                .or_insert_with(|| item.key.clone());
        }
        for fields in fields.groups("third_party_dependency") {
            self.read_dependency(&fields, &mut drawn, draft);
        }
    }

    fn read_dependency(&self, fields: &Fields<'_>, drawn: &mut Drawn, draft: &mut Draft) {
        let name = name_of(fields);
        let comments = comments_of_dependency(fields);
        let description = fields.text("description");
        let rest = fields.joined_rest();
        let comments = comments.into_iter().chain(rest);
        let key = drawn.get(&plain_word(&name));
        if let Some(item) = key.and_then(|key| draft.items.get_mut(key)) {
            item.describe(description.filter(|_| item.description.is_empty()));
            item.comment("third party");
            item.comments.extend(comments);
            return;
        }
        let mut item = self.begun(Kind::External, &name);
        item.word("kind", Some("system"));
        item.describe(description);
        item.comments.extend(comments);
        let title = plain_word(&item.title);
        let key = self.add(fields, item, draft);
        drawn.entry(title).or_insert(key);
    }
}

/// The keys of elements by their plain titles.
type Drawn = FxHashMap<String, String>;

fn comments_of_dependency(fields: &Fields<'_>) -> Vec<String> {
    let mut comments = Vec::new();
    fields.keep_text(&mut comments, "uptime_dependency", "uptime dependency");
    fields.keep_text(&mut comments, "uptime_notes", "uptime notes");
    for name in ["saas", "paying_customer", "open_source", "infrastructure"] {
        if fields.is_yes(name) {
            comments.push(format!("{}: yes", name.replace('_', " ")));
        }
    }
    titles::joined_lines(comments)
}
