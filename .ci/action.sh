#!/usr/bin/env bash
# Tests what runs in other people's CI: the scripts of the GitHub action on pull requests made for it, with a `gh` that only
# records its calls; the hooks of pre-commit; and the files against their published schemas. Installs what it needs into
# `target`.
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD
threatline=${THREATLINE:-target/release/threatline}
[ -x "$threatline" ] || { echo "there is no program at $threatline: build it, or set THREATLINE"; exit 1; }
threatline=$(realpath "$threatline")

tools=$root/target/ci
packages=(check-jsonschema==0.39.0 pre-commit==4.7.0)
if [ "$(cat "$tools/installed" 2>/dev/null)" != "${packages[*]}" ]; then
  rm -rf "$tools"
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
  echo "${packages[*]}" >"$tools/installed"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work GIT_CONFIG_GLOBAL=$work/gitconfig GIT_CONFIG_NOSYSTEM=1
git config --global user.name Tester
git config --global user.email tester@example.com
git config --global init.defaultBranch main
git config --global protocol.file.allow always

failed=0
ok() { echo "ok   $1"; }
fail() { echo "FAIL $1"; failed=1; }
# is NAME EXPECTED FOUND
is() { if [ "$2" = "$3" ]; then ok "$1"; else fail "$1: '$3' instead of '$2'"; fi; }
# has NAME TEXT FILE
has() { if grep -qF -e "$2" "$3"; then ok "$1"; else fail "$1: no '$2' in"; sed 's/^/     /' "$3"; fi; }
hasnt() {
  if [ ! -e "$3" ]; then
    fail "$1: there is no $3"
  elif grep -qF -e "$2" "$3"; then
    fail "$1: '$2' in"
    sed 's/^/     /' "$3"
  else
    ok "$1"
  fi
}

schema() { if "$tools/bin/check-jsonschema" --builtin-schema "$1" "$2" >"$work/schema" 2>&1; then ok "$2"; else fail "$2"; cat "$work/schema"; fi; }
schema vendor.github-actions .github/actions/threatline/action.yml
schema vendor.gitlab-ci server/ci/gitlab.yml
for workflow in .github/workflows/*.yml; do schema vendor.github-workflows "$workflow"; done
for page in server/book/src/ci.md .github/actions/threatline/README.md; do
  # The page shows workflows, and settings of pre-commit.
  shown=$work/$(echo "$page" | tr / -)
  awk -v shown="$shown" '/^```yaml$/ { file = shown "." ++number ".yml"; next } /^```$/ { file = "" } file { print >file }' "$page"
  for block in "$shown".*.yml; do
    if grep -q '^repos:' "$block"; then
      if "$tools/bin/pre-commit" validate-config "$block" >"$work/schema" 2>&1; then ok "$block"; else fail "$block"; cat "$work/schema"; fi
    else
      schema vendor.github-workflows "$block"
    fi
  done
done
for script in .github/actions/threatline/*.sh; do bash -n "$script"; done

# A repository with a pull request: the login of the payment API changes, and its base changes as well. The name of its branch
# contains a shell command.
branch='topic$(touch${IFS}pwned)`touch${IFS}pwned`'
git init --quiet "$work/seed"
cd "$work/seed"
mkdir design
cp -r "$root/tests/models/payment-api/before/." design
git add . && git commit --quiet -m one
for number in $(seq 1 80); do git commit --quiet --allow-empty -m "before $number"; done
fork=$(git rev-parse HEAD)
git checkout --quiet -b "$branch"
cp -r "$root/tests/models/payment-api/after/." design
git add . && git commit --quiet -m two
for number in $(seq 1 60); do git commit --quiet --allow-empty -m "topic $number"; done
topic=$(git rev-parse HEAD)
git checkout --quiet main
echo 'process elsewhere "Elsewhere"' >other.threat
git add . && git commit --quiet -m three
for number in $(seq 1 60); do git commit --quiet --allow-empty -m "main $number"; done
git checkout --quiet --detach && git merge --quiet --no-edit "$branch"
merge=$(git rev-parse HEAD)
git update-ref refs/pull/7/merge "$merge"
git update-ref refs/pull/7/head "$topic"
git checkout --quiet main
git init --quiet --bare "$work/origin.git"
git push --quiet "$work/origin.git" '+refs/*:refs/*'
git -C "$work/origin.git" config uploadpack.allowAnySHA1InWant true

mkdir "$work/bin"
ln -s "$threatline" "$work/bin/threatline"
cat >"$work/bin/gh" <<'FAKE'
#!/usr/bin/env bash
printf '%s\n' "$*" >>"$ASKED"
[ ! -e "$ASKED.refuse" ] || { echo 'HTTP 403: Resource not accessible by integration' >&2; exit 1; }
case "$*" in
  # The user of the token, which the token of a job cannot request.
  'api user '*) if [ -n "${ME:-}" ]; then echo "$ME"; else echo '{ "message": "Resource not accessible" }'; exit 1; fi ;;
  *--jq*)
    while [ "$1" != --jq ]; do shift; done
    jq -r "$2" "$ASKED.comments"
    ;;
esac
FAKE
chmod +x "$work/bin/gh"
export PATH="$work/bin:$PATH" ASKED=$work/asked

# checkout NAME DEPTH REVISION: does what actions/checkout does.
checkout() {
  rm -rf "${work:?}/$1"
  git init --quiet "$work/$1"
  cd "$work/$1"
  git remote add origin "file://$work/origin.git"
  local depth=()
  [ "$2" = 0 ] || depth=(--depth "$2")
  git fetch --quiet --no-tags "${depth[@]}" origin "$3"
  git checkout --quiet --detach FETCH_HEAD
}

# compare [NAME=VALUE]…: runs the comparison as the action does, and sets variables to its results.
compare() {
  export GITHUB_OUTPUT=$work/output GITHUB_STEP_SUMMARY=$work/summary RUNNER_TEMP=$work/temp
  rm -rf "$GITHUB_OUTPUT" "$GITHUB_STEP_SUMMARY" "$RUNNER_TEMP"
  mkdir "$RUNNER_TEMP" && touch "$GITHUB_OUTPUT" "$GITHUB_STEP_SUMMARY"
  left=0
  env "$@" "$root/.github/actions/threatline/diff.sh" >"$work/log" 2>&1 || left=$?
  code=$(sed -n 's/^exit-code=//p' "$GITHUB_OUTPUT")
  markdown=$(sed -n 's/^markdown=//p' "$GITHUB_OUTPUT")
  sarif=$(sed -n 's/^sarif=//p' "$GITHUB_OUTPUT")
}

for depth in 0 1; do
  checkout merged "$depth" "$merge"
  compare GITHUB_SHA="$merge" BASE_REF=main
  is "the merge, depth $depth: ends well" 0 "$left"
  is "the merge, depth $depth: the exit code is kept" 1 "$code"
  has "the merge, depth $depth: what opens is told" 'std.unauthenticated_flow@identity.open_link' "$work/summary"
  hasnt "the merge, depth $depth: what the base did is not told" 'elsewhere' "$work/summary"

  checkout head "$depth" "$topic"
  compare GITHUB_SHA="$merge" BASE_REF=main
  is "the head, depth $depth: the exit code is kept" 1 "$code"
  hasnt "the head, depth $depth: what the base did is not told" 'elsewhere' "$work/summary"
done
is 'SARIF has three results' 3 "$(jq '.runs[0].results | length' "$sarif")"

checkout merged 1 "$merge"
compare GITHUB_SHA="$merge" BASE_REF=main INPUT_FAIL_ON=never
is 'the bar of the input counts' 0 "$code"
compare GITHUB_SHA="$merge" BASE_REF=main INPUT_PATHS=$'design/payments.threat\n'
is 'of a path its own files are told' 0 "$code"
compare GITHUB_SHA="$merge" BASE_REF=main INPUT_PATHS=--help
is 'a path is no option' 2 "$code"
compare GITHUB_SHA="$merge" INPUT_BASE=--output=x
is 'a base is no option' 2 "$code"
compare GITHUB_SHA="$merge" INPUT_BASE=nowhere
has 'a base that is not there is told with what to fetch' 'fetch-depth: 0' "$work/log"
is 'a failed comparison is reported in the comment' '### ❌ Threat model: it was not compared' "$(sed -n 2p "$markdown")"
has 'and why' '    error: `nowhere` is neither a revision' "$markdown"
has 'and so does the summary' '`nowhere` is neither a revision' "$work/summary"
is 'and it fails' 2 "$code"
cp "$markdown" "$work/broken.md"
compare GITHUB_SHA="$topic" BASE_REF=gone
is 'a missing base fails as well' '0 2' "$left $code"
has 'with a comment' 'What this would be merged into was not found' "$markdown"
compare GITHUB_SHA="$merge" BEFORE="$fork"
is 'a push is compared with what was there' 1 "$code"
compare GITHUB_SHA="$merge" BEFORE=0000000000000000000000000000000000000000
is 'of a new branch there is nothing to compare' '' "$code"
compare GITHUB_SHA="$topic" BASE_REF="$branch"
is 'a base of any name is found' 0 "$code"
if [ -n "$(find "$work" -name 'pwned*')" ]; then fail 'a name was run'; else ok 'no name was run'; fi

# An earlier step has set programs of the checkout as hooks, monitor, filter and viewer.
for depth in 0 1; do
  checkout hooked "$depth" "$topic"
  mkdir .husky
  printf '#!/bin/sh\ntouch %s/hook-was-run\ncat\n' "$work" >.husky/run
  chmod +x .husky/run
  for hook in reference-transaction post-checkout pre-auto-gc fsmonitor-watchman; do cp .husky/run ".husky/$hook"; done
  printf '* filter=own diff=own\n' >.gitattributes
  for setting in core.hooksPath=.husky core.fsmonitor=.husky/run diff.external=.husky/run core.pager=.husky/run \
    filter.own.smudge=.husky/run filter.own.process=.husky/run filter.own.clean=.husky/run diff.own.textconv=.husky/run \
    diff.own.command=.husky/run core.alternateRefsCommand=.husky/run uploadpack.packObjectsHook=.husky/run \
    fetch.recurseSubmodules=true; do
    git config "${setting%%=*}" "${setting#*=}"
  done
  compare GITHUB_SHA="$merge" BASE_REF=main
  is "programs of the checkout, depth $depth: the comparison is made" 1 "$code"
  is "programs of the checkout, depth $depth: none is run" no "$([ -e "$work/hook-was-run" ] && echo yes || echo no)"
done
checkout merged 1 "$merge"

# comment: posts the comment as the action does.
comment() {
  : >"$ASKED"
  left=0
  GITHUB_REPOSITORY=shop/shop NUMBER=7 MARKDOWN=$1 "$root/.github/actions/threatline/comment.sh" >"$work/log" 2>&1 || left=$?
}
compare GITHUB_SHA="$merge" BASE_REF=main
cp "$markdown" "$work/changed.md"
compare GITHUB_SHA="$merge" INPUT_BASE="$merge"
cp "$markdown" "$work/same.md"
is 'a comment begins with its mark' '<!-- threatline diff -->' "$(head -1 "$work/changed.md")"
stranger='{ "id": 1, "user": { "type": "User" }, "body": "<!-- threatline diff --> mine" }'
own='{ "id": 2, "user": { "type": "Bot" }, "body": "<!-- threatline diff -->\n### old" }'
echo "[$stranger]" >"$ASKED.comments"
comment "$work/changed.md"
has 'the first comment is made' "--method POST repos/shop/shop/issues/7/comments -F body=@$work/changed.md" "$ASKED"
comment "$work/same.md"
hasnt 'no change, no comment' '--method' "$ASKED"
printf '<!-- threatline diff -->\n### ✅ Threat model: no change in `x` (elsewhere in this model: 1 other change)\n' >"$work/elsewhere.md"
comment "$work/elsewhere.md"
hasnt 'nor where it was elsewhere' '--method' "$ASKED"
echo "[$stranger, $own]" >"$ASKED.comments"
comment "$work/changed.md"
has 'the comment is kept current' '--method PATCH repos/shop/shop/issues/comments/2 ' "$ASKED"
comment "$work/same.md"
has 'and says when nothing is left' '--method PATCH repos/shop/shop/issues/comments/2 ' "$ASKED"
comment "$work/broken.md"
has 'and that nothing was compared' '--method PATCH repos/shop/shop/issues/comments/2 ' "$ASKED"
person='{ "id": 3, "user": { "type": "User", "login": "ann" }, "body": "<!-- threatline diff -->\n### old" }'
echo "[$own, $person]" >"$ASKED.comments"
ME=ann comment "$work/changed.md"
has 'the token of a person finds the comments of that person' '--method PATCH repos/shop/shop/issues/comments/3 ' "$ASKED"
ME=bob comment "$work/changed.md"
has 'and no others' "--method POST repos/shop/shop/issues/7/comments" "$ASKED"
touch "$ASKED.refuse"
comment "$work/changed.md"
is 'a refused comment is not a failure' 0 "$left"
has 'and is told' '::warning' "$work/log"

cp -r "$root/.github" "$root/Cargo.toml" "$root/Cargo.lock" "$work/temp"
ln -s "$root/server" "$root/grammar" "$work/temp"
key=$("$root/.github/actions/threatline/install.sh" key)
is 'the key stays while the sources do' "$key" "$("$root/.github/actions/threatline/install.sh" key)"
mkdir -p "$work/installed/bin" && cp "$work/bin/threatline" "$work/installed/bin"
: >"$work/path"
GITHUB_PATH=$work/path "$root/.github/actions/threatline/install.sh" install "$work/installed"
is 'what is in the cache is used' "$work/installed/bin" "$(cat "$work/path")"

# A toolchain, wrapper or configuration in the checkout has no effect: cargo runs elsewhere.
cat >"$work/bin/cargo" <<'FAKE'
#!/usr/bin/env bash
echo "cargo $* in $PWD" >>"$ASKED"
FAKE
chmod +x "$work/bin/cargo"
: >"$ASKED"
checkout merged 1 "$merge"
GITHUB_PATH=$work/path "$root/.github/actions/threatline/install.sh" install "$work/fresh"
has 'what is not in the cache is built outside of the checkout' "--root $work/fresh in /" "$ASKED"

# The job of GitLab, with a `curl` that only records its calls.
cat >"$work/bin/curl" <<'FAKE'
#!/usr/bin/env bash
printf '%s\n' "$*" >>"$ASKED"
case "$*" in
  *--request*) ;;
  */user) echo '{ "id": 5 }' ;;
  *) cat "$ASKED.comments" ;;
esac
FAKE
printf '#!/bin/sh\n' >"$work/bin/apt-get"
cat >"$work/bin/cargo" <<'FAKE'
#!/usr/bin/env bash
echo "cargo $* in $PWD" >>"$ASKED"
while [ "$1" != --root ]; do shift; done
mkdir -p "$2/bin" && ln -sf "$THREATLINE_BUILT" "$2/bin/threatline"
FAKE
chmod +x "$work/bin/curl" "$work/bin/apt-get" "$work/bin/cargo"
"$tools/bin/python" - "$root/server/ci/gitlab.yml" >"$work/gitlab.sh" <<'PYTHON'
import sys, ruamel.yaml
job = ruamel.yaml.YAML(typ="safe").load(open(sys.argv[1]))["threat-model"]
print("set -eo pipefail", *job["script"], sep="\n")
PYTHON
# gitlab BASE TOKEN [VERSION [CACHE]]: runs the job.
gitlab() {
  : >"$ASKED"
  left=0
  env THREATLINE_BUILT="$threatline" THREATLINE_REPOSITORY="file://$work/origin.git" THREATLINE_VERSION="${3:-main}" \
    THREATLINE_CACHE="${4-$work/kept}" \
    CI_API_V4_URL=https://gitlab.example.com/api/v4 CI_MERGE_REQUEST_PROJECT_ID=3 \
    CI_MERGE_REQUEST_IID=7 CI_MERGE_REQUEST_DIFF_BASE_SHA="$1" THREATLINE_TOKEN="$2" bash "$work/gitlab.sh" >"$work/log" 2>&1 || left=$?
}
checkout gitlab 0 "$topic"
echo '[{ "id": 1, "author": { "id": 4 }, "body": "<!-- threatline diff --> mine" }]' >"$ASKED.comments"
gitlab "$fork" secret
is 'GitLab: the verdict is that of the job' 1 "$left"
has 'GitLab: the first note is made' '/threatline.md https://gitlab.example.com/api/v4/projects/3/merge_requests/7/notes' "$ASKED"
has 'GitLab: and posted' '--request POST --form body=<' "$ASKED"
has 'GitLab: the version is built that the branch means' "--rev $(git -C "$work/seed" rev-parse main) --root" "$ASKED"
is 'GitLab: SARIF is kept' 3 "$(jq '.runs[0].results | length' threatline.sarif)"
echo '[{ "id": 2, "author": { "id": 5 }, "body": "<!-- threatline diff -->" }]' >"$ASKED.comments"
gitlab "$topic" secret
is 'GitLab: no change, no failure' 0 "$left"
hasnt 'GitLab: what was built is kept' cargo "$ASKED"
has 'GitLab: the note is kept current' '/threatline.md https://gitlab.example.com/api/v4/projects/3/merge_requests/7/notes/2' "$ASKED"
has 'GitLab: and updated' '--request PUT --form body=<' "$ASKED"
gitlab "$fork" ''
is 'GitLab: without a token no note' '' "$(cat "$ASKED")"
echo '[]' >"$ASKED.comments"
gitlab "$topic" secret
hasnt 'GitLab: no change, no first note' '--request' "$ASKED"
gitlab "$topic" secret main ''
has 'GitLab: without a cache folder, it is built each time' 'cargo install' "$ASKED"
gitlab "$topic" secret main "$PWD/.threatline"
is 'GitLab: no folder of the checkout is trusted' 2 "$left"
gitlab "$topic" secret '--upload-pack=x'
is 'GitLab: a version is no option' 2 "$left"
# A merge request that contains a program, a cache and a toolchain.
mkdir -p .threatline/bin "$(git -C "$work/seed" rev-parse main)/bin" .cargo bin
printf '#!/bin/sh\ntouch %s/pwned-by-the-checkout\n' "$work" | tee .threatline/bin/threatline bin/threatline threatline cargo git \
  "$(git -C "$work/seed" rev-parse main)/bin/threatline" >/dev/null
find . -path ./.git -prune -o -type f \( -name threatline -o -name cargo -o -name git \) -print0 | xargs -0 chmod +x
git -C "$work/seed" rev-parse main >.threatline/commit
printf '[toolchain]\npath = "%s"\n' "$PWD" >rust-toolchain.toml
printf '[build]\nrustc-wrapper = "%s/threatline"\n' "$PWD" >.cargo/config.toml
printf 'kept' >"$work/outside"
rm -f threatline.sarif threatline.md && ln -s "$work/outside" threatline.sarif && ln -s "$work/outside" threatline.md
git add -Af && git commit --quiet -m programs
for cache in "$work/kept" ''; do
  rm -rf "$work/kept"
  gitlab "$fork" secret main "$cache"
  is "GitLab: nothing of the checkout is run (cache '$cache')" '1 no' "$left $([ -e "$work/pwned-by-the-checkout" ] && echo yes || echo no)"
  has "GitLab: the program is built elsewhere (cache '$cache')" ' in /' "$ASKED"
done
is 'GitLab: nothing is written through a link of the checkout' kept "$(cat "$work/outside")"
git reset --quiet --hard "$topic"
gitlab nowhere secret "$fork"
is 'GitLab: a missing base fails' 2 "$left"
has 'GitLab: another version is built' "--rev $fork --root" "$ASKED"
has 'GitLab: and the note says so' '`nowhere` is neither a revision' threatline.md

# The hooks, in a repository that uses them.
cp "$root/.pre-commit-hooks.yaml" "$work/hooks.yaml"
mkdir "$work/hooks" && cd "$work/hooks" && git init --quiet
cp "$root/.pre-commit-hooks.yaml" . && git add . && git commit --quiet -m hooks
cd "$work/seed" && git checkout --quiet --force "$fork"
hook() { left=0; "$tools/bin/pre-commit" try-repo "$work/hooks" "$1" --all-files >"$work/log" 2>&1 || left=$?; }
hook threatline-check
is 'pre-commit: a model that passes' 0 "$left"
hook threatline-fmt
is 'pre-commit: a text in form' 0 "$left"
printf 'process   odd\n' >>design/payments.threat
git add .
hook threatline-fmt
is 'pre-commit: a text out of form is written' 1 "$left"
has 'pre-commit: and is written' 'process odd' design/payments.threat
git checkout --quiet --force "$topic"
hook threatline-check
is 'pre-commit: a model that fails' 1 "$left"

[ "$failed" = 0 ] || exit 1
echo "the CI integrations work"
