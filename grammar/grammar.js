/**
 * @file The Threatline language: threat models written as text.
 *
 * The grammar knows the kinds of declarations and the shape of their parts. It
 * does not know property names or what a property takes: that is the schema of
 * the analyzer, so that a wrong property never costs the text around it its
 * meaning. The language is described in README.md beside this file.
 *
 * @license MIT OR Apache-2.0
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const PREC = { or: 1, and: 2, not: 3, compare: 4 };

// A word that starts a declaration. These are reserved only where a
// declaration may start, which is what lets the parser close a block whose `}`
// has not been written yet. `technology` and `protocol` are properties too.
const KINDS = [
  'component',
  'boundary',
  'asset',
  'external',
  'process',
  'store',
  'flow',
  'threat',
  'mitigation',
  'accept',
  'dismiss',
  'assumption',
  'rule',
  'expect',
];
const KINDS_AND_PROPERTIES = ['technology', 'protocol'];

module.exports = grammar({
  name: 'threat',

  extras: $ => [/[\s\uFEFF]/, $.comment],

  word: $ => $._word,

  supertypes: $ => [$._value, $._condition],

  // Where the next part is still to be written, only what follows the next word
  // tells whether that word is the part or starts what comes next:
  // `technology:` before a property, `process`, `in` or `->` before a declaration.
  conflicts: $ => [[$.property], [$.declaration], [$._clauses], [$._placement], [$._ends]],

  reserved: {
    // Names may be any word.
    global: _ => [],
    // Inside a block a declaration's word never starts a property.
    property: _ => KINDS,
  },

  rules: {
    source_file: $ => repeat(choice($.description, $.declaration)),

    // ---- declarations -------------------------------------------------------

    declaration: $ => seq(
      field('kind', $.kind),
      choice(
        // A name is still to be written. A `:` needs a title before it, since
        // `technology:` is a property whose block did not begin.
        seq(
          optional(field('title', $.string)),
          optional($._placement),
          optional(field('body', $.block)),
        ),
        seq(
          field('title', $.string),
          ':',
          optional($._ends),
          optional(field('body', $.block)),
        ),
        // Where both can be read, `process store {}` is one declaration, not two.
        prec.dynamic(1, seq(
          field('name', $.name),
          optional(field('title', $.string)),
          optional($._clauses),
          optional(field('body', choice($.block, alias($._unopened_block, $.block)))),
        )),
        seq(
          $._ends,
          optional(field('body', choice($.block, alias($._unopened_block, $.block)))),
        ),
      ),
    ),

    _clauses: $ => choice($._placement, seq(':', optional($._ends))),

    _placement: $ => choice(
      'in',
      prec.dynamic(1, seq('in', field('within', $.name))),
    ),

    kind: _ => choice(...KINDS, ...KINDS_AND_PROPERTIES),

    // From who starts the flow to who answers. A target that is still to be
    // written must not take the declaration below for its name.
    _ends: $ => choice(
      seq(field('source', $.name), '->'),
      prec.dynamic(1, seq(field('source', $.name), '->', field('target', $.name))),
    ),

    block: $ => seq(
      '{',
      repeat(choice($.description, $.property)),
      '}',
    ),

    // An error, but one that costs nothing else its meaning.
    _unopened_block: $ => seq(repeat1($.property), '}'),

    property: $ => choice(
      seq(
        field('name', $.property_name),
        ':',
        // A comma begins what follows it: were it the end of a value, a missing
        // `}` before the next declaration would be taken for a missing comma.
        optional(seq(
          field('value', $._value),
          repeat(seq(',', field('value', $._value))),
          optional(','),
        )),
      ),
      seq(
        field('name', alias(choice('when', 'while'), $.property_name)),
        ':',
        optional(field('condition', $._condition)),
      ),
    ),

    property_name: $ => choice(reserved('property', $._word), ...KINDS_AND_PROPERTIES),

    // ---- values -------------------------------------------------------------

    _value: $ => choice(
      $.name,
      $.finding,
      $.reference,
      $.string,
      $.block_string,
      $.date,
      $.number,
    ),

    // A word, or a name as far as it has to be written: `vpc`, `edge.vpc`. It
    // may be any word, even where a declaration or the next property may start.
    name: $ => prec.right(seq(
      choice($._word, ...KINDS, ...KINDS_AND_PROPERTIES, 'when', 'while'),
      repeat(seq('.', $._word)),
    )),

    // `rule@element`; a flow without a name is written with its ends.
    finding: $ => seq(
      field('rule', $.name),
      '@',
      field('subject', choice($.name, $.flow_ends)),
    ),

    flow_ends: $ => seq('(', $._ends, ')'),

    _word: _ => /[\p{L}_](-?[\p{L}\p{M}\p{N}_])*/,

    reference: _ => token(prec(1, choice(
      /(CWE|CAPEC|ASVS)-[0-9]+(\.[0-9]+)*/,
      /T[0-9]{4}(\.[0-9]{3})?/,
    ))),

    date: _ => token(prec(1, /[0-9]{4}-[0-9]{2}-[0-9]{2}/)),

    // Wider than a number is, so that `2026-1-5` is one wrong value.
    number: _ => /[0-9]([\p{L}\p{N}_.\-]*[\p{L}\p{N}_])?/,

    string: $ => seq(
      '"',
      repeat(choice($.string_content, $.escape_sequence)),
      token.immediate('"'),
    ),

    // Before a comment: `"https://…"`, `"// none"`.
    string_content: _ => token.immediate(prec(2, /[^"\\\r\n]+/)),

    escape_sequence: _ => token.immediate(choice(
      /\\u\{[^}"\r\n]*\}/,
      /\\[^\r\n]/,
    )),

    block_string: _ => token(/"""([^"]|"[^"]|""[^"])*"""/),

    // ---- conditions ---------------------------------------------------------

    _condition: $ => choice(
      $.or,
      $.and,
      $.not,
      $.comparison,
      $.membership,
      $.kinship,
      $._operand,
    ),

    or: $ => prec.left(PREC.or, seq(
      field('left', $._condition), 'or', field('right', $._condition),
    )),

    and: $ => prec.left(PREC.and, seq(
      field('left', $._condition), 'and', field('right', $._condition),
    )),

    not: $ => prec(PREC.not, seq('not', field('operand', $._condition))),

    comparison: $ => prec.left(PREC.compare, seq(
      field('left', $._operand),
      field('operator', choice('=', '!=', '<', '<=', '>', '>=')),
      field('right', $._operand),
    )),

    // `kind in (person, device)`
    membership: $ => prec.left(PREC.compare, seq(
      field('left', $._operand),
      'in',
      '(',
      optional(seq(
        field('value', $._operand),
        repeat(seq(',', field('value', $._operand))),
        optional(','),
      )),
      ')',
    )),

    // `technology is database`: along what the library says of technologies.
    kinship: $ => prec.left(PREC.compare, seq(
      field('left', $._operand), 'is', field('right', $.name),
    )),

    _operand: $ => choice($.name, $.number, $.call, $.group),

    group: $ => seq('(', $._condition, ')'),

    // `count(incoming where exposed)`
    call: $ => seq(
      field('function', alias($._word, $.name)),
      token.immediate('('),
      optional(field('argument', $.name)),
      optional(seq('where', field('where', $._condition))),
      ')',
    ),

    // ---- comments -----------------------------------------------------------

    // `/// text` lines, which describe the declaration after them.
    description: $ => prec.right(repeat1(seq(
      '///',
      optional(choice($.description_text, $._no_text)),
    ))),

    // All of the line: precedence counts more than length, and `}` or `store` would be words of their own.
    description_text: _ => token.immediate(prec(2, /[^\r\n]+/)),

    // Never read, since `description_text` is preferred. That it may be read where a declaration may start
    // has tree-sitter tell the words that start one from names by themselves, not only where they are
    // expected: so a declaration is found behind a property that somebody has begun.
    _no_text: _ => token.immediate(/[^\r\n]+/),

    comment: _ => token(prec(1, choice(
      /\/\/([^\/\r\n][^\r\n]*)?/,
      /\/\/\/\/[^\r\n]*/,
    ))),
  },
});
