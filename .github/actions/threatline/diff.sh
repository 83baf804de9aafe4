#!/usr/bin/env bash
# Compares the checkout with the target of its pull request, and fetches that if the checkout is shallow. Writes the job
# summary and the outputs `exit-code`, `markdown` and `sarif`. Exits with 0 whatever the result is.
set -euo pipefail

out=${RUNNER_TEMP:?}/threatline
mkdir -p "$out"

# Earlier steps may have set programs of the checkout, as tools for hooks do, and submodules have settings of their own.
git() {
  command git -c core.hooksPath=/dev/null -c core.fsmonitor=false -c fetch.recurseSubmodules=false \
    -c gc.auto=0 -c maintenance.auto=false "$@"
}

notice() { echo "::notice title=Threatline::$1"; }

# Writes the reason in place of the comparison, so that the comment of an earlier run is replaced.
#   not_compared WHY
not_compared() {
  {
    printf '<!-- threatline diff -->\n### ❌ Threat model: it was not compared\n\n'
    # Four spaces turn any line into code.
    printf '%s\n' "$1" | sed 's/^/    /'
  } >"$out/diff.md"
  printf '%s\n' exit-code=2 "markdown=$out/diff.md" >>"$GITHUB_OUTPUT"
  cat "$out/diff.md" >>"$GITHUB_STEP_SUMMARY"
  exit 0
}

is_shallow() { [ "$(git rev-parse --is-shallow-repository)" = true ]; }

# The newest common commit of HEAD and another one. Deepens a shallow clone as far as necessary.
merge_base() {
  local depth
  for depth in 0 50 500 unshallow; do
    if is_shallow; then
      case $depth in
        0) ;;
        unshallow) git fetch --quiet --no-tags --unshallow origin ;;
        *) git fetch --quiet --no-tags --deepen "$depth" origin ;;
      esac
    fi
    git merge-base "$1" HEAD && return
    is_shallow || break
  done
  return 1
}

# The target of the pull request. GitHub checks out the merge commit, whose first parent is the target.
base_of_pull_request() {
  if [ "$(git rev-parse HEAD)" = "${GITHUB_SHA:-}" ]; then
    ! is_shallow || git fetch --quiet --no-tags --depth 2 origin "$GITHUB_SHA"
    if git rev-parse --verify --quiet 'HEAD^2' >/dev/null; then
      git rev-parse --verify 'HEAD^1'
      return
    fi
  fi
  local depth=()
  ! is_shallow || depth=(--depth 1)
  git fetch --quiet --no-tags ${depth[@]+"${depth[@]}"} origin "+refs/heads/$BASE_REF:refs/remotes/origin/$BASE_REF"
  merge_base "refs/remotes/origin/$BASE_REF"
}

if [ -n "${INPUT_BASE:-}" ]; then
  base=$INPUT_BASE
elif [ -n "${BASE_REF:-}" ]; then
  base=$(base_of_pull_request) || {
    why='What this would be merged into was not found; give actions/checkout `fetch-depth: 0`.'
    echo "::error title=Threatline::$why"
    not_compared "$why"
  }
elif [ -n "${BEFORE:-}" ] && [ -n "${BEFORE//0/}" ]; then
  git cat-file -e "$BEFORE^{commit}" 2>/dev/null || git fetch --quiet --no-tags --depth 1 origin "$BEFORE" || {
    notice 'What was there before this push is gone, so there is nothing to compare with.'
    exit 0
  }
  base=$BEFORE
else
  notice 'This is no pull request, and no base is given, so there is nothing to compare with.'
  exit 0
fi

options=(--today "$(date -u +%F)")
[ -z "${INPUT_FAIL_ON:-}" ] || options+=(--fail-on "$INPUT_FAIL_ON")
paths=()
while IFS= read -r path; do
  case $path in
    '') ;;
    /*) paths+=("$path") ;;
    # So that it is not read as a revision or an option.
    *) paths+=("./$path") ;;
  esac
done <<<"${INPUT_PATHS:-.}"
[ ${#paths[@]} -gt 0 ] || paths=(.)

compare() { threatline diff "${options[@]}" --format "$1" -- "$base" "${paths[@]}"; }

# The runner must not obey anything that is printed.
stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
code=0
echo "::stop-commands::$stop"
compare human || code=$?
echo "::$stop::"
compare markdown >"$out/diff.md" 2>"$out/complaints" || true
[ -s "$out/diff.md" ] || not_compared "$(cat "$out/complaints")"
compare sarif >"$out/diff.sarif" 2>/dev/null || true
printf '%s\n' "exit-code=$code" "markdown=$out/diff.md" "sarif=$out/diff.sarif" >>"$GITHUB_OUTPUT"
cat "$out/diff.md" >>"$GITHUB_STEP_SUMMARY"
