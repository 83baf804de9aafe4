//! Threagile's YAML: assets, technical assets with their links, trust boundaries, risks of one's
//! own and the tracking of risks (<https://threagile.io>; its Go sources at `pkg/input` and
//! `pkg/types` say which words there are). It must not know the disk.

use crate::draft::{Decided, Decision, Draft, Fact, Item};
use crate::losses::{Export, Losses};
use crate::tree::{Fields, Node, Notes, Problem, Value};
use crate::words::{fits_pattern, plain_word};
use crate::{guesses, ids, library, names, places, pretty, reading, stand_ins, titles, vocabulary};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use threatline_model::{Date, ENDPOINT_KINDS, Kind, schema::LEVEL};

const CONFIDENTIALITY: &[(&str, &str)] = &[
    ("public", "public"),
    ("internal", "internal"),
    ("restricted", "internal"),
    ("confidential", "confidential"),
    ("strictly-confidential", "restricted"),
];

const CRITICALITY: &[(&str, &str)] = &[
    ("operational", "low"),
    ("archive", "low"),
    ("important", "medium"),
    ("critical", "high"),
    ("mission-critical", "critical"),
];

const BOUNDARY: &[(&str, &str)] = &[
    ("network-on-prem", "network"),
    ("network-dedicated-hoster", "network"),
    ("network-virtual-lan", "network"),
    ("network-cloud-provider", "cloud"),
    ("network-cloud-security-group", "network"),
    ("network-policy-namespace-isolation", "network"),
    ("execution-environment", "process"),
];

/// What Threagile calls its technologies, with the library's names.
const TECHNOLOGY: &[(&str, &[&str])] = &[
    ("unknown-technology", &[]),
    ("client-system", &["client"]),
    ("browser", &["browser"]),
    ("desktop", &["desktop_app"]),
    ("mobile-app", &["mobile_app"]),
    ("devops-client", &["developer_machine"]),
    ("web-server", &["web_server"]),
    ("web-application", &["web_application"]),
    ("application-server", &["application_server"]),
    ("database", &["database"]),
    ("file-server", &["file_server"]),
    ("local-file-system", &["local_files"]),
    ("erp", &["erp"]),
    ("cms", &["cms"]),
    ("web-service-rest", &["rest_api"]),
    ("web-service-soap", &["soap_service"]),
    ("ejb", &["enterprise_bean"]),
    ("search-index", &["search_engine"]),
    ("search-engine", &["search_engine"]),
    ("service-registry", &["service_registry"]),
    ("reverse-proxy", &["reverse_proxy"]),
    ("load-balancer", &["load_balancer"]),
    ("build-pipeline", &["build_pipeline"]),
    ("sourcecode-repository", &["source_repository"]),
    ("artifact-registry", &["artifact_registry"]),
    ("code-inspection-platform", &["code_inspection"]),
    ("monitoring", &["monitoring"]),
    ("ldap-server", &["ldap_server"]),
    ("container-platform", &["container_platform"]),
    ("batch-processing", &["batch_job"]),
    ("event-listener", &["event_listener"]),
    ("identity-provider", &["identity_provider"]),
    ("identity-store-ldap", &["ldap_server", "identity_store"]),
    ("identity-store-database", &["identity_store"]),
    ("identity-store", &["identity_store"]),
    ("tool", &[]),
    ("cli", &["cli"]),
    ("task", &["batch_job"]),
    ("function", &["function"]),
    ("gateway", &["gateway"]),
    ("iot-device", &["iot_device"]),
    ("message-queue", &["message_queue"]),
    ("stream-processing", &["stream_processing"]),
    ("service-mesh", &["service_mesh"]),
    ("data-lake", &["data_lake"]),
    ("big-data-platform", &["big_data_platform"]),
    ("report-engine", &["report_engine"]),
    ("ai", &["ai"]),
    ("mail-server", &["mail_server"]),
    ("vault", &["vault"]),
    ("hsm", &["hsm"]),
    ("waf", &["waf"]),
    ("ids", &["intrusion_detection"]),
    ("ips", &["intrusion_prevention"]),
    ("scheduler", &["scheduler"]),
    ("mainframe", &["mainframe"]),
    ("block-storage", &["block_storage"]),
    ("library", &["library"]),
];

const ENCRYPTION: &[(&str, &str)] = &[
    ("none", "none"),
    ("transparent", "at_rest"),
    ("data-with-symmetric-shared-key", "at_rest"),
    ("data-with-asymmetric-shared-key", "at_rest"),
    ("data-with-end-user-individual-key", "client_side"),
    ("data-with-enduser-individual-key", "client_side"),
];

const FORMAT: &[(&str, &str)] = &[
    ("json", "json"),
    ("xml", "xml"),
    ("serialization", "serialized_objects"),
    ("file", "file"),
    ("csv", "csv"),
    ("yaml", "yaml"),
];

const AUTHENTICATION: &[(&str, &str)] = &[
    ("none", "none"),
    ("credentials", "password"),
    ("session-id", "session"),
    ("token", "token"),
    ("client-certificate", "certificate"),
    ("two-factor", "password"),
    ("externalized", "federated"),
];

const AUTHORIZATION: &[(&str, &str)] = &[
    ("none", "none"),
    ("technical-user", "service"),
    ("end-user-identity-propagation", "end_user"),
    ("enduser-identity-propagation", "end_user"),
];

/// The protocols, with the library's names; empty for those that say nothing.
const PROTOCOL: &[(&str, &str)] = &[
    ("unknown-protocol", ""),
    ("http", "http"),
    ("https", "https"),
    ("ws", "ws"),
    ("wss", "wss"),
    ("reverse-proxy-web-protocol", "http"),
    ("reverse-proxy-web-protocol-encrypted", "https"),
    ("mqtt", "mqtt"),
    ("jdbc", "sql"),
    ("jdbc-encrypted", "sql_tls"),
    ("odbc", "sql"),
    ("odbc-encrypted", "sql_tls"),
    ("sql-access-protocol", "sql"),
    ("sql-access-protocol-encrypted", "sql_tls"),
    ("nosql-access-protocol", "nosql"),
    ("nosql-access-protocol-encrypted", "nosql_tls"),
    ("binary", "binary"),
    ("binary-encrypted", "binary_tls"),
    ("text", "text_protocol"),
    ("text-encrypted", "text_tls"),
    ("ssh", "ssh"),
    ("ssh-tunnel", "ssh"),
    ("smtp", "smtp"),
    ("smtp-encrypted", "smtps"),
    ("pop3", "pop3"),
    ("pop3-encrypted", "pop3s"),
    ("imap", "imap"),
    ("imap-encrypted", "imaps"),
    ("ftp", "ftp"),
    ("ftps", "ftps"),
    ("sftp", "sftp"),
    ("scp", "scp"),
    ("ldap", "ldap"),
    ("ldaps", "ldaps"),
    ("jms", "jms"),
    ("nfs", "nfs"),
    ("smb", "smb"),
    ("smb-encrypted", "smb_encrypted"),
    ("local-file-access", "file_access"),
    ("nrpe", "nrpe"),
    ("xmpp", "xmpp"),
    ("iiop", "iiop"),
    ("iiop-encrypted", "iiop_tls"),
    ("jrmp", "jrmp"),
    ("jrmp-encrypted", "jrmp_tls"),
    ("in-process-library-call", "in_process"),
    ("inter-process-communication", "local_ipc"),
    ("container-spawning", "container_start"),
];

const STRIDE: &[(&str, &str)] = &[
    ("spoofing", "spoofing"),
    ("tampering", "tampering"),
    ("repudiation", "repudiation"),
    ("information-disclosure", "information_disclosure"),
    ("denial-of-service", "denial_of_service"),
    ("elevation-of-privilege", "elevation_of_privilege"),
];

const LIKELIHOOD: &[(&str, &str)] = &[
    ("unlikely", "low"),
    ("likely", "medium"),
    ("very-likely", "high"),
    ("frequent", "critical"),
];

const IMPACT: &[(&str, &str)] = &[
    ("low", "low"),
    ("medium", "medium"),
    ("high", "high"),
    ("very-high", "critical"),
];

const STATUS: &[(&str, Status)] = &[
    ("unchecked", Status::Unchecked),
    ("in-discussion", Status::Mitigated("proposed")),
    ("accepted", Status::Accepted),
    ("in-progress", Status::Mitigated("planned")),
    ("mitigated", Status::Mitigated("implemented")),
    ("false-positive", Status::FalsePositive),
];

/// The tags by which a boundary says how far it is trusted, which Threagile has no property for.
const TRUST: &[(&str, &str)] = &[
    ("trust-untrusted", "untrusted"),
    ("trust-low", "low"),
    ("trust-medium", "medium"),
    ("trust-high", "high"),
];

/// What is noted of an element in the internet until it is known where it stands.
const IN_INTERNET: &str = "internet: yes";

#[derive(Clone, Copy)]
enum Status {
    Unchecked,
    Accepted,
    Mitigated(&'static str),
    FalsePositive,
}

/// The categories of Threagile's rules, with the rules of the library that find the same. Those
/// without any ask for what the library does not: hardening in general, or a model that is more
/// complete.
pub const CATEGORIES: &[(&str, &[&str])] = &[
    ("accidental-secret-leak", &["secrets_in_source"]),
    (
        "code-backdooring",
        &[
            "unreviewed_changes",
            "exposed_development",
            "unsigned_artifacts",
            "untrusted_dependencies",
        ],
    ),
    (
        "container-baseimage-backdooring",
        &["untrusted_dependencies", "unsigned_artifacts"],
    ),
    ("container-platform-escape", &["container_escape"]),
    (
        "cross-site-request-forgery",
        &["cross_site_request_forgery"],
    ),
    ("cross-site-scripting", &["cross_site_scripting"]),
    (
        "dos-risky-access-across-trust-boundary",
        &["missing_rate_limit"],
    ),
    ("incomplete-model", &[]),
    ("ldap-injection", &["directory_injection"]),
    (
        "missing-authentication",
        &["unauthenticated_flow", "unauthenticated_inside"],
    ),
    (
        "missing-authentication-second-factor",
        &["single_factor_login", "single_factor_administration"],
    ),
    ("missing-build-infrastructure", &[]),
    ("missing-cloud-hardening", &[]),
    ("missing-file-validation", &["unchecked_upload"]),
    ("missing-hardening", &[]),
    ("missing-identity-propagation", &["lost_identity"]),
    (
        "missing-identity-provider-isolation",
        &["unisolated_security_service"],
    ),
    ("missing-identity-store", &[]),
    ("missing-network-segmentation", &["missing_segmentation"]),
    ("missing-vault", &["secrets_without_vault"]),
    ("missing-vault-isolation", &["unisolated_security_service"]),
    ("missing-waf", &[]),
    ("mixed-targets-on-shared-runtime", &[]),
    ("path-traversal", &["path_traversal"]),
    ("push-instead-of-pull-deployment", &["push_deployment"]),
    ("search-query-injection", &["injection"]),
    (
        "server-side-request-forgery",
        &["server_side_request_forgery"],
    ),
    ("service-registry-poisoning", &["registry_poisoning"]),
    ("sql-nosql-injection", &["injection"]),
    (
        "unchecked-deployment",
        &["unreviewed_changes", "unsigned_artifacts"],
    ),
    ("unencrypted-asset", &["unencrypted_store"]),
    (
        "unencrypted-communication",
        &[
            "unencrypted_flow",
            "clear_text_credentials",
            "unprotected_integrity",
        ],
    ),
    (
        "unguarded-access-from-internet",
        &["exposed_administration", "exposed_development"],
    ),
    (
        "unguarded-direct-datastore-access",
        &["direct_store_access"],
    ),
    ("unnecessary-communication-link", &[]),
    ("unnecessary-data-asset", &[]),
    ("unnecessary-data-transfer", &[]),
    ("unnecessary-technical-asset", &[]),
    ("untrusted-deserialization", &["untrusted_deserialization"]),
    ("wrong-communication-link-content", &[]),
    ("wrong-trust-boundary-content", &[]),
    ("xml-external-entity", &["xml_external_entities"]),
];

/// Whether a document is one of these.
pub fn is_threagile(document: &Node) -> bool {
    let has = |name| document.get(name).is_some();
    has("threagile_version")
        || (has("technical_assets") && has("data_assets"))
        || (has("includes") && has("title"))
}

/// Reads one file that a document includes, by its path from the folder of the document.
pub type Include<'a> = dyn Fn(&str) -> Result<Node, Problem> + 'a;

/// Brings in what a document includes, each file once. Groups and lists of the same name are
/// joined.
///
/// # Errors
/// When what is joined is too much.
fn included(notes: &Notes, document: &Node, include: &Include<'_>) -> Result<Node, Problem> {
    let mut seen = Vec::new();
    with_includes(notes, document, "", include, &mut seen)
}

fn with_includes(
    notes: &Notes,
    document: &Node,
    folder: &str,
    include: &Include<'_>,
    seen: &mut Vec<String>,
) -> Result<Node, Problem> {
    let fields = Fields::new(notes, document, String::new());
    let mut document = document.clone();
    for name in fields.texts("includes") {
        let path = format!("{folder}{name}");
        if seen.contains(&path) {
            continue;
        }
        seen.push(path.clone());
        match include(&path) {
            Ok(more) => {
                let folder = path
                    .rsplit_once('/')
                    .map(|(folder, _)| format!("{folder}/"))
                    .unwrap_or_default();
                let more = with_includes(notes, &more, &folder, include, seen)?;
                document = joined(notes, &document, &more)?;
            }
            Err(problem) if problem.place == *document.place() => {
                fields.problem("includes", problem.message)
            }
            Err(problem) => notes.add(problem),
        }
    }
    Ok(document)
}

fn joined(notes: &Notes, one: &Node, other: &Node) -> Result<Node, Problem> {
    let (Value::Map(entries), Value::Map(more)) = (one.value(), other.value()) else {
        return Ok(if matches!(one.value(), Value::Null) {
            other.clone()
        } else {
            one.clone()
        });
    };
    let mut entries = entries.clone();
    for (key, node) in more.iter().filter(|(key, _)| key != "includes") {
        match entries.iter_mut().find(|(own, _)| own == key) {
            None => entries.push((key.clone(), node.clone())),
            Some((_, own)) => match (own.value(), node.value()) {
                (Value::List(first), Value::List(then)) => {
                    let all = first.iter().chain(then).cloned().collect();
                    *own = Node::new(Value::List(all), own.place().clone())?;
                }
                (Value::Map(first), Value::Map(then)) => {
                    for (name, node) in then
                        .iter()
                        .filter(|(name, _)| first.iter().any(|(own, _)| own == name))
                    {
                        notes.problem(
                            node.place(),
                            &format!("{key}.{name}"),
                            "this is in another file as well",
                        );
                    }
                    let all = first.iter().chain(then).cloned().collect();
                    *own = Node::new(Value::Map(all), own.place().clone())?;
                }
                (Value::Null, _) => *own = node.clone(),
                // What is said first counts.
                _ => {}
            },
        }
    }
    Node::new(Value::Map(entries), one.place().clone())
}

/// Reads a document with what it includes.
///
/// # Errors
/// When all of it is too much.
pub fn read(notes: &Notes, document: &Node, include: &Include<'_>) -> Result<Draft, Problem> {
    let document = included(notes, document, include)?;
    Ok(read_whole(notes, &document))
}

fn read_whole(notes: &Notes, document: &Node) -> Draft {
    let top = Fields::new(notes, document, String::new());
    let _ = (
        top.text("threagile_version"),
        top.list("includes"),
        top.list("tags_available"),
    );
    let mut draft = Draft {
        title: top.required("title"),
        ..Draft::default()
    };
    let date = top.text("date");
    draft
        .comments
        .extend(date.iter().map(|date| format!("date: {date}")));
    let mut authors = top.group("author").into_iter().collect::<Vec<_>>();
    authors.extend(top.groups("contributors"));
    for author in authors {
        draft.owner.extend(author.text("name"));
        draft.comments.extend(author.rest());
    }
    let mut description = Vec::new();
    for name in [
        "application_description",
        "business_overview",
        "technical_overview",
    ] {
        if let Some(overview) = top.group(name) {
            description.extend(overview.text("description"));
            draft.comments.extend(overview.rest());
        }
    }
    draft.description = description.join("\n\n");
    let mut keys = Keys::default();
    for (title, fields) in top.groups_by_name(&["data_assets"]) {
        let item = data_asset(&fields, title);
        keys.assets.push(fields.required("id"), item.key.clone());
        draft.items.push(item);
    }
    let technical: Vec<_> = top.groups_by_name(&["technical_assets"]);
    for (title, fields) in &technical {
        keys.technical
            .push(fields.required("id"), format!("asset {title}"));
    }
    for (title, fields) in top.groups_by_name(&["trust_boundaries"]) {
        let mut item = Item::new(Kind::Boundary, format!("boundary {title}"), title);
        let id = fields.required("id");
        item.name = names::of_id(&id);
        item.describe(fields.text("description"));
        if let Some(kind) = fields.word("type", BOUNDARY) {
            item.word("kind", Some(kind));
            keep_if_lossy(&fields, &mut item, "type", BOUNDARY);
        }
        reading::tags(&fields, &mut item);
        let trust = TRUST
            .iter()
            .find(|(tag, _)| item.words("tags").any(|said| said == *tag));
        if let Some((tag, trust)) = trust {
            item.word("trust", Some(trust));
            item.facts
                .iter_mut()
                .for_each(|(_, facts)| facts.retain(|fact| *fact != Fact::Text((*tag).to_owned())));
            item.facts.retain(|(_, facts)| !facts.is_empty());
        }
        keys.boundaries.push(id, item.key.clone());
        keys.inside.push((
            item.key.clone(),
            fields.texts("technical_assets_inside"),
            fields.path_to("technical_assets_inside"),
            fields.place().clone(),
        ));
        keys.nested.push((
            item.key.clone(),
            fields.texts("trust_boundaries_nested"),
            fields.path_to("trust_boundaries_nested"),
            fields.place().clone(),
        ));
        item.comments.extend(fields.joined_rest());
        draft.items.push(item);
    }
    for (title, fields) in &technical {
        technical_asset(fields, title, &mut keys, &mut draft);
    }
    let carried = places::carried_now(&draft);
    for (title, fields) in &technical {
        held(fields, title, &keys, &carried, &mut draft);
    }
    place(notes, &keys, &mut draft);
    for (title, fields) in top.groups_by_name(&["shared_runtimes"]) {
        let lines = fields.texts("technical_assets_running");
        let mut said = vec![format!("shared runtime {title}: {}", lines.join(", "))];
        fields.skip_texts(&["id"]);
        said.extend(fields.text("description"));
        said.extend(fields.rest());
        fields.loss(
            "technical_assets_running",
            "kept in a comment: there are no shared runtimes",
        );
        draft.comments.extend(said);
    }
    let categories = match top.node("custom_risk_categories").map(Node::value) {
        Some(Value::List(_)) => {
            let all = top.groups("custom_risk_categories").into_iter();
            all.map(|fields| {
                (
                    fields
                        .text("title")
                        .unwrap_or_else(|| fields.required("id")),
                    fields,
                )
            })
            .collect()
        }
        _ => top.groups_by_name(&["custom_risk_categories", "individual_risk_categories"]),
    };
    for (title, fields) in categories {
        own_risks(&fields, &title, &mut keys, &mut draft);
    }
    tracking(&top, date, &keys, &mut draft);
    let criticality = top.text("business_criticality");
    draft
        .comments
        .extend(criticality.map(|word| format!("business criticality: {word}")));
    for (name, one) in [
        ("questions", "question"),
        ("abuse_cases", "abuse case"),
        ("security_requirements", "security requirement"),
    ] {
        let all = top.entries(name);
        if !all.is_empty() {
            top.loss(name, "kept in comments");
        }
        draft.comments.extend(all.iter().map(|(title, said)| {
            titles::labelled(&format!("{one}: {title}"), &said.in_one_line())
        }));
    }
    top.leave_out_drawing(&[
        "diagram_tweak_nodesep",
        "diagram_tweak_ranksep",
        "diagram_tweak_edge_layout",
        "diagram_tweak_suppress_edge_labels",
        "diagram_tweak_layout_left_to_right",
        "diagram_tweak_invisible_connections_between_assets",
        "diagram_tweak_same_rank_assets",
    ]);
    draft.comments.extend(top.rest());
    draft
}

/// What the document calls things, with their keys in the draft.
#[derive(Default)]
struct Keys {
    assets: Keyed,
    technical: Keyed,
    boundaries: Keyed,
    /// The id that Threagile makes of a risk of one's own, with the key of the threat.
    risks: Keyed,
    /// The id that Threagile makes of a link, with the key.
    links: Keyed,
    inside: Vec<(String, Vec<String>, String, crate::tree::Place)>,
    nested: Vec<(String, Vec<String>, String, crate::tree::Place)>,
}

/// Keys by ids, in the order of the document; of two with one id, the first is meant.
#[derive(Default)]
struct Keyed {
    all: Vec<(String, String)>,
    places: FxHashMap<String, usize>,
}

impl Keyed {
    fn push(&mut self, id: String, key: String) {
        self.places.entry(id.clone()).or_insert(self.all.len());
        self.all.push((id, key));
    }

    fn get(&self, id: &str) -> Option<&str> {
        self.places.get(id).map(|at| self.all[*at].1.as_str())
    }

    fn missing(&self, id: &str, what: &str) -> String {
        let near = crate::words::near(id, self.all.iter().map(|(known, _)| known.as_str()));
        match near {
            Some(near) => format!("there is no {what} with the id `{id}`; is `{near}` meant?"),
            None => format!("there is no {what} with the id `{id}`"),
        }
    }
}

/// Keeps the word of a table in a comment where several of its words become the same.
fn keep_if_lossy(fields: &Fields<'_>, item: &mut Item, name: &str, table: &[(&str, &str)]) {
    let Some(said) = fields.text(name) else {
        return;
    };
    let Some(ours) = crate::words::looked_up(&said, table) else {
        return;
    };
    let first = table
        .iter()
        .find(|(_, word)| *word == ours)
        .map(|(word, _)| *word);
    if first.is_some_and(|first| plain_word(first) != plain_word(&said)) {
        fields.loss(name, format!("became `{ours}`, and is kept in a comment"));
        item.comments.push(format!("{name}: {said}"));
    }
}

fn data_asset(fields: &Fields<'_>, title: String) -> Item {
    let mut item = Item::new(Kind::Asset, format!("data {title}"), title);
    item.name = fields.text("id").as_deref().and_then(names::of_id);
    item.describe(fields.text("description"));
    let classification = fields.word("confidentiality", CONFIDENTIALITY);
    if classification.is_none() && fields.text("confidentiality").is_none() {
        fields.problem("confidentiality", "`confidentiality` is missing");
    }
    item.word("classification", Some(classification.unwrap_or("internal")));
    item.word("integrity", fields.word("integrity", CRITICALITY));
    item.word("availability", fields.word("availability", CRITICALITY));
    keep_if_lossy(fields, &mut item, "confidentiality", CONFIDENTIALITY);
    keep_if_lossy(fields, &mut item, "integrity", CRITICALITY);
    keep_if_lossy(fields, &mut item, "availability", CRITICALITY);
    item.text("owner", fields.text("owner"));
    guesses::state_kind_of_asset(&mut item);
    reading::tags(fields, &mut item);
    item.comments.extend(fields.joined_rest());
    item
}

fn technical_asset(fields: &Fields<'_>, title: &str, keys: &mut Keys, draft: &mut Draft) {
    let kind = fields.word(
        "type",
        &[
            ("external-entity", Kind::External),
            ("process", Kind::Process),
            ("datastore", Kind::Store),
        ],
    );
    if fields.text("type").is_none() {
        fields.problem("type", "`type` is missing");
    }
    let kind = kind.unwrap_or(Kind::Process);
    let key = format!("asset {title}");
    let mut item = Item::new(kind, key.clone(), title);
    let id = fields.text("id").unwrap_or_default();
    item.name = names::of_id(&id);
    item.describe(fields.text("description"));
    let is_human = fields.yes_no("used_as_client_by_human").unwrap_or_default();
    if kind == Kind::External {
        item.word("kind", Some(if is_human { "person" } else { "system" }));
    } else if is_human {
        item.comments
            .push("used as client by human: yes".to_owned());
        fields.loss("used_as_client_by_human", "kept in a comment");
    }
    let names: &[&str] = if fields.node("technologies").is_some() {
        &["technologies"]
    } else {
        &["technology"]
    };
    for said in names.iter().flat_map(|name| fields.texts(name)) {
        match crate::words::looked_up(&said, TECHNOLOGY) {
            Some(names) if !names.is_empty() => item.library("technology", names),
            // Technologies may be of one's own.
            _ => {
                fields.loss(
                    names[0],
                    "kept in a comment: the library has no such technology",
                );
                item.comments.push(format!("technology: {said}"));
            }
        }
    }
    let _ = (fields.text("technology"), fields.list("technologies"));
    for name in ["data_assets_processed", "data_assets_stored"] {
        for id in fields.texts(name) {
            // What it holds is told once the links are known.
            if keys.assets.get(&id).is_none() {
                fields.problem(name, keys.assets.missing(&id, "data asset"));
            }
        }
    }
    let encryption = fields.word("encryption", ENCRYPTION);
    match (kind, encryption) {
        (Kind::Store, encryption) => {
            item.word("encryption", encryption);
            keep_if_lossy(fields, &mut item, "encryption", &ENCRYPTION[..5]);
        }
        (_, Some("none") | None) => {}
        (_, Some(_)) => {
            item.comments.push(format!(
                "encryption: {}",
                fields.text("encryption").unwrap_or_default()
            ));
            fields.loss("encryption", "kept in a comment: only a store has it");
        }
    }
    for said in fields.texts("data_formats_accepted") {
        match crate::words::looked_up(&said, FORMAT) {
            Some(format) if kind == Kind::Process => item.word("accepts", Some(format)),
            Some(_) => {
                item.comments.push(format!("data formats accepted: {said}"));
                fields.loss(
                    "data_formats_accepted",
                    "kept in a comment: only a process has it",
                );
            }
            None => fields.problem(
                "data_formats_accepted",
                crate::words::unknown(&said, FORMAT.iter().map(|(word, _)| *word)),
            ),
        }
    }
    let (tenants, redundant) = (fields.yes_no("multi_tenant"), fields.yes_no("redundant"));
    let custom = fields.yes_no("custom_developed_parts");
    if kind != Kind::External {
        item.word("tenancy", tenants.filter(|many| *many).map(|_| "multi"));
        item.yes_no("redundancy", redundant);
        item.text("owner", fields.text("owner"));
    } else {
        for (name, yes) in [("multi_tenant", tenants), ("redundant", redundant)] {
            if yes == Some(true) {
                item.comments
                    .push(format!("{}: yes", name.replace('_', " ")));
                fields.loss(name, "kept in a comment: an external has no such property");
            }
        }
    }
    if kind == Kind::Process {
        item.yes_no("custom_code", custom);
    } else if custom == Some(true) {
        item.comments.push("custom developed parts: yes".to_owned());
        fields.loss(
            "custom_developed_parts",
            "kept in a comment: only a process has it",
        );
    }
    let why = fields.text("justification_out_of_scope");
    match fields.yes_no("out_of_scope") {
        Some(true) => item.text(
            "out_of_scope",
            why.or_else(|| Some(stand_ins::OUT_OF_SCOPE.to_owned())),
        ),
        _ => item
            .comments
            .extend(why.map(|why| format!("justification out of scope: {why}"))),
    }
    if fields.is_yes("internet") {
        item.comments.push(IN_INTERNET.to_owned());
    }
    reading::tags(fields, &mut item);
    fields.leave_out_drawing(&["diagram_tweak_order"]);
    for (name, link) in fields.groups_by_name(&["communication_links"]) {
        let target = link.required("target");
        let link_key = format!("link {title} {name}");
        let mut flow = Item::new(Kind::Flow, link_key.clone(), name.clone());
        keys.links
            .push(format!("{id}>{}", made_id(&name)), link_key);
        let Some(target_key) = keys.technical.get(&target) else {
            if !target.is_empty() {
                link.problem("target", keys.technical.missing(&target, "technical asset"));
            }
            continue;
        };
        flow.ends = Some((key.clone(), target_key.to_owned()));
        flow.describe(link.text("description"));
        flow_facts(&link, &mut flow, keys);
        draft.items.push(flow);
    }
    item.comments.extend(fields.joined_rest());
    draft.items.push(item);
}

/// States what a technical asset holds beyond what its links bring.
fn held(
    fields: &Fields<'_>,
    title: &str,
    keys: &Keys,
    carried: &FxHashMap<String, FxHashSet<String>>,
    draft: &mut Draft,
) {
    let key = format!("asset {title}");
    let mut told = carried.get(&key).cloned().unwrap_or_default();
    let Some(item) = draft.items.get_mut(&key) else {
        return;
    };
    for name in ["data_assets_stored", "data_assets_processed"] {
        let assets: Vec<String> = fields
            .texts(name)
            .iter()
            .filter_map(|id| keys.assets.get(id).map(str::to_owned))
            .collect();
        let mut titles = Vec::new();
        for asset in assets {
            let is_known = told.contains(&asset);
            match (item.kind, name) {
                (Kind::Store, "data_assets_stored") => {
                    item.state("stores", Fact::Item(asset.clone()))
                }
                _ if is_known => continue,
                (Kind::Process, _) => item.state("handles", Fact::Item(asset.clone())),
                _ => titles.push(asset.trim_start_matches("data ").to_owned()),
            }
            told.insert(asset);
        }
        if !titles.is_empty() {
            fields.loss(name, "kept in a comment: no link brings it");
            item.comments
                .push(format!("{}: {}", name.replace('_', " "), titles.join(", ")));
        }
    }
}

fn flow_facts(link: &Fields<'_>, flow: &mut Item, keys: &Keys) {
    if let Some(protocol) = link
        .word("protocol", PROTOCOL)
        .filter(|protocol| !protocol.is_empty())
    {
        flow.library("protocol", &[protocol]);
    }
    if link
        .text("protocol")
        .is_some_and(|said| plain_word(&said) == "sshtunnel")
    {
        flow.word("tunnel", Some("ssh"));
    }
    flow.word(
        "authentication",
        link.word("authentication", AUTHENTICATION),
    );
    if link
        .text("authentication")
        .is_some_and(|said| plain_word(&said) == "twofactor")
    {
        flow.word("multi_factor", Some("yes"));
    }
    if link.is_yes("ip_filtered") {
        if flow.stated("authentication") == Some("none") {
            flow.facts.retain(|(name, _)| *name != "authentication");
            flow.word("authentication", Some("network_address"));
        } else {
            link.loss("ip_filtered", "kept in a comment");
            flow.comments.push("ip filtered: yes".to_owned());
        }
    }
    flow.word("authorization", link.word("authorization", AUTHORIZATION));
    flow.word(
        "access",
        link.yes_no("readonly")
            .map(|only| if only { "read" } else { "read_write" }),
    );
    if link.is_yes("vpn") {
        flow.facts.retain(|(name, _)| *name != "tunnel");
        flow.word("tunnel", Some("vpn"));
    }
    let usage = link.word(
        "usage",
        &[("business", None), ("devops", Some("operations"))],
    );
    flow.word("usage", usage.flatten());
    for (name, property) in [
        ("data_assets_sent", "sends"),
        ("data_assets_received", "receives"),
    ] {
        for id in link.texts(name) {
            match keys.assets.get(&id) {
                Some(asset) => flow.state(property, Fact::Item(asset.to_owned())),
                None => link.problem(name, keys.assets.missing(&id, "data asset")),
            }
        }
    }
    reading::tags(link, flow);
    link.leave_out_drawing(&["diagram_tweak_weight", "diagram_tweak_constraint"]);
    flow.comments.extend(link.joined_rest());
}

/// The id that Threagile makes of a title.
fn made_id(title: &str) -> String {
    let letters = title.chars().map(|character| {
        if character.is_ascii_alphanumeric() {
            character.to_ascii_lowercase()
        } else {
            '-'
        }
    });
    let mut id = String::new();
    for letter in letters {
        if letter != '-' || !id.ends_with('-') {
            id.push(letter);
        }
    }
    id.trim_matches('-').to_owned()
}

/// Puts elements and boundaries into their boundaries.
fn place(notes: &Notes, keys: &Keys, draft: &mut Draft) {
    for (boundary, inside, way, place) in &keys.inside {
        for id in inside {
            match keys.technical.get(id) {
                Some(key) => {
                    if let Some(item) = draft.items.get_mut(key) {
                        if item.place.as_ref().is_some_and(|other| other != boundary) {
                            notes.problem(place, way, format!("`{id}` is in two trust boundaries"));
                        }
                        item.place = Some(boundary.clone());
                    }
                }
                None => notes.problem(place, way, keys.technical.missing(id, "technical asset")),
            }
        }
    }
    for (boundary, nested, way, place) in &keys.nested {
        for id in nested {
            match keys.boundaries.get(id) {
                Some(key) if key == boundary => notes.problem(place, way, "it is nested in itself"),
                Some(key) => {
                    if let Some(item) = draft.items.get_mut(key) {
                        item.place = Some(boundary.clone());
                    }
                }
                None => notes.problem(place, way, keys.boundaries.missing(id, "trust boundary")),
            }
        }
    }
    places::break_circles(draft);
    let is_open = |item: &Item| item.comments.iter().any(|comment| comment == IN_INTERNET);
    // A boundary around nothing but others in the internet is not to be trusted; what is ours and
    // can be reached from there may well be.
    let inside = draft.grouped(ENDPOINT_KINDS, |item| item.place.as_deref().into_iter());
    let is_others = |item: &&Item| item.kind == Kind::External && is_open(item);
    let open = inside
        .into_iter()
        .filter(|(_, inside)| inside.iter().all(is_others));
    let open: Vec<String> = open.map(|(boundary, _)| boundary.to_owned()).collect();
    for boundary in &open {
        if let Some(boundary) = draft
            .items
            .get_mut(boundary)
            .filter(|boundary| boundary.stated("trust").is_none())
        {
            boundary.word("trust", Some("untrusted"));
            boundary
                .comments
                .push("TODO: no trust was stated; all in it are in the internet".to_owned());
        }
    }
    // Nor is what is in no boundary; of an external that goes without saying.
    let mut needs = false;
    for item in draft
        .items
        .iter_mut()
        .filter(|item| item.place.is_none() && is_open(item))
    {
        if item.kind == Kind::External {
            item.comments.retain(|comment| comment != IN_INTERNET);
        } else {
            item.place = Some("boundary the internet".to_owned());
            needs = true;
        }
    }
    if needs {
        let mut internet = Item::new(Kind::Boundary, "boundary the internet", "Internet");
        internet.word("trust", Some("untrusted"));
        draft.items.push(internet);
    }
    let untrusted = draft
        .of_kind(&[Kind::Boundary])
        .filter(|boundary| boundary.stated("trust").is_some());
    let untrusted: FxHashSet<String> = untrusted.map(|boundary| boundary.key.clone()).collect();
    for item in draft.items.iter_mut() {
        if item
            .place
            .as_ref()
            .is_some_and(|place| untrusted.contains(place))
        {
            item.comments.retain(|comment| comment != IN_INTERNET);
        }
    }
}

/// Reads the risks of a category of one's own, each as a threat.
fn own_risks(fields: &Fields<'_>, name: &str, keys: &mut Keys, draft: &mut Draft) {
    let title = fields.text("title").unwrap_or_else(|| name.to_owned());
    let id = fields.text("id").unwrap_or_else(|| made_id(name));
    let category = fields.word("stride", STRIDE).unwrap_or("tampering");
    let cwe = fields
        .number("cwe")
        .filter(|number| *number >= 1.0)
        .map(|number| format!("CWE-{number}"));
    let description = fields.text("description").unwrap_or_default();
    let (action, advice) = (fields.text("action"), fields.text("mitigation"));
    let risks = fields.groups_by_name(&["risks_identified"]);
    let is_alone = risks.len() == 1;
    let rest = fields.joined_rest();
    let mitigation = action
        .as_ref()
        .or(advice.as_ref())
        .filter(|_| !risks.is_empty())
        .map(|said| {
            let mut mitigation = Item::new(
                Kind::Mitigation,
                format!("action {id}"),
                titles::title_of(said),
            );
            mitigation.describe(advice.clone());
            mitigation.word("status", Some("proposed"));
            mitigation
        });
    for (risk_title, risk) in risks {
        let mut threat = Item::new(
            Kind::Threat,
            format!("risk {name} {risk_title}"),
            titles::without_markup(&risk_title),
        );
        let about = if title == threat.title {
            description.clone()
        } else {
            format!("{title}. {description}")
        };
        threat.describe(Some(about.trim().to_owned()));
        threat.name = names::of_id(&id).filter(|_| is_alone);
        threat.word("category", Some(category));
        threat.word(
            "likelihood",
            risk.word("exploitation_likelihood", LIKELIHOOD),
        );
        threat.word("impact", risk.word("exploitation_impact", IMPACT));
        // As Threagile makes the id of such a risk.
        let mut whole_id = id.clone();
        for (field, known, property) in [
            ("most_relevant_data_asset", &keys.assets, "affects"),
            ("most_relevant_technical_asset", &keys.technical, "targets"),
            ("most_relevant_communication_link", &keys.links, "targets"),
            ("most_relevant_trust_boundary", &keys.boundaries, ""),
        ] {
            let Some(id) = risk.text(field) else { continue };
            whole_id = format!("{whole_id}@{id}");
            match known.get(&id) {
                Some(key) if property.is_empty() => {
                    let inside = draft
                        .items
                        .iter()
                        .filter(|item| item.place.as_deref() == Some(key));
                    let inside = inside.filter(|_| threat.get("targets").is_empty());
                    let inside: Vec<String> = inside.map(|item| item.key.clone()).collect();
                    inside
                        .into_iter()
                        .for_each(|key| threat.state("targets", Fact::Item(key)));
                }
                Some(key) => threat.state(property, Fact::Item(key.to_owned())),
                None => risk.problem(
                    field,
                    known.missing(&id, &field["most_relevant_".len()..].replace('_', " ")),
                ),
            }
        }
        keys.risks.push(whole_id, threat.key.clone());
        stand_ins::complete_threat(draft, &mut threat);
        if let Some(id) = &cwe {
            reading::reference(&mut threat, id);
        }
        if let Some(mitigation) = &mitigation {
            threat.state("mitigations", Fact::Item(mitigation.key.clone()));
        }
        threat.comments.extend(rest.clone());
        threat.comments.extend(risk.joined_rest());
        draft.items.push(threat);
    }
    draft.items.extend(mitigation);
}

/// Reads which risks were decided on.
fn tracking(top: &Fields<'_>, date: Option<String>, keys: &Keys, draft: &mut Draft) {
    let mut all = top.groups_by_name(&["risk_tracking"]);
    // What names one risk counts before what names many.
    all.sort_by_key(|(id, _)| id.contains('*'));
    for (id, fields) in all {
        let status = fields.word("status", STATUS);
        let why = fields.text("justification").unwrap_or_default();
        let ticket = fields.text("ticket");
        let by = fields.text("checked_by").unwrap_or_default();
        let on = fields.text("date");
        let said = [
            Some(why.clone()),
            on.clone(),
            Some(by.clone()),
            ticket.clone(),
        ];
        let said = said
            .into_iter()
            .flatten()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("; ");
        let word = fields.text("status").unwrap_or_default();
        let comment = titles::labelled(&format!("risk tracking {id}: {word}"), &said);
        draft.comments.extend(fields.joined_rest());
        let decided_on = on
            .as_deref()
            .or(date.as_deref())
            .and_then(|date| date.get(..10)?.parse::<Date>().ok());
        let by = if by.is_empty() {
            "unknown".to_owned()
        } else {
            by
        };
        let because = if why.is_empty() {
            "No reason was given.".to_owned()
        } else {
            why.clone()
        };
        let until = stand_ins::a_year_after(decided_on);
        let is = match status {
            Some(Status::Accepted) => Decided::Accepted { by, until, because },
            Some(Status::FalsePositive) => Decided::Accepted {
                by,
                until,
                because: format!("A false positive: {because}"),
            },
            Some(Status::Mitigated(status)) => Decided::Mitigated(status),
            Some(Status::Unchecked) | None => {
                if !said.is_empty() {
                    fields.loss("status", "kept in a comment: nothing was decided");
                    draft.comments.push(comment);
                }
                continue;
            }
        };
        let (category, subjects) = id.split_once('@').unwrap_or((&id, "*"));
        let rules = CATEGORIES
            .iter()
            .find(|(known, _)| *known == category)
            .map_or(&[] as &[_], |(_, rules)| rules);
        let threats = keys
            .risks
            .all
            .iter()
            .filter(|(risk, _)| fits_pattern(&id, risk));
        let threats: Vec<String> = threats.map(|(_, key)| key.clone()).collect();
        if rules.is_empty() && threats.is_empty() {
            fields.loss("status", "kept in a comment: the library has no such rule");
            draft.comments.push(comment);
            continue;
        }
        let mut on = threats;
        for part in subjects.split('@') {
            let subjects = keys
                .technical
                .all
                .iter()
                .chain(&keys.links.all)
                .filter(|(id, _)| fits_pattern(part, id));
            on.extend(subjects.map(|(_, key)| key.clone()));
        }
        let risk = category.replace('-', " ");
        let title = match is {
            Decided::Mitigated(_) => format!("Against {risk}"),
            Decided::Accepted { .. } => titles::first_sentence(&why).unwrap_or(risk),
        };
        let (place, path) = (fields.place().clone(), fields.path().to_owned());
        let name = category.replace('-', "_");
        draft.decisions.push(Decision {
            rules,
            on,
            is,
            name,
            title,
            ticket,
            comment,
            place,
            path,
        });
    }
}

// ---- writing
// ---------------------------------------------------------------------------------------------------

/// Writes a draft as Threagile reads it.
pub fn write(draft: &Draft) -> Export {
    let losses = Losses::default();
    losses.of_components(draft);
    let kinds = [
        Kind::Asset,
        Kind::Boundary,
        Kind::External,
        Kind::Process,
        Kind::Store,
        Kind::Threat,
    ];
    let ids = ids::Ids::new(draft, &kinds, '-', "");
    let back = |table: &'static [(&'static str, &'static str)], ours: &str| {
        table
            .iter()
            .find(|(_, word)| *word == ours)
            .map(|(theirs, _)| *theirs)
    };
    let mut titles = ids::UniqueTitles::default();
    let mut data = Map::new();
    for asset in draft.of_kind(&[Kind::Asset]) {
        let level = |property: &str, otherwise: &'static str| {
            asset
                .stated(property)
                .and_then(|word| back(CRITICALITY, word))
                .unwrap_or(otherwise)
        };
        let classification = asset.stated("classification").unwrap_or("internal");
        let integrity =
            back(CRITICALITY, vocabulary::integrity_of(classification)).unwrap_or("important");
        losses.of(asset, &["kind", "personal", "regulations"]);
        data.insert(
            titles.take("data", &asset.title),
            json!({
                "id": ids.of_key(&asset.key), "description": titles::or(&asset.description, &asset.title),
                "usage": "business",
                "tags": tags_of(asset), "origin": "", "quantity": "many",
                "owner": asset.said("owner").unwrap_or_default(),
                "confidentiality": back(CONFIDENTIALITY, classification), "integrity": level("integrity", integrity),
                "availability": level("availability", "important"), "justification_cia_rating": "",
            }),
        );
    }
    let mut technical = Map::new();
    let leaving = draft.grouped(&[Kind::Flow], |flow| {
        flow.ends.iter().map(|(source, _)| source.as_str())
    });
    let carried = places::carried(draft);
    for element in draft.of_kind(ENDPOINT_KINDS) {
        let mut links = Map::new();
        let mut flow_titles = ids::UniqueTitles::default();
        for flow in leaving.get(element.key.as_str()).into_iter().flatten() {
            links.insert(
                flow_titles.take("", &flow.title),
                link_of(flow, &ids, &losses),
            );
        }
        let technologies: Vec<&str> = element
            .words("technology")
            .map(|ours| {
                let theirs = TECHNOLOGY
                    .iter()
                    .find(|(_, names)| names.first() == Some(&ours));
                let theirs = theirs
                    .map(|(theirs, _)| *theirs)
                    .or_else(|| library::broader_technology(ours, TECHNOLOGY));
                if theirs.is_none() {
                    losses.add(element, "technology", "Threagile has no such technology");
                }
                theirs.unwrap_or("unknown-technology")
            })
            .collect();
        let assets = |property: &str| {
            element
                .keys(property)
                .map(|key| ids.of_key(key))
                .collect::<Vec<_>>()
        };
        let encryption = element
            .stated("encryption")
            .and_then(|word| back(ENCRYPTION, word));
        let is = |property: &str, word: &str| element.stated(property) == Some(word);
        losses.of(element, &["mitigations", "privileges", "backup", "source"]);
        let mut handled: Vec<String> = assets("handles")
            .into_iter()
            .chain(assets("stores"))
            .collect();
        handled.extend(
            carried
                .get(element.key.as_str())
                .into_iter()
                .flatten()
                .map(|key| ids.of_key(key)),
        );
        let mut seen = BTreeSet::new();
        handled.retain(|id| seen.insert(id.clone()));
        let kind = match element.kind {
            Kind::External => "external-entity",
            Kind::Store => "datastore",
            _ => "process",
        };
        let formats: Vec<&str> = element
            .words("accepts")
            .filter_map(|word| back(FORMAT, word))
            .collect();
        technical.insert(
            titles.take("technical", &element.title),
            json!({
                "id": ids.of_key(&element.key), "description": titles::or(&element.description, &element.title),
                "type": kind,
                "usage": "business", "used_as_client_by_human": is("kind", "person"),
                "out_of_scope": element.said("out_of_scope").is_some(),
                "justification_out_of_scope": element.said("out_of_scope").unwrap_or_default(),
                "size": "component",
                "technologies": if technologies.is_empty() { vec!["unknown-technology"] } else { technologies },
                "tags": tags_of(element),
                "internet": places::is_in_the_open(draft, element),
                "machine": "virtual", "encryption": encryption.unwrap_or("none"),
                "owner": element.said("owner").unwrap_or_default(),
                "confidentiality": "internal", "integrity": "operational", "availability": "operational",
                "justification_cia_rating": "",
                "multi_tenant": is("tenancy", "multi"), "redundant": is("redundancy", "yes"),
                "custom_developed_parts": is("custom_code", "yes"),
                "data_assets_processed": handled,
                "data_assets_stored": assets("stores"),
                "data_formats_accepted": formats,
                "communication_links": links,
            }),
        );
    }
    let mut boundaries = Map::new();
    let within = [ENDPOINT_KINDS, &[Kind::Boundary]]
        .map(|kinds| draft.grouped(kinds, |item| item.place.as_deref().into_iter()));
    for boundary in draft.of_kind(&[Kind::Boundary]) {
        let [elements, nested] = within.each_ref().map(|within| {
            let inside = within.get(boundary.key.as_str()).into_iter().flatten();
            inside.map(|item| ids.of_key(&item.key)).collect::<Vec<_>>()
        });
        losses.of(boundary, &["mitigations"]);
        let kind = boundary
            .stated("kind")
            .and_then(|kind| back(BOUNDARY, kind));
        boundaries.insert(
            titles.take("boundary", &boundary.title),
            json!({
                "id": ids.of_key(&boundary.key), "description": titles::or(&boundary.description, &boundary.title),
                "type": kind.unwrap_or("network-on-prem"), "tags": tags_of(boundary),
                "technical_assets_inside": elements,
                "trust_boundaries_nested": nested,
            }),
        );
    }
    let risks = threats_of(draft, &ids, &losses);
    for item in draft.of_kind(&[Kind::Mitigation, Kind::Accept, Kind::Assumption]) {
        losses.add(item, "", "Threagile tracks risks of its own rules alone");
    }
    let mut tags: Vec<&str> = draft.items.iter().flat_map(tags_of).collect();
    tags.sort_unstable();
    tags.dedup();
    let document = json!({
        "threagile_version": "1.0.0",
        "title": draft.title,
        "author": { "name": draft.owner.join(", ") },
        "business_overview": { "description": titles::or(&draft.description, &draft.title) },
        "technical_overview": { "description": "" },
        "business_criticality": "important",
        "tags_available": tags,
        "data_assets": data,
        "technical_assets": technical,
        "trust_boundaries": boundaries,
        "shared_runtimes": {},
        "individual_risk_categories": risks,
        "risk_tracking": {},
    });
    Export {
        text: pretty::pretty_yaml(&document),
        losses: losses.into_inner(),
    }
}

fn tags_of(item: &Item) -> Vec<&str> {
    let trust = item
        .stated("trust")
        .and_then(|trust| TRUST.iter().find(|(_, word)| *word == trust));
    item.words("tags")
        .chain(trust.map(|(tag, _)| *tag))
        .collect()
}

fn link_of(flow: &Item, ids: &ids::Ids, losses: &Losses) -> Json {
    let (_, target) = flow.ends.clone().unwrap_or_default();
    let protocol = flow.words("protocol").next().map(|ours| {
        let theirs = PROTOCOL
            .iter()
            .find(|(_, name)| *name == ours)
            .map(|(theirs, _)| *theirs);
        let theirs = theirs.or_else(|| library::broader_protocol(ours, PROTOCOL));
        if theirs.is_none() {
            losses.add(flow, "protocol", "Threagile has no such protocol");
        }
        theirs.unwrap_or("unknown-protocol")
    });
    let authentication = match (flow.stated("authentication"), flow.stated("multi_factor")) {
        (_, Some("yes")) => "two-factor",
        (Some("key" | "signature"), _) => "token",
        (Some("mutual_tls"), _) => "client-certificate",
        (Some("network_address") | None, _) => "none",
        (Some(word), _) => AUTHENTICATION
            .iter()
            .find(|(_, ours)| *ours == word)
            .map_or("none", |(theirs, _)| theirs),
    };
    for property in ["authentication", "authorization"] {
        if flow.stated(property).is_none() {
            losses.add(
                flow,
                property,
                "it is not stated, and Threagile takes that for `none`",
            );
        }
    }
    losses.of(flow, &["mitigations", "out_of_scope"]);
    let authorization = flow
        .stated("authorization")
        .and_then(|word| AUTHORIZATION.iter().find(|(_, ours)| *ours == word));
    let assets = |property: &str| {
        flow.keys(property)
            .map(|key| ids.of_key(key))
            .collect::<Vec<_>>()
    };
    json!({
        "target": ids.of_key(&target), "description": titles::or(&flow.description, &flow.title),
        "protocol": protocol.unwrap_or("unknown-protocol"), "authentication": authentication,
        "authorization": authorization.map_or("none", |(theirs, _)| theirs), "tags": tags_of(flow),
        "vpn": flow.stated("tunnel").is_some_and(|tunnel| tunnel != "none"),
        "ip_filtered": flow.stated("authentication") == Some("network_address"),
        "readonly": flow.stated("access") == Some("read"),
        "usage": if flow.stated("usage") == Some("operations") { "devops" } else { "business" },
        "data_assets_sent": assets("sends"), "data_assets_received": assets("receives"),
    })
}

/// How severe a threat is, in Threagile's words.
fn severity(threat: &Item) -> &'static str {
    let rank = |property| {
        LEVEL
            .position(threat.stated(property).unwrap_or("medium"))
            .unwrap_or_default()
    };
    match rank("likelihood") + rank("impact") {
        0 | 1 => "low",
        2 => "medium",
        3 => "elevated",
        4 => "high",
        _ => "critical",
    }
}

/// Threats as risks of one's own.
fn threats_of(draft: &Draft, ids: &ids::Ids, losses: &Losses) -> Map<String, Json> {
    let mut risks = Map::new();
    let mut titles = ids::UniqueTitles::default();
    for threat in draft.of_kind(&[Kind::Threat]) {
        let category = threat.words("category").next().unwrap_or("tampering");
        let stride = STRIDE
            .iter()
            .find(|(_, ours)| *ours == category)
            .map_or("tampering", |(theirs, _)| theirs);
        let level = |property: &str, table: &[(&'static str, &str)]| {
            let word = threat.stated(property)?;
            table
                .iter()
                .find(|(_, ours)| *ours == word)
                .map(|(theirs, _)| *theirs)
        };
        let cwe = threat
            .words("references")
            .find_map(|id| id.strip_prefix("CWE-")?.parse::<u32>().ok());
        let target = threat
            .keys("targets")
            .next()
            .and_then(|key| draft.items.get(key));
        let mut risk = json!({
            "severity": severity(threat),
            "exploitation_likelihood": level("likelihood", LIKELIHOOD).unwrap_or("likely"),
            "exploitation_impact": level("impact", IMPACT).unwrap_or("medium"),
            "data_breach_probability": "possible",
            "data_breach_technical_assets": [],
        });
        match target {
            Some(flow) if flow.kind == Kind::Flow => {
                let source = flow
                    .ends
                    .as_ref()
                    .map(|(source, _)| ids.of_key(source))
                    .unwrap_or_default();
                risk["most_relevant_communication_link"] =
                    format!("{source}>{}", made_id(&flow.title)).into();
            }
            Some(element) => {
                risk["most_relevant_technical_asset"] = ids.of_key(&element.key).into()
            }
            None => {}
        }
        if let Some(asset) = threat.keys("affects").next() {
            risk["most_relevant_data_asset"] = ids.of_key(asset).into();
        }
        losses.more_than_one(threat, &["category", "targets", "affects"]);
        losses.of(threat, &["mitigations", "ticket", "owner"]);
        let title = titles.take("", &threat.title);
        let mut named = Map::new();
        named.insert(title.clone(), risk);
        risks.insert(
            title,
            json!({
                "id": ids.of_key(&threat.key), "description": titles::or(&threat.description, &threat.title),
                "impact": "", "asvs": "", "cheat_sheet": "", "action": "", "mitigation": "", "check": "",
                "function": "architecture", "stride": stride, "detection_logic": "", "risk_assessment": "",
                "false_positives": "", "model_failure_possible_reason": false, "cwe": cwe.unwrap_or_default(),
                "risks_identified": named,
            }),
        );
    }
    risks
}
