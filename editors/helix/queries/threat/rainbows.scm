[
  (block)
  (group)
  (membership)
  (call)
  (flow_ends)
] @rainbow.scope

["{" "}" "(" ")"] @rainbow.bracket
