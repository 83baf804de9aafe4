//! What closes a finding, in all that an editor asks: `dismiss`, `enough`, `residual`, where a
//! mitigation acts, and what is stated once for a component.

use crate::shown;
use expect_test::{Expect, expect};
use threatline_ide::completion::completion;
use threatline_ide::folding_range::folding_ranges;
use threatline_ide::hover::hover;
use threatline_ide::semantic_tokens::{Token, semantic_tokens};
use threatline_model::Span;
use threatline_testkit::Cursor;

const SHOP: &str = "asset card { classification: restricted availability: high }
asset note { classification: internal }
boundary internet { trust: untrusted }
boundary vpc
external shopper in internet { kind: person }
process shop in vpc { accepts: json privileges: user mitigations: rate_limiting }
store notes in vpc {
  technology: database
  stores: card
  encryption: none
  backup: no
}
flow pay: shopper -> shop {
  protocol: http
  authentication: token
  authorization: end_user
  sends: card
}
flow shop -> notes { protocol: sql sends: card }
mitigation review \"Review\" {
  on: store
  when: backup = no
  counters: leak
}
threat leak \"Leak\" {
  category: information_disclosure
  targets: notes
  mitigations: review, audit_log
  enough: review
  residual: low
  owner: \"CISO\"
}
dismiss copy \"The notes are a copy\" {
  finding: missing_backup@notes
  by: \"Head\"
  because: \"They are filled again.\"
  while: backup = no and technology is database
  ticket: \"T-1\"
}
";

/// The first things that are offered, and how many there are.
#[track_caller]
fn offered(rest: &str, expected: Expect) {
    let cursor = Cursor::new(&format!("{SHOP}{rest}"));
    let items = completion(cursor.db(), cursor.file, cursor.offset);
    let items: Vec<_> = items.into_iter().flat_map(|found| found.items).collect();
    let lines = items.iter().take(6).map(|item| {
        let detail = item.detail.as_deref().unwrap_or_default();
        format!("{}: {detail}\n", item.label)
    });
    expected.assert_eq(&format!(
        "{}{} in all\n",
        lines.collect::<String>(),
        items.len()
    ));
}

#[test]
fn what_is_dismissed_is_completed() {
    offered(
        "dismiss x { $0 }",
        expect![[r#"
        finding: required. The finding that does not apply: `rule@element`
        by: required. Who decided that it does not apply. A finding of severity `critical` needs two names
        because: required. Why it does not apply
        while: required. The condition on the element under which it does not apply. When it is no longer true, the finding is open
        ticket: The ticket that tracks the work on it
        5 in all
    "#]],
    );
    offered(
        "dismiss x { finding: $0 }",
        expect![[r#"
            unencrypted_flow@pay: critical: Cleartext transmission of sensitive data
            injection@shop: high: SQL or NoSQL injection
            unencrypted_store@notes: high: Missing encryption of sensitive data at rest
            missing_audit_trail@notes: medium: Missing audit trail
            missing_segmentation@notes: medium: Missing network segmentation
            unencrypted_flow@(shop -> notes): medium: Cleartext transmission of sensitive data
            26 in all
        "#]],
    );
    offered(
        "dismiss x { finding: unencrypted_store@$0 }",
        expect![[r#"
            notes: high
            1 in all
        "#]],
    );
    offered(
        "dismiss x { finding: missing_backup@notes while: $0 }",
        expect![[r#"
            holds: The assets that it stores, handles or carries, including those that its flows carry
            exposed: The flow starts at a lower trust level than it ends at. For other elements: it is reached from a lower trust level
            tainted: Input from a lower trust level reaches the element: it is sent, fetched, read from a queue or a file store, or repeated by a language model. For a flow: it passes such input on
            reached_from: The lowest trust level from which flows reach it, directly or through technologies that forward requests
            trust: The trust level of the boundary that it is in. Outside all boundaries, an external is `untrusted`, and a process or store is `high`
            placed: The kinds of the boundaries around it, where specified
            26 in all
        "#]],
    );
    offered(
        "dismiss x { finding: unencrypted_flow@(shop -> notes) while: $0 }",
        expect![[r#"
            holds: The assets that it stores, handles or carries, including those that its flows carry
            carries: The assets that the flow sends and receives
            exposed: The flow starts at a lower trust level than it ends at. For other elements: it is reached from a lower trust level
            tainted: Input from a lower trust level reaches the element: it is sent, fetched, read from a queue or a file store, or repeated by a language model. For a flow: it passes such input on
            outbound: The flow starts at a higher trust level than it ends at
            in_scope: It does not have `out_of_scope`
            30 in all
        "#]],
    );
    offered(
        "dismiss x { finding: missing_backup@notes while: encryption = $0 }",
        expect![[r#"
            none: Not encrypted
            at_rest: Encrypted by the store or its disk. The store sees clear text
            client_side: Encrypted before it reaches the store, which never sees clear text
            3 in all
        "#]],
    );
}

#[test]
fn what_closes_a_threat_is_completed() {
    offered(
        "threat t { mitigations: review, tls enough: $0 }",
        expect![[r#"
            review: Review
            tls: TLS
            2 in all
        "#]],
    );
    offered(
        "threat t { residual: $0 }",
        expect![[r#"
        low: Unlikely, or little harm
        medium: Possible, or repairable harm. Also the choice if nothing suggests another level
        high: Likely, or serious harm
        critical: Almost certain, or harm that threatens the organization's existence
        4 in all
    "#]],
    );
    offered(
        "mitigation m { on: $0 }",
        expect![[r#"
        external: External entities
        process: Processes
        store: Data stores
        flow: Data flows
        4 in all
    "#]],
    );
    offered(
        "mitigation m { on: store when: back$0 }",
        expect![[r#"
            holds: The assets that it stores, handles or carries, including those that its flows carry
            exposed: The flow starts at a lower trust level than it ends at. For other elements: it is reached from a lower trust level
            tainted: Input from a lower trust level reaches the element: it is sent, fetched, read from a queue or a file store, or repeated by a language model. For a flow: it passes such input on
            reached_from: The lowest trust level from which flows reach it, directly or through technologies that forward requests
            trust: The trust level of the boundary that it is in. Outside all boundaries, an external is `untrusted`, and a process or store is `high`
            placed: The kinds of the boundaries around it, where specified
            26 in all
        "#]],
    );
    offered(
        "mitigation m { status: planned $0 }",
        expect![[r#"
            due: needed here. The day by which it is due, while its status is `proposed` or `planned`
            owner: needed here. The team or person responsible for it
            based_on: The mitigation that it implements. It also mitigates everything that one mitigates
            counters: The threats, rules or STRIDE categories that it mitigates. A category closes findings below severity `high`, and only together with all others of the finding
            on: The kinds of elements that it can act on; all if unspecified
            when: The condition under which it can act on an element. It does not act where this is false
            9 in all
        "#]],
    );
}

#[test]
fn nothing_is_a_value_of_lists() {
    offered(
        "store s { stores: $0 }",
        expect![[r#"
        card: 
        note: 
        nothing: It stores no asset
        3 in all
    "#]],
    );
    offered(
        "store s { stores: card, $0 }",
        expect![[r#"
        note: 
        1 in all
    "#]],
    );
    offered(
        "flow shop -> notes { receives: $0 }",
        expect![[r#"
        card: 
        note: 
        nothing: It brings no asset back
        3 in all
    "#]],
    );
    offered(
        "process p { mitigations: $0 }",
        expect![[r#"
        administration_proxy: Access proxy for administration
        app_attestation: App attestation
        approval: Approval by a second person
        artifact_signing: Artifact signing and verification
        audit_log: Protected audit log
        authorization_checks: Authorization of every request
        77 in all
    "#]],
    );
}

#[test]
fn mitigations_that_cannot_act_come_last() {
    offered(
        "process p { mitigations: parameterized_queries, encr$0 }",
        expect![[r#"
            payload_encryption: Payload encryption
            content_security_policy: Content security policy (CSP)
            mail_authentication: Email authentication: SPF, DKIM and DMARC
            encryption_at_rest: cannot act here: it acts on stores only, and this is a process
            tls: cannot act here: it acts on flows only, and this is a process
            client_side_encryption: cannot act here: it acts on stores only, and this is a process
            7 in all
        "#]],
    );
    offered(
        "flow p: shop -> notes { protocol: http mitigations: tls$0 }",
        expect![[r#"
            short_lived_tokens: Short-lived tokens
            tool_allowlist: Tool allowlist
            content_security_policy: Content security policy (CSP)
            tls: cannot act here: it uses `http`, which is not encrypted
            mutual_tls: cannot act here: it uses `http`, which is not encrypted, and does not specify `authentication`
            append_only_logs: cannot act here: it acts on stores only, and this is a flow
            21 in all
        "#]],
    );
}

#[test]
fn components_state_privileges_for_all() {
    let cursor = Cursor::new("component a {\n  $0\n}\n");
    let found = completion(cursor.db(), cursor.file, cursor.offset).expect("there is something");
    let labels: Vec<&str> = found.items.iter().map(|item| item.label.as_str()).collect();
    assert!(labels.contains(&"privileges") && labels.contains(&"tenancy"));
}

/// What is told of some words: each the first one after a text.
#[track_caller]
fn reported(words: &[(&str, &str)], expected: Expect) {
    let mut all = String::new();
    for (before, word) in words {
        let index = SHOP.find(before).expect("it is there") + before.len();
        let index = index + SHOP[index..].find(word).expect("it is there");
        let cursor = Cursor::new(&format!("{}$0{}", &SHOP[..index], &SHOP[index..]));
        all += &match hover(cursor.db(), cursor.file, cursor.offset) {
            Some(hover) => shown::explained(cursor.db(), &hover.explanation),
            None => format!("nothing of {word}\n"),
        };
        all += "\n";
    }
    expected.assert_eq(&all);
}

#[test]
fn hover_shows_what_closes_a_finding() {
    reported(
        &[
            ("", "dismiss"),
            ("dismiss ", "copy"),
            ("finding: ", "missing_backup"),
            ("finding: missing_backup@", "notes"),
            ("because: ", "while"),
            ("while: ", "backup"),
            ("residual: ", "low"),
            ("audit_log\n", "enough"),
            ("mitigation ", "review"),
            ("threat ", "leak"),
            ("mitigation review", "on"),
            ("mitigation review", "when"),
        ],
        expect![[r##"
            # dismiss
            A finding that does not apply, for as long as a condition holds.
            Its properties: `finding`, `by`, `because`, `while`, `ticket`.

            # dismiss copy: The notes are a copy
            - `finding`: `missing_backup@notes` <model.threat:34>
            - `by`: Head <model.threat:35>
            - `because`: They are filled again. <model.threat:36>
            - `ticket`: T-1 <model.threat:38>
                while: backup = no and technology is database
            == Findings
            1 dismissed.

            # std.missing_backup@notes: Missing backup
            Dismissed in `copy`: "They are filled again." Severity if it applied: high.
            Data that must stay available is lost when the store fails, is encrypted by ransomware or is
            deleted by mistake.
            == Reasons
            - it holds `card`, whose availability is high <model.threat:9>
            - it has `backup: no` <model.threat:11>
            == Severity
            - likelihood low: `low` (stated)
            - impact critical: `high` for confidential data; the data here is rated critical
            - severity high: likelihood low with impact critical
            == What to do
            Back up to a location where the store's own accounts cannot delete, and test restores.
            - `std.backups: Backups with tested restores` mitigates it <std/mitigations.threat>
            == References
            - CWE-693: Protection Mechanism Failure
            https://cwe.mitre.org/data/definitions/693.html
            - T1485: Data Destruction
            https://attack.mitre.org/techniques/T1485/
            - T1490: Inhibit System Recovery
            https://attack.mitre.org/techniques/T1490/

            # store notes
            - `technology`: `database`, Database <model.threat:8>
            - `encryption`: `none` <model.threat:10>
            - `backup`: `no` <model.threat:11>
            Unspecified: `tenancy`, `redundancy`.
            == Location and trust
            - In `vpc` <model.threat:7>
            - Trust: `high` (default: `vpc` contains your own processes or stores)
            - It has trust level `high` and is not reached from a lower one <model.threat:7>
            == Holds
            - `card` (restricted); listed in `stores` <model.threat:9>
            == Findings
            - high: Audit log tampering (`erasable_logs@notes`), undecided: `kind` of `card` is unspecified <model.threat:7>
            - high: Missing encryption of sensitive data at rest (`unencrypted_store@notes`) <model.threat:7>
            - high: Missing secrets management (`secrets_without_vault@notes`), undecided: `kind` of `card` is unspecified <model.threat:7>
            - high: Cross-tenant data access (`shared_tenant_store@notes`), undecided: `tenancy` is unspecified <model.threat:7>
            - medium: Missing audit trail (`missing_audit_trail@notes`) <model.threat:7>
            - medium: Missing network segmentation (`missing_segmentation@notes`) <model.threat:7>
            3 open, 3 undecided, 1 dismissed.

            # while of a dismiss
            The condition on the element under which it does not apply. When it is no longer true, the finding is open.
            It takes a condition over facts.
            It is required.

            # backup, a stated fact
            Whether its data is backed up.
            It is `yes` or `no`.
            Elements that have it: store. If unspecified, rules that need it ask for it.

            # low, a level
            Unlikely, or little harm.
            From lowest to highest: `low`, `medium`, `high`, `critical`.

            # enough of a threat
            Those of its mitigations that are enough: it is mitigated when these are in place.
            It takes the name of a mitigation, one or several.

            # mitigation review: Review
            - Status: implemented
            - `on`: `store` <model.threat:21>
                when: backup = no
            == Mitigates
            - `leak`, Leak <model.threat:25>
            == Listed by
            - threat `leak`, Leak <model.threat:28>

            # threat leak: Leak
            Mitigated by `review`. Severity without it: high.
            - `category`: `information_disclosure` <model.threat:26>
            - `enough`: `review`, Review <model.threat:29>
            - `residual`: `low` <model.threat:30>
            - `owner`: CISO <model.threat:31>
            == Reasons
            - it is against `notes` <model.threat:27>
            == Severity
            - likelihood medium: `medium` (the default)
            - impact critical: from the most sensitive asset that it harms
            - severity high: likelihood medium with impact critical
            == Mitigations
            - `review`, listed by `leak`, is implemented <model.threat:28>
            - `std.audit_log`, listed by `leak`, is implemented <model.threat:28>

            # on of a mitigation
            The kinds of elements that it can act on; all if unspecified.
            Possible values, one or several:
            - `external`: External entities.
            - `process`: Processes.
            - `store`: Data stores.
            - `flow`: Data flows.

            # when of a mitigation
            The condition under which it can act on an element. It does not act where this is false.
            It takes a condition over facts.

        "##]],
    );
}

#[test]
fn words_of_decisions_have_colors_and_fold() {
    let cursor = Cursor::new(&format!("{SHOP}$0"));
    let start = SHOP.find("dismiss copy").expect("it is there") as u32;
    let whole = Span {
        start,
        end: SHOP.len() as u32,
    };
    let tokens = semantic_tokens(cursor.db(), cursor.file, whole).into_iter();
    let tokens = tokens.map(|(span, token)| {
        let token = match token {
            Token::Name { kind, .. } => kind.word().to_owned(),
            token => format!("{token:?}"),
        };
        format!("{}: {token}\n", &SHOP[span.range()])
    });
    expect![[r#"
        dismiss: Keyword
        copy: dismiss
        "The notes are a copy": Text
        finding: Property
        missing_backup: rule
        @: Operator
        notes: store
        by: Property
        "Head": Text
        because: Property
        "They are filled again.": Text
        while: Property
        backup: Fact
        =: Operator
        no: Word
        and: Keyword
        technology: Fact
        is: Keyword
        database: technology
        ticket: Property
        "T-1": Text
    "#]]
    .assert_eq(&tokens.collect::<String>());
    let folds = folding_ranges(cursor.db(), cursor.file);
    assert!(!folds.is_empty());
}
