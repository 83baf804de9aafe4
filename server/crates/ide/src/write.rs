//! Writing into declarations: properties, values and whole declarations, in the form that the
//! formatter gives them. It must not know why something is written.

use crate::change::{Change, Edit, applied};
use std::ops::Range;
use threatline_model::{Database, Decl, File, Part, Span, Spans, schema};
use threatline_syntax::lexer::{Lexer, Token};

/// The spans of a declaration, with what they are counted from.
fn spans(db: &Database, decl: Decl) -> Option<&Spans> {
    decl.file(db).source(db).spans.get(decl.position(db)?)
}

fn moved(spans: &Spans, span: Span) -> Range<usize> {
    (spans.start + span.start) as usize..(spans.start + span.end) as usize
}

fn text(db: &Database, decl: Decl) -> &str {
    &decl.file(db).source(db).text
}

/// States a property that a declaration does not have yet, where the reference lists it.
pub fn add_property(db: &Database, decl: Decl, name: &str, value: &str, change: &mut Change) {
    let Some(spans) = spans(db, decl) else { return };
    let (path, text) = (decl.file(db).path(db), text(db, decl));
    let known = schema::of(decl.kind(db)).properties;
    let rank = |name: &str| {
        known
            .iter()
            .position(|property| property.name == name)
            .unwrap_or(known.len())
    };
    let facts = &decl.facts(db).properties;
    let before = facts
        .iter()
        .zip(&spans.properties)
        .rfind(|(facts, _)| rank(&facts.name) < rank(name));
    let Some(body) = spans.body.map(|body| moved(spans, body)) else {
        let end = (spans.start + spans.whole.end) as usize;
        return change.edit(path, Span::new(end, end), format!(" {{ {name}: {value} }}"));
    };
    let inside = &text[body.clone()];
    let is_closed = inside.ends_with('}') && inside.len() > 1;
    if spans.properties.is_empty() && inside[1..].trim_end_matches('}').trim().is_empty() {
        return change.edit(
            path,
            Span::new(body.start, body.end),
            format!("{{ {name}: {value} }}"),
        );
    }
    let is_one_line = is_closed && !inside.contains(['\n', '\r']);
    if is_one_line {
        let body = Span::new(body.start, body.end);
        let own = format!("{name}: {value}");
        let place = facts
            .iter()
            .position(|facts| rank(&facts.name) > rank(name));
        return change.edit(path, body, as_lines(text, spans, own, place));
    }
    let offset = match before {
        Some((_, property)) => line_end(text, moved(spans, property.whole).end, body.end),
        None => body.start + 1,
    };
    change.edit(
        path,
        Span::new(offset, offset),
        format!("\n  {name}: {value}"),
    );
}

/// The block of properties that stood in one line, with one more of them: each is a line now.
fn as_lines(text: &str, spans: &Spans, own: String, place: Option<usize>) -> String {
    let mut properties: Vec<String> = spans
        .properties
        .iter()
        .map(|property| {
            let written = &text[moved(spans, property.whole)];
            written.trim_end_matches(',').to_owned()
        })
        .collect();
    properties.insert(place.unwrap_or(properties.len()), own);
    let lines: String = properties
        .iter()
        .map(|property| format!("\n  {property}"))
        .collect();
    format!("{{{lines}\n}}")
}

/// The end of a line, behind a comment; not behind what a block ends with.
fn line_end(text: &str, from: usize, body_end: usize) -> usize {
    let line = text[from..]
        .find(['\n', '\r'])
        .map_or(text.len(), |end| from + end);
    let rest = text[from..line.min(body_end)].trim_start_matches([' ', '\t', ',']);
    let is_free = rest.is_empty() || rest.starts_with("//");
    if is_free { line.min(body_end) } else { from }
}

/// Adds a value to a list, which is begun if there is none.
pub fn add_value(db: &Database, decl: Decl, property: &str, value: &str, change: &mut Change) {
    let stated = decl
        .facts(db)
        .properties
        .iter()
        .position(|known| known.name == property);
    let Some(position) = stated else {
        return add_property(db, decl, property, value, change);
    };
    let Some(spans) = spans(db, decl) else { return };
    let own = &spans.properties[position];
    let path = decl.file(db).path(db);
    match own.values.last() {
        Some(last) => {
            let end = moved(spans, *last).end;
            change.edit(path, Span::new(end, end), format!(", {value}"));
        }
        None => {
            let name = moved(spans, own.name).end;
            let behind = &text(db, decl)[name..];
            let colon = Lexer::new(behind).find(|token| token.written(behind) == ":");
            let colon = colon.map_or(name, |colon| name + colon.span.end as usize);
            change.edit(path, Span::new(colon, colon), format!(" {value}"));
        }
    }
}

/// Takes a value out of a list, with its comma; the whole property, if it is the only one.
pub fn remove_value(db: &Database, decl: Decl, property: usize, value: usize, change: &mut Change) {
    let Some(spans) = spans(db, decl) else { return };
    let Some(own) = spans.properties.get(property) else {
        return;
    };
    let path = decl.file(db).path(db);
    let place = |value: usize| moved(spans, own.values[value]);
    match own.values.len() {
        count if value >= count => {}
        1 => remove_property(db, decl, property, change),
        // The first goes with the comma behind it, another one with that before it.
        _ if value == 0 => change.edit(path, Span::new(place(0).start, place(1).start), ""),
        _ => change.edit(path, Span::new(place(value - 1).end, place(value).end), ""),
    }
}

/// Takes a property out, with its line.
pub fn remove_property(db: &Database, decl: Decl, property: usize, change: &mut Change) {
    let Some(spans) = spans(db, decl) else { return };
    let Some(own) = spans.properties.get(property) else {
        return;
    };
    let place = moved(spans, own.whole);
    change.edit(decl.file(db).path(db), with_line(text(db, decl), place), "");
}

/// A part of a text with the spaces around it, as far as nothing else is in its lines.
fn with_line(text: &str, place: Range<usize>) -> Span {
    let line_start = line_start(text, place.start);
    let before = text[..place.start].trim_end_matches([' ', '\t']).len();
    let behind = text.len() - text[place.end..].trim_start_matches([' ', '\t', ',']).len();
    let rest = &text[behind..];
    let line_break = if rest.starts_with("\r\n") {
        2
    } else {
        usize::from(rest.starts_with(['\n', '\r']))
    };
    if line_start.is_some() && (line_break > 0 || rest.is_empty()) {
        Span::new(before, behind + line_break)
    } else {
        Span::new(before, place.end)
    }
}

/// A declaration with the comments directly above it.
pub fn whole(db: &Database, decl: Decl) -> Option<Range<usize>> {
    let source = decl.file(db).source(db);
    let (position, text) = (decl.position(db)?, &source.text);
    let own = source.spans.get(position)?.of(Part::Whole).range();
    let Some(mut start) = line_start(text, own.start) else {
        return Some(own);
    };
    let before = position
        .checked_sub(1)
        .map_or(0, |before| source.spans[before].of(Part::Whole).end);
    let gap = text.get(before as usize..start).unwrap_or_default();
    let above: Vec<Token> = Lexer::new(gap).collect();
    for comment in above.iter().rev().take_while(|token| token.is_comment()) {
        let span = comment.span.shifted(before);
        let below = &text[span.end as usize..start];
        let line_ends = below.matches('\n').count().max(below.matches('\r').count());
        match line_start(text, span.start as usize) {
            Some(line) if line_ends == 1 => start = line,
            _ => break,
        }
    }
    Some(start..own.end)
}

/// Where the line of a place begins, if only spaces are before the place.
fn line_start(text: &str, place: usize) -> Option<usize> {
    let before = text[..place].trim_end_matches([' ', '\t']);
    (before.is_empty() || before.ends_with(['\n', '\r'])).then_some(before.len())
}

/// Takes a declaration out, with the comments above it and one of the empty lines around it.
pub fn remove_declaration(db: &Database, decl: Decl, change: &mut Change) {
    let Some(place) = whole(db, decl) else { return };
    let text = text(db, decl);
    let mut span = with_line(text, place);
    let is_alone =
        text[..span.start as usize].is_empty() || text[..span.start as usize].ends_with("\n\n");
    if is_alone {
        let rest = &text[span.end as usize..];
        span.end += (rest.len() - rest.trim_start_matches(['\n', '\r']).len()) as u32;
    }
    change.edit(decl.file(db).path(db), span, "");
}

/// Adds a declaration at the end of a file.
pub fn append(db: &Database, file: File, declaration: &str, change: &mut Change) {
    let text = &file.source(db).text;
    let gap = match text.trim_end() {
        "" => "",
        _ if text.ends_with("\n\n") => "",
        _ if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    change.edit(
        file.path(db),
        Span::new(text.len(), text.len()),
        format!("{gap}{declaration}\n"),
    );
}

/// Lays out what a change leaves of the files that were in canonical form before, so that they stay
/// so.
pub fn laid_out(db: &Database, files: impl Fn(&str) -> Option<File>, mut change: Change) -> Change {
    if change.is_snippet {
        return change;
    }
    for (path, edits) in &mut change.edits {
        edits.sort_by_key(|edit| edit.span.start);
        let Some(file) = files(path) else { continue };
        let before = &file.source(db).text;
        if threatline_format::format(before).as_deref() != Ok(&**before) {
            continue;
        }
        let Ok(after) = threatline_format::format(&applied(before, edits)) else {
            continue;
        };
        let same = before
            .bytes()
            .zip(after.bytes())
            .take_while(|(old, new)| old == new)
            .count();
        let start = (0..=same)
            .rev()
            .find(|end| before.is_char_boundary(*end) && after.is_char_boundary(*end))
            .unwrap_or(0);
        let (old, new) = (&before[start..], &after[start..]);
        let same = old
            .bytes()
            .rev()
            .zip(new.bytes().rev())
            .take_while(|(old, new)| old == new)
            .count();
        let fits = |length: &usize| {
            old.is_char_boundary(old.len() - length) && new.is_char_boundary(new.len() - length)
        };
        let same = (0..=same).rev().find(fits).unwrap_or(0);
        let span = Span::new(start, before.len() - same);
        *edits = vec![Edit {
            span,
            text: new[..new.len() - same].to_owned(),
        }];
    }
    change
}
