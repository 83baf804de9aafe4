#!/usr/bin/env bash
# Checks the prose of the docs and of the book, whose sources `.ci/book.sh` leaves in `target/book`. Installs the checker
# into `target`; the check itself needs no network. With --all it also lists the problems in exceptions.
set -euo pipefail
cd "$(dirname "$0")/.."

# The grammar checker of Automattic, as WebAssembly for Node.
HARPER=2.10.0

tools=$PWD/target/prose
if [ "$(cat "$tools/installed" 2>/dev/null)" != "$HARPER" ]; then
  rm -rf "$tools"
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$tools" "harper.js@$HARPER"
  echo "$HARPER" >"$tools/installed"
fi
node .ci/prose/check.mjs target/book "$@"
