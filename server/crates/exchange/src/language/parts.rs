//! Which parts a model has, each a file, and what is in which. It must not know what a declaration
//! is called or how it is written.

use crate::draft::{Draft, Item};
use crate::names::{MAX_NAME, of_title};
use crate::once::Once;
use rustc_hash::{FxHashMap, FxHashSet};
use threatline_model::{ENDPOINT_KINDS, Kind, library};
use threatline_syntax::is_name;
use threatline_view::sanitize::line;

/// How many elements stand in one file before the model is split into several.
const MAX_IN_ONE: usize = 12;

/// Where the parts of a draft go.
pub struct Parts {
    /// The components; the first stands for what belongs to none, if it has no name.
    pub components: Vec<Component>,
    /// Which of them each item is in, by its key.
    by_key: FxHashMap<String, usize>,
}

/// A part of a model.
pub struct Component {
    /// Its name; nothing for what belongs to no component.
    pub name: Option<String>,
    /// What people read.
    pub title: String,
}

impl Parts {
    /// The parts of a draft: those that it names, or its boundaries if it is large.
    pub fn of_draft(draft: &Draft) -> Parts {
        let groups = Groups::of(draft);
        let mut names = ComponentNames::of(draft);
        if let Some((name, title)) = groups.only_component(draft, &names) {
            return Parts {
                components: vec![Component {
                    name: Some(names.take(&name, "imported_model")),
                    title: line(title),
                }],
                by_key: FxHashMap::default(),
            };
        }
        let components = groups.components(draft, &mut names);
        let mut by_key = groups.parts_of_items(draft);
        place_flows(draft, &mut by_key);
        // Twice, as some are used by others of these.
        place_by_use(draft, &mut by_key);
        place_by_use(draft, &mut by_key);
        Parts { components, by_key }
    }

    /// The part that an item is in.
    pub fn of(&self, item: &Item) -> usize {
        self.by_key.get(&item.key).copied().unwrap_or(0)
    }
}

/// The groups that items are in, before there are components.
struct Groups<'d> {
    /// Whether the document names them; else they are the keys of boundaries.
    are_stated: bool,
    /// The group of each item that is in one, by its key.
    by_key: FxHashMap<&'d str, &'d str>,
    /// The groups in the order of the items; the first stands for what is in none.
    order: Vec<&'d str>,
}

impl<'d> Groups<'d> {
    fn of(draft: &'d Draft) -> Groups<'d> {
        let stated: FxHashMap<&str, &str> = draft
            .items
            .iter()
            .filter_map(|item| Some((item.key.as_str(), item.part.as_deref()?)))
            .collect();
        let are_stated = !stated.is_empty();
        let elements: Vec<&Item> = draft.of_kind(ENDPOINT_KINDS).collect();
        let by_key = if !are_stated && elements.len() > MAX_IN_ONE {
            by_boundary(draft, &elements)
        } else {
            stated
        };
        let mut order: Vec<&str> = vec![""];
        let mut known: FxHashSet<&str> = FxHashSet::from_iter([""]);
        for item in draft.items.iter() {
            if let Some(group) = by_key.get(item.key.as_str())
                && known.insert(group)
            {
                order.push(group);
            }
        }
        Groups {
            are_stated,
            by_key,
            order,
        }
    }

    /// The name and the title of the component, if one is enough.
    fn only_component<'t>(
        &'t self,
        draft: &'t Draft,
        names: &ComponentNames,
    ) -> Option<(String, &'t str)> {
        let is_in = |item: &Item, group: &str| self.by_key.get(item.key.as_str()) == Some(&group);
        match self.order.as_slice() {
            [_, only] if self.are_stated && draft.items.iter().all(|item| is_in(item, only)) => {
                let groups = self.order.iter().copied().collect();
                Some((names.own(only, &groups), only))
            }
            [_] | [_, _] if !self.are_stated => {
                let title = crate::titles::or(&draft.title, "Imported model");
                Some((of_title(title), title))
            }
            _ => None,
        }
    }

    /// The components that the groups become.
    fn components(&self, draft: &Draft, names: &mut ComponentNames) -> Vec<Component> {
        // The file of what belongs to no component is called so.
        names.once.keep("model");
        let groups: FxHashSet<&str> = self.order.iter().copied().collect();
        let mut components = vec![Component {
            name: None,
            title: String::new(),
        }];
        for group in &self.order[1..] {
            let boundary = draft.items.get(group).filter(|_| !self.are_stated);
            let (name, title) = match boundary {
                Some(boundary) => {
                    let name = boundary.name.as_deref().unwrap_or(&boundary.title);
                    (of_title(name), boundary.title.as_str())
                }
                None => (names.own(group, &groups), *group),
            };
            components.push(Component {
                name: Some(names.take(&name, "part")),
                title: line(title),
            });
        }
        components
    }

    /// The number of the group of each item that is in one.
    fn parts_of_items(&self, draft: &Draft) -> FxHashMap<String, usize> {
        let numbers: FxHashMap<&str, usize> = self
            .order
            .iter()
            .enumerate()
            .map(|(number, group)| (*group, number))
            .collect();
        draft
            .items
            .iter()
            .filter_map(|item| {
                let group = self.by_key.get(item.key.as_str())?;
                Some((item.key.clone(), numbers[group]))
            })
            .collect()
    }
}

/// Puts flows that are in no part to their target, or else to their source.
fn place_flows(draft: &Draft, by_key: &mut FxHashMap<String, usize>) {
    for flow in draft.of_kind(&[Kind::Flow]) {
        let part_of = |key: &String| by_key.get(key).copied().filter(|part| *part > 0);
        let part = flow
            .ends
            .as_ref()
            .and_then(|(source, target)| part_of(target).or_else(|| part_of(source)));
        by_key.entry(flow.key.clone()).or_insert(part.unwrap_or(0));
    }
}

/// Puts what only one part uses, or what is only about one part, there.
fn place_by_use(draft: &Draft, by_key: &mut FxHashMap<String, usize>) {
    let mut users: FxHashMap<&str, FxHashSet<usize>> = FxHashMap::default();
    for item in draft.items.iter() {
        if let Some(part) = by_key.get(&item.key) {
            let facts = item.facts.iter().flat_map(|(_, facts)| facts);
            for key in facts.filter_map(|fact| fact.key()) {
                users.entry(key).or_default().insert(*part);
            }
        }
    }
    let mut placed = Vec::new();
    for item in draft.items.iter() {
        if by_key.contains_key(&item.key) {
            continue;
        }
        let part = match item.kind {
            Kind::Asset | Kind::Mitigation => only(users.get(item.key.as_str())),
            Kind::Threat | Kind::Accept | Kind::Assumption => {
                let subjects = item
                    .facts
                    .iter()
                    .filter(|(name, _)| ["targets", "findings", "about"].contains(name));
                let parts: Option<FxHashSet<usize>> = subjects
                    .flat_map(|(_, facts)| facts)
                    .filter_map(|fact| fact.key())
                    .map(|key| by_key.get(key).copied())
                    .collect();
                only(parts.as_ref())
            }
            _ => None,
        };
        placed.extend(part.map(|part| (item.key.clone(), part)));
    }
    by_key.extend(placed);
}

/// The part, if there is only one.
fn only(parts: Option<&FxHashSet<usize>>) -> Option<usize> {
    let mut parts = parts?.iter();
    parts.next().copied().filter(|_| parts.next().is_none())
}

/// The group of each element: the key of the boundary below which several of them stand.
fn by_boundary<'d>(draft: &'d Draft, elements: &[&'d Item]) -> FxHashMap<&'d str, &'d str> {
    let chains: Vec<Vec<&str>> = elements
        .iter()
        .map(|item| boundaries_around(draft, item))
        .collect();
    let mut groups = FxHashMap::default();
    // A group of elements that have so many boundaries in common is split where it is too large.
    let mut open: Vec<(usize, Vec<usize>)> = vec![(0, (0..chains.len()).collect())];
    while let Some((depth, members)) = open.pop() {
        let mut below: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for member in members {
            if let Some(boundary) = chains[member].get(depth) {
                below.entry(boundary).or_default().push(member);
            }
        }
        for (boundary, members) in below {
            let is_large = members.len() > MAX_IN_ONE;
            let (deeper, here): (Vec<usize>, Vec<usize>) = members
                .into_iter()
                .partition(|member| is_large && chains[*member].len() > depth + 1);
            if here.len() > 1 {
                let keys = here.into_iter().map(|member| elements[member].key.as_str());
                groups.extend(keys.map(|key| (key, boundary)));
            }
            if !deeper.is_empty() {
                open.push((depth + 1, deeper));
            }
        }
    }
    groups
}

/// The keys of the boundaries around an element, from the outermost to the innermost.
fn boundaries_around<'d>(draft: &'d Draft, element: &'d Item) -> Vec<&'d str> {
    let mut chain: Vec<&str> = Vec::new();
    let mut next = element.place.as_deref();
    while let Some(key) = next.filter(|key| !chain.contains(key)) {
        chain.push(key);
        next = draft
            .items
            .get(key)
            .and_then(|boundary| boundary.place.as_deref());
    }
    chain.reverse();
    chain
}

/// Names of components: what the document names keeps its name.
struct ComponentNames {
    /// What items are called, or may be.
    item_names: FxHashSet<String>,
    once: Once,
}

impl ComponentNames {
    fn of(draft: &Draft) -> ComponentNames {
        let item_names: FxHashSet<String> = draft
            .items
            .iter()
            .flat_map(|item| [Some(of_title(&item.title)), item.name.clone()])
            .flatten()
            .collect();
        let mut once = Once::default();
        for name in item_names.iter().map(String::as_str).chain(["std", "in"]) {
            once.keep(name);
        }
        ComponentNames { item_names, once }
    }

    /// The name of a part: its own, if that is written as one, with a dot between its parts.
    fn own(&self, part: &str, parts: &FxHashSet<&str>) -> String {
        let is_reserved = || {
            // The library's own, and one whose file would be a test.
            library::name_within(part).is_some() || part.ends_with(".test")
        };
        let are_parents_there = || {
            part.match_indices('.').all(|(end, _)| {
                let parent = &part[..end];
                parts.contains(parent) && !self.item_names.contains(parent)
            })
        };
        let is_own = part.split('.').all(is_name)
            && !part.contains(char::is_uppercase)
            && part.chars().count() <= 2 * MAX_NAME
            && !is_reserved()
            && are_parents_there();
        if is_own {
            part.to_owned()
        } else {
            of_title(part)
        }
    }

    /// A name that nothing has, or another one where there is none.
    fn take(&mut self, name: &str, otherwise: &str) -> String {
        let name = if name.is_empty() { otherwise } else { name };
        let candidate = if self.item_names.contains(name) {
            format!("{name}_system")
        } else {
            name.to_owned()
        };
        self.once
            .take(&candidate, |name, number| format!("{name}_{number}"))
    }
}
