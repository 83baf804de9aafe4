#!/usr/bin/env bash
# Builds the book into `target/book/html` and checks every link in it and in the other docs. Installs mdBook into `target`.
set -euo pipefail
cd "$(dirname "$0")/.."

MDBOOK=0.5.4

tools=$PWD/target/tools
if ! "$tools/bin/mdbook" --version 2>/dev/null | grep -q "v$MDBOOK"; then
  cargo install mdbook --version "$MDBOOK" --locked --no-default-features --features search --root "$tools" --quiet
fi
cargo run --locked --quiet --package threatline --example book -- target/book
"$tools/bin/mdbook" build target/book
.ci/links.py target/book/html
