#!/usr/bin/env python3
"""Counts what pytm finds in tests/models/NAME/pytm_model.py, as rows of a Markdown table.

Run by a person, not by CI. It needs pytm in the Python that runs it: `pip install pytm==1.4.0`.

    python tests/models/pytm_findings.py three-tier-shop mobile-bank iot-fleet llm-agent supply-chain
"""

import subprocess
import sys
from pathlib import Path

MODELS = Path(__file__).resolve().parent
SEVERITIES = ["Very High", "High", "Medium", "Low", "Very Low"]

# pytm keeps its model in globals, so each model has a process of its own.
COUNT = """
import runpy, sys
from collections import Counter
from pytm import TM, Boundary, Dataflow
tm = runpy.run_path(sys.argv[1])["tm"]
tm.check()
tm.resolve()
flows = sum(isinstance(e, Dataflow) for e in TM._elements)
others = sum(not isinstance(e, (Dataflow, Boundary)) for e in TM._elements)
severities = Counter(f.severity for f in tm.findings)
counts = [others, flows, len(tm.findings), *(severities.pop(s, 0) for s in sys.argv[2:])]
assert not severities, severities
print(*counts, len({f.threat_id for f in tm.findings}), sep=" | ")
"""

if len(sys.argv) < 2:
    sys.exit(__doc__)
columns = ["model", "elements", "flows", "findings", *map(str.lower, SEVERITIES), "threat ids"]
print("|", " | ".join(columns), "|")
print("|---" + "|---:" * (len(columns) - 1) + "|")
for name in sys.argv[1:]:
    command = [sys.executable, "-c", COUNT, MODELS / name / "pytm_model.py", *SEVERITIES]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(f"{name}: pytm failed")
    print("|", name, "|", run.stdout.strip(), "|")
