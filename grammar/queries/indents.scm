; How far a line is indented: once for each block, list or parenthesis that it
; continues.

(block) @indent.begin

(property) @indent.begin

[
  (group)
  (membership)
  (call)
  (flow_ends)
] @indent.begin

; One that is there: the parser supplies an empty one where it is missing.
(["}" ")"] @indent.branch
  (#any-of? @indent.branch "}" ")"))

("}" @indent.end
  (#eq? @indent.end "}"))

; A block that is still being written ends where the parser gives it up.
(ERROR "{") @indent.begin

; What a block string says begins where its lines begin.
(block_string) @indent.ignore
