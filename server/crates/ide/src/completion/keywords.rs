//! Words of the language: what begins a declaration, the parts of its heading, and its properties.
//! It must not know what a property takes.

use super::item::{About, Sort};
use super::list::List;
use super::snippets::snippet;
use std::time::Duration;
use threatline_model::{
    Kind, World, aliases, name_from,
    schema::{self, Property, Takes},
    typed, visible_declarations,
};
use threatline_syntax::keywords;

impl List<'_> {
    /// Adds the kinds of declarations that can begin here; if nothing follows in the line, as
    /// snippets.
    pub fn kinds(&mut self, is_alone: bool) {
        let db = self.db;
        let boundaries = visible_declarations(db, self.file.model(db), &[Kind::Boundary]);
        let boundary = boundaries.first();
        let boundary = boundary.map(|boundary| name_from(db, *boundary, self.file));
        let until = World::get(db).today(db).saturating_add(days_long(90));
        for kind in Kind::ALL
            .into_iter()
            .filter(|kind| self.can_begin(*kind))
            .collect::<Vec<_>>()
        {
            let detail = schema::of(kind).doc.trim_end_matches('.').to_owned();
            let item = self.item(kind.word(), Sort::Keyword, Some(detail), About::Kind(kind));
            item.insert = Some(format!("{} ", kind.word()));
            if is_alone {
                item.snippet = Some(snippet(kind, boundary.as_deref(), until));
            }
            self.found_by(keywords::aliases(kind).iter().copied());
        }
    }

    /// A component is before all else, and what is expected in tests alone.
    fn can_begin(&self, kind: Kind) -> bool {
        match kind {
            Kind::Component => {
                let has_component = self.file.component(self.db).is_some();
                !has_component && (self.context.word.start == 0 || self.is_at_start())
            }
            Kind::Expect => self.file.model(self.db).is_test(self.db),
            _ => true,
        }
    }

    /// Whether nothing but comments is before the word.
    fn is_at_start(&self) -> bool {
        let source = self.file.source(self.db);
        let first = source.spans.first();
        first.is_none_or(|first| self.context.word.start <= first.start)
    }

    /// Adds what can follow in a heading.
    pub fn heading(&mut self, words: &[&'static str]) {
        for &word in words {
            let doc = match word {
                "in" => "Places it in the boundary that follows.",
                "->" => "The element that responds to the flow follows.",
                ":" => "The ends of the flow follow: the initiator, `->`, the responder.",
                _ => "The properties follow.",
            };
            let item = self.item(word, Sort::Keyword, None, About::Text(doc.to_owned()));
            match word {
                "{" => item.snippet = Some("{\n  $0\n}".to_owned()),
                "in" => item.insert = Some("in ".to_owned()),
                _ => {}
            }
        }
    }

    /// Adds the properties that the declaration does not have, those first that it needs.
    pub fn properties(&mut self, is_followed: bool) {
        let Some(kind) = self.context.kind else {
            return;
        };
        let present = &self.context.present;
        let properties = schema::of(kind).properties.iter();
        let mut lacking: Vec<&'static Property> = properties
            .filter(|property| !present.iter().any(|name| name == property.name))
            .collect();
        let needed = self.needed();
        let is_needed = |property: &Property| needed.contains(&property.name);
        lacking.sort_by_key(|property| (!property.required, !is_needed(property)));
        for property in lacking {
            let name = property.name;
            let required = if property.required {
                "required. "
            } else if is_needed(property) {
                "needed here. "
            } else {
                ""
            };
            let detail = format!("{required}{}", property.doc.trim_end_matches('.'));
            let about = About::Property(kind, name);
            let item = self.item(name, Sort::Property, Some(detail), about);
            if !is_followed {
                item.insert = Some(format!("{name}: "));
                if matches!(property.takes, Takes::Text | Takes::Glob) {
                    item.snippet = Some(format!("{name}: \"$0\""));
                }
            }
            let own = aliases::of_properties(kind).filter(|alias| alias.meant == Some(name));
            self.found_by(own.flat_map(|alias| alias.words()));
        }
    }

    /// The properties without which what the declaration states closes nothing.
    fn needed(&self) -> &'static [&'static str] {
        let stated = self.own().map(|own| typed(self.db, own));
        match (self.context.kind, stated) {
            (Some(Kind::Mitigation), Some(stated)) if stated.states("status", "planned") => {
                let is_responsible = stated.get("ticket").is_some();
                if is_responsible {
                    &["due"]
                } else {
                    &["due", "owner"]
                }
            }
            (Some(Kind::Threat), Some(stated)) if stated.get("residual").is_some() => &["owner"],
            _ => &[],
        }
    }
}

/// How long some days are.
pub fn days_long(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 60 * 60)
}
