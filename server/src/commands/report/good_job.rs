//! Did we do a good job: the verdict, coverage, days that have passed or are near, and what the
//! model itself still needs.

use super::can_go_wrong::severity_and_knowledge;
use super::page::{Page, covered};
use crate::output::document::{Block, Cell};
use crate::reports::model::policy_in_words;
use threatline_model::{
    DUE_SOON_DAYS, Date, Decl, Kind, Level, Standing, codes::Class, is_done, typed,
};
use threatline_view::matrix::Cell as Known;

/// How many open findings are listed that fail the check.
const MAX_FAILING: usize = 10;

/// The section.
pub fn section(page: &Page) -> Vec<Block> {
    let (verdict, class) = page.verdict();
    let mut blocks = vec![
        Block::heading(2, "Did we do a good job?"),
        Block::Note(verdict, class),
    ];
    blocks.extend(failing(page));
    blocks.extend(coverage(page));
    blocks.extend(days(page));
    blocks.extend(needs(page));
    blocks.extend(assumptions(page));
    blocks.extend(policy(page));
    blocks
}

/// What is open at the threshold.
fn failing(page: &Page) -> Option<Block> {
    let threshold = page.report.threshold?;
    let failing = page
        .open()
        .filter(|assessed| assessed.finding.severity >= threshold);
    let mut entries: Vec<Cell> = failing
        .map(|assessed| {
            let title = assessed.finding.id.title(page.db);
            let subject = page.code(assessed.finding.id.subject());
            let severity = severity_and_knowledge(assessed);
            format!("{title}: {subject} ({severity})").into()
        })
        .collect();
    if entries.len() > MAX_FAILING {
        let more = entries.split_off(MAX_FAILING).len();
        entries.push(format!("and {more} more").into());
    }
    (!entries.is_empty()).then_some(Block::List(entries))
}

fn coverage(page: &Page) -> [Block; 3] {
    let mut rows: Vec<Vec<Cell>> = Level::ALL
        .iter()
        .rev()
        .map(|level| coverage_row(page, level.word(), &[*level]))
        .collect();
    rows.push(coverage_row(page, "all", &Level::ALL));
    let standings = Standing::ALL.map(Standing::word);
    let columns = ["severity", "covered"].into_iter().chain(standings);
    [
        Block::heading(3, "Coverage by severity"),
        Block::table(columns, rows),
        Block::text("Covered means mitigated or accepted."),
    ]
}

fn coverage_row(page: &Page, name: &str, levels: &[Level]) -> Vec<Cell> {
    let counts = &page.report.counts;
    let findings = page.report.findings.iter();
    let worst = findings
        .filter(|assessed| levels.contains(&assessed.finding.severity))
        .map(Known::of)
        .max();
    let class = worst.map_or("", Known::class);
    let mut row = vec![
        name.into(),
        Cell::with_class(covered(counts, levels), class),
    ];
    let numbers = Standing::ALL.map(|standing| counts.of_levels(standing, levels));
    row.extend(numbers.map(|number| Cell::from(number.to_string())));
    row
}

/// Something that has its day, and the names of what there is to say of it.
struct Dated {
    decl: Decl,
    kind: &'static str,
    property: &'static str,
    passed: &'static str,
    owner: &'static str,
}

/// What should have been done, and what is to be done soon.
fn days(page: &Page) -> [Block; 2] {
    let mut near: Vec<(Date, Dated)> = dated(page)
        .filter_map(|dated| Some((page.date(dated.decl, dated.property)?, dated)))
        .filter(|(day, _)| page.days_to(*day) <= DUE_SOON_DAYS)
        .collect();
    near.sort_by_key(|(day, _)| *day);
    let heading = Block::heading(3, "Overdue, expired and upcoming");
    if near.is_empty() {
        let text = format!(
            "No mitigation is overdue, no acceptance has expired, no assumption is due for \
             validation, and none of these dates is within the next {DUE_SOON_DAYS} days."
        );
        return [heading, Block::text(text)];
    }
    let rows = near.into_iter().map(|(_, dated)| {
        vec![
            page.called(dated.decl).into(),
            dated.kind.into(),
            page.day(dated.decl, dated.property, dated.passed),
            page.text(dated.decl, dated.owner).into(),
        ]
    });
    [
        heading,
        Block::table(["what", "kind", "day", "owner"], rows),
    ]
}

fn dated<'p>(page: &'p Page) -> impl Iterator<Item = Dated> + 'p {
    let mitigations = page.declared(Kind::Mitigation);
    let mitigations = mitigations
        .filter(|decl| !is_done(page.db, *decl))
        .map(|decl| Dated {
            decl,
            kind: "mitigation",
            property: "due",
            passed: "overdue",
            owner: "owner",
        });
    let accepts = page.declared(Kind::Accept).map(|decl| Dated {
        decl,
        kind: "acceptance",
        property: "until",
        passed: "expired",
        owner: "by",
    });
    let assumptions = page.declared(Kind::Assumption).map(|decl| Dated {
        decl,
        kind: "assumption to validate",
        property: "validate_by",
        passed: "overdue",
        owner: "owner",
    });
    mitigations.chain(accepts).chain(assumptions)
}

/// The diagnostics that are not findings.
fn needs(page: &Page) -> Vec<Block> {
    let entries = page.report.entries.iter();
    let needs: Vec<Cell> = entries
        .filter(|entry| !matches!(entry.diagnostic.code.class, Class::Finding | Class::Time))
        .map(|entry| {
            let (path, line) = (&entry.spot.path, entry.spot.start.line + 1);
            format!("{path}:{line}: {}", entry.diagnostic.message).into()
        })
        .collect();
    if needs.is_empty() {
        return Vec::new();
    }
    vec![
        Block::heading(3, "Problems in the model"),
        Block::List(needs),
    ]
}

fn assumptions(page: &Page) -> Vec<Block> {
    let assumptions: Vec<Decl> = page.declared(Kind::Assumption).collect();
    if assumptions.is_empty() {
        return Vec::new();
    }
    let rows = assumptions.iter().map(|assumption| {
        let stated = typed(page.db, *assumption);
        vec![
            page.called(*assumption).into(),
            page.called_all(stated.decls("about")).into(),
            page.day(*assumption, "validate_by", "overdue"),
            page.text(*assumption, "owner").into(),
        ]
    });
    let columns = ["assumption", "about", "validate by", "owner"];
    vec![
        Block::heading(3, "Assumptions"),
        Block::table(columns, rows),
    ]
}

fn policy(page: &Page) -> Vec<Block> {
    let policy = &page.report.policy;
    if policy.is_empty() {
        return Vec::new();
    }
    let entries = policy.iter().map(|setting| policy_in_words(setting).into());
    vec![
        Block::heading(3, "Rule changes in threatline.toml"),
        Block::List(entries.collect()),
    ]
}
