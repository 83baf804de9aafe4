//! Completion of open findings, and of the mitigations for them. It must not know what an item
//! looks like.

use super::item::{About, Sort};
use super::list::{List, MAX_ITEMS};
use crate::fuzzy::rank;
use crate::occurrences::declaration_at;
use std::cmp::Reverse;
use std::collections::HashSet;
use threatline_model::{
    Assessed, Database, Decl, FindingId, FindingState, Kind, Level, assessed, describe_obstacle,
    mitigations_against_rule, name_from, obstacle_on, rule_subjects, typed, visible_declarations,
};
use threatline_view::related;

/// The most elements whose findings are examined.
const MAX_ELEMENTS: usize = 2_000;

impl List<'_> {
    /// Adds the mitigations: first those that mitigate an open finding here, each with that
    /// finding.
    pub fn mitigations(&mut self, property: &str) {
        let (db, model) = (self.db, self.file.model(self.db));
        let own = self.own();
        let mut countering: Vec<(Decl, String)> = Vec::new();
        for assessed in self.open_here(property) {
            let FindingId::Rule { rule, element } = assessed.finding.id else {
                continue;
            };
            let on = if Some(element) == own {
                String::new()
            } else {
                format!("@{}", name_from(db, element, self.file))
            };
            let rule_name = name_from(db, rule, self.file);
            let severity = assessed.finding.severity.word();
            let why = format!("mitigates `{rule_name}{on}` ({severity})");
            for &mitigation in mitigations_against_rule(db, model, rule) {
                let can_act = obstacle_on(db, mitigation, element).is_none();
                if can_act && !countering.iter().any(|(known, _)| *known == mitigation) {
                    countering.push((mitigation, why.clone()));
                }
            }
        }
        let offered: HashSet<Decl> = countering.iter().map(|(decl, _)| *decl).collect();
        // One at a time, to keep the order of the findings that they mitigate.
        for (mitigation, why) in countering {
            self.declarations(vec![mitigation], |_| Some(why.clone()));
        }
        let mitigations = visible_declarations(db, model, &[Kind::Mitigation]).into_iter();
        let others = mitigations.filter(|decl| Some(*decl) != own && !offered.contains(decl));
        let element = self.element().filter(|_| property == "mitigations");
        let (idle, others): (Vec<Decl>, Vec<Decl>) =
            others.partition(|mitigation| obstacle_here(db, *mitigation, element).is_some());
        self.declarations(others, |_| None);
        self.declarations(idle, |mitigation| {
            let why = obstacle_here(db, mitigation, element)?;
            Some(format!("cannot act here: {why}"))
        });
    }

    /// Adds the mitigations that a threat lists.
    pub fn listed_mitigations(&mut self) {
        let own = self.own();
        let listed = own.map(|own| typed(self.db, own).decls("mitigations").collect());
        match listed {
            Some(listed) if !Vec::is_empty(&listed) => self.declarations(listed, |_| None),
            _ => self.names(&[Kind::Mitigation], &[]),
        }
    }

    /// The element at the cursor. A flow without a name is found by its position.
    fn element(&self) -> Option<Decl> {
        let around = || declaration_at(self.db, self.file, self.context.word.start);
        let element = self.own().or_else(around);
        element.filter(|decl| decl.kind(self.db).is_element())
    }

    /// The open findings where mitigations are listed, the most severe first.
    fn open_here(&self, property: &str) -> Vec<Assessed> {
        let db = self.db;
        if property != "mitigations" {
            return Vec::new();
        }
        let Some(own) = self.own() else {
            return self.open_of(self.element().into_iter().collect());
        };
        self.open_of(match own.kind(db) {
            kind if kind.is_element() => vec![own],
            Kind::Boundary => related::everything_in(db, own),
            Kind::Component => self.file.declarations(db).to_vec(),
            _ => Vec::new(),
        })
    }

    fn open_of(&self, subjects: Vec<Decl>) -> Vec<Assessed> {
        let db = self.db;
        let has_findings =
            |decl: &Decl| decl.kind(db).is_element() || decl.kind(db) == Kind::Threat;
        let subjects = subjects.into_iter().filter(has_findings);
        let findings = subjects
            .take(MAX_ELEMENTS)
            .flat_map(|subject| assessed(db, subject));
        let open = findings.filter(|assessed| assessed.state == FindingState::Open);
        let mut open: Vec<Assessed> = open.cloned().collect();
        open.sort_by_key(|assessed| {
            let finding = &assessed.finding;
            (finding.missing.is_some(), Reverse(finding.severity))
        });
        open
    }

    /// The declarations of the model, those of this file first.
    fn near(&self) -> Vec<Decl> {
        let db = self.db;
        let files = self.file.model(db).files(db).iter();
        let others = files.filter(|file| **file != self.file);
        let files = [&self.file].into_iter().chain(others);
        files
            .flat_map(|file| file.declarations(db).iter().copied())
            .collect()
    }

    /// Adds the open findings, for `accept` and `dismiss`.
    pub fn findings(&mut self) {
        let db = self.db;
        // A threat that the model declares is deleted instead.
        let is_dismissed = self.context.kind == Some(Kind::Dismiss);
        for assessed in self.open_of(self.near()) {
            let finding = &assessed.finding;
            let name = match finding.id {
                FindingId::Threat(_) if is_dismissed => continue,
                FindingId::Rule { rule, element } => {
                    let rule = name_from(db, rule, self.file);
                    format!("{rule}@{}", name_from(db, element, self.file))
                }
                FindingId::Threat(threat) => name_from(db, threat, self.file).to_string(),
            };
            let fits = self.typed.is_empty() || rank(&self.typed, &name).is_some();
            if !fits || self.is_stated(&name) || self.has(&name) {
                continue;
            }
            if self.items.len() == MAX_ITEMS {
                self.is_incomplete = true;
                break;
            }
            let detail = format!("{}: {}", finding.severity.word(), finding.id.title(db));
            let about = About::Finding(finding.id.name(db).to_string());
            self.item(name, Sort::Finding, Some(detail), about);
        }
        if self.items.is_empty() && is_dismissed {
            self.names(&[Kind::Rule], &[]);
        } else if self.items.is_empty() {
            self.names(&[Kind::Rule, Kind::Threat], &[]);
        }
    }

    /// Adds the elements with a finding of a rule; in a test, all elements that the rule applies
    /// to.
    pub fn elements_of(&mut self, rule: &str) {
        let db = self.db;
        let Some(rule) = self.resolved(rule) else {
            let elements = [Kind::External, Kind::Process, Kind::Store, Kind::Flow];
            return self.names(&elements, &[]);
        };
        if rule.kind(db) != Kind::Rule {
            return self.names(&[], &[]);
        }
        if self.context.kind == Some(Kind::Expect) {
            return self.names(&rule_subjects(db, rule), &[]);
        }
        let open = self.open_of(self.near());
        let on_elements = open
            .iter()
            .filter_map(|assessed| match assessed.finding.id {
                FindingId::Rule { rule: by, element } if by == rule => {
                    Some((element, assessed.finding.severity))
                }
                _ => None,
            });
        let on_elements: Vec<(Decl, Level)> = on_elements.collect();
        let elements = on_elements.iter().map(|(element, _)| *element).collect();
        self.declarations(elements, |decl| {
            let mut on_elements = on_elements.iter();
            let (_, severity) = on_elements.find(|(element, _)| *element == decl)?;
            let title = decl.title(db).map(|title| format!(": {title}"));
            Some(format!("{}{}", severity.word(), title.unwrap_or_default()))
        });
    }
}

/// Why a mitigation cannot act on the element at the cursor, if there is one.
fn obstacle_here(db: &Database, mitigation: Decl, element: Option<Decl>) -> Option<String> {
    let obstacle = obstacle_on(db, mitigation, element?)?;
    Some(describe_obstacle(db, element?, obstacle))
}
