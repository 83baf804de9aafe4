//! What people write for properties. It must not know what a property takes.

use super::alias::{Alias, likely, no_word, same};
use threatline_syntax::Kind;

const IN_HEADING: &str =
    "write it in the heading: `in` and the name of the boundary, before the `{`";
const ENDS: &str = "write it in the heading: `source -> target`, before the `{`";
pub const TITLE: &str =
    "the title is a string in the heading, behind the name: `process shop \"Shop\"`";
pub const DESCRIPTION: &str = "a description is written above the declaration, as `/// text`";
const ON_FLOWS: &str = "write it on the flows that end here";

/// For the properties of some kinds; of all, where none is listed. A row counts for those kinds
/// that have what it means.
pub static PROPERTIES: &[(&[Kind], &[Alias])] = &[
    (
        &[Kind::Flow],
        &[
            same(
                "authentication",
                "auth authn authenticated authentification login authenticated_by \
             identity",
            ),
            same("authorization", "authz authorisation permissions"),
            same("multi_factor", "mfa two_factor multi_factor_authentication"),
            likely(
                "sends",
                "data payload assets asset carries request data_sent data_assets_sent \
             transfers",
                "`receives` is what the source gets back",
            ),
            same(
                "receives",
                "response returns reads receive data_received data_assets_received",
            ),
            same("protocol", "transport proto via protocols technology"),
            no_word(
                "encryption encrypted tls secure ssl",
                "encryption follows from the `protocol`, such as `https`, or from the `tunnel`",
            ),
            same("tunnel", "vpn"),
            no_word("from to source target destination src dst ends", ENDS),
            same("usage", "purpose"),
            likely("access", "readonly mode", ""),
        ],
    ),
    (
        &[Kind::Process],
        &[
            same(
                "handles",
                "data assets asset processes processed data_assets_processed",
            ),
            same(
                "accepts",
                "inputs input formats format input_format accept input_formats",
            ),
            same("privileges", "privilege runs_as run_as"),
            likely("handles", "stores sends receives", ""),
            no_word(
                "authentication authorization protocol auth authn authz",
                ON_FLOWS,
            ),
            no_word(
                "encryption encrypted tls",
                "write it on a store; a flow's follows from its `protocol`",
            ),
        ],
    ),
    (
        &[Kind::Store],
        &[
            same(
                "stores",
                "data assets asset contains holds store handles data_assets_stored",
            ),
            same("encryption", "encrypted encryption_at_rest"),
            same("backup", "backups backed_up"),
            no_word(
                "authentication authorization protocol auth authn authz",
                ON_FLOWS,
            ),
        ],
    ),
    (
        &[Kind::External, Kind::Process, Kind::Store],
        &[
            same(
                "technology",
                "tech technologies stack framework language product",
            ),
            likely("technology", "type kind role", ""),
            same("tenancy", "tenant tenants multi_tenant multitenant"),
            same("redundancy", "redundant replicas high_availability"),
            no_word(
                "boundary zone trust_zone in within location trust_boundary network",
                IN_HEADING,
            ),
            no_word("trust", "write it on the boundary that it is in"),
            likely("custom_code", "custom custom_developed", ""),
        ],
    ),
    (
        &[Kind::Asset],
        &[
            same("classification", "sensitivity confidentiality class level"),
            same("personal", "pii personal_data is_personal gdpr"),
            same("kind", "type"),
            same("regulations", "regulation compliance laws"),
        ],
    ),
    (
        &[Kind::Boundary],
        &[
            same("trust", "trust_level level trusted"),
            same("kind", "type"),
            no_word("boundary parent in within", IN_HEADING),
        ],
    ),
    (
        &[Kind::Threat],
        &[
            same("category", "stride categories type kind"),
            same("targets", "target element elements on component"),
            same("affects", "asset assets affected"),
            same("likelihood", "probability"),
            likely(
                "impact",
                "severity risk",
                "the severity follows from `likelihood` and `impact`",
            ),
            same("mitigations", "mitigated_by countered_by"),
            no_word(
                "status state",
                "a threat is open until one of its `mitigations` is implemented, or an `accept` \
                 names it",
            ),
        ],
    ),
    (
        &[Kind::Mitigation],
        &[
            same(
                "counters",
                "mitigates against threats threat prevents addresses",
            ),
            same("status", "state"),
            likely("based_on", "implements extends is", ""),
            same("due", "deadline due_date until"),
            same("evidence", "proof test tests"),
        ],
    ),
    (
        &[Kind::Accept],
        &[
            same("findings", "finding risk risks threat threats"),
            same("by", "accepted_by owner approver approved_by"),
            same("until", "expires expiry valid_until due expires_on"),
            same("because", "reason justification why rationale"),
        ],
    ),
    (
        &[Kind::Assumption],
        &[
            same("validate_by", "due review_by review until"),
            same("about", "regarding targets concerns"),
        ],
    ),
    (
        &[Kind::Technology, Kind::Protocol],
        &[
            same("is", "extends parent kind type based_on inherits"),
            same("encrypted", "encryption tls secure"),
            same("authenticated", "auth authentication"),
            same("forwards", "proxy forwarding"),
        ],
    ),
    (
        &[Kind::Rule],
        &[
            same("when", "condition if where match"),
            same("on", "kinds applies_to subject element elements targets"),
            same("category", "stride categories"),
            likely(
                "impact",
                "severity",
                "the severity follows from `likelihood` and `impact`",
            ),
            same("advice", "fix recommendation remediation help"),
        ],
    ),
    (
        &[],
        &[
            same(
                "mitigations",
                "mitigation controls control security_controls countermeasures",
            ),
            same("references", "reference cwe refs capec"),
            same("links", "url link urls"),
            same("tags", "tag keywords labels"),
            same("owner", "team owned_by owners responsible"),
            same("source", "code repo repository path sources"),
            same("ticket", "issue jira"),
            same("out_of_scope", "outofscope_reason"),
            no_word(
                "scope in_scope",
                "everything is in scope; what is not has `out_of_scope: \"why\"`",
            ),
            no_word("title name label display_name", TITLE),
            no_word(
                "description desc doc comment note notes details",
                DESCRIPTION,
            ),
        ],
    ),
];
