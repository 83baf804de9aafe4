//! What the session sends its client on its own: notifications and requests. It must not know what
//! an answer changes.

use super::client::Client;
use super::transport::Outgoing;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use tower_lsp::jsonrpc::{Id, Result};
use tower_lsp::ls_types::MessageType;

/// What a client can refresh: the capability, and the request that asks for it.
const REFRESHED: [(&str, &str); 4] = [
    ("diagnostics", "workspace/diagnostic/refresh"),
    ("semanticTokens", "workspace/semanticTokens/refresh"),
    ("inlayHint", "workspace/inlayHint/refresh"),
    ("codeLens", "workspace/codeLens/refresh"),
];

/// The server's side of the conversation, except for answers.
pub struct Connection {
    outgoing: Outgoing,
    last_id: i64,
    /// The requests whose answers matter.
    asked: HashMap<Id, Asked>,
}

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// What the user wants to see.
    Settings,
}

impl Connection {
    /// A conversation that has not begun.
    pub fn new(outgoing: Outgoing) -> Connection {
        Connection {
            outgoing,
            last_id: 0,
            asked: HashMap::new(),
        }
    }

    /// The way out.
    pub fn outgoing(&self) -> &Outgoing {
        &self.outgoing
    }

    /// Sends a notification.
    pub fn notify(&self, method: &'static str, params: impl Serialize) {
        self.outgoing.notify(method, params);
    }

    /// Writes into the log that the client keeps.
    pub fn log(&self, kind: MessageType, message: impl Into<String>) {
        let message = message.into();
        self.notify(
            "window/logMessage",
            json!({ "type": kind, "message": message }),
        );
    }

    /// Shows the user a message.
    pub fn show(&self, kind: MessageType, message: impl Into<String>) {
        let message = message.into();
        self.notify(
            "window/showMessage",
            json!({ "type": kind, "message": message }),
        );
    }

    /// Sends a request whose answer does not matter.
    pub fn ask(&mut self, method: &'static str, params: Value) {
        self.send(method, params);
    }

    /// Asks for the settings of the user.
    pub fn ask_settings(&mut self) {
        let params = json!({ "items": [{ "section": "threatline" }] });
        let id = self.send("workspace/configuration", params);
        self.asked.insert(id, Asked::Settings);
    }

    /// Asks the client to send something from now on.
    pub fn register(&mut self, id: &str, method: &str, options: Value) {
        let registration = json!({ "id": id, "method": method, "registerOptions": options });
        self.ask(
            "client/registerCapability",
            json!({ "registrations": [registration] }),
        );
    }

    /// Asks the client to request again what it shows.
    pub fn refresh(&mut self, client: &Client) {
        for (capability, method) in REFRESHED {
            if client.has(&format!("workspace.{capability}.refreshSupport")) {
                self.ask(method, Value::Null);
            }
        }
    }

    /// The purpose of the request that a client answered, with the result, if that matters.
    pub fn answered(&mut self, id: &Id, answer: Result<Value>) -> Option<(Asked, Value)> {
        let asked = self.asked.remove(id)?;
        Some((asked, answer.ok()?))
    }

    fn send(&mut self, method: &'static str, params: Value) -> Id {
        self.last_id += 1;
        let id = Id::Number(self.last_id);
        self.outgoing.request(id.clone(), method, params);
        id
    }
}
