//! What an editor waits for: `cargo bench -p threatline --bench lsp` runs the language server over a pipe on generated
//! models, and prints a table. Each time ends with the last byte of the answer. It must not know the server's insides.

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use threatline_testkit::generate;

/// How many elements the models have.
const SIZES: &[usize] = &[1_000, 10_000];

/// How often each request is made.
const TIMES: usize = 300;

/// How many edits are made to see whether memory grows.
const EDITS: usize = 10_000;

/// The file that is edited.
const EDITED: &str = "services/c0001/c0001.threat";

fn main() {
    println!("| elements | what | median | 95 % | longest |\n|---|---|---|---|---|");
    for &elements in SIZES {
        measure(elements);
    }
}

fn measure(elements: usize) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (path, text) in generate(elements) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    let print = |what: &str, mut times: Vec<Duration>| {
        times.sort();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
        println!("| {elements} | {what} | {:.2} ms | {:.2} ms | {:.2} ms |", at(0.5), at(0.95), at(1.0));
    };

    print("start to the whole workspace diagnosed", (0..10).map(|_| started(folder.path()).1).collect());

    let mut server = started(folder.path()).0;
    let rest = memory(&server.process);
    let address = uri(&folder.path().join(EDITED));
    let text = fs::read_to_string(folder.path().join(EDITED)).expect("the file is there");
    server.open(&address, &text);

    let comment =
        (0..TIMES).map(|turn| server.edit(&address, 0, 0, if turn % 2 == 0 { "// x\n" } else { "" }, turn % 2));
    print("key in a comment to diagnostics", comment.collect());
    let (line, column) = place(&text, "authentication: federated");
    let column = column + "authentication: ".len();
    let property = (0..TIMES).map(|turn| {
        // Ten keys that write a word, of which most leave one that means nothing.
        let (at, text, gone) = [(9, "", 0), (8, "", 1), (7, "", 1), (7, "t", 0), (8, "e", 0)][turn % 5];
        server.edit(&address, line, column + at, text, if turn % 5 == 0 { 0 } else { gone })
    });
    print("key in a property to diagnostics", property.collect());
    let (line, column) = place(&text, "store_0");
    let name = (0..TIMES).map(|turn| {
        let (text, gone) = if turn % 2 == 0 { ("x", 0) } else { ("", 1) };
        server.edit(&address, line, column + "store_0".len(), text, gone)
    });
    print("key in a name to diagnostics", name.collect());
    server.replace(&address, &text);

    let end = text.matches('\n').count();
    let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": end, "character": 0 } });
    let asked = [
        ("hover", "hover", "store store_0", json!({})),
        ("definition", "definition", "customer_data", json!({})),
        (
            "references of an asset used everywhere",
            "references",
            "customer_data",
            json!({ "context": { "includeDeclaration": true } }),
        ),
        ("completion of a word", "completion", "authentication: fed", json!({})),
        ("completion of an asset", "completion", "sends: assets.cus", json!({})),
        ("completion of an element", "completion", "-> ser", json!({})),
        ("actions on an element", "codeAction", "process service_0", json!({ "context": { "diagnostics": [] } })),
        ("colours of a file", "semanticTokens/full", "", json!({})),
        ("hints of a file", "inlayHint", "", json!({ "range": whole })),
        ("lenses of a file", "codeLens", "", json!({})),
        ("rename of an element", "rename", "store store_0", json!({ "newName": "store_x" })),
    ];
    for (what, method, word, more) in asked {
        let mut params = json!({ "textDocument": { "uri": address } });
        for (key, value) in more.as_object().expect("it is an object") {
            params[key] = value.clone();
        }
        let times = if method == "rename" || method == "references" { TIMES / 10 } else { TIMES };
        let answered = (0..times).map(|turn| {
            // Each time after an edit, so that nothing can be answered from memory alone: a line above, there or not.
            let shift = 1 - turn % 2;
            server.edit(&address, 0, 0, if shift == 1 { "// x\n" } else { "" }, turn % 2);
            if !word.is_empty() {
                let (line, column) = place(&text, word);
                let position = json!({ "line": line + shift, "character": column + word.len() - 1 });
                params["range"] = json!({ "start": position, "end": position });
                params["position"] = position;
            }
            server.ask(&format!("textDocument/{method}"), params.clone())
        });
        print(what, answered.collect());
    }
    let before = memory(&server.process);
    for turn in 0..EDITS {
        let (text, gone) = if turn % 2 == 0 { ("x", 0) } else { ("", 1) };
        server.edit(&address, line, column + "store_0".len(), text, gone);
    }
    let after = memory(&server.process);
    println!("| {elements} | memory after the start | {rest} | | |");
    println!("| {elements} | memory after {EDITS} more edits, and before them | {after} | {before} | |");
    server.end();
}

/// A server that has told all that is wrong below a folder, and how long that took.
fn started(folder: &Path) -> (Server, Duration) {
    let begin = Instant::now();
    let mut server = Server::new();
    let folders = json!([{ "uri": uri(folder), "name": "model" }]);
    let capabilities = json!({ "window": { "workDoneProgress": true }, "textDocument": { "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [""] } }, "dataSupport": true, "resolveSupport": { "properties": ["edit"] } } }, "general": { "positionEncodings": ["utf-16"] } });
    server.ask(
        "initialize",
        json!({ "processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders }),
    );
    server.tell("initialized", json!({}));
    server.until(|message| message["method"] == "$/progress" && message["params"]["value"]["kind"] == "end");
    (server, begin.elapsed())
}

/// A server, and the versions of its documents.
struct Server {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    id: u64,
    version: i64,
}

impl Server {
    fn new() -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_threatline"));
        let mut process = command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let to = process.stdin.take().expect("it is a pipe");
        let from = BufReader::with_capacity(1 << 20, process.stdout.take().expect("it is a pipe"));
        Server { process, to, from, id: 0, version: 0 }
    }

    fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
        self.to.flush().expect("the server reads");
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(json!({ "method": method, "params": params }));
    }

    /// The next message; requests of the server are answered.
    fn take(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.from.read_line(&mut line).expect("the server writes");
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(number) => length = number.parse().expect("it is a number"),
                None if line == "\r\n" => break,
                None => assert!(!line.is_empty(), "the server is gone"),
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).expect("the server writes");
        let message: Value = serde_json::from_slice(&body).expect("it is JSON");
        if message.get("method").is_some() && message.get("id").is_some() {
            self.send(json!({ "id": message["id"], "result": null }));
        }
        message
    }

    fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.take();
            if is_it(&message) {
                return message;
            }
        }
    }

    /// How long the answer to a request takes.
    fn ask(&mut self, method: &str, params: Value) -> Duration {
        self.id += 1;
        let id = self.id;
        let begin = Instant::now();
        self.send(json!({ "id": id, "method": method, "params": params }));
        let answer = self.until(|message| message["id"] == id && message.get("method").is_none());
        let elapsed = begin.elapsed();
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        elapsed
    }

    fn open(&mut self, uri: &str, text: &str) {
        self.version += 1;
        let document = json!({ "uri": uri, "languageId": "threat", "version": self.version, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        self.told();
    }

    /// How long it takes until what an edit makes wrong is told.
    fn edit(&mut self, uri: &str, line: usize, column: usize, text: &str, gone: usize) -> Duration {
        let start = json!({ "line": line, "character": column });
        // Taking away the first line or some characters behind the place.
        let end = if line == 0 {
            json!({ "line": gone, "character": 0 })
        } else {
            json!({ "line": line, "character": column + gone })
        };
        self.change(uri, json!({ "range": { "start": start, "end": end }, "text": text }))
    }

    fn replace(&mut self, uri: &str, text: &str) {
        self.change(uri, json!({ "text": text }));
    }

    fn change(&mut self, uri: &str, change: Value) -> Duration {
        self.version += 1;
        let begin = Instant::now();
        let document = json!({ "uri": uri, "version": self.version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
        self.told();
        begin.elapsed()
    }

    /// Waits for the diagnostics of the document's version.
    fn told(&mut self) {
        let version = self.version;
        self.until(|message| {
            message["method"] == "textDocument/publishDiagnostics" && message["params"]["version"] == version
        });
    }

    fn end(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        assert!(self.process.wait().expect("it ends").success());
    }
}

/// The line and column of the first place of some words; all before it in its line is ASCII.
fn place(text: &str, words: &str) -> (usize, usize) {
    let at = text.find(words).unwrap_or_else(|| panic!("the model says `{words}`"));
    let line = text[..at].matches('\n').count();
    (line, at - text[..at].rfind('\n').map_or(0, |end| end + 1))
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The memory that a process has in use, where the system tells it.
fn memory(process: &Child) -> String {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kilobytes.map_or("?".to_owned(), |kilobytes| format!("{:.1} MB", kilobytes / 1024.0))
}
