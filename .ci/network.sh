#!/usr/bin/env bash
# Checks that the program cannot open a network connection: it imports nothing that creates, connects or binds a socket.
set -euo pipefail
cd "$(dirname "$0")/.."

threatline=$(realpath "${THREATLINE:-target/release/threatline}")
python3 - "$threatline" <<'PYTHON'
import subprocess, sys
# `getaddrinfo` resolves a name, and a socket is useless without `connect` or `bind`. Functions of Rust's standard library
# that nothing calls are not linked.
names = subprocess.run(["nm", "--dynamic", "--undefined-only", sys.argv[1]], capture_output=True, text=True, check=True).stdout
imported = {line.split()[-1].split("@")[0] for line in names.splitlines() if line.strip()}
assert "read" in imported, "the symbols are not readable"
found = imported & {"socket", "connect", "bind", "listen", "accept", "accept4", "getaddrinfo", "sendto", "recvfrom"}
assert not found, f"the program imports {', '.join(sorted(found))}"
PYTHON
echo "the program imports nothing that opens a connection"
