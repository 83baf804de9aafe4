//! The language server: whatever a client sends, it writes nothing but messages, answers what it
//! was asked once, and ends when its input does.
//!
//! Each part of an input is a step of a client; the first tells what it can do. Paths are in an
//! empty folder, and the process that started the server is not named: the server would end with
//! it.

use crate::budget::{Budget, NOT_COUNTED};
use crate::input::{below, parts, text};
use arbitrary::Unstructured;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;

/// What an input may cost.
pub const BUDGET: Budget = Budget {
    at_once: (500_000, 2_000),
    in_all: (1_000_000, 3_000),
    steps: NOT_COUNTED,
};

/// The names of documents.
const DOCUMENTS: [&str; 6] = [
    "a.threat",
    "b.threat",
    "below/c.threat",
    "own.test.threat",
    "threatline.toml",
    "%C3%BC%20%23.threat",
];

/// What can be asked about a document.
const REQUESTS: [&str; 42] = [
    "textDocument/hover",
    "textDocument/completion",
    "textDocument/definition",
    "textDocument/declaration",
    "textDocument/typeDefinition",
    "textDocument/implementation",
    "textDocument/references",
    "textDocument/documentHighlight",
    "textDocument/documentSymbol",
    "textDocument/codeAction",
    "textDocument/codeLens",
    "textDocument/documentLink",
    "textDocument/formatting",
    "textDocument/rangeFormatting",
    "textDocument/onTypeFormatting",
    "textDocument/rename",
    "textDocument/prepareRename",
    "textDocument/linkedEditingRange",
    "textDocument/foldingRange",
    "textDocument/selectionRange",
    "textDocument/signatureHelp",
    "textDocument/inlayHint",
    "textDocument/semanticTokens/full",
    "textDocument/semanticTokens/full/delta",
    "textDocument/semanticTokens/range",
    "textDocument/prepareCallHierarchy",
    "callHierarchy/incomingCalls",
    "callHierarchy/outgoingCalls",
    "typeHierarchy/prepare",
    "textDocument/prepareTypeHierarchy",
    "typeHierarchy/supertypes",
    "typeHierarchy/subtypes",
    "textDocument/diagnostic",
    "workspace/diagnostic",
    "workspace/symbol",
    "workspace/executeCommand",
    "workspace/willRenameFiles",
    "workspace/textDocumentContent",
    "completionItem/resolve",
    "codeAction/resolve",
    "codeLens/resolve",
    "shutdown",
];

const COMMANDS: [&str; 4] = [
    "threatline.explain",
    "threatline.matrix",
    "threatline.diagram",
    "threatline.findings",
];

/// Runs the server.
pub fn check(bytes: &[u8]) {
    let mut client = Client::default();
    for part in parts(bytes) {
        client.step(Unstructured::new(part));
    }
    let mut output = Vec::new();
    threatline::serve(client.sent.as_slice(), &mut output).expect("threads can be started");
    client.read(&output);
}

/// The one folder that the server sees, which is empty. Relative paths lead there, too.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder can be made");
        std::env::set_current_dir(folder.path()).expect("the folder is there");
        folder
    });
    folder.path()
}

fn uri(name: &str) -> String {
    format!("file://{}/{name}", folder().display())
}

/// What a client has sent.
#[derive(Default)]
struct Client {
    sent: Vec<u8>,
    has_begun: bool,
    /// How often each id was used, by what it is in JSON.
    asked: HashMap<String, usize>,
    /// The requests that are to be answered.
    expected: Vec<String>,
    /// Those of them whose answers are to be errors.
    refused: Vec<String>,
    version: i32,
    /// Whether what was sent may be read otherwise than it was meant: nothing more is known then.
    is_unframed: bool,
    has_ended: bool,
}

/// What can refuse a request that cannot be read: each `id` of a body, though it is there twice.
struct Ids(Vec<Value>);

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Ids, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Ids;
            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ids, A::Error> {
                let mut ids = Vec::new();
                while let Some(key) = map.next_key::<Cow<str>>()? {
                    if key == "id" {
                        ids.push(map.next_value()?);
                    } else {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(Ids(ids))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

impl Client {
    fn step(&mut self, mut bytes: Unstructured) {
        if !std::mem::replace(&mut self.has_begun, true) {
            return self.begin(bytes);
        }
        let what = below(&mut bytes, 32);
        match what {
            0 => self.send_raw(bytes.take_rest()),
            1..5 => self.send_body(bytes.take_rest()),
            5..8 => {
                let document = json!({
                    "uri": document(&mut bytes),
                    "languageId": "threat",
                    "version": self.next_version(),
                    "text": text(bytes),
                });
                self.notify("textDocument/didOpen", json!({ "textDocument": document }));
            }
            8..14 => self.change(bytes),
            14 => self.notify(
                "textDocument/didClose",
                json!({ "textDocument": { "uri": document(&mut bytes) } }),
            ),
            15 => {
                let id = below(&mut bytes, self.expected.len() + 1) + 1;
                self.notify("$/cancelRequest", json!({ "id": id }));
            }
            16 => self.tell(bytes),
            17 => {
                let id = below(&mut bytes, 8) + 1;
                let sections = serde_json::from_slice(bytes.take_rest()).unwrap_or(Value::Null);
                self.send(json!({ "jsonrpc": "2.0", "id": id, "result": [cleaned(sections)] }));
            }
            18 => self.lose(bytes),
            _ => self.ask(bytes),
        }
    }

    /// Sends a change that cannot be read, and asks for edits of the text, which is then unknown.
    fn lose(&mut self, mut bytes: Unstructured) {
        let uri = uri(DOCUMENTS[below(&mut bytes, 3)]);
        let version = self.next_version();
        let document =
            json!({ "uri": uri, "languageId": "threat", "version": version, "text": text(bytes) });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
        let place = json!({ "line": 0, "character": 0 });
        let far = json!({ "line": 1 << 30, "character": 0 });
        let change = json!({ "range": { "start": place, "end": place }, "text": "PUT" });
        let behind = json!({ "range": { "start": far, "end": far }, "text": "" });
        let message = |version: Value, change: &Value| {
            let document = json!({ "uri": uri, "version": version });
            let params = json!({ "textDocument": document, "contentChanges": [change] });
            json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": params })
        };
        let good = message(json!(version), &change).to_string();
        let wrong = [
            good.replace("PUT", "\\ud83d"),
            good.replace("\"PUT\"", "1e999"),
            good.replace("\"PUT\"", &("[".repeat(200) + &"]".repeat(200))),
            good.replace("\"text\":\"PUT\"", "\"other\":1"),
            good.replacen('{', "{\"method\":\"x\",", 1),
            message(json!(1_u64 << 31), &change).to_string(),
            message(json!(-1), &change).to_string(),
            message(json!(version), &behind).to_string(),
        ];
        self.frame(wrong[version as usize % wrong.len()].as_bytes());
        let options = json!({ "tabSize": 2, "insertSpaces": true });
        let params = json!({ "textDocument": { "uri": uri }, "options": options });
        self.request("textDocument/formatting", params);
        if !self.has_ended && !self.is_unframed {
            self.refused.extend(self.expected.last().cloned());
        }
    }

    /// Starts the server, for nearly all that comes.
    fn begin(&mut self, mut bytes: Unstructured) {
        let bits = Bits(bytes.arbitrary().unwrap_or_default());
        if bits.has(0) && bits.has(1) && bits.has(2) && bits.has(3) {
            return;
        }
        let folders = if bits.has(28) {
            json!([{ "uri": uri(""), "name": "folder" }])
        } else {
            Value::Null
        };
        let options = serde_json::from_slice(bytes.take_rest()).unwrap_or(Value::Null);
        let params = json!({
            "capabilities": capabilities(bits),
            "workspaceFolders": folders,
            "initializationOptions": cleaned(options),
        });
        self.request("initialize", params);
        self.notify("initialized", json!({}));
    }

    fn change(&mut self, mut bytes: Unstructured) {
        let uri = document(&mut bytes);
        let version = if below(&mut bytes, 8) == 0 {
            0
        } else {
            self.next_version()
        };
        let mut changes = Vec::new();
        for _ in 0..below(&mut bytes, 3) {
            let range = range(&mut bytes);
            let length = below(&mut bytes, 16);
            let length = length.min(bytes.len());
            let text =
                String::from_utf8_lossy(bytes.bytes(length).unwrap_or_default()).into_owned();
            changes.push(json!({ "range": range, "text": text }));
        }
        changes.push(match below(&mut bytes, 8) {
            0 => json!({ "text": text(bytes) }),
            _ => json!({ "range": range(&mut bytes), "text": text(bytes) }),
        });
        let params = json!({
            "textDocument": { "uri": uri, "version": version },
            "contentChanges": changes,
        });
        self.notify("textDocument/didChange", params);
    }

    /// Tells what is told now and then.
    fn tell(&mut self, mut bytes: Unstructured) {
        let what = below(&mut bytes, 8);
        let uri = document(&mut bytes);
        let folder = json!({ "uri": self::uri(""), "name": "" });
        match what {
            0 => {
                let settings =
                    cleaned(serde_json::from_slice(bytes.take_rest()).unwrap_or(Value::Null));
                self.notify(
                    "workspace/didChangeConfiguration",
                    json!({ "settings": settings }),
                );
            }
            1 => {
                let kind = below(&mut bytes, 3) + 1;
                self.notify(
                    "workspace/didChangeWatchedFiles",
                    json!({ "changes": [{ "uri": uri, "type": kind }] }),
                );
            }
            2 => self.notify(
                "workspace/didChangeWorkspaceFolders",
                json!({ "event": { "added": [folder], "removed": [] } }),
            ),
            3 => self.notify(
                "workspace/didChangeWorkspaceFolders",
                json!({ "event": { "added": [], "removed": [folder] } }),
            ),
            4 => self.notify(
                "workspace/didRenameFiles",
                json!({ "files": [{ "oldUri": uri, "newUri": uri }] }),
            ),
            5 => self.notify(
                "textDocument/didSave",
                json!({ "textDocument": { "uri": uri } }),
            ),
            6 => self.notify("initialized", json!({})),
            _ => {
                self.has_ended = true;
                self.notify("exit", Value::Null);
            }
        }
    }

    /// Asks something: each method takes what it knows of one kind of parameters.
    fn ask(&mut self, mut bytes: Unstructured) {
        let method = REQUESTS[below(&mut bytes, REQUESTS.len())];
        let uri = match below(&mut bytes, 16) {
            0 => "threatline:/std/rules/data.threat".to_owned(),
            _ => document(&mut bytes),
        };
        let range = range(&mut bytes);
        let odd = below(&mut bytes, 256);
        let position = range["start"].clone();
        let written = text(bytes);
        let said: Value = cleaned(serde_json::from_str(&written).unwrap_or(Value::Null));
        let item = json!({
            "name": written,
            "label": written,
            "title": written,
            "kind": 1,
            "uri": uri,
            "range": range,
            "selectionRange": range,
            "data": said,
        });
        let mut params = json!({
            "textDocument": { "uri": uri },
            "uri": uri,
            "position": position,
            "positions": [position, range["end"]],
            "range": range,
            "context": {
                "includeDeclaration": odd & 1 == 0,
                "diagnostics": [{ "range": range, "message": written, "code": written }],
                "only": if odd & 2 == 0 { Value::Null } else { json!(["quickfix"]) },
                "triggerKind": 1,
                "isRetrigger": false,
            },
            "newName": written,
            "query": written,
            "ch": "}",
            "options": { "tabSize": 2, "insertSpaces": true },
            "previousResultId": written,
            "previousResultIds": [{ "uri": uri, "value": written }],
            "item": item,
            "files": [{ "oldUri": uri, "newUri": self::uri("moved.threat") }],
            "command": COMMANDS[odd % COMMANDS.len()],
            "arguments": [
                { "uri": uri, "position": position, "only": odd & 4 == 0, "tall": odd & 8 == 0 },
                written,
            ],
        });
        if odd & 16 != 0 {
            params["partialResultToken"] = json!(odd);
        }
        if odd & 32 != 0 {
            params["arguments"] = json!([]);
        }
        if method.ends_with("/resolve") {
            params = item;
        }
        self.request(method, params);
    }

    fn next_version(&mut self) -> i32 {
        self.version += 1;
        self.version
    }

    fn request(&mut self, method: &str, params: Value) {
        let id = self.expected.len() + 1;
        if !self.has_ended && !self.is_unframed {
            self.expected.push(id.to_string());
        }
        self.send(json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: Value) {
        if message.get("method").is_some()
            && let Some(id) = message.get("id")
        {
            *self.asked.entry(id.to_string()).or_default() += 1;
        }
        self.has_ended |= message.get("method").is_some_and(|method| method == "exit");
        self.frame(message.to_string().as_bytes());
    }

    fn frame(&mut self, body: &[u8]) {
        self.sent
            .extend(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
        self.sent.extend(body);
    }

    /// Sends a body as it is, unless it is a message with paths in it.
    fn send_body(&mut self, body: &[u8]) {
        match serde_json::from_slice(body) {
            Ok(message) => self.send(cleaned(message)),
            Err(_) => {
                // A request can be refused that cannot be read.
                if let Ok(Ids(ids)) = serde_json::from_slice(body) {
                    for id in ids {
                        *self.asked.entry(id.to_string()).or_default() += 1;
                    }
                }
                self.frame(body);
            }
        }
    }

    /// Sends bytes as they are, unless there may be paths in them.
    fn send_raw(&mut self, bytes: &[u8]) {
        let may_lead_elsewhere =
            |part: &[u8]| [b"ri".as_slice(), b"\\u", b"processId", b"rootPath"].contains(&part);
        if !(2..=9).any(|length| bytes.windows(length).any(may_lead_elsewhere)) {
            self.is_unframed = true;
            self.sent.extend(bytes);
        }
    }

    /// Reads what the server wrote.
    fn read(&self, mut output: &[u8]) {
        let mut answered: HashMap<String, usize> = HashMap::new();
        while !output.is_empty() {
            let shown = String::from_utf8_lossy(&output[..output.len().min(200)]).into_owned();
            let head = output.windows(4).position(|end| end == b"\r\n\r\n");
            let head = head.unwrap_or_else(|| panic!("no header: {shown:?}"));
            let length = std::str::from_utf8(&output[..head])
                .ok()
                .and_then(|head| head.strip_prefix("Content-Length: "));
            let length: usize = length
                .and_then(|length| length.parse().ok())
                .unwrap_or_else(|| panic!("{shown:?}"));
            let body = output
                .get(head + 4..head + 4 + length)
                .unwrap_or_else(|| panic!("it is cut off: {shown:?}"));
            let message: Value =
                serde_json::from_slice(body).unwrap_or_else(|error| panic!("{error}: {shown:?}"));
            assert_eq!(message["jsonrpc"], "2.0", "{message}");
            if message.get("method").is_none() {
                assert_ne!(
                    message.get("result").is_some(),
                    message.get("error").is_some(),
                    "{message}"
                );
                let id = message["id"].to_string();
                let is_refused = message.get("error").is_some();
                assert!(
                    self.is_unframed
                        || is_refused
                        || !self.refused.contains(&id)
                        || self.asked.get(&id) != Some(&1),
                    "it is of a text that the server does not have: {message}"
                );
                *answered.entry(id).or_default() += 1;
            }
            output = &output[head + 4 + length..];
        }
        if self.is_unframed {
            return;
        }
        for (id, times) in &answered {
            assert!(
                self.asked.get(id).is_some_and(|asked| asked >= times),
                "{id} is answered {times} times"
            );
        }
        for id in &self.expected {
            assert!(answered.contains_key(id), "{id} is not answered");
        }
    }
}

/// What decides which capabilities a client has, each by a bit.
#[derive(Clone, Copy)]
struct Bits(u32);

impl Bits {
    fn has(self, bit: u32) -> bool {
        self.0 >> bit & 1 == 1
    }
}

/// The capabilities of a client.
fn capabilities(bits: Bits) -> Value {
    let encodings = [
        vec![],
        vec!["utf-8"],
        vec!["utf-16"],
        vec!["utf-32", "utf-16"],
    ];
    // Without it the server watches the disk by itself.
    let has_watcher = !(bits.has(18) && bits.has(19) && bits.has(20));
    let experimental = if bits.has(27) {
        json!({ "commands": { "commands": ["threatline.show"] } })
    } else {
        Value::Null
    };
    json!({
        "general": { "positionEncodings": encodings[(bits.0 >> 14 & 3) as usize] },
        "textDocument": document_capabilities(bits),
        "window": { "workDoneProgress": bits.has(16) },
        "workspace": {
            "configuration": bits.has(17),
            "didChangeWatchedFiles": { "dynamicRegistration": has_watcher },
            "workspaceEdit": {
                "documentChanges": bits.has(21),
                "snippetEditSupport": bits.has(22),
                "resourceOperations": if bits.has(23) { json!(["create"]) } else { Value::Null },
            },
            "diagnostics": { "refreshSupport": bits.has(24) },
            "codeLens": { "refreshSupport": bits.has(25) },
            "textDocumentContent": if bits.has(26) { json!({}) } else { Value::Null },
        },
        "experimental": experimental,
    })
}

/// The capabilities of a client with documents.
fn document_capabilities(bits: Bits) -> Value {
    let formats = if bits.has(4) {
        json!(["markdown", "plaintext"])
    } else {
        json!(["plaintext"])
    };
    let properties = if bits.has(8) {
        json!(["edit"])
    } else {
        json!([])
    };
    let mut document = json!({
        "hover": { "contentFormat": formats },
        "completion": {
            "completionItem": {
                "snippetSupport": bits.has(5),
                "documentationFormat": formats,
                "insertReplaceSupport": bits.has(6),
            },
        },
        "rename": { "prepareSupport": bits.has(7) },
        "codeAction": { "resolveSupport": { "properties": properties } },
        "documentSymbol": { "hierarchicalDocumentSymbolSupport": bits.has(9) },
        "foldingRange": { "lineFoldingOnly": bits.has(10) },
        "definition": { "linkSupport": bits.has(11) },
        "semanticTokens": { "multilineTokenSupport": bits.has(12) },
    });
    if bits.has(13) {
        document["diagnostic"] = json!({});
    }
    document
}

fn document(bytes: &mut Unstructured) -> String {
    match below(bytes, 16) {
        0 => "untitled:Untitled-1".to_owned(),
        at => uri(DOCUMENTS[at % DOCUMENTS.len()]),
    }
}

/// A range, mostly of a small text.
fn range(bytes: &mut Unstructured) -> Value {
    let mut number = || match below(bytes, 256) {
        small @ ..250 => small as u64 % 40,
        250..253 => u64::from(u32::MAX),
        _ => 1 << 31,
    };
    let mut position = || json!({ "line": number(), "character": number() });
    json!({ "start": position(), "end": position() })
}

/// A value that leads nowhere but into the folder.
fn cleaned(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(led_home(&text)),
        Value::Array(values) => values.into_iter().map(cleaned).collect(),
        Value::Object(entries) => {
            let entries = entries.into_iter().filter(|(key, _)| key != "processId");
            Value::Object(
                entries
                    .map(|(key, value)| (key, cleaned(value)))
                    .collect::<Map<_, _>>(),
            )
        }
        other => other,
    }
}

/// A text that, if it is an address or a path, is one in the folder.
fn led_home(text: &str) -> String {
    let mut text = text.replace("%2e", ".").replace("%2E", ".");
    while text.contains("..") {
        text = text.replace("..", "");
    }
    let file = text
        .get(..5)
        .filter(|scheme| scheme.eq_ignore_ascii_case("file:"))
        .map(|_| &text[5..]);
    match file.or(text.starts_with('/').then_some(text.as_str())) {
        Some(path) => uri(path.trim_start_matches(['/', '\\'])),
        None => text,
    }
}
