#!/usr/bin/env bash
# Proves that the program opens no network connection: it asks the system for no socket, whatever it does, and does not
# import what would be needed for one.
set -euo pipefail
cd "$(dirname "$0")/.."

threatline=$(realpath "${THREATLINE:-target/release/threatline}")
python3 - "$threatline" <<'PYTHON'
import subprocess, sys
# `getaddrinfo` is what turns a name into an address, and `connect` and `bind` are what a socket is good for. The standard
# library of Rust brings functions for sockets along only where they are called.
names = subprocess.run(["nm", "--dynamic", "--undefined-only", sys.argv[1]], capture_output=True, text=True, check=True).stdout
imported = {line.split()[-1].split("@")[0] for line in names.splitlines() if line.strip()}
assert "read" in imported, "the symbols cannot be read"
found = imported & {"socket", "connect", "bind", "listen", "accept", "accept4", "getaddrinfo", "sendto", "recvfrom"}
assert not found, f"the program imports {', '.join(sorted(found))}"
PYTHON
echo "the program imports nothing to open a connection with"
