//! What changed in a design between two states of its model: findings that opened and closed, what protects less than it
//! did, and what is new or gone. Names count, and not where they stand, so that moving or formatting text changes nothing.
//! It must not know where the states come from, nor how a difference is shown.

mod matching;
mod properties;

use self::matching::{Matching, is_text};
use rustc_hash::{FxHashMap, FxHashSet};
use std::hash::Hash;
use threatline_model::findings::{Assessed, FindingId, Level, State, all};
use threatline_model::names::full_name;
use threatline_model::relations::{crossed, effective_mitigations, ends, sensitivity_of_asset, trust};
use threatline_model::schema::{CLASSIFICATION, TRUST};
use threatline_model::settings::{RuleSetting, Settings};
use threatline_model::typed::{TypedValue, typed};
use threatline_model::{Database, Decl, Kind, Model, Part, Place};

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
        let files = model.map(|model| model.files(db).to_vec()).unwrap_or_default();
        let declarations: Vec<Decl> = files.iter().flat_map(|file| file.declarations(db).iter().copied()).collect();
        let mut mentions: FxHashMap<Decl, Vec<(Decl, &'static str)>> = FxHashMap::default();
        for &decl in &declarations {
            let (source, target) = ends(db, decl);
            let ends = source.map(|end| (end, "source")).into_iter().chain(target.map(|end| (end, "target")));
            let stated = typed(db, decl).stated.iter().flat_map(|stated| {
                let named = stated.values.iter().flat_map(|(_, value)| match value {
                    TypedValue::Decl(decl) => [Some(*decl), None],
                    TypedValue::Finding(accepted) => [Some(accepted.subject()), None],
                    _ => [None, None],
                });
                named.flatten().map(move |decl| (decl, stated.property.name))
            });
            let placed = threatline_model::relations::placed_in(db, decl).map(|boundary| (boundary, "in"));
            for (named, how) in ends.chain(stated).chain(placed) {
                mentions.entry(named).or_default().push((decl, how));
            }
        }
        Side { db, model, declarations, mentions }
    }

    fn mentions_of(&self, decl: Decl) -> &[(Decl, &'static str)] {
        self.mentions.get(&decl).map(Vec::as_slice).unwrap_or_default()
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
    /// Sensitive data are where they were not.
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
    /// In the head's `threatline.toml`.
    Settings,
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

/// A finding that is open now.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The finding of the head.
    pub assessed: Assessed,
    /// What it was, if it was there: its state and its severity.
    pub before: Option<(&'static str, Level)>,
}

/// A finding that is open no longer.
#[derive(Clone, Debug)]
pub struct Closed {
    /// The finding of the base.
    pub assessed: Assessed,
    /// Why, as far as it is known.
    pub why: String,
    /// Where its subject is, or was.
    pub place: Where,
}

/// What changed.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Findings that are open and were not, or are more severe than they were; the most severe first.
    pub opened: Vec<Opened>,
    /// Everything but findings, by topic, then by place.
    pub changes: Vec<Change>,
    /// Findings that were open and are not.
    pub closed: Vec<Closed>,
    /// What has another name: its kind, the name in the base, the name in the head, and where it is.
    pub renamed: Vec<(&'static str, String, String, Place)>,
    /// The declarations of the head of which no more than titles, descriptions and the like changed.
    pub texts: Vec<Decl>,
}

impl Opened {
    /// Whether it was not open at this severity, and is.
    pub fn is_new_at(&self, bar: Level) -> bool {
        self.assessed.finding.severity >= bar && self.before.is_none_or(|(state, was)| state != "open" || was < bar)
    }
}

/// Compares two states of a model. Both are to be judged by the same policy; `policies` are what each says itself.
pub fn compare(base: &Side, head: &Side, policies: (&Settings, &Settings)) -> Comparison {
    let matching = Matching::new(base, head);
    let mut comparer = Comparer { base, head, matching: &matching, found: Comparison::default() };
    comparer.policy(policies.0, policies.1);
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
            (new.kind(head.db).word(), name(base.db, *old), name(head.db, *new), new.part(Part::Name))
        })
        .collect();
    found
}

struct Comparer<'a> {
    base: &'a Side<'a>,
    head: &'a Side<'a>,
    matching: &'a Matching<'a>,
    found: Comparison,
}

/// From which classification on data are told of.
const SENSITIVE: u8 = 2;

impl Comparer<'_> {
    fn tell(&mut self, topic: Topic, subject: (&'static str, String), place: Where, message: String) {
        self.found.changes.push(Change { topic, subject, message, place });
    }

    /// Tells of a declaration of the head.
    fn tell_of(&mut self, topic: Topic, decl: Decl, part: Part, message: String) {
        let db = self.head.db;
        self.tell(topic, (decl.kind(db).word(), self.name(decl)), Where::Head(decl.part(part)), message);
    }

    fn name(&self, decl: Decl) -> String {
        full_name(self.head.db, decl).to_string()
    }

    /// The kind and the name of a declaration of the head.
    fn called(&self, decl: Decl) -> String {
        called(self.head.db, decl)
    }

    /// What the two `threatline.toml` say differently.
    fn policy(&mut self, base: &Settings, head: &Settings) {
        let mut tell = |key: &str, message: String| {
            self.tell(Topic::Policy, ("setting", key.to_owned()), Where::Settings, message);
        };
        let bar = |settings: &Settings| settings.fail_on.map(|bar| bar.map_or("never", Level::word));
        if bar(base) != bar(head) {
            let word = |bar: Option<&'static str>| bar.unwrap_or("not set");
            tell("check.fail_on", format!("`fail_on` is {}, and was {}", word(bar(head)), word(bar(base))));
        }
        let mut codes: Vec<_> = base.diagnostics.keys().chain(head.diagnostics.keys()).collect();
        codes.sort();
        codes.dedup();
        for code in codes {
            let weight = |settings: &Settings| match settings.diagnostics.get(code) {
                Some(Some(severity)) => severity.word(),
                Some(None) => "off",
                None => "not set",
            };
            if weight(base) != weight(head) {
                tell(&format!("diagnostics.{code}"), format!("`{code}` is {}, and was {}", weight(head), weight(base)));
            }
        }
        let plain = |setting: &RuleSetting| setting.name.trim_start_matches("std.").to_owned();
        let mut names: Vec<String> = base.rules.iter().chain(&head.rules).map(plain).collect();
        names.sort();
        names.dedup();
        for name in names {
            let says = |settings: &Settings| {
                let setting = settings.rules.iter().find(|setting| plain(setting) == name);
                match setting.map(|setting| (setting.enabled, setting.likelihood)) {
                    Some((false, _)) => "turned off".to_owned(),
                    Some((true, Some(level))) => format!("of likelihood {}", level.word()),
                    Some((true, None)) | None => "on".to_owned(),
                }
            };
            if says(base) != says(head) {
                let reason =
                    head.rules.iter().find(|setting| plain(setting) == name).map(|setting| unquoted(&setting.reason));
                let reason = reason.filter(|reason| !reason.trim().is_empty());
                let reason = reason.map(|reason| format!(": {}", reason.trim())).unwrap_or_default();
                let message = format!("the rule `{name}` is {}, and was {}{reason}", says(head), says(base));
                tell(&format!("rules.{name}"), message);
            }
        }
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

    /// A declaration of both: what it says, else whether its texts differ.
    fn changed(&mut self, old: Decl, new: Decl) {
        let told = self.found.changes.len();
        self.placement(old, new);
        self.properties(old, new);
        let (base, head) = (old.facts(self.base.db), new.facts(self.head.db));
        let texts = |db, decl: Decl| {
            let stated =
                typed(db, decl).stated.iter().filter(|stated| is_text(stated) || stated.property.name == "evidence");
            let mut texts: Vec<_> = stated
                .map(|stated| {
                    let mut values: Vec<String> = stated.values.iter().map(|(_, value)| format!("{value:?}")).collect();
                    values.sort();
                    (stated.property.name, values)
                })
                .collect();
            texts.sort();
            texts
        };
        let differ = base.title != head.title || base.description != head.description;
        if told == self.found.changes.len() && (differ || texts(self.base.db, old) != texts(self.head.db, new)) {
            self.found.texts.push(new);
        }
    }

    /// Another boundary, or other ends.
    fn placement(&mut self, old: Decl, new: Decl) {
        use threatline_model::relations::{placed_in, trust_of_boundary};
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
            let place = |name: Option<String>| name.map_or_else(outside, |name| format!("in `{name}`"));
            let mut message = format!("`{}` is {}, and was {}", self.name(new), place(after), place(before));
            if was != is {
                message += &format!("; its trust is {}, and was {}", TRUST.word(is), TRUST.word(was));
            }
            let topic = if is > was { Topic::Weakened } else { Topic::Changed };
            self.tell_of(topic, new, Part::Within, message);
        }
        let end = |end: Option<Decl>, name: &dyn Fn(Decl) -> String| end.map_or_else(|| "?".to_owned(), name);
        let ((from, to), (source, target)) = (ends(base, old), ends(head, new));
        let in_base = |decl| self.matching.base_name(decl);
        let in_head = |decl| self.name(decl);
        let before = (end(from, &in_base), end(to, &in_base));
        let after = (end(source, &in_head), end(target, &in_head));
        if before != after {
            let message = format!(
                "`{}` runs from `{}` to `{}`, and ran from `{}` to `{}`",
                self.name(new),
                after.0,
                after.1,
                before.0,
                before.1
            );
            self.tell_of(Topic::Changed, new, Part::Name, message);
        }
    }

    fn added(&mut self, decl: Decl) {
        let db = self.head.db;
        let kind = decl.kind(db);
        let (mut topic, mut message) = (Topic::Added, self.called(decl));
        match kind {
            Kind::Expect => return,
            Kind::Accept => {
                topic = Topic::Weakened;
                message = format!("{message} is new: {}", self.accepted(decl));
            }
            Kind::Technology | Kind::Protocol | Kind::Rule => {
                topic = Topic::Policy;
                message = format!("{message} is new");
            }
            Kind::Flow => {
                let (source, target) = ends(db, decl);
                let end = |end: Option<Decl>| end.map_or_else(|| "?".to_owned(), |end| self.name(end));
                if decl.shape(db).name.is_some() {
                    message += &format!(", `{} -> {}`", end(source), end(target));
                }
            }
            Kind::Asset => {
                let classification = CLASSIFICATION.word(sensitivity_of_asset(db, decl).classification);
                message += &format!(", which is {classification}");
            }
            Kind::Boundary => {
                let trust = threatline_model::relations::trust_of_boundary(db, decl).0;
                message += &format!(", of trust {}", TRUST.word(trust));
            }
            _ => {}
        }
        if matches!(kind, Kind::External | Kind::Process | Kind::Store | Kind::Boundary)
            && let Some(boundary) = threatline_model::relations::placed_in(db, decl)
        {
            message += &format!(", in `{}`", self.name(boundary));
        }
        if let Some(why) = typed(db, decl).text("out_of_scope") {
            topic = Topic::Weakened;
            message += &format!(", new and out of scope: {}", unquoted(why));
        }
        self.tell_of(topic, decl, Part::Name, message);
    }

    /// What an `accept` accepts, by whom and how long.
    fn accepted(&self, accept: Decl) -> String {
        let stated = typed(self.head.db, accept);
        let name = |decl| self.name(decl);
        let findings = stated.get("findings").map(|stated| matching::values(stated, &name));
        let findings =
            findings.unwrap_or_default().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let by = stated.text("by").map(|by| unquoted(by)).unwrap_or_default();
        let until = stated.date("until").map(|until| format!(" until {until}")).unwrap_or_default();
        format!("{by} accepts {findings}{until}")
    }

    fn removed(&mut self, decl: Decl) {
        let db = self.base.db;
        let topic = match decl.kind(db) {
            Kind::Expect => return,
            Kind::Threat => Topic::Weakened,
            Kind::Technology | Kind::Protocol | Kind::Rule => Topic::Policy,
            _ => Topic::Removed,
        };
        let gone = if topic == Topic::Removed { "" } else { " is gone" };
        let message = format!("{}{gone}", called(db, decl));
        let subject = (decl.kind(db).word(), full_name(db, decl).to_string());
        self.tell(topic, subject, Where::Base(decl.part(Part::Name)), message);
    }

    /// Boundaries that a flow crosses and did not.
    fn crossings(&mut self, flow: Decl) {
        let (base, head) = (self.base.db, self.head.db);
        let before = self.matching.in_base(flow).map(|old| crossed(base, old));
        let is_new = |boundary: &Decl, was: Option<&Vec<Decl>>| {
            was.is_none_or(|was| !was.iter().any(|old| self.matching.base_name(*old) == self.name(*boundary)))
        };
        let (entered, left) = crossed(head, flow);
        let names = |crossed: &[Decl], was: Option<&Vec<Decl>>| {
            let new = crossed.iter().filter(|boundary| is_new(boundary, was));
            new.map(|boundary| format!("`{}`", self.name(*boundary))).collect::<Vec<_>>().join(", ")
        };
        let enters = names(entered, before.as_ref().map(|(entered, _)| entered));
        let leaves = names(left, before.as_ref().map(|(_, left)| left));
        let (Some(source), Some(target)) = ends(head, flow) else { return };
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
        let trusts = (TRUST.word(trust(head, source).0), TRUST.word(trust(head, target).0));
        let from =
            if trusts.0 == trusts.1 { String::new() } else { format!(", from trust {} to {}", trusts.0, trusts.1) };
        let ends = if flow.shape(head).name.is_some() {
            format!(" (`{} -> {}`)", self.name(source), self.name(target))
        } else {
            String::new()
        };
        let message = format!("`{}`{ends} {}{from}", self.name(flow), parts.join(" and "));
        self.tell_of(Topic::Crossing, flow, Part::Name, message);
    }

    /// Sensitive data that something states to carry, keep or handle, and did not, or that were less sensitive.
    fn sensitive(&mut self, decl: Decl) {
        let (base, head) = (self.base.db, self.head.db);
        let verb = match decl.kind(head) {
            Kind::Flow => "carries",
            Kind::Store => "stores",
            Kind::Process => "handles",
            _ => return,
        };
        let properties = ["sends", "receives", "stores", "handles"];
        let grade = |db, asset| {
            let held = sensitivity_of_asset(db, asset);
            (held.classification, held.personal)
        };
        let old = self.matching.in_base(decl);
        let before =
            old.into_iter().flat_map(|old| properties.iter().flat_map(move |name| typed(base, old).decls(name)));
        let before: FxHashMap<String, (u8, bool)> =
            before.map(|asset| (self.matching.base_name(asset), grade(base, asset))).collect();
        let mut seen = FxHashSet::default();
        let mut new = Vec::new();
        let mut part = Part::Name;
        for (asset, at) in properties.iter().flat_map(|name| typed(head, decl).named(name)) {
            let (classification, is_personal) = grade(head, asset);
            let was = before.get(&self.name(asset)).copied().unwrap_or_default();
            let is_more = classification > was.0 && classification >= SENSITIVE || is_personal && !was.1;
            if is_more && seen.insert(asset) {
                let personal = if is_personal { ", personal" } else { "" };
                new.push(format!("`{}` ({}{personal})", self.name(asset), CLASSIFICATION.word(classification)));
                part = if part == Part::Name { at } else { part };
            }
        }
        if !new.is_empty() {
            self.tell_of(Topic::Sensitive, decl, part, format!("`{}` {verb} {}", self.name(decl), new.join(", ")));
        }
    }

    /// What protects an element that did not, and what no longer does, told once for all elements of one list.
    fn protection(&mut self) {
        let (base, head) = (self.base.db, self.head.db);
        let (mut lost, mut gained) = (Groups::new(), Groups::new());
        for &new in self.head.declarations.iter().filter(|decl| decl.kind(head).is_element()) {
            let Some(old) = self.matching.in_base(new) else { continue };
            let (before, after) = (effective_mitigations(base, old), effective_mitigations(head, new));
            let names = |name: &dyn Fn(Decl) -> String, all: &[threatline_model::relations::Effective]| {
                all.iter().map(|effective| name(effective.mitigation)).collect::<FxHashSet<String>>()
            };
            let was = names(&|decl| self.matching.base_name(decl), before);
            let is = names(&|decl| self.name(decl), after);
            for effective in
                before.iter().filter(|effective| !is.contains(&self.matching.base_name(effective.mitigation)))
            {
                lost.add((effective.mitigation, effective.by), new);
            }
            for effective in after.iter().filter(|effective| !was.contains(&self.name(effective.mitigation))) {
                gained.add((effective.mitigation, effective.by, effective.part), new);
            }
        }
        for ((mitigation, by), elements) in lost.0 {
            let name = self.matching.base_name(mitigation);
            let of = if by.kind(base).is_element() {
                String::new()
            } else {
                format!(", which {} listed", called_as(base, by, self.matching.base_name(by)))
            };
            let message = format!("`{}` no longer protects {}{of}", plain(&name), self.some(&elements));
            self.tell_of(Topic::Weakened, elements[0], Part::Name, message);
        }
        for ((mitigation, by, part), elements) in gained.0 {
            let message = format!("`{}` protects {}", plain(&self.name(mitigation)), self.some(&elements));
            let subject = (elements[0].kind(head).word(), self.name(elements[0]));
            self.tell(Topic::Changed, subject, Where::Head(by.part(part)), message);
        }
    }

    /// Elements of the head, the first few by name.
    fn some(&self, elements: &[Decl]) -> String {
        const MOST: usize = 5;
        let mut names: Vec<String> = elements.iter().take(MOST).map(|decl| format!("`{}`", self.name(*decl))).collect();
        if elements.len() > MOST {
            names.push(format!("{} more", elements.len() - MOST));
        }
        names.join(", ")
    }

    fn findings(&mut self) {
        let of = |side: &Side| side.model.map(|model| all(side.db, model)).unwrap_or_default();
        let (before, after) = (of(self.base), of(self.head));
        let base_id = |id: FindingId| match id {
            FindingId::Rule { rule, element } => {
                format!("{}@{}", self.matching.base_name(rule), self.matching.base_name(element))
            }
            FindingId::Threat(threat) => self.matching.base_name(threat),
        };
        let was: FxHashMap<String, &Assessed> = before.iter().map(|found| (base_id(found.finding.id), found)).collect();
        let is: FxHashMap<String, &Assessed> =
            after.iter().map(|found| (found.finding.id.name(self.head.db).to_string(), found)).collect();
        for found in after.iter().filter(|found| found.state == State::Open) {
            let before = was.get(found.finding.id.name(self.head.db).as_str());
            let before = before.map(|was| (was.state.word(), was.finding.severity));
            if before.is_none_or(|(state, severity)| state != "open" || severity < found.finding.severity) {
                self.found.opened.push(Opened { assessed: found.clone(), before });
            }
        }
        for found in before.iter().filter(|found| found.state == State::Open) {
            let now = is.get(&base_id(found.finding.id));
            if now.is_some_and(|now| now.state == State::Open) {
                continue;
            }
            let subject = found.finding.id.subject();
            let in_head = self.matching.in_head(subject);
            let place = match in_head {
                Some(head) => Where::Head(head.part(Part::Name)),
                None => Where::Base(subject.part(Part::Name)),
            };
            let why = match now {
                Some(now) => self.treated(now.state),
                None => self.absent(found, in_head),
            };
            self.found.closed.push(Closed { assessed: found.clone(), why, place });
        }
    }

    fn treated(&self, state: State) -> String {
        let by = |decl: Decl| plain(&self.name(decl)).to_owned();
        match state {
            State::Open => String::new(),
            State::Planned(mitigation) => format!("`{}` is planned to counter it", by(mitigation)),
            State::Mitigated(mitigation) => format!("`{}` counters it", by(mitigation)),
            State::Accepted(accept) => {
                let until = typed(self.head.db, accept).date("until");
                let until = until.map(|until| format!(" until {until}")).unwrap_or_default();
                format!("`{}` accepts it{until}", by(accept))
            }
        }
    }

    /// Why a finding is not there any more.
    fn absent(&self, found: &Assessed, in_head: Option<Decl>) -> String {
        let subject = found.finding.id.subject();
        let Some(head) = in_head else { return format!("{} is gone", called(self.base.db, subject)) };
        if typed(self.head.db, head).get("out_of_scope").is_some() {
            return format!("{} is out of scope", self.called(head));
        }
        if let FindingId::Rule { rule, .. } = found.finding.id
            && !rule.in_library(self.base.db)
            && self.matching.in_head(rule).is_none()
        {
            return format!("{} is gone", called(self.base.db, rule));
        }
        match found.finding.missing {
            Some(missing) => format!("`{}` is stated, or no longer matters", missing.property),
            None => "the facts no longer call for it".to_owned(),
        }
    }
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

/// A name without that of the library.
fn plain(name: &str) -> &str {
    name.strip_prefix("std.").unwrap_or(name)
}

/// A text of people among names in backticks.
fn unquoted(text: &str) -> String {
    text.replace('`', "'")
}

fn called(db: &Database, decl: Decl) -> String {
    called_as(db, decl, full_name(db, decl).to_string())
}

fn called_as(db: &Database, decl: Decl, name: String) -> String {
    match (decl.shape(db).name.is_some() || decl.kind(db) == Kind::Flow, decl.title(db)) {
        (false, Some(title)) => format!("{} \"{}\"", decl.kind(db).word(), unquoted(title)),
        _ => format!("{} `{name}`", decl.kind(db).word()),
    }
}
