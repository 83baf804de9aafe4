; What a motion or a selection takes as one thing.

(declaration) @class.outer

(declaration
  body: (block
    .
    "{"
    .
    (_)+ @class.inner
    .
    "}"))

(property) @parameter.outer

(property
  value: (_) @parameter.inner)

(property
  condition: (_) @parameter.inner)

[
  (comment)
  (description)
] @comment.outer

(description
  (description_text) @comment.inner)
