//! What readers and writers share: how names, words, dates and texts of other tools become ours, and ours theirs. It must
//! not know any format.

use crate::draft::{Draft, Fact, Item};
use crate::once::Once;
use crate::text::{is_word, name_of};
use crate::tree::{Fields, Place, plain_word};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::fmt::Write;
use std::sync::LazyLock;
use threatline_ide::safe::acts;
use threatline_model::names::{full_name, visible};
use threatline_model::relations::DEEPEST_BOUNDARY;
use threatline_model::schema::{STRIDE, Takes};
use threatline_model::typed::typed;
use threatline_model::{Date, Kind, Workspace, World, references};

/// A document for another tool.
#[derive(Debug)]
pub struct Export {
    /// The document.
    pub text: String,
    /// What it cannot say: what that is, and why.
    pub losses: Vec<String>,
}

/// What a document cannot say.
#[derive(Debug, Default)]
pub struct Losses(RefCell<Vec<String>>);

impl Losses {
    /// That something of a declaration is not said.
    pub fn add(&self, item: &Item, property: &str, why: &str) {
        let property = if property.is_empty() { String::new() } else { format!(", `{property}`") };
        self.0.borrow_mut().push(format!("{} `{}`{property}: {why}", item.kind.word(), item.key));
    }

    /// That properties of a declaration are not said, of those that are stated.
    pub fn of(&self, item: &Item, properties: &[&str]) {
        for property in properties.iter().filter(|property| !item.get(property).is_empty()) {
            self.add(item, property, "the format has no place for it");
        }
    }

    /// That what components state is not said.
    pub fn of_components(&self, draft: &Draft) {
        for component in draft.of_kind(&[Kind::Component]) {
            self.of(component, &component.facts.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        }
    }

    /// That of several values the first alone is said.
    pub fn more_than_one(&self, item: &Item, properties: &[&str]) {
        for property in properties.iter().filter(|property| item.get(property).len() > 1) {
            self.add(item, property, "the format has one value; the others are left out");
        }
    }

    /// All of them, each once.
    pub fn into_inner(self) -> Vec<String> {
        let mut all = self.0.into_inner();
        let mut seen = FxHashSet::default();
        all.retain(|loss| seen.insert(loss.clone()));
        all
    }
}

/// The ids of declarations in a document: made of their names, each once.
pub struct Ids(FxHashMap<String, String>);

impl Ids {
    /// The ids of the declarations of some kinds, their parts joined by a sign: what each is called in its component, if
    /// no other is called so.
    pub fn of(draft: &Draft, kinds: &[Kind], join: char) -> Ids {
        let mut called: FxHashMap<&str, usize> = FxHashMap::default();
        let items = || draft.items.iter().filter(|item| kinds.contains(&item.kind));
        for name in items().filter_map(|item| item.name.as_deref()) {
            *called.entry(name).or_default() += 1;
        }
        let mut once = Once::default();
        let mut ids = FxHashMap::default();
        for item in items() {
            let own = item.name.as_deref().filter(|name| called[name] == 1).map(str::to_owned);
            let short =
                |key: &str| draft.items.get(key).and_then(|end| end.name.clone()).unwrap_or_else(|| key.to_owned());
            let between =
                || item.ends.as_ref().map(|(source, target)| format!("{} to {}", short(source), short(target)));
            let name = own.or_else(|| between().filter(|_| item.name.is_none())).unwrap_or_else(|| item.key.clone());
            let parts = name.split(|character: char| !character.is_alphanumeric()).filter(|part| !part.is_empty());
            let id = parts.collect::<Vec<_>>().join(&join.to_string()).to_lowercase();
            let id = if id.is_empty() { item.kind.word().to_owned() } else { id };
            ids.insert(item.key.clone(), once.take(&id, |id, number| format!("{id}{join}{number}")));
        }
        Ids(ids)
    }

    /// The id of a declaration by its key.
    pub fn of_key(&self, key: &str) -> String {
        self.0.get(key).cloned().unwrap_or_default()
    }
}

/// A value as a word or a text that [`fact`] reads again.
pub fn said(fact: &Fact, ids: &Ids) -> String {
    match fact {
        Fact::Word(said) | Fact::Text(said) | Fact::Library(said) | Fact::Reference(said) => said.clone(),
        Fact::Item(key) => ids.of_key(key),
        Fact::Date(date) => date.to_string(),
        Fact::Finding(what, key) => format!("{what}@{}", ids.of_key(key)),
    }
}

/// The value that a property takes from a text: what the document declares counts before the library.
pub fn fact(takes: Takes, said: &str, key: &dyn Fn(&[Kind], &str) -> Option<String>) -> Option<Fact> {
    let declared = |kinds: &[Kind]| key(kinds, said).map(Fact::Item);
    let known = |kinds: &[Kind]| {
        kinds.iter().find_map(|kind| in_library(*kind, said)).map(|name| Fact::Library(name.to_owned()))
    };
    match takes {
        Takes::Words(words) => words.position(said).map(|at| Fact::Word(words.word(at).to_owned())),
        Takes::YesNo => matches!(said, "yes" | "no").then(|| Fact::Word(said.to_owned())),
        Takes::Date => said.parse().ok().map(Fact::Date),
        Takes::Reference => {
            let is_known = references::List::of(said).is_some() && !references::is_unknown(said);
            is_known.then(|| Fact::Reference(said.to_owned()))
        }
        Takes::Name(kinds) => declared(kinds).or_else(|| known(kinds)),
        Takes::Countered => declared(&[Kind::Threat])
            .or_else(|| STRIDE.position(said).map(|at| Fact::Word(STRIDE.word(at).to_owned())))
            .or_else(|| known(&[Kind::Rule])),
        Takes::Finding => {
            let (what, on) = said.split_once('@')?;
            Some(Fact::Finding(what.to_owned(), key(&[Kind::External, Kind::Process, Kind::Store, Kind::Flow], on)?))
        }
        Takes::Text | Takes::Glob => Some(Fact::Text(said.to_owned())),
        Takes::Condition => None,
    }
}

/// Titles that have to differ, by the lists that they stand in.
#[derive(Default)]
pub struct Titles(FxHashMap<String, Once>);

impl Titles {
    /// A title, with a number if it is there in a list already.
    pub fn free(&mut self, list: &str, title: &str) -> String {
        self.0.entry(list.to_owned()).or_default().take(title, |title, number| format!("{title} ({number})"))
    }
}

/// A text, or another one if it is empty.
pub fn or<'t>(text: &'t str, otherwise: &'t str) -> &'t str {
    if text.trim().is_empty() { otherwise } else { text }
}

/// A name of an id, if people can read it.
pub fn id(id: &str) -> Option<String> {
    let digits = id.chars().filter(char::is_ascii_digit).count();
    let letters = id.chars().filter(|character| character.is_alphabetic()).count();
    let is_made_up =
        id.len() > 64 || digits * 3 > letters || id.split('-').any(|part| part.len() >= 8 && digits_in(part) > 1);
    let whole = id.to_lowercase().replace(['-', '.', ' '], "_");
    let name = if is_word(&whole) { whole } else { name_of(id) };
    Some(name).filter(|name| !is_made_up && !name.is_empty())
}

fn digits_in(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

/// Gives an item its description, unless that only repeats the title.
pub fn describe(item: &mut Item, text: Option<String>) {
    if let Some(text) = text.filter(|text| !text.is_empty() && plain_word(text) != plain_word(&item.title)) {
        item.description = text;
    }
}

/// Reads the tags of an item.
pub fn tags(fields: &Fields<'_>, item: &mut Item) {
    for tag in fields.texts("tags") {
        item.state("tags", Fact::Text(tag));
    }
}

/// A line that says what a text is about.
pub fn labelled(label: &str, text: &str) -> String {
    if text.trim().is_empty() { label.to_owned() } else { format!("{label}: {text}") }
}

/// Lines of which the short ones stand together.
pub fn lines(all: Vec<String>) -> Vec<String> {
    const TOGETHER: usize = 100;
    let mut lines: Vec<String> = Vec::new();
    for line in all {
        match lines.last_mut() {
            Some(last) if last.len() + line.len() < TOGETHER => {
                last.push_str("; ");
                last.push_str(&line);
            }
            _ => lines.push(line),
        }
    }
    lines
}

/// A title without the tags of HTML that some tools write.
pub fn without_markup(title: &str) -> String {
    let mut plain = title.to_owned();
    for tag in ["<b>", "</b>", "<i>", "</i>", "<u>", "</u>", "<br>", "<p>", "</p>"] {
        plain = plain.replace(tag, "");
    }
    plain
}

/// States a reference, if it is one that the language knows; else it is kept in a comment.
pub fn reference(item: &mut Item, id: &str) {
    if references::List::of(id).is_some() && !references::is_unknown(id) {
        item.state("references", Fact::Reference(id.to_owned()));
    } else {
        item.comments.push(format!("reference: {id}"));
    }
}

/// Whether a pattern with `*` fits a text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let mut rest = text;
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            match rest.find(before) {
                Some(at) => rest = &rest[at + str::len(before)..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

/// The first sentence of a text, if it is short enough for a title.
pub fn first_sentence(text: &str) -> Option<String> {
    let line = text.trim().lines().next().unwrap_or_default();
    let is_end = |at: &usize| !["e.g", "i.e", "etc", "vs"].iter().any(|short| line[..*at].ends_with(short));
    let end = line.match_indices(". ").map(|(at, _)| at).find(is_end).unwrap_or(line.len());
    Some(line[..end].trim_end_matches('.').to_owned()).filter(|sentence| !sentence.is_empty() && sentence.len() <= 90)
}

/// A title of a text: its first sentence, cut off at a word if it is long.
pub fn title_of(text: &str) -> String {
    if let Some(sentence) = first_sentence(text) {
        return sentence;
    }
    let mut title = String::new();
    for word in text.split_whitespace() {
        if title.len() + word.len() > 80 {
            title.push('…');
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    title
}

/// The day a year after a decision; without a day, a year after the start of the epoch of these formats, so that the
/// same document always gives the same.
pub fn a_year_after(decided: Option<Date>) -> Date {
    let decided = decided.unwrap_or(Date::constant(2026, 1, 1));
    decided.checked_add(jiff::Span::new().years(1)).unwrap_or(decided)
}

/// Takes boundaries that lie in themselves, or deeper than the language has it, out of there, and what lies in something
/// that is no boundary.
pub fn break_circles(draft: &mut Draft) {
    let boundaries = draft.items.iter().enumerate().filter(|(_, item)| item.kind == Kind::Boundary);
    let boundaries: FxHashMap<String, usize> = boundaries.map(|(at, item)| (item.key.clone(), at)).collect();
    for item in draft.items.iter_mut() {
        if item.place.as_ref().is_some_and(|place| !boundaries.contains_key(place)) {
            item.place = None;
        }
    }
    // How deep each boundary is, from the outermost, 1.
    let mut depths: FxHashMap<usize, usize> = FxHashMap::default();
    let mut starts: Vec<usize> = boundaries.values().copied().collect();
    starts.sort_unstable();
    for start in starts {
        let above = |draft: &Draft, at: usize| draft.items.at(at).place.as_ref().map(|above| boundaries[above]);
        let mut chain = vec![start];
        while let Some(next) = above(draft, chain[chain.len() - 1]).filter(|next| !depths.contains_key(next)) {
            if chain.contains(&next) {
                let item = draft.items.at_mut(chain[chain.len() - 1]);
                item.comments.push("It lay in itself.".to_owned());
                item.place = None;
                break;
            }
            chain.push(next);
        }
        for at in chain.into_iter().rev() {
            let around = above(draft, at);
            let mut depth = around.map_or(1, |around| depths[&around] + 1);
            if let Some(around) = around.filter(|_| depth > DEEPEST_BOUNDARY) {
                let around = draft.items.at(around).title.clone();
                let item = draft.items.at_mut(at);
                item.comments.push(format!("It lay in \"{around}\", deeper than boundaries can."));
                item.place = None;
                depth = 1;
            }
            depths.insert(at, depth);
        }
    }
}

/// The trust of a place that anyone can be in, if its name says that it is one.
pub fn trust_by_name(title: &str) -> Option<&'static str> {
    const OPEN: &[&str] =
        &["internet", "theinternet", "publicinternet", "internetboundary", "publicnetwork", "untrusted"];
    OPEN.contains(&plain_word(title).as_str()).then_some("untrusted")
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
        "visitor",
        "shopper",
        "attacker",
        "human",
    ];
    let last = title.split_whitespace().last().unwrap_or_default().to_lowercase();
    match last.trim_end_matches('s') {
        "device" | "sensor" => Some("device"),
        last => PEOPLE.contains(&last).then_some("person"),
    }
}

/// A title of a name whose words are joined by `_` or `-`.
pub fn readable(name: &str) -> String {
    let name = name.trim();
    if name.contains(char::is_whitespace) || !name.contains(['_', '-']) {
        return name.to_owned();
    }
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.trim().chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A title for a model that has none, of the name of its file.
pub fn file_title(place: &Place) -> String {
    let name = place.file.rsplit(['/', '\\']).next().unwrap_or_default();
    name.split('.').next().filter(|name| !name.is_empty()).unwrap_or("Imported model").to_owned()
}

/// Gives a flow without a name of its own a title, of its ends.
pub fn title_by_ends(draft: &Draft, flow: &mut Item) {
    let Some((source, target)) = &flow.ends else { return };
    let title = |key: &str| draft.items.get(key).map(|item| item.title.clone()).unwrap_or_default();
    flow.title = format!("{} to {}", title(source), title(target));
}

/// An asset that a format knows without a name, as it only says that a store keeps such.
pub struct Held {
    title: &'static str,
    classification: &'static str,
    kind: &'static str,
    is_personal: bool,
}

/// What opens something.
pub const CREDENTIALS: Held =
    Held { title: "Credentials", classification: "restricted", kind: "credential", is_personal: false };
/// Records of what the system did.
pub const LOGS: Held = Held { title: "Logs", classification: "internal", kind: "log", is_personal: false };
/// Data about people.
pub const PERSONAL: Held =
    Held { title: "Personal data", classification: "confidential", kind: "data", is_personal: true };
/// Data that are not for everyone.
pub const SENSITIVE: Held =
    Held { title: "Sensitive data", classification: "confidential", kind: "data", is_personal: false };

/// The key of an asset that a format knows without a name.
pub fn held(draft: &mut Draft, held: Held) -> String {
    let key = format!("held {}", held.title);
    if draft.items.get(&key).is_none() {
        let mut item = Item::new(Kind::Asset, key.clone(), held.title);
        item.word("classification", Some(held.classification));
        item.word("kind", Some(held.kind).filter(|kind| *kind != "data"));
        item.yes_no("personal", held.is_personal.then_some(true));
        item.comments.push("It was not named: a store was said to keep such.".to_owned());
        draft.items.push(item);
    }
    key
}

/// Values as people write them, for comments.
pub fn facts_in_words(facts: &[Fact]) -> String {
    let said = facts.iter().map(|fact| match fact {
        Fact::Word(said) | Fact::Text(said) | Fact::Item(said) | Fact::Library(said) | Fact::Reference(said) => {
            said.clone()
        }
        Fact::Date(date) => date.to_string(),
        Fact::Finding(what, on) => format!("{what}@{on}"),
    });
    said.collect::<Vec<_>>().join(", ")
}

/// Whether an element stands where anyone can be.
pub fn is_in_the_open(draft: &Draft, element: &Item) -> bool {
    trust_of(draft, element.place.as_deref(), element.kind == Kind::External) == "untrusted"
}

/// The keys of the assets that the flows of each element carry, by its key, in the order of the flows.
pub fn carried(draft: &Draft) -> FxHashMap<&str, Vec<&str>> {
    let mut carried: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for flow in draft.of_kind(&[Kind::Flow]) {
        for end in flow.ends.iter().flat_map(|(source, target)| [source, target]) {
            carried.entry(end).or_default().extend(flow.keys("sends").chain(flow.keys("receives")));
        }
    }
    carried
}

/// The trust of a place, by the key of its boundary.
pub fn trust_of<'d>(draft: &'d Draft, place: Option<&str>, is_external: bool) -> &'d str {
    let Some(mut place) = place else { return if is_external { "untrusted" } else { "high" } };
    for _ in 0..64 {
        let Some(boundary) = draft.items.get(place) else { break };
        if let Some(trust) = boundary.stated("trust") {
            return trust;
        }
        match boundary.place.as_deref() {
            Some(above) => place = above,
            None => break,
        }
    }
    "high"
}

/// Leaves out the trust of boundaries that is that of the boundary around them anyway, as a person would.
pub fn unstate_inherited_trust(draft: &mut Draft, boundaries: &[String]) {
    let is_inherited = |key: &&String| {
        let boundary = draft.items.get(key)?;
        Some(boundary.stated("trust")? == trust_of(draft, boundary.place.as_deref(), false))
    };
    let inherited: Vec<String> = boundaries.iter().filter(|key| is_inherited(key) == Some(true)).cloned().collect();
    for key in inherited {
        if let Some(boundary) = draft.items.get_mut(&key) {
            boundary.facts.retain(|(name, _)| *name != "trust");
        }
    }
}

/// What the library declares, with the broader technologies and protocols of each.
static LIBRARY: LazyLock<Vec<(Kind, String, Vec<String>)>> = LazyLock::new(|| {
    let workspace = Workspace::new(Date::constant(2026, 1, 1));
    let db = workspace.db();
    let library = World::get(db).library(db);
    let short = |decl| full_name(db, decl).trim_start_matches("std.").to_owned();
    let kinds = [Kind::Technology, Kind::Protocol, Kind::Mitigation, Kind::Rule];
    let all = kinds.iter().flat_map(|kind| visible(db, library, &[*kind]).into_iter().map(move |decl| (*kind, decl)));
    all.map(|(kind, decl)| (kind, short(decl), typed(db, decl).decls("is").map(short).collect())).collect()
});

/// Whether the library has something of this name.
pub fn in_library(kind: Kind, name: &str) -> Option<&'static str> {
    let said = plain_word(name);
    LIBRARY.iter().find(|(of, name, _)| *of == kind && plain_word(name) == said).map(|(_, name, _)| name.as_str())
}

/// A name and the broader ones above it, the nearest first.
pub fn upwards(kind: Kind, name: &str) -> Vec<String> {
    let mut all = vec![name.to_owned()];
    let mut at = 0;
    while at < all.len() {
        let broader =
            LIBRARY.iter().find(|(of, name, _)| *of == kind && *name == all[at]).map(|(_, _, broader)| broader);
        for broader in broader.into_iter().flatten() {
            if !all.contains(broader) {
                all.push(broader.clone());
            }
        }
        at += 1;
    }
    all
}

/// What a table has for the nearest broader technology.
pub fn broader(ours: &str, table: &[(&'static str, &[&str])]) -> Option<&'static str> {
    let above = upwards(Kind::Technology, ours);
    above.iter().find_map(|name| {
        table.iter().find(|(_, names)| names.first() == Some(&name.as_str())).map(|(theirs, _)| *theirs)
    })
}

/// What a table has for the nearest broader protocol.
pub fn broader_protocol(ours: &str, table: &[(&'static str, &str)]) -> Option<&'static str> {
    let above = upwards(Kind::Protocol, ours);
    above.iter().find_map(|name| table.iter().find(|(_, ours)| ours == name).map(|(theirs, _)| *theirs))
}

/// The library's protocol for how another tool calls it.
pub fn protocol(said: &str) -> Option<&'static str> {
    const OTHER: &[(&str, &str)] = &[
        ("rest", "https"),
        ("tls", "binary_tls"),
        ("ssl", "binary_tls"),
        ("httptls", "https"),
        ("http2", "https"),
        ("http3", "https"),
        ("websocket", "ws"),
        ("websockets", "ws"),
        ("securewebsocket", "wss"),
        ("mqtttls", "mqtts"),
        ("mqttovertls", "mqtts"),
        ("kafka", "kafka_plain"),
        ("jdbc", "sql"),
        ("odbc", "sql"),
        ("tds", "sql"),
        ("postgresql", "sql"),
        ("mysql", "sql"),
        ("sqltls", "sql_tls"),
        ("sqlovertls", "sql_tls"),
        ("mongodb", "nosql"),
        ("ldaptls", "ldaps"),
        ("grpcs", "grpc_tls"),
        ("ipc", "local_ipc"),
        ("namedpipe", "local_ipc"),
        ("unixsocket", "local_ipc"),
        ("tcp", "binary"),
        ("udp", "binary"),
        ("rpc", "binary"),
        ("file", "file_access"),
        ("cifs", "smb"),
        ("ble", "bluetooth"),
    ];
    in_library(Kind::Protocol, said).or_else(|| crate::tree::looked_up(said, OTHER))
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
    let mut named = title.split(|character: char| !character.is_alphanumeric()).map(str::to_lowercase);
    let mut found = named.by_ref().filter(|word| CLEAR.contains(&word.as_str()));
    let first = found.next()?;
    if found.any(|other| other != first) { None } else { protocol(&first) }
}

/// States a protocol, or keeps in a comment how another tool calls it.
pub fn state_protocol(fields: &Fields<'_>, name: &str, said: &str, flow: &mut Item) {
    match protocol(said) {
        Some(protocol) => flow.library("protocol", &[protocol]),
        None => {
            fields.loss(name, "kept in a comment: the library has no such protocol");
            flow.comments.push(format!("{name}: {said}"));
        }
    }
}

/// How a flow proves who starts it, for how another tool calls that: the first of these words in it.
pub fn authentication(said: &str) -> Option<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("mtls", "mutual_tls"),
        ("mutual", "mutual_tls"),
        ("oidc", "federated"),
        ("openid", "federated"),
        ("saml", "federated"),
        ("jwt", "token"),
        ("oauth", "token"),
        ("token", "token"),
        ("bearer", "token"),
        ("session", "session"),
        ("cookie", "session"),
        ("certificate", "certificate"),
        ("x509", "certificate"),
        ("apikey", "key"),
        ("ssh", "key"),
        ("hmac", "signature"),
        ("signature", "signature"),
        ("password", "password"),
        ("basic", "password"),
        ("digest", "password"),
    ];
    let plain = plain_word(said);
    if plain == "none" {
        return Some("none");
    }
    WORDS.iter().find(|(word, _)| plain.contains(word)).map(|(_, name)| *name)
}

/// The protocols of the library that encrypt by themselves.
static ENCRYPTED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let workspace = Workspace::new(Date::constant(2026, 1, 1));
    let db = workspace.db();
    let all = visible(db, World::get(db).library(db), &[Kind::Protocol]);
    let all = all.into_iter().filter(|decl| typed(db, *decl).yes_no("encrypted") == Some(true));
    all.map(|decl| full_name(db, decl).trim_start_matches("std.").to_owned()).collect()
});

/// Whether a protocol of the library encrypts by itself.
pub fn encrypts(protocol: &str) -> bool {
    ENCRYPTED.iter().any(|name| name == protocol)
}

/// The protocol of the library that is the same with encryption, if there is one.
pub fn encrypted(protocol: &str) -> Option<&'static str> {
    let same = |name: &&String| upwards(Kind::Protocol, name).get(1).is_some_and(|broader| broader == protocol);
    ENCRYPTED.iter().find(same).map(String::as_str)
}

/// The words of a text, in lower case; they also end where a small letter meets a capital one.
pub fn words_of(said: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut last = ' ';
    for character in said.chars() {
        if !character.is_alphanumeric() || (last.is_lowercase() && character.is_uppercase()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (character.is_alphanumeric(), words.last_mut()) {
            word.extend(character.to_lowercase());
        }
        last = character;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// States what the title of an element says of its technology, where the format has no place for it: of a store, and of
/// what is none, only what fits.
pub fn technology_of_title(item: &mut Item) {
    let Some(technology) = technology(&item.title) else { return };
    let above = upwards(Kind::Technology, technology);
    let keeps_data = above.iter().any(|name| ["datastore", "messaging", "vault"].contains(&name.as_str()));
    if keeps_data == (item.kind == Kind::Store) || item.title.split_whitespace().count() == 1 {
        item.library("technology", &[technology]);
    }
}

/// States what the title of a boundary says of its trust and of what it is made of, where the format has no place for
/// it.
pub fn boundary_of_title(item: &mut Item) {
    const KINDS: &[(&str, &[&str])] = &[
        ("network", &["internet", "network", "vpc", "vnet", "subnet", "dmz", "lan", "intranet", "vlan"]),
        ("cloud", &["cloud", "aws", "azure", "gcp"]),
        ("process", &["container", "pod", "sandbox"]),
        ("host", &["host", "machine", "vm", "server", "device"]),
        ("organisation", &["company", "corporate", "organisation", "organization", "partner"]),
        ("physical", &["building", "room", "datacenter", "datacentre", "vehicle"]),
    ];
    let words = words_of(&item.title);
    let has = |word: &str| words.iter().any(|said| said == word);
    if !item.title.to_lowercase().contains("internet of") {
        let kind = KINDS.iter().find(|(_, names)| names.iter().any(|name| has(name)));
        item.word("kind", kind.map(|(kind, _)| *kind));
        if has("internet") || has("untrusted") || words_of(&item.description).iter().any(|word| word == "untrusted") {
            item.word("trust", Some("untrusted"));
            item.comments.push("TODO: no trust was stated; `untrusted` is a guess".to_owned());
        }
    }
}

/// The library's technology for what another tool calls a type of element: the first of these words in it.
pub fn technology(said: &str) -> Option<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("apigateway", "api_gateway"),
        ("loadbalancer", "load_balancer"),
        ("elb", "load_balancer"),
        ("trafficmanager", "load_balancer"),
        ("cloudfront", "cdn"),
        ("cdn", "cdn"),
        ("waf", "waf"),
        ("firewall", "gateway"),
        ("iotgateway", "iot_gateway"),
        ("fieldgateway", "iot_gateway"),
        ("vpn", "vpn_gateway"),
        ("keyvault", "vault"),
        ("vault", "vault"),
        ("secretsmanager", "vault"),
        ("kms", "key_management"),
        ("activedirectory", "directory"),
        ("identityserver", "identity_provider"),
        ("cognito", "identity_provider"),
        ("postgres", "relational_database"),
        ("mysql", "relational_database"),
        ("mariadb", "relational_database"),
        ("oracle", "relational_database"),
        ("sqldatabase", "relational_database"),
        ("sqlserver", "relational_database"),
        ("azuresql", "relational_database"),
        ("sqlite", "relational_database"),
        ("rds", "relational_database"),
        ("aurora", "relational_database"),
        ("relational", "relational_database"),
        ("dynamo", "document_database"),
        ("cosmos", "document_database"),
        ("documentdb", "document_database"),
        ("mongo", "document_database"),
        ("redis", "cache"),
        ("memcache", "cache"),
        ("elasticache", "cache"),
        ("elasticsearch", "search_engine"),
        ("opensearch", "search_engine"),
        ("timeseries", "time_series_database"),
        ("graphdatabase", "graph_database"),
        ("kafka", "kafka"),
        ("kinesis", "event_stream"),
        ("eventhub", "event_stream"),
        ("servicebus", "message_queue"),
        ("sqs", "message_queue"),
        ("queue", "message_queue"),
        ("messagebroker", "message_queue"),
        ("rabbitmq", "message_queue"),
        ("objectstor", "object_store"),
        ("bucket", "object_store"),
        ("blob", "object_store"),
        ("s3", "object_store"),
        ("filesystem", "file_storage"),
        ("fileserver", "file_server"),
        ("filestor", "file_storage"),
        ("datalake", "data_lake"),
        ("warehouse", "data_warehouse"),
        ("redshift", "data_warehouse"),
        ("database", "database"),
        ("browserextension", "browser_extension"),
        ("browser", "browser"),
        ("mobileclient", "mobile_app"),
        ("mobileapp", "mobile_app"),
        ("mobiledevice", "mobile_app"),
        ("android", "mobile_app"),
        ("ios", "mobile_app"),
        ("desktop", "desktop_app"),
        ("webclient", "browser"),
        ("genericclient", "client"),
        ("lambda", "function"),
        ("serverless", "function"),
        ("functionapp", "function"),
        ("kubernetes", "kubernetes"),
        ("container", "container_platform"),
        ("dockerhost", "container_platform"),
        ("graphql", "graphql_api"),
        ("restapi", "rest_api"),
        ("restful", "rest_api"),
        ("soap", "soap_service"),
        ("grpc", "grpc_service"),
        ("webapi", "web_service"),
        ("webservice", "web_service"),
        ("microservice", "web_service"),
        ("webapplication", "web_application"),
        ("webapp", "web_application"),
        ("webserver", "web_server"),
        ("nginx", "web_server"),
        ("apache", "web_server"),
        ("reverseproxy", "reverse_proxy"),
        ("largelanguagemodel", "llm"),
        ("llm", "llm"),
        ("machinelearning", "ai"),
        ("iotdevice", "iot_device"),
        ("iotcloudgateway", "iot_gateway"),
        ("mailserver", "mail_server"),
        ("smtpserver", "mail_server"),
    ];
    if let Some(name) = in_library(Kind::Technology, said) {
        return Some(name);
    }
    // Where a word begins: `cards` are not kept by `rds`.
    let plain = plain_word(said);
    let words = words_of(said);
    let starts: Vec<String> = (0..words.len()).map(|at| words[at..].concat()).chain([plain]).collect();
    WORDS.iter().find(|(word, _)| starts.iter().any(|start| start.starts_with(word))).map(|(_, name)| *name)
}

/// States what an asset is made of where its title says so: other tools have no property for it, and rules ask for it.
pub fn state_kind_of_asset(asset: &mut Item) {
    const WORDS: &[(&[&str], &str)] = &[
        (&["log", "logs", "logfile", "logfiles", "audit trail"], "log"),
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
    let words = asset.title.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let title = format!(" {} ", words.collect::<Vec<_>>().join(" ").to_lowercase());
    let says = |words: &[&str]| words.iter().any(|word| title.contains(&format!(" {word} ")));
    if asset.get("kind").is_empty() {
        asset.word("kind", WORDS.iter().find(|(words, _)| says(words)).map(|(_, kind)| *kind));
    }
}

/// The level of a number from 0 to 100.
pub fn level(number: f64) -> &'static str {
    match number {
        number if number >= 90.0 => "critical",
        number if number >= 60.0 => "high",
        number if number >= 30.0 => "medium",
        _ => "low",
    }
}

/// The integrity of an asset that states none, by its classification, as the language has it.
pub fn integrity_of(classification: &str) -> &'static str {
    match classification {
        "public" => "low",
        "internal" => "medium",
        "confidential" => "high",
        _ => "critical",
    }
}

/// The number from 0 to 100 of a level, in the middle of what [`level`] takes for it.
pub fn number(level: &str) -> u8 {
    match level {
        "critical" => 100,
        "high" => 75,
        "medium" => 50,
        _ => 20,
    }
}

/// The STRIDE categories that another tool names.
pub fn stride(said: &str) -> Option<&'static str> {
    match plain_word(said).as_str() {
        "spoofing" | "s" | "authentication" | "authenticity" | "spoof" => Some("spoofing"),
        "tampering" | "t" | "integrity" | "immutable" => Some("tampering"),
        "repudiation" | "r" | "accountability" | "nonrepudiation" => Some("repudiation"),
        "informationdisclosure"
        | "infodisclosure"
        | "i"
        | "confidentiality"
        | "disclosureofinformation"
        | "datadisclosure"
        | "detecting"
        | "detectability"
        | "linking"
        | "linkability"
        | "identifying"
        | "identifiability"
        | "identifiabilitylinkability"
        | "unawareness"
        | "noncompliance" => Some("information_disclosure"),
        "denialofservice" | "dos" | "d" | "availability" | "deniedservice" | "distributed" | "accessibility" => {
            Some("denial_of_service")
        }
        "elevationofprivilege"
        | "elevationofprivileges"
        | "elevationofpriviledge"
        | "privilegeescalation"
        | "e"
        | "eop"
        | "authorization"
        | "authorisation" => Some("elevation_of_privilege"),
        _ => None,
    }
}

/// The STRIDE categories that a text speaks of.
pub fn stride_in(text: &str) -> Vec<&'static str> {
    const SIGNS: &[(&str, &[&str])] = &[
        ("spoofing", &["spoof", "impersonat", "phish", "masquerad", "stolen credential", "session hijack", "fake"]),
        ("tampering", &["tamper", "modif", "poison", "inject", "manipulat", "backdoor", "corrupt"]),
        ("repudiation", &["repudiat", "deny having", "audit log", "no trace"]),
        ("information_disclosure", &["disclos", "exfiltrat", "leak", "steal", "theft", "expos", "sniff", "eavesdrop"]),
        ("denial_of_service", &["denial of service", "denial-of-service", "dos", "exhaust", "unavailab", "flood"]),
        ("elevation_of_privilege", &["privilege", "remote code", "rce", "escalat", "escape", "unauthorized access"]),
    ];
    let text = format!(" {}", text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "));
    let said = |sign: &str| {
        let mut places = text.match_indices(sign);
        places.any(|(at, _)| {
            // Short ones are whole words.
            let after = text[at + sign.len()..].chars().next();
            !text[..at].ends_with(char::is_alphanumeric)
                && (sign.len() > 3 || !after.is_some_and(char::is_alphanumeric))
        })
    };
    SIGNS.iter().filter(|(_, signs)| signs.iter().any(|sign| said(sign))).map(|(category, _)| *category).collect()
}

/// The word for a level that other tools write in many ways.
pub fn level_word(said: &str) -> Option<&'static str> {
    match plain_word(said).as_str() {
        "low" | "verylow" | "lowest" | "minor" | "negligible" | "unlikely" | "rare" | "info" | "informational"
        | "minimal" | "none" => Some("low"),
        "medium" | "moderate" | "possible" | "elevated" | "mid" => Some("medium"),
        "high" | "major" | "likely" => Some("high"),
        "critical" | "severe" | "veryhigh" | "certain" | "almostcertain" | "extreme" | "maximal" | "highest" => {
            Some("critical")
        }
        _ => None,
    }
}

/// A document of JSON, with a line for each value.
pub fn pretty_json(document: &Json) -> String {
    harmless(&format!("{document:#}\n"))
}

/// JSON, or YAML whose texts are JSON, with what would act on a terminal escaped, so that the text stays what it is.
fn harmless(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && acts(character) {
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// "1 flow", "2 flows".
pub fn count(number: usize, one: &str) -> String {
    match (number, one) {
        (1, one) => format!("1 {one}"),
        _ => match one.strip_suffix('y') {
            Some(stem) => format!("{number} {stem}ies"),
            None => format!("{number} {one}s"),
        },
    }
}

/// A document of YAML. Texts are written as JSON does, which YAML reads the same.
pub fn pretty_yaml(document: &Json) -> String {
    let mut text = String::new();
    yaml_value(&mut text, document, 0);
    harmless(&text)
}

fn yaml_value(text: &mut String, value: &Json, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Json::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                let is_plain = key.starts_with(|first: char| first.is_ascii_lowercase())
                    && key.chars().all(|character| character.is_ascii_lowercase() || character == '_');
                let key = if is_plain { key.clone() } else { Json::from(key.as_str()).to_string() };
                let _ = write!(text, "{indent}{key}:");
                yaml_after(text, value, depth);
            }
        }
        Json::Array(values) if !values.is_empty() => {
            for value in values {
                let _ = write!(text, "{indent}-");
                yaml_after(text, value, depth);
            }
        }
        value => {
            let _ = writeln!(text, "{indent}{value}");
        }
    }
}

fn yaml_after(text: &mut String, value: &Json, depth: usize) {
    let is_block = match value {
        Json::Object(entries) => !entries.is_empty(),
        Json::Array(values) => !values.is_empty(),
        _ => false,
    };
    if is_block {
        text.push('\n');
        yaml_value(text, value, depth + 1);
    } else {
        let _ = writeln!(text, " {value}");
    }
}

/// Keeps the tags of something that has none.
pub fn tags_in_comment(fields: &Fields<'_>, item: &mut Item) {
    let tags = fields.texts("tags");
    if !tags.is_empty() {
        fields.loss("tags", "kept in a comment");
        item.comments.push(format!("tags: {}", tags.join(", ")));
    }
}

/// The acceptance of a threat that is accepted without a name or a day.
pub fn accepted(threat: &Item, because: &str) -> Item {
    let mut accept = Item::new(Kind::Accept, format!("accept {}", threat.key), threat.title.clone());
    accept.name = Some(format!("accepted_{}", threat.name.clone().unwrap_or_else(|| name_of(&threat.title))));
    accept.state("findings", Fact::Item(threat.key.clone()));
    accept.text("by", Some("unknown".to_owned()));
    accept.state("until", Fact::Date(a_year_after(None)));
    accept.text("because", Some(because.to_owned()));
    accept.comments.push("TODO: fill in who accepts it, and until when".to_owned());
    accept
}

/// Gives a threat what it has to have: a category, and an element that it is against.
pub fn complete_threat(draft: &mut Draft, threat: &mut Item) {
    if threat.get("category").is_empty() {
        threat.word("category", Some("tampering"));
        threat.comments.push("TODO: no category of STRIDE was stated; `tampering` is a guess".to_owned());
    }
    if threat.get("targets").is_empty() {
        let all = anything(draft, None, |_| true);
        if draft.items.get(&whole_key(draft, None)).is_none() {
            threat.comments.push("It named no element: all of them are listed.".to_owned());
        }
        all.into_iter().for_each(|key| threat.state("targets", Fact::Item(key)));
    }
}

/// How many elements are listed where any may be meant.
const MOST_LISTED: usize = 64;

/// The keys of the elements that may be meant where none is named: processes, or, without such, all; what stands for the
/// whole system, where there are none or too many.
pub fn anything(draft: &mut Draft, part: Option<&str>, is_among: impl Fn(&Item) -> bool) -> Vec<String> {
    let of_kind = |kinds: &[Kind]| -> Vec<String> {
        let all = draft.of_kind(kinds).filter(|item| is_among(item));
        all.take(MOST_LISTED + 1).map(|item| item.key.clone()).collect()
    };
    let mut all = of_kind(&[Kind::Process]);
    if all.is_empty() {
        all = of_kind(&[Kind::Store, Kind::External]);
    }
    if all.is_empty() || all.len() > MOST_LISTED { vec![whole_system(draft, part)] } else { all }
}

/// The key of what stands for a whole system, or for a part of one.
pub fn whole_key(draft: &Draft, part: Option<&str>) -> String {
    format!("the whole of {}", part.unwrap_or(&draft.title))
}

/// The key of a process that stands for a whole system, or a part of one, where no element can be named.
pub fn whole_system(draft: &mut Draft, part: Option<&str>) -> String {
    let key = whole_key(draft, part);
    if draft.items.get(&key).is_none() {
        let title = or(part.unwrap_or(&draft.title), "The system").to_owned();
        let mut item = Item::new(Kind::Process, key.clone(), title);
        item.name = Some("system".to_owned());
        item.part = part.map(str::to_owned);
        let is_there = |item: &Item| part.is_none() || item.part.as_deref() == part;
        let is_alone = !draft.of_kind(&[Kind::Process, Kind::Store, Kind::External]).any(is_there);
        item.comments.push(match is_alone {
            true => "It stands for the whole system: no elements were stated.".to_owned(),
            false => "It stands for the whole system, where a threat names no element.".to_owned(),
        });
        draft.items.push(item);
    }
    key
}
