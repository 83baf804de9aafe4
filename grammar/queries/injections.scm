; A description is Markdown. All lines of one description are one text; two
; descriptions are two, so that a mark left open in one does not reach the next.

(description
  .
  ("///" . (description_text)? @injection.content (comment)*)+
  .
  (#set! injection.language "markdown"))
