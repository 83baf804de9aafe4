//! Selection range: grows a selection from a word to all of a file. It must not know LSP types, or
//! what a model means.

use threatline_model::{Database, File, Span, tree};
use threatline_syntax::characters::is_word_part;
use threatline_syntax::{Node, Tree, field, span};

/// The selections around a byte, each larger than the one before, the last one all of the file.
pub fn selection_ranges(db: &Database, file: File, offset: u32) -> Vec<Span> {
    let source = file.source(db);
    ranges_in(tree(db, file), &source.text, offset)
}

/// The selections around a byte of a text.
pub fn ranges_in(tree: &Tree, text: &str, offset: u32) -> Vec<Span> {
    let mut growing = Growing {
        offset: offset.min(text.len() as u32),
        ranges: Vec::new(),
    };
    let offset = growing.offset as usize;
    let mut next = Some(node_at(tree, text, offset));
    while let Some(node) = next {
        growing.grow_to(node, text);
        next = node.parent();
    }
    growing.add(Span::new(0, text.len()));
    if growing.ranges.is_empty() {
        growing.ranges.push(Span::new(0, text.len()));
    }
    growing.ranges
}

/// The smallest node at a byte: the one that begins or continues there, else the one that ends
/// there.
fn node_at<'tree>(tree: &'tree Tree, text: &str, offset: usize) -> Node<'tree> {
    let root = tree.root_node();
    let is_word = |character: char| is_word_part(character) || matches!(character, '-' | '"');
    let after = text.get(offset..).and_then(|rest| rest.chars().next());
    let before = text.get(..offset).and_then(|rest| rest.chars().next_back());
    let (start, end) = match (before, after) {
        // Behind a word, and not at one.
        (Some(before), after) if is_word(before) && !after.is_some_and(is_word) => {
            (offset - before.len_utf8(), offset)
        }
        (_, Some(after)) => (offset, offset + after.len_utf8()),
        _ => (offset, offset),
    };
    root.descendant_for_byte_range(start, end).unwrap_or(root)
}

struct Growing {
    offset: u32,
    ranges: Vec<Span>,
}

impl Growing {
    /// Adds a selection, if it is larger than the last one and around the byte.
    fn add(&mut self, span: Span) {
        let last = self.ranges.last().copied();
        let grows = last
            .is_none_or(|last| span.start <= last.start && last.end <= span.end && span != last);
        if grows && span.start < span.end && span.start <= self.offset && self.offset <= span.end {
            self.ranges.push(span);
        }
    }

    /// What is between quotes of some length, if there is something.
    fn between(&mut self, whole: Span, quotes: u32) {
        if whole.end - whole.start > 2 * quotes {
            self.add(Span {
                start: whole.start + quotes,
                end: whole.end - quotes,
            });
        }
    }

    /// A text without the spaces at its ends.
    fn trimmed(&mut self, whole: Span, text: &str) {
        let written = &text[whole.range()];
        let start = whole.start as usize + (written.len() - written.trim_start().len());
        self.add(Span::new(start, start + written.trim().len()));
    }

    /// What is between braces, without the spaces at its ends.
    fn inner(&mut self, whole: Span, text: &str) {
        let written = text[whole.range()].trim_start_matches('{');
        let start = whole.end as usize - written.len();
        let end = start + written.trim_end_matches('}').len();
        self.trimmed(Span::new(start, end), text);
    }

    /// The two ends of a flow.
    fn ends(&mut self, declaration: Node) {
        let ends = (field(declaration, "source"), field(declaration, "target"));
        if let (Some(source), Some(target)) = ends {
            self.add(Span::new(source.start_byte(), target.end_byte()));
        }
    }

    /// Adds what a node is, and what of it is between the node and its parent.
    fn grow_to(&mut self, node: Node, text: &str) {
        let whole = span(node);
        match node.kind() {
            "name" | "property_name" => self.word(whole, text),
            "string" if node.end_byte() - node.start_byte() > 2 => {
                self.word(whole, text);
                self.between(whole, 1);
            }
            "block_string" => {
                self.word(whole, text);
                self.between(whole, 3);
            }
            "comment" => {
                self.word(whole, text);
                self.add(whole);
                self.comments(node, text);
            }
            "string_content" => self.word(whole, text),
            "description_text" => {
                self.word(whole, text);
                return self.trimmed(whole, text);
            }
            "declaration" => self.ends(node),
            "description" => self.line(whole, text),
            "block" => self.inner(whole, text),
            "property" => self.values(node),
            _ => {}
        }
        // A description may end with spaces, which nobody means to select.
        let written = text[node.byte_range()].trim_end();
        self.add(Span {
            start: whole.start,
            end: whole.start + written.len() as u32,
        });
        if node.kind() == "declaration" {
            self.described(node);
        }
        if node.kind() == "description" {
            let declaration =
                std::iter::successors(node.next_sibling(), |next| next.next_sibling())
                    .find(|next| next.kind() != "comment")
                    .filter(|next| next.kind() == "declaration");
            self.add(Span {
                start: whole.start,
                end: declaration.map_or(whole.end, |next| span(next).end),
            });
        }
    }

    /// The word at the byte.
    fn word(&mut self, within: Span, text: &str) {
        let written = &text[within.range()];
        let cursor = (self.offset.clamp(within.start, within.end) - within.start) as usize;
        let (Some(before), Some(after)) = (written.get(..cursor), written.get(cursor..)) else {
            return;
        };
        let is_word = |character: char| is_word_part(character) || character == '-';
        let start = before.len() - before.trim_end_matches(is_word).len();
        let end = after.len() - after.trim_start_matches(is_word).len();
        self.add(Span {
            start: within.start + (cursor - start) as u32,
            end: within.start + (cursor + end) as u32,
        });
    }

    /// The line of a description at the byte, without its slashes and then with them.
    fn line(&mut self, within: Span, text: &str) {
        let written = &text[within.range()];
        let cursor = (self.offset.clamp(within.start, within.end) - within.start) as usize;
        let (Some(before), Some(after)) = (written.get(..cursor), written.get(cursor..)) else {
            return;
        };
        let start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let end = cursor + after.find(['\n', '\r']).unwrap_or(after.len());
        let line = written[start..end].trim_end();
        let start = start + (line.len() - line.trim_start().len());
        self.add(Span {
            start: within.start + start as u32,
            end: within.start + (start + line.trim_start().len()) as u32,
        });
    }

    /// The comments on the lines above and below.
    fn comments(&mut self, node: Node, text: &str) {
        let next_to = |first: Node, second: Node| {
            let between = text
                .get(first.end_byte()..second.start_byte())
                .unwrap_or("x");
            let ends = between
                .matches('\n')
                .count()
                .max(between.matches('\r').count());
            second.kind() == "comment"
                && first.kind() == "comment"
                && ends == 1
                && between.trim().is_empty()
        };
        let mut run = (node, node);
        while let Some(before) = run
            .0
            .prev_sibling()
            .filter(|before| next_to(*before, run.0))
        {
            run.0 = before;
        }
        while let Some(after) = run.1.next_sibling().filter(|after| next_to(run.1, *after)) {
            run.1 = after;
        }
        self.add(Span::new(run.0.start_byte(), run.1.end_byte()));
    }

    /// All values of a property, from the first to the last.
    fn values(&mut self, node: Node) {
        let mut cursor = node.walk();
        let mut values = node
            .children_by_field_name("value", &mut cursor)
            .filter(|value| value.is_named());
        let Some(first) = values.next() else { return };
        let last = values.last().unwrap_or(first);
        self.add(Span::new(first.start_byte(), last.end_byte()));
    }

    /// A declaration with its description.
    fn described(&mut self, node: Node) {
        let description =
            std::iter::successors(node.prev_sibling(), |before| before.prev_sibling())
                .find(|before| before.kind() != "comment")
                .filter(|before| before.kind() == "description");
        if let Some(description) = description {
            self.add(Span::new(description.start_byte(), node.end_byte()));
        }
    }
}
