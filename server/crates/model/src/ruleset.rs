//! The rules that look at a model, and what `threatline.toml` sets for them. It must not know what
//! they find.

use crate::checker::rule_subjects;
use crate::db::{Db, Decl, Model};
use crate::library;
use crate::names::full_name;
use crate::settings::RuleSetting;
use rustc_hash::FxHashMap;
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

/// The rule of a name as it is written at a model's top level, in full or without `std.`.
pub fn rule_named(db: &dyn Db, model: Model, name: &str) -> Option<Decl> {
    let rules = rules(db, model);
    let named = |name: &str| {
        rules
            .iter()
            .find(|rule| full_name(db, **rule) == name)
            .copied()
    };
    named(name).or_else(|| named(&library::full_name(name)))
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

#[salsa::tracked]
fn rules_on_kinds(db: &dyn Db, model: Model) -> FxHashMap<u8, Vec<Decl>> {
    let mut by_kind: FxHashMap<u8, Vec<Decl>> = FxHashMap::default();
    let settings = rule_settings(db, model);
    let enabled = |rule: &&Decl| settings.get(rule).is_none_or(|setting| setting.enabled);
    for &rule in rules(db, model).iter().filter(enabled) {
        for kind in rule_subjects(db, rule) {
            by_kind.entry(kind as u8).or_default().push(rule);
        }
    }
    by_kind
}

pub fn rules_on(db: &dyn Db, model: Model, kind: Kind) -> &[Decl] {
    rules_on_kinds(db, model)
        .get(&(kind as u8))
        .map(Vec::as_slice)
        .unwrap_or_default()
}
