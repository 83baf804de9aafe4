; What folds to its first line.

; The block, not its declaration: the heading stays to be read.
(block) @fold

; A list or a condition over several lines.
(property) @fold

(block_string) @fold

(description) @fold

(comment)+ @fold
