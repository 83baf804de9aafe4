; What a text looks like before anything is known of its meaning, in the names of Helix's themes. A later pattern wins.

(name) @variable

(property_name) @variable.other.member

(kind) @keyword.storage.type

(declaration
  kind: (kind ["component" "boundary" "technology" "protocol"])
  name: (name) @type)

(declaration
  kind: (kind ["flow" "threat" "mitigation" "accept" "dismiss" "assumption" "rule" "expect"])
  name: (name) @function)

(declaration
  within: (name) @type)

(finding
  rule: (name) @function)

(string) @string

(block_string) @string

(escape_sequence) @constant.character.escape

(number) @constant.numeric

(date) @constant.numeric

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

(declaration "in" @keyword)

["->" "@"] @operator

["{" "}" "(" ")"] @punctuation.bracket

["," ":" "."] @punctuation.delimiter

(comment) @comment.line

(description) @comment.line.documentation
