//! What explains an item, looked up when it is asked for. It must not know how it was offered.

use super::item::About;
use threatline_model::{Database, File, FindingId, assessed, resolve, rule_named, schema};
use threatline_view::describe;
use threatline_view::explain::{self, Explanation};

/// What explains an item that was offered in a file.
pub fn explanation(db: &Database, file: File, about: &About) -> Option<Explanation> {
    Some(match about {
        About::Nothing => return None,
        About::Kind(kind) => describe::kind_of_declaration(*kind),
        About::Property(kind, name) => describe::property(*kind, schema::of(*kind).property(name)?),
        About::Text(text) => Explanation {
            title: text.clone(),
            parts: Vec::new(),
        },
        About::Declaration(name) => {
            let decl = resolve(db, file, name).ok()?;
            describe::declaration(db, file, decl)
        }
        About::Reference(id) => describe::reference(id),
        About::Finding(name) => {
            let (rule, element) = name.split_once('@')?;
            let rule = rule_named(db, file.model(db), rule)?;
            let element = resolve(db, file, element).ok()?;
            let id = FindingId::Rule { rule, element };
            let mut on_element = assessed(db, element).iter();
            explain::finding(db, on_element.find(|assessed| assessed.finding.id == id)?)
        }
        About::Function(name) => describe::function(name)?,
    })
}
