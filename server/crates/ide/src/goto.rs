//! Going from a name to what it means, to what that is made of, and to every place that names it.
//! It must not know LSP types.

use crate::change::Target;
use crate::uses::{self, Meaning, Use, uses};
use std::collections::HashSet;
use threatline_model::{
    Database, Decl, File, Kind, Model, Part, Span, Spans, contents, schema::ACCESS, typed,
};
use threatline_view::related;

/// Where one can go from a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goto {
    /// The word.
    pub origin: Span,
    /// Where it leads; at least one place.
    pub targets: Vec<Target>,
}

/// What is done with a declaration where it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It is declared here.
    Declaration,
    /// It is changed: an asset that is sent or stored, or the target of a flow that writes.
    Write,
    /// It is named.
    Read,
}

/// A place where a declaration is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The file.
    pub file: File,
    /// The name, without the dots around it.
    pub span: Span,
    /// What is done with it.
    pub role: Role,
    /// The declaration that names it.
    pub within: Decl,
}

/// A word like the one at the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Highlight {
    /// Where it stands.
    pub span: Span,
    /// What is done with what it names.
    pub role: Role,
}

fn goto(origin: Span, targets: Vec<Target>) -> Option<Goto> {
    (!targets.is_empty()).then_some(Goto { origin, targets })
}

/// Where the name at a byte is declared; a declaration's own name leads to itself.
pub fn definition(db: &Database, file: File, offset: u32) -> Option<Goto> {
    let found = uses::at(db, file, offset)?;
    goto(found.span, vec![Target::of(db, found.decl()?)])
}

/// What the named declaration is made with: the technologies of an element, the protocol of a flow,
/// and of a technology, a protocol or a mitigation the broader ones.
pub fn type_definition(db: &Database, file: File, offset: u32) -> Option<Goto> {
    let found = uses::at(db, file, offset)?;
    let decl = found.decl()?;
    let property = match decl.kind(db) {
        Kind::External | Kind::Process | Kind::Store => "technology",
        Kind::Flow => "protocol",
        Kind::Technology | Kind::Protocol => "is",
        Kind::Mitigation => "based_on",
        _ => return None,
    };
    goto(
        found.span,
        typed(db, decl)
            .decls(property)
            .map(|named| Target::of(db, named))
            .collect(),
    )
}

/// What carries the named declaration out: of a boundary what is in it; of a mitigation where it is
/// listed, and the mitigations based on it; of a technology or protocol the elements made with it;
/// of an asset the elements that hold it; of a component what it declares; of a rule the elements
/// on which it finds something.
pub fn implementation(db: &Database, file: File, offset: u32) -> Option<Goto> {
    let found = uses::at(db, file, offset)?;
    let decl = found.decl()?;
    let model = file.model(db);
    let of = |decl: Decl| Target::of(db, decl);
    let targets = match decl.kind(db) {
        Kind::Boundary => contents(db, decl).iter().copied().map(of).collect(),
        Kind::Mitigation => {
            let listed = related::listed(db, model, decl)
                .into_iter()
                .map(|(by, part)| at(db, by, part));
            listed
                .chain(related::based_on(db, model, decl).into_iter().map(of))
                .collect()
        }
        Kind::Technology | Kind::Protocol => related::made_with(db, model, decl)
            .into_iter()
            .map(|(element, _)| of(element))
            .collect(),
        Kind::Asset => related::holding(db, model, decl)
            .into_iter()
            .map(of)
            .collect(),
        Kind::Component => {
            let own = decl
                .file(db)
                .declarations(db)
                .iter()
                .copied()
                .filter(|other| *other != decl);
            own.chain(related::components_within(db, decl))
                .map(of)
                .collect()
        }
        Kind::Rule => {
            let findings = related::found_by(db, model, decl);
            findings
                .into_iter()
                .map(|found| of(found.finding.id.subject()))
                .collect()
        }
        _ => return None,
    };
    goto(found.span, targets)
}

/// A part of a declaration, with all of the declaration around it.
fn at(db: &Database, decl: Decl, part: Part) -> Target {
    Target {
        name: decl.part(part).resolve(db).1,
        ..Target::of(db, decl)
    }
}

/// Every place that names the declaration at a byte, in the model of the file and, of what that
/// model takes from another one, also there.
pub fn references(
    db: &Database,
    file: File,
    offset: u32,
    include_declaration: bool,
) -> Vec<Reference> {
    let Some(decl) = uses::at(db, file, offset).and_then(|found| found.decl()) else {
        return Vec::new();
    };
    references_to(db, &[file.model(db)], decl, include_declaration)
}

/// Every place that names a declaration, in its own model and in these, which may be others that
/// build on it, such as the tests of a model. The declaration comes first.
pub fn references_to(
    db: &Database,
    models: &[Model],
    decl: Decl,
    include_declaration: bool,
) -> Vec<Reference> {
    let mut found: Vec<Reference> = Vec::new();
    let mut seen = HashSet::new();
    for &model in models {
        for named in uses::references(db, model, decl) {
            let role = role(db, &named);
            if role == Role::Declaration && !include_declaration {
                continue;
            }
            let reference = Reference {
                file: named.within.file(db),
                span: named.span,
                role,
                within: named.within,
            };
            if seen.insert((reference.file, reference.span)) {
                found.push(reference);
            }
        }
    }
    found
}

/// The words of a file that mean what the word at a byte means.
pub fn highlight(db: &Database, file: File, offset: u32) -> Vec<Highlight> {
    let Some(wanted) = uses::at(db, file, offset) else {
        return Vec::new();
    };
    let text = &file.source(db).text;
    let written = |found: &Use| text.get(found.span.range());
    let is_same = |found: &Use| match (wanted.meaning, found.meaning) {
        (Meaning::Declares(_) | Meaning::Names(_), _) => found.decl() == wanted.decl(),
        (Meaning::Reference, Meaning::Reference) => written(found) == written(&wanted),
        (Meaning::Word(..) | Meaning::Fact(_), meaning) => meaning == wanted.meaning,
        // `yes`, a kind or a property's name says little about another one.
        _ => false,
    };
    // The same is meant by the same word, so most declarations need no closer look.
    let word = written(&wanted).unwrap_or_default();
    let source = file.source(db);
    let mentions = |spans: &Spans| {
        text.get(spans.of(Part::Whole).range())
            .is_some_and(|text| text.contains(word))
    };
    let declarations = file
        .declarations(db)
        .iter()
        .zip(&source.spans)
        .filter(|(_, spans)| mentions(spans));
    let all = declarations.flat_map(|(decl, _)| uses(db, *decl));
    all.filter(is_same)
        .map(|found| Highlight {
            span: found.span,
            role: role(db, &found),
        })
        .collect()
}

/// What is done with a declaration where it is named.
fn role(db: &Database, found: &Use) -> Role {
    let is_write = match found.part {
        _ if matches!(found.meaning, Meaning::Declares(_)) => return Role::Declaration,
        Part::Value(property, _) => {
            let properties = &found.within.facts(db).properties;
            let name = properties
                .get(property as usize)
                .map_or("", |property| property.name.as_str());
            let names_asset = found
                .decl()
                .is_some_and(|decl| decl.kind(db) == Kind::Asset);
            names_asset && matches!(name, "stores" | "sends")
        }
        Part::Target => {
            let is_end = found
                .decl()
                .is_some_and(|decl| decl.kind(db) != Kind::Component);
            is_end && typed(db, found.within).word("access") >= ACCESS.position("write")
        }
        _ => false,
    };
    if is_write { Role::Write } else { Role::Read }
}
