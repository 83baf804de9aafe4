//! Inlay hints: shows within the text what the analysis knows and the text does not say: how
//! sensitive what a flow carries is, how severe a threat is, how far a mitigation has come and how
//! far a day is. It must not repeat what the text states.

use threatline_model::{
    Database, Decl, File, Kind, Part, Place, Span, TypedValue, assessed, holds, name_from,
    schema::{CLASSIFICATION, STATUS},
    sensitivity, sensitivity_of_asset, severity_steps, typed,
};
use threatline_view::describe::distance;

/// Something shown in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlayHint {
    /// The byte that it is shown behind.
    pub offset: u32,
    /// What is shown.
    pub label: String,
    /// Where it comes from, for going there.
    pub place: Option<Place>,
    /// What explains it, a line each.
    pub why: Vec<String>,
}

/// Which hints are wanted.
#[derive(Clone, Copy, Debug)]
pub struct InlayHintsConfig {
    /// How sensitive what flows carry is.
    pub sensitivity: bool,
    /// How severe threats and accepted findings are.
    pub severity: bool,
    /// How far mitigations have come, and how far days are.
    pub state: bool,
}

/// The hints of a part of a file.
pub fn inlay_hints(
    db: &Database,
    file: File,
    within: Span,
    wanted: InlayHintsConfig,
) -> Vec<InlayHint> {
    let mut hints = Vec::new();
    let declarations = file.declarations(db).iter().zip(&file.source(db).spans);
    let near = declarations.filter(|(_, spans)| {
        let whole = spans.of(Part::Whole);
        whole.start <= within.end && within.start <= whole.end
    });
    for (&decl, _) in near {
        match decl.kind(db) {
            Kind::Flow if wanted.sensitivity => hints.extend(carried(db, file, decl)),
            Kind::Threat if wanted.severity => {
                hints.extend(assessed(db, decl).first().map(|threat| InlayHint {
                    offset: end(db, decl, Part::Name),
                    label: threat.finding.severity.word().to_owned(),
                    place: None,
                    why: severity_steps(db, &threat.finding),
                }))
            }
            Kind::Mitigation if wanted.state && typed(db, decl).word("status").is_none() => {
                let status = STATUS
                    .position("implemented")
                    .map_or("", |status| STATUS.word(status));
                let why =
                    vec!["No `status` is specified; the default is `implemented`.".to_owned()];
                hints.push(InlayHint {
                    offset: end(db, decl, Part::Name),
                    label: status.to_owned(),
                    place: None,
                    why,
                });
            }
            _ => {}
        }
        values(db, decl, wanted, &mut hints);
    }
    hints.retain(|hint| within.start <= hint.offset && hint.offset <= within.end);
    hints.sort_by_key(|hint| hint.offset);
    hints
}

fn end(db: &Database, decl: Decl, part: Part) -> u32 {
    decl.part(part).resolve(db).1.end
}

/// How sensitive what a flow carries is, behind its ends.
fn carried(db: &Database, file: File, flow: Decl) -> Option<InlayHint> {
    flow.shape(db).target.as_ref()?;
    let worst = sensitivity(db, flow);
    if !worst.any {
        return None;
    }
    let assets = holds(db, flow);
    let most = assets
        .iter()
        .find(|asset| sensitivity_of_asset(db, **asset).classification == worst.classification)?;
    let word = CLASSIFICATION.word(worst.classification);
    let why = vec![format!(
        "It carries `{}`, which is {word}.",
        name_from(db, *most, file)
    )];
    Some(InlayHint {
        offset: end(db, flow, Part::Target),
        label: word.to_owned(),
        place: Some(most.part(Part::Name)),
        why,
    })
}

/// How far days are, and how severe what is accepted is.
fn values(db: &Database, decl: Decl, wanted: InlayHintsConfig, hints: &mut Vec<InlayHint>) {
    let is_asked = matches!(
        decl.kind(db),
        Kind::Accept | Kind::Dismiss | Kind::Mitigation | Kind::Assumption
    );
    for stated in typed(db, decl).stated.iter().filter(|_| is_asked) {
        for (number, value) in &stated.values {
            let offset = end(db, decl, Part::Value(stated.position, *number));
            match value {
                TypedValue::Date(date) if wanted.state => {
                    hints.push(InlayHint {
                        offset,
                        label: distance(db, *date),
                        place: None,
                        why: Vec::new(),
                    });
                }
                TypedValue::Finding(selector) if wanted.severity => {
                    let on_subject = assessed(db, selector.subject()).iter();
                    let worst = on_subject
                        .map(|assessed| &assessed.finding)
                        .filter(|finding| finding.is_selected_by(selector))
                        .max_by_key(|finding| finding.severity);
                    hints.extend(worst.map(|finding| InlayHint {
                        offset,
                        label: finding.severity.word().to_owned(),
                        place: None,
                        why: severity_steps(db, finding),
                    }));
                }
                _ => {}
            }
        }
    }
}
