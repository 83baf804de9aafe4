//! Parsing: a file that was edited has the errors and the meaning of one that is read again, and
//! positions come back from lines and columns.
//!
//! The first part of an input is a text, each of the others an edit of it.

use crate::budget::{Budget, NOT_COUNTED};
use crate::input::{Edit, parts, text};
use arbitrary::Unstructured;
use std::cell::RefCell;
use threatline_model::{File, FileText, Part, Span, Workspace, lower};
use threatline_syntax::{
    Encoding, Item, Kind, LineIndex, Pieces, SyntaxErrors, Tree, items, parse, syntax_errors,
};
use threatline_testkit::TODAY;

/// What an input may cost.
pub const BUDGET: Budget = Budget {
    at_once: (200_000, 400),
    in_all: (1_000_000, 2_000),
    steps: NOT_COUNTED,
};

const PATH: &str = "model.threat";

thread_local! {
    // Every workspace holds the library, which takes longer to read than a text of a fuzzer.
    static WORKSPACE: RefCell<Workspace> = RefCell::new({
        let mut workspace = Workspace::new(TODAY);
        workspace.set_model("", None);
        workspace
    });
}

/// Edits a file as an editor does.
pub fn check(bytes: &[u8]) {
    WORKSPACE.with_borrow_mut(|workspace| {
        let mut parts = parts(bytes).map(Unstructured::new);
        let mut written = parts.next().map(text).unwrap_or_default();
        let file = workspace.set_file(PATH, FileText::new(written.as_str()));
        compare(workspace, file, &written);
        for part in parts {
            let edit = Edit::of(&written, part);
            workspace.edit(
                file,
                Span::new(edit.range.start, edit.range.end),
                &edit.replacement,
            );
            written = edit.apply(&written);
            compare(workspace, file, &written);
        }
        workspace.remove_file(PATH);
    });
}

/// Compares a file with its text read again.
fn compare(workspace: &Workspace, file: File, written: &str) {
    let db = workspace.db();
    let source = file.source(db);
    assert_eq!(&*source.text, written);
    let lowered = lower(written);
    let pieces = &lowered.pieces;
    assert_eq!(source.pieces, *pieces, "pieces of {written:?}");
    if is_given_up(&source.errors) || is_given_up(&lowered.errors) {
        return;
    }
    assert_eq!(source.errors, lowered.errors, "errors of {written:?}");
    assert_eq!(
        source.loose_descriptions, lowered.loose_descriptions,
        "loose descriptions of {written:?}"
    );
    let first = lowered.declarations.first().map(|declared| &declared.shape);
    let component = first
        .filter(|shape| shape.kind == Kind::Component)
        .and_then(|shape| shape.name.as_ref());
    assert_eq!(
        file.component(db).as_ref(),
        component,
        "component of {written:?}"
    );
    assert_eq!(
        file.declarations(db).len(),
        lowered.declarations.len(),
        "declarations of {written:?}"
    );
    for ((decl, spans), declared) in file
        .declarations(db)
        .iter()
        .zip(&source.spans)
        .zip(&lowered.declarations)
    {
        assert_eq!(**decl.shape(db), declared.shape, "shapes of {written:?}");
        assert_eq!(**decl.facts(db), declared.facts, "facts of {written:?}");
        assert_eq!(*spans, declared.spans, "places of {written:?}");
        let whole = spans.of(Part::Whole);
        assert!(
            written.get(whole.range()).is_some(),
            "{whole:?} is no place in {written:?}"
        );
    }
    for error in &source.errors.listed {
        assert!(
            written.get(error.span.range()).is_some(),
            "{:?} is no place in {written:?}",
            error.span
        );
    }
    compare_with_whole(pieces, written);
    check_positions(&source.lines, written);
}

/// That a text is sound if and only if its pieces are, and that these say then what the whole says.
fn compare_with_whole(pieces: &Pieces, written: &str) {
    let whole = parse(written);
    let errors = syntax_errors(&whole, written);
    let (mut is_sound, mut declared) = (true, Vec::new());
    for range in (0..pieces.len()).map(|piece| pieces.range(piece, written)) {
        let piece = parse(&written[range.clone()]);
        is_sound &= syntax_errors(&piece, &written[range.clone()]).is_empty();
        declared.extend(declarations(&piece).map(|(start, said)| (range.start + start, said)));
    }
    assert_eq!(
        is_sound,
        errors.is_empty(),
        "whether it is sound: {written:?}"
    );
    if is_sound {
        assert_eq!(
            declared,
            declarations(&whole).collect::<Vec<_>>(),
            "what is declared in {written:?}"
        );
    }
}

fn declarations(tree: &Tree) -> impl Iterator<Item = (usize, String)> {
    let declarations = items(tree).into_iter().filter_map(|item| match item {
        Item::Declaration(declaration) => Some(declaration.0),
        Item::Description(_) => None,
    });
    declarations.map(|node| (node.start_byte(), node.to_sexp().replace(" (comment)", "")))
}

/// Whether it took too long to parse, as it may when much else runs.
fn is_given_up(errors: &SyntaxErrors) -> bool {
    errors
        .listed
        .iter()
        .any(|error| error.message.contains("too many readings"))
}

/// That each place between characters comes back from its line and column.
fn check_positions(lines: &LineIndex, written: &str) {
    for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
        for index in (0..=written.len()).filter(|index| written.is_char_boundary(*index)) {
            let place = lines.line_column(written, index as u32, encoding);
            let back = lines.offset(written, place, encoding) as usize;
            // Between `\r` and `\n` is no place: a line ends before both.
            let (before, after) = written.split_at(index);
            let within_line_end = before.ends_with('\r') && after.starts_with('\n');
            assert!(
                back == index || within_line_end,
                "{index} is {place:?}, which is {back} of {written:?}"
            );
        }
    }
}
