//! Folding: blocks, lists, texts, descriptions and comments fold to their first line. It must not
//! know LSP types, or what a model means.

use threatline_model::{Database, Db, File, Span, tree};
use threatline_syntax::{Node, Tree, span};

/// What is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FoldKind {
    /// A block of properties, from its `{` to its `}`.
    Block,
    /// A list, a condition or a text over several lines.
    Property,
    /// Lines of a description.
    Description,
    /// Lines of comments.
    Comments,
}

/// A part of a text over several lines that folds to its first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fold {
    /// All of it, the end of its last line not included.
    pub span: Span,
    /// What it is.
    pub kind: FoldKind,
}

/// What folds in a file, in the order of the text.
pub fn folding_ranges(db: &Database, file: File) -> Vec<Fold> {
    folds_of_file(db, file).clone()
}

/// The folds of a file. A query, since an editor asks again and again; kept for the few files that
/// are worked at.
#[salsa::tracked(lru = 8)]
fn folds_of_file(db: &dyn Db, file: File) -> Vec<Fold> {
    folds_of(tree(db, file), &file.source(db).text)
}

fn folds_of(tree: &Tree, text: &str) -> Vec<Fold> {
    let mut folds = Vec::new();
    // The comments that stand on lines of their own, with nothing but line ends between them.
    let mut run: Option<Span> = None;
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        let kind = match node.kind() {
            "block" if text[node.byte_range()].starts_with('{') => Some(FoldKind::Block),
            "property" => Some(FoldKind::Property),
            "description" => Some(FoldKind::Description),
            "comment" => {
                run = joined(text, run, node, &mut folds);
                None
            }
            _ => None,
        };
        folds.extend(kind.and_then(|kind| fold(text, span(node), kind)));
        if cursor.goto_first_child() || cursor.goto_next_sibling() {
            continue;
        }
        loop {
            if !cursor.goto_parent() {
                folds.extend(run.and_then(|run| fold(text, run, FoldKind::Comments)));
                folds.sort_by_key(|fold| (fold.span.start, std::cmp::Reverse(fold.span.end)));
                return folds;
            }
            if cursor.goto_next_sibling() {
                break;
            }
        }
    }
}

/// The run of comments that one more belongs to; a run that ends with it is folded.
fn joined(text: &str, run: Option<Span>, node: Node, folds: &mut Vec<Fold>) -> Option<Span> {
    let comment = span(node);
    let before = &text[..node.start_byte()];
    let is_alone = before[before.rfind(['\n', '\r']).map_or(0, |end| end + 1)..]
        .trim()
        .is_empty();
    if let Some(run) = run {
        let between = text
            .get(run.end as usize..comment.start as usize)
            .unwrap_or("x");
        let ends = between
            .matches('\n')
            .count()
            .max(between.matches('\r').count());
        if is_alone && ends == 1 && between.trim().is_empty() {
            return Some(Span {
                start: run.start,
                end: comment.end,
            });
        }
        folds.extend(fold(text, run, FoldKind::Comments));
    }
    // A comment behind something else begins no run: what is below it is not about the same.
    is_alone.then_some(comment)
}

/// A fold, if there is more than one line to it.
fn fold(text: &str, span: Span, kind: FoldKind) -> Option<Fold> {
    let written = text.get(span.range())?.trim_end();
    let span = Span {
        start: span.start,
        end: span.start + written.len() as u32,
    };
    written
        .contains(['\n', '\r'])
        .then_some(Fold { span, kind })
}
