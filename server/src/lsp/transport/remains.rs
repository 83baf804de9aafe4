//! What can be read of a message that is not one: its ids, its methods and the addresses in it. It
//! takes the message in parts and keeps little of it, however long it is. It must not know a
//! method.

use std::mem::take;
use tower_lsp::jsonrpc::Id;

/// The longest id, method or address that is kept, in bytes.
const MAX_VALUE: usize = 4 << 10;

/// The most of them that are kept.
const MAX_VALUES: usize = 256;

/// The parts of a message that say what it was meant for. A key that appears twice has two values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remains {
    /// The ids.
    pub ids: Vec<Id>,
    /// The methods.
    pub methods: Vec<String>,
    /// Each `uri`, however deep.
    pub uris: Vec<String>,
}

/// Reads JSON as far as it is JSON, byte by byte.
#[derive(Default)]
pub struct Scanner {
    remains: Remains,
    depth: usize,
    state: State,
    /// The string or number that was read last, as it is written.
    written: Vec<u8>,
    /// The key whose value is next.
    key: Option<Key>,
}

/// Where in a message the next byte is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Between,
    String,
    /// Behind a `\` in a string.
    Escape,
    Scalar,
}

/// A key that matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    Id,
    Method,
    Uri,
}

impl Scanner {
    /// Reads on.
    pub fn read(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.read_byte(*byte));
    }

    /// What was read.
    pub fn finish(mut self) -> Remains {
        if self.state == State::Scalar {
            self.take_value();
        }
        self.remains
    }

    fn read_byte(&mut self, byte: u8) {
        match (self.state, byte) {
            (State::Escape, _) => {
                self.keep(byte);
                self.state = State::String;
            }
            (State::String, b'\\') => {
                self.keep(byte);
                self.state = State::Escape;
            }
            (State::String, b'"') => {
                self.keep(byte);
                self.state = State::Between;
                if self.key.is_some() {
                    self.take_value();
                }
            }
            (State::String, _) => self.keep(byte),
            (State::Scalar, b'0'..=b'9' | b'-' | b'+' | b'.' | b'a'..=b'z' | b'E') => {
                self.keep(byte);
            }
            (State::Between | State::Scalar, _) => {
                if self.state == State::Scalar {
                    self.state = State::Between;
                    self.take_value();
                }
                self.read_between(byte);
            }
        }
    }

    /// Reads what is neither in a string nor in a number.
    fn read_between(&mut self, byte: u8) {
        match byte {
            b'"' => {
                self.written.clear();
                self.keep(byte);
                self.state = State::String;
            }
            b':' => self.key = self.key_of(&self.written),
            b'{' | b'[' => {
                self.depth += 1;
                self.key = None;
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.key = None;
            }
            b',' => self.key = None,
            b'0'..=b'9' | b'-' if self.key.is_some() => {
                self.written.clear();
                self.keep(byte);
                self.state = State::Scalar;
            }
            _ => {}
        }
    }

    /// One byte more than what is kept shows that there was more.
    fn keep(&mut self, byte: u8) {
        if self.written.len() <= MAX_VALUE {
            self.written.push(byte);
        }
    }

    fn key_of(&self, written: &[u8]) -> Option<Key> {
        match text_of(written)?.as_str() {
            "id" if self.depth == 1 => Some(Key::Id),
            "method" if self.depth == 1 => Some(Key::Method),
            "uri" => Some(Key::Uri),
            _ => None,
        }
    }

    /// Takes what was read as the value of the key before it.
    fn take_value(&mut self) {
        let (written, key) = (take(&mut self.written), self.key.take());
        let Remains { ids, methods, uris } = &mut self.remains;
        match key {
            Some(Key::Id) if ids.len() < MAX_VALUES && written.len() <= MAX_VALUE => {
                ids.extend(serde_json::from_slice::<Id>(&written).ok());
            }
            Some(Key::Method) if methods.len() < MAX_VALUES => methods.extend(text_of(&written)),
            Some(Key::Uri) if uris.len() < MAX_VALUES => uris.extend(text_of(&written)),
            _ => {}
        }
    }
}

/// The text of a string as it is written, unless it is too long.
fn text_of(written: &[u8]) -> Option<String> {
    if written.len() > MAX_VALUE || !written.starts_with(b"\"") {
        return None;
    }
    let lossy = String::from_utf8_lossy(written);
    serde_json::from_str(&lossy).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remains(body: &[u8]) -> Remains {
        let mut scanner = Scanner::default();
        body.chunks(3).for_each(|part| scanner.read(part));
        scanner.finish()
    }

    #[test]
    fn a_message_is_known_by_what_can_be_read_of_it() {
        let body = br#"{"jsonrpc":"2.0","id":7,"method":"textDocument\/didChange","params":
            {"id":8,"method":"x","textDocument":{"uri":"file:///a.threat","version":1e999},
            "contentChanges":[{"text":"\ud83d \"uri\":\"file:///b.threat\" \\"}]}"#;
        let remains = remains(body);
        assert_eq!(remains.ids, [Id::Number(7)]);
        assert_eq!(remains.methods, ["textDocument/didChange"]);
        assert_eq!(remains.uris, ["file:///a.threat"]);
    }

    #[test]
    fn a_key_that_appears_twice_has_two_values() {
        let remains = remains(br#"{"id":"a","id":2,"method":"x","method":"y"}"#);
        assert_eq!(remains.ids, [Id::String("a".to_owned()), Id::Number(2)]);
        assert_eq!(remains.methods, ["x", "y"]);
    }

    #[test]
    fn little_is_kept_of_a_long_message() {
        let mut scanner = Scanner::default();
        scanner.read(br#"{"method":""#);
        (0..1000).for_each(|_| scanner.read(&[b'x'; 1000]));
        scanner.read(br#"","id":3}"#);
        assert!(scanner.written.capacity() <= 4 * MAX_VALUE);
        assert_eq!(scanner.finish().ids, [Id::Number(3)]);
    }
}
