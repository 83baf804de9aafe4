//! Which declaration of one state of a model is which of another: by kind and full name, flows
//! without a name by their ends, and what was renamed by its facts and its references. It must not
//! know what a difference means.

use super::side::Side;
use super::values::{is_text, values};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::hash::Hash;
use threatline_model::{Database, Decl, File, FindingId, Kind, ends, full_name, placed_in, typed};

/// Which declaration of the base is which of the head.
pub struct Matching<'a> {
    base: &'a Side<'a>,
    head: &'a Side<'a>,
    to_head: FxHashMap<Decl, Decl>,
    to_base: FxHashMap<Decl, Decl>,
    /// What has another name now, as base and head, in the order of the head.
    pub renamed: Vec<(Decl, Decl)>,
    /// Components of the base that have another name now.
    components: FxHashMap<String, String>,
}

impl<'a> Matching<'a> {
    /// Matches the declarations of two states.
    pub fn new(base: &'a Side<'a>, head: &'a Side<'a>) -> Matching<'a> {
        let mut matching = Matching {
            base,
            head,
            to_head: FxHashMap::default(),
            to_base: FxHashMap::default(),
            renamed: Vec::new(),
            components: renamed_components(base, head),
        };
        matching.by_name();
        matching.by_ends();
        while matching.by_signature() {
            matching.by_ends();
        }
        let pairs = head
            .declarations
            .iter()
            .filter_map(|decl| Some((matching.in_base(*decl)?, *decl)));
        // Of a flow without a name its ends are renamed, and of what is in a component the
        // component.
        let is_renamed = |old: Decl, new: Decl| {
            let (was, is) = (old.shape(base.db), new.shape(head.db));
            let is_itself_renamed = was.kind == Kind::Component || was.name != is.name;
            was.name.is_some()
                && is_itself_renamed
                && full_name(base.db, old) != full_name(head.db, new)
        };
        matching.renamed = pairs.filter(|(old, new)| is_renamed(*old, *new)).collect();
        matching
    }

    /// The declaration of the head that one of the base is now.
    pub fn in_head(&self, decl: Decl) -> Option<Decl> {
        self.to_head.get(&decl).copied()
    }

    /// The declaration of the base that one of the head was.
    pub fn in_base(&self, decl: Decl) -> Option<Decl> {
        self.to_base.get(&decl).copied()
    }

    /// The name of a declaration of the base, as the head has it if it is there.
    pub fn base_name(&self, decl: Decl) -> String {
        match self.in_head(decl) {
            Some(head) => full_name(self.head.db, head).to_string(),
            None => self.expected_name(decl),
        }
    }

    /// The name that a declaration of the base would have in the head, if nothing but components
    /// were renamed.
    fn expected_name(&self, decl: Decl) -> String {
        let db = self.base.db;
        let renamed = decl
            .component(db)
            .and_then(|component| self.components.get(component.as_str()));
        match (renamed, &decl.shape(db).name, decl.kind(db)) {
            (Some(component), Some(_), Kind::Component) => component.clone(),
            (Some(component), Some(name), _) => format!("{component}.{name}"),
            _ => full_name(db, decl).to_string(),
        }
    }

    /// The name that a finding of the base has in the head.
    pub fn finding_name(&self, id: FindingId) -> String {
        match id {
            FindingId::Rule { rule, element } => {
                format!("{}@{}", self.base_name(rule), self.base_name(element))
            }
            FindingId::Threat(threat) => self.base_name(threat),
        }
    }

    fn join(&mut self, base: Decl, head: Decl) {
        self.to_head.insert(base, head);
        self.to_base.insert(head, base);
    }

    fn by_name(&mut self) {
        let mut named: FxHashMap<(Kind, String), Decl> = FxHashMap::default();
        for &decl in &self.head.declarations {
            named
                .entry((decl.kind(self.head.db), name_or_title(self.head.db, decl)))
                .or_insert(decl);
        }
        for &decl in &self.base.declarations {
            let db = self.base.db;
            let name = if decl.shape(db).name.is_some() {
                self.expected_name(decl)
            } else {
                name_or_title(db, decl)
            };
            if let Some(head) = named.remove(&(decl.kind(db), name)) {
                self.join(decl, head);
            }
        }
    }

    /// Flows without a name, whose ends may have been renamed.
    fn by_ends(&mut self) {
        let unnamed = |side: &'a Side<'a>| {
            let declarations = side.declarations.iter().copied();
            declarations.filter(move |decl| {
                decl.kind(side.db) == Kind::Flow && decl.shape(side.db).name.is_none()
            })
        };
        let mut by_ends: FxHashMap<(Option<Decl>, Option<Decl>), Decl> = FxHashMap::default();
        for flow in unnamed(self.head).filter(|flow| !self.to_base.contains_key(flow)) {
            by_ends.entry(ends(self.head.db, flow)).or_insert(flow);
        }
        let pairs: Vec<(Decl, Decl)> = unnamed(self.base)
            .filter(|flow| !self.to_head.contains_key(flow))
            .filter_map(|flow| {
                let (source, target) = ends(self.base.db, flow);
                let ends = (Some(self.in_head(source?)?), Some(self.in_head(target?)?));
                Some((flow, by_ends.remove(&ends)?))
            })
            .collect();
        pairs
            .into_iter()
            .for_each(|(base, head)| self.join(base, head));
    }

    /// What says the same, and is named by the same in the same places, where one is gone and one
    /// is new. Returns whether something was found, since then more may be.
    fn by_signature(&mut self) -> bool {
        let gone = self
            .base
            .declarations
            .iter()
            .copied()
            .filter(|decl| self.in_head(*decl).is_none());
        let new = self
            .head
            .declarations
            .iter()
            .copied()
            .filter(|decl| self.in_base(*decl).is_none());
        let (gone, new): (Vec<Decl>, Vec<Decl>) = (gone.collect(), new.collect());
        if gone.is_empty() || new.is_empty() {
            return false;
        }
        let base = unique(&gone, |decl| {
            self.signature(self.base, decl, &|decl| self.in_head(decl))
        });
        let head = unique(&new, |decl| {
            self.signature(self.head, decl, &|decl| self.in_base(decl).map(|_| decl))
        });
        let pairs: Vec<_> = base
            .into_iter()
            .filter_map(|(says, decl)| Some((decl, *head.get(&says)?)))
            .collect();
        pairs
            .iter()
            .for_each(|(base, head)| self.join(*base, *head));
        !pairs.is_empty()
    }

    /// What a declaration says and who names it, without its own name; nothing, if that is nothing.
    /// `in_head` gives what both sides know; for the rest, only the kind counts.
    fn signature(
        &self,
        side: &Side,
        decl: Decl,
        in_head: &dyn Fn(Decl) -> Option<Decl>,
    ) -> Option<String> {
        let db = side.db;
        let name = |decl: Decl| match in_head(decl) {
            _ if decl.in_library(db) => full_name(db, decl).to_string(),
            Some(head) => full_name(self.head.db, head).to_string(),
            None => format!("?{}", decl.kind(db).word()),
        };
        let mut parts: Vec<String> = Vec::new();
        parts.extend(placed_in(db, decl).map(|boundary| format!("in {}", name(boundary))));
        if decl.kind(db) == Kind::Flow {
            let (source, target) = ends(db, decl);
            parts.extend(source.into_iter().chain(target).map(name));
        }
        for stated in typed(db, decl)
            .stated
            .iter()
            .filter(|stated| !is_text(stated.property))
        {
            parts.push(format!(
                "{}: {}",
                stated.property.name,
                values(stated, &name).join(", ")
            ));
        }
        let conditions = decl
            .facts(db)
            .properties
            .iter()
            .filter_map(|property| property.condition.as_ref());
        parts.extend(conditions.map(|condition| format!("{condition:?}")));
        let mentions = side.mentions_of(decl).iter();
        parts.extend(mentions.map(|(by, how)| match (ends(db, *by), *how) {
            ((Some(source), Some(target)), "source" | "target") => {
                let other = if source == decl { target } else { source };
                format!("{} {how} {}", name(*by), name(other))
            }
            _ => format!("{} {how}", name(*by)),
        }));
        parts.sort();
        (!parts.is_empty()).then(|| format!("{} {}", decl.kind(db).word(), parts.join("; ")))
    }
}

/// A full name; of an assumption without one its title, which is all that it says.
fn name_or_title(db: &Database, decl: Decl) -> String {
    match (&decl.shape(db).name, decl.kind(db)) {
        (None, Kind::Assumption) => decl
            .title(db)
            .map(|title| format!("\"{title}\""))
            .unwrap_or_default(),
        _ => full_name(db, decl).to_string(),
    }
}

/// Those of a key that no other one has.
fn unique<T: Copy, K: Hash + Eq>(items: &[T], key: impl Fn(T) -> Option<K>) -> FxHashMap<K, T> {
    let mut by_key: FxHashMap<K, Option<T>> = FxHashMap::default();
    for item in items {
        if let Some(key) = key(*item) {
            by_key
                .entry(key)
                .and_modify(|other| *other = None)
                .or_insert(Some(*item));
        }
    }
    by_key
        .into_iter()
        .filter_map(|(key, item)| Some((key, item?)))
        .collect()
}

/// Components that are gone, by the new one that declares all the same names.
fn renamed_components(base: &Side, head: &Side) -> FxHashMap<String, String> {
    let components = |side: &Side| -> BTreeMap<String, File> {
        let components = side
            .declarations
            .iter()
            .filter(|decl| decl.kind(side.db) == Kind::Component);
        components
            .map(|decl| (full_name(side.db, *decl).to_string(), decl.file(side.db)))
            .collect()
    };
    let (old, new) = (components(base), components(head));
    let declares = |side: &Side, file: File| {
        let own = file
            .declarations(side.db)
            .iter()
            .filter(|decl| decl.kind(side.db) != Kind::Component);
        let mut names: Vec<_> = own
            .filter_map(|decl| {
                decl.shape(side.db)
                    .name
                    .as_ref()
                    .map(|name| (decl.kind(side.db), name.to_string()))
            })
            .collect();
        names.sort();
        (!names.is_empty()).then_some(names)
    };
    let gone: Vec<(&String, File)> = old
        .iter()
        .filter(|(name, _)| !new.contains_key(*name))
        .map(|(name, file)| (name, *file))
        .collect();
    let come: Vec<(&String, File)> = new
        .iter()
        .filter(|(name, _)| !old.contains_key(*name))
        .map(|(name, file)| (name, *file))
        .collect();
    let gone = unique(&gone, |(_, file)| declares(base, file));
    let come = unique(&come, |(_, file)| declares(head, file));
    gone.into_iter()
        .filter_map(|(names, (old, _))| Some((old.clone(), come.get(&names)?.0.clone())))
        .collect()
}
