//! What an editor waits for: `cargo bench -p threatline --bench lsp` runs the language server over
//! a pipe on generated models, and prints a table. Each time ends with the last byte of the answer.
//! It must not know the server's insides. `-- scale` measures only 50,000 elements, and
//! `-- whole-file` only what an editor asks again and again for a whole file.

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use threatline_testkit::{generate, generate_one_file, generate_short};

/// How many elements the models have.
const SIZES: &[usize] = &[1_000, 10_000];

/// How often each request is made.
const TIMES: usize = 300;

/// How many edits are made to see whether memory grows.
const EDITS: usize = 10_000;

/// The file that is edited.
const EDITED: &str = "services/c0001/c0001.threat";

/// The files of what all components share.
const ASSETS: &str = "platform/assets.threat";
const PLATFORM: &str = "platform/platform.threat";

/// How long nothing more is told when everything has been.
const SILENCE: Duration = Duration::from_millis(1_500);

fn main() {
    println!("| elements | what | median | 95 % | longest |\n|---|---|---|---|---|");
    let is_asked_for = |part: &str| std::env::args().any(|argument| argument == part);
    if is_asked_for("whole-file") {
        return whole_file();
    }
    scale();
    if is_asked_for("scale") {
        return;
    }
    whole_file();
    for &elements in SIZES {
        measure(elements);
    }
}

/// The folder of a model's files.
fn written(files: Vec<(String, String)>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder"))
            .expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    folder
}

fn print(elements: usize, what: &str, mut times: Vec<Duration>) {
    times.sort();
    let index =
        |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
    println!(
        "| {elements} | {what} | {:.2} ms | {:.2} ms | {:.2} ms |",
        index(0.5),
        index(0.95),
        index(1.0)
    );
}

/// 50,000 elements in 1,000 files and 100,000 lines, and one file of 20,000 lines.
fn scale() {
    let elements = 50_000;
    let files = generate_short(elements);
    let (count, lines) = (
        files.len(),
        files
            .iter()
            .map(|(_, text)| text.lines().count())
            .sum::<usize>(),
    );
    let uses: usize = files
        .iter()
        .map(|(_, text)| text.matches("assets.customer_data").count())
        .sum();
    println!("| {elements} | files, lines, uses of one asset | {count} | {lines} | {uses} |");
    let folder = written(files);
    let print = |what: &str, times: Vec<Duration>| print(elements, what, times);

    print(
        "check by the command line",
        (0..7).map(|_| checked(folder.path())).collect(),
    );
    print(
        "start to the whole workspace diagnosed",
        (0..7).map(|_| started(folder.path()).1).collect(),
    );

    let mut server = started(folder.path()).0;
    let rest = memory(&server.process);
    let open = |path: &str, server: &mut Server| Document::open(server, &folder.path().join(path));
    let edited = open(EDITED, &mut server);
    let assets = open(ASSETS, &mut server);
    let platform = open(PLATFORM, &mut server);

    let comments = (0..TIMES).map(|turn| {
        let (text, gone) = if turn % 2 == 0 {
            ("// x\n", 0)
        } else {
            ("", 1)
        };
        server.edit(&edited.address, 0, 0, text, gone)
    });
    print("key in a comment", comments.collect());
    let keys =
        (0..TIMES).map(|turn| edited.key_in_word(&mut server, "authentication: federated", turn));
    print("key in a property", keys.collect());
    let keys = (0..TIMES / 3).map(|turn| {
        let (line, column) = place(&edited.text, "store_0");
        let (text, gone) = if turn % 2 == 0 { ("x", 0) } else { ("", 1) };
        server.edit(&edited.address, line, column + "store_0".len(), text, gone)
    });
    print("key in a name", keys.collect());
    let news = (0..TIMES / 3).map(|turn| {
        let address = uri(&folder.path().join(format!("services/new{turn}.threat")));
        let text = format!(
            "component new{turn}\n\nprocess api in platform.vpc {{ technology: web_service }}\n\n\
             flow call: api -> c0001.service_0 {{ protocol: https sends: assets.customer_data }}\n"
        );
        let time = server.open(&address, &text);
        server.tell(
            "textDocument/didClose",
            json!({ "textDocument": { "uri": address } }),
        );
        time
    });
    print("a new file", news.collect());
    server.silence();

    for (what, document, words, other) in [
        (
            "the classification of the most used asset",
            &assets,
            "classification: confidential",
            "restricted  ",
        ),
        (
            "the trust of a boundary",
            &platform,
            "trust: untrusted",
            "low      ",
        ),
    ] {
        let (line, column) = place(&document.text, words);
        let (key, word) = words.split_once(": ").expect("it is a property");
        let (mut own, mut others, mut next) = (Vec::new(), Vec::new(), Vec::new());
        for turn in 0..20 {
            let text = if turn % 2 == 0 { other } else { word };
            let index = column + key.len() + 2;
            own.push(server.edit(&document.address, line, index, text, text.len()));
            if turn % 4 < 2 {
                // The next key, while the other files follow.
                std::thread::sleep(Duration::from_millis(60));
                let (text, gone) = if turn % 2 == 0 {
                    ("// x\n", 0)
                } else {
                    ("", 1)
                };
                next.push(server.edit(&edited.address, 0, 0, text, gone));
                server.silence();
            } else {
                others.extend(server.silence());
            }
        }
        print(what, own);
        print(&format!("{what}: the last of the other files"), others);
        print(&format!("{what}: the next key meanwhile"), next);
    }

    for (what, method, word, more) in [
        ("hover", "hover", "store store_0", json!({})),
        ("definition", "definition", "customer_data", json!({})),
        (
            "completion of a word",
            "completion",
            "authentication: fed",
            json!({}),
        ),
        (
            "completion of an asset",
            "completion",
            "sends: assets.cus",
            json!({}),
        ),
        (
            "completion of an element",
            "completion",
            "-> ser",
            json!({}),
        ),
        (
            "references of the most used asset",
            "references",
            "customer_data",
            json!({ "context": { "includeDeclaration": true } }),
        ),
    ] {
        let (line, column) = place(&edited.text, word);
        let position = json!({ "line": line, "character": column + word.len() - 1 });
        let mut params = json!({ "textDocument": { "uri": edited.address }, "position": position });
        for (key, value) in more.as_object().expect("it is an object") {
            params[key] = value.clone();
        }
        let times = if method == "references" {
            TIMES / 10
        } else {
            TIMES
        };
        let answered = (0..times).map(|turn| {
            // Right behind a key in a property that no request is about.
            let (line, column) = place(&edited.text, "multi_factor: yes");
            let (text, gone) = if turn % 2 == 0 { ("no", 3) } else { ("yes", 2) };
            let change = replaced(line, column + "multi_factor: ".len(), text, gone);
            server.send_change(&edited.address, change);
            server.ask(&format!("textDocument/{method}"), params.clone())
        });
        print(what, answered.collect());
        server.silence();
    }
    println!(
        "| {elements} | memory after the start, most of it, at the end | {rest} | {} | {} |",
        most_memory(&server.process),
        memory(&server.process)
    );
    server.end();

    let folder = written(generate_one_file(10_000));
    let mut server = started(folder.path()).0;
    let large = Document::open(
        &mut server,
        &folder.path().join("services/c0000/c0000.threat"),
    );
    println!(
        "| 10000 | lines of one file | {} | | |",
        large.text.lines().count()
    );
    let print = |what: &str, times: Vec<Duration>| self::print(10_000, what, times);
    let middle = large.text.lines().count() / 2;
    let comments = (0..TIMES).map(|turn| {
        // In the middle of a long file, behind the end of a line.
        let length = large
            .text
            .lines()
            .nth(middle)
            .expect("it has so many lines")
            .len();
        let (text, gone) = if turn % 2 == 0 { (" // x", 0) } else { ("", 5) };
        server.edit(&large.address, middle, length, text, gone)
    });
    print("one file: key in a comment", comments.collect());
    let keys =
        (0..TIMES).map(|turn| large.key_in_word(&mut server, "authentication: federated", turn));
    print("one file: key in a property", keys.collect());
    let keys = (0..TIMES)
        .map(|turn| large.key_of_half_a_property(&mut server, "authentication: federated", turn));
    print("one file: key of a property half-written", keys.collect());
    server.end();
}

/// What an editor asks for a whole file of 2,000 lines after each pause: again without an edit,
/// after a key in another file, and after one in the file.
fn whole_file() {
    let elements = 1_000;
    let folder = written(generate_one_file(elements));
    let mut server = started(folder.path()).0;
    let path = |path: &str| folder.path().join(path);
    let large = Document::open(&mut server, &path("services/c0000/c0000.threat"));
    let other = Document::open(&mut server, &path(ASSETS));
    let lines = large.text.lines().count();
    println!("| {elements} | lines of one file | {lines} | | |");
    for (name, method) in [
        ("colors", "semanticTokens/full"),
        ("lenses", "codeLens"),
        ("folds", "foldingRange"),
        ("symbols", "documentSymbol"),
    ] {
        let method = format!("textDocument/{method}");
        let params = json!({ "textDocument": { "uri": large.address } });
        let again = (0..TIMES).map(|_| server.ask(&method, params.clone()));
        print(elements, &format!("{name} again"), again.collect());
        for (what, edited) in [("another file", &other), ("the file", &large)] {
            let answered = (0..TIMES).map(|turn| {
                let text = if turn % 2 == 0 { "// x\n" } else { "" };
                server.edit(&edited.address, 0, 0, text, turn % 2);
                server.ask(&method, params.clone())
            });
            let what = format!("{name} after a key in {what}");
            print(elements, &what, answered.collect());
        }
    }
    server.end();
}

/// How long a check by the command line takes, its output not examined.
fn checked(folder: &Path) -> Duration {
    let begin = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_threatline"));
    command
        .args(["check", "--fail-on", "never"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    assert!(command.status().expect("it starts").success());
    begin.elapsed()
}

/// An open document.
struct Document {
    address: String,
    text: String,
}

impl Document {
    fn open(server: &mut Server, path: &Path) -> Document {
        let document = Document {
            address: uri(path),
            text: fs::read_to_string(path).expect("the file is there"),
        };
        server.open(&document.address, &document.text);
        document
    }

    /// One of ten keys that write a property's word again, of which most leave one that means
    /// nothing.
    fn key_in_word(&self, server: &mut Server, words: &str, turn: usize) -> Duration {
        let (line, column) = place(&self.text, words);
        let end = words.len();
        let last = &words[end - 2..];
        let keys = [
            (end - 1, "", 1),
            (end - 2, "", 1),
            (end - 2, &last[..1], 0),
            (end - 1, &last[1..], 0),
        ];
        let (index, text, gone) = keys[turn % keys.len()];
        server.edit(&self.address, line, column + index, text, gone)
    }

    /// One of four keys that begin another property behind one, and take it back: after three of
    /// them, the text is broken.
    fn key_of_half_a_property(&self, server: &mut Server, words: &str, turn: usize) -> Duration {
        let (line, column) = place(&self.text, words);
        let end = column + words.len();
        let keys = [
            (end, " o", 0),
            (end + 2, "w", 0),
            (end + 2, "", 1),
            (end, "", 2),
        ];
        let (index, text, gone) = keys[turn % keys.len()];
        server.edit(&self.address, line, index, text, gone)
    }
}

fn measure(elements: usize) {
    let folder = written(generate(elements));
    let print = |what: &str, times: Vec<Duration>| print(elements, what, times);

    print(
        "start to the whole workspace diagnosed",
        (0..10).map(|_| started(folder.path()).1).collect(),
    );

    let mut server = started(folder.path()).0;
    let rest = memory(&server.process);
    let address = uri(&folder.path().join(EDITED));
    let text = fs::read_to_string(folder.path().join(EDITED)).expect("the file is there");
    server.open(&address, &text);

    let comment = (0..TIMES).map(|turn| {
        server.edit(
            &address,
            0,
            0,
            if turn % 2 == 0 { "// x\n" } else { "" },
            turn % 2,
        )
    });
    print("key in a comment to diagnostics", comment.collect());
    let (line, column) = place(&text, "authentication: federated");
    let column = column + "authentication: ".len();
    let property = (0..TIMES).map(|turn| {
        // Ten keys that write a word, of which most leave one that means nothing.
        let (index, text, gone) =
            [(9, "", 0), (8, "", 1), (7, "", 1), (7, "t", 0), (8, "e", 0)][turn % 5];
        server.edit(
            &address,
            line,
            column + index,
            text,
            if turn % 5 == 0 { 0 } else { gone },
        )
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
    let whole =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": end, "character": 0 } });
    let asked = [
        ("hover", "hover", "store store_0", json!({})),
        ("definition", "definition", "customer_data", json!({})),
        (
            "references of an asset used everywhere",
            "references",
            "customer_data",
            json!({ "context": { "includeDeclaration": true } }),
        ),
        (
            "completion of a word",
            "completion",
            "authentication: fed",
            json!({}),
        ),
        (
            "completion of an asset",
            "completion",
            "sends: assets.cus",
            json!({}),
        ),
        (
            "completion of an element",
            "completion",
            "-> ser",
            json!({}),
        ),
        (
            "actions on an element",
            "codeAction",
            "process service_0",
            json!({ "context": { "diagnostics": [] } }),
        ),
        ("colors of a file", "semanticTokens/full", "", json!({})),
        (
            "hints of a file",
            "inlayHint",
            "",
            json!({ "range": whole }),
        ),
        ("lenses of a file", "codeLens", "", json!({})),
        (
            "rename of an element",
            "rename",
            "store store_0",
            json!({ "newName": "store_x" }),
        ),
    ];
    for (what, method, word, more) in asked {
        let mut params = json!({ "textDocument": { "uri": address } });
        for (key, value) in more.as_object().expect("it is an object") {
            params[key] = value.clone();
        }
        let times = if method == "rename" || method == "references" {
            TIMES / 10
        } else {
            TIMES
        };
        let answered = (0..times).map(|turn| {
            // Each time after an edit, so that nothing can be answered from memory alone: a line
            // above, there or not.
            let shift = 1 - turn % 2;
            server.edit(
                &address,
                0,
                0,
                if shift == 1 { "// x\n" } else { "" },
                turn % 2,
            );
            if !word.is_empty() {
                let (line, column) = place(&text, word);
                let position =
                    json!({ "line": line + shift, "character": column + word.len() - 1 });
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
    println!(
        "| {elements} | memory after {EDITS} more edits, and before them | {after} | {before} | |"
    );
    server.end();
}

/// A server that has told all that is wrong below a folder, and how long that took.
fn started(folder: &Path) -> (Server, Duration) {
    let begin = Instant::now();
    let mut server = Server::new();
    let folders = json!([{ "uri": uri(folder), "name": "model" }]);
    let capabilities = json!({
        "window": { "workDoneProgress": true },
        "textDocument": {
            "codeAction": {
                "codeActionLiteralSupport": { "codeActionKind": { "valueSet": [""] } },
                "dataSupport": true,
                "resolveSupport": { "properties": ["edit"] },
            },
        },
        "general": { "positionEncodings": ["utf-16"] },
    });
    let parameters = json!({
        "processId": null,
        "rootUri": null,
        "capabilities": capabilities,
        "workspaceFolders": folders,
    });
    server.ask("initialize", parameters);
    server.tell("initialized", json!({}));
    server.until(|message| {
        message["method"] == "$/progress" && message["params"]["value"]["kind"] == "end"
    });
    (server, begin.elapsed())
}

/// A server, and the versions of its documents.
struct Server {
    process: Child,
    to: ChildStdin,
    /// What comes, each with when it was there.
    from: Receiver<(Instant, Value)>,
    id: u64,
    version: i64,
    /// When something was last sent.
    sent: Instant,
}

impl Server {
    fn new() -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_threatline"));
        let mut process = command
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let to = process.stdin.take().expect("it is a pipe");
        let mut from =
            BufReader::with_capacity(1 << 20, process.stdout.take().expect("it is a pipe"));
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            while let Some(body) = read(&mut from) {
                let arrived = Instant::now();
                if sender
                    .send((arrived, serde_json::from_slice(&body).expect("it is JSON")))
                    .is_err()
                {
                    break;
                }
            }
        });
        Server {
            process,
            to,
            from: receiver,
            id: 0,
            version: 0,
            sent: Instant::now(),
        }
    }

    fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = json!("2.0");
        let body = message.to_string();
        self.sent = Instant::now();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
        self.to.flush().expect("the server reads");
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(json!({ "method": method, "params": params }));
    }

    /// The next message and when it was there; requests of the server are answered.
    fn take(&mut self, within: Duration) -> Option<(Instant, Value)> {
        let (arrived, message) = self.from.recv_timeout(within).ok()?;
        if message.get("method").is_some() && message.get("id").is_some() {
            let sent = self.sent;
            self.send(json!({ "id": message["id"], "result": null }));
            self.sent = sent;
        }
        Some((arrived, message))
    }

    fn until(&mut self, is_it: impl Fn(&Value) -> bool) -> (Instant, Value) {
        loop {
            let taken = self
                .take(Duration::from_secs(60))
                .expect("the server says something");
            if is_it(&taken.1) {
                return taken;
            }
        }
    }

    /// Waits until nothing more is told, and gives how long after the last change the last was.
    fn silence(&mut self) -> Option<Duration> {
        let mut last = None;
        while let Some((arrived, _)) = self.take(SILENCE) {
            last = Some(arrived);
        }
        last.map(|arrived| arrived.saturating_duration_since(self.sent))
    }

    /// How long the answer to a request takes.
    fn ask(&mut self, method: &str, params: Value) -> Duration {
        self.id += 1;
        let id = self.id;
        let begin = Instant::now();
        self.send(json!({ "id": id, "method": method, "params": params }));
        let (arrived, answer) =
            self.until(|message| message["id"] == id && message.get("method").is_none());
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        arrived - begin
    }

    /// How long it takes until what is wrong in a document is told.
    fn open(&mut self, uri: &str, text: &str) -> Duration {
        self.version += 1;
        let begin = Instant::now();
        let document =
            json!({ "uri": uri, "languageId": "threat", "version": self.version, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        self.told() - begin
    }

    /// How long it takes until what an edit makes wrong is told.
    fn edit(&mut self, uri: &str, line: usize, column: usize, text: &str, gone: usize) -> Duration {
        self.change(uri, replaced(line, column, text, gone))
    }

    fn replace(&mut self, uri: &str, text: &str) {
        self.change(uri, json!({ "text": text }));
    }

    fn change(&mut self, uri: &str, change: Value) -> Duration {
        let begin = Instant::now();
        self.send_change(uri, change);
        self.told() - begin
    }

    fn send_change(&mut self, uri: &str, change: Value) {
        self.version += 1;
        let document = json!({ "uri": uri, "version": self.version });
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [change] }),
        );
    }

    /// Waits for the diagnostics of the document's version.
    fn told(&mut self) -> Instant {
        let version = self.version;
        let told = self.until(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["version"] == version
        });
        told.0
    }

    fn end(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        assert!(self.process.wait().expect("it ends").success());
    }
}

/// The body of the next message, while there is one.
fn read(from: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        from.read_line(&mut line)
            .ok()
            .filter(|length| *length > 0)?;
        match line.trim_end().strip_prefix("Content-Length: ") {
            Some(number) => length = number.parse().expect("it is a number"),
            None if line == "\r\n" => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    Some(body)
}

/// A change of some characters behind a place, or of some lines from the first one on.
fn replaced(line: usize, column: usize, text: &str, gone: usize) -> Value {
    let end = match line {
        0 => json!({ "line": gone, "character": 0 }),
        _ => json!({ "line": line, "character": column + gone }),
    };
    json!({ "range": { "start": { "line": line, "character": column }, "end": end }, "text": text })
}

/// The line and column of the first place of some words; all before it in its line is ASCII.
fn place(text: &str, words: &str) -> (usize, usize) {
    let index = text
        .find(words)
        .unwrap_or_else(|| panic!("the model says `{words}`"));
    let line = text[..index].matches('\n').count();
    (
        line,
        index - text[..index].rfind('\n').map_or(0, |end| end + 1),
    )
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The memory that a process has in use, where the system tells it.
fn memory(process: &Child) -> String {
    status(process, "VmRSS:")
}

/// The most memory that a process had in use, where the system tells it.
fn most_memory(process: &Child) -> String {
    status(process, "VmHWM:")
}

fn status(process: &Child, what: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    kilobytes.map_or("?".to_owned(), |kilobytes| {
        format!("{:.1} MB", kilobytes / 1024.0)
    })
}
