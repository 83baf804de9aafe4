//! Requests and their answers, which become one flow. It must not know how a flow is read.

use super::keys::Keys;
use crate::draft::{Draft, Fact, Item, facts_in_words};
use rustc_hash::FxHashMap;

/// A flow that answers another one.
pub struct Answer {
    /// The flow.
    pub flow: Item,
    /// The title of the request.
    pub request: String,
}

/// The ends of a flow.
type Ends = Option<(String, String)>;

/// Joins answers with their requests, and gives all flows that are left. What referred to an answer
/// refers to its request.
pub fn join_answers(
    mut flows: Vec<Item>,
    answers: Vec<Answer>,
    keys: &mut Keys,
    draft: &mut Draft,
) -> Vec<Item> {
    let mut requests: FxHashMap<(String, Ends), usize> = FxHashMap::default();
    for (index, flow) in flows.iter().enumerate() {
        let identity = (flow.title.clone(), flow.ends.clone());
        requests.entry(identity).or_insert(index);
    }
    let mut request_keys: FxHashMap<String, String> = FxHashMap::default();
    for Answer { flow, request } in answers {
        let back = flow.ends.clone().map(|(source, target)| (target, source));
        let Some(index) = requests.get(&(request, back)) else {
            flows.push(flow);
            continue;
        };
        let request = &mut flows[*index];
        join(request, &flow);
        request_keys.insert(flow.key, request.key.clone());
    }
    let refer_to_request = |key: &mut String| {
        if let Some(request) = request_keys.get(key) {
            key.clone_from(request);
        }
    };
    keys.flows.change(refer_to_request);
    for item in draft.items.iter_mut() {
        item.change_keys(refer_to_request);
    }
    flows
}

/// States of a request what its answer says; what differs is kept.
fn join(request: &mut Item, answer: &Item) {
    for key in answer.keys("sends") {
        request.state("receives", Fact::Item(key.to_owned()));
    }
    request.comment(format!("Its response was a flow: {}", answer.title));
    if !answer.description.is_empty() {
        request.comment(answer.description.replace('\n', " "));
    }
    for (property, facts) in &answer.facts {
        if *property != "sends" && request.get(property) != facts.as_slice() {
            let facts = facts_in_words(facts);
            request.comment(format!("{property} of its response: {facts}"));
        }
    }
    let comments = answer.comments.iter();
    let comments = comments.map(|comment| format!("its response: {comment}"));
    request.comments.extend(comments);
}
