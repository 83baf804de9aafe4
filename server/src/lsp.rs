//! `threatline lsp`: the language server over standard input and output. It must not decide what a
//! model means.

mod client;
mod edits;
mod gate;
mod handlers;
mod markup;
mod problems;
mod session;
mod settings;
mod snapshot;
mod uris;
mod watch;
mod wire;

use crate::Outcome;
use anyhow::Result;
use session::{Event, Session};
use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::Server;

pub use session::End;

/// No message waits for others: a cancellation and an answer of the client have to come through.
const CONCURRENCY: usize = 100_000;

/// How much of what comes in is read ahead.
const BUFFER: usize = 16 << 20;

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
    let to_session = events.clone();
    let (gate, client, outgoing) =
        gate::connect(move |incoming| drop(to_session.send(Event::Incoming(incoming))));
    let mut session = Session::new(events.clone(), outgoing.clone());
    let (ended, end) = std::sync::mpsc::channel();
    // Nobody waits for its end where requests that nobody will read still run.
    std::thread::Builder::new()
        .name("session".to_owned())
        .spawn(move || ended.send(session.run(&received)))?;
    let (told, ending) = (events.clone(), events.clone());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (to_server, sifted) = tokio::io::duplex(BUFFER);
        let refused = |why| drop(told.send(Event::Refused(why)));
        let reading = async {
            wire::sift(tokio::io::BufReader::new(input), to_server, refused).await;
            drop(told.send(Event::Ended));
            // The server ends by itself when all that came in is answered, if that is still read.
            let mut read = None;
            while read.replace(outgoing.read()) != Some(outgoing.read()) {
                tokio::time::sleep(wire::PATIENCE).await;
            }
        };
        let server = Server::new(sifted, output, client);
        tokio::select! {
            () = reading => {}
            () = server.concurrency_level(CONCURRENCY).serve(gate) => {}
        }
    });
    // Reading from standard input cannot be interrupted.
    runtime.shutdown_background();
    let _ = ending.send(Event::Gone);
    Ok(end.recv_timeout(wire::PATIENCE).unwrap_or(End::Abrupt))
}
