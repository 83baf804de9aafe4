//! `threatline lsp`: the language server over standard input and output. It must not decide what a
//! model means.

mod client;
mod edits;
mod handlers;
mod markup;
mod problems;
mod session;
mod settings;
mod snapshot;
mod transport;
mod uris;
mod watch;

use crate::outcome::Outcome;
use anyhow::Result;
use session::{Event, Session};
use tokio::io::{AsyncRead, AsyncWrite};

pub use session::End;

/// Runs the server over standard input and output until the client ends it.
///
/// # Errors
/// When no thread can be started.
pub fn run() -> Result<Outcome> {
    Ok(match serve(tokio::io::stdin(), tokio::io::stdout())? {
        End::Orderly => Outcome::Clean,
        End::Abrupt => Outcome::Failed,
    })
}

/// Runs the server over any way in and out until the client ends it or nothing more comes in.
///
/// # Errors
/// When no thread can be started.
pub fn serve(input: impl AsyncRead + Unpin, output: impl AsyncWrite) -> Result<End> {
    let (events, received) = std::sync::mpsc::channel();
    let (outgoing, queue) = transport::connect();
    let mut session = Session::new(events.clone(), outgoing.clone());
    let (ended, end) = std::sync::mpsc::channel();
    let connection = outgoing.clone();
    // Nobody waits for its end where requests that nobody will read still run.
    std::thread::Builder::new()
        .name("session".to_owned())
        .spawn(move || {
            let end = session.run(&received);
            connection.close();
            ended.send(end)
        })?;
    let hand_on = |message| drop(events.send(Event::Incoming(message)));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(transport::serve(input, output, outgoing, queue, hand_on));
    // Reading from standard input cannot be interrupted.
    runtime.shutdown_background();
    let _ = events.send(Event::Gone);
    Ok(end.recv_timeout(transport::PATIENCE).unwrap_or(End::Abrupt))
}
