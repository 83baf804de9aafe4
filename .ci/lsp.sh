#!/usr/bin/env bash
# Runs the tests of the language server in tests/lsp: the real program, and a client that rejects what breaks the
# protocol. Installs what it needs into `target`.
set -euo pipefail
cd "$(dirname "$0")/.."

THREATLINE=$(realpath "${THREATLINE:-target/release/threatline}")
export THREATLINE
tools=$PWD/target/lsp
packages=(lsprotocol==2025.0.0 pytest==8.4.2)
if [ "$(cat "$tools/installed" 2>/dev/null)" != "${packages[*]}" ]; then
  rm -rf "$tools"
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
  echo "${packages[*]}" >"$tools/installed"
fi
PYTHONDONTWRITEBYTECODE=1 "$tools/bin/pytest" -q -p no:cacheprovider tests/lsp "$@"
