//! `threatline lsp`: the language server over standard input and output. It must not decide what a
//! model means.
//!
//! Two threads: one reads and writes messages, in [`transport`]; the other owns the session, in
//! [`main_loop`]. Requests and diagnostics are computed on pools.

mod client;
mod clock;
mod documents;
mod faults;
mod parent;
mod publish;
mod sent;
mod settings;
mod trace;
mod uris;
mod watch;

mod transport;
mod walks;

mod connection;
mod loading;
mod snapshot;

mod diagnostics;
mod edits;
mod markup;
mod progress;
mod rounds;

mod handlers;

mod requests;

mod session;

mod main_loop;

use crate::arguments::{Log, LspArguments};
use crate::outcome::Outcome;
use anyhow::Result;
use session::{Event, Session};
use std::sync::mpsc::channel;
use tokio::io::{AsyncRead, AsyncWrite};
use trace::Trace;
use transport::LOG_TRACE;

pub use session::End;

/// Runs the server over standard input and output until the client ends it.
///
/// # Errors
/// When no thread can be started.
pub fn run(arguments: &LspArguments) -> Result<Outcome> {
    let (input, output) = (tokio::io::stdin(), tokio::io::stdout());
    let end = serve_with_log(input, output, arguments.log)?;
    Ok(match end {
        End::Orderly => Outcome::Clean,
        End::Abrupt => Outcome::Failed,
    })
}

/// Runs the server over any way in and out until the client ends it or nothing more comes in.
///
/// # Errors
/// When no thread can be started.
pub fn serve(input: impl AsyncRead + Unpin, output: impl AsyncWrite) -> Result<End> {
    serve_with_log(input, output, None)
}

fn serve_with_log(
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite,
    log: Option<Log>,
) -> Result<End> {
    let (events, received) = channel();
    let (outgoing, queue) = transport::connect();
    let to_client = outgoing.clone();
    let trace = Trace::new(log, move |params| to_client.notify(LOG_TRACE, params));
    let mut session = Session::new(events.clone(), outgoing.clone(), trace.clone())?;
    let (ended, end) = channel();
    let (connection, session_trace) = (outgoing.clone(), trace.clone());
    // It is not joined: requests that nobody waits for may still run.
    std::thread::Builder::new()
        .name("session".to_owned())
        .spawn(move || {
            let end = session_trace.within(|| main_loop::run(&mut session, &received));
            connection.close();
            ended.send(end)
        })?;
    let hand_on = |message| drop(events.send(Event::Incoming(message)));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    trace.within(|| {
        runtime.block_on(transport::serve(input, output, outgoing, queue, hand_on));
    });
    // Reading from standard input cannot be interrupted.
    runtime.shutdown_background();
    let _ = events.send(Event::Gone);
    Ok(end.recv_timeout(transport::PATIENCE).unwrap_or(End::Abrupt))
}
