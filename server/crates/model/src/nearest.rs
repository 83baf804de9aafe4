//! Which of some words a written one most likely meant.

use smol_str::SmolStr;

/// The candidate that a written word most likely meant, if one is near enough.
pub fn nearest(written: &str, candidates: impl IntoIterator<Item = SmolStr>) -> Option<SmolStr> {
    let near_enough = |word: &str| 1 + word.chars().count() / 4;
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let word = last(written);
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let whole = strsim::osa_distance(&written.to_lowercase(), &candidate.to_lowercase());
            let word_alone = strsim::osa_distance(&word, &last(&candidate));
            let is_near = whole <= near_enough(written) || word_alone <= near_enough(&word);
            let distance = whole.min(word_alone);
            (is_near && distance < word.chars().count()).then_some((distance, candidate))
        })
        .min_by(|(left, a), (right, b)| (left, a.len(), a).cmp(&(right, b.len(), b)))
        .map(|(_, candidate)| candidate)
}
