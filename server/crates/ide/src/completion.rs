//! Completion: what can be written at a place, the best first: words of the language, names of the
//! model and of the library, and what the analysis asks for. It must not know how an editor shows a
//! list.

// What there is in a list.
mod item;

// A text, and what may stand in it.
mod context;
mod settings;
mod snippets;

mod explanation;
mod list;

// What is offered.
mod conditions;
mod findings;
mod keywords;
mod values;

pub use explanation::explanation;
pub use item::{About, Completion, Item, Sort};
pub use settings::settings_completion;

use context::{Expected, context};
use list::List;
use threatline_model::{Database, ENDPOINT_KINDS, File, Kind, resolve};

/// What can be written at a byte of a file.
pub fn completion(db: &Database, file: File, offset: u32) -> Option<Completion> {
    let text = &file.source(db).text;
    let mut offsets = (0..=offset.min(text.len() as u32)).rev();
    let offset = offsets.find(|offset| text.is_char_boundary(*offset as usize))?;
    let kind_of = |name: &str| {
        let named = resolve(db, file, name).ok()?;
        Some(named.kind(db))
    };
    let context = context(text, offset, &kind_of)?;
    let mut list = List::new(db, file, context);
    fill(&mut list);
    let completion = Completion {
        word: list.context.word,
        items: list.items,
        is_incomplete: list.is_incomplete,
    };
    (!completion.items.is_empty()).then_some(completion)
}

fn fill(list: &mut List) {
    match list.context.expected.clone() {
        Expected::Declaration { alone } => list.kinds(alone),
        Expected::Next(words) => list.heading(&words),
        Expected::Boundary => list.names(&[Kind::Boundary], &[]),
        Expected::End { source } => {
            let source = source.and_then(|name| list.resolved(&name));
            list.names(ENDPOINT_KINDS, source.as_slice());
        }
        Expected::Property { followed } => list.properties(followed),
        Expected::Value(property) => list.values(property),
        Expected::FindingElement { rule } => list.elements_of(&rule),
        Expected::Fact { kinds, path } => list.facts(&kinds, &path),
        Expected::FactWord(fact) => list.fact_words(fact),
        Expected::Operator(fact) => list.operators(fact),
        Expected::Argument { function, kinds } => list.arguments(&function, &kinds),
    }
}
