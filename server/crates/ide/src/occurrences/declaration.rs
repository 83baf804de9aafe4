//! The words of a declaration: of its heading, of its properties, and of the findings that it
//! names.
//! It must not know what is done with them.

use super::collector::Collector;
use super::condition;
use super::meaning::Meaning;
use threatline_model::{
    ENDPOINT_KINDS, FindingSelector, Kind, Part, Span, StatedProperty, TypedValue, Value,
    kinds_of_condition, resolve_as,
    schema::{self, STRIDE, Takes},
    typed,
};

/// Collects the words of a declaration.
pub fn collect(collector: &mut Collector) {
    collect_heading(collector);
    collect_properties(collector);
}

fn collect_heading(collector: &mut Collector) {
    let decl = collector.decl;
    let shape = decl.shape(collector.db);
    let name = collector.span(Part::Name);
    collector.add(
        Part::Kind,
        collector.span(Part::Kind),
        Meaning::Kind(shape.kind),
    );
    if shape.kind == Kind::Component {
        // The words before the dots of a component's name are the components around it.
        collector.add_name(Part::Name, name, decl);
        let last = collector.occurrences.last_mut();
        if let Some(last) = last.filter(|last| last.meaning == Meaning::Names(decl)) {
            last.meaning = Meaning::Declares(decl);
        }
    } else if shape.name.is_some() {
        collector.add(Part::Name, name, Meaning::Declares(decl));
    }
    let places: [(Part, &Option<_>, &[Kind]); 3] = [
        (Part::Within, &shape.within, &[Kind::Boundary]),
        (Part::Source, &shape.source, ENDPOINT_KINDS),
        (Part::Target, &shape.target, ENDPOINT_KINDS),
    ];
    for (part, name, kinds) in places {
        let named = name
            .as_ref()
            .and_then(|name| resolve_as(collector.db, collector.file, name, kinds));
        if let Some(named) = named {
            collector.add_name(part, collector.span(part), named);
        }
    }
}

fn collect_properties(collector: &mut Collector) {
    let (db, decl) = (collector.db, collector.decl);
    let kind = decl.kind(db);
    let typed = typed(db, decl);
    for (position, written) in decl.facts(db).properties.iter().enumerate() {
        let Some(property) = schema::of(kind).property(&written.name) else {
            continue;
        };
        let position = position as u16;
        let name = Part::PropertyName(position);
        collector.add(
            name,
            collector.span(name),
            Meaning::Property(kind, property),
        );
        if let Some(condition) = &written.condition {
            let kinds = kinds_of_condition(db, decl);
            condition::collect(collector, position, condition, &kinds);
        }
        let stated = typed.stated.iter();
        if let Some(stated) = stated
            .into_iter()
            .find(|stated| stated.position == position)
        {
            collect_values(collector, stated, &written.values);
        }
    }
}

fn collect_values(collector: &mut Collector, stated: &StatedProperty, written: &[Value]) {
    for (number, value) in &stated.values {
        let part = Part::Value(stated.position, *number);
        let span = collector.span(part);
        match (value, stated.property.takes) {
            (TypedValue::Word(word), Takes::Words(words)) => {
                collector.add(part, span, Meaning::Word(words, *word))
            }
            (TypedValue::Category(word), _) => {
                collector.add(part, span, Meaning::Word(&STRIDE, *word))
            }
            (TypedValue::YesNo(yes), _) => collector.add(part, span, Meaning::YesNo(*yes)),
            (TypedValue::Reference(_), _) => collector.add(part, span, Meaning::Reference),
            (TypedValue::Decl(named), _) => collector.add_name(part, span, *named),
            (TypedValue::Finding(selector), _) => {
                let written = &written[usize::from(*number)];
                collect_finding(collector, (stated.position, *number), selector, written);
            }
            _ => {}
        }
    }
}

/// The words of `rule@element`, of a category in the place of the rule, or of a threat.
fn collect_finding(
    collector: &mut Collector,
    (property, value): (u16, u16),
    accepted: &FindingSelector,
    written: &Value,
) {
    let rule = Part::FindingRule(property, value);
    match accepted {
        FindingSelector::Threat(threat) => {
            let part = Part::Value(property, value);
            return collector.add_name(part, collector.span(part), *threat);
        }
        FindingSelector::Rule(named, _) => collector.add_name(rule, collector.span(rule), *named),
        FindingSelector::Category(word, _) => {
            collector.add(rule, collector.span(rule), Meaning::Word(&STRIDE, *word))
        }
    }
    let subject = Part::FindingSubject(property, value);
    let span = collector.span(subject);
    let Some((source, target)) = written.ends() else {
        return collector.add_name(subject, span, accepted.subject());
    };
    // `(shop.api -> shop.orders)`
    let Some(arrow) = collector.text[span.range()].find("->") else {
        return;
    };
    let (start, arrow, end) = (
        span.start as usize,
        span.start as usize + arrow,
        span.end as usize,
    );
    let ends = [
        (source, Span::new(start + 1, arrow)),
        (target, Span::new(arrow + 2, end - 1)),
    ];
    for (name, span) in ends {
        if let Some(end) = resolve_as(collector.db, collector.file, name, ENDPOINT_KINDS) {
            collector.add_name(subject, span, end);
        }
    }
}
