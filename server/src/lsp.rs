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

use crate::Outcome;
use anyhow::Result;
use gate::Incoming;
use session::{End, Event, Session};
use tower_lsp::Server;

/// No message waits for others: a cancellation and an answer of the client have to come through.
const CONCURRENCY: usize = 100_000;

/// Runs the server until the client ends it.
///
/// # Errors
/// When no thread can be started.
pub fn run() -> Result<Outcome> {
    let (events, received) = std::sync::mpsc::channel();
    let to_session = events.clone();
    let (gate, client, outgoing, mut answered) =
        gate::connect(move |incoming| drop(to_session.send(Event::Incoming(incoming))));
    let session = Session::new(events.clone(), outgoing);
    let owner = std::thread::Builder::new().name("session".to_owned()).spawn(move || session.run(&received))?;
    let ending = events.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let answers_loop = async {
            use futures::StreamExt;
            while let Some(response) = answered.next().await {
                let _ = events.send(Event::Incoming(Incoming::Answer(response)));
            }
        };
        let server = Server::new(tokio::io::stdin(), tokio::io::stdout(), client);
        tokio::select! {
            () = server.concurrency_level(CONCURRENCY).serve(gate) => {}
            () = answers_loop => {}
        }
    });
    // Reading from standard input cannot be interrupted.
    runtime.shutdown_background();
    let _ = ending.send(Event::Gone);
    Ok(match owner.join() {
        Ok(End::Orderly) => Outcome::Clean,
        _ => Outcome::Failed,
    })
}
