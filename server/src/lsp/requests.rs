//! Requests on their way: each runs on a pool, with a snapshot that was taken in its turn. It must
//! not know what a request asks, nor take a snapshot.

use super::faults::{Faults, message_of};
use super::handlers::Handler;
use super::snapshot::Snapshot;
use super::trace::Trace;
use super::transport::Answer;
use rayon::ThreadPool;
use salsa::Database as _;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id};
use tracing::debug;

/// How often a request begins again before it is answered with `ContentModified`.
const MAX_TRIES: u32 = 8;

/// A request on its way.
pub struct Task {
    /// The parameters.
    pub params: Value,
    /// The method, and where the answer goes.
    pub answer: Answer,
    /// How often it was interrupted.
    interruptions: u32,
}

/// How the run of a request ended.
pub enum Done {
    /// A change interrupted it: it is to begin again with what there is now.
    Interrupted(Task),
    /// It has been answered.
    Answered {
        /// Its id.
        id: Id,
        /// Whether it was by a result, and not by an error.
        has_result: bool,
    },
}

/// The requests that run, and those that wait.
pub struct Requests {
    /// How to stop each that runs.
    running: HashMap<Id, salsa::CancellationToken>,
    /// Those that wait for a change.
    waiting: Vec<Task>,
    /// Those that came before the models were read, in their order.
    deferred: Vec<Task>,
    pool: ThreadPool,
    trace: Trace,
    faults: Faults,
    report: Arc<dyn Fn(Done) + Send + Sync>,
}

impl Task {
    /// A request that came in.
    pub fn new(params: Value, answer: Answer) -> Task {
        Task {
            params,
            answer,
            interruptions: 0,
        }
    }

    /// Answers with an error.
    pub fn refuse(self, code: ErrorCode, message: impl Into<String>) {
        let mut error = Error::new(code);
        error.message = message.into().into();
        self.answer.send(Err(error));
    }

    /// The address of the document that is asked about.
    pub fn document(&self) -> Option<&str> {
        let uri = self.params.pointer("/textDocument/uri");
        uri.and_then(Value::as_str)
    }

    /// The addresses of all documents that something in the request is of.
    pub fn documents(&self) -> impl Iterator<Item = &str> {
        let arguments = self.params.get("arguments").and_then(Value::as_array);
        let arguments = arguments.into_iter().flatten();
        let parameters = [&self.params].into_iter().chain(arguments);
        let uris = parameters.flat_map(|parameters| {
            let places = ["/textDocument/uri", "/item/uri", "/data/uri", "/uri"];
            places.map(|place| parameters.pointer(place))
        });
        uris.flatten().filter_map(Value::as_str)
    }
}

impl Requests {
    /// No requests yet. How each run ends is reported.
    pub fn new(
        pool: ThreadPool,
        trace: Trace,
        faults: Faults,
        report: impl Fn(Done) + Send + Sync + 'static,
    ) -> Requests {
        Requests {
            running: HashMap::new(),
            waiting: Vec::new(),
            deferred: Vec::new(),
            pool,
            trace,
            faults,
            report: Arc::new(report),
        }
    }

    /// Whether none runs, or will.
    pub fn are_done(&self) -> bool {
        self.running.is_empty() && self.deferred.is_empty()
    }

    /// Answers a request on a thread of its own.
    pub fn start(&mut self, task: Task, handler: Handler, snapshot: Snapshot) {
        let token = snapshot.db.cancellation_token();
        self.running.insert(task.answer.id().clone(), token);
        let (trace, faults) = (self.trace.clone(), self.faults.clone());
        let report = self.report.clone();
        self.pool.spawn(move || {
            trace.within(|| run(task, handler, snapshot, &trace, &faults, &*report));
        });
    }

    /// Notes that a request has been answered.
    pub fn forget(&mut self, id: &Id) {
        self.running.remove(id);
    }

    /// Lets a request wait for a change.
    pub fn let_wait(&mut self, task: Task) {
        self.waiting.push(task);
    }

    /// The requests that wait for a change, which wait no longer.
    pub fn take_waiting(&mut self) -> Vec<Task> {
        std::mem::take(&mut self.waiting)
    }

    /// Lets a request wait for the models.
    pub fn defer(&mut self, task: Task) {
        self.deferred.push(task);
    }

    /// The requests that wait for the models, which wait no longer.
    pub fn take_deferred(&mut self) -> Vec<Task> {
        std::mem::take(&mut self.deferred)
    }

    /// Answers those that wait for a change, since none will come.
    pub fn refuse_waiting(&mut self) {
        for task in self.take_waiting() {
            task.refuse(ErrorCode::RequestCancelled, "the server is shutting down");
        }
    }

    /// Stops a request that the client does not need any more.
    pub fn cancel(&mut self, id: &Id) {
        if let Some(token) = self.running.get(id) {
            token.cancel();
            return;
        }
        for tasks in [&mut self.waiting, &mut self.deferred] {
            if let Some(index) = tasks.iter().position(|task| task.answer.id() == id) {
                let task = tasks.remove(index);
                return task.refuse(ErrorCode::RequestCancelled, "canceled");
            }
        }
    }

    /// Stops all requests.
    pub fn cancel_all(&mut self) {
        let running = self.running.values();
        running.for_each(salsa::CancellationToken::cancel);
        self.waiting.append(&mut self.deferred);
        self.refuse_waiting();
    }
}

fn run(
    task: Task,
    handler: Handler,
    snapshot: Snapshot,
    trace: &Trace,
    faults: &Faults,
    report: &dyn Fn(Done),
) {
    let effort = trace.begin();
    let answer = || {
        faults.strike(task.answer.method());
        // It drops the snapshot: the owner waits for that before it can change anything.
        handler(snapshot, &task.params)
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        salsa::Cancelled::catch(AssertUnwindSafe(answer))
    }));
    let (method, id) = (task.answer.method(), task.answer.id().clone());
    let result = match outcome {
        Ok(Ok(result)) => result,
        Ok(Err(salsa::Cancelled::Local)) => Err(Error::request_cancelled()),
        Ok(Err(_)) if task.interruptions < MAX_TRIES => {
            debug!("`{method}` ({id}) was interrupted by a change after {effort}");
            return report(Done::Interrupted(Task {
                interruptions: task.interruptions + 1,
                ..task
            }));
        }
        Ok(Err(_)) => Err(modified_again_and_again(method)),
        Err(panic) => Err(failed(&message_of(&*panic))),
    };
    debug!("`{method}` ({id}) took {effort}");
    // Before the answer, so that the session knows of it before the client can ask for more.
    report(Done::Answered {
        id,
        has_result: result.is_ok(),
    });
    task.answer.send(result);
}

/// The answer to a request that changes interrupted too often. One for diagnostics is to be made
/// again.
fn modified_again_and_again(method: &str) -> Error {
    if !method.ends_with("/diagnostic") {
        return Error::content_modified();
    }
    let mut error = Error::new(ErrorCode::ServerError(-32802));
    error.message = "the text kept changing".into();
    error.data = Some(json!({ "retriggerRequest": true }));
    error
}

fn failed(reason: &str) -> Error {
    let mut error = Error::internal_error();
    error.message = format!("the request failed: {reason}").into();
    error
}
