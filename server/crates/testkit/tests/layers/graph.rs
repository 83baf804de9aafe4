//! Which module uses which, and what is wrong with that. It must not know how paths are written.

use crate::paths::{Module, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The modules of a crate and those that each uses.
pub struct Uses {
    edges: BTreeMap<Module, BTreeSet<Module>>,
}

/// What is wrong.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// A module uses the file that declares it, or one further up.
    Climbs(Module, Module),
    /// A module uses one that a later paragraph declares.
    AboveItsLayer(Module, Module),
    /// Modules use each other in a circle.
    Circle(Vec<Module>),
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Problem::Climbs(module, above) if above.is_empty() => {
                write!(formatter, "`{}` uses lib.rs above it", module.join("::"))
            }
            Problem::Climbs(module, above) => write!(
                formatter,
                "`{}` uses {}.rs above it",
                module.join("::"),
                above.join("/")
            ),
            Problem::AboveItsLayer(module, used) => write!(
                formatter,
                "`{}` uses `{}` of a later layer",
                module.join("::"),
                used.join("::")
            ),
            Problem::Circle(modules) => {
                let names = modules.iter().chain(modules.first());
                let names: Vec<String> = names.map(|module| module.join("::")).collect();
                write!(formatter, "a circle: {}", names.join(" -> "))
            }
        }
    }
}

impl Uses {
    /// The modules of a crate and those that each uses, except for itself.
    pub fn of(sources: &Sources) -> Uses {
        let edges = sources.modules().map(|module| {
            let mut used: BTreeSet<Module> = sources.used_by(module).into_iter().collect();
            used.remove(module);
            (module.clone(), used)
        });
        Uses {
            edges: edges.collect(),
        }
    }

    /// All that is wrong, in order.
    pub fn problems(&self, sources: &Sources) -> Vec<Problem> {
        let mut problems = BTreeSet::new();
        for (module, used) in self
            .pairs()
            .filter(|(module, used)| module.starts_with(used))
        {
            problems.insert(Problem::Climbs(module.clone(), used.clone()));
        }
        for parent in self.edges.keys() {
            let siblings = self.siblings(parent);
            for (module, used) in &siblings {
                let later = used
                    .iter()
                    .filter(|other| sources.layer(other) > sources.layer(module));
                problems.extend(
                    later.map(|other| Problem::AboveItsLayer(module.clone(), other.clone())),
                );
            }
            problems.extend(circles(&siblings).into_iter().map(Problem::Circle));
        }
        problems.into_iter().collect()
    }

    fn pairs(&self) -> impl Iterator<Item = (&Module, &Module)> {
        self.edges
            .iter()
            .flat_map(|(module, used)| used.iter().map(move |used| (module, used)))
    }

    /// The modules directly in one, each with those of its siblings that it or its parts use.
    fn siblings(&self, parent: &Module) -> BTreeMap<Module, BTreeSet<Module>> {
        let length = parent.len() + 1;
        let is_within = |module: &Module| module.len() >= length && module.starts_with(parent);
        let mut siblings: BTreeMap<Module, BTreeSet<Module>> = self
            .edges
            .keys()
            .filter(|module| module.len() == length && is_within(module))
            .map(|module| (module.clone(), BTreeSet::new()))
            .collect();
        for (module, used) in self.pairs() {
            if is_within(module) && is_within(used) && module[..length] != used[..length] {
                let own = siblings.entry(module[..length].to_vec()).or_default();
                own.insert(used[..length].to_vec());
            }
        }
        siblings
    }

    /// The modules as a Mermaid diagram, from those that use to those that are used. Parts of a
    /// module are within it.
    pub fn mermaid(&self) -> String {
        let mut text = "flowchart TD\n".to_owned();
        for parent in self.edges.keys() {
            for (module, used) in self.siblings(parent) {
                for other in used {
                    let line = format!("  {} --> {}\n", module.join("."), other.join("."));
                    text.push_str(&line);
                }
            }
        }
        text
    }
}

/// The circles among modules: of those that reach each other one way around.
fn circles(edges: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<Vec<Module>> {
    let mut circles = Vec::new();
    let mut known: BTreeSet<Module> = BTreeSet::new();
    for module in edges.keys() {
        if known.contains(module) {
            continue;
        }
        if let Some(way) = way_back(edges, module) {
            let mutual = edges
                .keys()
                .filter(|other| reaches(edges, module, other) && reaches(edges, other, module));
            known.extend(mutual.cloned());
            circles.push(way);
        }
    }
    circles
}

fn reaches(edges: &BTreeMap<Module, BTreeSet<Module>>, from: &Module, to: &Module) -> bool {
    search(edges, from, to).is_some()
}

/// A shortest way from a module back to itself.
fn way_back(edges: &BTreeMap<Module, BTreeSet<Module>>, start: &Module) -> Option<Vec<Module>> {
    search(edges, start, start)
}

/// The modules on a shortest way from one to another, the first with and the last without.
fn search(
    edges: &BTreeMap<Module, BTreeSet<Module>>,
    from: &Module,
    to: &Module,
) -> Option<Vec<Module>> {
    let mut ways = vec![vec![from.clone()]];
    let mut seen: BTreeSet<&Module> = BTreeSet::new();
    let mut next = 0;
    while next < ways.len() {
        let way = ways[next].clone();
        next += 1;
        for used in &edges[&way[way.len() - 1]] {
            if used == to {
                return Some(way);
            }
            if seen.insert(used) {
                ways.push([way.as_slice(), std::slice::from_ref(used)].concat());
            }
        }
    }
    None
}
