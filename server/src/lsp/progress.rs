//! The progress of the start, for clients that show it. It must not know what the work is.

use super::client::Client;
use super::connection::Connection;
use serde_json::{Value, json};

/// The token that identifies the progress of the start.
const TOKEN: &str = "threatline/start";

/// The progress of the start.
#[derive(Debug)]
pub enum Progress {
    /// Nothing is shown: the client cannot, or the start is done.
    Hidden,
    /// The client shows how far it is.
    Shown,
}

impl Progress {
    /// Shows that the start begins.
    pub fn begin(client: &Client, connection: &mut Connection) -> Progress {
        if !client.has("window.workDoneProgress") {
            return Progress::Hidden;
        }
        connection.ask("window/workDoneProgress/create", json!({ "token": TOKEN }));
        let value = json!({ "kind": "begin", "title": "Threatline", "message": "reading models" });
        notify(connection, value);
        Progress::Shown
    }

    /// Shows how far it is.
    pub fn report(&self, connection: &Connection, message: String) {
        if let Progress::Shown = self {
            notify(connection, json!({ "kind": "report", "message": message }));
        }
    }

    /// Shows that it is done.
    pub fn end(&mut self, connection: &Connection, message: String) {
        if let Progress::Shown = std::mem::replace(self, Progress::Hidden) {
            notify(connection, json!({ "kind": "end", "message": message }));
        }
    }
}

fn notify(connection: &Connection, value: Value) {
    connection.notify("$/progress", json!({ "token": TOKEN, "value": value }));
}
