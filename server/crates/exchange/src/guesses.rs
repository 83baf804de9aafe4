//! What a title tells, where a format has no property for it. It must not know any format.

use crate::draft::Item;
use crate::library::upwards;
use crate::titles::words_of;
use crate::tree::plain_word;
use crate::vocabulary::{protocol, technology};
use threatline_model::Kind;

/// The trust of a place that anyone can be in, if its name says that it is one.
pub fn trust_by_name(title: &str) -> Option<&'static str> {
    const OPEN: &[&str] = &[
        "internet",
        "theinternet",
        "publicinternet",
        "internetboundary",
        "publicnetwork",
        "untrusted",
    ];
    OPEN.contains(&plain_word(title).as_str())
        .then_some("untrusted")
}

/// What an external is, as far as the last word of its title tells.
pub fn external_by_name(title: &str) -> Option<&'static str> {
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
    let last = words_of(title).pop().unwrap_or_default();
    match last.trim_end_matches('s') {
        "device" | "sensor" => Some("device"),
        last => PEOPLE.contains(&last).then_some("person"),
    }
}

/// The library's protocol that a title names, if it is one alone and the word means nothing else.
pub fn protocol_in(title: &str) -> Option<&'static str> {
    const CLEAR: &[&str] = &[
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
    let mut named = title
        .split(|character: char| !character.is_alphanumeric())
        .map(str::to_lowercase);
    let mut found = named.by_ref().filter(|word| CLEAR.contains(&word.as_str()));
    let first = found.next()?;
    if found.any(|other| other != first) {
        None
    } else {
        protocol(&first)
    }
}

/// States what the title of an element says of its technology, where the format has no place for
/// it: of a store, and of what is none, only what fits.
pub fn technology_of_title(item: &mut Item) {
    let Some(technology) = technology(&item.title) else {
        return;
    };
    let above = upwards(Kind::Technology, technology);
    let keeps_data = above
        .iter()
        .any(|name| ["datastore", "messaging", "vault"].contains(&name.as_str()));
    if keeps_data == (item.kind == Kind::Store) || item.title.split_whitespace().count() == 1 {
        item.library("technology", &[technology]);
    }
}

/// States what the title of a boundary says of its trust and of what it is made of, where the
/// format has no place for it.
pub fn boundary_of_title(item: &mut Item) {
    const KINDS: &[(&str, &[&str])] = &[
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
            "organisation",
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
    let words = words_of(&item.title);
    let has = |word: &str| words.iter().any(|said| said == word);
    if !item.title.to_lowercase().contains("internet of") {
        let kind = KINDS
            .iter()
            .find(|(_, names)| names.iter().any(|name| has(name)));
        item.word("kind", kind.map(|(kind, _)| *kind));
        if has("internet")
            || has("untrusted")
            || words_of(&item.description)
                .iter()
                .any(|word| word == "untrusted")
        {
            item.word("trust", Some("untrusted"));
            item.comments
                .push("TODO: no trust was stated; `untrusted` is a guess".to_owned());
        }
    }
}

/// States what an asset is made of where its title says so: other tools have no property for it,
/// and rules ask for it.
pub fn state_kind_of_asset(asset: &mut Item) {
    const WORDS: &[(&[&str], &str)] = &[
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
    let words = asset
        .title
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let title = format!(" {} ", words.collect::<Vec<_>>().join(" ").to_lowercase());
    let says = |words: &[&str]| {
        words
            .iter()
            .any(|word| title.contains(&format!(" {word} ")))
    };
    if asset.get("kind").is_empty() {
        asset.word(
            "kind",
            WORDS
                .iter()
                .find(|(words, _)| says(words))
                .map(|(_, kind)| *kind),
        );
    }
}

/// The STRIDE categories that a text speaks of.
pub fn stride_in(text: &str) -> Vec<&'static str> {
    const SIGNS: &[(&str, &[&str])] = &[
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
    let text = format!(
        " {}",
        text.to_lowercase()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    );
    let said = |sign: &str| {
        let mut places = text.match_indices(sign);
        places.any(|(at, _)| {
            // Short ones are whole words.
            let after = text[at + sign.len()..].chars().next();
            !text[..at].ends_with(char::is_alphanumeric)
                && (sign.len() > 3 || !after.is_some_and(char::is_alphanumeric))
        })
    };
    SIGNS
        .iter()
        .filter(|(_, signs)| signs.iter().any(|sign| said(sign)))
        .map(|(category, _)| *category)
        .collect()
}
