//! JSON as a tree. It must not know what a document says.

use super::node::{MAX_DEPTH, Node, Value, too_deep};
use super::notes::Problem;
use super::text::Text;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;

/// Reads JSON.
///
/// # Errors
/// The first place where it is none.
pub fn json(text: &Text) -> Result<Node, Problem> {
    let raw: &RawValue = serde_json::from_str(text.as_str()).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let place = text.place_at(error.line(), error.column().max(1));
        Problem::at_top(place, format!("invalid JSON: {message}"))
    })?;
    read_value(text, raw, 0)
}

/// The entries of an object in their order, with those that are there twice.
struct Entries<'text>(Vec<(String, &'text RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entries<'de>, D::Error> {
        struct Gather;
        impl<'de> Visitor<'de> for Gather {
            type Value = Entries<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Gather)
    }
}

fn read_value(text: &Text, raw: &RawValue, depth: u32) -> Result<Node, Problem> {
    let offset = raw.get().as_ptr() as usize - text.as_str().as_ptr() as usize;
    let failed = |error: serde_json::Error| {
        Problem::at_top(text.place(offset), format!("invalid JSON: {error}"))
    };
    if depth > MAX_DEPTH {
        return Err(too_deep(text.place(offset)));
    }
    let value = match raw.get().as_bytes().first() {
        Some(b'{') => {
            let Entries(entries) = serde_json::from_str(raw.get()).map_err(failed)?;
            let entries = entries
                .into_iter()
                .map(|(key, raw)| Ok((key, read_value(text, raw, depth + 1)?)));
            Value::Map(entries.collect::<Result<_, Problem>>()?)
        }
        Some(b'[') => {
            let nodes: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(failed)?;
            let nodes = nodes
                .into_iter()
                .map(|raw| read_value(text, raw, depth + 1));
            Value::List(nodes.collect::<Result<_, _>>()?)
        }
        Some(b'"') => Value::Text(serde_json::from_str(raw.get()).map_err(failed)?),
        Some(b't') => Value::Bool(true),
        Some(b'f') => Value::Bool(false),
        Some(b'n') => Value::Null,
        _ => Value::Number(raw.get().to_owned()),
    };
    Node::new(value, text.place(offset))
}
