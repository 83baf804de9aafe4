//! What an edit costs, and that its result equals an analysis from scratch.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use support::{Observed, edit};
use threatline_model::{FileText, Kind, Span, Workspace};
use threatline_testkit::{Random, cases, fixture, render, render_findings};

/// A web shop of three components, small enough to know by heart.
const SHOP: &str = r#"
//- edge.threat
component edge "Edge"

boundary internet "Internet" { trust: untrusted }
boundary vpc "Production"

external shopper "Shopper" in internet { kind: person }

process gateway "API gateway" in vpc {
  technology: api_gateway
  mitigations: rate_limiting
}

flow browse "Browse": shopper -> gateway {
  protocol: https
  authentication: session
  authorization: end_user
  sends: orders.order
}
//- orders.threat
component orders "Orders"

// The only comment.
asset order "Order" { classification: confidential }

process api "Orders" in edge.vpc {
  technology: web_service
}

store ledger "Ledger" in edge.vpc {
  technology: relational_database
  encryption: at_rest
  backup: yes
}

flow place "Place": edge.gateway -> api {
  protocol: https
  authentication: token
  sends: order
}

flow save "Save": api -> ledger {
  protocol: sql_tls
  authentication: password
  sends: order
}
//- mail.threat
component mail "Mail"

asset letter "Letter" { classification: internal }

process sender "Sender" in edge.vpc { technology: batch_job }
store outbox "Outbox" in edge.vpc {
  technology: message_queue
  encryption: at_rest
  backup: yes
}

flow send "Send": sender -> outbox {
  protocol: amqps
  authentication: password
  sends: letter
}
"#;

/// What `findings` ran on, and the other queries that ran, by name.
fn executed(observed: &Observed) -> (BTreeSet<String>, BTreeMap<String, usize>) {
    let mut findings = BTreeSet::new();
    let mut others: BTreeMap<String, usize> = BTreeMap::new();
    for (query, of) in observed.executed() {
        if query == "findings" {
            findings.insert(observed.called(&of));
        } else {
            *others.entry(query).or_default() += 1;
        }
    }
    (findings, others)
}

fn counts(queries: &[(&str, usize)]) -> BTreeMap<String, usize> {
    queries
        .iter()
        .map(|(query, times)| ((*query).to_owned(), *times))
        .collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The queries that depend only on names, places and ends.
const STRUCTURE: &[&str] = &[
    "boundaries_around",
    "component_of",
    "components",
    "contents",
    "crossed",
    "ends",
    "first_of_many",
    "full_name",
    "has_contents",
    "names_in",
    "placed_in",
    "rules",
    "top_level",
    "touching",
];

#[test]
fn a_comment_runs_nothing() {
    let mut observed = Observed::new(&fixture(SHOP));
    for (from, to) in [
        (
            "// The only comment.",
            "// Another one, over\n// two lines.\n",
        ),
        ("// Another one, over\n// two lines.\n", ""),
        (
            "  technology: web_service",
            "  technology:   web_service // as ever",
        ),
        ("sends: order\n}\n\nflow save", "sends: order }   flow save"),
    ] {
        edit(&mut observed.workspace, "orders.threat", from, to);
        observed.diagnose();
        assert_eq!(observed.executed(), [], "after {from:?} became {to:?}");
    }
}

#[test]
fn a_description_or_a_title_runs_no_rule() {
    let mut observed = Observed::new(&fixture(SHOP));
    edit(
        &mut observed.workspace,
        "orders.threat",
        "process api \"Orders\"",
        "/// Takes orders.\nprocess api \"Desk\"",
    );
    observed.diagnose();
    let (findings, others) = executed(&observed);
    assert_eq!(findings, set(&[]));
    assert!(
        STRUCTURE.iter().all(|query| !others.contains_key(*query)),
        "{others:?}"
    );
    assert_eq!(others, counts(&[("typed", 1)]));
}

#[test]
fn a_property_runs_the_rules_of_the_elements_concerned() {
    let mut observed = Observed::new(&fixture(SHOP));
    edit(
        &mut observed.workspace,
        "orders.threat",
        "authentication: token",
        "authentication: none",
    );
    observed.diagnose();
    let (findings, others) = executed(&observed);
    // The flow itself and its ends, whose rules ask how they are reached.
    assert_eq!(
        findings,
        set(&["edge.gateway", "orders.api", "orders.place"])
    );
    // Names in the reasons of its findings are resolved for the first time.
    let structure = STRUCTURE
        .iter()
        .filter(|query| !["full_name", "touching"].contains(query));
    assert!(
        structure.clone().all(|query| !others.contains_key(*query)),
        "{others:?}"
    );
    assert_eq!((others["typed"], others["of_declaration"]), (1, 1));
}

#[test]
fn a_classification_runs_the_rules_of_what_holds_the_asset() {
    let mut observed = Observed::new(&fixture(SHOP));
    edit(
        &mut observed.workspace,
        "orders.threat",
        "classification: confidential",
        "classification: internal",
    );
    observed.diagnose();
    let (findings, others) = executed(&observed);
    // Of the elements that hold orders, those for which a rule gets as far as this fact.
    let holding = [
        "edge.browse",
        "edge.gateway",
        "orders.api",
        "orders.ledger",
        "orders.place",
        "orders.save",
    ];
    assert_eq!(findings, set(&holding));
    assert!(
        STRUCTURE.iter().all(|query| !others.contains_key(*query)),
        "{others:?}"
    );
}

#[test]
fn a_renamed_element_runs_no_rule_of_others() {
    let mut observed = Observed::new(&fixture(SHOP));
    edit(
        &mut observed.workspace,
        "mail.threat",
        "store outbox",
        "store queue",
    );
    edit(
        &mut observed.workspace,
        "mail.threat",
        "-> outbox",
        "-> queue",
    );
    observed.diagnose();
    let (findings, others) = executed(&observed);
    // It is still the same declaration, so its flows are examined no further than its name.
    assert_eq!(findings, set(&["mail.queue", "mail.send", "mail.sender"]));
    assert!(!others.contains_key("assessment"), "{others:?}");
}

#[test]
fn a_new_element_runs_no_rule_of_others() {
    let mut observed = Observed::new(&fixture(SHOP));
    edit(
        &mut observed.workspace,
        "mail.threat",
        "flow send",
        "process archive in edge.vpc\n\nflow send",
    );
    observed.diagnose();
    let (findings, others) = executed(&observed);
    assert_eq!(findings, set(&["mail.archive"]));
    assert_eq!(others["assessment"], 1);
}

#[test]
fn a_mitigation_that_is_done_runs_no_rule() {
    let text = SHOP.replace(
        "asset letter",
        "mitigation care { counters: spoofing status: planned }\nasset letter",
    );
    let text = text.replace(
        "technology: batch_job }",
        "technology: batch_job mitigations: care }",
    );
    let mut observed = Observed::new(&fixture(&text));
    edit(
        &mut observed.workspace,
        "mail.threat",
        "status: planned",
        "status: implemented",
    );
    observed.diagnose();
    let (findings, others) = executed(&observed);
    assert_eq!(findings, set(&[]));
    assert!(
        STRUCTURE.iter().all(|query| !others.contains_key(*query)),
        "{others:?}"
    );
}

#[test]
fn trust_runs_the_rules_of_what_is_in_the_boundary() {
    let mut observed = Observed::new(&fixture(SHOP));
    edit(
        &mut observed.workspace,
        "edge.threat",
        "trust: untrusted",
        "trust: low",
    );
    observed.diagnose();
    let (findings, others) = executed(&observed);
    // Its contents, their flows, and what these reach through the gateway.
    assert_eq!(
        findings,
        set(&["edge.browse", "edge.gateway", "orders.api"])
    );
    assert!(
        STRUCTURE.iter().all(|query| !others.contains_key(*query)),
        "{others:?}"
    );
}

#[test]
fn midnight_runs_no_rule() {
    let shop = SHOP.replacen("protocol: https", "protocol: http", 1);
    let text = format!(
        "{shop}\naccept late {{ findings: unencrypted_flow@edge.browse by: \"CISO\" \
         until: 2026-01-01 because: \"x\" }}\n"
    );
    let mut observed = Observed::new(&fixture(&text));
    observed.workspace.set_today("2026-01-02".parse().unwrap());
    observed.diagnose();
    let (findings, others) = executed(&observed);
    assert_eq!(findings, set(&[]));
    assert_eq!(others.get("assessment"), Some(&1), "{others:?}");
}

#[test]
fn a_setting_runs_no_rule() {
    let mut observed = Observed::new(&fixture(SHOP));
    observed.workspace.set_model(
        "",
        Some(("threatline.toml", "[diagnostics]\nunused-asset = \"off\"\n")),
    );
    observed.diagnose();
    let (findings, others) = executed(&observed);
    assert_eq!(findings, set(&[]));
    let of_settings = [("demands", 1), ("rule_settings", 1)];
    assert_eq!(others, counts(&of_settings));
}

#[test]
fn a_rule_that_is_turned_off_leaves_the_text_as_it_is() {
    let mut observed = Observed::new(&fixture(SHOP));
    let settings = "[rules.missing_rate_limit]\nenabled = false\nreason = \"Elsewhere.\"\n";
    observed
        .workspace
        .set_model("", Some(("threatline.toml", settings)));
    observed.diagnose();
    let (_, others) = executed(&observed);
    let of_the_text = STRUCTURE
        .iter()
        // The rule of a setting is resolved for the first time.
        .filter(|query| !["full_name", "rules"].contains(query))
        .chain(&["typed", "holds", "checked_condition"]);
    assert!(
        of_the_text
            .clone()
            .all(|query| !others.contains_key(*query)),
        "{others:?}"
    );
}

/// Equal components that share boundaries and an asset.
fn alike(components: usize) -> Vec<(String, String)> {
    let mut text =
        "//- shared.threat\ncomponent shared\nboundary vpc\nboundary outside { trust: untrusted }\n".to_owned();
    text += "asset order { classification: confidential }\n";
    for index in 0..components {
        text += &format!(
            "//- c{index:03}.threat\ncomponent c{index:03}\n// Once.\nasset order {{ classification: internal }}\nexternal user in shared.outside\nprocess api in shared.vpc {{ \
             technology: web_service custom_code: yes }}\nstore data in shared.vpc {{ technology: relational_database \
             encryption: none }}\nflow call: user -> api {{ protocol: https authentication: none sends: order \
             }}\nflow save: api -> data {{ protocol: sql sends: order }}\naccept now {{ findings: \
             tampering@data by: \"x\" until: 2027-01-01 because: \"y\" }}\n"
        );
    }
    fixture(&text)
}

/// The number of queries that are executed or validated after an edit does not grow with the rest of
/// the model.
#[test]
fn an_edit_looks_at_its_surroundings_alone() {
    let edits = [
        ("a comment", "// Once.", "// Twice."),
        (
            "a property",
            "authentication: none",
            "authentication: token",
        ),
        (
            "a word that is none",
            "authentication: token",
            "authentication: tok",
        ),
        ("an asset", "sends: order", "sends: ord"),
        ("the asset again", "sends: ord", "sends: order"),
        ("a title", "process api", "process api \"Desk\""),
        ("a name", "store data", "store records"),
        ("the name again", "store records", "store data"),
        (
            "an element",
            "flow save",
            "process more in shared.vpc { technology: web_service }\nflow save",
        ),
        ("a flow", "flow save", "flow shared: user -> api\nflow save"),
        ("an acceptance", "tampering@data", "spoofing@api"),
    ];
    let examined = |components: usize| {
        let mut observed = Observed::new(&alike(components));
        let mut counts = Vec::new();
        for (what, from, to) in edits {
            edit(&mut observed.workspace, "c001.threat", from, to);
            counts.push((what, observed.queries_for("c001.threat")));
            observed.diagnose();
        }
        let text = "component new\nprocess api in shared.vpc { technology: web_service }\nflow api -> c001.api { sends: shared.order }\n";
        observed
            .workspace
            .set_file("new.threat", FileText::new(text));
        counts.push(("a file", observed.queries_for("new.threat")));
        observed.diagnose();
        edit(
            &mut observed.workspace,
            "shared.threat",
            "confidential",
            "restricted",
        );
        counts.push(("a classification", observed.queries_for("shared.threat")));
        observed.diagnose();
        edit(&mut observed.workspace, "shared.threat", "untrusted", "low");
        counts.push(("a trust level", observed.queries_for("shared.threat")));
        counts
    };
    for (few, many) in examined(4).into_iter().zip(examined(40)) {
        // A name that means nothing is compared with all of a kind, in at most 32 groups however
        // many there are; the one of the store is written where three kinds of things are.
        let groups = match few.0 {
            "an asset" | "the asset again" => 32,
            "a name" | "the name again" => 3 * 32,
            _ => 0,
        };
        assert!(many.1 <= few.1 + groups, "{few:?} became {many:?}");
    }
}

/// In a long file, untouched declarations are neither parsed nor evaluated again.
#[test]
fn an_edit_in_a_long_file_runs_what_it_touches() {
    let declarations = |index: usize| {
        format!(
            "process p{index} {{ technology: web_service }}\nflow f{index}: p{index} -> p{} {{ protocol: http }}\n",
            index + 1
        )
    };
    let executed = |length: usize, from: &str, to: &str| {
        let text: String = (0..length).map(declarations).collect();
        let mut observed = Observed::new(&fixture(&text));
        edit(&mut observed.workspace, "model.threat", from, to);
        observed.diagnose();
        observed.executed().len()
    };
    for (from, to) in [
        (
            "flow f5: p5 -> p6 { protocol: http }",
            "flow f5: p5 -> p6 { protocol: https }",
        ),
        ("process p5", "process p5 \"Title\""),
        ("process p5", "// A comment.\nprocess p5"),
        ("flow f5:", "flow other:"),
    ] {
        let (short, long) = (executed(10, from, to), executed(100, from, to));
        // The last flow has no target, for which names are kept in groups: the name that goes and
        // the one that comes may be in two.
        let groups = usize::from(from == "flow f5:");
        assert!(
            (short..=short + groups).contains(&long),
            "{from:?} became {to:?}: {short} queries, {long} in the long file"
        );
    }
}

/// Typing in one declaration does not examine all others at each key.
#[test]
fn the_next_key_looks_at_what_depends_on_it() {
    let examined = |length: usize| {
        let text: String = (0..length)
            .map(|index| {
                format!(
                    "process p{index}\nflow f{index}: p{index} -> p{} {{ protocol: http }}\n",
                    index + 1
                )
            })
            .collect();
        let mut observed = Observed::new(&fixture(&text));
        let keys = [
            ("http }", "https }"),
            ("https }", "http }"),
            ("http }", "https }"),
            ("https }", "http }"),
            ("http }", "https }"),
            ("https }", "http }"),
        ];
        let counts = keys.map(|(from, to)| {
            edit(
                &mut observed.workspace,
                "model.threat",
                &format!("flow f5: p5 -> p6 {{ protocol: {from}"),
                &format!("flow f5: p5 -> p6 {{ protocol: {to}"),
            );
            observed.queries_for("model.threat")
        });
        assert_eq!((counts[2], counts[3]), (counts[4], counts[5]));
        counts[5]
    };
    // The others are examined by their runs of 64, and no deeper.
    assert_eq!(examined(1600) - examined(320), (1600 - 320) * 2 / 64);
}

/// A model with everything: nested components, names that hide others, own rules,
/// technologies, protocols and mitigations, all states of findings, dates that pass, and some
/// mistakes.
const EVERYTHING: &str = r#"
//- base.threat
// No component: the top level.
boundary internet "Internet" { trust: untrusted }
boundary office { trust: medium kind: network }
boundary cloud { kind: cloud mitigations: network_segmentation }
boundary vpc in cloud { kind: network }
boundary round in about
boundary about in round

asset card "Cards" {
  classification: restricted
  regulations: pci_dss
}
asset notes { classification: internal availability: high }
asset forgotten { classification: public regulations: pci_dss }

external shopper in internet { kind: person }
external partner in internet { kind: system out_of_scope: "theirs" }

technology ledger_engine { is: relational_database }
technology queue { is: bus }
technology bus { is: queue }
protocol private_protocol { is: http encrypted: yes authenticated: yes }

rule no_owner "Nobody answers for it" {
  on: process, store
  category: repudiation
  when: not stated(owner) and holds >= internal
  likelihood: high
  advice: "Name an owner."
}
rule busy {
  on: process
  category: denial_of_service
  when: count(incoming where carries >= internal) > 1 or redundancy = no
}
rule crowd { on: process, store category: tampering when: any(neighbors where technology is ledger_engine) }
rule wrong { on: flow category: tampering when: color = red and encrypted }

mitigation rate_limiting "Our own" { based_on: std.rate_limiting status: planned due: 2026-01-15 }
mitigation idle { counters: spoofing status: proposed }
//- shop/shop.threat
/// What people buy from.
component shop "Shop" { owner: "team-shop" mitigations: input_validation }

process gateway "Gateway" in vpc {
  technology: api_gateway
  mitigations: rate_limiting
  redundancy: no
}
process api in vpc { technology: web_service accepts: serialized_objects, json }
store ledger in vpc {
  technology: ledger_engine
  stores: card
  tags: "a", "b"
}
flow browse: shopper -> gateway { protocol: http authentication: session sends: card }
flow gateway -> api { protocol: https sends: card receives: notes }
flow api -> ledger { protocol: sql authentication: password access: read_write sends: card }
flow login: shopper -> api { protocol: https authentication: password sends: card }
flow feed: partner -> api { protocol: ftp receives: notes }

threat fraud "Stolen cards" {
  category: spoofing, denial_of_service
  targets: api, browse
  affects: card
  mitigations: checks
}
mitigation checks { counters: fraud status: implemented }
accept clear "Clear text for now" {
  findings: unencrypted_flow@browse, repudiation@ledger
  by: "CISO"
  until: 2026-02-01
  because: "Soon."
}
accept gone { findings: unauthenticated_flow@feed by: "CISO" until: 2025-12-24 because: "It was." }
accept ends { findings: no_owner@gateway, unencrypted_flow@(api -> ledger) by: "x" until: 2026-01-01 because: "y" }
//- shop/desk.threat
component shop.desk "Desk" { criticality: high }
external agent in office { kind: person technology: browser }
process app in vpc { technology: web_application privileges: root custom_code: yes mitigations: audit_log, watch }
flow help: agent -> app { protocol: https authentication: federated authorization: none sends: card }
flow app -> ledger { protocol: sql_tls authentication: password access: write receives: card }
flow app -> gateway { tunnel: vpn receives: notes }
mitigation watch { based_on: audit_log status: verified }
threat copies { category: information_disclosure targets: app impact: critical }
assumption calm "At night nobody calls" { about: app, shop validate_by: 2026-01-20 }
//- jobs/jobs.threat
component jobs
process nightly { technology: batch_job owner: "team-jobs" }
process nightly { technology: batch_job }
store results in office { technology: file_storage encryption: none stores: card, notes backup: no }
flow nightly -> results { protocol: private_protocol sends: notes access: write }
flow nightly -> results { protocol: file_transfer sends: card access: write }
flow pull: shop.api -> nightly { authentication: none authorization: end_user multi_factor: yes sends: card }
flow nightly -> shop.ledger { protocol: sql access: write sends: card }
flow self: nightly -> nightly
store ledger { stores: card encryption: client_side backup: yes }
//- decisions.threat
accept jobs_risk {
  findings: tampering@jobs.nightly, jobs_threat, std.missing_backup@jobs.results
  by: "CISO" until: 2026-06-30
  because: """
  Over several
  lines.
  """
}
threat jobs_threat { category: tampering targets: jobs.results, jobs.self likelihood: critical references: CWE-20 }
assumption old { validate_by: 2025-06-01 }
//- other/threatline.toml
[diagnostics]
unused-asset = "off"
//- other/model.threat
asset secret { classification: restricted }
store shelf { stores: secret }
process reader
flow reader -> shelf { receives: secret }
//- own.test.threat
asset cards { classification: restricted }
boundary outside { trust: untrusted }
external shopper in outside
process desk { technology: web_service mitigations: rate_limiting }
flow plain: shopper -> desk { protocol: http authentication: none sends: cards }
flow tls: shopper -> desk { protocol: https sends: cards }
expect {
  found: unencrypted_flow@plain
  absent: unencrypted_flow@tls
  unstated: unauthenticated_flow@tls
  mitigated: missing_rate_limit@desk
}
"#;

const SETTINGS: &[&str] = &[
    "",
    "[diagnostics]\nunused-asset = \"off\"\n",
    "[diagnostics]\nmissing-mitigation = \"hint\"\nempty-flow = \"error\"\nunstated-fact = \"off\"\n",
    "[diagnostics]\nunused-aset = \"off\"\n[chek]\n",
    "[model]\nname = \"x\"\nbroken",
];

const DAYS: &[&str] = &[
    "2026-01-01",
    "2025-12-31",
    "2026-01-02",
    "2026-01-16",
    "2026-02-02",
    "2027-01-01",
    "2020-05-05",
];

/// Lines to put into a declaration, and values to put into a property.
const PROPERTIES: &[&str] = &[
    "technology: web_service",
    "technology: nothing_known",
    "encryption: at_rest",
    "protocol: https",
    "protocol: private_protocol",
    "authentication: none",
    "authorization: none",
    "sends: card",
    "sends: card, notes, forgotten",
    "receives: shop.desk.app",
    "stores: notes",
    "handles: card",
    "mitigations: rate_limiting, idle",
    "mitigations: std.rate_limiting",
    "mitigations: shop.desk.watch, audit_log, parameterized_queries",
    "out_of_scope: \"later\"",
    "classification: public",
    "classification: restricted",
    "integrity: critical",
    "trust: low",
    "kind: person",
    "status: planned",
    "status: verified",
    "due: 2026-01-10",
    "until: 2026-01-31",
    "counters: fraud, tampering",
    "counters: unencrypted_flow, no_owner",
    "based_on: checks",
    "is: bus",
    "is: http",
    "access: write",
    "tunnel: vpn",
    "multi_factor: yes",
    "redundancy: no",
    "owner: \"someone\"",
    "when: exposed or not encrypted",
    "when: all(incoming where authenticated) and components(outgoing) > 1",
    "when: any(flows where carries.personal)",
    "on: external, flow",
    "category: tampering",
    "findings: fraud",
    "findings: spoofing@shop.browse, unencrypted_flow@(shop.api -> shop.ledger)",
    "nonsense: 12",
];

const DECLARATIONS: &[&str] = &[
    "process extra in vpc { technology: web_service }\nflow gateway -> extra { protocol: http sends: card }\n",
    "flow shopper -> shop.api { sends: card }\n",
    "flow jobs.nightly -> shop.ledger { access: write sends: card protocol: sql }\n",
    "boundary vpc in office { trust: low }\n",
    "boundary internet { trust: high }\n",
    "asset card { classification: internal }\n",
    "component shop\n",
    "component late.part\n",
    "mitigation audit_log { counters: repudiation, no_owner }\n",
    "mitigation checks { status: planned }\n",
    "protocol https { encrypted: no }\n",
    "technology database { is: datastore }\n",
    "rule unencrypted_flow { on: flow category: tampering when: exposed }\n",
    "rule many { on: store category: tampering when: components(incoming where access >= write) >= 2 }\n",
    "accept all { findings: tampering@ledger, no_owner@shop.ledger by: \"x\" until: 2026-01-15 because: \"y\" }\n",
    "/// Loose.\n",
    "// A comment.\n",
];

/// The possible roots. [`EVERYTHING`] has files of all of them.
const ROOTS: &[&str] = &["", "other", "shop", "copy"];

#[derive(Clone)]
struct State {
    /// Texts by path.
    files: BTreeMap<String, String>,
    /// The settings of each current root.
    settings: BTreeMap<String, String>,
    day: String,
}

impl State {
    fn new() -> State {
        let mut state = State {
            files: BTreeMap::new(),
            settings: BTreeMap::new(),
            day: DAYS[0].to_owned(),
        };
        state.settings.insert(String::new(), String::new());
        for (path, text) in fixture(EVERYTHING) {
            match path.strip_suffix("threatline.toml") {
                Some(root) => {
                    let root = root.trim_end_matches('/').to_owned();
                    state.settings.insert(root, text)
                }
                None => state.files.insert(path, text),
            };
        }
        state
    }

    /// A workspace that reads all texts at once, with roots and files in random order.
    fn analyzed_from_scratch(&self, random: &mut Random) -> Workspace {
        let mut workspace = Workspace::new(self.day.parse().unwrap());
        let roots = self.settings.keys().map(|root| (true, root));
        let files = self.files.keys().map(|path| (false, path));
        let mut parts: Vec<_> = roots.chain(files).collect();
        for index in (1..parts.len()).rev() {
            parts.swap(index, random.below(index + 1));
        }
        for (is_root, path) in parts {
            if is_root {
                set_root(&mut workspace, path, &self.settings[path]);
            } else {
                workspace.set_file(path, FileText::new(self.files[path].as_str()));
            }
        }
        workspace
    }

    fn pick(&self, random: &mut Random) -> Option<String> {
        let paths: Vec<_> = self.files.keys().collect();
        (!paths.is_empty()).then(|| (*random.pick(&paths)).clone())
    }
}

/// Adds a root, with the text of its settings.
fn set_root(workspace: &mut Workspace, root: &str, text: &str) {
    let path = if root.is_empty() {
        "threatline.toml".to_owned()
    } else {
        format!("{root}/threatline.toml")
    };
    let settings = (!text.is_empty()).then_some((path.as_str(), text));
    workspace.set_model(root, settings);
}

/// The words and signs of a text, with their places.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut tokens: Vec<Range<usize>> = Vec::new();
    let mut word = false;
    for (index, character) in text.char_indices() {
        let is_word = character.is_alphanumeric() || character == '_';
        match tokens.last_mut() {
            Some(last) if word && is_word => last.end = index + character.len_utf8(),
            _ if character.is_whitespace() => {}
            _ => tokens.push(index..index + character.len_utf8()),
        }
        word = is_word;
    }
    tokens
}

/// Where the declarations of a text begin and end, approximately: at lines that begin with a kind.
fn declarations(text: &str) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> = Vec::new();
    let mut index = 0;
    for line in text.split_inclusive('\n') {
        if Kind::ALL.iter().any(|kind| line.starts_with(kind.word())) {
            starts.push(index);
        }
        index += line.len();
    }
    starts.push(text.len());
    starts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

/// Changes the text of one file, and returns what was changed.
fn change(text: &str, state: &State, random: &mut Random) -> (Range<usize>, String, &'static str) {
    let of_all = |random: &mut Random| {
        let texts: Vec<&String> = state.files.values().collect();
        (*random.pick(&texts)).clone()
    };
    let any = |random: &mut Random, ranges: &[Range<usize>]| match ranges {
        [] => text.len()..text.len(),
        _ => random.pick(ranges).clone(),
    };
    match random.below(13) {
        0 => (
            any(random, &tokens(text)),
            String::new(),
            "a token is deleted",
        ),
        1 => {
            let other = of_all(random);
            let tokens_of_other = tokens(&other);
            let token = tokens_of_other
                .is_empty()
                .then(String::new)
                .unwrap_or_else(|| {
                    let range = random.pick(&tokens_of_other).clone();
                    other[range].to_owned()
                });
            (any(random, &tokens(text)), token, "a token is replaced")
        }
        2 => {
            let index = any(random, &tokens(text)).start;
            let inserted = random.pick(&[
                "{", "}", "\"", "@", "->", ",", "é", "  ", "\r", "/", ":", "not ", "-",
            ]);
            (
                index..index,
                (*inserted).to_owned(),
                "something is inserted",
            )
        }
        3 => (
            any(random, &declarations(text)),
            String::new(),
            "a declaration is deleted",
        ),
        4 => {
            let index = any(random, &declarations(text)).start;
            (
                index..index,
                (*random.pick(DECLARATIONS)).to_owned(),
                "a declaration is inserted",
            )
        }
        5 => {
            let other = of_all(random);
            let ranges = declarations(&other);
            let moved = ranges.is_empty().then(String::new).unwrap_or_else(|| {
                let range = random.pick(&ranges).clone();
                other[range].to_owned()
            });
            let index = any(random, &declarations(text)).start;
            (index..index, moved, "a declaration is copied")
        }
        6 | 7 => {
            let opened: Vec<_> = text
                .match_indices('{')
                .map(|(index, _)| index + 1..index + 1)
                .collect();
            (
                any(random, &opened),
                format!(" {} ", random.pick(PROPERTIES)),
                "a property is inserted",
            )
        }
        8 => {
            let properties: Vec<_> = text
                .match_indices(": ")
                .map(|(index, _)| {
                    let start = text[..index]
                        .rfind(|c: char| c.is_whitespace())
                        .map_or(0, |index| index + 1);
                    let end = text[index + 2..]
                        .find(['\n', '}', ' '])
                        .map_or(text.len(), |end| index + 2 + end);
                    start..end
                })
                .collect();
            let property = if random.one_in(2) {
                ""
            } else {
                random.pick(PROPERTIES)
            };
            (
                any(random, &properties),
                property.to_owned(),
                "a property is replaced",
            )
        }
        9 => {
            // Two adjacent declarations swap places.
            let ranges = declarations(text);
            match ranges.len() {
                0 | 1 => (0..0, "// x\n".to_owned(), "a comment is inserted"),
                count => {
                    let index = random.below(count - 1);
                    let (first, second) = (ranges[index].clone(), ranges[index + 1].clone());
                    let swapped = [&text[second.clone()], &text[first.clone()]].concat();
                    (
                        first.start..second.end,
                        swapped,
                        "two declarations change places",
                    )
                }
            }
        }
        10 => {
            let index = any(random, &declarations(text)).start;
            (
                index..index,
                "// Something new.\n\n".to_owned(),
                "a comment is inserted",
            )
        }
        11 => {
            let names: Vec<_> = Kind::ALL
                .iter()
                .flat_map(|kind| {
                    text.match_indices(&format!("\n{} ", kind.word()))
                        .map(|(index, found)| index + found.len())
                        .collect::<Vec<_>>()
                })
                .filter_map(|index| {
                    text[index..]
                        .find([' ', '\n', ':'])
                        .map(|length| index..index + length)
                })
                .collect();
            let name = random.pick(&[
                "renamed",
                "api",
                "card",
                "ledger",
                "vpc",
                "rate_limiting",
                "shop",
                "std",
                "in",
            ]);
            (
                any(random, &names),
                (*name).to_owned(),
                "a declaration is renamed",
            )
        }
        _ => {
            let index = random.below(text.len() + 1);
            let floor = |mut index: usize| {
                index = index.min(text.len());
                while !text.is_char_boundary(index) {
                    index -= 1;
                }
                index
            };
            (
                floor(index)..floor(index + random.below(80)),
                String::new(),
                "some text is deleted",
            )
        }
    }
}

/// Changes something, both in the workspace and in the state.
fn step(workspace: &mut Workspace, state: &mut State, random: &mut Random) -> String {
    let original = State::new();
    match random.below(42) {
        0 => {
            let root = *random.pick(ROOTS);
            let text = (*random.pick(SETTINGS)).to_owned();
            set_root(workspace, root, &text);
            state.settings.insert(root.to_owned(), text);
            format!("settings of {root:?}")
        }
        40.. => {
            // A root is removed or added.
            let root = *random.pick(ROOTS);
            if state.settings.remove(root).is_some() {
                workspace.remove_model(root);
                format!("the root {root:?} goes")
            } else {
                set_root(workspace, root, "");
                state.settings.insert(root.to_owned(), String::new());
                format!("the root {root:?} comes")
            }
        }
        1 => {
            state.day = (*random.pick(DAYS)).to_owned();
            workspace.set_today(state.day.parse().unwrap());
            format!("today is {}", state.day)
        }
        2 => {
            let Some(path) = state.pick(random) else {
                return "nothing".to_owned();
            };
            workspace.remove_file(&path);
            state.files.remove(&path);
            format!("{path} is removed")
        }
        3..=5 => {
            // Back to the original text, whether the file still exists or not.
            let path = original.pick(random).unwrap();
            let text = original.files[&path].clone();
            workspace.set_file(&path, FileText::new(text.as_str()));
            state.files.insert(path.clone(), text);
            format!("{path} is as it was at first")
        }
        6 => {
            // The text of another path.
            let Some(from) = state.pick(random) else {
                return "nothing".to_owned();
            };
            let text = state.files[&from].clone();
            let folder = if random.one_in(2) {
                "copy"
            } else {
                "other/copy"
            };
            let path = format!("{folder}/{}.threat", random.below(3));
            workspace.set_file(&path, FileText::new(text.as_str()));
            state.files.insert(path.clone(), text);
            format!("{path} says what {from} does")
        }
        7 => {
            let before = std::mem::replace(state, original);
            for path in before.files.keys() {
                if !state.files.contains_key(path) {
                    workspace.remove_file(path);
                }
            }
            for root in before.settings.keys() {
                if !state.settings.contains_key(root) {
                    workspace.remove_model(root);
                }
            }
            for (root, settings) in &state.settings {
                set_root(workspace, root, settings);
            }
            workspace.set_today(state.day.parse().unwrap());
            let files = state.files.iter();
            let files = files
                .map(|(path, text)| (path.as_str().into(), FileText::new(text.as_str())))
                .collect();
            workspace.load(files);
            "all is as it was at first".to_owned()
        }
        _ => {
            let Some(path) = state.pick(random) else {
                return "nothing".to_owned();
            };
            let text = &state.files[&path];
            let (range, replacement, how) = change(text, state, random);
            let changed = [
                &text[..range.start],
                replacement.as_str(),
                &text[range.end..],
            ]
            .concat();
            let reported = format!(
                "in {path}, {how}: {:?} becomes {replacement:?}",
                &text[range.clone()]
            );
            let file = workspace.file(&path).unwrap();
            workspace.edit(file, Span::new(range.start, range.end), &replacement);
            state.files.insert(path.clone(), changed);
            reported
        }
    }
}

/// The lines in which two texts differ.
fn difference(incremental: &str, fresh: &str) -> String {
    let (a, b): (Vec<_>, Vec<_>) = (incremental.lines().collect(), fresh.lines().collect());
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let end = a[start..]
        .iter()
        .rev()
        .zip(b[start..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let shown = |lines: &[&str], sign: &str| {
        let lines = &lines[start..lines.len() - end];
        lines
            .iter()
            .take(40)
            .map(|line| format!("{sign} {line}\n"))
            .collect::<String>()
    };
    format!(
        "incremental (-) and from scratch (+) differ from line {start} on:\n{}{}",
        shown(&a, "-"),
        shown(&b, "+")
    )
}

fn random_edits(seed: u64, steps: usize) {
    let mut random = Random::new(seed);
    let mut state = State::new();
    let mut workspace = state.analyzed_from_scratch(&mut random);
    let mut reported = Vec::new();
    for index in 0..steps {
        // Several changes between two requests, as when someone types fast.
        for _ in 0..1 + random.below(3) {
            reported.push(step(&mut workspace, &mut state, &mut random));
            workspace.assert_consistent();
        }
        let fresh = state.analyzed_from_scratch(&mut random);
        let both = |workspace: &Workspace| {
            format!("{}\n{}", render(workspace), render_findings(workspace))
        };
        let (incremental, fresh) = (both(&workspace), both(&fresh));
        if incremental != fresh {
            let last = reported[reported.len().saturating_sub(5)..].join("\n");
            panic!(
                "seed {seed}, step {index}, after:\n{last}\n{}",
                difference(&incremental, &fresh)
            );
        }
    }
}

#[test]
fn random_edits_give_the_same_as_from_scratch() {
    for seed in 1..=cases(2, 4) as u64 {
        random_edits(seed, cases(20, 60));
    }
}

/// The same for long: `cargo test --release -p threatline-model --test incremental -- --ignored`.
#[test]
#[ignore]
fn very_many_random_edits_give_the_same_as_from_scratch() {
    for seed in 100..160 {
        random_edits(seed, 600);
    }
}

#[test]
fn no_file_takes_the_place_of_one_of_the_library() {
    let files = [(
        "std/technologies.threat",
        "process api { technology: web_service }\n",
    )];
    let files: Vec<(String, String)> = files
        .iter()
        .map(|(path, text)| (path.to_string(), text.to_string()))
        .collect();
    let rendered = threatline_testkit::render(&threatline_testkit::workspace(&files));
    assert!(!rendered.contains("unresolved-reference"), "{rendered}");
}

/// The paths of the files of each model, by root.
fn files_by_root(workspace: &Workspace) -> String {
    let db = workspace.db();
    let models = workspace.models().map(|model| {
        let files = model.files(db).iter();
        let paths: Vec<&str> = files.map(|file| &**file.path(db)).collect();
        format!("{:?}: {}\n", model.root(db), paths.join(" "))
    });
    models.collect()
}

#[test]
fn a_root_that_comes_or_goes_moves_its_files() {
    let mut workspace = Workspace::new("2026-01-01".parse().unwrap());
    workspace.set_model("shop", None);
    for path in ["shop/a.threat", "shop/api/b.threat", "shop.threat"] {
        workspace.set_file(path, FileText::new("process p\n"));
    }
    // A file below no root belongs to no model.
    let outer = "\"shop\": shop/a.threat shop/api/b.threat\n";
    assert_eq!(files_by_root(&workspace), outer);

    workspace.set_model("shop/api", None);
    let both = "\"shop\": shop/a.threat\n\"shop/api\": shop/api/b.threat\n";
    assert_eq!(files_by_root(&workspace), both);
    workspace.remove_model("shop/api");
    assert_eq!(files_by_root(&workspace), outer);

    workspace.set_model("", None);
    let all = format!("\"\": shop.threat\n{outer}");
    assert_eq!(files_by_root(&workspace), all);
    workspace.remove_model("shop");
    let all = "\"\": shop.threat shop/a.threat shop/api/b.threat\n";
    assert_eq!(files_by_root(&workspace), all);
    workspace.assert_consistent();
}

#[test]
fn a_test_builds_on_the_model_of_the_nearest_root() {
    let mut workspace = Workspace::new("2026-01-01".parse().unwrap());
    let test = workspace.set_file("shop/a.test.threat", FileText::new("process p\n"));
    let base = |workspace: &Workspace| {
        let db = workspace.db();
        let base = test.model(db).base(db).expect("a test has a base");
        base.root(db).to_string()
    };
    workspace.set_model("", None);
    assert_eq!(base(&workspace), "");
    workspace.set_model("shop", None);
    assert_eq!(base(&workspace), "shop");
    workspace.remove_model("shop");
    assert_eq!(base(&workspace), "");
}
