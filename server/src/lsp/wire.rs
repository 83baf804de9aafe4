//! What comes in, before the protocol library reads it: frames without a message in them are left
//! out, since the library takes the first of them for the end of everything. It must not know what
//! a message means.

use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// How long a client is waited for that reads nothing of what it is told.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The header that tells how long a message is.
const LENGTH: &[u8] = b"content-length:";

/// Hands on each frame that holds a message, until the input ends; `refused` is told of the others.
pub async fn sift(
    mut from: impl AsyncBufRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    refused: impl Fn(String),
) {
    while let Some(body) = frame(&mut from).await {
        match message(&body) {
            Ok(()) => {
                let frame = [
                    format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes(),
                    &body,
                ]
                .concat();
                // Nothing is taken in while the client reads nothing; one that goes on sending is
                // broken or gone, which cannot be seen from here.
                if !matches!(timeout(PATIENCE, to.write_all(&frame)).await, Ok(Ok(()))) {
                    return;
                }
            }
            Err(why) => refused(format!("what came in is no message: {why}")),
        }
    }
}

/// The next frame's body; what is no header is passed over.
async fn frame(from: &mut (impl AsyncBufRead + Unpin)) -> Option<Vec<u8>> {
    let mut length: Option<u64> = None;
    loop {
        let mut line = Vec::new();
        if from.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_ascii().to_ascii_lowercase();
        // What is left of a body that was longer than was said stands before it in its line.
        let at = line
            .windows(LENGTH.len())
            .rposition(|window| window == LENGTH);
        let said = at.map(|at| {
            String::from_utf8_lossy(&line[at + LENGTH.len()..])
                .trim()
                .parse()
        });
        match (said, length) {
            (Some(said), _) => length = said.ok(),
            (None, Some(length)) if line.is_empty() => {
                let mut body = Vec::new();
                // It grows as it comes: whatever length is said, no more memory is taken than is
                // sent.
                from.take(length).read_to_end(&mut body).await.ok()?;
                return (body.len() as u64 == length).then_some(body);
            }
            _ => {}
        }
    }
}

/// Whether a text is a message of JSON-RPC.
fn message(body: &[u8]) -> Result<(), String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if value.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err("it is not of JSON-RPC 2.0".to_owned());
    }
    let id = value.get("id");
    if id.is_some_and(|id| !(id.is_i64() || id.is_string() || id.is_null())) {
        return Err("its `id` is neither a whole number nor a text".to_owned());
    }
    let fits = |params: &Value| params.is_object() || params.is_array() || params.is_null();
    match value.get("method") {
        Some(method) if !method.is_string() => Err("its `method` is no text".to_owned()),
        Some(_) if !value.get("params").is_none_or(fits) => {
            Err("its `params` are neither an object nor a list".to_owned())
        }
        Some(_) => Ok(()),
        None if id.is_none() => Err("it has neither a `method` nor an `id`".to_owned()),
        None => {
            let is_error = |error: &Value| {
                error.get("code").is_some_and(Value::is_i64)
                    && error.get("message").is_some_and(Value::is_string)
            };
            match (value.get("result"), value.get("error")) {
                (Some(_), None) => Ok(()),
                (None, Some(error)) if is_error(error) => Ok(()),
                _ => Err("it is an answer without a result and without an error".to_owned()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    fn sifted(input: &[u8]) -> (String, Vec<String>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let (mut output, refused) = (Vec::new(), RefCell::new(Vec::new()));
        runtime.block_on(sift(input, &mut output, |why| {
            refused.borrow_mut().push(why)
        }));
        (String::from_utf8(output).unwrap(), refused.into_inner())
    }

    fn frame(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    const GOOD: &str = r#"{"jsonrpc":"2.0","method":"exit"}"#;

    #[test]
    fn messages_come_through_and_nothing_else_does() {
        for bad in [
            "{",
            "[]",
            "null",
            "{}",
            r#"{"jsonrpc":"2.0"}"#,
            r#"{"jsonrpc":"2.0","id":{},"method":"x"}"#,
        ] {
            let (output, refused) = sifted((frame(bad) + &frame(GOOD)).as_bytes());
            assert_eq!(output, frame(GOOD), "{bad}");
            assert_eq!(refused.len(), 1, "{bad}");
        }
        for good in [
            GOOD,
            r#"{"jsonrpc":"2.0","id":"a","result":null}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"x","params":[]}"#,
        ] {
            assert_eq!(sifted(frame(good).as_bytes()), (frame(good), Vec::new()));
        }
    }

    #[test]
    fn frames_are_found_again() {
        let odd = format!("Content-Type: x\r\ncontent-length:{}\n\n{GOOD}", GOOD.len());
        assert_eq!(sifted(odd.as_bytes()).0, frame(GOOD));
        let short = format!("Content-Length: 3\r\n\r\n{{}}  more\r\n\r\n{}", frame(GOOD));
        assert_eq!(sifted(short.as_bytes()).0, frame(GOOD));
        let noise = [
            b"\xff\xfe\r\n\r\nContent-Length: x\r\n\r\n".as_slice(),
            frame(GOOD).as_bytes(),
        ]
        .concat();
        assert_eq!(sifted(&noise).0, frame(GOOD));
        assert_eq!(sifted(b"Content-Length: 100\r\n\r\n{").0, "", "cut off");
    }
}
