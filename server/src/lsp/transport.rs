//! The wire: reads messages in the order in which they come, each once, hands them to whoever owns
//! the session, and writes what is to be sent in the order in which it was sent. It must not know
//! what a message means.
//!
//! It takes the place of the protocol library's own server, which reads no further after a frame
//! that is not a message, and sends answers and notifications on two ways that overtake each other.

mod frames;
mod message;
mod outgoing;
mod remains;

pub use message::{Incoming, Malformed};
pub use outgoing::{Answer, LOG_TRACE, Outgoing, Queue, connect};

use super::trace;
use frames::{Frame, Frames};
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{sleep, timeout};
use tracing::debug;

/// How long a client is waited for that reads nothing.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How many bytes of messages are read ahead while the client does not read: one that writes all of
/// its messages first gets that far.
const MAX_READ_AHEAD: u32 = 16 << 20;

/// A frame that was read ahead, and the room that it takes.
type Ahead<'room> = (Frame, SemaphorePermit<'room>);

/// Serves a connection until the session closes it, or nobody reads what it sends.
pub async fn serve(
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite,
    outgoing: Outgoing,
    queue: Queue,
    mut hand_on: impl FnMut(Incoming),
) {
    let room = Semaphore::new(MAX_READ_AHEAD as usize);
    let (to_parser, frames) = unbounded_channel();
    let reading_ahead = async {
        read_ahead(BufReader::new(input), &room, to_parser).await;
        wait_while_read(&outgoing).await;
    };
    let handing_on = async {
        hand_on_in_order(frames, &outgoing, &mut hand_on).await;
        hand_on(Incoming::End);
        wait_while_read(&outgoing).await;
    };
    tokio::select! {
        () = reading_ahead => {}
        () = handing_on => {}
        // What cannot be written has nobody to read it.
        _ = write(output, queue) => {}
    }
}

/// Reads frames until the input ends.
async fn read_ahead<'room>(
    input: impl AsyncBufRead + Unpin,
    room: &'room Semaphore,
    to_parser: UnboundedSender<Ahead<'room>>,
) {
    let mut frames = Frames::new(input);
    while let Some(frame) = frames.next().await {
        let size = match &frame {
            Frame::Body(body) => u32::try_from(body.len()).unwrap_or(MAX_READ_AHEAD),
            Frame::PassedOver { .. } => 0,
        };
        // A client that continues sending and reads nothing is broken or gone.
        let acquired = timeout(PATIENCE, room.acquire_many(size.min(MAX_READ_AHEAD))).await;
        let Ok(Ok(permit)) = acquired else { return };
        if to_parser.send((frame, permit)).is_err() {
            return;
        }
    }
}

/// Hands messages on, each when the client keeps up, until `exit` or the end of the input.
async fn hand_on_in_order(
    mut frames: UnboundedReceiver<Ahead<'_>>,
    outgoing: &Outgoing,
    hand_on: &mut impl FnMut(Incoming),
) {
    while let Some((frame, _permit)) = frames.recv().await {
        outgoing.wait_for_room().await;
        let message = match frame {
            Frame::Body(body) => {
                message::parse(&body, outgoing).unwrap_or_else(Incoming::Malformed)
            }
            Frame::PassedOver {
                reason,
                remains,
                is_whole,
            } => Incoming::Malformed(message::malformed(&reason, remains, is_whole, outgoing)),
        };
        note_received(&message);
        let is_exit = matches!(&message, Incoming::Notification(method, _) if method == "exit");
        hand_on(message);
        if is_exit {
            return;
        }
    }
}

fn note_received(message: &Incoming) {
    match message {
        Incoming::Request(params, answer) => {
            let (method, id) = (answer.method(), answer.id());
            trace::message(format_args!("received `{method}` ({id})"), params);
        }
        Incoming::Notification(method, params) => {
            trace::message(format_args!("received `{method}`"), params);
        }
        Incoming::Response(id, _) => debug!("received the answer to our request {id}"),
        Incoming::Malformed(malformed) => debug!("{}", malformed.reason),
        Incoming::End => {}
    }
}

/// Returns when nothing has been read by the client for a while.
async fn wait_while_read(outgoing: &Outgoing) {
    let mut before = None;
    while before != Some(outgoing.written()) {
        before = Some(outgoing.written());
        sleep(PATIENCE).await;
    }
}

/// Writes what is sent, until the session closes the connection.
async fn write(output: impl AsyncWrite, mut queue: Queue) -> std::io::Result<()> {
    tokio::pin!(output);
    while let Some(frame) = queue.next().await {
        output.write_all(&frame).await?;
        if queue.is_empty() {
            output.flush().await?;
        }
        queue.note_written(&frame);
    }
    output.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Serves a session that sends a notification before each answer, and closes at the end.
    fn serve_all(bodies: &[&str]) -> (Vec<String>, String) {
        let input: Vec<u8> = bodies
            .iter()
            .flat_map(|body| frames::framed(body.as_bytes()))
            .collect();
        let (outgoing, queue) = connect();
        let (mut received, mut output) = (Vec::new(), Vec::new());
        let hand_on = |message| {
            received.push(match message {
                Incoming::Request(_, answer) => {
                    let method = answer.method().to_owned();
                    outgoing.notify("before", json!({}));
                    answer.send(Ok(json!(method)));
                    method
                }
                Incoming::Notification(method, _) => method,
                Incoming::Response(id, _) => format!("response {id}"),
                Incoming::Malformed(_) => "malformed".to_owned(),
                Incoming::End => {
                    outgoing.close();
                    "end".to_owned()
                }
            });
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let serving = serve(&*input, &mut output, outgoing.clone(), queue, hand_on);
        runtime.block_on(serving);
        (received, String::from_utf8(output).unwrap())
    }

    #[test]
    fn what_is_sent_first_leaves_first() {
        let (received, output) = serve_all(&[r#"{"jsonrpc":"2.0","id":1,"method":"x"}"#]);
        assert_eq!(received, ["x", "end"]);
        let (before, answer) = (output.find("before"), output.find(r#""result":"x""#));
        assert!(before.is_some() && before < answer, "{output}");
    }

    #[test]
    fn what_is_no_message_keeps_nothing_from_being_read() {
        let (received, output) = serve_all(&[
            "[1]",
            r#"{"jsonrpc":"2.0","id":1,"id":1,"method":"x"}"#,
            r#"{"jsonrpc":"2.0","id":2,"method":"x","params":{},"params":{}}"#,
            r#"{"jsonrpc":"2.0","method":"y"}"#,
        ]);
        assert_eq!(
            received,
            ["malformed", "malformed", "malformed", "y", "end"]
        );
        assert!(
            output.contains(r#""id":2"#) && output.contains("-32600"),
            "{output}"
        );
        assert!(!output.contains(r#""id":1"#), "{output}");
    }

    #[test]
    fn nothing_is_read_behind_exit() {
        let exit = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        assert_eq!(serve_all(&[exit, exit]).0, ["exit", "end"]);
    }
}
