//! The session: the one thread that owns the models and changes them, in the order in which
//! messages came. It must not wait for the client, and computes nothing that takes long.

use super::client::Client;
use super::handlers;
use super::problems;
use super::settings::Settings;
use super::snapshot::{Open, Snapshot, Table};
use super::transport::{Answer, Incoming, Outgoing};
use super::uris::path_of;
use super::watch::Watch;
use crate::load::disk;
use crate::load::models::today_here;
use crate::load::paths::{SETTINGS, folder_of, is_model_file, is_settings, key};
use ropey::Rope;
use salsa::Database as _;
use salsa::plumbing::Revision;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use threatline_model::{
    Date, Diagnostic, File, FileText, Model, Span, Workspace, diagnostics, settings_diagnostics,
};
use threatline_syntax::Encoding;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id};
use tower_lsp::ls_types as lsp;

/// What happens to a session.
pub enum Event {
    /// A message came in.
    Incoming(Incoming),
    /// A request was interrupted by a change, and is to be answered on what is there now.
    Again(Task),
    /// A request has been answered, and not given up.
    Answered(Id, bool),
    /// Something changed on the disk.
    Disk(PathBuf),
    /// The connection is closed.
    Gone,
    /// Diagnostics were told, as far as nothing interrupted that.
    Told { of: Told, all: bool },
}

/// The files whose diagnostics are told, one kind after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Those that are open.
    Open,
    /// All others, and settings.
    Others,
}

/// A request on its way.
pub struct Task {
    /// What is asked.
    pub method: String,
    /// About what.
    pub params: Value,
    /// Where the answer goes.
    pub answer: Answer,
    /// How often it was interrupted.
    pub tries: u32,
}

/// How often a request begins anew before the client is told that its content was modified.
const MOST_TRIES: u32 = 8;

/// How long nothing has to happen before the client is asked to look at everything anew.
const QUIET: Duration = Duration::from_millis(250);

/// How long after the open files the others begin to follow: whoever types on does not wait for
/// them to be stopped.
const BREATH: Duration = Duration::from_millis(30);

/// How often it is looked at what day it is, when nothing happens.
const TICK: Duration = Duration::from_secs(5);

/// What a client asks for again when it is told to: the capability, and the request that tells it.
const REFRESHED: [(&str, &str); 4] = [
    ("diagnostics", "workspace/diagnostic/refresh"),
    ("semanticTokens", "workspace/semanticTokens/refresh"),
    ("inlayHint", "workspace/inlayHint/refresh"),
    ("codeLens", "workspace/codeLens/refresh"),
];

/// Where the session is between its start and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Uninitialized,
    Running,
    ShutDown,
}

/// An open document.
struct Document {
    version: i32,
    text: Rope,
}

/// The session.
pub struct Session {
    phase: Phase,
    client: Arc<Client>,
    settings: Arc<Settings>,
    workspace: Workspace,
    table: Arc<Table>,
    documents: HashMap<Arc<str>, Document>,
    folders: Vec<PathBuf>,
    /// Each request that runs, and how to stop it.
    running: HashMap<Id, salsa::CancellationToken>,
    /// A request that panics, for the tests of what comes of it: `THREATLINE_PANIC_ON`.
    panics_on: Option<String>,
    /// A file that says what day it is, for the tests of what comes of that: `THREATLINE_TODAY`.
    today_in: Option<PathBuf>,
    /// What our own requests to the client are for.
    asked: HashMap<Id, Asked>,
    next_id: i64,
    /// The last change that was seen.
    change: Option<Revision>,
    /// Whether diagnostics are to be told.
    is_dirty: bool,
    is_telling: bool,
    /// When those of the files that are not open are to be told.
    others_due: Option<Instant>,
    /// What the client was last asked to look at anew.
    shown: Option<Revision>,
    /// The progress of the start, while it lasts.
    progress: Option<Value>,
    /// Whether the client asks for the diagnostics of the whole workspace.
    pulls_workspace: bool,
    /// The request for them that is answered now and the last change it sees, then that change when
    /// it is answered.
    pulling: Option<(Id, Option<Revision>)>,
    pulled: Option<Option<Revision>>,
    /// The next such requests, which wait for a change.
    waiting: Vec<Task>,
    /// How the session ends when all that was asked is answered, since the client sends no more.
    ending: Option<End>,
    /// What changed on the disk and was not looked at yet.
    changed_on_disk: BTreeSet<PathBuf>,
    watch: Option<Watch>,
    events: Sender<Event>,
    outgoing: Outgoing,
    pool: rayon::ThreadPool,
    background: rayon::ThreadPool,
    models: Arc<[Model]>,
    tests: Arc<[Model]>,
    told: Arc<dashmap::DashMap<Arc<str>, u64>>,
}

/// What a request of ours was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Nothing comes of the answer.
    Nothing,
    /// What the user wants to see.
    Settings,
}

/// How a session ended: with `shutdown` before `exit`, or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As the protocol wants it.
    Orderly,
    /// Otherwise.
    Abrupt,
}

impl Session {
    /// A session that nothing has been said to.
    pub fn new(events: Sender<Event>, outgoing: Outgoing) -> Session {
        let threads = std::thread::available_parallelism()
            .map_or(2, usize::from)
            .max(2);
        let pool = |name: &'static str, threads| {
            let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
            builder
                .thread_name(move |at| format!("{name} {at}"))
                .build()
                .expect("threads can be started")
        };
        let today_in: Option<PathBuf> = std::env::var_os("THREATLINE_TODAY").map(PathBuf::from);
        Session {
            phase: Phase::Uninitialized,
            client: Arc::new(Client::new(&lsp::InitializeParams::default(), &Value::Null)),
            settings: Arc::default(),
            workspace: Workspace::new(today(today_in.as_deref())),
            table: Arc::default(),
            documents: HashMap::new(),
            folders: Vec::new(),
            running: HashMap::new(),
            panics_on: std::env::var("THREATLINE_PANIC_ON").ok(),
            today_in,
            asked: HashMap::new(),
            next_id: 0,
            change: None,
            is_dirty: false,
            is_telling: false,
            others_due: None,
            shown: None,
            progress: None,
            pulls_workspace: false,
            pulling: None,
            pulled: None,
            waiting: Vec::new(),
            ending: None,
            changed_on_disk: BTreeSet::new(),
            watch: None,
            events,
            outgoing,
            pool: pool("request", threads),
            background: pool("diagnostics", threads),
            models: Arc::from([]),
            tests: Arc::from([]),
            told: Arc::default(),
        }
    }

    /// Takes events until the client says `exit` or is gone.
    pub fn run(&mut self, events: &Receiver<Event>) -> End {
        loop {
            // When nothing else is waiting, there is time to tell what is wrong.
            let event = match events.try_recv() {
                Ok(event) => event,
                Err(_) => {
                    if let Some(end) = self.ending.filter(|_| self.running.is_empty()) {
                        return end;
                    }
                    self.settle();
                    // Only when nothing more comes for a while is the client to look at everything
                    // anew.
                    let is_stale = self.shown != Some(self.workspace.revision());
                    let others_due = self
                        .others_due
                        .filter(|_| !self.is_telling && self.outgoing.is_read());
                    let quiet = if is_stale { QUIET } else { TICK };
                    let wait = others_due.map(|due| due.saturating_duration_since(Instant::now()));
                    match events.recv_timeout(wait.unwrap_or(quiet)) {
                        Ok(event) => event,
                        Err(RecvTimeoutError::Timeout) if others_due.is_some() => continue,
                        Err(RecvTimeoutError::Timeout) if is_stale => {
                            self.refresh();
                            continue;
                        }
                        Err(RecvTimeoutError::Timeout) => continue,
                        Err(RecvTimeoutError::Disconnected) => return End::Abrupt,
                    }
                }
            };
            match event {
                Event::Incoming(message) => self.received(message),
                Event::Gone => return self.ending.unwrap_or(End::Abrupt),
                Event::Again(task) => self.start(task),
                Event::Answered(id, is_whole) => {
                    self.running.remove(&id);
                    if let Some((_, change)) = self.pulling.take_if(|(pulling, _)| *pulling == id) {
                        self.pulled = is_whole.then_some(change);
                        self.checked(is_whole);
                    }
                }
                Event::Disk(path) => {
                    self.changed_on_disk.insert(path);
                }
                Event::Told { of, all } => {
                    self.is_telling = false;
                    self.is_dirty |= !all;
                    match of {
                        Told::Open => self.others_due = Some(Instant::now() + BREATH),
                        Told::Others => self.checked(all),
                    }
                    if of == Told::Others && all && self.running.is_empty() {
                        self.workspace.tidy_up();
                    }
                    if self.pulls_workspace {
                        self.take_back();
                    }
                }
            }
        }
    }

    fn received(&mut self, message: Incoming) {
        match message {
            Incoming::Notification(method, _) if method == "exit" => {
                self.cancel_all();
                self.leave(match self.phase {
                    Phase::ShutDown => End::Orderly,
                    _ => End::Abrupt,
                });
            }
            Incoming::Notification(method, params) => self.notified(&method, params),
            Incoming::Request(method, params, answer) => self.requested(Task {
                method,
                params,
                answer,
                tries: 0,
            }),
            Incoming::Response(id, answer) => {
                if let (Some(Asked::Settings), Ok(Value::Array(sections))) =
                    (self.asked.remove(&id), answer)
                {
                    sections
                        .first()
                        .into_iter()
                        .for_each(|said| self.set_settings(said));
                }
            }
            Incoming::Malformed(why) => self.log(lsp::MessageType::ERROR, why),
            Incoming::End => self.leave(End::Abrupt),
        }
    }

    fn cancel_all(&self) {
        let running = self.running.values();
        running.for_each(salsa::CancellationToken::cancel);
    }

    /// Ends the session when all that was asked is answered. The first end counts.
    fn leave(&mut self, end: End) {
        self.ending.get_or_insert(end);
        self.refuse_waiting();
    }

    // ---- requests ------------------------------------------------------------------------------

    fn requested(&mut self, task: Task) {
        match (self.phase, task.method.as_str()) {
            (Phase::Uninitialized, "initialize") => {
                let answer = self.initialize(task.params);
                task.answer.send(answer);
            }
            (Phase::Uninitialized, _) => {
                refuse(
                    task,
                    ErrorCode::ServerError(-32002),
                    "the server has not been initialized",
                );
            }
            (Phase::ShutDown, _) | (Phase::Running, "initialize") => {
                refuse(
                    task,
                    ErrorCode::InvalidRequest,
                    "this request is out of place",
                );
            }
            (Phase::Running, "shutdown") => {
                self.phase = Phase::ShutDown;
                self.cancel_all();
                self.refuse_waiting();
                task.answer.send(Ok(Value::Null));
            }
            (Phase::Running, "workspace/diagnostic") => self.pull_workspace(task),
            (Phase::Running, _) => self.start(task),
        }
    }

    /// Answers a request for the diagnostics of all, at once or, if the client can take them in
    /// parts and has them as they are, when they change.
    fn pull_workspace(&mut self, task: Task) {
        if !std::mem::replace(&mut self.pulls_workspace, true) {
            self.take_back();
        }
        let can_wait = task.params.get("partialResultToken").is_some() && self.ending.is_none();
        if can_wait && self.pulled == Some(self.change) {
            return self.waiting.push(task);
        }
        self.pulling = Some((task.answer.id().clone(), self.change));
        self.start(task);
    }

    /// Answers what waits for a change, since none will come.
    fn refuse_waiting(&mut self) {
        for task in std::mem::take(&mut self.waiting) {
            refuse(task, ErrorCode::RequestCancelled, "the server shuts down");
        }
    }

    /// Answers a request on a thread of its own, on what is there now.
    fn start(&mut self, task: Task) {
        let Some(handler) = handlers::find(&task.method) else {
            let message = format!("there is no `{}`", task.method);
            return refuse(task, ErrorCode::MethodNotFound, &message);
        };
        let about = task
            .params
            .pointer("/textDocument/uri")
            .and_then(Value::as_str);
        if about.is_some_and(is_settings) && !handlers::SETTINGS.contains(&task.method.as_str()) {
            // An editor asks for everything of all documents that it was told to.
            return task.answer.send(Ok(Value::Null));
        }
        let snapshot = self.snapshot();
        self.running
            .insert(task.answer.id().clone(), snapshot.db.cancellation_token());
        let events = self.events.clone();
        let panics = self.panics_on.as_ref() == Some(&task.method);
        self.pool.spawn(move || {
            let params = task.params.clone();
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                salsa::Cancelled::catch(AssertUnwindSafe(|| {
                    assert!(!panics, "as was wanted");
                    // It drops the snapshot: the owner waits for that before it can change
                    // anything.
                    handler(snapshot, params)
                }))
            }));
            let answer = match outcome {
                Ok(Ok(answer)) => answer,
                Ok(Err(salsa::Cancelled::Local)) => Err(Error::request_cancelled()),
                Ok(Err(_)) if task.tries < MOST_TRIES => {
                    let _ = events.send(Event::Again(Task {
                        tries: task.tries + 1,
                        ..task
                    }));
                    return;
                }
                Ok(Err(_)) if task.method.ends_with("/diagnostic") => Err(ask_again()),
                Ok(Err(_)) => Err(Error::content_modified()),
                Err(panic) => {
                    let mut error = Error::internal_error();
                    error.message =
                        format!("this request failed: {}", what_panicked(&*panic)).into();
                    Err(error)
                }
            };
            // First, so that the session knows it before the client can ask for more.
            let _ = events.send(Event::Answered(task.answer.id().clone(), answer.is_ok()));
            task.answer.send(answer);
        });
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            db: self.workspace.db().clone(),
            models: self.models.clone(),
            tests: self.tests.clone(),
            table: self.table.clone(),
            client: self.client.clone(),
            settings: self.settings.clone(),
            outgoing: self.outgoing.clone(),
        }
    }

    fn initialize(&mut self, said: Value) -> tower_lsp::jsonrpc::Result<Value> {
        let params: lsp::InitializeParams = serde_json::from_value(said.clone())
            .map_err(|error| Error::invalid_params(error.to_string()))?;
        self.client = Arc::new(Client::new(&params, &said));
        self.phase = Phase::Running;
        let folders = params.workspace_folders.clone().unwrap_or_default();
        self.folders = folders
            .iter()
            .map(|folder| PathBuf::from(path_of(&folder.uri).as_ref()))
            .collect();
        #[allow(deprecated)] // older clients know nothing else
        if let Some(root) = params
            .root_uri
            .as_ref()
            .filter(|_| params.workspace_folders.is_none())
        {
            self.folders.push(PathBuf::from(path_of(root).as_ref()));
        }
        if let Some(said) = &params.initialization_options {
            self.set_settings(said);
        }
        if let Some(parent) = params.process_id {
            watch(parent);
        }
        let mut result = json!(lsp::InitializeResult {
            capabilities: handlers::capabilities(&self.client),
            server_info: Some(lsp::ServerInfo {
                name: "threatline".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..lsp::InitializeResult::default()
        });
        // What the types of the protocol library do not know.
        let capabilities = &mut result["capabilities"];
        capabilities["typeHierarchyProvider"] = json!(true);
        capabilities["workspace"]["textDocumentContent"] = json!({ "schemes": ["threatline"] });
        Ok(result)
    }

    // ---- notifications -------------------------------------------------------------------------

    fn notified(&mut self, method: &str, params: Value) {
        if self.phase != Phase::Running {
            return;
        }
        match method {
            "initialized" => self.initialized(),
            "$/cancelRequest" => self.cancel(params),
            "textDocument/didOpen" => self.with(params, Session::opened),
            "textDocument/didChange" => self.with(params, Session::changed),
            "textDocument/didClose" => self.with(params, Session::closed),
            "workspace/didChangeWatchedFiles" => self.with(params, Session::watched),
            "workspace/didChangeWorkspaceFolders" => self.with(params, Session::folders_changed),
            "workspace/didChangeConfiguration" => self.configured(&params),
            "workspace/didRenameFiles"
            | "workspace/didCreateFiles"
            | "workspace/didDeleteFiles" => self.look_again(),
            _ => {}
        }
    }

    /// Reads what a notification is about. One that cannot be read is left out: nobody waits for an
    /// answer.
    fn with<T: DeserializeOwned>(&mut self, params: Value, then: impl FnOnce(&mut Session, T)) {
        match serde_json::from_value(params) {
            Ok(params) => then(self, params),
            Err(error) => self.log(
                lsp::MessageType::WARNING,
                format!("a notification cannot be read: {error}"),
            ),
        }
    }

    fn initialized(&mut self) {
        let progress = self.client.has("window.workDoneProgress").then(|| {
            let token = json!("threatline/start");
            self.ask("window/workDoneProgress/create", json!({ "token": token }));
            token
        });
        if let Some(token) = &progress {
            let value =
                json!({ "kind": "begin", "title": "Threatline", "message": "reading models" });
            self.notify("$/progress", json!({ "token": token, "value": value }));
        }
        if self
            .client
            .has("workspace.didChangeWatchedFiles.dynamicRegistration")
        {
            let watchers =
                json!([{ "globPattern": "**/*.threat" }, { "globPattern": "**/threatline.toml" }]);
            let registration = json!({
                "id": "threatline/files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": { "watchers": watchers },
            });
            self.ask(
                "client/registerCapability",
                json!({ "registrations": [registration] }),
            );
        } else {
            match Watch::new(self.events.clone()) {
                Ok(watch) => self.watch = Some(watch),
                Err(error) => self.log(
                    lsp::MessageType::WARNING,
                    format!("changes of files outside of the editor are not seen: {error}"),
                ),
            }
        }
        if self
            .client
            .has("workspace.didChangeConfiguration.dynamicRegistration")
        {
            let options = json!({ "section": "threatline" });
            let method = "workspace/didChangeConfiguration";
            let registration = json!({ "id": "threatline/settings", "method": method, "registerOptions": options });
            self.ask(
                "client/registerCapability",
                json!({ "registrations": [registration] }),
            );
        }
        self.look_again();
        self.shown = Some(self.workspace.revision());
        self.configured(&Value::Null);
        if let Some(token) = progress {
            let message = format!("checking {} files", self.table.files.len());
            self.notify(
                "$/progress",
                json!({ "token": token, "value": { "kind": "report", "message": message } }),
            );
            self.progress = Some(token);
        }
    }

    /// Takes the settings of a client that sends them, and asks one for them that wants to be
    /// asked.
    fn configured(&mut self, params: &Value) {
        if self.client.has("workspace.configuration") {
            let params = json!({ "items": [{ "section": "threatline" }] });
            self.ask_for(Asked::Settings, "workspace/configuration", params);
        } else if let Some(said) = params.get("settings").filter(|said| !said.is_null()) {
            self.set_settings(said);
        }
    }

    fn set_settings(&mut self, said: &Value) {
        let (settings, problems) = Settings::read(said);
        self.settings = Arc::new(settings);
        problems
            .into_iter()
            .for_each(|problem| self.log(lsp::MessageType::WARNING, problem));
        // What is shown is made with them.
        self.shown = None;
    }

    fn cancel(&mut self, params: Value) {
        let id: Option<Id> = params
            .get("id")
            .cloned()
            .and_then(|id| serde_json::from_value(id).ok());
        if let Some(token) = id.as_ref().and_then(|id| self.running.get(id)) {
            token.cancel();
        } else if let Some(at) = self
            .waiting
            .iter()
            .position(|task| Some(task.answer.id()) == id.as_ref())
        {
            refuse(
                self.waiting.swap_remove(at),
                ErrorCode::RequestCancelled,
                "cancelled",
            );
        }
    }

    fn opened(&mut self, params: lsp::DidOpenTextDocumentParams) {
        let document = params.text_document;
        let path = path_of(&document.uri);
        let open = Open {
            uri: document.uri.clone(),
            version: document.version,
        };
        self.table.open.insert(path.clone(), open);
        let text = Rope::from_str(&document.text);
        self.documents.insert(
            path.clone(),
            Document {
                version: document.version,
                text,
            },
        );
        self.put(&path, &document.text);
        // It is told with its version, and no longer by whoever is telling without, also if it is
        // what the disk has.
        self.workspace.tidy_up();
        self.is_dirty = true;
        if self.client.pulls() {
            // From now on the client asks.
            self.clear(&path);
        }
    }

    /// Sets the text of a document.
    fn put(&mut self, path: &Arc<str>, text: &str) {
        if is_settings(&**path) {
            self.workspace
                .set_model(folder_of(path), Some((path, text)));
        } else {
            self.find_root_of(path);
            let file = self.workspace.set_file(path, FileText::new(text));
            self.table.files.insert(path.clone(), file);
        }
        self.after_change();
    }

    /// Looks for the root of a file above which none is known.
    fn find_root_of(&mut self, path: &str) {
        if self.workspace.model_around(path).is_some() {
            return;
        }
        if !path.starts_with('/') && !path.contains(":/") {
            // No file: a model of its own.
            self.workspace.set_model(path, None);
            return;
        }
        self.load(models_around(Path::new(path)));
    }

    fn changed(&mut self, params: lsp::DidChangeTextDocumentParams) {
        let path = path_of(&params.text_document.uri);
        let encoding = self.client.encoding;
        let Some(document) = self.documents.get_mut(&path) else {
            return;
        };
        document.version = params.text_document.version;
        if let Some(mut open) = self.table.open.get_mut(&path) {
            open.version = params.text_document.version;
        }
        let mut single: Option<(Span, String)> = None;
        let changes = params.content_changes.len();
        for change in params.content_changes {
            match change.range {
                None => {
                    document.text = Rope::from_str(&change.text);
                    single = None;
                }
                Some(range) => {
                    let start = char_at(&document.text, range.start, encoding);
                    let end = char_at(&document.text, range.end, encoding).max(start);
                    let span = Span {
                        start: document.text.char_to_byte(start) as u32,
                        end: document.text.char_to_byte(end) as u32,
                    };
                    document.text.remove(start..end);
                    document.text.insert(start, &change.text);
                    single = Some((span, change.text));
                }
            }
        }
        let text = document.text.to_string();
        match (single.filter(|_| changes == 1), self.workspace.file(&path)) {
            (Some((span, replacement)), Some(file)) => {
                self.workspace.edit(file, span, &replacement);
                debug_assert_eq!(file.source(self.workspace.db()).text, text);
                self.after_change();
            }
            _ => self.put(&path, &text),
        }
    }

    fn closed(&mut self, params: lsp::DidCloseTextDocumentParams) {
        let path = path_of(&params.text_document.uri);
        self.documents.remove(&path);
        self.table.open.remove(&path);
        self.table.tokens.remove(&path);
        self.take_from_disk(&path);
        self.after_change();
    }

    /// Sets a file to what the disk has of it, unless it is open.
    fn take_from_disk(&mut self, path: &Arc<str>) {
        if self.documents.contains_key(path) {
            return;
        }
        let is_there = Path::new(path.as_ref()).is_file();
        if is_settings(&**path) {
            return self.look_again();
        }
        match is_there {
            true if is_model_file(&**path) => {
                self.find_root_of(path);
                self.workspace
                    .load(vec![(path.clone(), disk::read(Path::new(&**path)))]);
                if let Some(file) = self.workspace.file(path) {
                    self.table.files.insert(path.clone(), file);
                }
            }
            _ => {
                self.workspace.remove_file(path);
                // What is no file was a model of its own.
                self.workspace.remove_model(path);
                self.table.files.remove(path);
                self.clear(path);
            }
        }
    }

    fn watched(&mut self, params: lsp::DidChangeWatchedFilesParams) {
        self.changed_on_disk.extend(
            params
                .changes
                .iter()
                .map(|change| PathBuf::from(path_of(&change.uri).as_ref())),
        );
        self.look_at_changes();
    }

    /// Takes over what changed on the disk.
    fn look_at_changes(&mut self) {
        let changed = std::mem::take(&mut self.changed_on_disk);
        if changed.is_empty() {
            return;
        }
        // Settings, or a folder that came or went, change what belongs where.
        if changed
            .iter()
            .any(|path| !is_model_file(path) || path.is_dir())
        {
            return self.look_again();
        }
        for path in changed {
            self.take_from_disk(&key(&path));
        }
        self.after_change();
    }

    fn folders_changed(&mut self, params: lsp::DidChangeWorkspaceFoldersParams) {
        let path = |folder: &lsp::WorkspaceFolder| PathBuf::from(path_of(&folder.uri).as_ref());
        let removed: Vec<PathBuf> = params.event.removed.iter().map(path).collect();
        self.folders.retain(|folder| !removed.contains(folder));
        self.folders.extend(params.event.added.iter().map(path));
        self.look_again();
    }

    // ---- models --------------------------------------------------------------------------------

    /// Looks at the disk for what models there are now.
    fn look_again(&mut self) {
        let mut roots = disk::Roots::new();
        for folder in &self.folders {
            for (root, files) in disk::models_in(folder) {
                roots.entry(root).or_default().extend(files);
            }
        }
        self.add_models_of_documents(&mut roots);
        let there: HashSet<&Arc<str>> = roots.values().flatten().collect();
        let known: Vec<Arc<str>> = self
            .table
            .files
            .iter()
            .map(|entry| entry.key().clone())
            .collect();
        let gone = known
            .into_iter()
            .filter(|path| !there.contains(path) && !self.documents.contains_key(path));
        for path in gone.collect::<Vec<_>>() {
            self.workspace.remove_file(&path);
            self.table.files.remove(&path);
            self.clear(&path);
        }
        self.forget_all_models_but(&roots);
        self.load(roots);
        if self
            .watch
            .as_mut()
            .is_some_and(|watch| watch.set(&self.folders))
        {
            self.changed_on_disk.extend(self.folders.first().cloned());
        }
        // What is open may belong to another model now.
        let open: Vec<(Arc<str>, String)> = self
            .documents
            .iter()
            .map(|(path, document)| (path.clone(), document.text.to_string()))
            .collect();
        for (path, text) in open {
            self.put(&path, &text);
        }
        self.after_change();
    }

    /// Adds the models of open documents that are not below the folders, or in a model whose other
    /// files the disk does not have.
    fn add_models_of_documents(&self, roots: &mut disk::Roots) {
        let mut paths: Vec<&Path> = self
            .documents
            .keys()
            .map(|path| Path::new(&**path))
            .collect();
        paths.retain(|path| path.is_absolute());
        // A folder without settings is a model with what is below it.
        paths.sort_by_key(|path| path.components().count());
        for path in paths {
            let (root, has_settings) = disk::root_of(path);
            let is_below = |root: &Arc<str>| path.starts_with(&**root);
            let is_known = if has_settings {
                roots.contains_key(&key(&root))
            } else {
                roots.keys().any(is_below)
            };
            if !is_known {
                roots.extend(models_around(path));
            }
        }
    }

    /// Forgets the models whose roots are not on the disk any more, but for documents that are a
    /// model each.
    fn forget_all_models_but(&mut self, roots: &disk::Roots) {
        let db = self.workspace.db();
        let is_gone = |model: &Model| {
            let root = model.root(db);
            !roots.contains_key(root) && !self.documents.contains_key(root)
        };
        let gone: Vec<(Arc<str>, Option<Arc<str>>)> = self
            .workspace
            .models()
            .filter(is_gone)
            .map(|model| (model.root(db).clone(), model.settings(db).path.clone()))
            .collect();
        for (root, settings) in gone {
            self.workspace.remove_model(&root);
            if let Some(settings) = settings {
                self.clear(&settings);
            }
        }
    }

    /// Takes models from the disk; what is open in the editor counts more.
    fn load(&mut self, roots: disk::Roots) {
        for (root, mut files) in roots {
            files.sort();
            files.dedup();
            let folder = Path::new(&*root);
            let settings = disk::settings_of(folder).ok().flatten();
            let path = key(&folder.join(SETTINGS));
            self.workspace
                .set_model(&root, settings.as_deref().map(|text| (path.as_ref(), text)));
            files.retain(|path| !self.documents.contains_key(path));
            use rayon::prelude::*;
            let texts = self.pool.install(|| {
                files
                    .par_iter()
                    .map(|path| (path.clone(), disk::read(Path::new(&**path))))
                    .collect()
            });
            self.workspace.load(texts);
            for path in files {
                if let Some(file) = self.workspace.file(&path) {
                    self.table.files.insert(path, file);
                }
            }
        }
    }

    fn after_change(&mut self) {
        self.models = self.workspace.models().collect();
        self.tests = self.workspace.tests().collect();
        let change = self.workspace.last_change();
        if self.change.replace(change) != Some(change) {
            self.is_dirty = true;
        }
    }

    /// A day may have passed; or the clock was set, also back.
    fn set_today(&mut self) {
        let before = self.workspace.revision();
        self.workspace.set_today(today(self.today_in.as_deref()));
        if self.workspace.revision() != before {
            self.after_change();
        }
    }

    // ---- telling -------------------------------------------------------------------------------

    /// What is done when no message waits.
    fn settle(&mut self) {
        self.set_today();
        self.look_at_changes();
        // A client that does not read is told nothing more for now.
        if self.phase != Phase::Running || !self.outgoing.is_read() {
            return;
        }
        if !self.is_dirty {
            if self.others_due.is_some_and(|due| due <= Instant::now()) {
                self.tell(Told::Others);
            }
            return;
        }
        for task in std::mem::take(&mut self.waiting) {
            self.pull_workspace(task);
        }
        // At the start there is nothing to wait for.
        self.tell(if self.documents.is_empty() {
            Told::Others
        } else {
            Told::Open
        });
    }

    /// Asks the client to look anew at what it has asked for before: what changed concerns more
    /// than what was edited.
    fn refresh(&mut self) {
        self.shown = Some(self.workspace.revision());
        for (capability, method) in REFRESHED {
            if self
                .client
                .has(&format!("workspace.{capability}.refreshSupport"))
            {
                self.ask(method, Value::Null);
            }
        }
    }

    /// Tells what is wrong, on threads of its own: what is open first. A change interrupts it, and
    /// it begins again. A client that asks by itself for what is wrong with its documents is told
    /// of the other files, until it asks for all.
    fn tell(&mut self, of: Told) {
        if self.pulls_workspace {
            self.others_due = None;
        }
        if self.is_telling || self.pulls_workspace {
            return;
        }
        self.is_dirty = false;
        self.is_telling = true;
        self.others_due = None;
        let snapshot = self.snapshot();
        let versions: BTreeMap<Arc<str>, i32> = self
            .documents
            .iter()
            .map(|(path, document)| (path.clone(), document.version))
            .collect();
        let (events, outgoing, told) = (
            self.events.clone(),
            self.outgoing.clone(),
            self.told.clone(),
        );
        self.background.spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                salsa::Cancelled::catch(AssertUnwindSafe(|| {
                    tell_of(of, &snapshot, &versions, &outgoing, &told)
                }))
            }));
            drop(snapshot);
            let _ = events.send(Event::Told {
                of,
                all: !matches!(outcome, Ok(Err(_))),
            });
        });
    }

    /// The work of the start is done when all has been checked for the first time.
    fn checked(&mut self, all: bool) {
        if let Some(token) = self.progress.take_if(|_| all) {
            let message = format!("{} files", self.table.files.len());
            self.notify(
                "$/progress",
                json!({ "token": token, "value": { "kind": "end", "message": message } }),
            );
        }
    }

    /// Takes back all that was told.
    fn take_back(&mut self) {
        let told: Vec<Arc<str>> = self.told.iter().map(|entry| entry.key().clone()).collect();
        told.iter().for_each(|path| self.clear(path));
    }

    /// Takes back what was told of a file.
    fn clear(&mut self, path: &Arc<str>) {
        if self.told.remove(path).is_some()
            && let Some(uri) = self.table.uri(path)
        {
            self.notify(
                "textDocument/publishDiagnostics",
                json!({ "uri": uri, "diagnostics": [] }),
            );
        }
    }

    fn notify(&self, method: &'static str, params: Value) {
        self.outgoing.notify(method, params);
    }

    fn ask(&mut self, method: &'static str, params: Value) {
        self.ask_for(Asked::Nothing, method, params);
    }

    fn ask_for(&mut self, what: Asked, method: &'static str, params: Value) {
        self.next_id += 1;
        let id = Id::Number(self.next_id);
        if what != Asked::Nothing {
            self.asked.insert(id.clone(), what);
        }
        self.outgoing.request(id, method, params);
    }

    fn log(&self, kind: lsp::MessageType, message: String) {
        self.notify(
            "window/logMessage",
            json!({ "type": kind, "message": message }),
        );
    }
}

/// Tells of some files what is new of each.
fn tell_of(
    of: Told,
    snapshot: &Snapshot,
    versions: &BTreeMap<Arc<str>, i32>,
    outgoing: &Outgoing,
    told: &dashmap::DashMap<Arc<str>, u64>,
) {
    let tell = |snapshot: &Snapshot, path: &Arc<str>, found: &[Diagnostic]| {
        let mark = problems::mark_of(snapshot, found);
        let before = told.get(path).map(|mark| *mark);
        let version = versions.get(path).copied();
        if before == Some(mark) && version.is_none()
            || before.is_none() && found.is_empty() && version.is_none()
        {
            return;
        }
        let Some(uri) = snapshot.uri(path) else {
            return;
        };
        told.insert(path.clone(), mark);
        let diagnostics = problems::converted(snapshot, found);
        let params = lsp::PublishDiagnosticsParams {
            uri,
            diagnostics,
            version,
        };
        outgoing.notify("textDocument/publishDiagnostics", params);
    };
    let tell_file = |snapshot: &Snapshot, file: File| {
        tell(
            snapshot,
            file.path(&snapshot.db),
            &diagnostics(&snapshot.db, file),
        );
    };
    let (open, others): (Vec<File>, Vec<File>) = snapshot
        .files()
        .into_iter()
        .partition(|file| versions.contains_key(file.path(&snapshot.db)));
    if of == Told::Open {
        // One that asks by itself is told of none of them.
        let told = open.into_iter().filter(|_| !snapshot.client.pulls());
        return told.for_each(|file| tell_file(snapshot, file));
    }
    use rayon::prelude::*;
    others
        .into_par_iter()
        .for_each_with(snapshot.clone(), |snapshot, file| tell_file(snapshot, file));
    for &model in snapshot.models.iter() {
        if let Some(path) = model.settings(&snapshot.db).path.clone()
            && !(snapshot.client.pulls() && versions.contains_key(&path))
        {
            tell(snapshot, &path, &settings_diagnostics(&snapshot.db, model));
        }
    }
}

/// The model on the disk that a path is in, and those in it.
fn models_around(path: &Path) -> disk::Roots {
    let (root, has_settings) = disk::root_of(path);
    if has_settings {
        let mut roots = disk::models_in(&root);
        roots.entry(key(&root)).or_default();
        return roots;
    }
    [(key(&root), disk::files_directly_in(&root))].into()
}

/// The day that it is, here or in a file.
fn today(said_in: Option<&Path>) -> Date {
    let said = said_in.and_then(|path| std::fs::read_to_string(path).ok()?.trim().parse().ok());
    said.unwrap_or_else(today_here)
}

/// The answer to a request for diagnostics that was given up, and that the client is to repeat.
fn ask_again() -> Error {
    let mut error = Error::new(ErrorCode::ServerError(-32802));
    error.message = "the text changed again and again".into();
    error.data = Some(json!({ "retriggerRequest": true }));
    error
}

fn refuse(task: Task, code: ErrorCode, message: &str) {
    let mut error = Error::new(code);
    error.message = message.to_owned().into();
    task.answer.send(Err(error));
}

fn what_panicked(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a word".to_owned())
}

/// The character at a position. What is past the end of a line or of the text counts as that end.
fn char_at(text: &Rope, at: lsp::Position, encoding: Encoding) -> usize {
    let line = at.line as usize;
    if line >= text.len_lines() {
        return text.len_chars();
    }
    let start = text.line_to_char(line);
    let written = text.line(line);
    let mut length = written.len_chars();
    while length > 0 && matches!(written.char(length - 1), '\n' | '\r') {
        length -= 1;
    }
    let column = at.character as usize;
    let within = match encoding {
        Encoding::Utf32 => column,
        Encoding::Utf8 => written.byte_to_char(column.min(written.char_to_byte(length))),
        Encoding::Utf16 => written.utf16_cu_to_char(column.min(written.char_to_utf16_cu(length))),
    };
    start + within.min(length)
}

/// Ends the program when the process that started it is gone without a word.
fn watch(parent: u32) {
    #[cfg(unix)]
    if let Some(pid) = i32::try_from(parent)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        std::thread::spawn(move || {
            while rustix::process::test_kill_process(pid) != Err(rustix::io::Errno::SRCH) {
                std::thread::sleep(Duration::from_secs(3));
            }
            std::process::exit(1);
        });
    }
    #[cfg(not(unix))]
    let _ = parent;
}
