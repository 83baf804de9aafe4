//! Findings in a description: those that are open, the most severe first, and how many of the
//! others there are. It must not know on what they are.

use crate::explain::Section;
use std::cmp::Reverse;
use threatline_model::{
    Assessed, Database, File, FindingId, FindingState, Part, Standing, name_from,
};

/// The most findings that are shown.
const MAX_FINDINGS: usize = 10;

/// Findings as sections, named as a file can write them.
pub fn findings<'findings>(
    db: &Database,
    file: File,
    findings: impl Iterator<Item = &'findings Assessed> + Clone,
) -> Vec<Section> {
    let is_open = |assessed: &&Assessed| assessed.state == FindingState::Open;
    let mut open: Vec<&Assessed> = findings.clone().filter(is_open).collect();
    open.sort_by_key(|assessed| Reverse(assessed.finding.severity));
    let open = open.into_iter().take(MAX_FINDINGS);
    let mut sections: Vec<Section> = open
        .map(|assessed| {
            let subject = assessed.finding.id.subject();
            let place = subject.part(Part::Name);
            Section::Item(open_in_words(db, file, assessed), Some(place))
        })
        .collect();
    let standings = Standing::ALL.into_iter().filter_map(|standing| {
        let standing_so = |assessed: &&Assessed| assessed.standing() == standing;
        let count = findings.clone().filter(standing_so).count();
        (count > 0).then(|| format!("{count} {}", standing.word()))
    });
    let standings: Vec<String> = standings.collect();
    if !standings.is_empty() {
        sections.push(Section::Text(format!("{}.", standings.join(", "))));
    }
    sections
}

fn open_in_words(db: &Database, file: File, assessed: &Assessed) -> String {
    let finding = &assessed.finding;
    let missing = finding.missing;
    let missing = missing.map(|missing| {
        let elsewhere = if missing.element == finding.id.subject() {
            String::new()
        } else {
            format!(" of `{}`", name_from(db, missing.element, file))
        };
        let property = missing.property;
        format!(", undecided: `{property}`{elsewhere} is unspecified")
    });
    let name = match finding.id {
        FindingId::Rule { rule, element } => {
            let (rule, element) = (name_from(db, rule, file), name_from(db, element, file));
            format!("{rule}@{element}")
        }
        FindingId::Threat(threat) => name_from(db, threat, file).to_string(),
    };
    format!(
        "{}: {} (`{name}`){}",
        finding.severity.word(),
        finding.id.title(db),
        missing.unwrap_or_default()
    )
}
