//! The words and signs of a text, whether it is broken or not: what stands before a cursor, and
//! what is coloured where nothing more is known. It must not know what a word means.

use threatline_model::Span;
use threatline_syntax::is_space;

/// What a piece of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// `// text`.
    Comment,
    /// `/// text`.
    Description,
    /// `"text"` or `"""text"""`, closed or not.
    Text,
    /// A date, a number, or what begins like one.
    Number,
    /// A name with its dots, a property, a kind of declaration, or an id such as `CWE-79`.
    Word,
    /// `{`, `->`, `<=` and the like.
    Sign,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub sort: Sort,
    /// Where it stands.
    pub span: Span,
    /// Whether only spaces are before it in its line.
    pub begins_line: bool,
}

impl Piece {
    /// The piece as written.
    pub fn of(self, text: &str) -> &str {
        &text[self.span.range()]
    }
}

/// The pieces of a text, in order and without the spaces between them.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut found: Vec<Piece> = Vec::new();
    let mut at = 0;
    let mut line_began = true;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if is_space(first) {
            line_began |= matches!(first, '\n' | '\r');
            at += first.len_utf8();
            continue;
        }
        let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let (sort, length) = if rest.starts_with("///") && !rest.starts_with("////") {
            (Sort::Description, line)
        } else if rest.starts_with("//") {
            (Sort::Comment, line)
        } else if let Some(block) = rest.strip_prefix("\"\"\"") {
            (
                Sort::Text,
                block.find("\"\"\"").map_or(rest.len(), |end| end + 6),
            )
        } else if first == '"' {
            (Sort::Text, string(&rest[..line]))
        } else if first.is_alphabetic() || first == '_' {
            (Sort::Word, word(rest))
        } else if first.is_ascii_digit() {
            let is_in = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
            (Sort::Number, rest.find(|c| !is_in(c)).unwrap_or(rest.len()))
        } else {
            let two = ["->", "<=", ">=", "!="]
                .iter()
                .any(|sign| rest.starts_with(sign));
            (Sort::Sign, if two { 2 } else { first.len_utf8() })
        };
        found.push(Piece {
            sort,
            span: Span::new(at, at + length),
            begins_line: line_began,
        });
        line_began = false;
        at += length;
    }
    found
}

/// How long a string is that begins a line's rest: to its end, or to that of the line.
fn string(line: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in line.char_indices().skip(1) {
        match c {
            '"' if !is_escaped => return at + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    line.len()
}

/// How long the word is that a text begins with: words joined by dots, and an id with its `-`.
fn word(text: &str) -> usize {
    let mut end = 0;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let goes_on = match c {
            '-' => text[at + 1..].starts_with(|next: char| next.is_alphanumeric() || next == '_'),
            '.' => before != '.',
            c => c.is_alphanumeric() || c == '_' || is_mark(c),
        };
        if !goes_on {
            break;
        }
        before = c;
        end = at + c.len_utf8();
    }
    end
}

/// Whether a character is a mark on the letter before it, as far as names need it.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let shown = pieces(text)
            .into_iter()
            .map(|piece| format!("{:?} {:?}", piece.sort, piece.of(text)));
        shown.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn broken_texts_have_pieces() {
        expect_test::expect![[r#"
            Description "/// What it is."
            Word "flow"
            Word "pay"
            Text "\"Pay \\\" now\""
            Sign ":"
            Word "shop.api"
            Sign "->"
            Word "bank."
            Sign "{"
            Comment "// note"
            Word "references"
            Sign ":"
            Word "CWE-79"
            Sign ","
            Word "CWE"
            Sign "-"
            Sign ","
            Number "2026-11"
            Sign ","
            Text "\"not closed"
            Word "a"
            Sign ">="
            Word "b"
            Text "\"\"\"block"#]]
        .assert_eq(shown("/// What it is.\nflow pay \"Pay \\\" now\": shop.api -> bank. { // note\n references: CWE-79, CWE-, 2026-11, \"not closed\n a >= b\n\"\"\"block").trim_end_matches(['"', '\n']));
    }

    #[test]
    fn every_text_has_pieces() {
        for text in [
            "",
            "\"",
            "\"\"\"",
            "/",
            "-",
            "a-",
            "a.",
            "..",
            "😀",
            "ü\u{301}x",
            "\\",
            "\"\\",
        ] {
            let all: String = pieces(text).iter().map(|piece| piece.of(text)).collect();
            assert_eq!(all, text.replace(char::is_whitespace, ""));
        }
    }
}
