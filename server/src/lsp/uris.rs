//! Addresses of documents and the paths that the analysis knows them by. It must not read a disk.
//!
//! A path is absolute, with `/` between its parts: `/home/a/b.threat`, `c:/a/b.threat`,
//! `//server/share/b.threat`. A document that is no file, such as `untitled:Untitled-1`, is known
//! by its address.

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use std::str::FromStr;
use std::sync::Arc;
use tower_lsp::ls_types::Uri;

/// What is written with `%` in a path: all but what RFC 3986 lets stand in a segment, and `:`,
/// which drives have.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':');

/// What the addresses of the library's files begin with. They are in the program, and on no disk.
pub const LIBRARY: &str = "threatline:/";

/// The path of an address.
pub fn path_of(uri: &Uri) -> Arc<str> {
    let text = uri.as_str();
    if let Some(path) = text.strip_prefix(LIBRARY) {
        return percent_decode_str(path).decode_utf8_lossy().into();
    }
    let Some(rest) = text
        .get(..7)
        .filter(|scheme| scheme.eq_ignore_ascii_case("file://"))
        .map(|_| &text[7..])
    else {
        return text.into();
    };
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (authority, path) = rest
        .find('/')
        .map_or((rest, ""), |slash| rest.split_at(slash));
    let path = percent_decode_str(path)
        .decode_utf8_lossy()
        .replace('\\', "/");
    if !authority.is_empty() && !authority.eq_ignore_ascii_case("localhost") {
        return format!(
            "//{}{path}",
            percent_decode_str(authority).decode_utf8_lossy()
        )
        .into();
    }
    let bytes = path.as_bytes();
    let is_drive =
        bytes.len() > 2 && bytes[0] == b'/' && bytes[1].is_ascii_alphabetic() && bytes[2] == b':';
    if is_drive {
        format!("{}{}", path[1..2].to_ascii_lowercase(), &path[2..]).into()
    } else {
        path.into()
    }
}

/// The address of a path.
pub fn uri_of(path: &str) -> Option<Uri> {
    let encoded = |path: &str| utf8_percent_encode(path, ENCODED).to_string();
    let text = match path.as_bytes() {
        [b'/', b'/', ..] => format!("file://{}", encoded(&path[2..])),
        [b'/', ..] => format!("file://{}", encoded(path)),
        _ if path.starts_with("std/") => format!("{LIBRARY}{}", encoded(path)),
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => {
            format!("file:///{}", encoded(path))
        }
        _ => path.to_owned(),
    };
    Uri::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(uri: &str) -> String {
        path_of(&Uri::from_str(uri).unwrap()).to_string()
    }

    #[test]
    fn addresses_have_paths() {
        assert_eq!(path("file:///home/a/b.threat"), "/home/a/b.threat");
        assert_eq!(
            path("file:///home/a%20b/%C3%BC%23.threat"),
            "/home/a b/ü#.threat"
        );
        assert_eq!(path("file://localhost/a.threat"), "/a.threat");
        assert_eq!(path("file:///C:/a/b.threat"), "c:/a/b.threat");
        assert_eq!(path("file:///c%3A/a/b.threat"), "c:/a/b.threat");
        assert_eq!(
            path("file://server/share/a%20b.threat"),
            "//server/share/a b.threat"
        );
        assert_eq!(path("untitled:Untitled-1"), "untitled:Untitled-1");
    }

    #[test]
    fn paths_have_addresses_and_come_back() {
        for at in [
            "/home/a b/ü#%.threat",
            "c:/a/b?.threat",
            "//server/share/a.threat",
            "untitled:Untitled-1",
            "/a[1].threat",
            "std/rules/data.threat",
        ] {
            let uri = uri_of(at).unwrap_or_else(|| panic!("{at} has no address"));
            assert_eq!(&*path_of(&uri), at, "{}", uri.as_str());
        }
        assert_eq!(uri_of("c:/a").unwrap().as_str(), "file:///c%3A/a");
    }
}
