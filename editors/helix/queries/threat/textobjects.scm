; A declaration, a property of it, and what describes it.

(declaration) @class.around

(declaration
  body: (block (_) @class.inside))

(property) @parameter.around

(property
  value: (_) @parameter.inside)

[
  (comment)
  (description)
] @comment.around

(description
  (description_text) @comment.inside)
