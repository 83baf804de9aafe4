//! Where a model could be better: declarations that nothing uses, and elements without flows. It
//! must not know what is open or missing.

use super::{closing, contradictions};
use crate::boundaries::has_contents;
use crate::codes;
use crate::db::{Db, Decl, File, Model};
use crate::definitions::is_made_with;
use crate::diagnostic::Diagnostic;
use crate::flows::{outgoing, touching};
use crate::headings::ends;
use crate::library::short_name;
use crate::lower::Part;
use crate::mitigations::counters;
use crate::names::full_name;
use crate::properties::typed;
use crate::resolve::hidden_by;
use crate::trust_levels::{TrustBasis, trust};
use crate::usage::{is_named, used_by};
use rustc_hash::FxHashSet;
use threatline_syntax::Kind;

/// Whether an external system or device is in a boundary that counts as the team's own, because it
/// states no trust.
fn is_inside_own(db: &dyn Db, external: Decl) -> bool {
    let stated = typed(db, external);
    let is_thing = ["system", "device"]
        .iter()
        .any(|kind| stated.states("kind", kind));
    is_thing && matches!(trust(db, external).basis, TrustBasis::Own(_))
}

/// What a person, or a client, of a boundary of the team's own reaches in another one, if the
/// boundary states no trust. Then it counts as trusted like the team's servers, and nothing that is
/// reached from it counts as exposed.
fn reached_from_own(db: &dyn Db, user: Decl) -> Option<(Decl, Decl)> {
    let TrustBasis::Own(boundary) = trust(db, user).basis else {
        return None;
    };
    let is_person = typed(db, user).states("kind", "person");
    if !is_person && !is_made_with(db, user, "client_side") {
        return None;
    }
    let mut targets = outgoing(db, user)
        .iter()
        .filter_map(|flow| ends(db, *flow).1);
    let is_beyond = |target: &Decl| {
        let other = trust(db, *target);
        other.basis != TrustBasis::Own(boundary) && other.level() == trust(db, user).level()
    };
    Some((boundary, targets.find(is_beyond)?))
}

/// The first flow of a model that declares no asset at all, by file and place.
#[salsa::tracked(returns(copy))]
fn first_without_asset(db: &dyn Db, model: Model) -> Option<Decl> {
    let files = || model.files(db).iter().filter(|_| !model.is_test(db));
    let declarations = || files().flat_map(|file| file.declarations(db).iter().copied());
    if declarations().any(|decl| decl.kind(db) == Kind::Asset) {
        return None;
    }
    declarations().find(|decl| decl.kind(db) == Kind::Flow)
}

pub(super) fn check(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    if decl.in_library(db) || decl.shape(db).name.is_none() && decl.kind(db) != Kind::Flow {
        return;
    }
    trusted_by_default(db, decl, problems);
    let name = full_name(db, decl);
    let mut report = |code, message: String| {
        problems.push(Diagnostic::new(code, decl.part(Part::Name), message))
    };
    match decl.kind(db) {
        Kind::External if is_inside_own(db, decl) => {
            report(
                &codes::EXTERNAL_INSIDE,
                format!("`{name}` is not yours, but its boundary is"),
            );
        }
        Kind::Asset if !is_named(db, decl) => {
            report(
                &codes::UNUSED_ASSET,
                format!("nothing stores, handles or carries `{name}`"),
            );
        }
        Kind::Mitigation => {
            if !is_named(db, decl) {
                report(
                    &codes::UNUSED_MITIGATION,
                    format!("nothing lists `{name}` among its mitigations"),
                );
            }
            mitigation(db, decl, problems);
        }
        Kind::Technology if !is_named(db, decl) => {
            report(
                &codes::UNUSED_DEFINITION,
                format!("no element uses `{name}`"),
            );
        }
        Kind::Protocol if !is_named(db, decl) => {
            report(&codes::UNUSED_DEFINITION, format!("no flow uses `{name}`"));
        }
        Kind::Boundary if !has_contents(db, decl) => {
            report(&codes::EMPTY_BOUNDARY, format!("nothing is in `{name}`"));
        }
        Kind::External | Kind::Process | Kind::Store => {
            let flows = touching(db, decl);
            let in_scope = typed(db, decl).get("out_of_scope").is_none();
            if in_scope && flows.incoming.is_empty() && flows.outgoing.is_empty() {
                report(
                    &codes::ISOLATED_ELEMENT,
                    format!("no flow starts or ends at `{name}`"),
                );
            }
        }
        Kind::Flow => flow(db, decl, problems),
        _ => {}
    }
    hiding(db, decl, problems);
    contradictions::check(db, decl, problems);
    closing::check(db, decl, problems);
}

/// Reports a person or a client that is trusted only because its boundary states no trust.
fn trusted_by_default(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let Some((boundary, target)) = reached_from_own(db, decl) else {
        return;
    };
    let [name, boundary, target] = [decl, boundary, target].map(|named| full_name(db, named));
    let message = format!(
        "`{name}` reaches `{target}` from `{boundary}`, which states no `trust` and counts as \
         `high`"
    );
    let place = decl.part(Part::Name);
    problems.push(Diagnostic::new(&codes::EXTERNAL_INSIDE, place, message));
}

/// Reports a definition that hides one of the library.
fn hiding(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let Some(hidden) = hidden_by(db, decl) else {
        return;
    };
    let (kind, hidden) = (decl.kind(db).word(), full_name(db, hidden));
    let name = full_name(db, decl);
    let message = format!("`{name}` hides the library's {kind} `{hidden}`");
    let diagnostic = Diagnostic::new(&codes::HIDDEN_DEFINITION, decl.part(Part::Name), message);
    problems.push(diagnostic.help(format!(
        "give it another name, such as `our_{}`; `{hidden}` is the library's",
        short_name(hidden)
    )));
}

fn mitigation(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    let stated = typed(db, decl);
    let name = full_name(db, decl);
    let listed_by_threat = || {
        used_by(db, decl)
            .iter()
            .any(|file| listed_by_threats(db, *file).contains(&decl))
    };
    let counters = counters(db, decl);
    let states_none = stated.get("counters").is_none() && stated.get("based_on").is_none();
    // A misspelled property is reported by itself.
    let is_misspelled = stated.problems.iter().any(|problem| {
        matches!(
            problem.replacement.as_deref(),
            Some("counters" | "based_on")
        )
    });
    if states_none
        && !is_misspelled
        && counters.decls.is_empty()
        && counters.categories.0 == 0
        && !listed_by_threat()
    {
        let message = format!("`{name}` does not state what it mitigates, so it closes no finding");
        problems.push(
            Diagnostic::new(
                &codes::INEFFECTIVE_MITIGATION,
                decl.part(Part::Name),
                message,
            )
            .help("state `counters`, or `based_on` with a mitigation of the library"),
        );
    }
    if states(db, decl, "status", "verified") && stated.get("evidence").is_none() {
        let part = stated.part("status").unwrap_or(Part::Name);
        let message = format!("`{name}` is verified without evidence");
        problems.push(Diagnostic::new(
            &codes::UNPROVEN_MITIGATION,
            decl.part(part),
            message,
        ));
    }
}

/// The mitigations in the threats of a file.
#[salsa::tracked]
fn listed_by_threats(db: &dyn Db, file: File) -> FxHashSet<Decl> {
    let threats = file
        .declarations(db)
        .iter()
        .filter(|decl| decl.kind(db) == Kind::Threat);
    threats
        .flat_map(|threat| typed(db, *threat).decls("mitigations"))
        .collect()
}

fn flow(db: &dyn Db, decl: Decl, problems: &mut Vec<Diagnostic>) {
    if first_without_asset(db, decl.model(db)) == Some(decl) {
        let message = "the model declares no asset, so nothing states what is worth protecting";
        problems.push(Diagnostic::new(
            &codes::NOTHING_TO_PROTECT,
            decl.part(Part::Name),
            message,
        ));
    }
    let stated = typed(db, decl);
    let name = full_name(db, decl);
    let (source, target) = ends(db, decl);
    let carries = |property: &str| {
        stated
            .stated
            .iter()
            .any(|stated| stated.property.name == property)
    };
    if source.is_some() && source == target {
        let message = format!("`{name}` ends where it starts");
        problems.push(Diagnostic::new(
            &codes::SELF_FLOW,
            decl.part(Part::Target),
            message,
        ));
    } else if source.is_some() && target.is_some() && !carries("sends") && !carries("receives") {
        let message = format!("`{name}` carries no asset");
        problems.push(Diagnostic::new(
            &codes::EMPTY_FLOW,
            decl.part(Part::Name),
            message,
        ));
    }
}

fn states(db: &dyn Db, decl: Decl, property: &str, word: &str) -> bool {
    typed(db, decl).states(property, word)
}
