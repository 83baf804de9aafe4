; Names within one file. The declarations of other files are the language server's.

(source_file) @local.scope

(declaration
  name: (name) @local.definition)

(declaration
  within: (name) @local.reference)

(declaration
  source: (name) @local.reference)

(declaration
  target: (name) @local.reference)

(flow_ends
  source: (name) @local.reference)

(flow_ends
  target: (name) @local.reference)

(property
  value: (name) @local.reference)

(finding
  rule: (name) @local.reference)

(finding
  subject: (name) @local.reference)

; The only name in a condition that is not a fact or a fixed word.
(kinship
  right: (name) @local.reference)
