//! How what an import costs grows with what is imported: each list of a document of each format is
//! made longer, alone, with another one, and with all texts that it may repeat; what that costs
//! more grows as the list does, not as its square. What is allocated is counted, not the time. It
//! must not know what a reader does.

use crate::budget::allocated_by;
use serde_json::{Map, Value, json};
use threatline_exchange::import::import;

/// How often the parts of a document that grow are repeated: each twice as often as the one before.
const COUNTS: [usize; 3] = [16, 32, 64];

/// How many times as much the second doubling may add as the first: two, if what is added grows as
/// the document does; four, if it grows as its square.
const MAX_GROWTH: f64 = 3.2;

/// What the second doubling may add beyond that, in bytes: tables double now and then.
const SLACK: f64 = 200_000.0;

/// How many letters a text gets for each repetition.
const LETTERS: usize = 600;

/// The names under which a document says what something is called, and which others name.
const CALLED: [&str; 11] = [
    "id",
    "name",
    "title",
    "Name",
    "symbolic_name",
    "author",
    "description",
    "Guid",
    "Key",
    "Value",
    "#",
];

/// A format: what its documents are called, an example, and how one is written.
struct Format {
    file: &'static str,
    example: &'static str,
    write: fn(&Value) -> String,
}

const FORMATS: [Format; 7] = [
    Format {
        file: "otm.json",
        example: include_str!("growth/otm.json"),
        write: Value::to_string,
    },
    Format {
        file: "threagile.json",
        example: include_str!("growth/threagile.json"),
        write: Value::to_string,
    },
    Format {
        file: "dragon.json",
        example: include_str!("growth/dragon.json"),
        write: Value::to_string,
    },
    Format {
        file: "library.json",
        example: include_str!("growth/library.json"),
        write: Value::to_string,
    },
    Format {
        file: "pytm.json",
        example: include_str!("growth/pytm.json"),
        write: Value::to_string,
    },
    Format {
        file: "model.hcl",
        example: include_str!("growth/threatcl.json"),
        write: |value| {
            let mut text = String::new();
            write_hcl(value, &mut text);
            text
        },
    },
    Format {
        file: "model.tm7",
        example: include_str!("growth/mtmt.json"),
        write: |value| {
            let mut text = String::new();
            write_xml("ThreatModel", value, &mut text);
            text.replacen("<ThreatModel", "<ThreatModel xmlns:i=\"i\"", 1)
        },
    },
];

/// Writes a value as attributes and blocks of HCL: a list of groups is a block each, with the
/// labels that stand under `#`.
fn write_hcl(value: &Value, text: &mut String) {
    let entries = value.as_object().into_iter().flatten();
    for (name, value) in entries.filter(|(name, _)| *name != "#") {
        match value {
            Value::Array(blocks) if blocks.iter().any(Value::is_object) => {
                for block in blocks {
                    let labels = block["#"].as_array().into_iter().flatten();
                    let labels: Vec<String> = labels.map(Value::to_string).collect();
                    text.push_str(&format!("{name} {} {{\n", labels.join(" ")));
                    write_hcl(block, text);
                    text.push_str("}\n");
                }
            }
            value => text.push_str(&format!("{name} = {value}\n")),
        }
    }
}

/// Writes a group of values as XML of .NET, with the type that is under `@`.
fn write_xml(name: &str, value: &Value, text: &mut String) {
    match value {
        Value::Object(entries) => {
            let kind = entries.get("@").and_then(Value::as_str);
            let kind = kind.map(|kind| format!(" i:type=\"{kind}\""));
            text.push_str(&format!("<{name}{}>", kind.unwrap_or_default()));
            for (name, value) in entries.iter().filter(|(name, _)| *name != "@") {
                write_xml(name, value, text);
            }
            text.push_str(&format!("</{name}>"));
        }
        Value::Array(values) => {
            text.push_str(&format!("<{name}>"));
            for (name, value) in values.iter().filter_map(Value::as_object).flatten() {
                write_xml(name, value, text);
            }
            text.push_str(&format!("</{name}>"));
        }
        Value::String(said) => text.push_str(&format!("<{name}>{said}</{name}>")),
        value => text.push_str(&format!("<{name}>{value}</{name}>")),
    }
}

/// The ways to all lists and maps of a document that may have any number of entries.
fn lists(value: &Value, way: &str, ways: &mut Vec<String>) {
    match value {
        Value::Array(values) => {
            if !way.ends_with("/#") && !values.is_empty() {
                ways.push(way.to_owned());
            }
            for (index, value) in values.iter().enumerate() {
                lists(value, &format!("{way}/{index}"), ways);
            }
        }
        Value::Object(entries) => {
            // What is called by its key is written with a mark.
            if entries.keys().any(|key| key.starts_with('^')) {
                ways.push(way.to_owned());
            }
            for (key, value) in entries {
                lists(value, &format!("{way}/{key}"), ways);
            }
        }
        _ => {}
    }
}

/// Repeats the first entry of a list, each time under other names.
fn repeat(list: &mut Value, count: usize) {
    match list {
        Value::Array(values) => {
            let first = values[0].clone();
            values.extend((0..count).map(|number| renamed(&first, number, true)));
        }
        Value::Object(entries) => {
            let first = entries.iter().find(|(key, _)| key.starts_with('^'));
            let Some((key, value)) = first.map(|(key, value)| (key.clone(), value.clone())) else {
                return;
            };
            for number in 0..count {
                let key = format!("{key} {}", in_letters(number));
                entries.insert(key, renamed(&value, number, true));
            }
        }
        _ => {}
    }
}

/// What of a list is repeated, as JSON.
fn first_entry(list: &Value) -> String {
    match list {
        Value::Array(values) => values[0].to_string(),
        Value::Object(entries) => {
            let mut entries = entries.iter().filter(|(key, _)| key.starts_with('^'));
            entries
                .next()
                .map(|(key, value)| json!({ key: value }).to_string())
                .unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// A number as a word.
fn in_letters(number: usize) -> String {
    let digits = number.to_string().into_bytes();
    digits
        .iter()
        .map(|digit| char::from(digit - b'0' + b'a'))
        .collect()
}

/// A copy in which nothing is called as in the original. What it names stays.
fn renamed(value: &Value, number: usize, is_called: bool) -> Value {
    match value {
        Value::String(text) if is_called => format!("{text} {}", in_letters(number)).into(),
        Value::Array(values) => {
            let values = values.iter();
            values
                .map(|value| renamed(value, number, is_called))
                .collect()
        }
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                let is_called = CALLED.contains(&key.as_str());
                (key.clone(), renamed(value, number, is_called))
            });
            Value::Object(entries.collect::<Map<_, _>>())
        }
        value => value.clone(),
    }
}

/// All that is called something in a document.
fn names(value: &Value, is_called: bool, names: &mut Vec<String>) {
    match value {
        Value::String(text) if is_called => names.push(text.clone()),
        Value::Array(values) => values
            .iter()
            .for_each(|value| self::names(value, is_called, names)),
        Value::Object(entries) => {
            for (key, value) in entries {
                if key.starts_with('^') {
                    names.push(key.clone());
                }
                self::names(value, CALLED.contains(&key.as_str()), names);
            }
        }
        _ => {}
    }
}

/// A document in which some names, wherever they stand, are longer by so many letters.
fn lengthened(value: &Value, names: &[&String], letters: usize) -> Value {
    let longer = |text: &String| {
        if names.contains(&text) {
            format!("{text}{}", "x".repeat(letters))
        } else {
            text.clone()
        }
    };
    match value {
        Value::String(text) => longer(text).into(),
        Value::Array(values) => {
            let values = values.iter();
            values
                .map(|value| lengthened(value, names, letters))
                .collect()
        }
        Value::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| (longer(key), lengthened(value, names, letters)));
            Value::Object(entries.collect())
        }
        value => value.clone(),
    }
}

/// What is allocated to import a document.
fn cost(format: &Format, document: &Value) -> f64 {
    let text = (format.write)(document).replace('^', "");
    let allocated = allocated_by(|| {
        let documents = vec![(format.file.to_owned(), text)];
        let _ = import(documents, &|_, _| Err("is not there".to_owned()));
    });
    allocated as f64
}

/// What is wrong with how the cost of a document grows.
fn excess(format: &Format, what: &str, make: impl Fn(usize) -> Value) -> Option<String> {
    let [few, more, many] = COUNTS.map(|count| cost(format, &make(count)));
    let growth = (many - more) / (more - few);
    println!("{} {what}: {growth:.2} {few} {more} {many}", format.file);
    let is_wrong = many - more > MAX_GROWTH * (more - few) + SLACK;
    is_wrong.then(|| format!("{}: {what}: {growth:.2}", format.file))
}

/// A document with a longer list.
fn grown(document: &Value, way: &str, count: usize) -> Value {
    let mut document = document.clone();
    if let Some(list) = document.pointer_mut(way) {
        repeat(list, count);
    }
    document
}

/// The example of a format, which is read, with the ways to its lists.
fn example(format: &Format) -> (Value, Vec<String>) {
    let example: Value = serde_json::from_str(format.example).expect("it is JSON");
    let text = (format.write)(&example).replace('^', "");
    let missing = |_: &str, _: &str| Err("is not there".to_owned());
    let imported = import(vec![(format.file.to_owned(), text)], &missing);
    imported.unwrap_or_else(|problems| panic!("{}: {problems:#?}", format.file));
    let mut ways = Vec::new();
    lists(&example, "", &mut ways);
    (example, ways)
}

/// Each list, alone and with all that is called something and is not in it.
fn check(format: &Format) {
    let (example, ways) = example(format);
    let mut called = Vec::new();
    names(&example, false, &mut called);
    let mut wrong = Vec::new();
    for way in &ways {
        wrong.extend(excess(format, way, |count| grown(&example, way, count)));
        let entry = example.pointer(way).map(first_entry).unwrap_or_default();
        let is_outside = |name: &&String| !entry.contains(&format!("\"{name}\""));
        let outside: Vec<&String> = called.iter().filter(is_outside).collect();
        wrong.extend(excess(format, &format!("{way} with long names"), |count| {
            lengthened(&grown(&example, way, count), &outside, LETTERS * count)
        }));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each list with each other that is not in it.
fn check_pairs(format: &Format) {
    let (example, ways) = example(format);
    let mut wrong = Vec::new();
    for way in &ways {
        let is_beside = |other: &&String| *other > way && !other.starts_with(way.as_str());
        for other in ways.iter().filter(is_beside) {
            wrong.extend(excess(format, &format!("{way} and {other}"), |count| {
                grown(&grown(&example, other, count), way, count)
            }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn otm() {
    check(&FORMATS[0]);
}

#[test]
fn threagile() {
    check(&FORMATS[1]);
}

#[test]
fn threat_dragon() {
    check(&FORMATS[2]);
}

#[test]
fn tm_bom() {
    check(&FORMATS[3]);
}

#[test]
fn pytm() {
    check(&FORMATS[4]);
}

#[test]
fn threatcl() {
    check(&FORMATS[5]);
}

#[test]
fn mtmt() {
    check(&FORMATS[6]);
}

#[test]
#[ignore = "takes minutes"]
fn pairs() {
    FORMATS.iter().for_each(check_pairs);
}
