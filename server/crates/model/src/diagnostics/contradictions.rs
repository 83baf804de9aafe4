//! Facts that cannot both be true. It must not know what follows from either.

use crate::codes;
use crate::db::{Db, Decl};
use crate::definitions::{broader_says, has_trait};
use crate::diagnostic::Diagnostic;
use crate::flows::incoming;
use crate::headings::ends;
use crate::library::short_name;
use crate::lower::Part;
use crate::names::full_name;
use crate::properties::typed;
use threatline_syntax::Kind;
use threatline_syntax::prose::with_article;

pub(super) fn check(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    contradictions(db, decl, problems);
    if decl.kind(db) == Kind::Flow {
        nobodys_permissions(db, decl, problems);
    }
}

/// Pairs of facts that cannot both be true: property, word, property, word, and why.
const CONTRADICTIONS: &[(Kind, &str, &str, &str, &str, &str)] = &[
    (
        Kind::Flow,
        "authentication",
        "none",
        "multi_factor",
        "yes",
        "without authentication, there is no second factor",
    ),
    (
        Kind::Flow,
        "authentication",
        "none",
        "authorization",
        "end_user",
        "without authentication, the end user is unknown",
    ),
    (
        Kind::Flow,
        "authentication",
        "none",
        "authorization",
        "service",
        "without authentication, the service is unknown",
    ),
    (
        Kind::Asset,
        "personal",
        "no",
        "regulations",
        "gdpr",
        "the GDPR is about personal data",
    ),
    (
        Kind::Asset,
        "classification",
        "public",
        "regulations",
        "pci_dss",
        "cardholder data is not public",
    ),
];

fn contradictions(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let stated = typed(db, decl);
    let mut report = |first: &str, second: &str, message: String| {
        let part = |property| stated.part(property).unwrap_or(Part::Name);
        problems.push(
            Diagnostic::new(&codes::CONTRADICTION, decl.part(part(second)), message)
                .relate(decl.part(part(first)), "this contradicts it"),
        );
    };
    for (kind, first, word, second, other, why) in CONTRADICTIONS {
        if decl.kind(db) == *kind
            && states(db, decl, first, word)
            && states(db, decl, second, other)
        {
            report(
                first,
                second,
                format!("`{second}: {other}` contradicts `{first}: {word}`: {why}"),
            );
        }
    }
    if decl.kind(db) == Kind::Flow {
        flow_contradictions(db, decl, &mut report);
    }
    if decl.kind(db) == Kind::Mitigation
        && stated.get("due").is_some()
        && stated.get("status").is_none()
    {
        let message = "it is `due` but implemented, which is the default of `status`".to_owned();
        report("due", "due", message);
    }
}

/// Facts of a flow that contradict its protocol, or what it starts at.
fn flow_contradictions(db: &dyn Db, flow: Decl, report: &mut dyn FnMut(&str, &str, String)) {
    let stated = typed(db, flow);
    let protocol = stated.decls("protocol").next();
    let says = |property| protocol.and_then(|protocol| broader_says(db, protocol, property));
    if states(db, flow, "authentication", "none")
        && let Some((true, protocol)) = says("authenticated")
    {
        let message = format!(
            "`authentication: none` contradicts `protocol: {}`, which authenticates",
            full_name(db, protocol)
        );
        report("protocol", "authentication", message);
    }
    if let Some(protocol) = protocol
        && states(db, flow, "authentication", "mutual_tls")
        && !has_trait(db, protocol, "encrypted")
    {
        let message = format!(
            "`authentication: mutual_tls` contradicts `protocol: {}`, which does not use TLS",
            short_name(full_name(db, protocol))
        );
        report("protocol", "authentication", message);
    }
}

/// The permissions of an end user, where the flow starts at something that no person uses.
fn nobodys_permissions(db: &dyn Db, flow: Decl, problems: &mut Vec<Diagnostic>) {
    let part = typed(db, flow).part("authorization");
    if let Some(source) = ends(db, flow).0
        && let Some(part) = part.filter(|_| states(db, flow, "authorization", "end_user"))
        && let Some(kind) = acts_for_nobody(db, source)
    {
        let name = full_name(db, source);
        let message = format!(
            "`authorization: end_user` contradicts `{name}`: it is {}, and no person uses it",
            with_article(kind)
        );
        let kind_part = typed(db, source).part("kind").unwrap_or(Part::Name);
        problems.push(
            Diagnostic::new(&codes::CONTRADICTION, flow.part(part), message)
                .relate(
                    source.part(kind_part),
                    format!("`{name}` has `kind: {kind}`"),
                )
                .help(format!(
                    "state `authorization: service`, or the flow from the person who uses `{name}`"
                )),
        );
    }
}

/// The kind of an external system or device that no person uses.
fn acts_for_nobody(db: &dyn Db, source: Decl) -> Option<&'static str> {
    let is_person = |decl: Decl| {
        decl.kind(db) == Kind::External
            && !["system", "device"]
                .iter()
                .any(|kind| states(db, decl, "kind", kind))
    };
    let kinds = ["system", "device"].into_iter();
    let mut kinds = kinds.filter(|kind| states(db, source, "kind", kind));
    let kind = kinds.next().filter(|_| source.kind(db) == Kind::External)?;
    let callers = incoming(db, source).iter();
    let mut callers = callers.filter_map(|flow| ends(db, *flow).0);
    (!callers.any(is_person)).then_some(kind)
}

fn states(db: &dyn Db, decl: Decl, property: &str, word: &str) -> bool {
    typed(db, decl).states(property, word)
}
