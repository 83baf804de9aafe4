//! The published lists that rules refer to, as taxonomies with the entries that occur. It must not
//! know rules.

use serde_json::{Value, json};
use threatline_model::{references, references::List};

/// The lists, and which of their entries occur, in their order.
pub struct Taxonomies(Vec<(List, Vec<String>)>);

impl Taxonomies {
    /// All lists, with no entry yet.
    pub fn new() -> Taxonomies {
        Taxonomies(List::ALL.map(|list| (list, Vec::new())).to_vec())
    }

    /// How a rule relates to an entry, if the lists have it.
    pub fn relate(&mut self, id: &str) -> Option<Value> {
        let list = List::of(id).filter(|_| !references::is_unknown(id))?;
        let index = self.0.iter().position(|(known, _)| *known == list)?;
        let ids = &mut self.0[index].1;
        let entry = ids.iter().position(|known| known == id).unwrap_or_else(|| {
            ids.push(id.to_owned());
            ids.len() - 1
        });
        Some(json!({
            "target": {
                "id": id,
                "index": entry,
                "toolComponent": { "name": list.name(), "index": index },
            },
            "kinds": ["relevant"],
        }))
    }

    /// The taxonomies of a run, and how the driver names them.
    pub fn into_components(self) -> (Vec<Value>, Vec<Value>) {
        let named = self
            .0
            .iter()
            .enumerate()
            .map(|(index, (list, _))| json!({ "name": list.name(), "index": index }));
        let components = self.0.iter().map(|(list, ids)| {
            json!({
                "name": list.name(),
                "version": list.version(),
                "organization": list.publisher(),
                "shortDescription": { "text": list.full_name() },
                "informationUri": list.page(),
                "isComprehensive": false,
                "taxa": ids.iter().map(|id| taxon(id)).collect::<Vec<_>>(),
            })
        });
        (components.collect(), named.collect())
    }
}

fn taxon(id: &str) -> Value {
    let mut taxon = json!({ "id": id });
    if let Some(title) = references::title(id) {
        taxon["shortDescription"] = json!({ "text": title });
    }
    if let Some(link) = references::link(id) {
        taxon["helpUri"] = json!(link);
    }
    taxon
}
