//! The way in: takes each message in the order of the wire and hands it to the thread that owns the session, whatever
//! else is running. It must not know what a message means.
//!
//! The protocol library polls the futures of all messages in one task and in any order. So nothing is done in a future:
//! a message is handed on inside of `call`, which is called in order, and the future of a request only waits for its
//! answer. Nothing here waits for the client.

use futures::channel::mpsc;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::oneshot;
use tower_lsp::Loopback;
use tower_lsp::jsonrpc::{Id, Request, Response};
use tower_service::Service;

/// What comes in.
pub enum Incoming {
    /// A request, and where its answer goes.
    Request(Id, String, serde_json::Value, oneshot::Sender<Response>),
    /// A notification.
    Notification(String, serde_json::Value),
    /// The client's answer to a request of ours.
    Answer(Response),
}

/// The service that the protocol library calls.
pub struct Gate<F> {
    /// Hands a message to the owner of the session.
    pub hand_on: F,
}

impl<F: FnMut(Incoming)> Service<Request> for Gate<F> {
    type Response = Option<Response>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Option<Response>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (method, id, params) = request.into_parts();
        let params = params.unwrap_or_default();
        match id {
            Some(id) => {
                let (answer, answered) = oneshot::channel();
                (self.hand_on)(Incoming::Request(id, method.into_owned(), params, answer));
                Box::pin(async { Ok(answered.await.ok()) })
            }
            None => {
                (self.hand_on)(Incoming::Notification(method.into_owned(), params));
                Box::pin(std::future::ready(Ok(None)))
            }
        }
    }
}

/// The way out for what the server itself asks and tells, and the way in for the answers.
pub struct Loop {
    /// What is sent to the client.
    pub outgoing: mpsc::UnboundedReceiver<Request>,
    /// Where its answers go.
    pub answers: mpsc::UnboundedSender<Response>,
}

impl Loopback for Loop {
    type RequestStream = mpsc::UnboundedReceiver<Request>;
    type ResponseSink = mpsc::UnboundedSender<Response>;

    fn split(self) -> (Self::RequestStream, Self::ResponseSink) {
        (self.outgoing, self.answers)
    }
}
