//! Flows of diagrams. It must not know what the elements at their ends are.

use super::model::Model;
use crate::draft::{Draft, Item};
use crate::tree::Fields;
use crate::words::KnownWords;
use crate::{guesses, reading, vocabulary};
use threatline_model::Kind;

impl Model<'_> {
    /// Reads the flows of a diagram.
    pub fn read_flows(
        &self,
        diagram: &Fields<'_>,
        element_names: &KnownWords<'_>,
        draft: &mut Draft,
    ) {
        for fields in diagram.groups("flow") {
            let name = fields.label(0);
            let mut item = self.begun(Kind::Flow, &name);
            let ends = ["from", "to"].map(|end| self.end(&fields, end, element_names, draft));
            let [Some(source), Some(target)] = ends else {
                continue;
            };
            item.ends = Some((source, target));
            read_protocol(&fields, &name, &mut item, draft);
            item.comments.extend(fields.joined_rest());
            self.add(&fields, item, draft);
        }
    }

    /// The key of an end of a flow. That there is no such element is noted.
    fn end(
        &self,
        fields: &Fields<'_>,
        end: &str,
        element_names: &KnownWords<'_>,
        draft: &Draft,
    ) -> Option<String> {
        let name = fields.required(end);
        if name.is_empty() {
            return None;
        }
        let key = self.key(Kind::Process, &name);
        if !draft.items.contains(&key) {
            fields.problem(end, element_names.unknown(&name));
            return None;
        }
        Some(key)
    }
}

/// States the protocol of a flow, which may be what it is called by. Such a flow has no name.
fn read_protocol(fields: &Fields<'_>, name: &str, item: &mut Item, draft: &Draft) {
    let protocol_of_name = vocabulary::protocol(name);
    let theirs = fields.text("protocol");
    match &theirs {
        Some(theirs) => reading::protocol(fields, "protocol", theirs, item),
        None => item.library("protocol", protocol_of_name.as_slice()),
    }
    if !name.is_empty() && protocol_of_name.is_none() {
        return;
    }
    let is_stated = theirs.is_none() || protocol_of_name == item.words("protocol").next();
    if !name.is_empty() && (!is_stated || guesses::protocol_in(name).is_none()) {
        item.comment(format!("name: {name}"));
    }
    item.title = draft.title_of_ends(item);
}
