[
  (block)
  (property)
  (group)
  (membership)
  (call)
  (flow_ends)
] @indent

["}" ")"] @outdent
