//! Threats. It must not know which elements there are.

use super::model::Model;
use super::targets::Elements;
use super::terms::IMPACT;
use crate::draft::{Draft, Fact, Item};
use crate::tree::{Fields, KEPT, LABELS};
use crate::words::looked_up;
use crate::{stand_ins, titles, vocabulary};
use threatline_model::Kind;

impl Model<'_> {
    /// Reads a threat.
    pub fn read_threat(&self, fields: &Fields<'_>, elements: &Elements, draft: &mut Draft) {
        let description = fields.text("description").unwrap_or_default();
        let name = fields.label(0);
        let mut item = self.begun(Kind::Threat, titles::or(&name, &description));
        if name.is_empty() {
            item.title = titles::title_of(&description);
        }
        item.describe(Some(description));
        read_category(fields, &mut item);
        read_risk(fields, &mut item);
        self.read_affected_assets(fields, &mut item, draft);
        for key in self.read_controls(fields, draft) {
            item.state("mitigations", Fact::Item(key));
        }
        self.guess_targets(&mut item, elements, draft);
        item.comments.extend(fields.joined_rest());
        stand_ins::complete_threat(draft, &mut item);
        self.add(fields, item, draft);
    }

    fn read_affected_assets(&self, fields: &Fields<'_>, item: &mut Item, draft: &Draft) {
        for asset in fields.texts("information_asset_refs") {
            let key = self.key(Kind::Asset, &asset);
            if draft.items.contains(&key) {
                item.state("affects", Fact::Item(key));
            } else {
                fields.keep(
                    &mut item.comments,
                    "information_asset_refs",
                    format!("`{asset}` is kept in a comment: there is no such asset"),
                    format!("information asset: {asset}"),
                );
            }
        }
    }
}

/// States the category: that of STRIDE, or else those of what the threat impacts.
fn read_category(fields: &Fields<'_>, item: &mut Item) {
    for theirs in fields.texts("stride") {
        let category = vocabulary::stride(&theirs);
        item.word("category", category);
        if category.is_none() {
            fields.keep(
                &mut item.comments,
                "stride",
                format!("`{theirs}` is kept in a comment: not a STRIDE category"),
                format!("stride: {theirs}"),
            );
        }
    }
    let impacts = fields.texts("impacts");
    if impacts.is_empty() {
        return;
    }
    if item.has("category") {
        fields.loss("impacts", KEPT);
    } else {
        for impact in &impacts {
            item.word("category", looked_up(impact, IMPACT));
        }
    }
    item.comment(format!("impacts: {}", impacts.join(", ")));
}

/// States how likely a threat is, and what it does.
fn read_risk(fields: &Fields<'_>, item: &mut Item) {
    let Some(risk) = fields.groups("risk").into_iter().next() else {
        return;
    };
    risk.skip(&[LABELS]);
    for property in ["likelihood", "impact"] {
        let Some(theirs) = risk.text(property) else {
            continue;
        };
        let level = vocabulary::level_word(&theirs);
        item.word(property, level);
        if level.is_none() {
            item.comment(format!("{property}: {theirs}"));
        }
    }
    risk.keep_text(&mut item.comments, "rationale", "rationale");
    item.comments.extend(risk.rest());
}
