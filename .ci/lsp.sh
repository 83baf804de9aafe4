#!/usr/bin/env bash
# Runs the tests of the language server in tests/lsp: the real program, with a client that rejects protocol violations.
# Installs what it needs into `target`.
set -euo pipefail
cd "$(dirname "$0")/.."

THREATLINE=$(realpath "${THREATLINE:-target/release/threatline}")
export THREATLINE
. tests/lsp/install
PYTHONDONTWRITEBYTECODE=1 "$LSP_TOOLS/pytest" -q -p no:cacheprovider tests/lsp "$@"
