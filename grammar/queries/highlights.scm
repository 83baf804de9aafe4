; What a text looks like before anything is known of its meaning. A later pattern
; wins over an earlier one. Words are matched by where they stand, never by
; themselves: any of them may be a name.

; ---- names ------------------------------------------------------------------

(name) @variable

(property_name) @property

(kind) @keyword

(declaration
  kind: (kind ["component" "boundary" "technology" "protocol"])
  name: (name) @type)

(declaration
  kind: (kind ["flow" "threat" "mitigation" "accept" "dismiss" "assumption" "rule" "expect"])
  name: (name) @function)

; It stands in a boundary.
(declaration
  within: (name) @type)

(finding
  rule: (name) @function)

; ---- values -----------------------------------------------------------------

(string) @string

(block_string) @string

(escape_sequence) @string.escape

(number) @number

(date) @string.special

(reference) @constant

(property
  value: (name) @constant.builtin
  (#any-of? @constant.builtin
    "yes" "no" "nothing"
    "spoofing" "tampering" "repudiation" "information_disclosure"
    "denial_of_service" "elevation_of_privilege"))

(comparison
  right: (name) @constant.builtin
  (#any-of? @constant.builtin "yes" "no"))

(finding
  rule: (name) @constant.builtin
  (#any-of? @constant.builtin
    "spoofing" "tampering" "repudiation" "information_disclosure"
    "denial_of_service" "elevation_of_privilege"))

; ---- conditions -------------------------------------------------------------

(call
  function: (name) @function.builtin)

(call "where" @keyword.operator)

(and "and" @keyword.operator)

(or "or" @keyword.operator)

(not "not" @keyword.operator)

(membership "in" @keyword.operator)

(kinship "is" @keyword.operator)

(comparison
  operator: _ @operator)

; ---- signs ------------------------------------------------------------------

(declaration "in" @keyword)

["->" "@"] @operator

["{" "}" "(" ")"] @punctuation.bracket

["," ":" "."] @punctuation.delimiter

; ---- comments ---------------------------------------------------------------

(comment) @comment

(description) @comment.documentation
