#!/usr/bin/env bash
# Uses the installed files in a real Helix, in tmux: helix.sh HX. MODELS is a copy of tests/models/webshop.
set -uo pipefail
HX=$1
T=$(mktemp -d) S=threatline-hx-$$ passed=0 failed=0
trap 'tmux -L $S kill-server 2>/dev/null; rm -rf "$T"' EXIT
export XDG_CONFIG_HOME=$T XDG_CACHE_HOME=$T/cache TERM=xterm-256color
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$T/helix"
sh "$here/../../editors/helix/install.sh" | sed 's/^/     /'
cat >"$T/helix/config.toml" <<'X'
theme = "base16_default"
[editor]
end-of-line-diagnostics = "hint"
rainbow-brackets = false
[editor.inline-diagnostics]
cursor-line = "hint"
[editor.statusline]
right = ["diagnostics", "position"]
[editor.lsp]
display-inlay-hints = true
display-messages = true
X
tm() { tmux -L "$S" "$@"; }
screen() { tm capture-pane -p -t x; }
colors() { tm capture-pane -e -p -t x; }
ok() { echo "ok   $1"; passed=$((passed + 1)); }
bad() { echo "FAIL $1"; failed=$((failed + 1)); }
# Waits until the screen has a pattern.
want() {
  for _ in $(seq 200); do
    screen | grep -qE "$2" && { ok "$1"; return; }
    sleep 0.1
  done
  bad "$1"
  screen | grep . | sed 's/^/     | /'
}
keys() { for key in "$@"; do tm send-keys -t x "$key"; sleep 0.1; done; }

health=$("$HX" --health threat 2>&1 | sed 's/\x1b\[[0-9;]*m//g')
echo "$health" | sed 's/^/     /'
for part in threatline "parser: .*✓" "Highlight queries: ✓" "Textobject queries: ✓" "Indent queries: ✓"; do
  if grep -qE "$part" <<<"$health"; then ok "health: $part"; else bad "health: $part"; fi
done

git init -q "$MODELS"
tm -f /dev/null new-session -d -s x -x 140 -y 40 "cd '$MODELS' && '$HX' -vv --log '$T/hx.log' orders/orders.threat 2>'$T/err'; sleep 60"
want 'hints stand in the text' 'confidential'
keys ':66' Enter
want 'the problem stands in the text' 'Missing authentication across a trust boundary'
# In this theme words of the language are magenta and the names of flows blue. The cursor is on the first letter.
line=$(colors | grep -a 'guest_lookup' | head -1)
if grep -qaP '\x1b\[35m(\x1b\[[0-9;]*m)*low' <<<"$line" && grep -qaP '\x1b\[34m(\x1b\[[0-9;]*m)*guest_lookup' <<<"$line"; then
  ok 'words have colors'
else
  bad "words have colors: $(printf '%q' "$line")"
fi
keys ' ' 'D'; want 'problems of the whole model are listed' 'fulfilment|unstated-fact'; keys Escape
keys ':66' Enter 'w' ' ' 'k'; want 'hover explains' 'Track an order as a guest'; keys Escape
keys ' ' 's'; want 'symbols are listed' 'guest_lookup'; keys Escape
keys ' ' 'a'; want 'quick fixes are offered' 'Plan a mitigation based on `mutual_tls`'
keys Enter 'z' 't'; want 'and applied' 'authentication: session'
keys 'u'
keys ':71' Enter 'A' ', ca'; keys C-x; want 'assets are offered' 'payments.card'; keys Escape Escape 'u'
keys ':66' Enter 'f' '>' 'w' 'w' 'w' 'g' 'd'; want 'a definition in another file is found' 'NOR +platform/edge.threat'
keys ':o orders/orders.threat' Enter ':22' Enter 'f' 'a' ' ' 'r'; want 'a name is asked for' 'rename-to:'; keys C-u 'order_api' Enter
want 'a name is changed' 'process order_api'
keys ':o payments/payments.threat' Enter '/order_api' Enter; want 'in all files' 'orders\.order_api'
keys ':qa!' Enter
sleep 0.5
if grep -E 'panick' "$T/hx.log" "$T/err"; then bad 'no panic'; else ok 'no panic'; fi
grep -E ' ERROR ' "$T/hx.log" | head -5 | sed 's/^/     log: /'
echo "$passed passed, $failed failed ($("$HX" --version))"
[ "$failed" = 0 ]
