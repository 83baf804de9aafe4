#!/bin/sh
# Installs support for threat models into Helix: `sh editors/helix/install.sh`. It writes to Helix's folder of settings
# alone ($XDG_CONFIG_HOME/helix or ~/.config/helix): the queries, the parser, which needs a C compiler, and, unless it
# knows `threat` already, languages.toml.
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
  echo "languages.toml knows \`threat\` already and was left as it is"
else
  [ -s "$config/languages.toml" ] && echo >>"$config/languages.toml"
  sed "s|^source = .*|source = { path = \"$grammar\" }|" "$here/languages.toml" >>"$config/languages.toml"
  echo "added to $config/languages.toml"
fi
command -v threatline >/dev/null || echo "The server \`threatline\` is not in PATH yet: cargo install --path server"
echo "hx --health threat   tells whether all is well"
