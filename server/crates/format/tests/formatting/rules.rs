//! The rules of the canonical form: one a test, as a text and what becomes of it.

use crate::checked::{check, formatted};
use expect_test::expect;
use threatline_format::{format, format_edits};

#[test]
fn what_would_be_read_otherwise_is_left_as_it_is() {
    let text = "external st \"St:ore\"store \n\n// remark\nasset process {}";
    let errors = format(text).expect_err("`store asset` and `asset process` are both declarations");
    assert!(
        errors.listed[0]
            .message
            .starts_with("this is ambiguous and would parse differently"),
        "{errors:?}"
    );
    assert_eq!(&text[errors.listed[0].span.range()], "store");
    // So that the comments go above it, and the name is another one.
    assert!(format("process////\nasset //\nasset //four\n { x: y }\n").is_err());
}

#[test]
fn one_space_is_between_the_parts_of_a_header() {
    check(
        "component  payments . ledger\"Payments\"

flow checkout\"Checkout\":edge . gateway->api{protocol:https
access : read}

             flow
 api   ->\tledger

flow \"Title\" :a->b

process gateway   \"API gateway\"   in
 vpc{
 technology:x
 owner:\"y\"}",
        expect![[r#"
            component payments.ledger "Payments"

            flow checkout "Checkout": edge.gateway -> api {
              protocol: https
              access: read
            }

            flow api -> ledger

            flow "Title": a -> b

            process gateway "API gateway" in vpc {
              technology: x
              owner: "y"
            }
        "#]],
    );
}

#[test]
fn a_single_property_is_on_the_line_of_its_declaration_if_that_fits() {
    check(
        r#"
boundary internet "Internet" {
  trust: untrusted
}

asset card "Cardholder data, as it is known to the card schemes" { regulations: pci_dss, gdpr, hipaa }
asset cvv "Card verification value, never stored by anyone" { regulations: pci_dss, gdpr, hipaa, sox }

process notes { out_of_scope: """why""" }
process comment { trust: low // or not
}
process description {
  /// Odd.
  trust: low
}
process no_value { technology:}
"#,
        expect![[r#"
            boundary internet "Internet" { trust: untrusted }

            asset card "Cardholder data, as it is known to the card schemes" {
              regulations: pci_dss, gdpr, hipaa
            }

            asset cvv "Card verification value, never stored by anyone" {
              regulations: pci_dss, gdpr, hipaa, sox
            }

            process notes {
              out_of_scope: """why"""
            }

            process comment {
              trust: low // or not
            }

            process description {
              /// Odd.
              trust: low
            }

            process no_value { technology: }
        "#]],
    );
}

#[test]
fn an_empty_block_goes_unless_it_holds_a_comment_or_keeps_declarations_apart() {
    check(
        "process a {}
process b { // Nothing is known.
}
process c {

// Nothing.

}
process {}
process d { } // behind",
        expect![[r#"
            process a

            process b { // Nothing is known.
            }

            process c {
              // Nothing.
            }

            process {}
            process d // behind
        "#]],
    );
}

#[test]
fn an_empty_block_stays_behind_a_name_that_may_begin_a_declaration() {
    check(
        "process api in store {}\nprocess b {}\nprocess rule { }\nflow a -> asset {\n}",
        expect![[r#"
            process api in store {}
            process b
            process rule {}
            flow a -> asset {}
        "#]],
    );
}

#[test]
fn a_list_is_on_one_line_if_it_fits() {
    check(
            "threat a {
  category: spoofing,
    tampering,
  references: CWE-79, CAPEC-151, T1190, ASVS-9.1.1, CWE-80, CWE-81, CWE-82, CWE-83, CWE-84, CWE-1285,
  targets: CWE-79, CAPEC-151, T1190, ASVS-9.1.1, CWE-80, CWE-81, CWE-82, CWE-83, CWE-84, CWE-12850000
  findings: std . rule @ partners.feed, rule@( payments.api->ledger )
  ticket:
  affects: \"one long value stays behind its name, because the next line would not hold it either, or would it?\"
}",
            expect![[r#"
            threat a {
              category: spoofing, tampering
              references: CWE-79, CAPEC-151, T1190, ASVS-9.1.1, CWE-80, CWE-81, CWE-82, CWE-83, CWE-84, CWE-1285
              targets:
                CWE-79,
                CAPEC-151,
                T1190,
                ASVS-9.1.1,
                CWE-80,
                CWE-81,
                CWE-82,
                CWE-83,
                CWE-84,
                CWE-12850000,
              findings: std.rule@partners.feed, rule@(payments.api -> ledger)
              ticket:
              affects: "one long value stays behind its name, because the next line would not hold it either, or would it?"
            }
        "#]],
        );
}

#[test]
fn a_comment_in_a_list_gives_each_value_its_line() {
    check(
        "threat a {
  category: // STRIDE
    spoofing, // by bots
    // and on disk:
    tampering
  targets:
    checkout,

    feed,
    // browse,

  // The next property is this one's.
  affects: card, // behind
  // below
  ticket: edge . // odd
    gateway
}",
        expect![[r#"
            threat a {
              category: // STRIDE
                spoofing, // by bots
                // and on disk:
                tampering,
              targets:
                checkout,
                feed,
                // browse,

              // The next property is this one's.
              affects: card // behind
              // below
              ticket:
                // odd
                edge.gateway,
            }
        "#]],
    );
}

#[test]
fn a_condition_is_on_one_line_if_it_fits_and_breaks_before_its_last_operators_if_not() {
    check(
            "rule a {
  when:crosses_boundary   and carries>=confidential
    and not( encrypted or kind in( a,b, ) )or count(incoming   where exposed)>2
}
rule b {
  on: flow
  when: crosses_boundary and carries >= confidential and not encrypted and not (tunnel = vpn or tunnel = ssh)
}
rule c {
  when: crosses_boundary and carries >= confidential and not encrypted or technology is database and tunnel != ssh
}
rule d {
  when: not (crosses_boundary and carries >= confidential and not encrypted or technology is database and x < 1)
}",
            expect![[r#"
            rule a {
              when:
                crosses_boundary and carries >= confidential and not (encrypted or kind in (a, b))
                or count(incoming where exposed) > 2
            }

            rule b {
              on: flow
              when:
                crosses_boundary
                and carries >= confidential
                and not encrypted
                and not (tunnel = vpn or tunnel = ssh)
            }

            rule c {
              when:
                crosses_boundary and carries >= confidential and not encrypted
                or technology is database and tunnel != ssh
            }

            rule d {
              when:
                not (
                  crosses_boundary and carries >= confidential and not encrypted
                  or technology is database and x < 1
                )
            }
        "#]],
        );
}

#[test]
fn a_comment_in_a_condition_stays_with_its_operand() {
    check(
        "rule a {
  when: // always
    crosses_boundary // by any flow
    // and:
    and carries // sends or receives
      >= confidential
    and
    // not yet
    not encrypted // behind
}",
        expect![[r#"
            rule a {
              when: // always
                crosses_boundary // by any flow
                // and:
                // sends or receives
                and carries >= confidential
                // not yet
                and not encrypted // behind
            }
        "#]],
    );
}

#[test]
fn a_description_stands_directly_above_its_declaration() {
    check(
        "///Where requests arrive.  \x20
///
///   - indented

/// // not a comment

process a /// Behind.
process b {

/// Inside.

x: y
}
/// Of nothing.",
        expect![[r#"
            /// Where requests arrive.
            ///
            ///   - indented
            /// // not a comment
            process a

            /// Behind.
            process b {
              /// Inside.
              x: y
            }
            /// Of nothing.
        "#]],
    );
}

#[test]
fn comments_stay_on_their_line() {
    check(
        "//first  \x20


////  second
process a { // behind the brace

    // above
  x: y   // behind
// below

   // last

} // after
// directly above
process b { x: y z: w }

// end",
        expect![[r#"
            //first

            ////  second
            process a { // behind the brace
              // above
              x: y // behind
              // below

              // last
            } // after

            // directly above
            process b {
              x: y
              z: w
            }

            // end
        "#]],
    );
}

#[test]
fn a_comment_inside_a_header_moves_above_the_declaration() {
    check(
        "process before

/// Described.
process // one
 gateway // two
 in edge. // three
 vpc // four
 { x: y }

process // five
 last",
        expect![[r#"
            process before

            // one
            // two
            // three
            // four
            /// Described.
            process gateway in edge.vpc { x: y }

            // five
            process last
        "#]],
    );
}

#[test]
fn one_empty_line_is_between_declarations_but_for_lines_that_stood_together() {
    check(
        "

boundary a { trust: low }
boundary b

// The cloud
boundary c { kind: cloud }
// and its network
boundary d in c
/// Described.
boundary e
process f {
  x: y
  z: w
}
// directly above
process g


process h
process i { x: y z: w }
// about the last

// about the next
process j


",
        expect![[r#"
            boundary a { trust: low }
            boundary b

            // The cloud
            boundary c { kind: cloud }
            // and its network
            boundary d in c

            /// Described.
            boundary e

            process f {
              x: y
              z: w
            }

            // directly above
            process g

            process h

            process i {
              x: y
              z: w
            }
            // about the last

            // about the next
            process j
        "#]],
    );
}

#[test]
fn one_empty_line_of_the_author_is_kept_inside_a_block() {
    check(
        "process a {

  // about x


  x: y
  z: w



  u: v

}",
        expect![[r#"
            process a {
              // about x

              x: y
              z: w

              u: v
            }
        "#]],
    );
}

#[test]
fn strings_are_kept_as_they_are() {
    let one =
        "process a {\n  x: \"a  // \\\"b\\\"  c\"\n  y: \"\"\"\n one  \r\n\n\n   two\"\"\"\n}\n";
    assert_eq!(formatted(one), one);
    let list = "process a {\n  x:\n    \"\"\"one\n two\"\"\",\n    three,\n}\n";
    assert_eq!(formatted(list), list);
}

#[test]
fn width_is_counted_in_characters() {
    let declaration = |title: usize| format!("process a \"{}\" {{ x: y }}\n", "ü".repeat(title));
    assert_eq!(
        formatted(&declaration(79)),
        declaration(79),
        "100 characters"
    );
    assert_ne!(
        formatted(&declaration(80)),
        declaration(80),
        "101 characters"
    );
}

#[test]
fn line_ends_and_byte_order_mark_are_those_of_the_file() {
    assert_eq!(
        formatted("\u{FEFF}process  a\r\n\nprocess b"),
        "\u{FEFF}process a\r\n\r\nprocess b\r\n"
    );
    assert_eq!(
        formatted("process a // x\r\r\r\nprocess b"),
        "process a // x\r\rprocess b\r"
    );
    assert_eq!(
        formatted("process a\n\r\nprocess b\r\n"),
        "process a\n\nprocess b\n"
    );
}

#[test]
fn nothing_stays_nothing() {
    assert_eq!(formatted(""), "");
    assert_eq!(formatted(" \r\n\t\n"), "");
    assert_eq!(formatted("\u{FEFF}\n"), "\u{FEFF}");
}

#[test]
fn broken_text_is_not_formatted() {
    let errors = format("process  a { x y }").expect_err("a colon is missing");
    assert_eq!(
        errors,
        format_edits("process  a { x y }").expect_err("a colon is missing")
    );
}

#[test]
fn edits_leave_alone_the_lines_that_do_not_change() {
    let text =
        "process a\n\n\n\nprocess  b\nprocess c {\n  x: y\n    z: w,\n\n  u: v\n\n}\nprocess d\n";
    let edits = format_edits(text).expect("the text is sound");
    let shown: Vec<String> = edits
        .iter()
        .map(|(span, new)| format!("{:?} -> {new:?}\n", &text[span.range()]))
        .collect();
    expect![[r#"
        "\n\n" -> ""
        "process  b\n" -> "process b\n\n"
        "    z: w,\n" -> "  z: w\n"
        "\n" -> ""
        "" -> "\n"
    "#]]
    .assert_eq(&shown.concat());
    assert_eq!(format_edits(&formatted(text)), Ok(Vec::new()));
}
