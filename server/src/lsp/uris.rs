//! Addresses of documents and the paths that the analysis knows them by. It must not read a disk.
//!
//! A path is absolute, with `/` between its parts: `/home/a/b.threat`, `c:/a/b.threat`,
//! `//server/share/b.threat`. A document that is not a file, such as `untitled:Untitled-1`, is
//! known by its address.

use fluent_uri::component::{Host, Scheme};
use fluent_uri::pct_enc::encoder::{Path, RegName};
use fluent_uri::pct_enc::{EString, Encoder, Table};
use std::str::FromStr;
use std::sync::Arc;
use tower_lsp::ls_types::Uri;

/// What the addresses of the library's files begin with. They are in the program, and on no disk.
pub const LIBRARY: &str = "threatline:/";

const LIBRARY_SCHEME: &Scheme = Scheme::new_or_panic("threatline");
const FILE_SCHEME: &Scheme = Scheme::new_or_panic("file");

/// How a path is written in an address: as everywhere, and with the `:` of a drive as `%3A`, since
/// editors write it so.
struct EditorPath;

impl Encoder for EditorPath {
    const TABLE: &'static Table = &Path::TABLE.sub(&Table::new(b":"));
}

/// The path of an address.
pub fn path_of(uri: &Uri) -> Arc<str> {
    let path = uri.path().decode().to_string_lossy();
    if uri.scheme() == LIBRARY_SCHEME && path.starts_with('/') {
        return path[1..].into();
    }
    let Some(authority) = uri.authority().filter(|_| uri.scheme() == FILE_SCHEME) else {
        return uri.as_str().into();
    };
    let path = path.replace('\\', "/");
    let host = match authority.host_parsed() {
        Host::RegName(name) => name.decode().to_string_lossy(),
        _ => authority.host().into(),
    };
    if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
        return format!("//{host}{path}").into();
    }
    match path.as_bytes() {
        [b'/', drive, b':', ..] if drive.is_ascii_alphabetic() => {
            format!("{}{}", drive.to_ascii_lowercase() as char, &path[2..]).into()
        }
        _ => path.into(),
    }
}

/// The address of a path.
pub fn uri_of(path: &str) -> Option<Uri> {
    let (scheme, host, path) = match path.as_bytes() {
        [b'/', b'/', ..] => {
            let end = path[2..].find('/').map_or(path.len(), |length| 2 + length);
            (FILE_SCHEME, Some(&path[2..end]), path[end..].to_owned())
        }
        [b'/', ..] => (FILE_SCHEME, Some(""), path.to_owned()),
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => {
            (FILE_SCHEME, Some(""), format!("/{path}"))
        }
        _ if path.starts_with("std/") => (LIBRARY_SCHEME, None, format!("/{path}")),
        _ => return Uri::from_str(path).ok(),
    };
    let mut encoded = EString::<Path>::new();
    encoded.encode_str::<EditorPath>(&path);
    let builder = fluent_uri::Uri::builder().scheme(scheme);
    let uri = match host {
        Some(host) => {
            let mut name = EString::<RegName>::new();
            name.encode_str::<RegName>(host);
            let builder = builder.authority_with(|authority| authority.host(name.as_estr()));
            builder.path(&encoded).build()
        }
        None => builder.path(&encoded).build(),
    };
    uri.ok().map(Uri::from)
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
        assert_eq!(
            path("file://wsl%24/Ubuntu/a.threat"),
            "//wsl$/Ubuntu/a.threat"
        );
        assert_eq!(path("FILE:///a.threat?x#y"), "/a.threat");
        assert_eq!(path("file:///%FF"), "/\u{fffd}");
        assert_eq!(path("file://"), "");
        assert_eq!(path("threatline:/std/a.threat"), "std/a.threat");
        assert_eq!(path("untitled:Untitled-1"), "untitled:Untitled-1");
    }

    #[test]
    fn paths_have_addresses_and_come_back() {
        for known in [
            "/home/a b/ü#%.threat",
            "c:/a/b?.threat",
            "//server/share/a.threat",
            "untitled:Untitled-1",
            "/a[1].threat",
            "//wsl$/Ubuntu/a.threat",
            "/",
            "std/rules/data.threat",
        ] {
            let uri = uri_of(known).unwrap_or_else(|| panic!("{known} has no address"));
            assert_eq!(&*path_of(&uri), known, "{}", uri.as_str());
        }
        assert_eq!(uri_of("c:/a").unwrap().as_str(), "file:///c%3A/a");
    }
}
