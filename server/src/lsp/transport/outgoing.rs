//! The way out: answers, notifications and requests of the server in one queue, so that what was
//! sent first is read first. It must not know what a message means.
//!
//! Messages become bytes where they are sent, on the thread that made them. How much of them a
//! client has not read, and how many of its requests are not answered, decides how much more is
//! taken in.

use super::frames::framed;
use crate::lsp::trace;
use serde::Serialize;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;
use tokio::sync::{Notify, mpsc};
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response, Result};

/// How many messages may wait that the client has not read, its requests without an answer among
/// them. Nothing more is taken in then.
const MAX_UNREAD: u64 = 256;

/// The same for what they hold, in bytes.
const MAX_UNREAD_BYTES: u64 = 64 << 20;

/// The notification that reports to a client what the server does.
pub const LOG_TRACE: &str = "$/logTrace";

/// What is in the queue.
enum Item {
    Frame(Vec<u8>),
    /// The connection ends when nothing is on its way.
    Close,
}

/// How much is on its way.
#[derive(Default)]
struct Load {
    /// Messages that were not written, and requests of the client whose answers were not.
    unread: AtomicU64,
    /// The bytes in the queue.
    unread_bytes: AtomicU64,
    /// Messages that were written so far.
    written: AtomicU64,
    /// Whether nothing but answers is sent any more.
    is_closing: AtomicBool,
    /// Woken when less is on its way.
    eased: Notify,
}

/// The way out.
#[derive(Clone)]
pub struct Outgoing {
    queue: mpsc::UnboundedSender<Item>,
    load: Arc<Load>,
}

/// What waits to be written.
pub struct Queue {
    items: mpsc::UnboundedReceiver<Item>,
    load: Arc<Load>,
    is_closing: bool,
}

/// Where the answer to a request goes. If it is dropped, the client learns that there is none.
pub struct Answer {
    id: Id,
    method: String,
    received: Instant,
    outgoing: Outgoing,
    is_sent: bool,
}

/// Both ends of a way out.
pub fn connect() -> (Outgoing, Queue) {
    let (queue, items) = mpsc::unbounded_channel();
    let load = Arc::<Load>::default();
    let outgoing = Outgoing {
        queue,
        load: load.clone(),
    };
    let queue = Queue {
        items,
        load,
        is_closing: false,
    };
    (outgoing, queue)
}

impl Outgoing {
    /// Sends a notification.
    pub fn notify(&self, method: &'static str, params: impl Serialize) {
        let params = serde_json::to_value(params).unwrap_or_default();
        self.send(&Request::build(method).params(params).finish());
    }

    /// Sends a request, with parameters unless they are `null`.
    pub fn request(&self, id: Id, method: &'static str, params: Value) {
        let request = Request::build(method).id(id);
        let request = match params {
            Value::Null => request,
            params => request.params(params),
        };
        self.send(&request.finish());
    }

    /// Whether the client keeps up with what it is sent. One that is gone holds nothing up.
    pub fn is_read(&self) -> bool {
        self.load.unread.load(Ordering::SeqCst) < MAX_UNREAD
            && self.load.unread_bytes.load(Ordering::SeqCst) < MAX_UNREAD_BYTES
            || self.queue.is_closed()
    }

    /// Ends the connection when all that was asked is answered, and all that was sent is read.
    /// Nothing but answers is sent from now on.
    pub fn close(&self) {
        self.load.is_closing.store(true, Ordering::SeqCst);
        let _ = self.queue.send(Item::Close);
    }

    /// Notes a request, and gives where its answer goes.
    pub(super) fn expect_answer(&self, id: Id, method: String) -> Answer {
        self.load.unread.fetch_add(1, Ordering::SeqCst);
        Answer {
            id,
            method,
            received: Instant::now(),
            outgoing: self.clone(),
            is_sent: false,
        }
    }

    /// Waits until the client keeps up.
    pub(super) async fn wait_for_room(&self) {
        while !self.is_read() {
            self.load.eased.notified().await;
        }
    }

    /// How many messages the client has read so far, or will next.
    pub(super) fn written(&self) -> u64 {
        self.load.written.load(Ordering::SeqCst)
    }

    fn send(&self, message: &Request) {
        if self.load.is_closing.load(Ordering::SeqCst) {
            return;
        }
        self.load.unread.fetch_add(1, Ordering::SeqCst);
        let method = message.method();
        // Reports on reports would never end.
        if method != LOG_TRACE {
            let nothing = Value::Null;
            let params = message.params().unwrap_or(&nothing);
            trace::message(format_args!("sent `{method}`"), params);
        }
        self.enqueue(message);
    }

    /// Puts a message into the queue that was counted before.
    fn enqueue(&self, message: &impl Serialize) {
        let frame = framed(&serde_json::to_vec(message).unwrap_or_default());
        let size = frame.len() as u64;
        self.load.unread_bytes.fetch_add(size, Ordering::SeqCst);
        let _ = self.queue.send(Item::Frame(frame));
    }
}

impl Answer {
    /// The id of the request.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// What is asked.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Answers.
    pub fn send(mut self, result: Result<Value>) {
        self.respond(result);
    }

    /// Answers a request that cannot be read.
    pub(super) fn refuse_as_invalid(self, reason: &str) {
        let mut error = Error::new(ErrorCode::InvalidRequest);
        error.message = reason.to_owned().into();
        self.send(Err(error));
    }

    fn respond(&mut self, result: Result<Value>) {
        self.is_sent = true;
        let milliseconds = self.received.elapsed().as_secs_f64() * 1000.0;
        let response = Response::from_parts(self.id.clone(), result);
        let (method, id) = (&self.method, &self.id);
        let error = response
            .error()
            .map(|error| format!(" with error {}", error.code))
            .unwrap_or_default();
        trace::message(
            format_args!("answered `{method}` ({id}) after {milliseconds:.1} ms{error}"),
            Content(&response),
        );
        self.outgoing.enqueue(&response);
    }
}

/// What a response holds, as text.
struct Content<'response>(&'response Response);

impl fmt::Display for Content<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match (self.0.result(), self.0.error()) {
            (Some(result), _) => result.fmt(formatter),
            (None, Some(error)) => formatter.write_str(&error.message),
            (None, None) => Ok(()),
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if !self.is_sent {
            self.respond(Err(Error::internal_error()));
        }
    }
}

impl Queue {
    /// The next frame; none when the connection is to end.
    pub(super) async fn next(&mut self) -> Option<Vec<u8>> {
        while !(self.is_closing && self.load.unread.load(Ordering::SeqCst) == 0) {
            match self.items.recv().await? {
                Item::Frame(frame) => return Some(frame),
                Item::Close => self.is_closing = true,
            }
        }
        None
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Notes that a frame was written.
    pub(super) fn note_written(&self, frame: &[u8]) {
        let load = &self.load;
        load.unread.fetch_sub(1, Ordering::SeqCst);
        load.unread_bytes
            .fetch_sub(frame.len() as u64, Ordering::SeqCst);
        load.written.fetch_add(1, Ordering::SeqCst);
        load.eased.notify_one();
    }
}
