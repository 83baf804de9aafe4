//! The two tables that a severity is computed with. It must not contain a number of its own: one
//! table is the program's, the other is what its analysis does.

use crate::TODAY;
use crate::markdown::{code, table};
use crate::pages::Pages;
use std::fmt::Write;
use std::io::{Error, Result};
use threatline_model::{
    FileText, Level, SEVERITY_MATRIX, Workspace, all_findings, schema::CLASSIFICATION,
};

/// Writes the parts `severity` and `impact`.
pub fn write(pages: &Pages) -> Result<()> {
    pages.write_part("severity", &severity())?;
    pages.write_part("impact", &impact()?)
}

fn severity() -> String {
    let rows = Level::ALL.map(|likelihood| {
        let severities = Level::ALL.map(|impact| {
            let severity = SEVERITY_MATRIX[likelihood as usize][impact as usize];
            severity.word().to_owned()
        });
        let [low, medium, high, critical] = severities;
        let heading = format!("likelihood **{}**", likelihood.word());
        [heading, low, medium, high, critical]
    });
    let heading = [
        "",
        "impact **low**",
        "impact **medium**",
        "impact **high**",
        "impact **critical**",
    ];
    table(heading, rows)
}

/// What a rule's impact becomes on flows that carry more and more sensitive assets.
fn impact() -> Result<String> {
    let mut workspace = Workspace::new(TODAY);
    let model = workspace.set_model("", None);
    workspace.set_file("model.threat", FileText::new(model_of_impacts()));
    let db = workspace.db();
    let findings = all_findings(db, model);
    let impact = |rule: Level, held: &str| {
        let name = format!("{}@of_{held}", rule.word());
        findings
            .iter()
            .find(|assessed| assessed.finding.id.name(db) == name.as_str())
            .map(|assessed| assessed.finding.impact.word().to_owned())
            .ok_or_else(|| Error::other(format!("there is no finding {name}")))
    };
    let mut rows = Vec::new();
    for rule in Level::ALL {
        rows.push([
            code(&format!("impact: {}", rule.word())),
            impact(rule, "public")?,
            impact(rule, "internal")?,
            impact(rule, "confidential")?,
            impact(rule, "restricted")?,
        ]);
    }
    let heading = [
        "the rule states",
        "nothing or `public`, `low`",
        "`internal`, `medium`",
        "`confidential`, `high`",
        "`restricted`, `critical`",
    ];
    Ok(table(heading, rows))
}

fn model_of_impacts() -> String {
    let mut text = "process a\nprocess b\n".to_owned();
    for class in CLASSIFICATION.names() {
        writeln!(
            text,
            "asset {class} {{ classification: {class} }}\n\
             flow of_{class}: a -> b {{ sends: {class} }}"
        )
        .expect("a string accepts everything");
    }
    for level in Level::ALL.map(Level::word) {
        writeln!(
            text,
            "rule {level} {{ on: flow category: information_disclosure \
             impact: {level} when: in_scope }}"
        )
        .expect("a string accepts everything");
    }
    text
}
