//! The published lists that `references` point into: CWE, CAPEC and ATT&CK by id and title, and
//! ASVS by its chapters and the numbers of its requirements. It must not know a model, and never
//! asks the network.

use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::sync::LazyLock;

/// An entry of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The id, as models write it.
    pub id: &'static str,
    /// The title; of a sub-technique with its technique's before it. It is empty where the source
    /// tells none.
    pub title: &'static str,
    /// Whether its publisher has given it up, and says to use another one.
    pub deprecated: bool,
}

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum List {
    /// Weaknesses.
    Cwe,
    /// Attack patterns.
    Capec,
    /// Techniques of adversaries.
    Attack,
    /// Requirements to verify. Of these it is known which there are, and the titles of their
    /// chapters.
    Asvs,
}

impl List {
    /// All lists, in the order of the reference.
    pub const ALL: [List; 4] = [List::Cwe, List::Capec, List::Attack, List::Asvs];

    /// The list that an id is of, by its form.
    pub fn of(id: &str) -> Option<List> {
        let list = match id.split_once('-') {
            Some(("CWE", _)) => List::Cwe,
            Some(("CAPEC", _)) => List::Capec,
            Some(("ASVS", _)) => List::Asvs,
            _ if id
                .strip_prefix('T')
                .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit())) =>
            {
                List::Attack
            }
            _ => return None,
        };
        Some(list)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            List::Cwe => "CWE",
            List::Capec => "CAPEC",
            List::Attack => "ATT&CK",
            List::Asvs => "ASVS",
        }
    }

    /// What its entries are.
    pub fn entry(self) -> &'static str {
        match self {
            List::Cwe => "weakness or category",
            List::Capec => "attack pattern",
            List::Attack => "technique",
            List::Asvs => "requirement",
        }
    }

    /// Its name in full.
    pub fn full_name(self) -> &'static str {
        match self {
            List::Cwe => "Common Weakness Enumeration",
            List::Capec => "Common Attack Pattern Enumeration and Classification",
            List::Attack => "MITRE ATT&CK",
            List::Asvs => "OWASP Application Security Verification Standard",
        }
    }

    /// The version that is shipped.
    pub fn version(self) -> &'static str {
        match self {
            List::Cwe => "4.20",
            List::Capec => "3.9",
            List::Attack => "19",
            List::Asvs => "5.0.0",
        }
    }

    /// Who publishes it.
    pub fn publisher(self) -> &'static str {
        match self {
            List::Cwe | List::Capec | List::Attack => "MITRE",
            List::Asvs => "OWASP",
        }
    }

    /// Its page.
    pub fn page(self) -> &'static str {
        match self {
            List::Cwe => "https://cwe.mitre.org/",
            List::Capec => "https://capec.mitre.org/",
            List::Attack => "https://attack.mitre.org/",
            List::Asvs => "https://github.com/OWASP/ASVS/tree/v5.0.0_release/5.0",
        }
    }
}

/// The files: `ID<TAB>title`, and `<TAB>deprecated` after those.
const FILES: [&str; 3] = [
    include_str!("../../../library/references/cwe.tsv"),
    include_str!("../../../library/references/capec.tsv"),
    include_str!("../../../library/references/attack.tsv"),
];

/// The chapters of ASVS 5.0.0: page, title, and of each section how many requirements it has.
const CHAPTERS: [(&str, &str, &[u8]); 17] = [
    (
        "0x10-V1-Encoding-and-Sanitization",
        "Encoding and Sanitization",
        &[2, 10, 12, 3, 3],
    ),
    (
        "0x11-V2-Validation-and-Business-Logic",
        "Validation and Business Logic",
        &[3, 3, 5, 2],
    ),
    (
        "0x12-V3-Web-Frontend-Security",
        "Web Frontend Security",
        &[1, 3, 5, 8, 8, 1, 5],
    ),
    (
        "0x13-V4-API-and-Web-Service",
        "API and Web Service",
        &[5, 5, 2, 4],
    ),
    ("0x14-V5-File-Handling", "File Handling", &[1, 6, 3, 3]),
    (
        "0x15-V6-Authentication",
        "Authentication",
        &[3, 12, 8, 6, 8, 4, 2, 4],
    ),
    (
        "0x16-V7-Session-Management",
        "Session Management",
        &[3, 4, 2, 5, 3, 2],
    ),
    ("0x17-V8-Authorization", "Authorization", &[4, 4, 3, 2]),
    (
        "0x18-V9-Self-contained-Tokens",
        "Self-contained Tokens",
        &[3, 4],
    ),
    (
        "0x19-V10-OAuth-and-OIDC",
        "OAuth and OIDC",
        &[2, 3, 5, 16, 5, 2, 3],
    ),
    (
        "0x20-V11-Cryptography",
        "Cryptography",
        &[4, 5, 5, 4, 2, 2, 2],
    ),
    (
        "0x21-V12-Secure-Communication",
        "Secure Communication",
        &[5, 2, 5],
    ),
    ("0x22-V13-Configuration", "Configuration", &[4, 6, 4, 7]),
    ("0x23-V14-Data-Protection", "Data Protection", &[2, 8, 3]),
    (
        "0x24-V15-Secure-Coding-and-Architecture",
        "Secure Coding and Architecture",
        &[5, 5, 7, 4],
    ),
    (
        "0x25-V16-Security-Logging-and-Error-Handling",
        "Security Logging and Error Handling",
        &[1, 5, 4, 3, 4],
    ),
    ("0x26-V17-WebRTC", "WebRTC", &[2, 8, 2]),
];

struct Lists {
    entries: Vec<Reference>,
    by_id: FxHashMap<&'static str, u32>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    let mut entries = Vec::with_capacity(FILES.iter().map(|file| file.lines().count()).sum());
    for line in FILES.iter().flat_map(|file| file.lines()) {
        let mut columns = line.split('\t');
        let (id, title) = (
            columns.next().unwrap_or_default(),
            columns.next().unwrap_or_default(),
        );
        entries.push(Reference {
            id,
            title,
            deprecated: columns.next() == Some("deprecated"),
        });
    }
    let by_id = entries
        .iter()
        .enumerate()
        .map(|(index, reference)| (reference.id, index as u32))
        .collect();
    Lists { entries, by_id }
});

/// Every entry, list by list, each in the order of its numbers. Requirements of ASVS are not among
/// them.
pub fn all() -> &'static [Reference] {
    &LISTS.entries
}

/// The entry of an id.
pub fn find(id: &str) -> Option<&'static Reference> {
    LISTS
        .by_id
        .get(id)
        .map(|index| &LISTS.entries[*index as usize])
}

/// Whether the lists are certain not to have the entry.
pub fn is_unknown(id: &str) -> bool {
    match List::of(id) {
        Some(List::Asvs) => chapter(id).is_none(),
        Some(_) => find(id).is_none(),
        None => false,
    }
}

/// What an id stands for, where that is known: the entry's title, and of a requirement that of its
/// chapter.
pub fn title(id: &str) -> Option<&'static str> {
    let title = match List::of(id)? {
        List::Asvs => chapter(id)?.1,
        _ => find(id)?.title,
    };
    (!title.is_empty()).then_some(title)
}

/// An id with its title.
pub fn label(id: &str) -> String {
    title(id).map_or_else(|| id.to_owned(), |title| format!("{id}: {title}"))
}

/// The page that explains an id, if there is such an entry as far as is known.
pub fn link(id: &str) -> Option<String> {
    let number = || id.split_once('-').map_or("", |(_, number)| number);
    if is_unknown(id) {
        return None;
    }
    Some(match List::of(id)? {
        List::Cwe => format!("https://cwe.mitre.org/data/definitions/{}.html", number()),
        List::Capec => format!("https://capec.mitre.org/data/definitions/{}.html", number()),
        List::Attack => format!(
            "https://attack.mitre.org/techniques/{}/",
            id.replace('.', "/")
        ),
        List::Asvs => format!(
            "https://github.com/OWASP/ASVS/blob/v5.0.0_release/5.0/en/{}.md",
            chapter(id)?.0
        ),
    })
}

/// The chapter of a requirement, `ASVS-12.2.1`, if it has that one: page and title.
fn chapter(id: &str) -> Option<(&'static str, &'static str)> {
    let numbers: Vec<&str> = id.strip_prefix("ASVS-")?.split('.').collect();
    if numbers.iter().any(|number| number.starts_with('0')) {
        return None;
    }
    let numbers: Vec<usize> = numbers
        .iter()
        .map(|number| number.parse().ok())
        .collect::<Option<_>>()?;
    let [chapter, section, requirement] = numbers.as_slice() else {
        return None;
    };
    let (page, title, sections) = CHAPTERS.get(chapter.checked_sub(1)?)?;
    let last = sections.get(section.checked_sub(1)?)?;
    (1..=usize::from(*last))
        .contains(requirement)
        .then_some((*page, *title))
}

/// What helps someone who wrote an id that is not in its list.
pub(crate) fn help(id: &str) -> Vec<String> {
    let Some(list) = List::of(id) else {
        return Vec::new();
    };
    if list == List::Asvs {
        return vec![
            "what Threatline knows is ASVS 5.0.0, whose requirements are written as `ASVS-12.2.1`"
                .to_owned(),
        ];
    }
    if let Some((technique, _)) = id.split_once('.')
        && let Some(parent) = find(technique)
    {
        let of_parent = |reference: &&Reference| reference.id.starts_with(&format!("{technique}."));
        let subs: Vec<&str> = all()
            .iter()
            .filter(of_parent)
            .map(|reference| reference.id)
            .collect();
        let has = match subs.as_slice() {
            [] => "no sub-techniques".to_owned(),
            [only] => format!("only `{only}` below it"),
            [first, .., last] => format!("{} sub-techniques, `{first}` to `{last}`", subs.len()),
        };
        return vec![format!("there is `{}`, which has {has}", label(parent.id))];
    }
    vec![format!(
        "what Threatline knows is {} {}",
        list.name(),
        list.version()
    )]
}

/// The id that one with zeros before its number means.
pub(crate) fn without_zeros(id: &str) -> Option<&'static str> {
    let (list, number) = id.split_once('-')?;
    find(&format!("{list}-{}", number.trim_start_matches('0'))).map(|reference| reference.id)
}

/// How well an entry fits what is searched for: the smaller, the better.
type Rank = (u8, bool, Reverse<usize>, bool, usize, usize);

/// The entries in which every word occurs, in the id or the title, the best first and at most so
/// many. Best is the id itself, then ids that begin with it, then titles in which most of the words
/// are whole words or begin one; shorter titles come first, and what is deprecated last.
pub fn search(words: &str, most: usize) -> Vec<&'static Reference> {
    let wanted = words.trim().to_lowercase();
    let words: Vec<&str> = wanted.split_whitespace().collect();
    let entries = all().iter().enumerate();
    let mut ranked: Vec<(Rank, &Reference)> = entries
        .filter_map(|(index, entry)| Some((rank(entry, &wanted, &words, index)?, entry)))
        .collect();
    ranked.sort_unstable_by_key(|(rank, _)| *rank);
    ranked.truncate(most);
    ranked.into_iter().map(|(_, entry)| entry).collect()
}

fn rank(reference: &Reference, wanted: &str, words: &[&str], index: usize) -> Option<Rank> {
    let (id, title) = (reference.id.to_lowercase(), reference.title.to_lowercase());
    let by_id = match id.as_str() {
        id if id == wanted => 0,
        id if id.starts_with(wanted) => 1,
        _ => 2,
    };
    let (mut whole, mut begun) = (0, 0);
    for word in words {
        let in_title = || title.split(|character: char| !character.is_alphanumeric());
        if id == *word || in_title().any(|part| part == *word) {
            whole += 1;
        } else if id.starts_with(word) || in_title().any(|part| part.starts_with(word)) {
            begun += 1;
        } else if !id.contains(word) && !title.contains(word) {
            return None;
        }
    }
    // Of an id that is being written the order of numbers is what one looks for.
    let length = if by_id == 1 {
        id.len()
    } else {
        title.chars().count()
    };
    let in_words = if by_id == 1 { 0 } else { 2 * whole + begun };
    Some((
        by_id,
        reference.deprecated,
        Reverse(in_words),
        title.is_empty(),
        length,
        index,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(words: &str, most: usize) -> Vec<&'static str> {
        search(words, most)
            .into_iter()
            .map(|reference| reference.id)
            .collect()
    }

    /// The numbers of an id, and its list.
    fn place(id: &str) -> (Option<List>, Vec<u32>) {
        let numbers = id
            .split(|character: char| !character.is_ascii_digit())
            .filter(|part| !part.is_empty());
        (
            List::of(id),
            numbers
                .map(|number| number.parse().expect("it is a number"))
                .collect(),
        )
    }

    #[test]
    fn the_files_are_whole_and_in_order() {
        assert_eq!(LISTS.by_id.len(), all().len(), "an id is there twice");
        for (list, least) in [(List::Cwe, 1200), (List::Capec, 600), (List::Attack, 1000)] {
            let count = all()
                .iter()
                .filter(|reference| List::of(reference.id) == Some(list))
                .count();
            assert!(count > least, "{} has {count} entries", list.name());
        }
        for pair in all().windows(2) {
            assert!(
                place(pair[0].id) < place(pair[1].id),
                "{} stands before {}",
                pair[0].id,
                pair[1].id
            );
        }
        for reference in all() {
            assert!(
                List::of(reference.id).is_some_and(|list| list != List::Asvs),
                "{reference:?}"
            );
            assert_eq!(reference.title, reference.title.trim(), "{reference:?}");
        }
        let untitled = all()
            .iter()
            .filter(|reference| reference.title.is_empty())
            .count();
        assert!(untitled < 20, "{untitled} have no title");
        for line in FILES.iter().flat_map(|file| file.lines()) {
            let columns: Vec<&str> = line.split('\t').collect();
            assert!(
                matches!(columns.as_slice(), [_, _] | [_, _, "deprecated"]),
                "{line}"
            );
        }
    }

    #[test]
    fn entries_are_found_by_their_ids() {
        let hits = |id| find(id).map(|reference| (reference.title, reference.deprecated));
        assert_eq!(
            hits("CWE-319"),
            Some(("Cleartext Transmission of Sensitive Information", false))
        );
        assert_eq!(hits("CWE-1"), Some(("Location", true)));
        assert_eq!(
            hits("CWE-1427").map(|(title, _)| title.contains("LLM")),
            Some(true)
        );
        assert_eq!(hits("CAPEC-157"), Some(("Sniffing Attacks", false)));
        assert_eq!(hits("CAPEC-600"), Some(("Credential Stuffing", false)));
        assert_eq!(
            hits("T1190"),
            Some(("Exploit Public-Facing Application", false))
        );
        assert_eq!(
            hits("T1550.001"),
            Some((
                "Use Alternate Authentication Material: Application Access Token",
                false
            ))
        );
        assert_eq!(hits("T1174").map(|(_, deprecated)| deprecated), Some(true));
        for id in [
            "CWE-9999",
            "CWE-0319",
            "cwe-319",
            "CAPEC-9999",
            "T1190.001",
            "ASVS-12.2.1",
            "",
        ] {
            assert_eq!(hits(id), None, "{id}");
        }
    }

    #[test]
    fn what_is_unknown_is_reported_and_nothing_else() {
        for id in [
            "CWE-319",
            "CWE-1",
            "CAPEC-157",
            "T1190",
            "ASVS-12.2.1",
            "ASVS-17.3.2",
            "TLS",
        ] {
            assert!(!is_unknown(id), "{id}");
        }
        for id in ["CWE-9999", "CWE-319.1", "CAPEC-9999", "T9999", "T1190.001"] {
            assert!(is_unknown(id), "{id}");
        }
        for id in [
            "ASVS-18.1.1",
            "ASVS-0.1.1",
            "ASVS-1.0.1",
            "ASVS-12.2",
            "ASVS-12.2.1.1",
            "ASVS-12.2.3",
            "ASVS-12.4.1",
        ] {
            assert!(is_unknown(id), "{id}");
        }
    }

    #[test]
    fn references_lead_to_their_lists() {
        let to = |id| link(id).unwrap_or_default();
        assert_eq!(
            to("CWE-319"),
            "https://cwe.mitre.org/data/definitions/319.html"
        );
        assert_eq!(
            to("CAPEC-157"),
            "https://capec.mitre.org/data/definitions/157.html"
        );
        assert_eq!(to("T1190"), "https://attack.mitre.org/techniques/T1190/");
        assert_eq!(
            to("T1550.001"),
            "https://attack.mitre.org/techniques/T1550/001/"
        );
        assert!(to("ASVS-1.2.4").ends_with("/5.0/en/0x10-V1-Encoding-and-Sanitization.md"));
        assert!(to("ASVS-12.2.1").ends_with("/5.0/en/0x21-V12-Secure-Communication.md"));
        for id in ["CWE-9999", "ASVS-18.1.1", "TLS"] {
            assert_eq!(link(id), None, "{id} leads nowhere");
        }
    }

    #[test]
    fn labels_contain_the_title_of_an_id() {
        assert_eq!(
            label("CWE-79").split_once(": ").map(|(id, _)| id),
            Some("CWE-79")
        );
        assert_eq!(label("ASVS-12.2.1"), "ASVS-12.2.1: Secure Communication");
        assert_eq!(label("CWE-9999"), "CWE-9999");
    }

    #[test]
    fn the_chapters_are_numbered_as_their_pages() {
        for (position, (page, ..)) in CHAPTERS.iter().enumerate() {
            assert!(
                page.starts_with(&format!("0x{}-V{}-", position + 10, position + 1)),
                "{page}"
            );
        }
    }

    #[test]
    fn searches_put_ids_first() {
        assert_eq!(ids("cwe-79", 3)[0], "CWE-79");
        assert_eq!(ids("T1550", 3), ["T1550", "T1550.001", "T1550.002"]);
        assert_eq!(ids("CWE-", 1).len(), 1);
        assert!(
            ids("capec-15", 20)
                .iter()
                .all(|id| id.starts_with("CAPEC-15"))
        );
    }

    #[test]
    fn searches_want_every_word() {
        assert_eq!(ids("cleartext transmission", 1), ["CWE-319"]);
        assert_eq!(ids("TRANSMISSION  cleartext", 1), ["CWE-319"]);
        assert_eq!(ids("credential stuff", 2), ["CAPEC-600", "T1110.004"]);
        assert_eq!(ids("cleartext nonsense", 9), [""; 0]);
        assert_eq!(ids("", 4).len(), 4);
        assert_eq!(ids("brute force", 0), [""; 0]);
    }

    #[test]
    fn searches_put_whole_words_shorter_titles_and_what_holds_first() {
        let phishing = ids("phishing", 4);
        assert!(
            phishing[..2].contains(&"CAPEC-98") && phishing[..2].contains(&"T1566"),
            "{phishing:?}"
        );
        let hits = search("information", usize::MAX);
        let first_gone = hits
            .iter()
            .position(|reference| reference.deprecated)
            .expect("some are deprecated");
        assert!(
            hits[first_gone..]
                .iter()
                .all(|reference| reference.deprecated)
        );
        let whole = |word: &str| {
            search(word, 1)[0]
                .title
                .to_lowercase()
                .split(' ')
                .any(|part| part == word)
        };
        assert!(whole("race") && whole("log"));
    }

    #[test]
    fn help_names_what_is_near() {
        assert_eq!(
            help("T1190.001"),
            ["there is `T1190: Exploit Public-Facing Application`, which has no sub-techniques"]
        );
        assert!(
            help("T1550.099")[0].ends_with("4 sub-techniques, `T1550.001` to `T1550.004`"),
            "{:?}",
            help("T1550.099")
        );
        assert_eq!(help("T9999.001"), ["what Threatline knows is ATT&CK 19"]);
        assert_eq!(help("CWE-9999"), ["what Threatline knows is CWE 4.20"]);
        assert!(help("ASVS-18.1.1")[0].contains("ASVS 5.0.0"));
        assert_eq!(without_zeros("CWE-0079"), Some("CWE-79"));
        assert_eq!(without_zeros("CWE-00"), None);
        assert_eq!(without_zeros("T1190"), None);
    }
}
