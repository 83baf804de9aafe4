//! The fingerprints of results, by which a page knows them from one run to the next: their
//! identities, numbered where several of a file have the same. Next to them a page looks at the
//! path, so identities need not distinguish models.

use crate::reports::spots::Spot;
use std::collections::HashMap;
use std::sync::Arc;

/// The key of our fingerprints. Its number grows when a result is named in another way.
pub const KEY: &str = "threatline/v1";

/// The names of results in their order.
#[derive(Default)]
pub struct Fingerprints(Vec<(Arc<str>, u32, String)>);

impl Fingerprints {
    /// Adds the name of the next result.
    pub fn add(&mut self, spot: &Spot, identity: String) {
        self.0.push((spot.path.clone(), spot.span.start, identity));
    }

    /// The fingerprints, in the order of the results. Of several of one name in a file, the second
    /// and later ones by place get a number.
    pub fn settle(self) -> Vec<String> {
        let mut by_place: Vec<usize> = (0..self.0.len()).collect();
        by_place.sort_by_key(|index| (&self.0[*index].0, self.0[*index].1));
        let mut seen: HashMap<(&str, &str), usize> = HashMap::new();
        let mut settled = vec![String::new(); self.0.len()];
        for index in by_place {
            let (path, _, identity) = &self.0[index];
            let number = seen.entry((path, identity)).or_default();
            *number += 1;
            settled[index] = if *number == 1 {
                identity.clone()
            } else {
                format!("{identity}/{number}")
            };
        }
        settled
    }
}
