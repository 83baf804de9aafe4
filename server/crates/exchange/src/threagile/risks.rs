//! Risks of one's own, as threats, and what was decided on risks. It must not know Threagile's
//! rules, except for their names.

use super::keys::{Keys, KeysById, id_of_title};
use super::terms::{CATEGORIES, IMPACT, LIKELIHOOD, STATUS, STRIDE, Status};
use crate::draft::{Decided, Decision, Draft, Fact, Item};
use crate::tree::{Fields, Node, Value};
use crate::{names, reading, stand_ins, titles};
use rustc_hash::FxHashMap;
use threatline_model::{Date, Kind};

/// Reads the risks of categories of one's own, each as a threat.
pub fn read_own(top: &Fields<'_>, keys: &mut Keys, draft: &mut Draft) {
    let list = "custom_risk_categories";
    let categories = match top.node(list).map(Node::value) {
        Some(Value::List(_)) => top
            .groups(list)
            .into_iter()
            .map(|fields| {
                let title = fields.text("title");
                (title.unwrap_or_else(|| fields.required("id")), fields)
            })
            .collect(),
        _ => top.groups_by_name(&[list, "individual_risk_categories"]),
    };
    let inside = items_inside(draft);
    for (name, fields) in categories {
        read_category(&fields, name, keys, &inside, draft);
    }
}

/// The keys of what is in each boundary, by its key.
type Inside = FxHashMap<String, Vec<String>>;

/// The most that is in a boundary that a risk may be about.
const MAX_INSIDE: usize = 64;

/// What is in each boundary, where that is not too much to be listed for each risk.
fn items_inside(draft: &Draft) -> Inside {
    let mut inside = Inside::default();
    for item in draft.items.iter() {
        if let Some(place) = &item.place {
            let keys = inside.entry(place.clone()).or_default();
            keys.push(item.key.clone());
        }
    }
    inside.retain(|_, keys| keys.len() <= MAX_INSIDE);
    inside
}

/// How many bytes of what a category says are repeated at its risks; of more, it is at the first
/// alone.
const MAX_REPEATED: usize = 1 << 20;

/// What all risks of a category say.
struct Category {
    name: String,
    id: String,
    title: String,
    description: String,
    stride: &'static str,
    /// A reference to the list of weaknesses.
    cwe: Option<String>,
    comments: Vec<String>,
}

fn read_category(
    fields: &Fields<'_>,
    name: String,
    keys: &mut Keys,
    inside: &Inside,
    draft: &mut Draft,
) {
    let cwe = fields.number("cwe").filter(|number| *number >= 1.0);
    let mut category = Category {
        id: fields.text("id").unwrap_or_else(|| id_of_title(&name)),
        title: fields.text("title").unwrap_or_else(|| name.clone()),
        description: fields.text("description").unwrap_or_default(),
        stride: fields.word("stride", STRIDE).unwrap_or("tampering"),
        cwe: cwe.map(|number| format!("CWE-{number}")),
        comments: Vec::new(),
        name,
    };
    let (action, advice) = (fields.text("action"), fields.text("mitigation"));
    let risks = fields.groups_by_name(&["risks_identified"]);
    category.comments = fields.joined_rest();
    let mitigation = action
        .as_ref()
        .or(advice.as_ref())
        .filter(|_| !risks.is_empty())
        .map(|text| {
            let key = format!("action {}", category.id);
            let mut mitigation = Item::new(Kind::Mitigation, key, titles::title_of(text));
            mitigation.describe(advice.clone());
            mitigation.word("status", Some("proposed"));
            mitigation
        });
    let is_alone = risks.len() == 1;
    let prose =
        category.comments.iter().map(String::len).sum::<usize>() + category.description.len();
    let is_too_much = prose.saturating_mul(risks.len()) > MAX_REPEATED;
    for (index, (title, risk)) in risks.into_iter().enumerate() {
        if index == 1 && is_too_much {
            category.description.clear();
            category.comments.clear();
        }
        let mut threat = threat(&risk, &category, &title);
        threat.name = names::of_id(&category.id).filter(|_| is_alone);
        let id = read_subjects(&risk, &category.id, &mut threat, keys, inside);
        keys.risks.push(id, threat.key.clone());
        stand_ins::complete_threat(draft, &mut threat);
        if let Some(id) = &category.cwe {
            reading::reference(&mut threat, id);
        }
        if let Some(mitigation) = &mitigation {
            threat.state("mitigations", Fact::Item(mitigation.key.clone()));
        }
        threat.comments.extend(category.comments.clone());
        threat.comments.extend(risk.joined_rest());
        draft.items.push(threat);
    }
    draft.items.extend(mitigation);
}

fn threat(risk: &Fields<'_>, category: &Category, title: &str) -> Item {
    let key = format!("risk {} {title}", category.name);
    let mut threat = Item::new(Kind::Threat, key, titles::without_markup(title));
    let description = if category.title == threat.title {
        category.description.clone()
    } else {
        format!("{}. {}", category.title, category.description)
    };
    threat.describe(Some(description.trim().to_owned()));
    threat.word("category", Some(category.stride));
    let likelihood = risk.word("exploitation_likelihood", LIKELIHOOD);
    threat.word("likelihood", likelihood);
    threat.word("impact", risk.word("exploitation_impact", IMPACT));
    threat
}

/// Reads what a risk is about, and gives the id that Threagile makes of it.
fn read_subjects(
    risk: &Fields<'_>,
    category: &str,
    threat: &mut Item,
    keys: &Keys,
    inside: &Inside,
) -> String {
    let mut whole_id = category.to_owned();
    let mut subject = |field: &str, kind: &str, known: &KeysById| -> Option<String> {
        let id = risk.text(field)?;
        whole_id = format!("{whole_id}@{id}");
        let key = known.get(&id);
        if key.is_none() {
            risk.problem(field, known.missing(&id, kind));
        }
        key.map(str::to_owned)
    };
    let asset = subject("most_relevant_data_asset", "data asset", &keys.assets);
    let element = subject(
        "most_relevant_technical_asset",
        "technical asset",
        &keys.technical,
    );
    let link = subject(
        "most_relevant_communication_link",
        "communication link",
        &keys.links,
    );
    let boundary = subject(
        "most_relevant_trust_boundary",
        "trust boundary",
        &keys.boundaries,
    );
    if let Some(asset) = asset {
        threat.state("affects", Fact::Item(asset));
    }
    for target in element.into_iter().chain(link) {
        threat.state("targets", Fact::Item(target));
    }
    if let Some(boundary) = boundary.filter(|_| !threat.has("targets")) {
        for key in inside.get(&boundary).into_iter().flatten() {
            threat.state("targets", Fact::Item(key.clone()));
        }
    }
    whole_id
}

/// How many elements all decisions together may be about: several may have one id.
const MAX_SUBJECTS: usize = 1 << 20;

/// How many decisions may be about all risks that fit a pattern.
const MAX_PATTERNS: usize = 1000;

/// Reads which risks were decided on.
pub fn read_tracking(top: &Fields<'_>, keys: &Keys, draft: &mut Draft) {
    let date = top.text("date");
    let mut tracked = top.groups_by_name(&["risk_tracking"]);
    // What names one risk counts before what names many.
    tracked.sort_by_key(|(id, _)| id.contains('*'));
    let (mut patterns, mut subjects) = (0, 0);
    for (id, fields) in tracked {
        // Each may fit all that there is.
        let wildcards = id.split('@').filter(|part| part.contains('*')).count();
        patterns += wildcards.max(usize::from(!id.contains('@')));
        if patterns > MAX_PATTERNS {
            let message = format!("more than {MAX_PATTERNS} of these use wildcards");
            top.problem("risk_tracking", message);
            break;
        }
        let tracked_risk = TrackedRisk::read(&fields, &id, date.as_deref(), draft);
        if let Some(decision) = tracked_risk.into_decision(&fields, &id, keys, draft) {
            subjects += decision.subjects.len();
            if subjects > MAX_SUBJECTS {
                let message = format!("these name more than {MAX_SUBJECTS} elements");
                top.problem("risk_tracking", message);
                break;
            }
            draft.decisions.push(decision);
        }
    }
}

/// What was done about a risk.
struct TrackedRisk {
    /// What was decided, if anything was.
    decided: Option<Decided>,
    why: String,
    ticket: Option<String>,
    /// The whole statement, in one line.
    details: String,
    /// What is kept in a comment.
    comment: String,
}

impl TrackedRisk {
    fn read(
        fields: &Fields<'_>,
        id: &str,
        model_date: Option<&str>,
        draft: &mut Draft,
    ) -> TrackedRisk {
        let status = fields.word("status", STATUS);
        let why = fields.text("justification").unwrap_or_default();
        let ticket = fields.text("ticket");
        let by = fields.text("checked_by").unwrap_or_default();
        let date = fields.text("date");
        let details: Vec<&str> = [Some(&why), date.as_ref(), Some(&by), ticket.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(|text| !text.is_empty())
            .collect();
        let details = details.join("; ");
        let word = fields.text("status").unwrap_or_default();
        draft.comments.extend(fields.joined_rest());
        let day = date
            .as_deref()
            .or(model_date)
            .and_then(|date| date.get(..10)?.parse::<Date>().ok());
        TrackedRisk {
            decided: status.and_then(|status| decided(status, &by, day, &why)),
            comment: titles::labelled(&format!("risk tracking {id}: {word}"), &details),
            details,
            why,
            ticket,
        }
    }

    /// The decision on what the library finds as well; without such, a comment is kept.
    fn into_decision(
        self,
        fields: &Fields<'_>,
        id: &str,
        keys: &Keys,
        draft: &mut Draft,
    ) -> Option<Decision> {
        let Some(decided) = self.decided else {
            if !self.details.is_empty() {
                let why = "kept in a comment: no decision was made";
                fields.keep(&mut draft.comments, "status", why, self.comment);
            }
            return None;
        };
        let (category, subjects) = id.split_once('@').unwrap_or((id, "*"));
        let rules = CATEGORIES
            .iter()
            .find(|(known, _)| *known == category)
            .map_or(&[] as &[_], |(_, rules)| rules);
        let mut decided_on = keys.risks.fitting(id);
        if rules.is_empty() && decided_on.is_empty() {
            let why = "kept in a comment: the library has no such rule";
            fields.keep(&mut draft.comments, "status", why, self.comment);
            return None;
        }
        for subject in subjects.split('@') {
            decided_on.extend(keys.technical.fitting(subject));
            decided_on.extend(keys.links.fitting(subject));
        }
        let risk = category.replace('-', " ");
        Some(Decision {
            rules,
            subjects: decided_on,
            title: match decided {
                Decided::Mitigated(_) => format!("Mitigation of {risk}"),
                Decided::Accepted { .. } => titles::first_sentence(&self.why).unwrap_or(risk),
            },
            decided,
            name: category.replace('-', "_"),
            ticket: self.ticket,
            comment: self.comment,
            place: fields.place().clone(),
            path: fields.path().to_owned(),
        })
    }
}

/// What a status means, with who decided, when and why.
fn decided(status: Status, by: &str, day: Option<Date>, why: &str) -> Option<Decided> {
    let because = titles::or(why, "No reason was given.");
    let because = match status {
        Status::Unchecked => return None,
        Status::Mitigated(status) => return Some(Decided::Mitigated(status)),
        Status::Accepted => because.to_owned(),
        Status::FalsePositive => format!("False positive: {because}"),
    };
    Some(Decided::Accepted {
        by: titles::or(by, "unknown").to_owned(),
        until: stand_ins::a_year_after(day),
        because,
    })
}
