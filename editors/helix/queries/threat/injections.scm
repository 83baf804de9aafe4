; A description is Markdown.

((description
  (description_text) @injection.content)
  (#set! injection.language "markdown.inline")
  (#set! injection.combined))
