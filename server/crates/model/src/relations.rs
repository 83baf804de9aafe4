//! How elements relate: where they are, what flows between them, what they hold, and what protects
//! them. It must not know rules.

use crate::db::{Db, Decl, File, Model, put_in_order};
use crate::lower::{Expression, Facts, Part, Shape, Value};
use crate::names::{
    components_around, definition_of_base, files_naming, headings_naming, resolve, resolve_as,
};
use crate::properties::{Categories, TypedValue, typed};
use crate::schema::{self, STATUS, TRUST, Takes};
use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use threatline_syntax::Kind;

/// What a flow may start at and end at.
pub const ENDPOINT_KINDS: &[Kind] = &[Kind::External, Kind::Process, Kind::Store];

fn named(db: &dyn Db, file: File, name: Option<&SmolStr>, kinds: &[Kind]) -> Option<Decl> {
    resolve(db, file, name?)
        .ok()
        .filter(|found| kinds.contains(&found.kind(db)))
}

/// Where a flow starts and where it ends.
#[salsa::tracked(returns(copy))]
pub fn ends(db: &dyn Db, flow: Decl) -> (Option<Decl>, Option<Decl>) {
    let (file, shape) = (flow.file(db), flow.shape(db));
    if shape.kind != Kind::Flow {
        return (None, None);
    }
    (
        named(db, file, shape.source.as_ref(), ENDPOINT_KINDS),
        named(db, file, shape.target.as_ref(), ENDPOINT_KINDS),
    )
}

/// The flows that touch an element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touching {
    /// Those that end at it.
    pub incoming: Vec<Decl>,
    /// Those that start at it.
    pub outgoing: Vec<Decl>,
}

/// The flows that touch an element, in the order of files and declarations. It looks at those that
/// write its name, and not at all of the model.
#[salsa::tracked]
pub fn touching(db: &dyn Db, element: Decl) -> Touching {
    let mut touching = Touching::default();
    if !ENDPOINT_KINDS.contains(&element.kind(db)) {
        return touching;
    }
    for &flow in headings_naming(db, element) {
        let (source, target) = ends(db, flow);
        if source == Some(element) {
            touching.outgoing.push(flow);
        }
        if target == Some(element) {
            touching.incoming.push(flow);
        }
    }
    put_in_order(db, &mut touching.incoming);
    put_in_order(db, &mut touching.outgoing);
    touching
}

/// The flows that end at an element.
pub fn incoming(db: &dyn Db, element: Decl) -> &[Decl] {
    &touching(db, element).incoming
}

/// The flows that start at an element.
pub fn outgoing(db: &dyn Db, element: Decl) -> &[Decl] {
    &touching(db, element).outgoing
}

/// The boundary that a declaration says it is in.
#[salsa::tracked(returns(copy))]
pub fn placed_in(db: &dyn Db, decl: Decl) -> Option<Decl> {
    named(
        db,
        decl.file(db),
        decl.shape(db).within.as_ref(),
        &[Kind::Boundary],
    )
}

/// How deep boundaries may be nested; what is around that many is not looked at.
pub const MAX_BOUNDARY_DEPTH: usize = 64;

/// The boundaries around an element or a boundary, the innermost first. Around boundaries that lie
/// in each other in a circle, each is given once.
#[salsa::tracked]
pub fn boundaries_around(db: &dyn Db, decl: Decl) -> Vec<Decl> {
    let mut around = Vec::new();
    let mut next = placed_in(db, decl);
    while let Some(boundary) = next {
        if boundary == decl || around.contains(&boundary) || around.len() == MAX_BOUNDARY_DEPTH {
            break;
        }
        around.push(boundary);
        next = placed_in(db, boundary);
    }
    around
}

/// What is directly in a boundary: elements and boundaries.
#[salsa::tracked]
pub fn contents(db: &dyn Db, boundary: Decl) -> Vec<Decl> {
    let named = headings_naming(db, boundary).iter().copied();
    let mut contents: Vec<Decl> = named
        .filter(|decl| placed_in(db, *decl) == Some(boundary))
        .collect();
    put_in_order(db, &mut contents);
    contents
}

/// Whether something is directly in a boundary, which is told by the first that is.
#[salsa::tracked(returns(copy))]
pub fn has_contents(db: &dyn Db, boundary: Decl) -> bool {
    headings_naming(db, boundary)
        .iter()
        .any(|decl| placed_in(db, *decl) == Some(boundary))
}

/// The trust of what is in a boundary, by its position in [`TRUST`], and the boundary that states
/// it.
#[salsa::tracked(returns(copy))]
pub fn trust_of_boundary(db: &dyn Db, boundary: Decl) -> (u8, Option<Decl>) {
    let chain = std::iter::once(boundary).chain(boundaries_around(db, boundary).iter().copied());
    for boundary in chain {
        if let Some(trust) = typed(db, boundary).word("trust") {
            return (trust, Some(boundary));
        }
    }
    (most_trusted(), None)
}

fn most_trusted() -> u8 {
    TRUST.words.len() as u8 - 1
}

/// How far an element is trusted by where it is, and the boundary that says so. Outside of all
/// boundaries an external entity is not trusted, and what is ours is.
#[salsa::tracked(returns(copy))]
pub fn trust(db: &dyn Db, element: Decl) -> (u8, Option<Decl>) {
    match placed_in(db, element) {
        Some(boundary) => trust_of_boundary(db, boundary),
        None if element.kind(db) == Kind::External => (0, None),
        None => (most_trusted(), None),
    }
}

/// The boundaries that a flow enters and those that it leaves, the innermost first: just one of its
/// ends is in them.
#[salsa::tracked]
pub fn crossed(db: &dyn Db, flow: Decl) -> (Vec<Decl>, Vec<Decl>) {
    let (Some(source), Some(target)) = ends(db, flow) else {
        return Default::default();
    };
    let (around_source, around_target) =
        (boundaries_around(db, source), boundaries_around(db, target));
    let entered = around_target
        .iter()
        .filter(|boundary| !around_source.contains(boundary));
    let left = around_source
        .iter()
        .filter(|boundary| !around_target.contains(boundary));
    (entered.copied().collect(), left.copied().collect())
}

/// From where an element is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The lowest trust of a place from which it is, by its position in [`TRUST`]; without flows to
    /// it, its own.
    pub trust: u8,
    /// The flow that comes from that place, if it is another trust than the element's own.
    pub by: Option<Decl>,
    /// What forwards that flow to the element, if it does not end there itself.
    pub through: Option<Decl>,
}

/// How many elements are looked at behind one: as many in a row only forward in no design.
const MOST_FORWARDERS: usize = 256;

/// From where an element is reached, directly or through what only forwards.
#[salsa::tracked(returns(copy))]
pub fn reached(db: &dyn Db, element: Decl) -> Reached {
    let mut reached = Reached {
        trust: trust(db, element).0,
        by: None,
        through: None,
    };
    // Each with the forwarder next to the element through which it is reached.
    let mut pending = vec![(element, None)];
    let mut next = 0;
    while let Some((at, through)) = pending
        .get(next)
        .copied()
        .filter(|_| next < MOST_FORWARDERS)
    {
        next += 1;
        for &flow in incoming(db, at) {
            let Some(source) = ends(db, flow).0 else {
                continue;
            };
            let from = trust(db, source).0;
            if from < reached.trust {
                reached = Reached {
                    trust: from,
                    by: Some(flow),
                    through,
                };
            }
            if forwards(db, source) && !pending.iter().any(|(known, _)| *known == source) {
                pending.push((source, through.or(Some(source))));
            }
        }
    }
    reached
}

/// Whether an element only hands on what it gets.
#[salsa::tracked(returns(copy))]
fn forwards(db: &dyn Db, element: Decl) -> bool {
    let says = |technology| broader_says(db, technology, "forwards").is_some_and(|(yes, _)| yes);
    typed(db, element).decls("technology").any(says)
}

/// Whether a flow starts in a place of lower trust than it ends in, and that flow; of an element,
/// whether it is reached from such a place, and the flow that comes from there.
#[salsa::tracked(returns(copy))]
pub fn exposed_by(db: &dyn Db, element: Decl) -> Option<Decl> {
    if element.kind(db) == Kind::Flow {
        let (source, target) = ends(db, element);
        return (trust(db, source?).0 < trust(db, target?).0).then_some(element);
    }
    reached(db, element).by
}

/// The technologies that the elements of a model are made with, and all that these are. A name that
/// the model gives to no technology of its own means the same in all files, so that no file is
/// looked at for it.
#[salsa::tracked]
fn technologies_of(db: &dyn Db, model: Model) -> FxHashSet<Decl> {
    let own = model
        .technologies(db)
        .iter()
        .filter_map(|decl| decl.shape(db).name.as_deref());
    let own: FxHashSet<&str> = own.collect();
    let is_own = |name: &SmolStr| own.contains(name.rsplit('.').next().unwrap_or_default());
    let (own, others): (Vec<_>, Vec<_>) = model.made_with(db).iter().partition(|name| is_own(name));
    let others = others
        .into_iter()
        .filter_map(|name| definition_of_base(db, model, name, &[Kind::Technology]));
    let files = model.files(db).iter().filter(|_| !own.is_empty());
    let in_files = files.flat_map(|file| technologies_in(db, *file).iter().copied());
    others
        .flat_map(|technology| with_broader(db, technology).iter().copied())
        .chain(in_files)
        .collect()
}

/// It looks at the names alone, and not at what each element states, so that most edits leave it as
/// it is.
#[salsa::tracked]
fn technologies_in(db: &dyn Db, file: File) -> Vec<Decl> {
    let named = file
        .technologies(db)
        .iter()
        .filter_map(|name| resolve_as(db, file, name, &[Kind::Technology]));
    let mut seen = FxHashSet::default();
    named
        .flat_map(|technology| with_broader(db, technology).iter().copied())
        .filter(|decl| seen.insert(*decl))
        .collect()
}

/// Whether an element of a model is made with a technology, or with one that is one of it.
#[salsa::tracked(returns(copy))]
pub fn is_used(db: &dyn Db, model: Model, technology: Decl) -> bool {
    technologies_of(db, model).contains(&technology)
}

/// The assets that an element holds: what it stores, handles or carries, and what its flows bring
/// it.
#[salsa::tracked]
pub fn holds(db: &dyn Db, element: Decl) -> Vec<Decl> {
    let own = typed(db, element);
    let mut assets: Vec<Decl> = ["stores", "handles", "sends", "receives"]
        .iter()
        .flat_map(|name| own.decls(name))
        .collect();
    if element.kind(db) != Kind::Flow {
        let flows = touching(db, element);
        for flow in flows.incoming.iter().chain(&flows.outgoing) {
            let carried = typed(db, *flow);
            assets.extend(carried.decls("sends").chain(carried.decls("receives")));
        }
    }
    // In the order in which they are stated, and not in that of their ids, which depends on past
    // edits.
    let mut seen = FxHashSet::default();
    assets.retain(|asset| seen.insert(*asset));
    assets
}

/// Why an element holds an asset: the declaration that says so, and the part of it.
pub fn why_held(db: &dyn Db, element: Decl, asset: Decl) -> Option<(Decl, Part)> {
    let flows = touching(db, element);
    std::iter::once(element)
        .chain(flows.incoming.iter().chain(&flows.outgoing).copied())
        .find_map(|holder| {
            let stated = typed(db, holder);
            let named = ["stores", "handles", "sends", "receives"]
                .into_iter()
                .flat_map(|name| stated.named(name));
            named
                .filter(|(named, _)| *named == asset)
                .map(|(_, part)| (holder, part))
                .next()
        })
}

/// How sensitive something is, each by its position in the schema's words, from 0 to 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sensitivity {
    /// The highest classification.
    pub classification: u8,
    /// The highest integrity.
    pub integrity: u8,
    /// The highest availability.
    pub availability: u8,
    /// Whether any of it is about people.
    pub personal: bool,
    /// Whether anything is held at all.
    pub any: bool,
}

/// How sensitive an asset is. What it does not say of integrity, its classification says; of
/// availability, that it is medium.
#[salsa::tracked(returns(copy))]
pub fn sensitivity_of_asset(db: &dyn Db, asset: Decl) -> Sensitivity {
    let stated = typed(db, asset);
    let classification = stated.word("classification").unwrap_or(1);
    Sensitivity {
        classification,
        integrity: stated.word("integrity").unwrap_or(classification),
        availability: stated.word("availability").unwrap_or(1),
        personal: stated.yes_no("personal") == Some(true),
        any: true,
    }
}

/// What an asset is made of, by its position in [`schema::ASSET_KIND`]; data, unless it says
/// otherwise.
#[salsa::tracked(returns(copy))]
pub fn kind_of_asset(db: &dyn Db, asset: Decl) -> u8 {
    typed(db, asset).word("kind").unwrap_or_default()
}

/// How sensitive a set of assets is: as its most sensitive.
pub fn most_sensitive(db: &dyn Db, assets: &[Decl]) -> Sensitivity {
    assets.iter().fold(Sensitivity::default(), |most, asset| {
        let asset = sensitivity_of_asset(db, *asset);
        Sensitivity {
            classification: most.classification.max(asset.classification),
            integrity: most.integrity.max(asset.integrity),
            availability: most.availability.max(asset.availability),
            personal: most.personal || asset.personal,
            any: true,
        }
    })
}

/// How sensitive what an element holds is. A query of its own, so that what depends on it stops
/// there when one more asset makes no difference.
#[salsa::tracked(returns(copy))]
pub fn sensitivity(db: &dyn Db, element: Decl) -> Sensitivity {
    most_sensitive(db, holds(db, element))
}

/// How many broader definitions are followed from one, as `is` and `based_on` name them.
const MOST_BROADER: usize = 64;

/// A technology or protocol and the broader ones that it is one of, itself first.
#[salsa::tracked]
pub fn with_broader(db: &dyn Db, decl: Decl) -> Vec<Decl> {
    let mut kin = vec![decl];
    let mut seen = FxHashSet::from_iter([decl]);
    let mut next = 0;
    while let Some(decl) = kin.get(next).copied().filter(|_| next < MOST_BROADER) {
        next += 1;
        kin.extend(
            typed(db, decl)
                .decls("is")
                .filter(|broader| seen.insert(*broader)),
        );
    }
    kin
}

/// A yes or no of a technology or a protocol, its own or that of the nearest broader one which
/// states it.
pub fn broader_says(db: &dyn Db, decl: Decl, property: &str) -> Option<(bool, Decl)> {
    with_broader(db, decl)
        .iter()
        .find_map(|decl| Some((typed(db, *decl).yes_no(property)?, *decl)))
}

/// What a mitigation counters, with what the ones it is based on counter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Rules and threats.
    pub decls: Vec<Decl>,
    /// Whole categories.
    pub categories: Categories,
}

/// What a mitigation counters.
#[salsa::tracked]
pub fn counters(db: &dyn Db, mitigation: Decl) -> Counters {
    let mut counters = Counters::default();
    let mut seen = FxHashSet::default();
    let mut next = Some(mitigation);
    while let Some(mitigation) =
        next.filter(|mitigation| seen.insert(*mitigation) && seen.len() <= MOST_BROADER)
    {
        let stated = typed(db, mitigation);
        for (_, value) in stated.values("counters") {
            match value {
                TypedValue::Decl(decl) => counters.decls.push(*decl),
                TypedValue::Category(at) => counters.categories.0 |= Categories::one(*at).0,
                _ => {}
            }
        }
        next = stated.decls("based_on").next();
    }
    counters
}

/// Whether a mitigation is in place: implemented or verified.
pub fn is_done(db: &dyn Db, mitigation: Decl) -> bool {
    let implemented = STATUS.position("implemented");
    typed(db, mitigation).word("status").or(implemented) >= implemented
}

/// Whether a mitigation is no more than an idea.
pub fn is_proposed(db: &dyn Db, mitigation: Decl) -> bool {
    typed(db, mitigation).word("status") == STATUS.position("proposed")
}

/// A mitigation that protects an element, and what brings it there: the element itself, its
/// component or a boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectiveMitigation {
    /// The mitigation.
    pub mitigation: Decl,
    /// What lists it.
    pub by: Decl,
    /// The part that lists it.
    pub part: Part,
}

/// The mitigations that protect an element: its own, those of its components, and those of the
/// boundaries that it is in; of a flow, of the boundaries that it runs within or enters.
#[salsa::tracked]
pub fn effective_mitigations(db: &dyn Db, element: Decl) -> Vec<EffectiveMitigation> {
    let mut by = vec![element];
    by.extend(components_around(db, element.file(db)));
    if element.kind(db) == Kind::Flow {
        // Entered or run within: all boundaries around the target.
        by.extend(
            ends(db, element)
                .1
                .iter()
                .flat_map(|target| boundaries_around(db, *target)),
        );
    } else {
        by.extend(boundaries_around(db, element));
    }
    let listed = by.into_iter().flat_map(|by| {
        typed(db, by)
            .named("mitigations")
            .map(move |(mitigation, part)| EffectiveMitigation {
                mitigation,
                by,
                part,
            })
    });
    let mut found: Vec<EffectiveMitigation> = Vec::new();
    for effective in listed {
        if !found
            .iter()
            .any(|earlier| earlier.mitigation == effective.mitigation)
        {
            found.push(effective);
        }
    }
    found
}

/// The files of its model that name a declaration, other than by the declaration itself, by path.
#[salsa::tracked]
pub fn used_by(db: &dyn Db, decl: Decl) -> Vec<File> {
    let mut files: Vec<File> = may_name(db, decl)
        .iter()
        .copied()
        .filter(|file| names(db, *file, decl))
        .collect();
    files.sort_by(|a, b| a.path(db).cmp(b.path(db)));
    // A file that writes several of its names is there for each.
    files.dedup();
    files
}

/// Whether a declaration is named by another one of its model, which is told by the first that
/// does.
#[salsa::tracked(returns(copy))]
pub fn is_named(db: &dyn Db, decl: Decl) -> bool {
    may_name(db, decl).iter().any(|file| names(db, *file, decl))
}

fn may_name(db: &dyn Db, decl: Decl) -> &[File] {
    match decl.in_library(db) {
        true => decl.model(db).files(db),
        false => files_naming(db, decl),
    }
}

/// Whether a file names a declaration, other than by itself. It looks at the names alone, and not
/// at what each declaration states, so that most edits of a property leave it as it is.
fn names(db: &dyn Db, file: File, decl: Decl) -> bool {
    let last = |name: &str| name.rsplit('.').next().map(SmolStr::from);
    let Some(word) = decl.shape(db).name.as_deref().and_then(last) else {
        return false;
    };
    let mentions = file
        .mentions(db)
        .iter()
        .filter(|name| name.ends_with(&*word));
    mentions
        .into_iter()
        .any(|name| last(name).as_ref() == Some(&word) && resolve(db, file, name) == Ok(decl))
}

/// The names that a declaration writes other than its own, where names of declarations belong.
pub fn mentions<'lowered>(
    shape: &'lowered Shape,
    facts: &'lowered Facts,
) -> impl Iterator<Item = &'lowered SmolStr> {
    let heading = [&shape.within, &shape.source, &shape.target]
        .into_iter()
        .flatten();
    let schema = schema::of(shape.kind);
    let properties = facts
        .properties
        .iter()
        .filter_map(|written| Some((schema.property(&written.name)?, written)));
    let values = properties.flat_map(|(property, written)| {
        let names = matches!(
            property.takes,
            Takes::Name(_) | Takes::Countered | Takes::Finding
        );
        let values = written.values.iter().filter(move |_| names);
        let in_values = values.flat_map(|value| match value {
            Value::Name(name) | Value::Reference(name) => [Some(name), None, None],
            Value::Finding(finding) => {
                let [first, second] = finding.subject.names();
                [Some(&finding.rule), first, second]
            }
            _ => [None, None, None],
        });
        let nodes = written
            .condition
            .as_ref()
            .map(|condition| condition.nodes.as_slice())
            .unwrap_or_default();
        let in_condition = nodes.iter().filter_map(|node| match node {
            Expression::Is { right, .. } => match &nodes[*right as usize] {
                Expression::Name(name) => Some(name),
                _ => None,
            },
            Expression::Call {
                function, argument, ..
            } if function == "used" => argument.as_ref(),
            _ => None,
        });
        in_values.flatten().chain(in_condition)
    });
    heading
        .chain(values)
        .filter(|name| Some(*name) != shape.name.as_ref())
}

/// All rules that look at a model: the library's, then its own.
#[salsa::tracked]
pub fn rules(db: &dyn Db, model: Model) -> Vec<Decl> {
    let mut models: Vec<Model> = model.with_bases(db).collect();
    models.reverse();
    models
        .iter()
        .flat_map(|model| model.rules(db).iter().copied())
        .collect()
}

/// The mitigations that counter a rule: the model's own first, then those of what it builds on.
#[salsa::tracked]
pub fn mitigations_against_rule(db: &dyn Db, model: Model, rule: Decl) -> Vec<Decl> {
    let mitigations = model
        .with_bases(db)
        .flat_map(|model| model.mitigations(db).iter().copied());
    mitigations
        .filter(|mitigation| counters(db, *mitigation).decls.contains(&rule))
        .collect()
}
