//! Frames: headers, an empty line, and a body of the stated length. It must not know what a body
//! holds.

use super::remains::{Remains, Scanner};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// The header that states how long a body is, in lower case.
const LENGTH_HEADER: &[u8] = b"content-length:";

/// The longest line of a header, in bytes.
const MAX_HEADER_LINE: usize = 8 << 10;

/// The most lines that a header has.
const MAX_HEADER_LINES: usize = 32;

/// The longest body that is read. A longer one is passed over.
pub const MAX_BODY: u64 = 64 << 20;

/// What comes in between two headers.
pub enum Frame {
    /// A body.
    Body(Vec<u8>),
    /// What was passed over.
    PassedOver {
        /// Why.
        reason: String,
        /// What can be read of it.
        remains: Remains,
        /// Whether it was a body from its start to its end.
        is_whole: bool,
    },
}

/// Reads frames.
pub struct Frames<Input> {
    input: Input,
    /// The length of the body whose header was read.
    length: Option<u64>,
}

/// A line of a header.
enum Line {
    /// That many bytes follow the header.
    Length(Option<u64>),
    /// The header ends, or began with nothing.
    Empty,
    /// It is one that does not matter.
    Other,
    /// It is longer than any header.
    TooLong,
}

impl<Input: AsyncBufRead + Unpin> Frames<Input> {
    /// The frames of an input.
    pub fn new(input: Input) -> Frames<Input> {
        Frames {
            input,
            length: None,
        }
    }

    /// The next frame, or what was passed over before it. A body that is cut off ends the input.
    pub async fn next(&mut self) -> Option<Frame> {
        if self.length.is_none() {
            let (length, noise) = self.header().await?;
            self.length = Some(length);
            if let Some(frame) = noise {
                return Some(frame);
            }
        }
        let length = self.length.take()?;
        if length > MAX_BODY {
            return self.pass_over(length).await;
        }
        let mut body = Vec::new();
        // It grows as it comes: whatever length is stated, no more memory is taken than is sent.
        let mut input = (&mut self.input).take(length);
        input.read_to_end(&mut body).await.ok()?;
        (body.len() as u64 == length).then_some(Frame::Body(body))
    }

    /// Reads over a body that is too long.
    async fn pass_over(&mut self, length: u64) -> Option<Frame> {
        let mut scanner = Scanner::default();
        let mut left = length;
        while left > 0 {
            let part = self.input.fill_buf().await.ok()?;
            if part.is_empty() {
                return None;
            }
            let size = part.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            scanner.read(&part[..size]);
            self.input.consume(size);
            left -= size as u64;
        }
        let limit = MAX_BODY >> 20;
        let reason = format!("it is longer than {limit} MB");
        Some(Frame::PassedOver {
            reason,
            remains: scanner.finish(),
            is_whole: true,
        })
    }

    /// Reads headers to their end, and gives the stated length and what else was there.
    async fn header(&mut self) -> Option<(u64, Option<Frame>)> {
        let (mut length, mut lines) = (None, 0);
        let mut noise = Noise::default();
        loop {
            let line = self.line(&mut noise).await?;
            lines += 1;
            match line {
                Line::Length(stated) => {
                    length = stated;
                    lines = 1;
                }
                Line::Empty => {
                    if let Some(length) = length {
                        return Some((length, noise.reported()));
                    }
                    lines = 0;
                }
                Line::Other if lines <= MAX_HEADER_LINES => {}
                // That was a length in a text without end, and not in a header.
                Line::Other | Line::TooLong => length = None,
            }
        }
    }

    /// Reads a line of a header, of which no more than its end is kept.
    async fn line(&mut self, noise: &mut Noise) -> Option<Line> {
        let mut line = Vec::new();
        let mut size = 0;
        loop {
            let part = self.input.fill_buf().await.ok()?;
            if part.is_empty() {
                return None;
            }
            let end = part.iter().position(|byte| *byte == b'\n');
            let part = &part[..end.map_or(part.len(), |end| end + 1)];
            let read = part.len();
            line.extend(part);
            self.input.consume(read);
            size += read;
            if end.is_some() {
                break;
            }
            if line.len() > 2 * MAX_HEADER_LINE {
                let rest = line.split_off(line.len() - MAX_HEADER_LINE);
                noise.read(&line);
                line = rest;
            }
        }
        let line = line.trim_ascii();
        let header = line.to_ascii_lowercase();
        let start = header
            .windows(LENGTH_HEADER.len())
            .rposition(|window| window == LENGTH_HEADER);
        if let Some(start) = start {
            // The rest of a body that was longer than stated may be before it in its line.
            noise.read(&line[..start]);
            let stated = str::from_utf8(&header[start + LENGTH_HEADER.len()..]);
            let stated = stated.ok().and_then(|stated| stated.trim().parse().ok());
            if stated.is_none() {
                noise.is_reported = true;
            }
            return Some(Line::Length(stated));
        }
        if header.is_empty() {
            return Some(Line::Empty);
        }
        if size <= MAX_HEADER_LINE && is_header(&header) {
            return Some(Line::Other);
        }
        noise.read(line);
        Some(if size > MAX_HEADER_LINE {
            Line::TooLong
        } else {
            Line::Other
        })
    }
}

/// What is between two frames, and belongs to neither.
#[derive(Default)]
struct Noise {
    scanner: Scanner,
    is_reported: bool,
}

impl Noise {
    fn read(&mut self, bytes: &[u8]) {
        self.is_reported |= !bytes.trim_ascii().is_empty();
        self.scanner.read(bytes);
    }

    fn reported(self) -> Option<Frame> {
        self.is_reported.then(|| Frame::PassedOver {
            reason: "it has no `Content-Length` header".to_owned(),
            remains: self.scanner.finish(),
            is_whole: false,
        })
    }
}

/// Whether a line is a name, a colon and a value.
fn is_header(line: &[u8]) -> bool {
    let end = line.iter().position(|byte| *byte == b':');
    end.is_some_and(|end| {
        let name = &line[..end];
        !name.is_empty()
            && name
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    })
}

/// A frame around a body.
pub fn framed(body: &[u8]) -> Vec<u8> {
    let header = format!("Content-Length: {}\r\n\r\n", body.len());
    [header.as_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"jsonrpc":"2.0","method":"exit"}"#;

    fn bodies(mut input: &[u8]) -> Vec<Vec<u8>> {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.build().unwrap();
        let mut frames = Frames::new(&mut input);
        let mut bodies = Vec::new();
        while let Some(frame) = runtime.block_on(frames.next()) {
            if let Frame::Body(body) = frame {
                bodies.push(body);
            }
        }
        bodies
    }

    #[test]
    fn header_names_have_any_case_and_lines_any_end() {
        let header = format!("Content-Type: x\r\ncontent-length:{}\n\n", BODY.len());
        assert_eq!(bodies(&[header.as_bytes(), BODY].concat()), [BODY]);
    }

    #[test]
    fn a_frame_is_found_behind_a_body_longer_than_stated() {
        let short = b"Content-Length: 3\r\n\r\n{}  more\r\n\r\n";
        assert_eq!(bodies(&[short, &*framed(BODY)].concat()), [b"{} ", BODY]);
    }

    #[test]
    fn a_frame_is_found_behind_noise() {
        let noise = b"\xff\xfe\r\n\r\nContent-Length: x\r\n\r\n";
        assert_eq!(bodies(&[noise, &*framed(BODY)].concat()), [BODY]);
    }

    #[test]
    fn a_line_without_end_takes_no_memory() {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.build().unwrap();
        let noise = vec![b'x'; 1 << 20];
        let input = [&*noise, b"\r\n", &*framed(BODY)].concat();
        let mut frames = Frames::new(&*input);
        let passed_over = runtime.block_on(frames.next());
        assert!(matches!(passed_over, Some(Frame::PassedOver { .. })));
        let body = runtime.block_on(frames.next());
        assert!(matches!(body, Some(Frame::Body(body)) if body == BODY));
    }

    #[test]
    fn a_body_that_is_too_long_is_passed_over_and_its_id_is_known() {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = { runtime }.build().unwrap();
        let text = vec![b'x'; MAX_BODY as usize];
        let body = [br#"{"params":""#, &*text, br#"","id":4,"method":"y"}"#].concat();
        let input = [framed(&body), framed(BODY)].concat();
        let mut frames = Frames::new(&*input);
        let Some(Frame::PassedOver { remains, .. }) = runtime.block_on(frames.next()) else {
            panic!("it is read");
        };
        assert_eq!(remains.ids.len(), 1);
        assert_eq!(remains.methods, ["y"]);
        let body = runtime.block_on(frames.next());
        assert!(matches!(body, Some(Frame::Body(body)) if body == BODY));
    }

    #[test]
    fn a_length_that_is_a_lie_takes_no_memory() {
        assert!(bodies(b"Content-Length: 18446744073709551615\r\n\r\n{").is_empty());
        assert!(bodies(b"Content-Length: 67108864\r\n\r\n{").is_empty());
    }

    #[test]
    fn a_body_that_is_cut_off_ends_the_input() {
        assert!(bodies(b"Content-Length: 100\r\n\r\n{").is_empty());
    }
}
