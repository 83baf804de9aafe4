#!/usr/bin/env bash
# Posts a comment on a pull request, or updates the comment of an earlier run. If nothing changed and there is no comment
# yet, it posts none. A missing permission, as on a pull request from a fork, is a warning and not a failure.
set -euo pipefail

comments=repos/$GITHUB_REPOSITORY/issues/$((NUMBER))/comments

refused() {
  echo "::warning title=Threatline::The pull request could not be commented on: the token may not (pull-requests: write), as on those from forks. The job summary says the same."
  exit 0
}

# Only its own comments: anyone can write one that begins the same way. The token of a person has a user, that of a job or an
# app does not.
me=$(gh api user --jq .login 2>/dev/null) || me=''
if [ -n "$me" ]; then author=".user.login == \"$me\""; else author='.user.type == "Bot"'; fi
own=".[] | select($author and (.body | startswith(\"<!-- threatline diff -->\"))) | .id"
earlier=$(gh api --paginate "$comments?per_page=100" --jq "$own" | sed -n 1p) || refused
if [ -n "$earlier" ]; then
  gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$earlier" -F "body=@$MARKDOWN" || refused
else
  case $(sed -n 2p "$MARKDOWN") in
    '### ✅ Threat model: the design is unchanged' | '### ✅ Threat model: no change in '*) ;;
    *) gh api --silent --method POST "$comments" -F "body=@$MARKDOWN" || refused ;;
  esac
fi
