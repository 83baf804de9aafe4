//! Which element and boundary is in which boundary, and how far boundaries are trusted. It must not
//! know what else an element says.

use super::assets::IN_INTERNET;
use super::keys::Keys;
use crate::draft::{Draft, Item};
use crate::places;
use crate::tree::Notes;
use rustc_hash::FxHashSet;
use threatline_model::{ENDPOINT_KINDS, Kind};

/// Puts elements and boundaries into their boundaries.
pub fn place_items(notes: &Notes, keys: &Keys, draft: &mut Draft) {
    place_elements(notes, keys, draft);
    nest_boundaries(notes, keys, draft);
    places::break_circles(draft);
    distrust_open_boundaries(draft);
    place_in_internet(draft);
    forget_notes_on_internet(draft);
}

fn place_elements(notes: &Notes, keys: &Keys, draft: &mut Draft) {
    for contents in &keys.inside {
        for id in &contents.ids {
            let Some(key) = keys.technical.get(id) else {
                let message = keys.technical.missing(id, "technical asset");
                notes.problem(&contents.place, &contents.path, message);
                continue;
            };
            if let Some(item) = draft.items.get_mut(key) {
                let is_elsewhere = item
                    .place
                    .as_ref()
                    .is_some_and(|other| *other != contents.boundary);
                if is_elsewhere {
                    let message = format!("`{id}` is in more than one trust boundary");
                    notes.problem(&contents.place, &contents.path, message);
                }
                item.place = Some(contents.boundary.clone());
            }
        }
    }
}

fn nest_boundaries(notes: &Notes, keys: &Keys, draft: &mut Draft) {
    for contents in &keys.nested {
        let problem = |message: String| notes.problem(&contents.place, &contents.path, message);
        for id in &contents.ids {
            match keys.boundaries.get(id) {
                Some(key) if key == contents.boundary => {
                    problem("it is nested in itself".to_owned())
                }
                Some(key) => {
                    if let Some(item) = draft.items.get_mut(key) {
                        item.place = Some(contents.boundary.clone());
                    }
                }
                None => problem(keys.boundaries.missing(id, "trust boundary")),
            }
        }
    }
}

/// Whether an element is in the internet, as the document says.
fn is_in_internet(item: &Item) -> bool {
    item.comments.iter().any(|comment| comment == IN_INTERNET)
}

/// States that a boundary around nothing but others in the internet is not to be trusted; what is
/// ours and can be reached from there may well be.
fn distrust_open_boundaries(draft: &mut Draft) {
    let is_others = |item: &&Item| item.kind == Kind::External && is_in_internet(item);
    let open: Vec<String> = draft
        .grouped(ENDPOINT_KINDS, |item| item.place.as_deref().into_iter())
        .into_iter()
        .filter(|(_, inside)| inside.iter().all(is_others))
        .map(|(boundary, _)| boundary.to_owned())
        .collect();
    for key in &open {
        if let Some(boundary) = draft.items.get_mut(key)
            && !boundary.has("trust")
        {
            boundary.word("trust", Some("untrusted"));
            boundary.comment(
                "TODO: review `trust`: none was specified, and everything in it is on the \
                 internet",
            );
        }
    }
}

/// Puts what is in the internet and in no boundary into one that is not to be trusted; of an
/// external that goes without saying.
fn place_in_internet(draft: &mut Draft) {
    let key = "boundary the internet";
    let mut is_needed = false;
    for item in draft.items.iter_mut() {
        if item.place.is_some() || !is_in_internet(item) {
            continue;
        }
        if item.kind == Kind::External {
            item.comments.retain(|comment| comment != IN_INTERNET);
        } else {
            item.place = Some(key.to_owned());
            is_needed = true;
        }
    }
    if is_needed {
        let mut internet = Item::new(Kind::Boundary, key, "Internet");
        internet.word("trust", Some("untrusted"));
        draft.items.push(internet);
    }
}

/// Takes back the notes on elements whose boundary says how far it is trusted.
fn forget_notes_on_internet(draft: &mut Draft) {
    let stated: FxHashSet<String> = draft
        .of_kind(&[Kind::Boundary])
        .filter(|boundary| boundary.stated("trust").is_some())
        .map(|boundary| boundary.key.clone())
        .collect();
    for item in draft.items.iter_mut() {
        if item
            .place
            .as_ref()
            .is_some_and(|place| stated.contains(place))
        {
            item.comments.retain(|comment| comment != IN_INTERNET);
        }
    }
}
