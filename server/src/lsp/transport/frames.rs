//! Frames: headers, an empty line, and a body of the stated length. It must not know what a body
//! holds.

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// The header that states how long a body is, in lower case.
const LENGTH_HEADER: &[u8] = b"content-length:";

/// The next frame's body. What is not a header is passed over, and a body that is cut off ends the
/// input.
pub async fn next(input: &mut (impl AsyncBufRead + Unpin)) -> Option<Vec<u8>> {
    let length = length(input).await?;
    let mut body = Vec::new();
    // It grows as it comes: whatever length is stated, no more memory is taken than is sent.
    input.take(length).read_to_end(&mut body).await.ok()?;
    (body.len() as u64 == length).then_some(body)
}

/// Reads headers to their end, and gives the stated length.
async fn length(input: &mut (impl AsyncBufRead + Unpin)) -> Option<u64> {
    let mut length = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        let header = line.trim_ascii().to_ascii_lowercase();
        if let Some(stated) = stated_length(&header) {
            length = stated.parse().ok();
        } else if header.is_empty() && length.is_some() {
            return length;
        }
    }
}

/// What stands behind the name of the length header. The rest of a body that was longer than stated
/// may stand before it in its line.
fn stated_length(header: &[u8]) -> Option<&str> {
    let start = header
        .windows(LENGTH_HEADER.len())
        .rposition(|window| window == LENGTH_HEADER)?;
    let stated = str::from_utf8(&header[start + LENGTH_HEADER.len()..]);
    Some(stated.unwrap_or_default().trim())
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
        let mut bodies = Vec::new();
        while let Some(body) = runtime.block_on(next(&mut input)) {
            bodies.push(body);
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
    fn a_body_that_is_cut_off_ends_the_input() {
        assert!(bodies(b"Content-Length: 100\r\n\r\n{").is_empty());
    }
}
