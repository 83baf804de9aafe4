//! The way in: takes each message in the order of the wire and hands it to the thread that owns the
//! session, whatever else is running. It must not know what a message means.
//!
//! The protocol library polls the futures of all messages in one task and in any order. So nothing
//! is done in a future: a message is handed on inside of `call`, which is called in order, and the
//! future of a request only waits for its answer, and for what was told to the client before it:
//! the library sends answers and all else on two ways, and a part of a result must not come behind
//! its end.

use futures::channel::mpsc;
use futures::stream::Inspect;
use futures::{Sink, StreamExt};
use serde_json::Value;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::time::{Sleep, sleep};
use tower_lsp::Loopback;
use tower_lsp::jsonrpc::{Id, Request, Response};
use tower_service::Service;

/// How many messages may wait that the client has not read, asked ones without an answer among
/// them. Nothing more is taken in then.
const MOST_UNREAD: u64 = 256;

/// The same for what they hold, in bytes, about.
const MOST_UNREAD_BYTES: u64 = 64 << 20;

/// How long until it is looked at again whether the client reads.
const PAUSE: Duration = Duration::from_millis(20);

/// What comes in.
pub enum Incoming {
    /// A request, and where its answer goes.
    Request(Id, String, Value, Answer),
    /// A notification.
    Notification(String, serde_json::Value),
    /// The client's answer to a request of ours.
    Answer(Response),
}

/// Where the answer to a request goes.
pub struct Answer {
    to: oneshot::Sender<(Response, u64)>,
    outgoing: Outgoing,
}

impl Answer {
    /// Answers, behind all that has been sent so far.
    pub fn send(self, response: Response) {
        self.outgoing
            .unread_bytes
            .fetch_add(response.result().map_or(0, weight), Ordering::SeqCst);
        let _ = self
            .to
            .send((response, self.outgoing.sent.load(Ordering::SeqCst)));
    }
}

/// The way out for what the server itself asks and tells.
#[derive(Clone)]
pub struct Outgoing {
    sender: mpsc::UnboundedSender<Request>,
    sent: Arc<AtomicU64>,
    asked: Arc<AtomicU64>,
    /// How much of all that is on its way to the client.
    read: Arc<AtomicU64>,
    /// How many bytes wait, about.
    unread_bytes: Arc<AtomicU64>,
}

/// How many bytes a value takes, about.
fn weight(value: &Value) -> u64 {
    let within = match value {
        Value::String(text) => text.len() as u64,
        Value::Array(values) => values.iter().map(weight).sum(),
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| key.len() as u64 + weight(value))
            .sum(),
        _ => 0,
    };
    size_of::<Value>() as u64 + within
}

impl Outgoing {
    /// How much the client has read, or will next.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::SeqCst)
    }

    /// Whether the client keeps up with what it is told. One that is gone does not hold up the end.
    pub fn is_read(&self) -> bool {
        let told = self.sent.load(Ordering::SeqCst) + self.asked.load(Ordering::SeqCst);
        let keeps_up = told.saturating_sub(self.read()) < MOST_UNREAD
            && self.unread_bytes.load(Ordering::SeqCst) < MOST_UNREAD_BYTES;
        keeps_up || self.sender.is_closed()
    }

    /// Sends a message, which may be a request.
    pub fn send(&self, message: Request) {
        let weight = message.params().map_or(0, weight);
        self.unread_bytes.fetch_add(weight, Ordering::SeqCst);
        if self.sender.unbounded_send(message).is_ok() {
            self.sent.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// The service that the protocol library calls.
pub struct Gate<F> {
    hand_on: F,
    outgoing: Outgoing,
    taken: watch::Receiver<u64>,
    pause: Option<Pin<Box<Sleep>>>,
}

/// The ends of a connection: what the protocol library takes, and what the session sends by. Each
/// message that comes in is handed on by a function.
pub fn connect<F: FnMut(Incoming) + Clone>(hand_on: F) -> (Gate<F>, Loop<F>, Outgoing) {
    let (sender, messages) = mpsc::unbounded();
    let (counter, taken) = watch::channel(0);
    let outgoing = Outgoing {
        sender,
        sent: Arc::default(),
        asked: Arc::default(),
        read: Arc::default(),
        unread_bytes: Arc::default(),
    };
    let gate = Gate {
        hand_on: hand_on.clone(),
        outgoing: outgoing.clone(),
        taken,
        pause: None,
    };
    let (read, unread_bytes) = (outgoing.read.clone(), outgoing.unread_bytes.clone());
    let count = move |message: &Request| {
        unread_bytes.fetch_sub(message.params().map_or(0, weight), Ordering::SeqCst);
        counter.send_modify(|taken| *taken += 1);
        read.fetch_add(1, Ordering::SeqCst);
    };
    let messages = messages.inspect(Box::new(count) as Count);
    (
        gate,
        Loop {
            messages,
            answers: Answers { hand_on },
        },
        outgoing,
    )
}

impl<F: FnMut(Incoming)> Service<Request> for Gate<F> {
    type Response = Option<Response>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Option<Response>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        while !self.outgoing.is_read() {
            ready!(
                self.pause
                    .get_or_insert_with(|| Box::pin(sleep(PAUSE)))
                    .as_mut()
                    .poll(context)
            );
            self.pause = None;
        }
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (method, id, params) = request.into_parts();
        let params = params.unwrap_or_default();
        match id {
            Some(id) => {
                let (to, answered) = oneshot::channel();
                self.outgoing.asked.fetch_add(1, Ordering::SeqCst);
                let answer = Answer {
                    to,
                    outgoing: self.outgoing.clone(),
                };
                (self.hand_on)(Incoming::Request(id, method.into_owned(), params, answer));
                let (mut taken, outgoing) = (self.taken.clone(), self.outgoing.clone());
                Box::pin(async move {
                    let answer = answered.await;
                    if let Ok((response, sent)) = &answer {
                        let _ = taken.wait_for(|taken| taken >= sent).await;
                        outgoing
                            .unread_bytes
                            .fetch_sub(response.result().map_or(0, weight), Ordering::SeqCst);
                    }
                    outgoing.read.fetch_add(1, Ordering::SeqCst);
                    Ok(answer.ok().map(|(response, _)| response))
                })
            }
            None => {
                (self.hand_on)(Incoming::Notification(method.into_owned(), params));
                Box::pin(std::future::ready(Ok(None)))
            }
        }
    }
}

type Count = Box<dyn FnMut(&Request) + Send>;

/// The way out for what the server itself asks and tells, and the way in for the answers.
pub struct Loop<F> {
    messages: Inspect<mpsc::UnboundedReceiver<Request>, Count>,
    answers: Answers<F>,
}

/// The way in for the client's answers. They are handed on at once, since a request that comes
/// behind one must not overtake it.
pub struct Answers<F> {
    hand_on: F,
}

impl<F: FnMut(Incoming) + Unpin> Sink<Response> for Answers<F> {
    type Error = Infallible;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(mut self: Pin<&mut Self>, response: Response) -> Result<(), Infallible> {
        (self.hand_on)(Incoming::Answer(response));
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
}

impl<F: FnMut(Incoming) + Unpin> Loopback for Loop<F> {
    type RequestStream = Inspect<mpsc::UnboundedReceiver<Request>, Count>;
    type ResponseSink = Answers<F>;

    fn split(self) -> (Self::RequestStream, Self::ResponseSink) {
        (self.messages, self.answers)
    }
}
