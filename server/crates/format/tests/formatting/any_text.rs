//! Any sound text keeps all that it says, however it is spaced and wherever its comments are.

use crate::checked::{Piece, formatted, pieces};
use threatline_format::format;
use threatline_syntax::characters::is_word_part;
use threatline_testkit::{Random, cases, example_models, stride};

/// A model in which each construct occurs.
const EVERYTHING: &str = r#"
/// Where requests
///   from the outside arrive.
component edge.front "Edge" { owner: "team-edge" source: "services/edge/**" }
boundary internet "Internet" { trust: untrusted }
boundary vpc in cloud
// about the gateway
process gateway "API \"gateway\"" in edge.vpc {
  technology: api_gateway
  /// odd
  mitigations: rate_limiting, std.waf
  notes: """several
    lines""", review, yes, 3, 2.5
  protocol:
}
flow checkout "Checkout": edge.gateway -> api { sends: card, }
flow api -> ledger { access: read_write }
flow "Title": a -> b
threat t { references: CAPEC-151, CWE-79, T1190.001, ASVS-9.1.1 }
accept feed {
  findings: std.unencrypted@partners.feed, rule@(payments.api -> payments.ledger) until: 2027-03-31
}
rule r "Rule" {
  on: flow
  when: crosses and carries >= confidential and not encrypted
    or count(in where access >= write and x) > 2
    or kind in (person, device,) and not (technology is database or not stated(authentication))
    and none()
  advice: "Do."
}
process last {}
"#;

fn examples() -> Vec<String> {
    let models = example_models();
    let files = models.into_iter().flat_map(|(_, files)| files);
    // Some examples show what is wrong with them.
    let texts: Vec<String> = files
        .map(|(_, text)| text)
        .filter(|text| format(text).is_ok())
        .collect();
    assert!(texts.len() >= 3, "hardly an example is sound");
    texts
}

#[test]
fn the_examples_keep_all_they_say() {
    for text in examples() {
        formatted(&text);
    }
    formatted(EVERYTHING);
}

#[test]
fn any_spacing_and_any_comments_keep_all_they_say() {
    let mut random = Random::new(0x2026_1123);
    let examples = examples();
    for (number, text) in examples.iter().enumerate().step_by(stride(3)) {
        let pieces = pieces(text);
        for round in number..number + cases(1, 24) {
            formatted(&respaced(&pieces, round % 6, &mut random));
        }
    }
    let everything = pieces(EVERYTHING);
    for round in 0..cases(24, 240) {
        formatted(&respaced(&everything, round % 6, &mut random));
    }
}

#[test]
fn long_lists_and_deep_conditions_keep_all_they_say() {
    let count = cases(800, 3_000);
    let list = "value, // comment\n".repeat(count);
    let condition = "not (a and b) or ".repeat(count);
    let nested = format!("{}a{}", "(".repeat(count), ")".repeat(count));
    let block = "/// text\n\n// comment\n".repeat(count);
    let head = "in // comment\n".to_owned() + &"x . ".repeat(count);
    formatted(&format!(
        "process a {head} b {{ x: {list} {block} }} {block} \
             rule b {{ when: {condition} {nested} }}"
    ));
}

/// The same tokens with other space between them, and with comments where `comments` of six
/// times the dice say so.
fn respaced(pieces: &[Piece], comments: usize, random: &mut Random) -> String {
    let line_end = *random.pick(&["\n", "\r\n", "\r"]);
    let mut text = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        text.push_str(piece.text());
        if !matches!(piece, Piece::Token(_)) {
            text.push_str(line_end);
        }
        let next = pieces.get(index + 1).map_or("", |next| next.text());
        // The parenthesis of a call touches its word.
        if next == "(" && is_call(piece.text()) {
            continue;
        }
        let words = piece.text().ends_with(is_word_part) && next.starts_with(is_word_part);
        text.push_str(if words { " " } else { "" });
        text.push_str(
            &random
                .pick(&["", "", " ", "   ", "\t", "\n", "\n  ", "\n\n", "\n \n\n"])
                .replace('\n', line_end),
        );
        while random.below(36) < comments {
            let comment = random.pick(&[
                "//",
                "// one",
                "//two  ",
                "//// three",
                "// a: b, { \"",
                "//\t///",
            ]);
            text.push_str(comment);
            text.push_str(line_end);
            text.push_str(
                &random
                    .pick(&["", "  ", "      ", "\n", "\n    "])
                    .replace('\n', line_end),
            );
        }
    }
    text
}

fn is_call(word: &str) -> bool {
    word.ends_with(is_word_part) && !matches!(word, "and" | "or" | "not" | "in" | "where")
}
