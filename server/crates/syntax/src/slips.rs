//! What people who come from other languages write by mistake: `#` comments, single quotes, `=`
//! for `:`, `=>`, lists with dashes, words that declare nothing. Each is one error at its place,
//! and the rest of the text is read as if it were right: a text of the same length has what is
//! meant at the same places. It must not know what a model means.

mod draft;

mod lists;
mod signs;

mod declarations;

use crate::errors::SyntaxError;
use crate::lexer::{Lexer, Token};
use draft::Draft;

/// A text with slips.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slips {
    /// The text as it is parsed: what is meant is at the same places.
    pub mended: String,
    /// The same with the words that were written where others are parsed: of these it is read.
    pub readable: String,
    /// One error for each.
    pub errors: Vec<SyntaxError>,
}

impl Slips {
    /// Those of a text that is not in the language; none if it has none of these.
    pub fn of(text: &str) -> Option<Slips> {
        let mut draft = Draft::new(text);
        signs::mend(&mut draft)?;
        let without_signs = String::from_utf8(draft.mended.clone()).ok()?;
        let tokens: Vec<Token> = Lexer::line_by_line(&without_signs, 0)
            .filter(|token| !token.is_comment())
            .collect();
        declarations::mend(&mut draft, &without_signs, &tokens)?;
        if !draft.is_mended {
            return None;
        }
        let readable = String::from_utf8(draft.mended.clone()).ok()?;
        for (span, word) in std::mem::take(&mut draft.words) {
            draft.put(span, word);
        }
        let mut errors = draft.errors;
        errors.sort_by_key(|error| error.span);
        Some(Slips {
            mended: String::from_utf8(draft.mended).ok()?,
            readable,
            errors,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::{SyntaxErrorKind, syntax_errors};
    use crate::parse::parse;
    use crate::span::Span;

    /// The errors of a text, and what is left of them when all are fixed.
    fn slips(text: &str) -> (Vec<String>, String) {
        let slips = Slips::of(text).unwrap_or_else(|| panic!("no slips in {text:?}"));
        assert_eq!(slips.mended.len(), text.len());
        let left = syntax_errors(&parse(&slips.mended), &slips.mended);
        assert_eq!(left.listed, [], "{}", slips.mended);
        let mut edits: Vec<(Span, String)> = Vec::new();
        let mut messages = Vec::new();
        for error in slips.errors {
            messages.push(format!("{:?} {}", &text[error.span.range()], error.message));
            match error.kind {
                SyntaxErrorKind::Slip { edits: more, .. } => edits.extend(more),
                SyntaxErrorKind::Misspelt(word) => edits.push((error.span, word.to_owned())),
                _ => {}
            }
        }
        edits.sort_by_key(|(span, _)| *span);
        let mut fixed = text.to_owned();
        for (span, new) in edits.iter().rev() {
            fixed.replace_range(span.range(), new);
        }
        (messages, fixed)
    }

    #[track_caller]
    fn check(text: &str, message: &str, expected: &str) {
        let (messages, fixed) = slips(text);
        assert_eq!(messages, [message]);
        assert_eq!(fixed, expected);
        assert!(syntax_errors(&parse(&fixed), &fixed).is_empty(), "{fixed}");
    }

    #[test]
    fn a_comment_with_a_hash() {
        check(
            "# The shop's \"api\" {\nprocess a",
            "\"#\" unexpected `#`: a comment is written `// text`",
            "// The shop's \"api\" {\nprocess a",
        );
        check(
            "process a { owner: \"x\" # why\n}",
            "\"#\" unexpected `#`: a comment is written `// text`",
            "process a { owner: \"x\" // why\n}",
        );
    }

    #[test]
    fn a_comment_with_slash_and_star() {
        check(
            "/* The shop. */\nprocess a",
            "\"/*\" unexpected `/*`: a comment is written `// text`",
            "// The shop.\nprocess a",
        );
        check(
            "process a {\n  /**\n   * Why.\n   * \"Because\n   */\n  owner: \"x\"\n}",
            "\"/*\" unexpected `/*`: a comment is written `// text`",
            "process a {\n  // Why.\n  // \"Because\n  owner: \"x\"\n}",
        );
        check(
            "process a /* why */ in vpc",
            "\"/*\" unexpected `/*`: a comment is written `// text`",
            "process a // why\n in vpc",
        );
    }

    #[test]
    fn a_date_with_slashes() {
        check(
            "accept a { until: 2027/01/31 by: \"x\" }",
            "\"2027/01/31\" unexpected `/`: a date is written `2027-01-31`",
            "accept a { until: 2027-01-31 by: \"x\" }",
        );
    }

    #[test]
    fn other_quotes() {
        check(
            "process a 'The \"first\"' {}",
            "\"'The \\\"first\\\"'\" unexpected `'`: a string is written `\"text\"`",
            "process a \"The \\\"first\\\"\" {}",
        );
        check(
            "process a \u{201c}First\u{201d}",
            "\"\u{201c}First\u{201d}\" unexpected `\u{201c}`: a string is written `\"text\"`",
            "process a \"First\"",
        );
    }

    #[test]
    fn a_property_with_another_sign() {
        check(
            "process a {\n  owner = \"x\"\n}",
            "\"=\" unexpected `=`: a property is written `name: value`",
            "process a {\n  owner: \"x\"\n}",
        );
    }

    #[test]
    fn other_arrows() {
        check(
            "flow f: a => b",
            "\"=>\" unexpected `=>`: a flow is written `source -> target`",
            "flow f: a -> b",
        );
        check(
            "flow a --> b { sends: c }",
            "\"-->\" unexpected `-->`: a flow is written `source -> target`",
            "flow a -> b { sends: c }",
        );
        check(
            "flow a \u{2192} b",
            "\"\u{2192}\" unexpected `\u{2192}`: a flow is written `source -> target`",
            "flow a -> b",
        );
        check(
            "flow f: b <- a { sends: c }\nprocess a",
            "\"<-\" unexpected `<-`: a flow is written from its source to its target, `a -> b`",
            "flow f: a -> b { sends: c }\nprocess a",
        );
        check(
            "flow a <-> b",
            "\"<->\" unexpected `<->`: a flow is written `source -> target`, from its initiator; \
             the answer is what it `receives`",
            "flow a -> b",
        );
    }

    #[test]
    fn nothing_is_imported() {
        check(
            "import \"x\"\nprocess a",
            "\"import\" unexpected `import`: a model is all `.threat` files of its folder, without \
             imports",
            "process a",
        );
    }

    #[test]
    fn a_list_with_dashes_or_brackets() {
        check(
            "process a {\n  accepts:\n    - json\n    - xml\n  owner: \"x\"\n}",
            "\"-\" unexpected `-`: a list is written `a, b`",
            "process a {\n  accepts: json, xml\n  owner: \"x\"\n}",
        );
        check(
            "process a { accepts: - json }",
            "\"-\" unexpected `-`: a list is written `a, b`",
            "process a { accepts: json }",
        );
        check(
            "process a {\n  accepts: [json, xml]\n}",
            "\"[\" unexpected `[`: a list is written `a, b`, without brackets",
            "process a {\n  accepts: json, xml\n}",
        );
    }

    #[test]
    fn a_component_has_no_braces_around_its_declarations() {
        check(
            "component shop {\n  process a { owner: \"x\" }\n  process b\n}\n",
            "\"{\" unexpected `{`: a component is its whole file, and what it declares follows \
             without braces",
            "component shop\n  process a { owner: \"x\" }\n  process b\n\n",
        );
        check(
            "component shop {\n  owner: \"x\"\n  process a\n}\n",
            "\"{\" unexpected `{`: a component is its whole file, and what it declares follows \
             without braces",
            "component shop {\n  owner: \"x\"\n}\n  process a\n\n",
        );
        check(
            "boundary vpc \"VPC\" {\n  process a \"A\" { owner: \"x\" }\n  store b\n}\n",
            "\"{\" unexpected `{`: what is in a boundary is declared outside of its braces, with \
             `in vpc`",
            "boundary vpc \"VPC\"\n  process a \"A\" in vpc { owner: \"x\" }\n  store b in vpc\n\n",
        );
    }

    #[test]
    fn a_word_that_declares_nothing() {
        for text in [
            "process p \"P\"\nactor user \"User\"\nprocess q",
            "process p { owner: \"x\" }\nactor user \"User\" {\n  kind: person\n}\nprocess q",
            "actor user \"User\" in vpc\n",
            "process p\n  actor user\n  process q",
        ] {
            let external = text.replace("actor", "external");
            check(
                text,
                "\"actor\" nothing is declared with `actor`; did you mean `external`?",
                &external,
            );
        }
        check(
            "process p\ndata store orders \"Orders\" {}",
            "\"data store\" nothing is declared with `data store`; did you mean `store`?",
            "process p\nstore orders \"Orders\" {}",
        );
        let (messages, _) = slips("process p \"P\"\nwidget w \"W\" {\n owner: \"x\"\n}\nprocess q");
        assert_eq!(
            messages,
            [
                "\"widget\" nothing is declared with `widget`: a declaration begins with its kind, \
              such as `process`, `store` or `flow`"
            ]
        );
    }

    #[test]
    fn a_kind_where_a_property_is() {
        let text = "process a {\n  technology: rest_api\n  mitigation: tls\n}";
        let slips = Slips::of(text).expect("there is one");
        assert_eq!(slips.errors, [], "what it may mean, the analysis tells");
        assert!(syntax_errors(&parse(&slips.mended), &slips.mended).is_empty());
    }

    #[test]
    fn what_is_no_slip_stays() {
        for text in [
            "process a {\n  owner:\n}",
            "rule r {\n  on: flow\n  when: encrypted\n    authentication = none\n}",
            "accept a { ticket: #12 }",
            "dismiss a {\n  while:\n    backup = no\n}",
            "process a\nfoo",
            "process a in\nfoo bar",
            "process \"don't",
        ] {
            assert_eq!(Slips::of(text), None, "{text:?}");
        }
    }
}
