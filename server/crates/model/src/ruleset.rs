//! The rules that apply to a model, and what `threatline.toml` sets for them. It must not know what
//! they find.

use crate::checker::{checked_condition, rule_subjects};
use crate::condition::Condition;
use crate::db::{Db, Decl, Model};
use crate::library;
use crate::names::full_name;
use crate::properties::typed;
use crate::renamed::current_name;
use crate::settings::RuleSetting;
use crate::severity::Level;
use crate::values::Categories;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use threatline_syntax::Kind;

/// All rules that look at a model: the library's, then its own.
#[salsa::tracked]
pub fn rules(db: &dyn Db, model: Model) -> Vec<Decl> {
    let mut models: Vec<Model> = model.with_bases(db).collect();
    models.reverse();
    models
        .iter()
        .flat_map(|model| model.definitions(db, Kind::Rule))
        .collect()
}

/// The rule of a name as it is written at a model's top level, in full or without `std.`. It may be
/// written by its former name.
pub fn rule_named(db: &dyn Db, model: Model, name: &str) -> Option<Decl> {
    let rules = rules(db, model);
    let named = |name: &str| {
        rules
            .iter()
            .find(|rule| full_name(db, **rule) == name)
            .copied()
    };
    let current = || {
        let current = current_name(library::short_name(name))?;
        named(&library::full_name(current))
    };
    named(name)
        .or_else(|| named(&library::full_name(name)))
        .or_else(current)
}

/// What `threatline.toml` sets for rules, by the rule that each name means.
#[salsa::tracked]
pub fn rule_settings(db: &dyn Db, model: Model) -> FxHashMap<Decl, RuleSetting> {
    let settings = &model.settings(db).rules;
    settings
        .iter()
        .filter_map(|setting| Some((rule_named(db, model, &setting.name)?, setting.clone())))
        .collect()
}

/// A rule with what it takes to evaluate it, so that an element asks for all rules at once.
#[derive(Debug, PartialEq, Eq)]
pub struct RuleToEvaluate {
    /// The rule.
    pub rule: Decl,
    /// When it finds something.
    pub condition: Condition,
    /// What kind of threat it finds.
    pub categories: Categories,
    /// How likely that is, if the rule states it.
    pub likelihood: Option<Level>,
    /// How bad that is, if the rule states it.
    pub impact: Option<Level>,
    /// Whether it is a threat on the path of a flow, and not one of its callers.
    pub is_on_path: bool,
}

/// The rules that a model itself defines, by the kinds that they look at.
#[salsa::tracked]
fn own_rules_on_kinds(db: &dyn Db, model: Model) -> FxHashMap<u8, Vec<Arc<RuleToEvaluate>>> {
    let mut by_kind: FxHashMap<u8, Vec<Arc<RuleToEvaluate>>> = FxHashMap::default();
    for rule in model.definitions(db, Kind::Rule) {
        let Some(to_evaluate) = to_evaluate(db, rule).map(Arc::new) else {
            continue;
        };
        for kind in rule_subjects(db, rule) {
            let rules = by_kind.entry(kind as u8).or_default();
            rules.push(to_evaluate.clone());
        }
    }
    by_kind
}

fn to_evaluate(db: &dyn Db, rule: Decl) -> Option<RuleToEvaluate> {
    let condition = checked_condition(db, rule).condition.clone()?;
    let stated = typed(db, rule);
    let level = |property| stated.word(property).map(Level::from_position);
    Some(RuleToEvaluate {
        rule,
        condition,
        categories: stated.categories(),
        likelihood: level("likelihood"),
        impact: level("impact"),
        is_on_path: stated.states("exposure", "path"),
    })
}

/// The rules that look at a kind of element of a model, each with what `threatline.toml` sets for
/// it; without those that it turns off.
pub fn rules_on(
    db: &dyn Db,
    model: Model,
    kind: Kind,
) -> impl Iterator<Item = (&RuleToEvaluate, Option<&RuleSetting>)> {
    let settings = rule_settings(db, model);
    let mut models: Vec<Model> = model.with_bases(db).collect();
    models.reverse();
    let rules = models
        .into_iter()
        .filter_map(move |model| own_rules_on_kinds(db, model).get(&(kind as u8)))
        .flatten();
    rules
        .map(|rule| (&**rule, settings.get(&rule.rule)))
        .filter(|(_, setting)| setting.is_none_or(|setting| setting.enabled))
}
