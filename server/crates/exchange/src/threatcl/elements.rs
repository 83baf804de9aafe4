//! Elements of diagrams, and the trust zones that they are in. It must not know which flows there
//! are.

use super::model::{Model, name_of};
use super::terms::COMMON;
use crate::draft::{Draft, Fact, Item};
use crate::tree::{Fields, LABELS};
use crate::{guesses, library, vocabulary};
use threatline_model::Kind;

impl Model<'_> {
    /// Reads the elements of a diagram.
    pub fn read_elements(&self, diagram: &Fields<'_>, draft: &mut Draft) {
        diagram.skip(&[LABELS]);
        if let Some(path) = diagram.text("import") {
            diagram.loss("import", format!("dropped: the diagram in `{path}`"));
        }
        for zone in diagram.groups("trust_zone") {
            let key = self.declare_zone(&name_of(&zone), draft);
            self.read_elements_in(&zone, Some(&key), draft);
            if let Some(item) = draft.items.get_mut(&key) {
                item.comments.extend(zone.joined_rest());
            }
        }
        self.read_elements_in(diagram, None, draft);
    }

    /// Declares a trust zone, once, and gives its key.
    fn declare_zone(&self, name: &str, draft: &mut Draft) -> String {
        let mut item = self.begun(Kind::Boundary, name);
        item.word("trust", guesses::trust_by_name(&item.title));
        let key = item.key.clone();
        if !draft.items.contains(&key) {
            draft.items.push(item);
        }
        key
    }

    /// Reads the elements of a diagram or of a zone in it.
    fn read_elements_in(&self, fields: &Fields<'_>, zone: Option<&str>, draft: &mut Draft) {
        for (block, kind) in [
            ("process", Kind::Process),
            ("external_element", Kind::External),
            ("data_store", Kind::Store),
        ] {
            for fields in fields.groups(block) {
                let item = self.element(&fields, kind, zone, draft);
                self.add_element(&fields, item, draft);
            }
        }
    }

    fn element(
        &self,
        fields: &Fields<'_>,
        kind: Kind,
        zone: Option<&str>,
        draft: &mut Draft,
    ) -> Item {
        let mut item = self.begun(kind, &name_of(fields));
        item.place = zone.map(str::to_owned);
        if let Some(name) = fields.text("trust_zone") {
            let key = self.declare_zone(&name, draft);
            item.place.get_or_insert(key);
        }
        if kind == Kind::External {
            item.word("kind", guesses::external_by_name(&item.title));
        }
        item.library("technology", technology_of(&item).as_slice());
        if let Some(asset) = fields.text("information_asset") {
            let key = self.key(Kind::Asset, &asset);
            if draft.items.contains(&key) {
                item.state("stores", Fact::Item(key));
            } else {
                fields.keep(
                    &mut item.comments,
                    "information_asset",
                    "kept in a comment: there is no such asset",
                    format!("information asset: {asset}"),
                );
            }
        }
        item.comments.extend(fields.joined_rest());
        item
    }

    /// Adds an element, or joins it with the same one on another diagram.
    fn add_element(&self, fields: &Fields<'_>, item: Item, draft: &mut Draft) {
        let known = draft.items.get_mut(&item.key);
        let Some(known) = known.filter(|known| known.kind == item.kind) else {
            self.add(fields, item, draft);
            return;
        };
        known.place = known.place.take().or(item.place);
        for (property, facts) in item.facts {
            for fact in facts {
                known.state(property, fact);
            }
        }
        known.comments.extend(item.comments);
    }
}

/// The technology of an element, guessed from its name.
fn technology_of(item: &Item) -> Option<&'static str> {
    let name = vocabulary::technology(&item.title).filter(|name| !COMMON.contains(name))?;
    let is_kept_in = library::is_one_of(Kind::Technology, name, &["datastore", "messaging"]);
    (is_kept_in == (item.kind == Kind::Store)).then_some(name)
}
