//! `threatline lsp`: the language server over standard input and output. It must not decide what a model means.

mod client;
mod disk;
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
use session::{End, Event, Session};
use tower_lsp::Server;

/// No message waits for others: a cancellation and an answer of the client have to come through.
const CONCURRENCY: usize = 100_000;

/// How much of what comes in is read ahead.
const BUFFER: usize = 16 << 20;

/// Runs the server until the client ends it.
///
/// # Errors
/// When no thread can be started.
pub fn run() -> Result<Outcome> {
    let (events, received) = std::sync::mpsc::channel();
    let to_session = events.clone();
    let (gate, client, outgoing) = gate::connect(move |incoming| drop(to_session.send(Event::Incoming(incoming))));
    let mut session = Session::new(events.clone(), outgoing.clone());
    let (ended, end) = std::sync::mpsc::channel();
    // Nobody waits for its end where requests that nobody will read still run.
    std::thread::Builder::new().name("session".to_owned()).spawn(move || ended.send(session.run(&received)))?;
    let (told, ending) = (events.clone(), events.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let (input, sifted) = tokio::io::duplex(BUFFER);
        let refused = |why| drop(told.send(Event::Refused(why)));
        let reading = async {
            wire::sift(tokio::io::BufReader::new(tokio::io::stdin()), input, refused).await;
            // The server ends by itself when all is told, if that is still read.
            let mut read = None;
            while read.replace(outgoing.read()) != Some(outgoing.read()) {
                tokio::time::sleep(wire::PATIENCE).await;
            }
        };
        let server = Server::new(sifted, tokio::io::stdout(), client);
        tokio::select! {
            () = reading => {}
            () = server.concurrency_level(CONCURRENCY).serve(gate) => {}
        }
    });
    // Reading from standard input cannot be interrupted.
    runtime.shutdown_background();
    let _ = ending.send(Event::Gone);
    Ok(match end.recv_timeout(wire::PATIENCE) {
        Ok(End::Orderly) => Outcome::Clean,
        _ => Outcome::Failed,
    })
}
