//! Where the declarations of a draft lie, and what flows bring there. It must not know any format.

use crate::draft::{Draft, Item};
use rustc_hash::FxHashMap;
use threatline_model::{Kind, MAX_BOUNDARY_DEPTH};

/// Takes boundaries that lie in themselves, or deeper than the language has it, out of there, and
/// what lies in something that is no boundary.
pub fn break_circles(draft: &mut Draft) {
    let boundaries = draft
        .items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.kind == Kind::Boundary);
    let boundaries: FxHashMap<String, usize> = boundaries
        .map(|(at, item)| (item.key.clone(), at))
        .collect();
    for item in draft.items.iter_mut() {
        if item
            .place
            .as_ref()
            .is_some_and(|place| !boundaries.contains_key(place))
        {
            item.place = None;
        }
    }
    // How deep each boundary is, from the outermost, 1.
    let mut depths: FxHashMap<usize, usize> = FxHashMap::default();
    let mut starts: Vec<usize> = boundaries.values().copied().collect();
    starts.sort_unstable();
    for start in starts {
        let above = |draft: &Draft, at: usize| {
            draft
                .items
                .at(at)
                .place
                .as_ref()
                .map(|above| boundaries[above])
        };
        let mut chain = vec![start];
        while let Some(next) =
            above(draft, chain[chain.len() - 1]).filter(|next| !depths.contains_key(next))
        {
            if chain.contains(&next) {
                let item = draft.items.at_mut(chain[chain.len() - 1]);
                item.comments.push("It lay in itself.".to_owned());
                item.place = None;
                break;
            }
            chain.push(next);
        }
        for at in chain.into_iter().rev() {
            let around = above(draft, at);
            let mut depth = around.map_or(1, |around| depths[&around] + 1);
            if let Some(around) = around.filter(|_| depth > MAX_BOUNDARY_DEPTH) {
                let around = draft.items.at(around).title.clone();
                let item = draft.items.at_mut(at);
                item.comments.push(format!(
                    "It lay in \"{around}\", deeper than boundaries can."
                ));
                item.place = None;
                depth = 1;
            }
            depths.insert(at, depth);
        }
    }
}

/// Whether an element stands where anyone can be.
pub fn is_in_the_open(draft: &Draft, element: &Item) -> bool {
    trust_of(
        draft,
        element.place.as_deref(),
        element.kind == Kind::External,
    ) == "untrusted"
}

/// The keys of the assets that the flows of each element carry, by its key, in the order of the
/// flows.
pub fn carried(draft: &Draft) -> FxHashMap<&str, Vec<&str>> {
    let mut carried: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for flow in draft.of_kind(&[Kind::Flow]) {
        for end in flow
            .ends
            .iter()
            .flat_map(|(source, target)| [source, target])
        {
            carried
                .entry(end)
                .or_default()
                .extend(flow.keys("sends").chain(flow.keys("receives")));
        }
    }
    carried
}

/// The trust of a place, by the key of its boundary.
pub fn trust_of<'d>(draft: &'d Draft, place: Option<&str>, is_external: bool) -> &'d str {
    let Some(mut place) = place else {
        return if is_external { "untrusted" } else { "high" };
    };
    for _ in 0..64 {
        let Some(boundary) = draft.items.get(place) else {
            break;
        };
        if let Some(trust) = boundary.stated("trust") {
            return trust;
        }
        match boundary.place.as_deref() {
            Some(above) => place = above,
            None => break,
        }
    }
    "high"
}

/// Leaves out the trust of boundaries that is that of the boundary around them anyway, as a person
/// would.
pub fn unstate_inherited_trust(draft: &mut Draft, boundaries: &[String]) {
    let is_inherited = |key: &&String| {
        let boundary = draft.items.get(key)?;
        Some(boundary.stated("trust")? == trust_of(draft, boundary.place.as_deref(), false))
    };
    let inherited: Vec<String> = boundaries
        .iter()
        .filter(|key| is_inherited(key) == Some(true))
        .cloned()
        .collect();
    for key in inherited {
        if let Some(boundary) = draft.items.get_mut(&key) {
            boundary.facts.retain(|(name, _)| *name != "trust");
        }
    }
}
