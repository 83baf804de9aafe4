#!/bin/sh
# Installs support for threat models into Helix: `sh editors/helix/install.sh`. It writes only to Helix's configuration
# folder ($XDG_CONFIG_HOME/helix or ~/.config/helix): the queries, the parser, which needs a C compiler, and languages.toml,
# unless that already has `threat`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
grammar=$(cd "$here/../../grammar" && pwd)
config=${XDG_CONFIG_HOME:-$HOME/.config}/helix

mkdir -p "$config/runtime/queries/threat" "$config/runtime/grammars"
cp "$here"/queries/threat/*.scm "$config/runtime/queries/threat/"
${CC:-cc} -shared -fPIC -O2 -std=c11 -I "$grammar/src" "$grammar/src/parser.c" -o "$config/runtime/grammars/threat.so.new"
mv "$config/runtime/grammars/threat.so.new" "$config/runtime/grammars/threat.so"
echo "queries and parser: $config/runtime"

if grep -q 'name = "threat"' "$config/languages.toml" 2>/dev/null; then
  echo "languages.toml already has \`threat\` and was not changed"
else
  [ -s "$config/languages.toml" ] && echo >>"$config/languages.toml"
  sed "s|^source = .*|source = { path = \"$grammar\" }|" "$here/languages.toml" >>"$config/languages.toml"
  echo "added to $config/languages.toml"
fi
command -v threatline >/dev/null || echo "The server \`threatline\` is not in PATH yet: cargo install --locked --path server"
echo "hx --health threat   checks the installation"
