//! Every feature at every byte, of sound and of broken texts: none may panic, and what comes back
//! fits the text.

use threatline_ide::call_hierarchy::{incoming_calls, outgoing_calls, prepare_call_hierarchy};
use threatline_ide::code_actions::code_actions;
use threatline_ide::code_lens::{CodeLensConfig, code_lenses, title};
use threatline_ide::completion::completion;
use threatline_ide::document_highlight::document_highlights;
use threatline_ide::document_links::document_links;
use threatline_ide::document_symbols::{Symbol, document_symbols};
use threatline_ide::folding_range::folding_ranges;
use threatline_ide::goto_definition::goto_definition;
use threatline_ide::goto_implementation::goto_implementation;
use threatline_ide::goto_type_definition::goto_type_definition;
use threatline_ide::hover::hover;
use threatline_ide::inlay_hints::{InlayHintsConfig, inlay_hints};
use threatline_ide::linked_editing_range::linked_editing_ranges;
use threatline_ide::occurrences::occurrence_at;
use threatline_ide::references::references;
use threatline_ide::rename::prepare;
use threatline_ide::selection_range::selection_ranges;
use threatline_ide::semantic_tokens::semantic_tokens;
use threatline_ide::signature_help::signature_help;
use threatline_ide::target::Target;
use threatline_ide::type_hierarchy::{prepare_type_hierarchy, subtypes, supertypes};
use threatline_ide::workspace_symbols::workspace_symbols;
use threatline_model::{Database, File, FileText, Span, World};
use threatline_testkit::{Random, cases, example_models, is_thorough, stride, workspace};
use threatline_view::describe::declaration;
use threatline_view::explain::Section;

fn fits(db: &Database, file: File, span: Span) {
    let text = &file.source(db).text;
    assert!(
        text.get(span.range()).is_some(),
        "{span:?} of {}",
        file.path(db)
    );
}

fn target_fits(db: &Database, target: &Target) {
    fits(db, target.file, target.name);
    fits(db, target.file, target.whole);
    assert!(target.whole.start <= target.name.start && target.name.end <= target.whole.end);
}

fn symbols_fit(db: &Database, file: File, symbols: &[Symbol]) {
    for symbol in symbols {
        fits(db, file, symbol.whole);
        fits(db, file, symbol.selection);
        assert!(!symbol.name.is_empty());
        symbols_fit(db, file, &symbol.children);
    }
}

fn hover_fits(db: &Database, file: File, index: u32) {
    if let Some(found) = hover(db, file, index) {
        fits(db, file, found.span);
        assert!(found.span.start <= index && index < found.span.end);
        assert!(!found.explanation.title.is_empty());
        for part in &found.explanation.parts {
            if let Section::Item(_, Some(place)) = part {
                let (file, span) = place.resolve(db);
                fits(db, file, span);
            }
        }
    }
}

/// What depends on the word, and not on the byte within it.
fn ask_of_word(db: &Database, file: File, index: u32) {
    hover_fits(db, file, index);
    for goto in [goto_definition, goto_type_definition, goto_implementation] {
        if let Some(found) = goto(db, file, index) {
            fits(db, file, found.origin);
            assert!(!found.targets.is_empty());
            found
                .targets
                .iter()
                .for_each(|target| target_fits(db, target));
        }
    }
    for found in references(db, file, index, true) {
        fits(db, found.file, found.span);
    }
    for found in document_highlights(db, file, index) {
        fits(db, file, found.span);
    }
    let path = file.path(db);
    for item in prepare_call_hierarchy(db, file, index) {
        target_fits(db, &item.target);
        for call in incoming_calls(db, item.decl, path)
            .into_iter()
            .chain(outgoing_calls(db, item.decl, path))
        {
            assert!(!call.flows.is_empty());
            call.flows_in(file);
        }
    }
    if let Some(item) = prepare_type_hierarchy(db, file, index) {
        supertypes(db, item.decl, path);
        subtypes(db, file.model(db), item.decl, path);
    }
}

/// What is asked while a text is written.
fn ask_of_editing(db: &Database, file: File, index: u32) {
    if let Some(found) = completion(db, file, index) {
        fits(db, file, found.word);
        assert!(!found.items.is_empty());
    }
    signature_help(db, file, index);
    linked_editing_ranges(db, file, index)
        .iter()
        .for_each(|span| fits(db, file, *span));
    if let Ok(span) = prepare(db, file, index) {
        fits(db, file, span);
    }
    for action in code_actions(
        db,
        &[file.model(db)],
        file,
        Span {
            start: index,
            end: index,
        },
        true,
    ) {
        for (path, edits) in &action.change.edits {
            let changed = file
                .model(db)
                .files(db)
                .iter()
                .find(|file| file.path(db) == path);
            edits
                .iter()
                .for_each(|edit| fits(db, *changed.unwrap_or(&file), edit.span));
        }
    }
}

fn selections_fit(db: &Database, file: File, index: u32) {
    let found = selection_ranges(db, file, index);
    assert!(!found.is_empty());
    found.iter().for_each(|span| fits(db, file, *span));
    assert!(
        found
            .windows(2)
            .all(|pair| pair[1].start <= pair[0].start && pair[0].end <= pair[1].end)
    );
}

/// Asks for everything of a file, at each byte of some.
fn ask(db: &Database, file: File, bytes: impl Iterator<Item = u32>) {
    symbols_fit(db, file, &document_symbols(db, file));
    folding_ranges(db, file)
        .iter()
        .for_each(|fold| fits(db, file, fold.span));
    let all = Span {
        start: 0,
        end: file.source(db).text.len() as u32,
    };
    let colored = semantic_tokens(db, file, all);
    colored.iter().for_each(|(span, _)| fits(db, file, *span));
    assert!(colored.windows(2).all(|two| two[0].0.end <= two[1].0.start));
    let wanted = InlayHintsConfig {
        sensitivity: true,
        severity: true,
        state: true,
    };
    inlay_hints(db, file, all, wanted).iter().for_each(|hint| {
        fits(
            db,
            file,
            Span {
                start: hint.offset,
                end: hint.offset,
            },
        )
    });
    let wanted = CodeLensConfig {
        findings: true,
        coverage: true,
        references: true,
    };
    for lens in code_lenses(db, file, wanted) {
        fits(db, file, lens.span);
        assert!(!title(db, lens.decl, lens.kind).is_empty());
    }
    document_links(db, file)
        .iter()
        .for_each(|link| fits(db, file, link.span));
    let mut last_word = None;
    for (nth, index) in bytes.enumerate() {
        selections_fit(db, file, index);
        if nth % if is_thorough() { 13 } else { 5 } == 0 {
            ask_of_editing(db, file, index);
        }
        // What is the same everywhere in a word is asked once; elsewhere some of it.
        match occurrence_at(db, file, index) {
            Some(word) if word.span.end == index => hover_fits(db, file, index),
            Some(word) if last_word == Some(word.span) => {}
            Some(word) => {
                last_word = Some(word.span);
                ask_of_word(db, file, index);
            }
            None => hover_fits(db, file, index),
        }
    }
}

#[test]
fn at_every_byte_of_every_example() {
    for (nth, (_, files)) in example_models().into_iter().enumerate() {
        let mut workspace = workspace(&files);
        for (path, text) in &files {
            // An open file keeps its tree.
            workspace.set_file(path, FileText::new(text.as_str()));
        }
        let db = workspace.db();
        for (path, text) in &files {
            let file = workspace.file(path).unwrap();
            // Each model is asked at other places.
            let bytes = (0..text.len() as u32 + 3).skip(nth % stride(127));
            ask(db, file, bytes.step_by(stride(127)));
        }
        let models: Vec<_> = workspace.models().collect();
        for query in ["", "a", "ord", "x.y", "é", "."] {
            workspace_symbols(db, &models, query, 100);
        }
    }
}

#[test]
fn of_every_example_cut_off_anywhere() {
    let mut random = Random::new(11);
    for (_, files) in example_models() {
        let mut workspace = workspace(&files);
        let (path, text) = &files[random.below(files.len())];
        for _ in 0..cases(2, 12) {
            let mut cut = random.below(text.len());
            while !text.is_char_boundary(cut) {
                cut -= 1;
            }
            // The end is gone, or something in the middle.
            let mut broken = text[..cut].to_owned();
            if random.below(2) == 0 {
                let from = (cut + random.below(40)).min(text.len());
                broken.push_str(text.get(from..).unwrap_or_default());
            }
            let file = workspace.set_file(path, FileText::new(broken.as_str()));
            let near = (cut as u32).saturating_sub(60)..(cut as u32 + 60);
            ask(workspace.db(), file, near.step_by(stride(5)));
        }
    }
}

#[test]
fn of_noise() {
    let mut random = Random::new(5);
    let words = [
        "{",
        "}",
        "\"",
        "\"\"\"",
        "->",
        ":",
        ",",
        "@",
        "(",
        ")",
        "in",
        "flow",
        "process",
        "a",
        "b",
        "rule r",
        "when:",
        "not",
        "is",
        "and",
        "component",
        "c",
        ".",
        "// x\n",
        "/// d\n",
        "\n",
        "accept",
        "findings:",
        "é",
        "store",
        "on: flow",
        "technology:",
        "boundary",
        "mitigations:",
        "2026-01-01",
        "CWE-79",
        "any(incoming where",
        "source.",
        "\u{feff}",
    ];
    let mut workspace = workspace(&[]);
    for _ in 0..cases(40, 60) {
        let text: Vec<&str> = (0..40).map(|_| *random.pick(&words)).collect();
        let text = text.join(" ");
        let file = workspace.set_file("m.threat", FileText::new(text.as_str()));
        ask(workspace.db(), file, 0..text.len() as u32 + 2);
    }
}

#[test]
fn of_circles() {
    let text = "boundary a in b\nboundary b in a\ntechnology t { is: u }\ntechnology u { is: t }\n\
                mitigation m { based_on: n }\nmitigation n { based_on: m }\nflow p -> p\nprocess p in a { technology: t }\n";
    let workspace = workspace(&[("m.threat".to_owned(), text.to_owned())]);
    ask(
        workspace.db(),
        workspace.file("m.threat").unwrap(),
        0..text.len() as u32,
    );
}

#[test]
fn of_the_library() {
    let workspace = workspace(&[(
        "m.threat".to_owned(),
        "process p { technology: cache }".to_owned(),
    )]);
    let db = workspace.db();
    let asking = workspace.file("m.threat").unwrap();
    let library = World::get(db).library(db);
    for &file in library.files(db).iter() {
        for &decl in file.declarations(db).iter().step_by(7) {
            assert!(!declaration(db, asking, decl).title.is_empty());
            let (_, name) = decl.part(threatline_model::Part::Name).resolve(db);
            ask(db, file, std::iter::once(name.start));
        }
    }
}
