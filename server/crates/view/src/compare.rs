//! What changed in a design between two states of its model: findings that opened and closed, what
//! protects less than it did, and what is new or gone. Names count, and not where they stand, so
//! that moving or formatting text changes nothing. It must not know where the states come from, nor
//! how a difference is shown.

mod matching;
mod properties;

use self::matching::{Matching, is_text};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Ordering;
use std::hash::Hash;
use threatline_model::{
    Assessed, Database, Decl, FindingId, FindingState, Kind, Level, Model, Part, Place,
    RuleSetting, Sensitivity, Settings, Span, TypedValue, all_findings, checked_condition, crossed,
    effective_mitigations, ends, full_name, holds,
    library::short_name,
    reasons_against, rule_named,
    schema::{CLASSIFICATION, Property, TRUST},
    sensitivity_of_asset, trust, typed,
};
use threatline_syntax::prose::{count, first_of, quoted_list};

/// One state of a model.
pub struct Side<'a> {
    /// What it says.
    db: &'a Database,
    model: Option<Model>,
    declarations: Vec<Decl>,
    /// Who names a declaration, and in what.
    mentions: FxHashMap<Decl, Vec<(Decl, &'static str)>>,
}

impl<'a> Side<'a> {
    /// The state of a model; without one, of nothing.
    pub fn new(db: &'a Database, model: Option<Model>) -> Side<'a> {
        let files = model
            .map(|model| model.files(db).to_vec())
            .unwrap_or_default();
        let declarations: Vec<Decl> = files
            .iter()
            .flat_map(|file| file.declarations(db).iter().copied())
            .collect();
        let mut mentions: FxHashMap<Decl, Vec<(Decl, &'static str)>> = FxHashMap::default();
        for &decl in &declarations {
            let (source, target) = ends(db, decl);
            let ends = source
                .map(|end| (end, "source"))
                .into_iter()
                .chain(target.map(|end| (end, "target")));
            let stated = typed(db, decl).stated.iter().flat_map(|stated| {
                let named = stated.values.iter().flat_map(|(_, value)| match value {
                    TypedValue::Decl(decl) => [Some(*decl), None],
                    TypedValue::Finding(accepted) => [Some(accepted.subject()), None],
                    _ => [None, None],
                });
                named
                    .flatten()
                    .map(move |decl| (decl, stated.property.name))
            });
            let placed = threatline_model::placed_in(db, decl).map(|boundary| (boundary, "in"));
            for (named, how) in ends.chain(stated).chain(placed) {
                mentions.entry(named).or_default().push((decl, how));
            }
        }
        Side {
            db,
            model,
            declarations,
            mentions,
        }
    }

    fn mentions_of(&self, decl: Decl) -> &[(Decl, &'static str)] {
        self.mentions
            .get(&decl)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

/// Which question of a reviewer a change answers, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// What protects less, or promises less, than it did.
    Weakened,
    /// What is judged by: `threatline.toml`, rules, and what technologies and protocols are.
    Policy,
    /// A flow crosses a boundary that it did not cross.
    Crossing,
    /// Sensitive data are where they were not, or data are more sensitive than they were.
    Sensitive,
    /// New in the design.
    Added,
    /// Neither of these.
    Changed,
    /// Gone from the design.
    Removed,
}

impl Topic {
    /// In the order of a report.
    pub const ALL: [Topic; 7] = [
        Topic::Weakened,
        Topic::Policy,
        Topic::Crossing,
        Topic::Sensitive,
        Topic::Added,
        Topic::Changed,
        Topic::Removed,
    ];

    /// One word for it.
    pub fn word(self) -> &'static str {
        match self {
            Topic::Weakened => "weakened",
            Topic::Policy => "policy",
            Topic::Crossing => "crossings",
            Topic::Sensitive => "sensitive",
            Topic::Added => "added",
            Topic::Changed => "changed",
            Topic::Removed => "removed",
        }
    }
}

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// In the base; it is gone.
    Base(Place),
    /// In the head.
    Head(Place),
    /// In the head's `threatline.toml`, if what is told stands there at all.
    Settings(Option<Span>),
}

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is about.
    pub topic: Topic,
    /// The kind and the full name of the declaration that changed; of a setting, its key.
    pub subject: (&'static str, String),
    /// What is different, as a sentence without its full stop.
    pub message: String,
    /// Where.
    pub place: Where,
}

/// A finding that is open now and was not, or that is open and more severe than it was.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The finding of the head.
    pub assessed: Assessed,
    /// What it was, if it was there: its state and its severity.
    pub before: Option<(&'static str, Level)>,
}

impl Opened {
    /// Whether it was open before, and less severe.
    pub fn is_worse(&self) -> bool {
        self.before
            .is_some_and(|(state, _)| state == FindingState::Open.word())
    }
}

/// A finding that is open no longer.
#[derive(Clone, Debug)]
pub struct Closed {
    /// The finding of the base.
    pub assessed: Assessed,
    /// What it is in the head, if it is there.
    pub now: Option<FindingState>,
    /// Why, as far as it is known.
    pub why: String,
    /// Where its subject is, or was.
    pub place: Where,
}

/// What changed.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Findings that are open and were not, or are worse than they were; the most severe first.
    pub opened: Vec<Opened>,
    /// Everything but findings, by topic, then by place.
    pub changes: Vec<Change>,
    /// Findings that were open and are not.
    pub closed: Vec<Closed>,
    /// Findings of the base that were treated, and that the head has no more though what they are
    /// on is there.
    pub unfound: Vec<Assessed>,
    /// What has another name: its kind, the name in the base, the name in the head, and where it
    /// is.
    pub renamed: Vec<(&'static str, String, String, Place)>,
    /// The declarations of the head of which no more than texts changed, such as titles, and which
    /// of them did.
    pub texts: Vec<(Decl, Vec<&'static str>)>,
}

/// What two states say of how they are to be judged.
pub struct Policies<'a> {
    /// What the base says, by which both are judged.
    pub base: &'a Settings,
    /// What the head says.
    pub head: &'a Settings,
    /// What is found in the head where it is judged by that; of no interest where both say the
    /// same.
    pub by_head: &'a [Assessed],
}

/// Compares two states of a model, which are judged by the same policy.
pub fn compare(base: &Side, head: &Side, policies: &Policies) -> Comparison {
    let matching = Matching::new(base, head);
    let of = |side: &Side| {
        side.model
            .map(|model| all_findings(side.db, model))
            .unwrap_or_default()
    };
    let (before, after) = (of(base), of(head));
    let mut comparer = Comparer {
        base,
        head,
        matching: &matching,
        was: before
            .iter()
            .map(|found| (base_id(&matching, found.finding.id), found))
            .collect(),
        before: &before,
        after: &after,
        found: Comparison::default(),
    };
    comparer.policy(policies);
    comparer.declarations();
    comparer.protection();
    comparer.findings();
    let mut found = comparer.found;
    found.changes.sort_by_key(|change| change.topic);
    found.renamed = matching
        .renamed
        .iter()
        .map(|(old, new)| {
            let name = |db, decl| full_name(db, decl).to_string();
            (
                new.kind(head.db).word(),
                name(base.db, *old),
                name(head.db, *new),
                new.part(Part::Name),
            )
        })
        .collect();
    found
}

struct Comparer<'a> {
    base: &'a Side<'a>,
    head: &'a Side<'a>,
    matching: &'a Matching<'a>,
    /// The findings of the base, and by the names that they have in the head.
    before: &'a [Assessed],
    was: FxHashMap<String, &'a Assessed>,
    /// Those of the head.
    after: &'a [Assessed],
    found: Comparison,
}

/// The name that a finding of the base has in the head.
fn base_id(matching: &Matching, id: FindingId) -> String {
    match id {
        FindingId::Rule { rule, element } => {
            format!(
                "{}@{}",
                matching.base_name(rule),
                matching.base_name(element)
            )
        }
        FindingId::Threat(threat) => matching.base_name(threat),
    }
}

/// From which classification on data are told of.
const SENSITIVE: u8 = 2;

fn is_sensitive(asset: Sensitivity) -> bool {
    asset.classification >= SENSITIVE || asset.personal
}

/// How sensitive an asset is, in words.
fn sensitivity_in_words(asset: Sensitivity) -> String {
    let personal = if asset.personal { ", personal" } else { "" };
    format!("{}{personal}", CLASSIFICATION.word(asset.classification))
}

impl Comparer<'_> {
    fn tell(
        &mut self,
        topic: Topic,
        subject: (&'static str, String),
        place: Where,
        message: String,
    ) {
        self.found.changes.push(Change {
            topic,
            subject,
            message,
            place,
        });
    }

    /// Tells of a declaration of the head.
    fn tell_of(&mut self, topic: Topic, decl: Decl, part: Part, message: String) {
        let db = self.head.db;
        self.tell(
            topic,
            (decl.kind(db).word(), self.name(decl)),
            Where::Head(decl.part(part)),
            message,
        );
    }

    fn name(&self, decl: Decl) -> String {
        full_name(self.head.db, decl).to_string()
    }

    /// The kind and the name of a declaration of the head.
    fn called(&self, decl: Decl) -> String {
        called(self.head.db, decl)
    }

    /// What the two `threatline.toml` say differently, and what becomes of the findings of the head
    /// by that.
    fn policy(&mut self, policies: &Policies) {
        let (base, head) = (policies.base, policies.head);
        let mut changes = Vec::new();
        let mut tell = |key: String, at: Option<Span>, message: String| {
            let (topic, place) = (Topic::Policy, Where::Settings(at));
            changes.push(Change {
                topic,
                subject: ("setting", key),
                message,
                place,
            });
        };
        let bar =
            |settings: &Settings| settings.fail_on.map(|bar| bar.map_or("never", Level::word));
        if bar(base) != bar(head) {
            let word = |bar: Option<&'static str>| bar.unwrap_or("not set");
            let fails = |settings: &Settings, found: &Assessed| {
                let bar = settings.fail_on.unwrap_or(Some(Level::High));
                found.state == FindingState::Open
                    && bar.is_some_and(|bar| found.finding.severity >= bar)
            };
            let of = |by: &Settings, not: &Settings| {
                let found = self
                    .after
                    .iter()
                    .filter(|found| fails(by, found) && !fails(not, found));
                found
                    .map(|found| self.finding_named(found))
                    .collect::<Vec<_>>()
            };
            let less = effect(&of(base, head), "would not fail `check` any more");
            let more = effect(&of(head, base), "would fail `check`");
            let message = format!(
                "`fail_on` is {}, and was {}{less}{more}",
                word(bar(head)),
                word(bar(base))
            );
            tell(
                "check.fail_on".to_owned(),
                head.place_of("check", "fail_on"),
                message,
            );
        }
        let mut codes: Vec<_> = base
            .diagnostics
            .keys()
            .chain(head.diagnostics.keys())
            .collect();
        codes.sort();
        codes.dedup();
        for code in codes {
            let weight = |settings: &Settings| match settings.diagnostics.get(code) {
                Some(Some(severity)) => severity.word(),
                Some(None) => "off",
                None => "not set",
            };
            if weight(base) != weight(head) {
                let message = format!("`{code}` is {}, and was {}", weight(head), weight(base));
                tell(
                    format!("diagnostics.{code}"),
                    head.place_of("diagnostics", code),
                    message,
                );
            }
        }
        let plain = |setting: &RuleSetting| short_name(&setting.name).to_owned();
        let mut names: Vec<String> = base.rules.iter().chain(&head.rules).map(plain).collect();
        names.sort();
        names.dedup();
        for name in names {
            let of = |settings: &'_ Settings| {
                settings
                    .rules
                    .iter()
                    .find(|setting| plain(setting) == name)
                    .cloned()
            };
            let says = |setting: Option<&RuleSetting>| match setting
                .map(|setting| (setting.enabled, setting.likelihood))
            {
                Some((false, _)) => "turned off".to_owned(),
                Some((true, Some(level))) => format!("of likelihood {}", level.word()),
                Some((true, None)) | None => "on".to_owned(),
            };
            let (was, is) = (of(base), of(head));
            if says(was.as_ref()) != says(is.as_ref()) {
                let reason = is
                    .as_ref()
                    .map(|setting| unquoted(setting.reason.trim()))
                    .unwrap_or_default();
                let reason = if reason.is_empty() {
                    reason
                } else {
                    format!(" (\"{reason}\")")
                };
                let effect = self.effect_of(&name, policies.by_head);
                let message = format!(
                    "the rule `{name}` is {}{reason}, and was {}{effect}",
                    says(is.as_ref()),
                    says(was.as_ref())
                );
                tell(
                    format!("rules.{name}"),
                    is.map(|setting| setting.span),
                    message,
                );
            }
        }
        self.found.changes.extend(changes);
    }

    /// What the policy of the head makes of the open findings of one rule.
    fn effect_of(&self, rule: &str, by_head: &[Assessed]) -> String {
        let Some(rule) = self
            .head
            .model
            .and_then(|model| rule_named(self.head.db, model, rule))
        else {
            return String::new();
        };
        let of_rule = |found: &&Assessed| {
            found.state == FindingState::Open && found.finding.id.definition() == rule
        };
        let severities = |all: &[Assessed]| -> FxHashMap<FindingId, Level> {
            all.iter()
                .filter(of_rule)
                .map(|found| (found.finding.id, found.finding.severity))
                .collect()
        };
        let (now, then) = (severities(self.after), severities(by_head));
        // Those that the other policy weighs in a way, or, without one, does not find.
        let named = |all: &[Assessed],
                     by_other: &FxHashMap<FindingId, Level>,
                     weighed: Option<Ordering>| {
            let is_told = |found: &&Assessed| {
                by_other
                    .get(&found.finding.id)
                    .map(|other| other.cmp(&found.finding.severity))
                    == weighed
            };
            let found = all.iter().filter(of_rule).filter(is_told);
            found
                .map(|found| self.finding_named(found))
                .collect::<Vec<_>>()
        };
        effect(&named(self.after, &then, None), "would be found no longer")
            + &effect(&named(by_head, &now, None), "would be found")
            + &effect(
                &named(self.after, &then, Some(Ordering::Less)),
                "would be less severe",
            )
            + &effect(
                &named(self.after, &then, Some(Ordering::Greater)),
                "would be more severe",
            )
    }

    /// A finding of the head by its name and its severity.
    fn finding_named(&self, found: &Assessed) -> String {
        let name = found.finding.id.name(self.head.db);
        let missing = if found.finding.missing.is_some() {
            ", not stated"
        } else {
            ""
        };
        format!(
            "`{}` ({}{missing})",
            short_name(&name),
            found.finding.severity.word()
        )
    }

    fn declarations(&mut self) {
        for &decl in &self.head.declarations {
            match self.matching.in_base(decl) {
                Some(old) => self.changed(old, decl),
                None => self.added(decl),
            }
            if decl.kind(self.head.db) == Kind::Flow {
                self.crossings(decl);
            }
            self.sensitive(decl);
        }
        for &decl in &self.base.declarations {
            if self.matching.in_head(decl).is_none() {
                self.removed(decl);
            }
        }
    }

    /// A declaration of both: what it says, else which of its texts differ.
    fn changed(&mut self, old: Decl, new: Decl) {
        let told = self.found.changes.len();
        self.placement(old, new);
        self.properties(old, new);
        if new.kind(self.head.db) == Kind::Accept {
            self.acceptance(Some(old), new);
        }
        if told < self.found.changes.len() {
            return;
        }
        let (base, head) = (old.facts(self.base.db), new.facts(self.head.db));
        let of = |db, decl: Decl, name: &str| {
            let stated = typed(db, decl)
                .stated
                .iter()
                .filter(|stated| stated.property.name == name);
            let values = stated
                .flat_map(|stated| stated.values.iter().map(|(_, value)| format!("{value:?}")));
            values.collect::<FxHashSet<String>>()
        };
        let stated = |db, decl: Decl| typed(db, decl).stated.iter().map(|stated| stated.property);
        let properties = stated(self.base.db, old).chain(stated(self.head.db, new));
        let is_read_by_people = |property: &Property| {
            is_text(property) || ["evidence", "out_of_scope"].contains(&property.name)
        };
        let mut differ: Vec<&'static str> = properties
            .filter(|property| is_read_by_people(property))
            .map(|property| property.name)
            .filter(|name| of(self.base.db, old, name) != of(self.head.db, new, name))
            .collect();
        differ.extend((base.title != head.title).then_some("title"));
        differ.extend((base.description != head.description).then_some("description"));
        differ.sort_unstable();
        differ.dedup();
        if !differ.is_empty() {
            self.found.texts.push((new, differ));
        }
    }

    /// Another boundary, or other ends.
    fn placement(&mut self, old: Decl, new: Decl) {
        use threatline_model::{placed_in, trust_of_boundary};
        let (base, head) = (self.base.db, self.head.db);
        let before = placed_in(base, old).map(|boundary| self.matching.base_name(boundary));
        let after = placed_in(head, new).map(|boundary| self.name(boundary));
        if before != after && new.kind(head) != Kind::Flow {
            let trust_of = |db: &Database, decl: Decl| match decl.kind(db) {
                Kind::Boundary => trust_of_boundary(db, decl).0,
                _ => trust(db, decl).0,
            };
            let (was, is) = (trust_of(base, old), trust_of(head, new));
            let outside = || "outside of all boundaries".to_owned();
            let place =
                |name: Option<String>| name.map_or_else(outside, |name| format!("in `{name}`"));
            let mut message = format!(
                "`{}` is {}, and was {}",
                self.name(new),
                place(after),
                place(before)
            );
            if was != is {
                message += &format!(
                    "; its trust is {}, and was {}",
                    TRUST.word(is),
                    TRUST.word(was)
                );
            }
            let topic = if is > was {
                Topic::Weakened
            } else {
                Topic::Changed
            };
            self.tell_of(topic, new, Part::Within, message);
        }
        if let Some((before, after)) = self.another_way(old, new) {
            let carried = self.told_of(new, holds(head, new).clone());
            let (topic, carries) = match carried.is_empty() {
                true => (Topic::Changed, String::new()),
                false => (Topic::Sensitive, format!("; it carries {carried}")),
            };
            let message = format!(
                "`{}` runs {after}, and ran {before}{carries}",
                self.name(new)
            );
            self.tell_of(topic, new, Part::Name, message);
        }
    }

    fn added(&mut self, decl: Decl) {
        let db = self.head.db;
        let kind = decl.kind(db);
        let (mut topic, mut message) = (Topic::Added, self.called(decl));
        match kind {
            Kind::Expect => return,
            Kind::Accept => return self.acceptance(None, decl),
            Kind::Technology | Kind::Protocol | Kind::Rule => {
                topic = Topic::Policy;
                message = format!("{message} is new");
            }
            Kind::Flow => {
                // One without ends is no flow yet: an error says so.
                let Some((source, target)) = written_ends(db, decl, &|decl| self.name(decl)) else {
                    return;
                };
                if decl.shape(db).name.is_some() {
                    message += &format!(", `{source} -> {target}`");
                }
            }
            Kind::Asset => {
                let classification =
                    CLASSIFICATION.word(sensitivity_of_asset(db, decl).classification);
                message += &format!(", which is {classification}");
            }
            Kind::Boundary => {
                let trust = threatline_model::trust_of_boundary(db, decl).0;
                message += &format!(", of trust {}", TRUST.word(trust));
            }
            _ => {}
        }
        if matches!(
            kind,
            Kind::External | Kind::Process | Kind::Store | Kind::Boundary
        ) && let Some(boundary) = threatline_model::placed_in(db, decl)
        {
            message += &format!(", in `{}`", self.name(boundary));
        }
        if let Some(why) = typed(db, decl).text("out_of_scope") {
            topic = Topic::Weakened;
            message += &format!(", new and out of scope: {}", unquoted(why));
        }
        self.tell_of(topic, decl, Part::Name, message);
    }

    /// What an `accept` accepts and did not: findings, and what it names besides.
    fn acceptance(&mut self, old: Option<Decl>, accept: Decl) {
        let db = self.head.db;
        let was_accepted = |found: &Assessed| {
            let was = self.was.get(found.finding.id.name(db).as_str());
            was.is_some_and(|was| matches!(was.state, FindingState::Accepted(_)))
        };
        let of_it = self
            .after
            .iter()
            .filter(|found| found.state == FindingState::Accepted(accept));
        let newly: Vec<&Assessed> = of_it.filter(|found| !was_accepted(found)).collect();
        let in_base = |decl| self.matching.base_name(decl);
        let known = old.and_then(|old| typed(self.base.db, old).get("findings"));
        let known = known
            .map(|stated| matching::values(stated, &in_base))
            .unwrap_or_default();
        let named = typed(db, accept).values("findings");
        let mut accepted: Vec<String> = newly
            .iter()
            .map(|found| self.finding_named(found))
            .collect();
        for (_, value) in named {
            let TypedValue::Finding(names) = value else {
                continue;
            };
            let text = matching::in_text(value, &|decl| self.name(decl));
            if !known.contains(&text)
                && !newly
                    .iter()
                    .any(|found| found.finding.is_selected_by(names))
            {
                accepted.push(format!("`{}`", short_name(&text)));
            }
        }
        let accepted = accepted.join(", ");
        let called = self.called(accept);
        match old {
            None => {
                let (by, until) = (by_whom(db, accept), until(db, accept));
                let message = format!("{called} is new: {by} accepts {accepted}{until}");
                self.tell_of(Topic::Weakened, accept, Part::Name, message);
            }
            Some(_) if accepted.is_empty() => {}
            Some(_) => {
                let part = typed(db, accept).part("findings").unwrap_or(Part::Name);
                self.tell_of(
                    Topic::Weakened,
                    accept,
                    part,
                    format!("{called} accepts {accepted}, too"),
                );
            }
        }
    }

    fn removed(&mut self, decl: Decl) {
        let db = self.base.db;
        let topic = match decl.kind(db) {
            Kind::Expect => return,
            Kind::Threat => Topic::Weakened,
            Kind::Technology | Kind::Protocol | Kind::Rule => Topic::Policy,
            _ => Topic::Removed,
        };
        let gone = if topic == Topic::Removed {
            ""
        } else {
            " is gone"
        };
        let message = format!("{}{gone}", called(db, decl));
        let subject = (decl.kind(db).word(), full_name(db, decl).to_string());
        self.tell(topic, subject, Where::Base(decl.part(Part::Name)), message);
    }

    /// Boundaries that a flow crosses and did not.
    fn crossings(&mut self, flow: Decl) {
        let (base, head) = (self.base.db, self.head.db);
        let before = self.matching.in_base(flow).map(|old| crossed(base, old));
        let is_new = |boundary: &Decl, was: Option<&Vec<Decl>>| {
            was.is_none_or(|was| {
                !was.iter()
                    .any(|old| self.matching.base_name(*old) == self.name(*boundary))
            })
        };
        let (entered, left) = crossed(head, flow);
        let names = |crossed: &[Decl], was: Option<&Vec<Decl>>| {
            let new = crossed.iter().filter(|boundary| is_new(boundary, was));
            quoted_list(new.map(|boundary| self.name(*boundary)))
        };
        let enters = names(entered, before.as_ref().map(|(entered, _)| entered));
        let leaves = names(left, before.as_ref().map(|(_, left)| left));
        let (Some(source), Some(target)) = ends(head, flow) else {
            return;
        };
        let mut parts = Vec::new();
        if !leaves.is_empty() {
            parts.push(format!("leaves {leaves}"));
        }
        if !enters.is_empty() {
            parts.push(format!("enters {enters}"));
        }
        if parts.is_empty() {
            return;
        }
        let trusts = (
            TRUST.word(trust(head, source).0),
            TRUST.word(trust(head, target).0),
        );
        let from = if trusts.0 == trusts.1 {
            String::new()
        } else {
            format!(", from trust {} to {}", trusts.0, trusts.1)
        };
        let ends = if flow.shape(head).name.is_some() {
            format!(" (`{} -> {}`)", self.name(source), self.name(target))
        } else {
            String::new()
        };
        let message = format!("`{}`{ends} {}{from}", self.name(flow), parts.join(" and "));
        self.tell_of(Topic::Crossing, flow, Part::Name, message);
    }

    /// Sensitive data that something states to carry, keep or handle, and did not; and an asset
    /// that is more sensitive.
    fn sensitive(&mut self, decl: Decl) {
        let (base, head) = (self.base.db, self.head.db);
        let old = self.matching.in_base(decl);
        let verb = match decl.kind(head) {
            Kind::Flow => "carries",
            Kind::Store => "stores",
            Kind::Process => "handles",
            Kind::Asset => {
                return old
                    .into_iter()
                    .for_each(|old| self.more_sensitive(old, decl));
            }
            _ => return,
        };
        // One that takes another way is told with all that it carries.
        if old.is_some_and(|old| self.another_way(old, decl).is_some()) {
            return;
        }
        let properties = ["sends", "receives", "stores", "handles"];
        let before = old.into_iter().flat_map(|old| {
            properties
                .iter()
                .flat_map(move |name| typed(base, old).decls(name))
        });
        let before: FxHashSet<String> =
            before.map(|asset| self.matching.base_name(asset)).collect();
        let stated = properties
            .iter()
            .flat_map(|name| typed(head, decl).named(name));
        let new: Vec<(Decl, Part)> = stated
            .filter(|(asset, _)| !before.contains(&self.name(*asset)))
            .collect();
        let told = self.told_of(decl, new.iter().map(|(asset, _)| *asset).collect());
        if !told.is_empty() {
            let first = new
                .iter()
                .find(|(asset, _)| is_sensitive(sensitivity_of_asset(head, *asset)));
            let part = first.map_or(Part::Name, |(_, part)| *part);
            self.tell_of(
                Topic::Sensitive,
                decl,
                part,
                format!("`{}` {verb} {told}", self.name(decl)),
            );
        }
    }

    /// From where to where a flow ran, and runs, if that is not the same.
    fn another_way(&self, old: Decl, new: Decl) -> Option<(String, String)> {
        let (from, to) = written_ends(self.base.db, old, &|decl| self.matching.base_name(decl))?;
        let (source, target) = written_ends(self.head.db, new, &|decl| self.name(decl))?;
        let way = |from: &str, to: &str| format!("from `{from}` to `{to}`");
        ((&from, &to) != (&source, &target)).then(|| (way(&from, &to), way(&source, &target)))
    }

    /// The sensitive ones of some assets, with the ends of the flow that carries them that were
    /// there and held none.
    fn told_of(&self, decl: Decl, mut assets: Vec<Decl>) -> String {
        let (base, head) = (self.base.db, self.head.db);
        let mut seen = FxHashSet::default();
        assets.retain(|asset| {
            is_sensitive(sensitivity_of_asset(head, *asset)) && seen.insert(*asset)
        });
        let (source, target) = ends(head, decl);
        let told = assets.into_iter().map(|asset| {
            let name = self.name(asset);
            let is_new_to = |end: &Decl| {
                let old = self.matching.in_base(*end);
                old.is_some_and(|old| {
                    !holds(base, old)
                        .iter()
                        .any(|held| self.matching.base_name(*held) == name)
                })
            };
            let new_to = source
                .into_iter()
                .chain(target)
                .filter(is_new_to)
                .map(|end| format!("`{}`", self.name(end)));
            let new_to = new_to.collect::<Vec<_>>().join(" and ");
            let new_to = if new_to.is_empty() {
                new_to
            } else {
                format!("; new to {new_to}")
            };
            format!(
                "`{name}` ({}{new_to})",
                sensitivity_in_words(sensitivity_of_asset(head, asset))
            )
        });
        told.collect::<Vec<_>>().join(", ")
    }

    /// Whether data are more sensitive than they were, by a property of their asset.
    fn is_more_sensitive(&self, old: Decl, asset: Decl, property: &str) -> bool {
        let (was, is) = (
            sensitivity_of_asset(self.base.db, old),
            sensitivity_of_asset(self.head.db, asset),
        );
        match property {
            "classification" => {
                is.classification > was.classification && is.classification >= SENSITIVE
            }
            "personal" => is.personal && !was.personal,
            _ => false,
        }
    }

    /// An asset that is more sensitive: once, and not at each place where it is.
    fn more_sensitive(&mut self, old: Decl, asset: Decl) {
        let head = self.head.db;
        let (was, is) = (
            sensitivity_of_asset(self.base.db, old),
            sensitivity_of_asset(head, asset),
        );
        let (was, is) = (
            CLASSIFICATION.word(was.classification),
            CLASSIFICATION.word(is.classification),
        );
        let is_higher = self.is_more_sensitive(old, asset, "classification");
        let (change, property) = match (is_higher, self.is_more_sensitive(old, asset, "personal")) {
            (true, true) => (
                format!("{is} and personal, and was {was}"),
                "classification",
            ),
            (true, false) => (format!("{is}, and was {was}"), "classification"),
            (false, true) => ("personal, and was not".to_owned(), "personal"),
            (false, false) => return,
        };
        let holding = self
            .head
            .declarations
            .iter()
            .filter(|decl| decl.kind(head).is_element());
        let holding = holding.filter(|decl| holds(head, **decl).contains(&asset));
        let (flows, elements): (Vec<Decl>, Vec<Decl>) =
            holding.partition(|decl| decl.kind(head) == Kind::Flow);
        let (elements, flows) = (count(elements.len(), "element"), count(flows.len(), "flow"));
        let message = format!(
            "{} is {change}; it is in {elements} and {flows}",
            self.called(asset)
        );
        let part = typed(head, asset).part(property).unwrap_or(Part::Name);
        self.tell_of(Topic::Sensitive, asset, part, message);
    }

    /// What protects an element that did not, and what no longer does, told once for all elements
    /// of one list.
    fn protection(&mut self) {
        let (base, head) = (self.base.db, self.head.db);
        let (mut lost, mut gained) = (Groups::new(), Groups::new());
        for &new in self
            .head
            .declarations
            .iter()
            .filter(|decl| decl.kind(head).is_element())
        {
            let Some(old) = self.matching.in_base(new) else {
                continue;
            };
            let (before, after) = (
                effective_mitigations(base, old),
                effective_mitigations(head, new),
            );
            let names = |name: &dyn Fn(Decl) -> String,
                         all: &[threatline_model::EffectiveMitigation]| {
                all.iter()
                    .map(|effective| name(effective.mitigation))
                    .collect::<FxHashSet<String>>()
            };
            let was = names(&|decl| self.matching.base_name(decl), before);
            let is = names(&|decl| self.name(decl), after);
            for effective in before
                .iter()
                .filter(|effective| !is.contains(&self.matching.base_name(effective.mitigation)))
            {
                lost.add((effective.mitigation, effective.by), new);
            }
            for effective in after
                .iter()
                .filter(|effective| !was.contains(&self.name(effective.mitigation)))
            {
                gained.add((effective.mitigation, effective.by, effective.part), new);
            }
        }
        for ((mitigation, by), elements) in lost.0 {
            let name = self.matching.base_name(mitigation);
            let of = if by.kind(base).is_element() {
                String::new()
            } else {
                format!(
                    ", which {} listed",
                    called_as(base, by, self.matching.base_name(by))
                )
            };
            let message = format!(
                "`{}` no longer protects {}{of}",
                short_name(&name),
                self.some(&elements)
            );
            self.tell_of(Topic::Weakened, elements[0], Part::Name, message);
        }
        for ((mitigation, by, part), elements) in gained.0 {
            let message = format!(
                "`{}` protects {}",
                short_name(&self.name(mitigation)),
                self.some(&elements)
            );
            let subject = (elements[0].kind(head).word(), self.name(elements[0]));
            self.tell(Topic::Changed, subject, Where::Head(by.part(part)), message);
        }
    }

    /// Elements of the head, the first few by name.
    fn some(&self, elements: &[Decl]) -> String {
        some(
            elements
                .iter()
                .map(|decl| format!("`{}`", self.name(*decl))),
        )
    }

    fn findings(&mut self) {
        let (before, after) = (self.before, self.after);
        let is: FxHashMap<String, &Assessed> = after
            .iter()
            .map(|found| (found.finding.id.name(self.head.db).to_string(), found))
            .collect();
        for found in after
            .iter()
            .filter(|found| found.state == FindingState::Open)
        {
            let before = self.was.get(found.finding.id.name(self.head.db).as_str());
            let before = before.map(|was| (was.state.word(), was.finding.severity));
            if before.is_none_or(|(state, severity)| {
                state != FindingState::Open.word() || severity < found.finding.severity
            }) {
                self.found.opened.push(Opened {
                    assessed: found.clone(),
                    before,
                });
            }
        }
        let is_unfound = |found: &&Assessed| {
            found.state != FindingState::Open
                && !is.contains_key(&base_id(self.matching, found.finding.id))
                && self.matching.in_head(found.finding.id.subject()).is_some()
        };
        self.found.unfound = before.iter().filter(is_unfound).cloned().collect();
        for found in before
            .iter()
            .filter(|found| found.state == FindingState::Open)
        {
            let now = is
                .get(&base_id(self.matching, found.finding.id))
                .map(|now| now.state);
            if now == Some(FindingState::Open) {
                continue;
            }
            let subject = found.finding.id.subject();
            let in_head = self.matching.in_head(subject);
            let place = match in_head {
                Some(head) => Where::Head(head.part(Part::Name)),
                None => Where::Base(subject.part(Part::Name)),
            };
            let why = match now {
                Some(state) => self.treated(state),
                None => self.absent(found, in_head),
            };
            self.found.closed.push(Closed {
                assessed: found.clone(),
                now,
                why,
                place,
            });
        }
    }

    fn treated(&self, state: FindingState) -> String {
        let by = |decl: Decl| short_name(&self.name(decl)).to_owned();
        match state {
            FindingState::Open => String::new(),
            FindingState::Planned(mitigation) => {
                format!("`{}` is planned to counter it", by(mitigation))
            }
            FindingState::Mitigated(mitigation) => format!("`{}` counters it", by(mitigation)),
            FindingState::Accepted(accept) => {
                let db = self.head.db;
                format!(
                    "accepted by {}{} (`{}`)",
                    by_whom(db, accept),
                    until(db, accept),
                    by(accept)
                )
            }
        }
    }

    /// Why a finding is not there any more.
    fn absent(&self, found: &Assessed, in_head: Option<Decl>) -> String {
        let subject = found.finding.id.subject();
        let Some(head) = in_head else {
            return format!("{} is gone", called(self.base.db, subject));
        };
        if typed(self.head.db, head).get("out_of_scope").is_some() {
            return format!("{} is out of scope", self.called(head));
        }
        if let FindingId::Rule { rule, .. } = found.finding.id
            && !rule.in_library(self.base.db)
            && self.matching.in_head(rule).is_none()
        {
            return format!("{} is gone", called(self.base.db, rule));
        }
        let facts = self.obstacles(found.finding.id, head);
        match facts.is_empty() {
            true => "the facts no longer call for it".to_owned(),
            false => facts.join(", and "),
        }
    }

    /// The facts of an element of the head for which a rule of the base does not find it.
    fn obstacles(&self, id: FindingId, element: Decl) -> Vec<String> {
        let (FindingId::Rule { rule, .. }, Some(model)) = (id, self.head.model) else {
            return Vec::new();
        };
        let rule = rule_named(self.head.db, model, &self.matching.base_name(rule));
        let condition =
            rule.and_then(|rule| checked_condition(self.head.db, rule).condition.as_ref());
        let facts = condition
            .map(|condition| reasons_against(self.head.db, condition, element))
            .unwrap_or_default();
        facts.into_iter().map(|fact| fact.message).collect()
    }
}

/// What would become of some findings, of many the first by name; nothing, if there are none.
fn effect(findings: &[String], what: &str) -> String {
    if findings.is_empty() {
        String::new()
    } else {
        format!("; {} {what}", some(findings.to_vec()))
    }
}

/// Names, of many the first few.
pub fn some(names: impl IntoIterator<Item = String>) -> String {
    const MOST: usize = 5;
    first_of(names, MOST).join(", ")
}

/// Elements by what they have in common, in the order in which each was first met.
struct Groups<K>(Vec<(K, Vec<Decl>)>, FxHashMap<K, usize>);

impl<K: Copy + Hash + Eq> Groups<K> {
    fn new() -> Groups<K> {
        Groups(Vec::new(), FxHashMap::default())
    }

    fn add(&mut self, key: K, decl: Decl) {
        let at = *self.1.entry(key).or_insert(self.0.len());
        match self.0.get_mut(at) {
            Some((_, decls)) => decls.push(decl),
            None => self.0.push((key, vec![decl])),
        }
    }
}

/// What a flow starts at and ends at, by name; what is not there as it is written. Nothing of one
/// without ends.
fn written_ends(
    db: &Database,
    flow: Decl,
    name: &dyn Fn(Decl) -> String,
) -> Option<(String, String)> {
    let ((source, target), shape) = (ends(db, flow), flow.shape(db));
    let source = source
        .map(name)
        .or_else(|| shape.source.as_ref().map(ToString::to_string));
    let target = target
        .map(name)
        .or_else(|| shape.target.as_ref().map(ToString::to_string));
    Some((source?, target?))
}

/// Who accepts.
fn by_whom(db: &Database, accept: Decl) -> String {
    typed(db, accept)
        .text("by")
        .map(|by| unquoted(by))
        .unwrap_or_default()
}

/// Until when it is accepted.
fn until(db: &Database, accept: Decl) -> String {
    typed(db, accept)
        .date("until")
        .map(|until| format!(" until {until}"))
        .unwrap_or_default()
}

/// A text of people among names in backticks.
fn unquoted(text: &str) -> String {
    text.replace('`', "'")
}

fn called(db: &Database, decl: Decl) -> String {
    called_as(db, decl, full_name(db, decl).to_string())
}

fn called_as(db: &Database, decl: Decl, name: String) -> String {
    match (
        decl.shape(db).name.is_some() || decl.kind(db) == Kind::Flow,
        decl.title(db),
    ) {
        (false, Some(title)) => format!("{} \"{}\"", decl.kind(db).word(), unquoted(title)),
        _ => format!("{} `{name}`", decl.kind(db).word()),
    }
}
