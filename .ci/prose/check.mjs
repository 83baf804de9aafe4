// Checks the prose of the docs: grammar and spelling with Harper, which works offline, and the phrases that the project
// avoids. `.ci/prose.sh` installs Harper and runs this with the made sources of the book.
//
//     node .ci/prose/check.mjs BOOK [--all]    reports problems in the docs and in BOOK/src, with --all also in exceptions
//
// `words.txt` has the words that no dictionary has, `phrases.txt` what to avoid, and `exceptions.txt` the files and folders
// that are not clean yet, each with the number of problems that it may have.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const book = join(process.argv[2], "src");
const all = process.argv.includes("--all");
const tools = join(root, "target/prose");
const load = (part) => import(pathToFileURL(join(tools, "node_modules/harper.js/dist", part)));
const { LocalLinter } = await load("index.js");
const { binary } = await load("binary.js");

// Checks of style that the project decides otherwise, and checks that are wrong too often in technical texts.
const OFF = [
  "AnA", "CompoundNouns", "CondenseAllThe", "DiscourseMarkers", "DisjointPrefixes", "EllipsisLength", "ExpandMemoryShorthands",
  "ExpandTimeShorthands", "InflectedVerbAfterTo", "ItsContraction", "LongSentences", "MassNouns", "MergeWords",
  "MissingDeterminer", "MissingPreposition", "NoOxfordComma", "NounVerbConfusion", "OneOfTheSingular",
  "OrthographicConsistency", "OxfordComma", "PhrasalVerbAsCompoundNoun", "PronounInflectionBe", "RegularIrregulars",
  "SentenceCapitalization", "SingleBe", "Spaces", "SplitWords", "UseTitleCase",
];

const lines = (name) =>
  readFileSync(join(here, name), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
const phrases = lines("phrases.txt").map((line) => {
  const [pattern, better] = line.split(" => ");
  return { pattern: new RegExp(pattern, "giu"), better };
});
const exceptions = lines("exceptions.txt").map((line) => {
  const [name, most] = line.split(" ");
  return { name, most: Number(most), count: 0 };
});

// The files to check, by the names that are shown. The pages of the book are taken as they were made.
function files() {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], { cwd: root, encoding: "utf8" });
  const skipped = /^(tests|server\/book)\//;
  const found = listed.split("\n").filter((name) => name && !skipped.test(name) && existsSync(join(root, name)));
  const docs = found.map((name) => [name, join(root, name)]);
  const pages = readdirSync(book, { recursive: true, encoding: "utf8" })
    // The summary repeats the titles of pages.
    .filter((name) => name.endsWith(".md") && name !== "SUMMARY.md");
  return docs.concat(pages.map((name) => [`book/${name.replaceAll("\\", "/")}`, join(book, name)]));
}

const blank = (text) => text.replace(/[^\n]/g, " ");

// A page without code blocks, comments, and the parts that are checked as pages of their own.
function prose(text) {
  return text
    .replace(/^(```|~~~)[^]*?^\1/gm, blank)
    .replace(/^\{\{#include.*$/gm, blank)
    .replace(/<!--[^]*?-->/g, blank)
    // Others wrote what is quoted.
    .replace(/^>.*$/gm, blank);
}

// The same with words only: no code and no addresses.
function words(text) {
  return prose(text)
    .replace(/`[^`\n]*`|<[^>\n]+>/g, blank)
    .replace(/\]\([^)\n]*\)/g, blank);
}

// Abbreviations, units, and everything with a digit such as T1190, are not in a dictionary.
const isAbbreviation = (word) => /^[A-Z]{2,}s?$|^[A-Za-z]\.?$|\d/.test(word);

const linter = new LocalLinter({ binary });
await linter.setup();
const config = await linter.getLintConfig();
for (const name of OFF) config[name] = false;
await linter.setLintConfig(config);
await linter.importWords(lines("words.txt"));

async function problems(text) {
  const found = [];
  for (const { pattern, better } of phrases) {
    for (const match of words(text).matchAll(pattern)) {
      found.push([match.index, match[0], `write: ${better}`]);
    }
  }
  // Inline code stays: the grammar needs a word in its place.
  const clean = prose(text);
  const characters = [...clean];
  const byRule = await linter.organizedLints(clean, { language: "markdown" });
  for (const [rule, lints] of Object.entries(byRule)) {
    for (const lint of lints) {
      if (rule === "SpellCheck" && isAbbreviation(lint.get_problem_text())) continue;
      const start = characters.slice(0, lint.span().start).join("").length;
      found.push([start, lint.get_problem_text(), `${lint.message()} (${rule})`]);
    }
  }
  return found.sort((one, other) => one[0] - other[0]);
}

// A check that cannot fail proves nothing.
if ((await problems("This are a mispelt sentence that stands alone.")).length < 3) {
  throw new Error("the checker finds nothing");
}

let [checked, wrong] = [0, 0];
for (const [name, path] of files()) {
  const text = readFileSync(path, "utf8");
  const found = await problems(text);
  checked += 1;
  const exception = exceptions.find((one) => name === one.name || (one.name.endsWith("/") && name.startsWith(one.name)));
  if (exception) exception.count += found.length;
  if (exception && !all) continue;
  for (const [start, problem, message] of found) {
    wrong += 1;
    const line = text.slice(0, start).split("\n").length;
    console.log(`${name}:${line}: "${problem.replace(/\s+/g, " ")}": ${message}`);
  }
}
for (const { name, most, count } of exceptions) {
  if (count > most) {
    wrong += 1;
    console.log(`${name}: ${count} problems instead of ${most}; \`.ci/prose.sh --all\` lists them`);
  } else if (count < most) {
    console.log(`${name}: ${count} problems: lower the number in .ci/prose/exceptions.txt`);
  }
}
const left = exceptions.reduce((sum, { count }) => sum + count, 0);
console.log(`${checked} pages, ${wrong} problems; ${left} more in ${exceptions.length} exceptions`);
process.exit(wrong > 0 ? 1 : 0);
