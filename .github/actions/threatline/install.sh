#!/usr/bin/env bash
# Builds the program from the sources next to this action, which are those of the version that a workflow names.
#   install.sh key            prints `key=…`, which changes with the sources
#   install.sh install DIR    installs the program into DIR/bin, unless it exists
set -euo pipefail
sources=$(cd "$(dirname "$0")/../../.." && pwd)

case $1 in
  key)
    # Every runner has `shasum`.
    sum=$(cd "$sources" && find Cargo.toml Cargo.lock server grammar -type f -print0 | LC_ALL=C sort -z | xargs -0 shasum -a 256 | shasum -a 256)
    echo "key=${sum%% *}"
    ;;
  install)
    mkdir -p "$2/bin"
    root=$(cd "$2" && pwd)
    # From `/`, so that `rust-toolchain.toml` and the configuration of the checkout have no effect.
    [ -x "$root/bin/threatline" ] || [ -x "$root/bin/threatline.exe" ] ||
      (cd / && cargo install --locked --quiet --path "$sources/server" --root "$root")
    [ -z "${GITHUB_PATH:-}" ] || echo "$2/bin" >>"$GITHUB_PATH"
    ;;
esac
