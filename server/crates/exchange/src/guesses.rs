//! Guesses from titles, where a format has no property for a fact. It must not know any format.

use crate::draft::Item;
use crate::library;
use crate::vocabulary::{protocol, technology};
use crate::words::{lower_words, plain_word, words_of};
use threatline_model::Kind;

/// What places are called that anyone can be in.
const OPEN_PLACES: &[&str] = &[
    "internet",
    "theinternet",
    "publicinternet",
    "internetboundary",
    "publicnetwork",
    "untrusted",
];

/// What people are called.
const PEOPLE: &[&str] = &[
    "user",
    "admin",
    "administrator",
    "operator",
    "customer",
    "person",
    "employee",
    "developer",
    "engineer",
    "visitor",
    "shopper",
    "attacker",
    "human",
];

/// Protocols whose names mean nothing else.
const CLEAR_PROTOCOLS: &[&str] = &[
    "http",
    "https",
    "ws",
    "wss",
    "grpc",
    "mqtt",
    "mqtts",
    "amqp",
    "amqps",
    "coap",
    "coaps",
    "ldap",
    "ldaps",
    "ssh",
    "sftp",
    "ftp",
    "ftps",
    "smtp",
    "smtps",
    "imap",
    "imaps",
    "rdp",
    "telnet",
    "nfs",
    "smb",
    "modbus",
    "snmp",
    "ble",
    "bluetooth",
];

/// The kinds of boundaries, with the words that indicate them.
const BOUNDARY_KINDS: &[(&str, &[&str])] = &[
    (
        "network",
        &[
            "internet", "network", "vpc", "vnet", "subnet", "dmz", "lan", "intranet", "vlan",
        ],
    ),
    ("cloud", &["cloud", "aws", "azure", "gcp"]),
    ("process", &["container", "pod", "sandbox"]),
    ("host", &["host", "machine", "vm", "server", "device"]),
    (
        "organization",
        &[
            "company",
            "corporate",
            "organisation",
            "organization",
            "partner",
        ],
    ),
    (
        "physical",
        &["building", "room", "datacenter", "datacentre", "vehicle"],
    ),
];

/// The kinds of assets, with the words that indicate them.
const ASSET_KINDS: &[(&[&str], &str)] = &[
    (
        &["log", "logs", "logfile", "logfiles", "audit trail"],
        "log",
    ),
    (
        &[
            "credential",
            "credentials",
            "password",
            "passwords",
            "secret",
            "secrets",
            "token",
            "tokens",
            "api key",
            "api keys",
            "private key",
            "private keys",
            "access key",
            "access keys",
            "encryption key",
            "encryption keys",
            "signing key",
            "signing keys",
        ],
        "credential",
    ),
    (
        &[
            "code",
            "source",
            "sources",
            "artifact",
            "artifacts",
            "binary",
            "binaries",
            "firmware",
            "container image",
            "container images",
            "docker image",
            "docker images",
            "build job",
            "pipeline definition",
        ],
        "code",
    ),
];

/// The STRIDE categories, with how words begin that speak of them; short ones are whole words.
const STRIDE_SIGNS: &[(&str, &[&str])] = &[
    (
        "spoofing",
        &[
            "spoof",
            "impersonat",
            "phish",
            "masquerad",
            "stolen credential",
            "session hijack",
            "fake",
        ],
    ),
    (
        "tampering",
        &[
            "tamper",
            "modif",
            "poison",
            "inject",
            "manipulat",
            "backdoor",
            "corrupt",
        ],
    ),
    (
        "repudiation",
        &["repudiat", "deny having", "audit log", "no trace"],
    ),
    (
        "information_disclosure",
        &[
            "disclos",
            "exfiltrat",
            "leak",
            "steal",
            "theft",
            "expos",
            "sniff",
            "eavesdrop",
        ],
    ),
    (
        "denial_of_service",
        &[
            "denial of service",
            "denial-of-service",
            "dos",
            "exhaust",
            "unavailab",
            "flood",
        ],
    ),
    (
        "elevation_of_privilege",
        &[
            "privilege",
            "remote code",
            "rce",
            "escalat",
            "escape",
            "unauthorized access",
        ],
    ),
];

/// The longest sign that has to be a whole word, in bytes.
const MAX_WHOLE_WORD: usize = 3;

/// The trust of a place that anyone can be in, if its name says that it is one.
pub fn trust_by_name(title: &str) -> Option<&'static str> {
    OPEN_PLACES
        .contains(&plain_word(title).as_str())
        .then_some("untrusted")
}

/// The kind of an external entity, guessed from the last word of its title.
pub fn external_by_name(title: &str) -> Option<&'static str> {
    let last = words_of(title).pop().unwrap_or_default();
    match last.trim_end_matches('s') {
        "device" | "sensor" => Some("device"),
        last => PEOPLE.contains(&last).then_some("person"),
    }
}

/// The library's protocol that a title names, if it is only one and the word means nothing else.
pub fn protocol_in(title: &str) -> Option<&'static str> {
    let words = lower_words(title);
    let mut named = words
        .iter()
        .filter(|word| CLEAR_PROTOCOLS.contains(&word.as_str()));
    let first = named.next()?;
    if named.any(|other| other != first) {
        None
    } else {
        protocol(first)
    }
}

/// States what the title of an element says of its technology, where the format has no place for
/// it: of a store, and of what is none, only what fits.
pub fn technology_of_title(item: &mut Item) {
    let Some(technology) = technology(&item.title) else {
        return;
    };
    let keeps_data = library::is_one_of(
        Kind::Technology,
        technology,
        &["datastore", "messaging", "vault"],
    );
    if keeps_data == (item.kind == Kind::Store) || item.title.split_whitespace().count() == 1 {
        item.library("technology", &[technology]);
    }
}

/// States what the title of a boundary says of its trust and of what it is made of, where the
/// format has no place for it.
pub fn boundary_of_title(item: &mut Item) {
    if item.title.to_lowercase().contains("internet of") {
        return;
    }
    let words = words_of(&item.title);
    let has = |word: &str| words.iter().any(|other| other == word);
    let kind = BOUNDARY_KINDS
        .iter()
        .find(|(_, names)| names.iter().any(|name| has(name)));
    item.word("kind", kind.map(|(kind, _)| *kind));
    let is_described_as_untrusted = || {
        words_of(&item.description)
            .iter()
            .any(|word| word == "untrusted")
    };
    if has("internet") || has("untrusted") || is_described_as_untrusted() {
        item.word("trust", Some("untrusted"));
        item.comment("TODO: review `trust`: none was specified, `untrusted` is assumed");
    }
}

/// States what an asset is made of where its title says so: other tools have no property for it,
/// and rules ask for it.
pub fn state_kind_of_asset(asset: &mut Item) {
    if asset.has("kind") {
        return;
    }
    let title = format!(" {} ", lower_words(&asset.title).join(" "));
    let has_one_of = |words: &[&str]| {
        words
            .iter()
            .any(|word| title.contains(&format!(" {word} ")))
    };
    let kind = ASSET_KINDS.iter().find(|(words, _)| has_one_of(words));
    asset.word("kind", kind.map(|(_, kind)| *kind));
}

/// The STRIDE categories that a text speaks of.
pub fn stride_in(text: &str) -> Vec<&'static str> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = format!(" {}", words.join(" ").to_lowercase());
    STRIDE_SIGNS
        .iter()
        .filter(|(_, signs)| signs.iter().any(|sign| has_sign(&text, sign)))
        .map(|(category, _)| *category)
        .collect()
}

/// Whether a word of a text begins with a sign, or is it, if the sign is short.
fn has_sign(text: &str, sign: &str) -> bool {
    text.match_indices(sign).any(|(start, _)| {
        let next = text[start + sign.len()..].chars().next();
        !text[..start].ends_with(char::is_alphanumeric)
            && (sign.len() > MAX_WHOLE_WORD || !next.is_some_and(char::is_alphanumeric))
    })
}
