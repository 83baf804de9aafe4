//! The words that people write for the kinds of declarations, and which kind each means. It must
//! not know what a kind declares.

use crate::spelling::is_one_edit_from;
use crate::tree::Kind;

/// The words of other tools and of everyday language for a kind.
static ALIASES: &[(Kind, &[&str])] = &[
    (
        Kind::Component,
        &["module", "package", "namespace", "subsystem"],
    ),
    (
        Kind::Boundary,
        &[
            "zone",
            "trust_boundary",
            "trust_zone",
            "security_zone",
            "network",
            "subnet",
        ],
    ),
    (
        Kind::Asset,
        &["data", "data_set", "data_asset", "information", "secret"],
    ),
    (
        Kind::External,
        &[
            "actor",
            "user",
            "person",
            "human",
            "people",
            "external_entity",
            "external_system",
            "external_actor",
            "third_party",
            "interactor",
            "system",
        ],
    ),
    (
        Kind::Process,
        &[
            "service",
            "server",
            "app",
            "application",
            "api",
            "backend",
            "frontend",
            "container",
            "lambda",
            "function",
            "microservice",
            "worker",
            "job",
        ],
    ),
    (
        Kind::Store,
        &[
            "database",
            "db",
            "data_store",
            "bucket",
            "cache",
            "queue",
            "storage",
            "table",
        ],
    ),
    (
        Kind::Flow,
        &[
            "data_flow",
            "connection",
            "communication",
            "communication_link",
            "relationship",
            "interaction",
            "link",
            "edge",
        ],
    ),
    (
        Kind::Threat,
        &["risk", "attack", "vulnerability", "weakness"],
    ),
    (
        Kind::Mitigation,
        &[
            "control",
            "countermeasure",
            "security_control",
            "safeguard",
            "measure",
        ],
    ),
    (
        Kind::Accept,
        &[
            "acceptance",
            "accepted",
            "exception",
            "waiver",
            "risk_acceptance",
            "ignore",
            "suppress",
        ],
    ),
    (Kind::Assumption, &["assume"]),
    (Kind::Technology, &["tech"]),
    (Kind::Protocol, &["proto"]),
    (Kind::Rule, &["policy"]),
    (Kind::Expect, &["assert"]),
];

/// The words that people write for a kind.
pub fn aliases(kind: Kind) -> &'static [&'static str] {
    let row = ALIASES.iter().find(|(listed, _)| *listed == kind);
    row.map_or(&[], |(_, aliases)| aliases)
}

/// A word as aliases are compared: in lower case, without what sets its parts off.
pub fn plain(word: &str) -> String {
    plain_letters(word).collect()
}

/// The letters of a word as aliases are compared, for comparing without a copy.
pub fn plain_letters(word: &str) -> impl Iterator<Item = char> {
    let letters = word.chars().filter(|letter| !matches!(letter, '_' | '-'));
    letters.flat_map(char::to_lowercase)
}

/// The kind that a word which begins no declaration most likely means: by what people call it,
/// else by its letters.
pub fn meant(word: &str) -> Option<Kind> {
    // Whatever is written may be as long as a file.
    if word.len() > 40 {
        return None;
    }
    let plain_word = plain(word);
    let is_word = |kind: &Kind| kind.word() == plain_word;
    let is_alias = |kind: &Kind| {
        let mut aliases = aliases(*kind).iter();
        aliases.any(|alias| plain_letters(alias).eq(plain_word.chars()))
    };
    let is_misspelt = |kind: &Kind| is_one_edit_from(word, kind.word());
    let kinds = || Kind::ALL.into_iter();
    kinds()
        .find(is_word)
        .or_else(|| kinds().find(is_alias))
        .or_else(|| kinds().find(is_misspelt))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_means_a_kind() {
        for (word, kind) in [
            ("actor", Some(Kind::External)),
            ("Data-Store", Some(Kind::Store)),
            ("proccess", Some(Kind::Process)),
            ("Process", Some(Kind::Process)),
            ("import", None),
        ] {
            assert_eq!(meant(word), kind, "{word}");
        }
    }

    #[test]
    fn a_word_is_an_alias_of_one_kind() {
        let mut words: Vec<String> = Kind::ALL
            .into_iter()
            .flat_map(|kind| aliases(kind).iter().map(|word| plain(word)))
            .chain(Kind::ALL.into_iter().map(|kind| kind.word().to_owned()))
            .collect();
        let count = words.len();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), count);
    }
}
