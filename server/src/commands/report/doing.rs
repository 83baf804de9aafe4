//! What are we doing about it: mitigations, accepted risks, and who has what to do.

use super::page::Page;
use crate::output::document::{Block, Cell};
use std::collections::BTreeMap;
use threatline_model::{
    Date, Decl, FindingState, Kind, Level, accepts_finding, assessed, is_done, schema::STATUS,
    typed,
};

/// The section.
pub fn section(page: &Page) -> Vec<Block> {
    let own = own_mitigations(page);
    let accepts = accepted_risks(page);
    let is_idle = own.is_empty() && accepts.is_empty();
    let mut blocks = vec![Block::heading(2, "What are we doing about it?")];
    blocks.extend(own);
    blocks.extend(standard_mitigations(page));
    blocks.extend(accepts);
    blocks.extend(dismissed(page));
    blocks.extend(out_of_scope(page));
    blocks.extend(owners(page));
    if is_idle {
        blocks.push(Block::text(
            "The model declares no mitigations and accepts no risks.",
        ));
    }
    blocks
}

/// What is to come first, by its day; then what is in place.
fn own_mitigations(page: &Page) -> Vec<Block> {
    let mut mitigations: Vec<Decl> = page.declared(Kind::Mitigation).collect();
    if mitigations.is_empty() {
        return Vec::new();
    }
    mitigations.sort_by_key(|decl| {
        let due = page.date(*decl, "due").unwrap_or(Date::MAX);
        (is_done(page.db, *decl), due)
    });
    let columns = ["mitigation", "status", "owner", "due", "ticket", "findings"];
    let rows = mitigations
        .iter()
        .map(|mitigation| mitigation_row(page, *mitigation));
    vec![
        Block::heading(3, "Mitigations in this model"),
        Block::table(columns, rows),
    ]
}

fn mitigation_row(page: &Page, mitigation: Decl) -> Vec<Cell> {
    let stated = typed(page.db, mitigation).word("status");
    let status = match stated {
        Some(word) => STATUS.word(word),
        None => "implemented (default)",
    };
    let (class, due) = if is_done(page.db, mitigation) {
        ("mitigated", Cell::default())
    } else {
        ("planned", page.day(mitigation, "due", "overdue"))
    };
    let findings = page.report.findings.iter();
    let treated = findings.filter(|assessed| match assessed.state {
        FindingState::Mitigated(by) | FindingState::Planned(by) => by == mitigation,
        FindingState::Open
        | FindingState::Accepted(_)
        | FindingState::Dismissed(_)
        | FindingState::OutOfScope => false,
    });
    vec![
        page.called(mitigation).into(),
        Cell::with_class(status, class),
        page.text(mitigation, "owner").into(),
        due,
        page.text(mitigation, "ticket").into(),
        treated.count().to_string().into(),
    ]
}

fn standard_mitigations(page: &Page) -> Vec<Block> {
    let mut treated: BTreeMap<String, usize> = BTreeMap::new();
    for assessed in &page.report.findings {
        if let FindingState::Mitigated(by) = assessed.state
            && by.in_library(page.db)
        {
            *treated.entry(page.called(by)).or_default() += 1;
        }
    }
    if treated.is_empty() {
        return Vec::new();
    }
    let rows = treated
        .into_iter()
        .map(|(name, findings)| vec![name.into(), findings.to_string().into()]);
    vec![
        Block::heading(3, "Standard mitigations in place"),
        Block::table(["mitigation", "findings"], rows),
    ]
}

fn accepted_risks(page: &Page) -> Vec<Block> {
    let mut accepts: Vec<Decl> = page.declared(Kind::Accept).collect();
    if accepts.is_empty() {
        return Vec::new();
    }
    accepts.sort_by_key(|accept| page.date(*accept, "until").unwrap_or(Date::MIN));
    let rows = accepts.iter().map(|accept| {
        let findings = page.report.findings.iter();
        // An expired one still says what it was about.
        let accepted =
            findings.filter(|assessed| accepts_finding(page.db, *accept, &assessed.finding));
        let names: Vec<String> = accepted
            .map(|assessed| format!("`{}`", assessed.finding.id.name(page.db)))
            .collect();
        vec![
            page.day(*accept, "until", "expired"),
            page.called(*accept).into(),
            names.join(", ").into(),
            page.text(*accept, "by").into(),
            page.text(*accept, "because").into(),
        ]
    });
    vec![
        Block::heading(3, "Accepted risks, by expiry date"),
        Block::table(["until", "decision", "findings", "by", "because"], rows),
    ]
}

fn dismissed(page: &Page) -> Vec<Block> {
    let dismissals: Vec<Decl> = page.declared(Kind::Dismiss).collect();
    if dismissals.is_empty() {
        return Vec::new();
    }
    let rows = dismissals.iter().map(|dismiss| {
        let findings = page.report.findings.iter();
        let named = findings.filter(|assessed| assessed.state == FindingState::Dismissed(*dismiss));
        let names: Vec<String> = named
            .map(|assessed| format!("`{}`", assessed.finding.id.name(page.db)))
            .collect();
        vec![
            page.called(*dismiss).into(),
            names.join(", ").into(),
            page.text(*dismiss, "by").into(),
            page.text(*dismiss, "because").into(),
        ]
    });
    vec![
        Block::heading(3, "Findings that do not apply"),
        Block::table(["decision", "finding", "by", "because"], rows),
    ]
}

fn out_of_scope(page: &Page) -> Vec<Block> {
    let Some(summary) = page.report.out_of_scope_in_words() else {
        return Vec::new();
    };
    let rows = page.report.out_of_scope.iter().map(|element| {
        let hidden = assessed(page.db, *element);
        let worst = hidden
            .iter()
            .map(|assessed| assessed.finding.severity)
            .max();
        vec![
            page.called(*element).into(),
            page.text(*element, "out_of_scope").into(),
            hidden.len().to_string().into(),
            worst.map_or("", Level::word).into(),
        ]
    });
    vec![
        Block::heading(3, "Out of scope"),
        Block::text(format!("{summary}.")),
        Block::table(["element", "because", "hidden findings", "up to"], rows),
    ]
}

/// What someone has to do.
#[derive(Default)]
struct Duties {
    open: usize,
    unstated: usize,
    planned: usize,
    overdue: usize,
}

fn owners(page: &Page) -> Vec<Block> {
    let mut owners: BTreeMap<String, Duties> = BTreeMap::new();
    for assessed in page.open() {
        let duties = owners.entry(page.owner(assessed)).or_default();
        match assessed.finding.missing {
            Some(_) => duties.unstated += 1,
            None => duties.open += 1,
        }
    }
    for mitigation in page.planned() {
        let owner = page.text(mitigation, "owner");
        owners.entry(owner).or_default().planned += 1;
    }
    for mitigation in page.overdue() {
        let owner = page.text(mitigation, "owner");
        owners.entry(owner).or_default().overdue += 1;
    }
    if owners.is_empty() {
        return Vec::new();
    }
    let rows = owners.into_iter().map(|(owner, duties)| {
        let owner = match owner.as_str() {
            "" => "unassigned",
            owner => owner,
        };
        vec![
            owner.into(),
            duties.open.to_string().into(),
            duties.unstated.to_string().into(),
            duties.planned.to_string().into(),
            duties.overdue.to_string().into(),
        ]
    });
    let columns = [
        "owner",
        "open",
        "undecided",
        "planned mitigations",
        "overdue",
    ];
    vec![Block::heading(3, "Owners"), Block::table(columns, rows)]
}
