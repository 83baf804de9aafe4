//! The way out: answers, notifications and requests of the server in one queue, so that what was
//! sent first is read first. It must not know what a message means.
//!
//! Messages become bytes where they are sent, on the thread that made them. How much of them a
//! client has not read, and how many of its requests are not answered, decides how much more is
//! taken in.

use super::frames::framed;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Notify, mpsc};
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Request, Response, Result};

/// How many messages may wait that the client has not read, its requests without an answer among
/// them. Nothing more is taken in then.
const MAX_UNREAD: u64 = 256;

/// The same for what they hold, in bytes.
const MAX_UNREAD_BYTES: u64 = 64 << 20;

/// What is in the queue.
enum Item {
    Frame(Vec<u8>),
    /// Nothing more is sent.
    Close,
}

/// How much is on its way.
#[derive(Default)]
struct Load {
    /// Messages in the queue.
    unread: AtomicU64,
    /// The bytes in them.
    unread_bytes: AtomicU64,
    /// Requests of the client without an answer.
    unanswered: AtomicU64,
    /// Messages that were written so far.
    written: AtomicU64,
    /// Woken when any of these goes down.
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
}

/// Where the answer to a request goes. If it is dropped, the client learns that there is none.
pub struct Answer {
    id: Id,
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
    (outgoing, Queue { items, load })
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
        let load = &self.load;
        let unread = load.unread.load(Ordering::SeqCst) + load.unanswered.load(Ordering::SeqCst);
        unread < MAX_UNREAD && load.unread_bytes.load(Ordering::SeqCst) < MAX_UNREAD_BYTES
            || self.queue.is_closed()
    }

    /// Ends the connection when all that was sent has been read.
    pub fn close(&self) {
        let _ = self.queue.send(Item::Close);
    }

    /// Notes a request, and gives where its answer goes.
    pub(super) fn expect_answer(&self, id: Id) -> Answer {
        self.load.unanswered.fetch_add(1, Ordering::SeqCst);
        Answer {
            id,
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

    fn send(&self, message: &impl Serialize) {
        let frame = framed(&serde_json::to_vec(message).unwrap_or_default());
        let size = frame.len() as u64;
        self.load.unread.fetch_add(1, Ordering::SeqCst);
        self.load.unread_bytes.fetch_add(size, Ordering::SeqCst);
        let _ = self.queue.send(Item::Frame(frame));
    }
}

impl Answer {
    /// The id of the request.
    pub fn id(&self) -> &Id {
        &self.id
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
        let response = Response::from_parts(self.id.clone(), result);
        self.outgoing.send(&response);
        self.outgoing.load.unanswered.fetch_sub(1, Ordering::SeqCst);
        self.outgoing.load.eased.notify_one();
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
        match self.items.recv().await? {
            Item::Frame(frame) => Some(frame),
            Item::Close => None,
        }
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
