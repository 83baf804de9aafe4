//! The session: what each event changes in the models, the open documents and what the client is
//! sent. One thread owns it, which must not wait for the client or compute anything that takes
//! long.

use super::client::Client;
use super::clock::Clock;
use super::connection::{Asked, Connection};
use super::documents::{Documents, Touched};
use super::faults::Faults;
use super::handlers;
use super::loading::{Change, Models};
use super::parent;
use super::progress::Progress;
use super::publish::{Conditions, Publisher, Reply, Round, RoundEnd, Step};
use super::requests::{Done, Requests, Task};
use super::rounds::{self, Outcome};
use super::sent::Sent;
use super::settings::Settings;
use super::snapshot::Snapshot;
use super::trace::Trace;
use super::transport::{Incoming, Malformed, Outgoing};
use super::uris::path_of;
use super::watch::Watch;
use crate::load::paths::is_settings;
use anyhow::Result;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};
use tower_lsp::jsonrpc::{self, Error, ErrorCode, Id};
use tower_lsp::ls_types as lsp;
use tracing::{debug, error};

/// How often the day is looked up when nothing happens.
const TICK: Duration = Duration::from_secs(5);

/// The request for the diagnostics of a document, which are answered even if its text is not known.
const DIAGNOSTIC: &str = "textDocument/diagnostic";

/// The notifications that say which text a document has.
const DOCUMENT_METHODS: [&str; 3] = [
    "textDocument/didOpen",
    "textDocument/didChange",
    "textDocument/didClose",
];

/// What the protocol calls `RequestFailed`.
const REQUEST_FAILED: ErrorCode = ErrorCode::ServerError(-32803);

/// What happens to a session.
pub enum Event {
    /// A message came in.
    Incoming(Incoming),
    /// A request was answered or interrupted.
    Request(Done),
    /// Something changed on the disk.
    Disk(PathBuf),
    /// A walk over the disk ended.
    Walked,
    /// A round of diagnostics ended.
    Round(Round, Outcome),
    /// The connection is closed.
    Gone,
}

/// How a session ended: with `shutdown` before `exit`, or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As the protocol wants it.
    Orderly,
    /// Otherwise.
    Abrupt,
}

/// Where the session is between its start and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Uninitialized,
    Running,
    ShutDown,
}

/// The session.
pub struct Session {
    phase: Phase,
    /// How it ends as soon as every request is answered, when nothing more comes in.
    ending: Option<End>,
    /// Whether the models are read for the first time: what has to know them waits.
    is_starting: bool,
    /// Whether the user has been shown that something failed.
    has_shown_failure: bool,
    /// Whether the user has been shown that something could not be read.
    has_shown_unreadable: bool,
    /// Whether the user has been shown that there is more than is read.
    has_shown_limit: bool,
    client: Arc<Client>,
    settings: Arc<Settings>,
    connection: Connection,
    documents: Arc<Documents>,
    models: Models,
    requests: Requests,
    publisher: Publisher,
    progress: Progress,
    sent: Arc<Sent>,
    /// The threads that compute diagnostics.
    background: ThreadPool,
    events: Sender<Event>,
    trace: Trace,
    faults: Faults,
}

impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let message = match self {
            Event::Incoming(message) => message,
            Event::Request(_) => return formatter.write_str("continuing a request"),
            Event::Disk(_) => return formatter.write_str("processing a file change"),
            Event::Walked => return formatter.write_str("reading the disk"),
            Event::Round(..) => {
                return formatter.write_str("finishing a diagnostics run");
            }
            Event::Gone => return formatter.write_str("ending"),
        };
        match message {
            Incoming::Request(_, answer) => write!(formatter, "`{}`", answer.method()),
            Incoming::Notification(method, _) => write!(formatter, "`{method}`"),
            Incoming::Response(..) => formatter.write_str("processing a response"),
            Incoming::Malformed(_) | Incoming::End => formatter.write_str("reading"),
        }
    }
}

impl Event {
    /// Whether it changes an open document: several such events are taken over together.
    pub fn is_edit(&self) -> bool {
        let Event::Incoming(Incoming::Notification(method, _)) = self else {
            return false;
        };
        method == "textDocument/didChange"
    }
}

impl Session {
    /// A session before its first message.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(events: Sender<Event>, outgoing: Outgoing, trace: Trace) -> Result<Session> {
        let faults = Faults::from_environment();
        let to_session = events.clone();
        let report = move |done| drop(to_session.send(Event::Request(done)));
        let to_session = events.clone();
        let walked = move || drop(to_session.send(Event::Walked));
        Ok(Session {
            phase: Phase::Uninitialized,
            ending: None,
            is_starting: false,
            has_shown_failure: false,
            has_shown_unreadable: false,
            has_shown_limit: false,
            client: Arc::new(Client::new(&lsp::InitializeParams::default(), &Value::Null)),
            settings: Arc::default(),
            connection: Connection::new(outgoing),
            documents: Arc::default(),
            models: Models::new(Clock::from_environment(), trace.clone(), walked),
            requests: Requests::new(pool("request")?, trace.clone(), faults.clone(), report),
            publisher: Publisher::new(false, Instant::now()),
            progress: Progress::Hidden,
            sent: Arc::default(),
            background: pool("diagnostics")?,
            events,
            trace,
            faults,
        })
    }

    /// How the session ended, if nothing more comes in and every request is answered.
    pub fn ended(&self) -> Option<End> {
        self.ending.filter(|_| self.requests.are_done())
    }

    /// How it ends if it has to now.
    pub fn end(&self) -> End {
        self.ending.unwrap_or(End::Abrupt)
    }

    /// Takes an event.
    pub fn handle(&mut self, event: Event) {
        self.publisher.event(Instant::now());
        match event {
            Event::Incoming(message) => self.receive(message),
            Event::Request(Done::Interrupted(task)) => {
                self.publisher.request_restarted(task.answer.id());
                self.start(task);
            }
            Event::Request(Done::Answered { id, has_result }) => {
                self.requests.forget(&id);
                if self.publisher.request_answered(&id, has_result) {
                    self.end_progress();
                }
            }
            Event::Disk(path) => self.models.note_on_disk(path),
            Event::Walked => self.models.walk(&self.documents),
            Event::Round(round, outcome) => self.end_round(round, &outcome),
            Event::Gone => {}
        }
    }

    /// Takes over what changed in documents since this was last done.
    pub fn take_over_documents(&mut self) {
        self.models.take_over_documents(&self.documents);
    }

    /// Does the work that is left for when no message waits.
    pub fn settle(&mut self) {
        self.models.set_today();
        self.models.take_over_disk(&self.documents);
        self.models.walk(&self.documents);
        self.note_changes();
        self.finish_start();
        if self.phase != Phase::Running || self.is_starting {
            return;
        }
        while let Some(step) = self.publisher.next_step(self.conditions(), Instant::now()) {
            match step {
                Step::Publish(round) => self.publish(round),
                Step::AnswerWaiting => {
                    let waiting = self.requests.take_waiting();
                    waiting
                        .into_iter()
                        .for_each(|task| self.pull_workspace(task));
                }
                Step::Refresh => self.connection.refresh(&self.client),
            }
        }
    }

    /// How long to wait for an event before there is other work.
    pub fn patience(&self) -> Duration {
        if self.is_starting {
            return TICK;
        }
        let now = Instant::now();
        let wakes_at = self.publisher.wakes_at(self.conditions(), now);
        wakes_at.map_or(TICK, |wakes_at| {
            wakes_at.saturating_duration_since(now).min(TICK)
        })
    }

    /// Reports what changed to the publisher, and withdraws the diagnostics of files that are gone.
    pub fn note_changes(&mut self) {
        for path in self.models.take_gone() {
            self.withdraw(&path);
        }
        if let Some(limit) = self.models.take_limit()
            && !std::mem::replace(&mut self.has_shown_limit, true)
        {
            self.connection.log(lsp::MessageType::WARNING, &*limit);
            self.connection.show(lsp::MessageType::WARNING, limit);
        }
        match self.models.take_change() {
            Change::Nothing => {}
            Change::Positions => {
                debug!("only positions changed");
                self.publisher.changed();
            }
            Change::Meaning => {
                debug!("the meaning of models changed");
                self.publisher.changed();
                self.publisher.view_changed();
            }
        }
    }

    /// Recovers from a panic: the models may be half changed, so that they are read again from the
    /// open documents and the disk.
    pub fn recover(&mut self, doing: &str, reason: &str) {
        error!("{doing} failed: {reason}");
        let report = format!("the server failed ({doing}) and reloads all models: {reason}");
        self.connection.log(lsp::MessageType::ERROR, report);
        if !std::mem::replace(&mut self.has_shown_failure, true) {
            let message = "Threatline recovered from an internal error. See its log for details.";
            self.connection.show(lsp::MessageType::ERROR, message);
        }
        // What reads the old models begins again on the new ones.
        let _ = catch_unwind(AssertUnwindSafe(|| self.models.tidy_up()));
        let rebuilt = catch_unwind(AssertUnwindSafe(|| self.models.rebuild(&self.documents)));
        if rebuilt.is_err() {
            // The panic is in reading what there is now: start over with what changes from here on.
            self.models.forget_all();
        }
        self.withdraw_where(|path| !self.models.contains(path));
        self.publisher.recovered(Instant::now());
    }

    // ---- messages ------------------------------------------------------------------------------

    fn receive(&mut self, message: Incoming) {
        match message {
            Incoming::Notification(method, _) if method == "exit" => {
                self.requests.cancel_all();
                self.leave(match self.phase {
                    Phase::ShutDown => End::Orderly,
                    Phase::Uninitialized | Phase::Running => End::Abrupt,
                });
            }
            Incoming::Notification(method, params) if self.phase == Phase::Running => {
                self.notified(&method, params);
                self.faults.strike(&method);
            }
            Incoming::Notification(..) => {}
            Incoming::Request(params, answer) => self.requested(Task::new(params, answer)),
            Incoming::Response(id, result) => self.answered(&id, result),
            Incoming::Malformed(malformed) => self.received_malformed(malformed),
            Incoming::End => self.leave(End::Abrupt),
        }
    }

    /// Ends the session as soon as every request is answered. The first end counts.
    fn leave(&mut self, end: End) {
        self.ending.get_or_insert(end);
        self.requests.refuse_waiting();
    }

    fn answered(&mut self, id: &Id, result: jsonrpc::Result<Value>) {
        if let Some((Asked::Settings, Value::Array(sections))) =
            self.connection.answered(id, result)
            && let Some(section) = sections.first()
        {
            self.set_settings(section);
        }
    }

    // ---- requests ------------------------------------------------------------------------------

    fn requested(&mut self, task: Task) {
        match (self.phase, task.answer.method()) {
            (Phase::Uninitialized, "initialize") => {
                let result = self.initialize(&task.params);
                task.answer.send(result);
            }
            (Phase::Uninitialized, _) => {
                let not_initialized = ErrorCode::ServerError(-32002);
                task.refuse(not_initialized, "the server has not been initialized");
            }
            (Phase::ShutDown, _) | (Phase::Running, "initialize") => {
                task.refuse(
                    ErrorCode::InvalidRequest,
                    "this request is not allowed in this state",
                );
            }
            (Phase::Running, "shutdown") => {
                self.phase = Phase::ShutDown;
                self.requests.cancel_all();
                task.answer.send(Ok(Value::Null));
            }
            (Phase::Running, _) if self.is_starting => self.requests.defer(task),
            (Phase::Running, method) => {
                let is_for_all = method == "workspace/diagnostic";
                self.models.catch_up(&self.documents);
                self.note_changes();
                if is_for_all {
                    self.pull_workspace(task);
                } else {
                    self.start(task);
                }
            }
        }
    }

    /// Answers a request for all diagnostics: at once or, if the client takes them in parts and has
    /// them as they are, when they change.
    fn pull_workspace(&mut self, task: Task) {
        let takes_parts = task.params.get("partialResultToken").is_some();
        let can_wait = takes_parts && self.ending.is_none();
        match self.publisher.workspace_asked(task.answer.id(), can_wait) {
            Reply::Later => return self.requests.let_wait(task),
            Reply::AfterWithdrawal => self.withdraw_all(),
            Reply::Now => {}
        }
        self.start(task);
    }

    /// Answers a request on a thread of the pool, with a snapshot of what there is now.
    fn start(&mut self, task: Task) {
        let method = task.answer.method();
        let Some(handler) = handlers::find(method) else {
            let message = format!("unknown method `{method}`");
            return task.refuse(ErrorCode::MethodNotFound, message);
        };
        if method != DIAGNOSTIC
            && let Some(reason) = self.reason_lost(&task)
        {
            return task.refuse(REQUEST_FAILED, reason);
        }
        if task.document().is_some_and(is_settings) && !handlers::SETTINGS.contains(&method) {
            // An editor asks for everything in each document of the language.
            return task.answer.send(Ok(Value::Null));
        }
        let snapshot = self.snapshot();
        self.requests.start(task, handler, snapshot);
    }

    /// Why nothing can be answered about a document of a request.
    fn reason_lost(&self, task: &Task) -> Option<String> {
        task.documents().find_map(|uri| {
            let uri: lsp::Uri = uri.parse().ok()?;
            let lost = self.documents.lost(&path_of(&uri))?;
            Some(lost.reason.to_string())
        })
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            db: self.models.db().clone(),
            models: self.models.models().clone(),
            tests: self.models.tests().clone(),
            documents: self.documents.clone(),
            sent: self.sent.clone(),
            client: self.client.clone(),
            settings: self.settings.clone(),
            outgoing: self.connection.outgoing().clone(),
        }
    }

    fn initialize(&mut self, raw_params: &Value) -> jsonrpc::Result<Value> {
        let params = lsp::InitializeParams::deserialize(raw_params)
            .map_err(|error| Error::invalid_params(error.to_string()))?;
        self.client = Arc::new(Client::new(&params, raw_params));
        self.publisher = Publisher::new(self.client.pulls(), Instant::now());
        self.phase = Phase::Running;
        if let Some(wanted) = params
            .trace
            .filter(|wanted| *wanted != lsp::TraceValue::Off)
        {
            self.trace.count_queries();
            self.trace.set(wanted);
            self.models.rebuild(&self.documents);
        }
        self.models.change_folders(folders_of(&params), &[]);
        if let Some(options) = &params.initialization_options {
            self.set_settings(options);
        }
        if let Some(process) = params.process_id {
            parent::end_with(process);
        }
        Ok(handlers::initialized(&self.client))
    }

    // ---- notifications -------------------------------------------------------------------------

    fn notified(&mut self, method: &str, params: Value) {
        match method {
            "initialized" => self.initialized(),
            "$/cancelRequest" => self.cancel(&params),
            "$/setTrace" => self.with(params, |session, params: lsp::SetTraceParams| {
                session.trace.set(params.value);
            }),
            "textDocument/didOpen" => self.with_document(params, Session::opened),
            "textDocument/didChange" => self.with_document(params, Session::changed),
            "textDocument/didClose" => self.with_document(params, Session::closed),
            "workspace/didChangeWatchedFiles" => self.with(params, Session::watched),
            "workspace/didChangeWorkspaceFolders" => self.with(params, Session::folders_changed),
            "workspace/didChangeConfiguration" => self.configured(&params),
            "workspace/didRenameFiles"
            | "workspace/didCreateFiles"
            | "workspace/didDeleteFiles" => self.models.want_walk(),
            _ => {}
        }
    }

    /// Reads the parameters of a notification. One that cannot be read is reported: nobody waits
    /// for an answer.
    fn with<T: DeserializeOwned>(&mut self, params: Value, act: impl FnOnce(&mut Session, T)) {
        match serde_json::from_value(params) {
            Ok(params) => act(self, params),
            Err(error) => self.report_unreadable(format!("invalid notification: {error}")),
        }
    }

    /// Reads the parameters of a notification about a document. One that cannot be read leaves the
    /// server without the text that the client has.
    fn with_document<T: DeserializeOwned>(
        &mut self,
        params: Value,
        act: impl FnOnce(&mut Session, T),
    ) {
        match T::deserialize(&params) {
            Ok(params) => act(self, params),
            Err(error) => {
                let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
                let uris: Vec<lsp::Uri> =
                    uri.and_then(|uri| uri.parse().ok()).into_iter().collect();
                self.lose(uris, &error.to_string());
            }
        }
    }

    /// Reports what cannot be read in the client's log, and shows the user once that there is such.
    fn report_unreadable(&mut self, reason: String) {
        self.connection.log(lsp::MessageType::ERROR, reason);
        if !std::mem::replace(&mut self.has_shown_unreadable, true) {
            let message = "the editor sent an invalid message; see Threatline's log";
            self.connection.show(lsp::MessageType::ERROR, message);
        }
    }

    fn received_malformed(&mut self, malformed: Malformed) {
        let Malformed {
            reason,
            remains,
            is_refused,
        } = malformed;
        if is_refused || self.phase != Phase::Running {
            return self.connection.log(lsp::MessageType::ERROR, reason);
        }
        let uris = remains.uris.iter().filter_map(|uri| uri.parse().ok());
        let mut uris: Vec<lsp::Uri> = uris.collect();
        if remains.methods.is_empty() {
            // Whatever it was: what is open and named in it may have changed.
            uris.retain(|uri| self.documents.is_open(&path_of(uri)));
        }
        let methods = &remains.methods;
        let is_of_document = |method: &String| DOCUMENT_METHODS.contains(&method.as_str());
        if methods.iter().any(is_of_document) || methods.is_empty() && !uris.is_empty() {
            self.lose(uris, &reason);
        } else {
            self.report_unreadable(reason);
        }
    }

    /// Gives up the texts of documents, of which something was sent that cannot be read or does not
    /// fit: of all that are open, if it is not known which.
    fn lose(&mut self, mut uris: Vec<lsp::Uri>, reason: &str) {
        if uris.is_empty() {
            let open = self
                .documents
                .paths()
                .filter_map(|path| self.documents.uri(path));
            uris = open.map(|uri| lsp::Uri::clone(uri)).collect();
            if uris.is_empty() {
                return self.report_unreadable(format!("invalid notification: {reason}"));
            }
        }
        for uri in uris {
            let path = path_of(&uri);
            let message = format!(
                "the editor's last change to `{path}` is invalid; close and reopen the file"
            );
            let report = format!("invalid change to `{path}`: {reason}");
            self.connection.log(lsp::MessageType::ERROR, report);
            if Arc::make_mut(&mut self.documents).lose(path.clone(), uri, &message) {
                self.connection.show(lsp::MessageType::ERROR, message);
            }
            self.sent.tokens.remove(&path);
            self.models.touch(&path, Touched::Whole);
            // What is computed from the former text is of no use.
            self.models.tidy_up();
            if is_settings(&*path) {
                rounds::publish_lost_settings(&path, &self.snapshot());
            }
        }
        self.publisher.changed();
    }

    fn initialized(&mut self) {
        self.progress = Progress::begin(&self.client, &mut self.connection);
        self.watch_files();
        if self
            .client
            .has("workspace.didChangeConfiguration.dynamicRegistration")
        {
            self.connection.register(
                "threatline/settings",
                "workspace/didChangeConfiguration",
                json!({ "section": "threatline" }),
            );
        }
        self.models.read_first(&self.documents);
        self.is_starting = true;
        self.configured(&Value::Null);
    }

    /// Goes on with what waited for the models, once they are read.
    fn finish_start(&mut self) {
        if !self.is_starting || self.models.is_reading_first() {
            return;
        }
        self.is_starting = false;
        self.publisher.view_is_current();
        let message = format!("checking {} files", self.models.count_files());
        self.progress.report(&self.connection, message);
        let deferred = self.requests.take_deferred();
        deferred.into_iter().for_each(|task| self.requested(task));
    }

    /// Has the client watch the files if it can, and watches them otherwise.
    fn watch_files(&mut self) {
        if self
            .client
            .has("workspace.didChangeWatchedFiles.dynamicRegistration")
        {
            let watchers =
                json!([{ "globPattern": "**/*.threat" }, { "globPattern": "**/threatline.toml" }]);
            return self.connection.register(
                "threatline/files",
                "workspace/didChangeWatchedFiles",
                json!({ "watchers": watchers }),
            );
        }
        let events = self.events.clone();
        match Watch::new(move |path| drop(events.send(Event::Disk(path)))) {
            Ok(watch) => self.models.watch(watch),
            Err(error) => {
                let message = format!("file changes outside the editor are not detected: {error}");
                self.connection.log(lsp::MessageType::WARNING, message);
            }
        }
    }

    /// Takes the settings from a client that sends them, and requests them from one that wants to
    /// be asked.
    fn configured(&mut self, params: &Value) {
        if self.client.has("workspace.configuration") {
            self.connection.ask_settings();
        } else if let Some(settings) = params
            .get("settings")
            .filter(|settings| !settings.is_null())
        {
            self.set_settings(settings);
        }
    }

    fn set_settings(&mut self, section: &Value) {
        let (settings, problems) = Settings::read(section);
        self.settings = Arc::new(settings);
        for problem in problems {
            self.connection.log(lsp::MessageType::WARNING, problem);
        }
        // What is shown is made with them.
        self.publisher.view_changed();
    }

    fn cancel(&mut self, params: &Value) {
        if let Some(Ok(id)) = params.get("id").map(Id::deserialize) {
            self.requests.cancel(&id);
        }
    }

    fn opened(&mut self, params: lsp::DidOpenTextDocumentParams) {
        let document = params.text_document;
        let path = path_of(&document.uri);
        Arc::make_mut(&mut self.documents).open(
            path.clone(),
            document.uri,
            document.version,
            &document.text,
        );
        self.models.open(&path, document.text);
        // Its diagnostics are published with its version: a round that lacks it is stopped.
        self.models.tidy_up();
        self.publisher.opened();
        if self.client.pulls() {
            // From now on the client asks.
            self.withdraw(&path);
        }
    }

    fn changed(&mut self, params: lsp::DidChangeTextDocumentParams) {
        let path = path_of(&params.text_document.uri);
        let changed = Arc::make_mut(&mut self.documents).change(
            &path,
            params.text_document.version,
            params.content_changes,
            self.client.encoding,
        );
        match changed {
            Ok(Some(touched)) => self.models.touch(&path, touched),
            Ok(None) => {}
            Err(reason) => self.lose(vec![params.text_document.uri], reason),
        }
    }

    fn closed(&mut self, params: lsp::DidCloseTextDocumentParams) {
        let path = path_of(&params.text_document.uri);
        Arc::make_mut(&mut self.documents).close(&path);
        self.sent.tokens.remove(&path);
        self.models.close(&path, &self.documents);
    }

    fn watched(&mut self, params: lsp::DidChangeWatchedFilesParams) {
        for change in &params.changes {
            self.models.note_on_disk(folder_at(&change.uri));
        }
        self.models.take_over_disk(&self.documents);
    }

    fn folders_changed(&mut self, params: lsp::DidChangeWorkspaceFoldersParams) {
        let paths = |folders: &[lsp::WorkspaceFolder]| -> Vec<PathBuf> {
            folders
                .iter()
                .map(|folder| folder_at(&folder.uri))
                .collect()
        };
        let (added, removed) = (&params.event.added, &params.event.removed);
        self.models.change_folders(paths(added), &paths(removed));
        self.models.want_walk();
    }

    // ---- publishing ----------------------------------------------------------------------------

    fn conditions(&self) -> Conditions {
        Conditions {
            has_open: !self.documents.is_empty(),
            is_read: self.connection.outgoing().is_read(),
        }
    }

    /// Starts a round in the background. A change interrupts it.
    fn publish(&self, round: Round) {
        let (snapshot, events) = (self.snapshot(), self.events.clone());
        let (trace, faults) = (self.trace.clone(), self.faults.clone());
        self.background.spawn(move || {
            trace.within(|| {
                let effort = trace.begin();
                let outcome = rounds::run(round, snapshot, &faults);
                debug!("{round}: {outcome} after {effort}");
                let _ = events.send(Event::Round(round, outcome));
            });
        });
    }

    fn end_round(&mut self, round: Round, outcome: &Outcome) {
        let is_complete = !matches!(outcome, Outcome::Interrupted);
        let end = self
            .publisher
            .round_ended(round, is_complete, Instant::now());
        match end {
            RoundEnd::Unfinished => {}
            RoundEnd::AllPublished => {
                self.end_progress();
                if self.requests.are_done() {
                    self.models.tidy_up();
                }
            }
            RoundEnd::Withdraw => self.withdraw_all(),
        }
        if let Outcome::Failed(reason) = outcome {
            let report = format!("diagnostics failed for some files: {reason}");
            self.connection.log(lsp::MessageType::ERROR, report);
        }
    }

    /// The work of the start is done when everything has been checked for the first time.
    fn end_progress(&mut self) {
        let message = format!("{} files", self.models.count_files());
        self.progress.end(&self.connection, message);
    }

    fn withdraw(&self, path: &Arc<str>) {
        rounds::withdraw(
            path,
            &self.sent,
            &self.documents,
            self.connection.outgoing(),
        );
    }

    fn withdraw_all(&self) {
        self.withdraw_where(|_| true);
    }

    fn withdraw_where(&self, is_withdrawn: impl Fn(&str) -> bool) {
        let outgoing = self.connection.outgoing();
        rounds::withdraw_where(is_withdrawn, &self.sent, &self.documents, outgoing);
    }
}

/// A pool of threads.
fn pool(name: &'static str) -> Result<ThreadPool> {
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let builder = ThreadPoolBuilder::new()
        .num_threads(threads.max(2))
        .thread_name(move |number| format!("{name} {number}"));
    Ok(builder.build()?)
}

/// The folders that a client has open at the start.
fn folders_of(params: &lsp::InitializeParams) -> Vec<PathBuf> {
    if let Some(folders) = &params.workspace_folders {
        return folders
            .iter()
            .map(|folder| folder_at(&folder.uri))
            .collect();
    }
    #[allow(deprecated)] // older clients know nothing else
    params.root_uri.iter().map(folder_at).collect()
}

fn folder_at(uri: &lsp::Uri) -> PathBuf {
    PathBuf::from(path_of(uri).as_ref())
}
