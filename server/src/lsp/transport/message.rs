//! Messages of JSON-RPC, each read once from its body. It must not know a method.

use super::outgoing::{Answer, Outgoing};
use super::remains::{Remains, Scanner};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id, Result};

/// What comes in.
pub enum Incoming {
    /// A request: its parameters, and where its answer goes.
    Request(Value, Answer),
    /// A notification.
    Notification(String, Value),
    /// The client's answer to a request of ours.
    Response(Id, Result<Value>),
    /// What is not a message.
    Malformed(Malformed),
    /// Nothing more comes in.
    End,
}

/// What came in and is not a message.
pub struct Malformed {
    /// Why it is not.
    pub reason: String,
    /// What can be read of it.
    pub remains: Remains,
    /// Whether it was a request, which has been answered with an error.
    pub is_refused: bool,
}

/// Every key of a message. A repeated key is an error.
#[derive(Deserialize)]
struct Envelope {
    jsonrpc: Option<String>,
    #[serde(default, deserialize_with = "even_null")]
    id: Option<Id>,
    method: Option<String>,
    params: Option<Value>,
    #[serde(default, deserialize_with = "even_null")]
    result: Option<Value>,
    error: Option<ClientError>,
}

/// An error of the client, which may have more keys than the protocol knows.
#[derive(Deserialize)]
struct ClientError {
    code: i64,
    message: String,
    data: Option<Value>,
}

/// Reads a message. A request that cannot be read is answered with an error.
pub fn parse(body: &[u8], outgoing: &Outgoing) -> std::result::Result<Incoming, Malformed> {
    // An object by keys and not, as serde would also have it, a list of their values.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let envelope = if is_object {
        serde_json::from_slice(body).map_err(|error| error.to_string())
    } else {
        Err("it is not an object".to_owned())
    };
    envelope
        .and_then(|envelope| opened(envelope, outgoing))
        .map_err(|reason| {
            let mut scanner = Scanner::default();
            scanner.read(body);
            let is_whole = serde_json::from_slice::<IgnoredAny>(body).is_ok();
            malformed(&reason, scanner.finish(), is_object && is_whole, outgoing)
        })
}

/// What is not a message. If it was meant as a request, and it is known as which, that is refused.
pub fn malformed(reason: &str, remains: Remains, is_whole: bool, outgoing: &Outgoing) -> Malformed {
    let reason = format!("invalid message: {reason}");
    let request = match (&*remains.ids, &*remains.methods) {
        ([id], [method, ..]) if is_whole => Some((id.clone(), method.clone())),
        _ => None,
    };
    let is_refused = request.is_some();
    if let Some((id, method)) = request {
        outgoing
            .expect_answer(id, method)
            .refuse_as_invalid(&reason);
    }
    Malformed {
        reason,
        remains,
        is_refused,
    }
}

fn opened(envelope: Envelope, outgoing: &Outgoing) -> std::result::Result<Incoming, String> {
    if envelope.jsonrpc.as_deref() != Some("2.0") {
        return Err("it is not JSON-RPC 2.0".to_owned());
    }
    if let Some(method) = envelope.method {
        let params = envelope.params.unwrap_or_default();
        if !(params.is_object() || params.is_array() || params.is_null()) {
            return Err("its `params` are neither an object nor an array".to_owned());
        }
        return Ok(match envelope.id {
            Some(id) => Incoming::Request(params, outgoing.expect_answer(id, method)),
            None => Incoming::Notification(method, params),
        });
    }
    let id = envelope
        .id
        .ok_or_else(|| "it has neither a `method` nor an `id`".to_owned())?;
    match (envelope.result, envelope.error) {
        (Some(result), None) => Ok(Incoming::Response(id, Ok(result))),
        (None, Some(error)) => Ok(Incoming::Response(id, Err(error.into()))),
        _ => Err("it is a response with neither a result nor an error".to_owned()),
    }
}

/// Tells a key whose value is `null` from one that is not there.
fn even_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> std::result::Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl From<ClientError> for Error {
    fn from(error: ClientError) -> Error {
        Error {
            code: ErrorCode::from(error.code),
            message: error.message.into(),
            data: error.data,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::transport::outgoing::connect;

    /// What a body is, in a line.
    fn read(body: &str) -> String {
        let (outgoing, _queue) = connect();
        match parse(body.as_bytes(), &outgoing) {
            Ok(Incoming::Request(params, answer)) => {
                format!("request {} {} {params}", answer.id(), answer.method())
            }
            Ok(Incoming::Notification(method, params)) => format!("notification {method} {params}"),
            Ok(Incoming::Response(id, result)) => format!("response {id} {result:?}"),
            Ok(Incoming::Malformed(_) | Incoming::End) => unreachable!("no body is read as these"),
            Err(Malformed {
                reason,
                remains,
                is_refused,
            }) => match (is_refused, &*remains.ids) {
                (true, [id]) => format!("refused {id}: {reason}"),
                _ => reason,
            },
        }
    }

    #[test]
    fn messages_are_distinguished() {
        for (body, read_as) in [
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"x","params":[]}"#,
                "request 1 x []",
            ),
            (
                r#" {"jsonrpc":"2.0","method":"exit"}"#,
                "notification exit null",
            ),
            (
                r#"{"jsonrpc":"2.0","id":"a","result":null}"#,
                r#"response "a" Ok(Null)"#,
            ),
            (
                r#"{"jsonrpc":"2.0","id":null,"method":"x"}"#,
                "request null x null",
            ),
        ] {
            assert_eq!(read(body), read_as, "{body}");
        }
        let error = r#"{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"no","stack":[]}}"#;
        assert!(read(error).starts_with("response 7 Err"));
    }

    #[test]
    fn what_is_no_message_is_reported() {
        for body in [
            "",
            "{",
            "[]",
            "null",
            "{}",
            r#"["2.0", 1, "exit"]"#,
            r#"{"jsonrpc":"2.0"}"#,
            r#"{"jsonrpc":"2.0","id":{},"method":"x"}"#,
            r#"{"jsonrpc":"2.0","id":1.5,"method":"x"}"#,
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":1,"error":{"code":1,"message":""}}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":""}}"#,
            r#"{"jsonrpc":"2.0","method":"x","method":"y"}"#,
            r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"x"}"#,
        ] {
            let read = read(body);
            assert!(read.starts_with("invalid message: "), "{read}");
        }
    }

    #[test]
    fn a_request_with_something_wrong_is_refused() {
        for body in [
            r#"{"jsonrpc":"1.0","id":3,"method":"x"}"#,
            r#"{"jsonrpc":"2.0","id":3,"method":"x","params":1}"#,
            r#"{"jsonrpc":"2.0","id":3,"method":"x","params":{},"params":{}}"#,
            r#"{"jsonrpc":"2.0","id":3,"method":"x","method":"y"}"#,
            r#"{"jsonrpc":"2.0","jsonrpc":"2.0","id":3,"method":"x"}"#,
            r#"{"jsonrpc":"2.0","id":3,"method":"x","params":{"a":"\ud83d"}}"#,
            r#"{"jsonrpc":"2.0","id":3,"method":"x","params":{"a":1e999}}"#,
        ] {
            let read = read(body);
            assert!(read.starts_with("refused 3: "), "{read}");
        }
    }
}
