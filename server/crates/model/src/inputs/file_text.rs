//! The text of a file as the host program provides it. It must not know what the text means.

use crate::lower::Unreadable;
use threatline_syntax::MAX_TEXT;

/// How the paths of tests end.
pub const TEST_ENDING: &str = ".test.threat";

/// The text of a file as it was read.
#[derive(Clone, Debug)]
pub struct FileText {
    /// The text; what could not be decoded is U+FFFD.
    pub text: String,
    /// Why it could not be read as it is.
    pub unreadable: Option<Unreadable>,
}

impl FileText {
    /// A text that is as it should be.
    pub fn new(text: impl Into<String>) -> FileText {
        FileText {
            text: text.into(),
            unreadable: None,
        }
    }

    /// Decodes what was read. Bytes that are not UTF-8 are reported and skipped.
    pub fn decode(bytes: Vec<u8>) -> FileText {
        if bytes.len() > MAX_TEXT {
            let why = format!(
                "the file is longer than {} MB and was not analyzed",
                MAX_TEXT >> 20
            );
            return FileText::failed(why);
        }
        match String::from_utf8(bytes) {
            Ok(text) => FileText::new(text),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let byte = error.as_bytes()[at];
                FileText {
                    text: String::from_utf8_lossy(error.as_bytes()).into(),
                    unreadable: Some(Unreadable {
                        why: format!("the file is not UTF-8: byte {at} is 0x{byte:02x}"),
                        at: at as u32,
                    }),
                }
            }
        }
    }

    /// A file that could not be read at all.
    pub fn failed(why: impl Into<String>) -> FileText {
        FileText {
            text: "".into(),
            unreadable: Some(Unreadable {
                why: why.into(),
                at: 0,
            }),
        }
    }
}
