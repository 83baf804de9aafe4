//! Threats, with what mitigates them. It must not know where an element is drawn.

use super::cells::{Cell, Diagram};
use super::reader::{Reader, ThreatText};
use crate::draft::{Fact, Item};
use crate::tree::Fields;
use crate::words::{plain_word, single_spaced};
use crate::{library, stand_ins, titles, vocabulary};
use threatline_model::Kind;

/// What Threat Dragon writes where nothing was filled in.
const PLACEHOLDERS: [&str; 2] = [
    "Provide a description for this threat",
    "Provide remediation for this threat or a reason if status is N/A",
];

/// What threats of a cell are against.
pub struct Target {
    /// The key of it.
    pub key: String,
    /// The title of the flow that they were on, of which this is the end that is there.
    pub loose_flow: Option<String>,
}

impl ThreatText {
    fn read(fields: &Fields<'_>, cell: &Cell<'_>) -> ThreatText {
        let text = |name: &str| {
            let is_placeholder = |text: &String| {
                PLACEHOLDERS
                    .iter()
                    .any(|placeholder| text.eq_ignore_ascii_case(placeholder))
            };
            let text = fields.text(name).filter(|text| !is_placeholder(text));
            text.unwrap_or_default()
        };
        let description = text("description");
        let category = text("type");
        let mut title = single_spaced(&text("title"));
        if is_generic(&title) {
            title = if description.is_empty() {
                let element = titles::or(&cell.title, "a flow");
                format!("{}: {element}", titles::or(&category, "Threat"))
            } else {
                titles::title_of(&description)
            };
        }
        ThreatText {
            title,
            description,
            category,
            severity: text("severity"),
            status: text("status"),
            mitigation: text("mitigation"),
        }
    }
}

/// Whether a title is the one that Threat Dragon gives to threats.
fn is_generic(title: &str) -> bool {
    let title = title.to_lowercase();
    let is_new = title.starts_with("new ") || title.starts_with("generic ");
    title.is_empty() || (title.ends_with(" threat") && is_new)
}

impl Reader {
    /// Reads the threats of a cell.
    pub fn read_threats(&mut self, cell: &Cell<'_>, target: &Target, diagram: &Diagram<'_>) {
        let threats = cell.data.groups("threats").into_iter();
        for (index, fields) in threats.chain(cell.fields.groups("threats")).enumerate() {
            fields.skip(&["id", "threatId", "modelType", "new"]);
            let text = ThreatText::read(&fields, cell);
            let comment = target
                .loose_flow
                .as_ref()
                .map(|flow| format!("It was on the unattached flow `{flow}`."));
            // The same threat on several elements is one against all of them.
            if let Some(key) = self.threats.get(&text)
                && let Some(item) = self.draft.items.get_mut(key)
                && item.part == diagram.part
            {
                item.state("targets", Fact::Item(target.key.clone()));
                let rest = fields.joined_rest();
                item.comments.extend(comment.into_iter().chain(rest));
                continue;
            }
            let key = format!("{}/{index}", cell.key);
            let mut item = Item::new(Kind::Threat, key, text.title.clone());
            item.part.clone_from(&diagram.part);
            item.describe(Some(text.description.clone()));
            item.comments.extend(comment);
            item.state("targets", Fact::Item(target.key.clone()));
            read_category(&fields, &text.category, &mut item);
            read_severity(&fields, &text.severity, &mut item);
            let accept = self.read_status(&fields, &text, &mut item);
            item.comments.extend(fields.joined_rest());
            stand_ins::complete_threat(&mut self.draft, &mut item);
            self.threats.insert(text, self.draft.items.push(item));
            if let Some(mut accept) = accept {
                accept.part.clone_from(&diagram.part);
                self.draft.items.push(accept);
            }
        }
    }

    /// States what is done about a threat, and gives its acceptance, if that is it.
    fn read_status(
        &mut self,
        fields: &Fields<'_>,
        text: &ThreatText,
        item: &mut Item,
    ) -> Option<Item> {
        let status = &text.status;
        let plain = plain_word(status);
        let because = match plain.as_str() {
            "accepted" => stand_ins::ACCEPTED,
            "transferred" => "Transferred, according to the imported model.",
            "notapplicable" | "na" => "Not applicable, according to the imported model.",
            "mitigated" | "avoided" | "eliminated" => {
                if plain != "mitigated" {
                    item.comment(format!("status: {status}"));
                }
                self.mitigate(item, &text.mitigation, "implemented");
                return None;
            }
            _ => {
                if !["open", ""].contains(&plain.as_str()) {
                    fields.keep(
                        &mut item.comments,
                        "status",
                        "kept in a comment: not a Threat Dragon status",
                        format!("status: {status}"),
                    );
                }
                if !text.mitigation.is_empty() {
                    self.mitigate(item, &text.mitigation, "proposed");
                }
                return None;
            }
        };
        if !status.eq_ignore_ascii_case("accepted") {
            item.comment(format!("status: {status}"));
        }
        let because = titles::or(&text.mitigation, because);
        Some(stand_ins::acceptance_of(item, because))
    }

    /// Lists the mitigation of a text, declared once for all threats that it counters.
    fn mitigate(&mut self, threat: &mut Item, text: &str, status: &'static str) {
        if status == "implemented"
            && let Some(name) = library::in_library(Kind::Mitigation, text)
        {
            threat.library("mitigations", &[name]);
            return;
        }
        let identity = (text.to_owned(), status);
        let known = self.mitigations.get(&identity);
        if let Some(key) = known.filter(|_| !text.is_empty()) {
            threat.state("mitigations", Fact::Item(key.clone()));
            return;
        }
        let mut item = if text.is_empty() {
            stand_ins::mitigation_of(threat)
        } else {
            let key = format!("mitigation of {}", threat.key);
            Item::new(Kind::Mitigation, key, titles::title_of(text))
        };
        // A first paragraph that repeats the title is left out.
        let (first, rest) = text.split_once("\n\n").unwrap_or((text, ""));
        let is_title = first.trim_end_matches('.') == item.title;
        let description = if is_title { rest } else { text };
        item.describe(Some(description.trim().to_owned()));
        item.word("status", Some(status));
        let key = self.draft.items.push(item);
        self.mitigations.insert(identity, key.clone());
        threat.state("mitigations", Fact::Item(key));
    }
}

fn read_category(fields: &Fields<'_>, category: &str, item: &mut Item) {
    let stride = vocabulary::stride(category);
    item.word("category", stride);
    let is_the_same = stride.is_some_and(|word| plain_word(word) == plain_word(category));
    if !category.is_empty() && !is_the_same {
        fields.keep(
            &mut item.comments,
            "type",
            "kept in a comment: not a STRIDE category",
            format!("type: {category}"),
        );
    }
}

/// States what has a severity as its outcome.
fn read_severity(fields: &Fields<'_>, severity: &str, item: &mut Item) {
    match vocabulary::level_word(severity) {
        Some("critical") => {
            item.word("likelihood", Some("high"));
            item.word("impact", Some("critical"));
        }
        Some(level) => item.word("impact", Some(level)),
        None if ["", "tbd", "tba"].contains(&plain_word(severity).as_str()) => {}
        None => {
            let comment = format!("severity: {severity}");
            fields.keep(&mut item.comments, "severity", crate::tree::KEPT, comment);
        }
    }
}
