#!/usr/bin/env bash
# Checks the packages of Threatline, from crates.io and npm, for known vulnerabilities. The databases come from the network, so
# this is not part of `run`: a maintainer runs it before each release. Without a network, THREATLINE_ADVISORY_DB names a clone
# of RustSec's database. A database that is not available is an error.
set -uo pipefail
cd "$(dirname "$0")/.."
deny="$PWD/target/tools/bin/cargo-deny"
[ -x "$deny" ] || deny=cargo-deny
wrong=0

config=.ci/deny.toml
offline=()
if [ -n "${THREATLINE_ADVISORY_DB:-}" ]; then
  # cargo-deny expects the database under its own name in a folder of databases.
  databases=$(mktemp -d)
  trap 'rm -rf "$databases"' EXIT
  git clone --quiet "$THREATLINE_ADVISORY_DB" "$databases/advisory-db-3157b0e258782691"
  touch "$databases/advisory-db-3157b0e258782691/.git/FETCH_HEAD"
  config="$databases/deny.toml"
  printf '[advisories]\nyanked = "deny"\ndb-path = "%s"\n' "$databases" >"$config"
  offline=(--offline)
  git -C "$databases/advisory-db-3157b0e258782691" log -1 --format='the database of Rust is of %cs'
fi
for manifest in Cargo.toml server/fuzz/Cargo.toml; do
  echo "$manifest"
  "$deny" "${offline[@]}" --manifest-path "$manifest" --config "$config" check advisories || wrong=1
done

echo "editors/vscode"
(cd editors/vscode && npm audit) || wrong=1
exit "$wrong"
