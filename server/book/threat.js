// Highlights the language in the book. It must not know which properties or words exist.
(() => {
  const KINDS =
    "component boundary asset external process store flow threat mitigation accept assumption technology protocol rule expect";
  const TEXT = [
    { className: "comment", begin: "//", end: "$" },
    { className: "string", begin: '"""', end: '"""' },
    { className: "string", begin: '"', end: '"', illegal: "\\n", contains: [{ begin: "\\\\." }] },
    { className: "number", begin: "\\b\\d{4}-\\d{2}-\\d{2}\\b" },
  ];
  const keywords = { keyword: `${KINDS} in and or not is any all no count components stated used where` };
  const property = (start) => ({ className: "attr", begin: `${start}[a-z_]+(?=\\s*:)` });
  hljs.registerLanguage("threat", () => ({
    keywords,
    contains: [
      ...TEXT,
      // A rule's page shows properties without their block.
      property("^"),
      { begin: "\\{", end: "\\}", keywords, contains: [...TEXT, property("\\b")] },
    ],
  }));
  for (const block of document.querySelectorAll("code.language-threat")) hljs.highlightBlock(block);
})();
