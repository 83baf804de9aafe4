//! What each declaration is called in each part, so that every name means one thing. It must not
//! know the text around a name.

use super::parts::Parts;
use crate::draft::{Draft, Item};
use crate::names::{MAX_NAME, of_title, of_title_within};
use rustc_hash::{FxHashMap, FxHashSet};
use threatline_model::library;
use threatline_syntax::is_name;

/// Names of declarations.
pub struct Names {
    /// Of each key its part and its name there.
    names: FxHashMap<String, (usize, String)>,
    /// The name of the component of each part.
    components: Vec<Option<String>>,
    /// The same, to know them by their names.
    component_names: FxHashSet<String>,
    /// What is declared in each part.
    declared: Vec<FxHashSet<String>>,
}

impl Names {
    /// The names of the declarations of a draft.
    pub fn of(draft: &Draft, parts: &Parts) -> Names {
        let components: Vec<Option<String>> = parts
            .components
            .iter()
            .map(|component| component.name.clone())
            .collect();
        // A name of a component, or of the top level, is not used for anything else: it would hide
        // it.
        let mut everywhere: FxHashSet<String> = components
            .iter()
            .flatten()
            .flat_map(|path| path.split('.').chain([path.as_str()]))
            .chain(["std", "in"])
            .map(str::to_owned)
            .collect();
        // Items with a name keep it, and those with only a title get one that is left.
        let mut items: Vec<&Item> = draft.items.iter().collect();
        items.sort_by_key(|item| item.name.is_none());
        let (top, others): (Vec<&Item>, Vec<&Item>) =
            items.into_iter().partition(|item| parts.of(item) == 0);
        let mut declared = vec![FxHashSet::default(); components.len()];
        let mut numbers = vec![FxHashMap::default(); components.len()];
        let mut names = FxHashMap::default();
        for item in top {
            let name = free_name(item, draft, &mut numbers[0], &|name| {
                everywhere.contains(name)
            });
            everywhere.insert(name.clone());
            declared[0].insert(name.clone());
            names.insert(item.key.clone(), (0, name));
        }
        for item in others {
            let part = parts.of(item);
            let name = free_name(item, draft, &mut numbers[part], &|name| {
                everywhere.contains(name) || declared[part].contains(name)
            });
            declared[part].insert(name.clone());
            names.insert(item.key.clone(), (part, name));
        }
        Names {
            names,
            component_names: components.iter().flatten().cloned().collect(),
            components,
            declared,
        }
    }

    /// What a declaration is called from a part.
    pub fn of_item(&self, key: &str, from: usize) -> Option<String> {
        let (part, name) = self.names.get(key)?;
        Some(match &self.components[*part] {
            Some(component) if *part != from => format!("{component}.{name}"),
            _ => name.clone(),
        })
    }

    /// What something of the library is called from a part.
    pub fn of_library(&self, name: &str, from: usize) -> String {
        let is_hidden = self.declared[0].contains(name)
            || self.declared[from].contains(name)
            || self.component_names.contains(name);
        if is_hidden {
            library::full_name(name)
        } else {
            name.to_owned()
        }
    }

    /// The full name of each declaration by its key.
    pub fn into_full_names(self) -> FxHashMap<String, String> {
        let components = self.components;
        self.names
            .into_iter()
            .map(|(key, (part, name))| match &components[part] {
                Some(component) => (key, format!("{component}.{name}")),
                None => (key, name),
            })
            .collect()
    }
}

/// A name that is free: of the item's own, of its title, with more of its title, with its target,
/// or with a number.
fn free_name(
    item: &Item,
    draft: &Draft,
    numbers: &mut FxHashMap<String, usize>,
    is_taken: &dyn Fn(&str) -> bool,
) -> String {
    let name = first_choice(item);
    if !is_taken(&name) {
        return name;
    }
    let target = item.ends.as_ref().and_then(|(_, key)| draft.items.get(key));
    let suffix = match target {
        Some(target) => of_title(target.name.as_deref().unwrap_or(&target.title)),
        None => item.kind.word().to_owned(),
    };
    let longer = of_title_within(&item.title, 2 * MAX_NAME);
    let longer = Some(longer).filter(|longer| longer.starts_with(&name));
    let mut others = longer.into_iter().chain([format!("{name}_{suffix}")]);
    if let Some(free) = others.find(|name| !is_taken(name)) {
        return free;
    }
    let number = numbers.entry(name.clone()).or_insert(2);
    loop {
        let free = format!("{name}_{number}");
        *number += 1;
        if !is_taken(&free) {
            return free;
        }
    }
}

/// What an item would be called if nothing else were.
fn first_choice(item: &Item) -> String {
    let own = item.name.as_deref().map(|name| {
        if is_name(name) {
            name.to_owned()
        } else {
            of_title(name)
        }
    });
    let name = own
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| of_title(&item.title));
    if name.is_empty() {
        item.kind.word().to_owned()
    } else {
        name
    }
}
