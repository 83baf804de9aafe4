//! What `threatline.toml` says. It must not read the file: it is given its text.

use crate::codes;
use crate::severity::{Level, Severity};
use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use std::sync::Arc;
use threatline_syntax::Span;
use threatline_syntax::spelling::nearest;
use toml::de::{DeTable, DeValue};

/// The settings of a model.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The path of the file, if there is one.
    pub path: Option<Arc<str>>,
    /// Its text.
    pub text: Arc<str>,
    /// What the model is called.
    pub name: Option<SmolStr>,
    /// From which severity of open findings on `check` fails; `None` inside for never.
    pub fail_on: Option<Option<Level>>,
    /// Whether a check passes that could not judge everything.
    pub allows_unjudged: bool,
    /// Whether only mitigations that are in place count, as for a release.
    pub is_release: bool,
    /// How long planned mitigations may take.
    pub horizons: Horizons,
    /// From which severity on only mitigations with evidence count.
    pub evidence_from: Option<Level>,
    /// The weight of each diagnostic that is set, `None` for those turned off.
    pub diagnostics: FxHashMap<SmolStr, Option<Severity>>,
    /// What is set for single rules, in their order.
    pub rules: Vec<RuleSetting>,
    /// Where tickets are found: an address with `{}` in it.
    pub ticket_link: Option<SmolStr>,
    /// What is wrong with the text.
    pub problems: Vec<Problem>,
}

/// How many days from now a planned mitigation may be due, by the severity of the finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizons([Option<i32>; 4]);

impl Default for Horizons {
    fn default() -> Horizons {
        Horizons([None, Some(365), Some(90), Some(30)])
    }
}

impl Horizons {
    /// The days for a severity, if there is a limit.
    pub fn of(self, severity: Level) -> Option<i32> {
        self.0[severity as usize]
    }
}

/// What is set for a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSetting {
    /// The rule's name, as written.
    pub name: SmolStr,
    /// Where its name is.
    pub span: Span,
    /// Whether it looks at the model.
    pub enabled: bool,
    /// How likely what it finds is, instead of what it states.
    pub likelihood: Option<Level>,
    /// Why.
    pub reason: SmolStr,
}

/// The sections of the file.
pub const SETTINGS_SECTIONS: [&str; 6] = [
    "model",
    "check",
    "evidence",
    "diagnostics",
    "rules",
    "links",
];

/// The keys of a section, each with its description; for `diagnostics`, these are the codes.
/// `rules` is a placeholder for the sections of single rules.
pub fn settings_keys(section: &str) -> Vec<(&'static str, &'static str)> {
    match section {
        "model" => vec![("name", "What the model is called.")],
        "check" => vec![
            (
                "fail_on",
                "The severity at which an open finding makes `threatline check` fail.",
            ),
            (
                "unjudged",
                "Whether `threatline check` fails (`fail`) or passes (`allow`) while a fact is \
                 missing on which such a finding depends.",
            ),
            (
                "release",
                "Whether planned mitigations count as open, as for a release.",
            ),
            (
                "planned_days",
                "The number of days within which a planned mitigation must be due, by severity: \
                 `{ critical = 30, high = 90, medium = 365 }`.",
            ),
        ],
        "evidence" => vec![(
            "from",
            "The severity from which only verified mitigations with evidence close a finding.",
        )],
        "links" => vec![(
            "ticket",
            "The address of a ticket, with `{}` where its id goes.",
        )],
        "diagnostics" => codes::ALL
            .iter()
            .map(|code| (code.id, code.summary))
            .collect(),
        "rules" => vec![
            ("enabled", "Whether the rule looks at the model."),
            (
                "likelihood",
                "How likely what it finds is here, instead of what the rule states.",
            ),
            ("reason", "Why; reports show it."),
        ],
        _ => Vec::new(),
    }
}

/// The words that a key takes, where it takes words; those that are not strings are written without
/// quotes.
pub fn settings_words(section: &str, key: &str) -> &'static [&'static str] {
    match (section, key) {
        ("check", "unjudged") => &["fail", "allow"],
        ("check", "release") => &["true", "false"],
        ("check", "planned_days") => &[],
        ("evidence", "from") => &["low", "medium", "high", "critical"],
        ("check", _) => &["low", "medium", "high", "critical", "never"],
        ("diagnostics", _) => &["error", "warning", "information", "hint", "off"],
        ("rules", "likelihood") => &["low", "medium", "high", "critical"],
        ("rules", "enabled") => &["true", "false"],
        _ => &[],
    }
}

/// Something wrong in `threatline.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What, as a sentence without its full stop.
    pub message: String,
    /// What should stand there, if that is known.
    pub replacement: Option<SmolStr>,
}

fn known_keys(section: &str) -> Vec<&'static str> {
    settings_keys(section)
        .into_iter()
        .map(|(key, _)| key)
        .collect()
}

/// A value and where it is.
type Setting<'table> = (&'table DeValue<'table>, Span);

impl Settings {
    /// Reads the text of a `threatline.toml`. Mistakes are reported, and the rest is used.
    pub fn read(path: Arc<str>, text: Arc<str>) -> Settings {
        let mut settings = Settings {
            path: Some(path),
            text: text.clone(),
            ..Settings::default()
        };
        let (table, errors) = DeTable::parse_recoverable(&text);
        for error in errors {
            let span = error.span().map_or_else(
                || Span::new(0, 0),
                |range| Span::new(range.start, range.end),
            );
            settings.problem(span, error.message().to_owned(), None);
        }
        for (section, value) in table.get_ref() {
            let key_span = Span::new(section.span().start, section.span().end);
            let name: &str = section.get_ref();
            if !SETTINGS_SECTIONS.contains(&name) {
                settings.unknown(key_span, "section", name, &SETTINGS_SECTIONS);
                continue;
            }
            let DeValue::Table(keys) = value.get_ref() else {
                settings.problem(
                    key_span,
                    format!("`{name}` is a section: write `[{name}]`"),
                    None,
                );
                continue;
            };
            if name == "rules" {
                settings.rules_in(keys, "");
                continue;
            }
            for (key, value) in keys {
                let key_at = Span::new(key.span().start, key.span().end);
                let value = (
                    value.get_ref(),
                    Span::new(value.span().start, value.span().end),
                );
                settings.set(name, key.get_ref(), key_at, value);
            }
        }
        settings
    }

    /// The same settings, whose file cannot be read as it is: why, and from which byte on.
    pub fn unreadable(mut self, why: String, start: usize) -> Settings {
        self.problem(Span::new(start, start), why, None);
        self
    }

    /// Whether other settings demand the same of mitigations.
    pub fn demands_the_same(&self, other: &Settings) -> bool {
        let demands = |settings: &Settings| {
            (
                settings.is_release,
                settings.horizons,
                settings.evidence_from,
            )
        };
        demands(self) == demands(other)
    }

    /// Where a key of a section is. That of a rule knows its own place.
    pub fn place_of(&self, section: &str, key: &str) -> Option<Span> {
        let (table, _) = DeTable::parse_recoverable(&self.text);
        let DeValue::Table(keys) = table.get_ref().get(section)?.get_ref() else {
            return None;
        };
        let (key, _) = keys.get_key_value(key)?;
        Some(Span::new(key.span().start, key.span().end))
    }

    fn set(&mut self, section: &str, key: &str, key_span: Span, value: Setting) {
        match (section, key) {
            ("model", "name") => self.name = self.text_of(value),
            ("check", "fail_on") => {
                let Some(word) = self.text_of(value) else {
                    return;
                };
                match (Level::from_word(&word), word.as_str()) {
                    (Some(level), _) => self.fail_on = Some(Some(level)),
                    (None, "never") => self.fail_on = Some(None),
                    _ => self.bad_word(value.1, &word, settings_words(section, key)),
                }
            }
            ("check", "unjudged") => match self.text_of(value).as_deref() {
                Some("fail") => self.allows_unjudged = false,
                Some("allow") => self.allows_unjudged = true,
                Some(word) => self.bad_word(value.1, word, settings_words(section, key)),
                None => {}
            },
            ("check", "release" | "planned_days") | ("evidence", "from") => {
                self.demand(section, key, value);
            }
            ("links", "ticket") => {
                self.ticket_link = self.text_of(value);
                if self
                    .ticket_link
                    .as_ref()
                    .is_some_and(|link| !link.contains("{}"))
                {
                    self.problem(
                        value.1,
                        "the link has no `{}` for the ticket".to_owned(),
                        None,
                    );
                }
            }
            ("diagnostics", code) => {
                if codes::find(code).is_none() {
                    return self.unknown(key_span, "diagnostic", code, &known_keys(section));
                }
                let Some(word) = self.text_of(value) else {
                    return;
                };
                let severity = match word.as_str() {
                    "error" => Some(Severity::Error),
                    "warning" => Some(Severity::Warning),
                    "information" => Some(Severity::Information),
                    "hint" => Some(Severity::Hint),
                    "off" => None,
                    _ => return self.bad_word(value.1, &word, settings_words(section, key)),
                };
                self.diagnostics.insert(code.into(), severity);
            }
            _ => self.unknown(key_span, "key", key, &known_keys(section)),
        }
    }

    /// Reads what is demanded of mitigations.
    fn demand(&mut self, section: &str, key: &str, value: Setting) {
        match key {
            "release" => match value.0 {
                DeValue::Boolean(is_release) => self.is_release = *is_release,
                _ => self.problem(value.1, "this takes `true` or `false`".to_owned(), None),
            },
            "planned_days" => self.planned_days(value),
            _ => {
                let Some(word) = self.text_of(value) else {
                    return;
                };
                self.evidence_from = Level::from_word(&word);
                if self.evidence_from.is_none() {
                    self.bad_word(value.1, &word, settings_words(section, key));
                }
            }
        }
    }

    /// Reads how long planned mitigations may take, a number of days for each severity.
    fn planned_days(&mut self, (value, span): Setting) {
        let DeValue::Table(days) = value else {
            let message = "this takes days by severity: `{ critical = 30, high = 90 }`";
            return self.problem(span, message.to_owned(), None);
        };
        for (key, value) in days {
            let key_span = Span::new(key.span().start, key.span().end);
            let word: &str = key.get_ref();
            let Some(level) = Level::from_word(word) else {
                self.unknown(key_span, "severity", word, &Level::ALL.map(Level::word));
                continue;
            };
            let number = match value.get_ref() {
                DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
                _ => None,
            };
            match number.filter(|number: &i32| *number >= 0) {
                Some(number) => self.horizons.0[level as usize] = Some(number),
                None => self.problem(
                    Span::new(value.span().start, value.span().end),
                    "this takes a number of days".to_owned(),
                    None,
                ),
            }
        }
    }

    /// Reads the sections of rules. That of `payments.house_rule` may be written with the dot in
    /// quotes or without.
    fn rules_in(&mut self, table: &DeTable, component: &str) {
        for (key, value) in table {
            let key_span = Span::new(key.span().start, key.span().end);
            let name = match component {
                "" => SmolStr::from(key.get_ref().as_ref()),
                component => smol_str::format_smolstr!("{component}.{}", key.get_ref()),
            };
            match value.get_ref() {
                DeValue::Table(keys)
                    if keys
                        .values()
                        .any(|value| matches!(value.get_ref(), DeValue::Table(_))) =>
                {
                    self.rules_in(keys, &name);
                }
                DeValue::Table(keys) => self.rule(name, key_span, keys),
                _ => self.problem(
                    key_span,
                    format!("this is about a rule: write `[rules.{name}]`"),
                    None,
                ),
            }
        }
    }

    fn rule(&mut self, name: SmolStr, span: Span, keys: &DeTable) {
        let mut rule = RuleSetting {
            name,
            span,
            enabled: true,
            likelihood: None,
            reason: SmolStr::default(),
        };
        for (key, value) in keys {
            let key_span = Span::new(key.span().start, key.span().end);
            let value = (
                value.get_ref(),
                Span::new(value.span().start, value.span().end),
            );
            match key.get_ref().as_ref() {
                "enabled" => match value.0 {
                    DeValue::Boolean(enabled) => rule.enabled = *enabled,
                    _ => self.problem(value.1, "this takes `true` or `false`".to_owned(), None),
                },
                "likelihood" => {
                    let Some(word) = self.text_of(value) else {
                        continue;
                    };
                    rule.likelihood = Level::from_word(&word);
                    if rule.likelihood.is_none() {
                        self.bad_word(value.1, &word, settings_words("rules", "likelihood"));
                    }
                }
                "reason" => rule.reason = self.text_of(value).unwrap_or_default(),
                other => self.unknown(key_span, "key", other, &known_keys("rules")),
            }
        }
        if rule.reason.trim().is_empty() {
            self.problem(
                span,
                format!(
                    "`{}` is changed without a `reason`, which reports show",
                    rule.name
                ),
                None,
            );
        }
        if !rule.enabled && rule.likelihood.is_some() {
            self.problem(
                span,
                format!(
                    "`{}` is turned off, so its `likelihood` has no effect",
                    rule.name
                ),
                None,
            );
        }
        self.rules.push(rule);
    }

    fn text_of(&mut self, (value, span): Setting) -> Option<SmolStr> {
        match value {
            DeValue::String(text) => Some(text.as_ref().into()),
            _ => {
                self.problem(span, "this takes a string in quotes".to_owned(), None);
                None
            }
        }
    }

    fn unknown(&mut self, span: Span, what: &str, written: &str, known: &[&str]) {
        let near = nearest(written, known).map(|word| SmolStr::from(*word));
        self.problem(span, format!("there is no {what} `{written}`"), near);
    }

    fn bad_word(&mut self, span: Span, written: &str, known: &[&str]) {
        let list = known
            .iter()
            .map(|word| format!("\"{word}\""))
            .collect::<Vec<_>>()
            .join(", ");
        let near = nearest(written, known).map(|near| smol_str::format_smolstr!("\"{near}\""));
        self.problem(span, format!("`{written}` is none of {list}"), near);
    }

    fn problem(&mut self, span: Span, message: String, replacement: Option<SmolStr>) {
        self.problems.push(Problem {
            span,
            message,
            replacement,
        });
    }
}
