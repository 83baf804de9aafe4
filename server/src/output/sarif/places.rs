//! Places as SARIF has them: artifacts by addresses that hold on every machine, and regions in
//! them.

use super::messages::message_of;
use crate::reports::spots::Spot;
use serde_json::{Value, json};
use std::path::Path;

/// GitHub shows no more places of a result than this; JSON has them all.
pub const MAX_RELATED: usize = 100;

/// The name that addresses are relative to.
const BASE: &str = "SRCROOT";

/// Something that a result refers to.
pub struct Related {
    /// Where.
    pub spot: Spot,
    /// What is there.
    pub message: String,
}

/// What addresses are relative to. Its own address is left out: it would be of this machine.
pub fn uri_bases() -> Value {
    json!({ BASE: { "description": { "text": "The folder in which `threatline` was run." } } })
}

/// A `location`.
pub fn location(spot: &Spot) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": artifact(&spot.path),
            "region": region(spot),
        },
    })
}

/// The related locations of a result, numbered for the links of its message.
pub fn related_locations(related: &[Related]) -> Vec<Value> {
    let numbered = (1..).zip(related.iter().take(MAX_RELATED));
    let locations = numbered.map(|(number, related)| {
        let mut location = location(&related.spot);
        location["id"] = json!(number);
        location["message"] = message_of(&related.message);
        location
    });
    locations.collect()
}

/// Lines and columns from 1; the end is the place behind the last character.
fn region(spot: &Spot) -> Value {
    json!({
        "startLine": spot.start.line + 1,
        "startColumn": spot.start.column + 1,
        "endLine": spot.end.line + 1,
        "endColumn": spot.end.column + 1,
    })
}

fn artifact(path: &str) -> Value {
    if Path::new(path).is_absolute() {
        let slash = if path.starts_with('/') { "" } else { "/" };
        return json!({ "uri": format!("file://{slash}{}", encoded(path, ":")) });
    }
    json!({ "uri": encoded(path, ""), "uriBaseId": BASE })
}

/// A path as a part of an address.
fn encoded(path: &str, also: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        let character = byte as char;
        if character.is_ascii_alphanumeric()
            || "/-._~".contains(character)
            || also.contains(character)
        {
            encoded.push(character);
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_addresses() {
        assert_eq!(artifact("a b/é%.threat")["uri"], "a%20b/%C3%A9%25.threat");
        assert_eq!(artifact("a:b#?.threat")["uri"], "a%3Ab%23%3F.threat");
        assert_eq!(artifact("a.threat")["uriBaseId"], BASE);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_from_the_root_is_a_file_address() {
        assert_eq!(
            artifact("/a b.threat"),
            json!({ "uri": "file:///a%20b.threat" })
        );
    }
}
