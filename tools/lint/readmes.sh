#!/usr/bin/env bash
# readmes.sh: what the READMEs tell people to type works. In every README.md, a block fenced as ```sh is run, all of
# one README in one shell at the top of the repository, stopping at the first error; blocks fenced otherwise are not.
# Left out is `tools/dev test`, which would run this again. Links to files of the repository must lead somewhere.
set -euo pipefail

limit_s=600
failed=0

sh_blocks() {
  awk '/^```/ { inside = !inside && $0 == "```sh"; if (!inside) print ""; next } inside' "$1" |
    sed -E '/^tools\/dev (test|ci|lint)\b/d'
}

run_readme() {
  local readme=$1 script scratch status=0
  script=$(sh_blocks "$readme")
  [[ -n ${script//[[:space:]]/} ]] || return 0
  scratch=$(mktemp -d)
  printf 'README commands: %s\n' "$readme"
  env HOME="$scratch" XDG_RUNTIME_DIR="$scratch" XDG_STATE_HOME="$scratch/state" TMPDIR="$scratch" \
    timeout --kill-after=10 "$limit_s" bash -euo pipefail -c "$script" >"$scratch/log" 2>&1 </dev/null || status=$?
  if ((status != 0)); then
    cat "$scratch/log" >&2
    printf '%s: its commands failed with %s\n' "$readme" "$status" >&2
    failed=1
  fi
  rm -rf "$scratch"
}

check_links() {
  local readme=$1 link
  while IFS= read -r link; do
    [[ $link == *://* || $link == '#'* || $link == mailto:* ]] && continue
    if [[ ! -e $(dirname "$readme")/${link%%#*} ]]; then
      printf '%s: leads nowhere: %s\n' "$readme" "$link" >&2
      failed=1
    fi
  done < <(grep -oE '\]\([^) ]+\)' "$readme" | sed -E 's/^\]\(//; s/\)$//')
}

before=$(git status --porcelain)
while IFS= read -r readme; do
  check_links "$readme"
  run_readme "$readme"
done < <(git ls-files --cached --others --exclude-standard -- '*README.md')
if [[ $(git status --porcelain) != "$before" ]]; then
  echo 'README commands left something behind in the repository:' >&2
  git status --porcelain >&2
  failed=1
fi
exit "$failed"
