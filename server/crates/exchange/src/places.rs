//! Where the declarations of a draft lie, and what flows bring there. It must not know any format.

use crate::draft::{Draft, Item};
use rustc_hash::{FxHashMap, FxHashSet};
use threatline_model::{Kind, MAX_BOUNDARY_DEPTH};

/// How many boundaries are gone up for the trust of one.
const MAX_STEPS_UP: usize = 64;

/// Takes boundaries that are in themselves, or deeper than the language has it, out of there, and
/// what is in something that is not a boundary.
pub fn break_circles(draft: &mut Draft) {
    let boundaries: FxHashMap<String, usize> = draft
        .items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.kind == Kind::Boundary)
        .map(|(index, item)| (item.key.clone(), index))
        .collect();
    for item in draft.items.iter_mut() {
        item.place = item
            .place
            .take()
            .filter(|place| boundaries.contains_key(place));
    }
    let mut starts: Vec<usize> = boundaries.values().copied().collect();
    starts.sort_unstable();
    // How deep each boundary is, from the outermost, 1.
    let mut depths: FxHashMap<usize, usize> = FxHashMap::default();
    for start in starts {
        let chain = chain_upwards(draft, start, &boundaries, &depths);
        limit_depths(draft, chain, &boundaries, &mut depths);
    }
}

/// The boundary around another one, by their indices.
fn boundary_around(
    draft: &Draft,
    index: usize,
    boundaries: &FxHashMap<String, usize>,
) -> Option<usize> {
    let place = draft.items.by_index(index).place.as_ref()?;
    Some(boundaries[place])
}

/// A boundary and those around it whose depths are not known yet. One that is around itself is
/// taken out of there.
fn chain_upwards(
    draft: &mut Draft,
    start: usize,
    boundaries: &FxHashMap<String, usize>,
    depths: &FxHashMap<usize, usize>,
) -> Vec<usize> {
    let mut chain = vec![start];
    let mut passed: FxHashSet<usize> = FxHashSet::from_iter([start]);
    let mut last = start;
    while let Some(next) = boundary_around(draft, last, boundaries)
        && !depths.contains_key(&next)
    {
        if !passed.insert(next) {
            let item = draft.items.by_index_mut(last);
            item.comment("It was nested in itself.");
            item.place = None;
            break;
        }
        chain.push(next);
        last = next;
    }
    chain
}

/// Counts the depths of a chain of boundaries, and takes those that are too deep out of there.
fn limit_depths(
    draft: &mut Draft,
    chain: Vec<usize>,
    boundaries: &FxHashMap<String, usize>,
    depths: &mut FxHashMap<usize, usize>,
) {
    for index in chain.into_iter().rev() {
        let around = boundary_around(draft, index, boundaries);
        let mut depth = around.map_or(1, |around| depths[&around] + 1);
        if let Some(around) = around.filter(|_| depth > MAX_BOUNDARY_DEPTH) {
            let around = draft.items.by_index(around).title.clone();
            let item = draft.items.by_index_mut(index);
            item.comment(format!(
                "It was in \"{around}\", deeper than boundaries can be nested."
            ));
            item.place = None;
            depth = 1;
        }
        depths.insert(index, depth);
    }
}

/// Whether an element is where anyone can be.
pub fn is_in_the_open(draft: &Draft, element: &Item) -> bool {
    let is_external = element.kind == Kind::External;
    trust_of(draft, element.place.as_deref(), is_external) == "untrusted"
}

/// The keys of the assets that the flows of each element carry, by its key, in the order of the
/// flows.
pub fn carried(draft: &Draft) -> FxHashMap<&str, Vec<&str>> {
    let mut carried: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for flow in draft.of_kind(&[Kind::Flow]) {
        let ends = flow.ends.iter();
        for end in ends.flat_map(|(source, target)| [source, target]) {
            carried
                .entry(end)
                .or_default()
                .extend(flow.keys("sends").chain(flow.keys("receives")));
        }
    }
    carried
}

/// The same, for a draft that is about to change.
pub fn carried_now(draft: &Draft) -> FxHashMap<String, FxHashSet<String>> {
    carried(draft)
        .into_iter()
        .map(|(element, assets)| {
            let assets = assets.into_iter().map(str::to_owned).collect();
            (element.to_owned(), assets)
        })
        .collect()
}

/// The trust of a place, by the key of its boundary.
pub fn trust_of<'d>(draft: &'d Draft, place: Option<&str>, is_external: bool) -> &'d str {
    let Some(mut place) = place else {
        return if is_external { "untrusted" } else { "high" };
    };
    for _ in 0..MAX_STEPS_UP {
        let Some(boundary) = draft.items.get(place) else {
            break;
        };
        if let Some(trust) = boundary.stated("trust") {
            return trust;
        }
        match boundary.place.as_deref() {
            Some(around) => place = around,
            None => break,
        }
    }
    "high"
}

/// Leaves out the trust of boundaries that is that of the boundary around them anyway, as a person
/// would.
pub fn unstate_inherited_trust(draft: &mut Draft, boundaries: &[String]) {
    let is_inherited = |key: &&String| {
        draft.items.get(key).is_some_and(|boundary| {
            boundary.stated("trust") == Some(trust_of(draft, boundary.place.as_deref(), false))
        })
    };
    let inherited: Vec<String> = boundaries.iter().filter(is_inherited).cloned().collect();
    for key in inherited {
        if let Some(boundary) = draft.items.get_mut(&key) {
            boundary.clear("trust");
        }
    }
}
