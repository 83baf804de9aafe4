//! What pytm prints with `--json`, and what it reads with `TM.load`
//! (<https://github.com/OWASP/pytm>; its classes say which attributes there are). Things refer to
//! each other by their names. It must not know pytm's threats, but for their ids.

use crate::draft::{Decided, Decision, Draft, Fact, Item, facts_in_words};
use crate::once::Once;
use crate::tree::{Fields, Node, Notes, Value};
use crate::words::{KnownWords, looked_up, plain_word};
use crate::{guesses, names, places, reading, stand_ins, titles, vocabulary};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use threatline_model::Kind;

const CLASSIFICATION: &[(&str, &str)] = &[
    ("PUBLIC", "public"),
    ("RESTRICTED", "internal"),
    ("SENSITIVE", "confidential"),
    ("SECRET", "restricted"),
    ("TOP_SECRET", "restricted"),
];

/// The classes of elements: what each is, and what it is made with.
const CLASS: &[(&str, (Kind, &[&str]))] = &[
    ("Actor", (Kind::External, &[])),
    ("ExternalEntity", (Kind::External, &[])),
    ("Asset", (Kind::Process, &[])),
    ("Server", (Kind::Process, &[])),
    ("Process", (Kind::Process, &[])),
    ("SetOfProcesses", (Kind::Process, &[])),
    ("Lambda", (Kind::Process, &["function"])),
    ("LLM", (Kind::Process, &["llm"])),
    ("Agent", (Kind::Process, &["agent"])),
    ("Datastore", (Kind::Store, &[])),
];

const STORE: &[(&str, &str)] = &[
    ("SQL", "relational_database"),
    ("FILE_SYSTEM", "file_storage"),
    ("LDAP", "ldap_server"),
    ("AWS_S3", "object_store"),
];

/// Controls that mean the same as a mitigation of the library.
const MITIGATION: &[(&str, &str)] = &[
    ("validatesInput", "input_validation"),
    ("encodesOutput", "output_encoding"),
    ("usesParameterizedInput", "parameterized_queries"),
    ("implementsCSRFToken", "csrf_protection"),
    ("implementsPOLP", "least_privilege"),
    ("disablesDTD", "safe_xml_parsing"),
    ("usesCodeSigning", "artifact_signing"),
];

/// Protocols, and those that are the same over an encrypted channel.
const ENCRYPTED: &[(&str, &str)] = &[
    ("http", "https"),
    ("ws", "wss"),
    ("grpc", "grpc_tls"),
    ("binary", "binary_tls"),
    ("text_protocol", "text_tls"),
    ("sql", "sql_tls"),
    ("nosql", "nosql_tls"),
    ("ldap", "ldaps"),
    ("amqp", "amqps"),
    ("mqtt", "mqtts"),
    ("kafka_plain", "kafka_tls"),
    ("coap", "coaps"),
    ("smtp", "smtps"),
    ("imap", "imaps"),
    ("pop3", "pop3s"),
    ("ftp", "ftps"),
    ("smb", "smb_encrypted"),
    ("syslog", "syslog_tls"),
];

/// pytm's threats that a rule of the library finds as well.
const RULES: &[(&[&str], &[&str])] = &[
    (&["INP05", "INP06"], &["injection"]),
    (&["INP09"], &["directory_injection"]),
    (&["HA01", "INP11"], &["path_traversal"]),
    (
        &[
            "SC02", "SC03", "SC04", "DS04", "INP17", "INP27", "INP28", "INP29", "INP30", "INP38",
            "INP39", "INP40",
        ],
        &["cross_site_scripting"],
    ),
    (&["INP19", "INP21", "INP22"], &["xml_external_entities"]),
    (&["DO01", "DO02"], &["missing_rate_limit"]),
    (&["DE01", "DE03"], &["unencrypted_flow"]),
    (&["DR01"], &["unencrypted_flow", "clear_text_credentials"]),
    (
        &["AA01", "AA02"],
        &["unauthenticated_flow", "unauthenticated_inside"],
    ),
    (&["AC12", "AC13"], &["excessive_privileges"]),
    (&["AC21"], &["cross_site_request_forgery"]),
    (&["AC02"], &["shared_database"]),
    (&["DE04"], &["erasable_logs"]),
    (&["DS05"], &["private_pages_in_cache"]),
    (&["LLM01", "LLM02"], &["prompt_injection"]),
    (&["LLM03"], &["data_to_model_provider"]),
    (&["LLM04"], &["poisoned_training"]),
    (&["LLM05"], &["excessive_agency"]),
    (&["LLM06"], &["generated_code"]),
    (&["LLM09"], &["unvetted_tools"]),
];

/// What pytm works out by itself, or needs to draw.
const DERIVED: &[&str] = &[
    "findings",
    "inputs",
    "outputs",
    "levels",
    "severity",
    "uuid",
    "is_drawn",
    "overrides",
];

/// Reads a document.
pub fn read(notes: &Notes, document: &Node) -> Draft {
    let top = Fields::new(notes, document, String::new());
    let mut draft = Draft {
        title: top.required("name"),
        ..Draft::default()
    };
    draft.description = top.text("description").unwrap_or_default();
    for name in [
        "isOrdered",
        "mergeResponses",
        "ignoreUnused",
        "onDuplicates",
        "threatsFile",
        "colormap",
    ] {
        // How pytm works.
        let _ = top.node(name);
    }
    let mut names = Names::default();
    assumptions(&top, None, &mut draft);
    data(&top, &mut names, &mut draft);
    boundaries(&top, &mut names, &mut draft);
    let all = if top.node("elements").is_some() {
        &["elements"][..]
    } else {
        &["actors", "assets"]
    };
    let elements: Vec<_> = all.iter().flat_map(|list| top.groups(list)).collect();
    let _ = (top.node("actors"), top.node("assets"));
    let mut sinks = BTreeMap::new();
    for fields in elements {
        element(&fields, &mut names, &mut draft);
        sinks
            .entry(fields.text("name").unwrap_or_default())
            .or_insert(fields);
    }
    flows(&top, &sinks, &mut names, &mut draft);
    held(&top, &names, &mut draft);
    findings(&top, &names, &mut draft);
    places::break_circles(&mut draft);
    draft.comments.extend(top.rest());
    draft
}

/// The keys of what was read, by their names.
#[derive(Default)]
struct Names {
    data: Named,
    boundaries: Named,
    elements: Named,
    flows: Named,
    /// The data that are kept by whoever gets them.
    stored: FxHashSet<String>,
}

/// Things of a list by their names; of two with one name, the first is meant.
#[derive(Default)]
struct Named {
    keys: BTreeMap<String, String>,
    once: Once,
}

impl Named {
    fn get(&self, name: &str) -> Option<&String> {
        self.keys.get(name)
    }

    /// Starts what a name is for. What has the name of another cannot be referred to.
    fn started(&mut self, fields: &Fields<'_>, kind: Kind) -> Item {
        let name = fields.required("name");
        let key = self
            .once
            .take(&format!("{} {name}", kind.word()), |key, number| {
                format!("{key} {number}")
            });
        match self.keys.entry(name.clone()) {
            Entry::Vacant(free) => drop(free.insert(key.clone())),
            Entry::Occupied(_) if kind == Kind::Flow => {}
            Entry::Occupied(_) => fields.loss(
                "name",
                format!(
                    "`{name}` is here a second time: what refers to it is taken to mean the first"
                ),
            ),
        }
        let mut item = Item::new(kind, key, name);
        item.describe(fields.text("description"));
        item
    }
}

/// A word of one of pytm's lists: `Classification.SECRET` in what it prints, `SECRET` in what it
/// reads.
fn listed(fields: &Fields<'_>, name: &str) -> Option<String> {
    let said = fields.text(name)?;
    let word = said.rsplit('.').next().unwrap_or_default().to_owned();
    Some(word).filter(|word| !matches!(word.as_str(), "UNKNOWN" | "NONE" | ""))
}

/// The same as a line that is kept.
fn kept_word(fields: &Fields<'_>, name: &str, what: &str) -> Option<String> {
    let said = listed(fields, name)?;
    fields.loss(name, "kept in a comment");
    Some(format!("{what}: {}", said.replace('_', " ").to_lowercase()))
}

fn boundary_of(fields: &Fields<'_>, names: &Names, item: &mut Item) {
    let Some(name) = fields.text("inBoundary") else {
        return;
    };
    item.place = names.boundaries.get(&name).cloned();
    if item.place.is_none() {
        fields.loss("inBoundary", "kept in a comment: there is no such boundary");
        item.comments.push(format!("in boundary: {name}"));
    }
}

fn assumptions(fields: &Fields<'_>, about: Option<&Item>, draft: &mut Draft) {
    for (at, node) in fields.list("assumptions").iter().enumerate() {
        let name = match node.value() {
            Value::Map(_) => node.get("name").map(Node::in_one_line).unwrap_or_default(),
            _ => node.in_one_line(),
        };
        if name.is_empty() {
            continue;
        }
        let key = format!("assumption {name}");
        if draft.items.get(&key).is_none() {
            let mut item = Item::new(Kind::Assumption, key.clone(), titles::title_of(&name));
            if item.title != name {
                item.description.clone_from(&name);
            }
            let said = |part: &str| {
                node.get(part)
                    .map(Node::in_one_line)
                    .filter(|said| !said.is_empty())
            };
            if let Some(said) = said("description") {
                item.description = [item.description, said].join("\n\n").trim().to_owned();
            }
            if let Some(said) = said("exclude") {
                fields.loss(
                    "assumptions",
                    format!("what `[{at}]` excludes is kept in a comment: pytm's ids of threats"),
                );
                item.comments.push(format!("pytm left out for it: {said}"));
            }
            draft.items.push(item);
        }
        if let (Some(about), Some(item)) = (about, draft.items.get_mut(&key)) {
            item.state("about", Fact::Item(about.key.clone()));
        }
    }
}

fn data(top: &Fields<'_>, names: &mut Names, draft: &mut Draft) {
    for fields in top.groups("data") {
        let mut item = names.data.started(&fields, Kind::Asset);
        match listed(&fields, "classification") {
            None => {
                item.word("classification", Some("internal"));
                item.comments
                    .push("TODO: it was not classified; `internal` is a guess".to_owned());
            }
            Some(said) => match looked_up(&said, CLASSIFICATION) {
                Some(word) => {
                    item.word("classification", Some(word));
                    if plain_word(&said) == "topsecret" {
                        fields.loss(
                            "classification",
                            "became `restricted`, and is kept in a comment",
                        );
                        item.comments.push(format!("classification: {said}"));
                    }
                }
                None => {
                    let words = CLASSIFICATION.iter().map(|(word, _)| *word);
                    fields.problem("classification", crate::words::unknown(&said, words));
                }
            },
        }
        if fields.is_yes("isCredentials") {
            item.word("kind", Some("credential"));
        }
        item.yes_no("personal", fields.yes_no("isPII").filter(|yes| *yes));
        for name in ["credentialsLife", "lifetime"] {
            item.comments.extend(kept_word(&fields, name, "lifetime"));
        }
        if fields.is_yes("isStored") {
            names.stored.insert(item.key.clone());
        }
        // Known from the flows; whether the ends encrypt it, from the stores.
        for name in DERIVED.iter().chain(&[
            "carriedBy",
            "processedBy",
            "isDestEncryptedAtRest",
            "isSourceEncryptedAtRest",
        ]) {
            let _ = fields.node(name);
        }
        item.comments.extend(fields.joined_rest());
        draft.items.push(item);
    }
}

fn boundaries(top: &Fields<'_>, names: &mut Names, draft: &mut Draft) {
    let all = top.groups("boundaries");
    let mut items: Vec<Item> = all
        .iter()
        .map(|fields| names.boundaries.started(fields, Kind::Boundary))
        .collect();
    for (fields, item) in all.iter().zip(&mut items) {
        item.word("trust", guesses::trust_by_name(&item.title));
        boundary_of(fields, names, item);
        if fields.yes_no("inScope") == Some(false) {
            fields.loss("inScope", "kept in a comment: a boundary has no scope");
            item.comments.push("in scope: no".to_owned());
        }
        common(fields, item);
        assumptions(fields, Some(item), draft);
        item.comments.extend(fields.joined_rest());
    }
    draft.items.extend(items);
}

/// What every element says.
fn common(fields: &Fields<'_>, item: &mut Item) {
    for name in DERIVED {
        let _ = fields.node(name);
    }
    // That of a flow is worked out from what it carries.
    for (name, what) in [
        ("maxClassification", "most sensitive data"),
        ("minTLSVersion", "least TLS version"),
    ] {
        if item.kind != Kind::Flow || name != "maxClassification" {
            item.comments.extend(kept_word(fields, name, what));
        }
        let _ = fields.node(name);
    }
    for file in fields.texts("sourceFiles") {
        if item.kind == Kind::Process {
            item.state("source", Fact::Text(file));
        } else {
            fields.loss("sourceFiles", "kept in a comment: only a process has it");
            item.comments.push(format!("source: {file}"));
        }
    }
    controls(fields, item);
}

/// The controls of an element: in a group of their own, or, as older versions print them, beside
/// the rest.
fn control(fields: &Fields<'_>, name: &str) -> Option<String> {
    let own = fields
        .group("controls")
        .filter(|controls| controls.node(name).is_some());
    let said = match &own {
        Some(controls) => controls.text(name),
        None => fields.text(name),
    };
    said.filter(|said| !matches!(said.to_lowercase().as_str(), "false" | "no" | "none"))
}

fn controls(fields: &Fields<'_>, item: &mut Item) {
    let is_element = matches!(
        item.kind,
        Kind::Process | Kind::External | Kind::Store | Kind::Flow | Kind::Boundary
    );
    for (name, mitigation) in MITIGATION.iter().filter(|_| is_element) {
        if control(fields, name).is_some() {
            item.library("mitigations", &[*mitigation]);
        }
    }
    if item.kind == Kind::Store && control(fields, "isEncryptedAtRest").is_some() {
        item.word("encryption", Some("at_rest"));
    }
    let Some(controls) = fields.group("controls") else {
        return;
    };
    for (name, _) in MITIGATION {
        let _ = controls.node(name);
    }
    if item.kind == Kind::Store {
        let _ = controls.node("isEncryptedAtRest");
    }
    // These are about the flows that come in.
    if item.kind != Kind::Boundary {
        controls.skip(&[
            "isEncrypted",
            "authorizesSource",
            "authenticatesSource",
            "authenticationScheme",
            "usesVPN",
        ]);
    }
    if item.kind == Kind::Flow {
        let _ = controls.node("usesMFA");
    }
    let left: Vec<String> = controls
        .rest()
        .into_iter()
        .map(|line| {
            line.strip_suffix(": yes")
                .map(str::to_owned)
                .unwrap_or(line)
        })
        .collect();
    if !left.is_empty() {
        item.comments.push(format!("controls: {}", left.join(", ")));
    }
}

fn element(fields: &Fields<'_>, names: &mut Names, draft: &mut Draft) {
    let class = fields
        .text("__class__")
        .unwrap_or_else(|| "Asset".to_owned());
    let found = CLASS
        .iter()
        .find(|(name, _)| *name == class)
        .map(|(_, found)| *found);
    // A class of one's own is some process.
    let (kind, technology) = found.unwrap_or((Kind::Process, &[]));
    let mut item = names.elements.started(fields, kind);
    if found.is_none() {
        fields.loss(
            "__class__",
            "kept in a comment: read as a process, as pytm has no such class",
        );
        item.comments.push(format!("class: {class}"));
    }
    item.library("technology", technology);
    match class.as_str() {
        "Actor" => item.word("kind", Some("person")),
        "ExternalEntity" => item.word("kind", Some("system")),
        _ => {}
    }
    boundary_of(fields, names, &mut item);
    if fields.yes_no("inScope") == Some(false) {
        item.text("out_of_scope", Some(stand_ins::OUT_OF_SCOPE.to_owned()));
    }
    if kind == Kind::Store {
        store(fields, &mut item, draft);
    }
    if class == "LLM" {
        model(fields, &mut item, draft);
    }
    if fields.is_yes("usesXMLParser") && kind == Kind::Process {
        item.word("accepts", Some("xml"));
    }
    for name in ["port", "protocol", "data"] {
        // For the flows that come in.
        let _ = fields.node(name);
    }
    for name in ["usesVPN", "usesSessionTokens"] {
        if fields.is_yes(name) {
            fields.loss(name, "kept in a comment: only a flow has it");
            item.comments.push(format!("{name}: yes"));
        }
    }
    // What every process is unless someone says otherwise.
    if fields
        .text("codeType")
        .is_some_and(|said| said != "Unmanaged")
    {
        fields.keep_text(&mut item.comments, "codeType", "code type");
    }
    common(fields, &mut item);
    assumptions(fields, Some(&item), draft);
    item.comments.extend(fields.joined_rest());
    draft.items.push(item);
}

fn store(fields: &Fields<'_>, item: &mut Item, draft: &mut Draft) {
    let said = listed(fields, "type");
    let is_sql = fields.yes_no("isSQL");
    match said.as_deref().map(|said| (said, looked_up(said, STORE))) {
        Some((_, Some(name))) => item.library("technology", &[name]),
        Some((said, None)) => {
            fields.loss(
                "type",
                "kept in a comment: the library has no such technology",
            );
            item.comments.push(format!("type: {said}"));
        }
        // Every store is SQL unless it is said to be another, so that says little by itself.
        None if is_sql == Some(true) && vocabulary::technology(&item.title).is_some() => {
            item.library("technology", vocabulary::technology(&item.title).as_slice());
        }
        None => {}
    }
    if fields.is_yes("onRDS") {
        item.library("technology", &["relational_database"]);
    }
    let kept = [
        ("storesPII", stand_ins::PERSONAL),
        ("storesSensitiveData", stand_ins::SENSITIVE),
        ("storesLogData", stand_ins::LOGS),
    ];
    for (name, held) in kept {
        if fields.is_yes(name) {
            stand_ins::hold(draft, item, "stores", held);
        }
    }
}

fn model(fields: &Fields<'_>, item: &mut Item, draft: &mut Draft) {
    if fields.is_yes("hasAgentCapabilities") {
        item.library("technology", &["agent"]);
    }
    if fields.is_yes("processesPersonalData") {
        stand_ins::hold(draft, item, "handles", stand_ins::PERSONAL);
    }
    let is_own = fields.is_yes("isSelfHosted");
    let is_third = fields.yes_no("isThirdParty");
    item.comments.push(match (is_own, is_third) {
        (true, _) => "self-hosted".to_owned(),
        (false, Some(false)) => "third party: no".to_owned(),
        (false, _) => "a service of a third party".to_owned(),
    });
    fields.loss("isThirdParty", "kept in a comment");
    for name in ["hasSystemPrompt", "processesUntrustedInput"] {
        if fields.yes_no(name) == Some(false) {
            fields.loss(name, "kept in a comment");
            item.comments.push(format!("{name}: no"));
        }
    }
}

// ---- flows
// -----------------------------------------------------------------------------------------------------

fn flows(
    top: &Fields<'_>,
    sinks: &BTreeMap<String, Fields<'_>>,
    names: &mut Names,
    draft: &mut Draft,
) {
    let all = top.groups("flows");
    let element_names: Vec<String> = names.elements.keys.keys().cloned().collect();
    let element_names = element_names.iter().map(String::as_str);
    let known_elements = KnownWords::new(element_names.filter(|name| !name.is_empty()));
    // Each flow, with the title of the request that it answers.
    let mut read: Vec<(Item, Option<String>)> = Vec::new();
    for fields in &all {
        let mut item = names.flows.started(fields, Kind::Flow);
        let end = |name: &str| {
            let said = fields.required(name);
            let found = names.elements.get(&said).cloned();
            if found.is_none() && !said.is_empty() {
                fields.problem(name, known_elements.unknown(&said));
            }
            found
        };
        let (source, target) = (end("source"), end("sink"));
        item.ends = source.zip(target);
        let sink = fields.text("sink").and_then(|name| sinks.get(&name));
        flow_facts(fields, sink, names, &mut item);
        let note = fields.text("note").unwrap_or_default();
        if item.description.is_empty() {
            item.describe(Some(note));
        } else if !note.is_empty() {
            item.description = format!("{}\n\n{note}", item.description);
        }
        common(fields, &mut item);
        assumptions(fields, Some(&item), draft);
        let request = fields.text("responseTo");
        let _ = (
            fields.node("response"),
            fields.node("isResponse"),
            fields.node("order"),
        );
        item.comments.extend(fields.joined_rest());
        if item.ends.is_some() {
            read.push((item, request));
        }
    }
    // A request and its answer are one flow.
    let (answers, mut items): (Vec<_>, Vec<_>) =
        read.into_iter().partition(|(_, request)| request.is_some());
    let mut requests: FxHashMap<(String, Option<(String, String)>), usize> = FxHashMap::default();
    for (at, (item, _)) in items.iter().enumerate() {
        requests
            .entry((item.title.clone(), item.ends.clone()))
            .or_insert(at);
    }
    let mut joined: FxHashMap<String, String> = FxHashMap::default();
    for (answer, to) in answers {
        let back = answer.ends.clone().map(|(source, target)| (target, source));
        let Some(at) = to.and_then(|title| requests.get(&(title, back))) else {
            items.push((answer, None));
            continue;
        };
        let request = &mut items[*at].0;
        for key in answer.keys("sends") {
            request.state("receives", Fact::Item(key.to_owned()));
        }
        request
            .comments
            .push(format!("Its answer was a flow: {}", answer.title));
        request.comments.extend(
            (!answer.description.is_empty()).then(|| answer.description.replace('\n', " ")),
        );
        for (property, facts) in &answer.facts {
            if *property != "sends" && request.get(property) != facts.as_slice() {
                request.comments.push(format!(
                    "{property} of its answer: {}",
                    facts_in_words(facts)
                ));
            }
        }
        request.comments.extend(
            answer
                .comments
                .iter()
                .map(|comment| format!("its answer: {comment}")),
        );
        joined.insert(answer.key, request.key.clone());
    }
    let now = |key: &mut String| {
        if let Some(request) = joined.get(key) {
            key.clone_from(request);
        }
    };
    names.flows.keys.values_mut().for_each(now);
    for item in draft.items.iter_mut() {
        item.change_keys(now);
    }
    draft.items.extend(items.into_iter().map(|(item, _)| item));
}

fn flow_facts(fields: &Fields<'_>, sink: Option<&Fields<'_>>, names: &Names, item: &mut Item) {
    // What a flow does not say, the element that it goes to says for all that come in.
    let of_sink = |name: &str| sink.and_then(|sink| sink.text(name));
    let either =
        |name: &str| control(fields, name).or_else(|| sink.and_then(|sink| control(sink, name)));
    let version = listed(fields, "tlsVersion");
    let is_encrypted = either("isEncrypted").is_some()
        || version.as_ref().is_some_and(|said| said.starts_with("TLS"));
    let said = fields.text("protocol").or_else(|| of_sink("protocol"));
    if let Some(said) = &said {
        reading::protocol(fields, "protocol", said, item);
    }
    if is_encrypted {
        let stated = item.words("protocol").next().unwrap_or_default().to_owned();
        match ENCRYPTED.iter().find(|(plain, _)| *plain == stated) {
            Some((_, encrypted)) => {
                item.clear("protocol");
                item.library("protocol", &[encrypted]);
            }
            None if ENCRYPTED.iter().any(|(_, encrypted)| *encrypted == stated) => {}
            None => item.library("mitigations", &["tls"]),
        }
    }
    if let Some(version) = version {
        fields.loss("tlsVersion", "kept in a comment");
        item.comments.push(format!("TLS version: {version}"));
    }
    if fields.is_yes("usesVPN") || control(fields, "usesVPN").is_some() {
        item.word("tunnel", Some("vpn"));
    }
    if control(fields, "usesMFA").is_some() {
        item.word("multi_factor", Some("yes"));
    }
    if either("authorizesSource").is_some() {
        item.library("mitigations", &["authorization_checks"]);
    }
    let scheme = either("authenticationScheme");
    match scheme.as_deref().and_then(vocabulary::authentication) {
        Some(word) => item.word("authentication", Some(word)),
        None if fields.is_yes("usesSessionTokens") => item.word("authentication", Some("session")),
        None => {
            if let Some(scheme) = scheme {
                item.comments
                    .push(format!("authentication scheme: {scheme}"));
            } else if either("authenticatesSource").is_some() {
                fields.loss(
                    "controls",
                    "`authenticatesSource` is kept in a comment: how is not stated",
                );
                item.comments
                    .push("TODO: it authenticates its source; state how".to_owned());
            }
        }
    }
    let _ = fields.node("usesSessionTokens");
    let mut carried = fields.texts("data");
    if carried.is_empty() {
        carried = sink.map(|sink| sink.texts("data")).unwrap_or_default();
    }
    for name in carried {
        match names.data.get(&name) {
            Some(key) => item.state("sends", Fact::Item(key.clone())),
            None => {
                fields.loss(
                    "data",
                    format!("`{name}` is kept in a comment: there are no such data"),
                );
                item.comments.push(format!("data: {name}"));
            }
        }
    }
    for name in ["srcPort", "dstPort"] {
        if let Some(port) = fields.number(name).filter(|port| *port >= 0.0) {
            fields.loss(name, "kept in a comment");
            item.comments.push(format!("{name}: {port}"));
        }
    }
    if fields.yes_no("inScope") == Some(false) {
        item.text("out_of_scope", Some(stand_ins::OUT_OF_SCOPE.to_owned()));
    }
    if let Some(name) = fields.text("inBoundary") {
        fields.loss(
            "inBoundary",
            "kept in a comment: a flow lies between its ends",
        );
        item.comments.push(format!("in boundary: {name}"));
    }
}

/// What elements hold beyond what flows bring: data that are kept, and data that someone placed
/// there.
fn held(top: &Fields<'_>, names: &Names, draft: &mut Draft) {
    let carried = places::carried_now(draft);
    let brought: Vec<(String, String)> = draft
        .of_kind(&[Kind::Flow])
        .filter_map(|flow| Some((&flow.ends.as_ref()?.1, flow)))
        .flat_map(|(target, flow)| {
            flow.keys("sends")
                .chain(flow.keys("receives"))
                .map(|key| (target.clone(), key))
        })
        .filter(|(_, key)| names.stored.contains(*key))
        .map(|(target, key)| (target, key.to_owned()))
        .collect();
    for (target, key) in brought {
        if let Some(item) = draft
            .items
            .get_mut(&target)
            .filter(|item| item.kind == Kind::Store)
        {
            item.state("stores", Fact::Item(key));
        }
    }
    for fields in top.groups("data") {
        let Some(key) = fields.text("name").and_then(|name| names.data.get(&name)) else {
            continue;
        };
        for name in fields.texts("processedBy") {
            let Some(holder) = names.elements.get(&name) else {
                continue;
            };
            let is_known = carried
                .get(holder)
                .is_some_and(|assets| assets.contains(key));
            let Some(item) = draft.items.get_mut(holder).filter(|_| !is_known) else {
                continue;
            };
            match item.kind {
                Kind::Process => item.state("handles", Fact::Item(key.clone())),
                Kind::Store => item.state("stores", Fact::Item(key.clone())),
                _ => {}
            }
        }
    }
}

// ---- findings
// --------------------------------------------------------------------------------------------------

fn findings(top: &Fields<'_>, names: &Names, draft: &mut Draft) {
    let all = top.groups("findings");
    let mut left_out = 0;
    let mut decided = Vec::new();
    for fields in &all {
        match fields.text("response") {
            Some(response) => decided.push((fields.text("target"), response, fields)),
            None => left_out += 1,
        }
    }
    // What is read by pytm has its overrides at the elements, as groups.
    let mut overrides = Vec::new();
    for list in ["elements", "flows"] {
        for owner in top.groups(list) {
            for (at, node) in owner.list("overrides").iter().enumerate() {
                if matches!(node.value(), Value::Map(_)) {
                    let way = format!("{}[{at}]", owner.path_to("overrides"));
                    overrides.push((owner.text("name"), top.group_at(node, way)));
                }
            }
        }
    }
    for (target, fields) in &overrides {
        if let Some(response) = fields.text("response") {
            decided.push((target.clone(), response, fields));
        }
    }
    let to = draft.grouped(&[Kind::Flow], |flow| {
        flow.ends.iter().map(|(_, target)| target.as_str())
    });
    let to: FxHashMap<String, Vec<String>> = to
        .into_iter()
        .map(|(target, flows)| {
            (
                target.to_owned(),
                flows.into_iter().map(|flow| flow.key.clone()).collect(),
            )
        })
        .collect();
    let mut seen = FxHashSet::default();
    for (target, response, fields) in decided {
        let (target, id) = (
            target.unwrap_or_default(),
            fields.text("threat_id").unwrap_or_default(),
        );
        if seen.insert((target.clone(), id.clone())) {
            let mut on: Vec<String> = names
                .elements
                .get(&target)
                .or_else(|| names.flows.get(&target))
                .cloned()
                .into_iter()
                .collect();
            on.extend(
                on.first()
                    .and_then(|element| to.get(element))
                    .cloned()
                    .unwrap_or_default(),
            );
            decide(fields, on, &target, &id, &response, draft);
        }
    }
    if left_out > 0 {
        top.loss(
            "findings",
            format!("pytm's findings are left out: {left_out}; the library finds its own"),
        );
    }
    let excluded = top.groups("excluded_findings");
    if !excluded.is_empty() {
        let why = format!(
            "findings that pytm excluded are kept in comments of their assumptions: {}",
            excluded.len()
        );
        top.loss("excluded_findings", why);
    }
    for fields in &excluded {
        let said = |name: &str| fields.text(name).unwrap_or_default();
        let comment = format!(
            "pytm left out for it: {} {} on {}",
            said("threat_id"),
            said("description"),
            said("target")
        );
        let name = match fields.node("assumption").map(|node| (node.value(), node)) {
            Some((Value::Map(_), node)) => node.get("name").map(Node::in_one_line),
            other => other.map(|(_, node)| node.in_one_line()),
        };
        match name.and_then(|name| draft.items.get_mut(&format!("assumption {name}"))) {
            Some(item) => item.comments.push(comment),
            None => draft.comments.push(comment),
        }
    }
    if top
        .list("threatsExcluded")
        .iter()
        .any(|node| !node.in_one_line().is_empty())
    {
        let ids = top.texts("threatsExcluded").join(", ");
        top.loss(
            "threatsExcluded",
            "kept in a comment: pytm's ids of threats",
        );
        draft
            .comments
            .push(format!("pytm's threats that were left out: {ids}"));
    }
}

fn decide(
    fields: &Fields<'_>,
    on: Vec<String>,
    target: &str,
    id: &str,
    response: &str,
    draft: &mut Draft,
) {
    let plain = response.to_lowercase();
    let because = response.to_owned();
    let is_accepted = plain.contains("accept") || plain.contains("transfer");
    let is = if is_accepted {
        Some(Decided::Accepted {
            by: "unknown".to_owned(),
            until: stand_ins::a_year_after(None),
            because,
        })
    } else if plain.contains("mitigated") {
        Some(Decided::Mitigated("implemented"))
    } else {
        plain
            .contains("mitigat")
            .then_some(Decided::Mitigated("proposed"))
    };
    let description = fields
        .text("description")
        .map(|said| format!(" ({said})"))
        .unwrap_or_default();
    let severity = fields
        .text("severity")
        .map(|said| format!(", severity {said}"))
        .unwrap_or_default();
    let score = fields
        .text("cvss")
        .map(|said| format!(", CVSS {said}"))
        .unwrap_or_default();
    let comment = format!("pytm's {id}{description} on {target}{severity}{score}: {response}");
    let title = match is_accepted {
        true => format!(
            "{} on {target}",
            fields
                .text("description")
                .unwrap_or_else(|| format!("pytm's {id}"))
        ),
        false => titles::title_of(response),
    };
    let Some(is) = is else {
        fields.loss(
            "response",
            "kept in a comment: it is neither accepted nor mitigated",
        );
        draft.comments.push(comment);
        return;
    };
    let rules = RULES
        .iter()
        .find(|(ids, _)| ids.contains(&id))
        .map(|(_, rules)| *rules)
        .unwrap_or_default();
    draft.decisions.push(Decision {
        rules,
        on,
        is,
        name: names::of_title(&fields.text("description").unwrap_or_else(|| id.to_owned())),
        title,
        ticket: None,
        comment,
        place: fields.place().clone(),
        path: fields.path().to_owned(),
    });
}
