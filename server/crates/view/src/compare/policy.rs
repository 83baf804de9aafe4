//! What the two `threatline.toml` say differently, and what becomes of the findings of the head by
//! that. It must not know what else changed.

use super::comparer::Comparer;
use super::comparison::{Policies, Topic, Where};
use super::wording::{effect, unquoted};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;
use threatline_model::{
    Assessed, FindingId, FindingState, Level, RuleSetting, Settings, Span, library::short_name,
    rule_named,
};

impl Comparer<'_> {
    /// Compares how the two states are to be judged.
    pub fn compare_policies(&mut self, policies: &Policies) {
        self.compare_fail_on(policies);
        self.compare_weights(policies);
        self.compare_rule_settings(policies);
    }

    fn report_setting(&mut self, key: String, span: Option<Span>, message: String) {
        let subject = ("setting", key);
        self.report(Topic::Policy, subject, Where::Settings(span), message);
    }

    /// From which severity on open findings fail `check`.
    fn compare_fail_on(&mut self, policies: &Policies) {
        let (base, head) = (policies.base, policies.head);
        if base.fail_on == head.fail_on {
            return;
        }
        let word = |settings: &Settings| match settings.fail_on {
            Some(Some(level)) => level.word(),
            Some(None) => "never",
            None => "not set",
        };
        let fewer = self.failing_by(base, head);
        let more = self.failing_by(head, base);
        let message = format!(
            "`fail_on` is now {}, previously {}{}{}",
            word(head),
            word(base),
            effect(&fewer, "would no longer fail `check`"),
            effect(&more, "would fail `check`")
        );
        let span = head.place_of("check", "fail_on");
        self.report_setting("check.fail_on".to_owned(), span, message);
    }

    /// The findings of the head that fail `check` by some settings, and not by others.
    fn failing_by(&self, by: &Settings, not_by: &Settings) -> Vec<String> {
        let findings = self.after.iter();
        let failing = findings.filter(|assessed| fails(by, assessed) && !fails(not_by, assessed));
        failing
            .map(|assessed| self.finding_named(assessed))
            .collect()
    }

    /// What diagnostics weigh.
    fn compare_weights(&mut self, policies: &Policies) {
        let (base, head) = (policies.base, policies.head);
        let codes = base.diagnostics.keys().chain(head.diagnostics.keys());
        let mut codes: Vec<_> = codes.collect();
        codes.sort();
        codes.dedup();
        for code in codes {
            let (was, is) = (weight(base, code), weight(head, code));
            if was != is {
                let span = head.place_of("diagnostics", code);
                let message = format!("`{code}` is now {is}, previously {was}");
                self.report_setting(format!("diagnostics.{code}"), span, message);
            }
        }
    }

    fn compare_rule_settings(&mut self, policies: &Policies) {
        let (base, head) = (policies.base, policies.head);
        let settings = base.rules.iter().chain(&head.rules);
        let mut names: Vec<&str> = settings.map(rule_name).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let (was, is) = (setting_of(base, name), setting_of(head, name));
            let (was_in_words, is_in_words) = (rule_in_words(was), rule_in_words(is));
            if was_in_words == is_in_words {
                continue;
            }
            let reason = is.map(|setting| unquoted(setting.reason.trim()));
            let reason = reason.filter(|reason| !reason.is_empty());
            let reason = reason.map(|reason| format!(" (\"{reason}\")"));
            let message = format!(
                "the rule `{name}` is now {is_in_words}{}, previously {was_in_words}{}",
                reason.unwrap_or_default(),
                self.effect_on_rule(name, policies.by_head)
            );
            let span = is.map(|setting| setting.span);
            self.report_setting(format!("rules.{name}"), span, message);
        }
    }

    /// What the policy of the head makes of the open findings of one rule.
    fn effect_on_rule(&self, rule: &str, by_head: &[Assessed]) -> String {
        let model = self.head.model;
        let Some(rule) = model.and_then(|model| rule_named(self.head.db, model, rule)) else {
            return String::new();
        };
        let is_of_rule = |assessed: &&Assessed| {
            assessed.state == FindingState::Open && assessed.finding.id.definition() == rule
        };
        let now: Vec<&Assessed> = self.after.iter().filter(is_of_rule).collect();
        let then: Vec<&Assessed> = by_head.iter().filter(is_of_rule).collect();
        let (less, more) = (Some(Ordering::Less), Some(Ordering::Greater));
        let effects = [
            (self.weighed(&now, &then, None), "would no longer be found"),
            (self.weighed(&then, &now, None), "would be found"),
            (self.weighed(&now, &then, less), "would be less severe"),
            (self.weighed(&now, &then, more), "would be more severe"),
        ];
        effects
            .iter()
            .map(|(findings, outcome)| effect(findings, outcome))
            .collect()
    }

    /// The findings that the other policy weighs so; without a weight, that it does not find.
    fn weighed(
        &self,
        findings: &[&Assessed],
        by_other: &[&Assessed],
        weight: Option<Ordering>,
    ) -> Vec<String> {
        let by_other = by_other.iter().map(|assessed| &assessed.finding);
        let by_other: FxHashMap<FindingId, Level> = by_other
            .map(|finding| (finding.id, finding.severity))
            .collect();
        let weighed = findings.iter().filter(|assessed| {
            let other = by_other.get(&assessed.finding.id);
            other.map(|other| other.cmp(&assessed.finding.severity)) == weight
        });
        weighed
            .map(|assessed| self.finding_named(assessed))
            .collect()
    }
}

fn fails(settings: &Settings, assessed: &Assessed) -> bool {
    let fail_on = settings.fail_on.unwrap_or(Some(Level::High));
    assessed.state == FindingState::Open
        && fail_on.is_some_and(|level| assessed.finding.severity >= level)
}

fn weight(settings: &Settings, code: &str) -> &'static str {
    match settings.diagnostics.get(code) {
        Some(Some(severity)) => severity.word(),
        Some(None) => "off",
        None => "not set",
    }
}

fn rule_name(setting: &RuleSetting) -> &str {
    short_name(&setting.name)
}

fn setting_of<'settings>(
    settings: &'settings Settings,
    name: &str,
) -> Option<&'settings RuleSetting> {
    let mut rules = settings.rules.iter();
    rules.find(|setting| rule_name(setting) == name)
}

fn rule_in_words(setting: Option<&RuleSetting>) -> String {
    match setting.map(|setting| (setting.enabled, setting.likelihood)) {
        Some((false, _)) => "turned off".to_owned(),
        Some((true, Some(level))) => format!("set to likelihood {}", level.word()),
        Some((true, None)) | None => "on".to_owned(),
    }
}
