; Where things are declared and named, for indexes of many files. A value is
; left out: only the schema knows whether it is a name or a fixed word.

(
  (description)? @doc
  .
  (declaration
    kind: (kind "component")
    name: (name) @name) @definition.module
  (#strip! @doc "(?m)^[ \t]*/// ?")
)

(
  (description)? @doc
  .
  (declaration
    kind: (kind ["boundary" "external" "process" "store" "technology" "protocol"])
    name: (name) @name) @definition.class
  (#strip! @doc "(?m)^[ \t]*/// ?")
)

(
  (description)? @doc
  .
  (declaration
    kind: (kind ["flow" "rule"])
    name: (name) @name) @definition.function
  (#strip! @doc "(?m)^[ \t]*/// ?")
)

(
  (description)? @doc
  .
  (declaration
    kind: (kind ["asset" "threat" "mitigation" "accept" "dismiss" "assumption" "expect"])
    name: (name) @name) @definition.constant
  (#strip! @doc "(?m)^[ \t]*/// ?")
)

(declaration
  within: (name) @name @reference.class)

(declaration
  source: (name) @name @reference.class)

(declaration
  target: (name) @name @reference.class)

(flow_ends
  source: (name) @name @reference.class)

(flow_ends
  target: (name) @name @reference.class)

(finding
  rule: (name) @name @reference.call)

(finding
  subject: (name) @name @reference.class)
