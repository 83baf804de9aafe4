#!/usr/bin/env bash
# Validates what `threatline export` writes, for the example models and for a model with hostile texts: each format with a tool
# that reads it, or against its published schema. Installs what it needs into `target`.
#
# No registry has the schemas of OTM, Threagile and Threat Dragon (all exports are valid against those in their repositories).
# These formats are read back by `threatline import`.
set -euo pipefail
cd "$(dirname "$0")/.."

threatline=${THREATLINE:-target/release/threatline}
[ -x "$threatline" ] || { echo "there is no program at $threatline: build it, or set THREATLINE"; exit 1; }
threatline=$(realpath "$threatline")
root=$PWD

tools=$PWD/target/export
packages=(jsonschema==4.26.0 rfc3339-validator==0.1.4 rfc3987-syntax==1.1.0)
# Only the schemas in it are used.
carrier=cyclonedx-python-lib==11.12.0
modules=(mermaid@11.17.2 jsdom@29.1.1 mxgraph@4.2.2 @viz-js/viz@3.31.0)
if [ "$(cat "$tools/installed" 2>/dev/null)" != "${packages[*]} $carrier ${modules[*]}" ]; then
  rm -rf "$tools"
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
  "$tools/bin/pip" install --quiet --disable-pip-version-check --no-deps "$carrier"
  npm install --silent --no-audit --no-fund --prefix "$tools" "${modules[@]}"
  echo "${packages[*]} $carrier ${modules[*]}" >"$tools/installed"
fi
schema=$(find "$tools" -path '*/cyclonedx/schema/_res/bom-1.6.SNAPSHOT.schema.json' -print -quit)
[ -n "$schema" ] || { echo "the schema of CycloneDX is not in $carrier"; exit 1; }
schemas=$(dirname "$schema")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

hostile=$work/hostile
mkdir "$hostile"
: >"$hostile/threatline.toml"
cat >"$hostile/shop.threat" <<'MODEL'
/// A <b>component</b> ]]> --> "quoted" \N \u{202e}
component shop "=HYPERLINK(\"x\") <script>" { owner: "-team", "@all" }
boundary net "Net ]]> --> \"end\" end" { trust: untrusted }
boundary vpc "VPC %%{init}%% `a` [b](c)" in net { kind: network }
boundary hollow "Nothing in it; & nothing &amp; \\N \\G" in vpc
asset card "+1+cmd|' /C calc'!A0" { classification: restricted  tags: "a;b", "<i>" }
external buyer "Buyer <img src=x>" in net { kind: person }
process web "Web #quot;1#quot; #1;" in vpc { technology: web_application  mitigations: checks }
process ünïcode_é "Üñí 漢字 😀" in vpc { accepts: nothing }
process aside "Aside" in vpc { accepts: file  out_of_scope: "=Out <b>" }
store db "DB|{rank} <a>" in vpc { stores: card  encryption: none }
flow pay "Pay \"now\" --> x | y": buyer -> web { protocol: http  sends: card  authentication: none }
flow web -> db { protocol: sql  receives: card }
flow loop "Loop": web -> web
flow ünïcode_é -> web
flow buyer -> aside { sends: card }
threat theft "@SUM(1) \"x\",\n=1+1" { category: spoofing, tampering  targets: web, pay  likelihood: critical
  impact: critical  references: CWE-79, CAPEC-1, T1190, ASVS-1.2.4  ticket: "=T-1" }
threat fraud "Fraud" { category: spoofing  targets: web  mitigations: limits, checks  enough: limits }
threat flood "Flood" { category: denial_of_service  targets: web  mitigations: limits, checks  residual: low  owner: "@team" }
mitigation limits "=limits" { counters: fraud  on: process  when: exposed  status: verified  evidence: "=test" }
mitigation checks "=checks" { counters: theft  status: planned  ticket: "-1" }
accept taken "Taken" { findings: unencrypted_flow@pay  by: "=CISO \u{202e}"  until: 2030-12-01  because: "\t=1" }
assumption "-->]]> calm" { validate_by: 2030-01-31 }
dismiss open "=Open" { finding: unauthenticated_flow@pay  by: "=Ann", "@Bob"  because: "\t=1"  while: authentication = none }
rule own "<own> {0}" { on: flow  category: tampering  when: carries >= restricted  references: CWE-79 }
MODEL

formats=(otm threagile threat-dragon cyclonedx mermaid dot drawio json csv)
number=0
for settings in tests/models/*/threatline.toml tests/models/*/*/threatline.toml "$hostile/threatline.toml"; do
  model=$(dirname "$settings")
  name=$(echo "${model#tests/models/}" | tr / -)
  [ "$model" = "$hostile" ] && name=hostile
  for format in "${formats[@]}"; do
    code=0
    (cd "$model" && "$threatline" export . --to "$format" --today 2026-11-23) \
      >"$work/$name.$format" 2>"$work/$name.err" || code=$?
    [ "$code" = 0 ] || { cat "$work/$name.err"; echo "export of $name to $format ended with $code"; exit 1; }
    (cd "$model" && "$threatline" export . --to "$format" --today 2026-11-23) 2>/dev/null | cmp - "$work/$name.$format"
  done
  for format in otm threagile threat-dragon; do
    "$threatline" import "$work/$name.$format" --to "$work/back/$name-$format" >/dev/null 2>"$work/$name.err" ||
      { cat "$work/$name.err"; echo "$name as $format cannot be read back"; exit 1; }
    code=0
    "$threatline" check "$work/back/$name-$format" --today 2026-11-23 --fail-on never >"$work/$name.err" || code=$?
    [ "$code" = 0 ] || { cat "$work/$name.err"; echo "$name has errors when it comes back from $format"; exit 1; }
  done
  number=$((number + 1))
done

"$tools/bin/python" - "$root/server/export.schema.json" "$schemas" "$work" <<'PYTHON'
import csv, io, json, pathlib, sys
import jsonschema, referencing

ours, schemas, work = map(pathlib.Path, sys.argv[1:])
checker = jsonschema.FormatChecker()
for needed in ("date", "iri-reference", "date-time"):
    assert needed in checker.checkers, f"nothing checks the format {needed}"
def validator(schema, **more):
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema, format_checker=checker, **more)
def schema_of(name):
    return json.loads((schemas / f"{name}.SNAPSHOT.schema.json").read_text())
others = [(f"http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json", schema_of(name)) for name in ("spdx", "jsf-0.82")]
registry = referencing.Registry().with_resources(
    (address, referencing.Resource.from_contents(schema)) for address, schema in others)
validators = {
    "json": validator(json.loads(ours.read_text())),
    "cyclonedx": validator(schema_of("bom-1.6"), registry=registry),
}
# A check that cannot fail proves nothing.
assert list(validators["json"].iter_errors({"version": 1}))
assert list(validators["cyclonedx"].iter_errors({"bomFormat": "CycloneDX", "specVersion": "1.6", "services": [{}]}))

wrong = 0
def refs(value):
    if isinstance(value, dict):
        if "bom-ref" in value:
            yield value["bom-ref"]
        for inner in value.values():
            yield from refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from refs(inner)
for format, valid in validators.items():
    for path in sorted(work.glob(f"*.{format}")):
        document = json.loads(path.read_text())
        for error in valid.iter_errors(document):
            wrong += 1
            print(f"{path.name}: {error.json_path}: {error.message[:300]}")
for path in sorted(work.glob("*.cyclonedx")):
    bom = json.loads(path.read_text())
    known = list(refs(bom))
    assert len(known) == len(set(known)), f"{path.name}: a bom-ref is there twice"
    used = [d["ref"] for d in bom["dependencies"]] + [o for d in bom["dependencies"] for o in d["dependsOn"]]
    used += [a["ref"] for v in bom["vulnerabilities"] for a in v["affects"]]
    used += [c["target"] for c in bom.get("declarations", {}).get("claims", [])]
    carried = [flow for service in bom["services"] for flow in service.get("data", [])]
    used += [end.removeprefix("#") for flow in carried for end in flow.get("source", []) + flow.get("destination", [])]
    assert set(used) <= set(known), f"{path.name}: {set(used) - set(known)} is nowhere"
for path in sorted(work.glob("*.csv")):
    text = path.read_bytes().decode()
    assert text.count("\n") == text.count("\r\n"), f"{path.name}: a line ends without CR LF"
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    model = json.loads(path.with_suffix(".json").read_text())
    assert {len(row) for row in rows} == {20}, path.name
    ids = [row[0].removeprefix("'") for row in rows[1:]]
    assert ids == [finding["id"] for finding in model["findings"]], path.name
    for row in rows:
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in row), (path.name, row)
hostile = (work / "hostile.csv").read_text()
assert "\"'@SUM(1)" in hostile and "\"'=T-1; '-1\"" in hostile and "\"'=CISO\"" in hostile
print(f"CycloneDX 1.6, JSON and CSV of {len(list(work.glob('*.csv')))} models: {wrong} wrong")
sys.exit(wrong > 0)
PYTHON

cat >"$tools/drawings.mjs" <<'NODE'
import { JSDOM } from "jsdom";
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import assert from "node:assert";
const { window } = new JSDOM("<!doctype html><body></body>");
const given = ["document", "DOMParser", "XMLSerializer", "Node", "Element", "HTMLElement", "location", "navigator"];
for (const name of given) Object.defineProperty(globalThis, name, { value: window[name], configurable: true });
globalThis.window = window;
const { default: mermaid } = await import("mermaid");
const { instance } = await import("@viz-js/viz");
const viz = await instance();
const options = { mxImageBasePath: "", mxBasePath: "", mxLoadResources: false, mxLoadStylesheets: false };
const mx = createRequire(import.meta.url)("mxgraph")(options);
Object.assign(globalThis, mx);
Object.assign(window, mx);

const work = process.argv[2];
const read = (name) => readFileSync(`${work}/${name}`, "utf8");
// A check that cannot fail proves nothing.
await assert.rejects(mermaid.parse('flowchart LR\n  n0["x'));
assert.equal(viz.render("digraph { a -> ", { format: "svg" }).status, "failure");

const xml = (text, type) => {
  const parsed = new window.DOMParser().parseFromString(text, type);
  assert.equal(parsed.getElementsByTagName("parsererror").length, 0, "not well-formed");
  return parsed;
};
const plain = (text) => text.replace(/[\s\u200e\u200f\u202a-\u202e]+/g, "");
// A drawing can shorten a title.
const fits = (drawn, title) => (drawn.includes("…") ? title.startsWith(drawn.split("…")[0]) : drawn === title);

let models = 0;
for (const file of readdirSync(work).filter((file) => file.endsWith(".json"))) {
  const name = file.slice(0, -5);
  const of = (...kinds) => JSON.parse(read(file)).declarations.filter((decl) => kinds.includes(decl.kind));
  const [elements, boundaries, flows] = [of("external", "process", "store"), of("boundary"), of("flow")];
  const titles = [...elements, ...boundaries].map((decl) => plain(decl.title || decl.name));

  const text = read(`${name}.mermaid`);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const counts = [db.getVertices().size, db.getSubGraphs().length, db.getEdges().length];
  assert.deepEqual(counts, [elements.length, boundaries.length, flows.length], `${name}: Mermaid`);
  const decoded = (text) => {
    const area = window.document.createElement("textarea");
    area.innerHTML = text.replace(/ﬂ°°/g, "&#").replace(/ﬂ°/g, "&").replace(/¶ß/g, ";");
    return plain(area.value);
  };
  const drawn = [...db.getVertices().values()].map((node) => node.text).concat(db.getSubGraphs().map((at) => at.title));
  for (const label of drawn.map(decoded)) {
    assert(titles.some((title) => fits(label, title)), `${name}: Mermaid shows ${label}`);
  }

  const graph = viz.render(read(`${name}.dot`), { format: "svg", engine: "dot" });
  assert.equal(graph.status, "success", `${name}: ${JSON.stringify(graph.errors)}`);
  // Without fonts it warns that it guesses the width of some characters.
  const complaints = graph.errors.filter(({ message }) => !/no value for width/.test(message));
  assert.deepEqual(complaints, [], `${name}: DOT`);
  const svg = xml(graph.output, "image/svg+xml");
  const parts = (kind) => [...svg.getElementsByClassName(kind)];
  const sizes = [parts("node").length, parts("cluster").length, parts("edge").length];
  assert.deepEqual(sizes, [elements.length, boundaries.length, flows.length], `${name}: DOT`);
  const shown = [...parts("node"), ...parts("cluster")].map((part) =>
    plain([...part.getElementsByTagName("text")].map((line) => line.textContent).join("")));
  for (const title of titles) assert(shown.includes(title), `${name}: DOT does not show ${title}`);

  const pages = [...xml(read(`${name}.drawio`), "text/xml").getElementsByTagName("diagram")];
  for (const [number, page] of pages.entries()) {
    const document = mx.mxUtils.createXmlDocument();
    document.appendChild(document.importNode(page.getElementsByTagName("mxGraphModel")[0], true));
    // The tool calls it `object`; mxGraph, which it is made with, by its old name.
    for (const old of [...document.getElementsByTagName("object")]) {
      const object = document.createElement("UserObject");
      for (const { name, value } of [...old.attributes]) object.setAttribute(name, value);
      while (old.firstChild) object.appendChild(old.firstChild);
      old.replaceWith(object);
    }
    const model = new mx.mxGraphModel();
    new mx.mxCodec(document).decode(document.documentElement, model);
    const cells = Object.values(model.cells);
    const [vertices, edges] = [cells.filter((cell) => cell.vertex), cells.filter((cell) => cell.edge)];
    for (const edge of edges) assert(edge.source && edge.target, `${name}: ${edge.id} is loose`);
    for (const cell of vertices) {
      const at = cell.geometry;
      assert(at.x >= 0 && at.y >= 0 && at.width > 0 && at.height > 0, `${name}: ${cell.id} lies nowhere`);
      const around = cell.parent.geometry;
      const fits = !around || (at.x + at.width <= around.width + 1 && at.y + at.height <= around.height + 1);
      assert(fits, `${name}: ${cell.id} sticks out`);
      const within = [...elements, ...boundaries].find((decl) => decl.id === cell.id);
      assert.equal(plain(cell.getAttribute("title")), plain(within.title || within.name));
      assert.equal(cell.parent.id, within.in ?? "1", `${name}: ${cell.id} is in another boundary`);
      assert(!/html=1/.test(cell.style), "a label would be markup");
    }
    if (number === 0) {
      const sizes = [elements.length + boundaries.length, flows.length];
      assert.deepEqual([vertices.length, edges.length], sizes, `${name}: draw.io`);
    }
  }
  models += 1;
}
assert.equal(models, Number(process.argv[3]), "not every model was drawn");
console.log(`Mermaid, Graphviz and diagrams.net drew ${models} models`);
process.exit(0);
NODE
node "$tools/drawings.mjs" "$work" "$number"
echo "$number models in ${#formats[@]} formats"
