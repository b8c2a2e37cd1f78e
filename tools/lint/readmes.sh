#!/usr/bin/env bash
# readmes.sh BUILD: what the READMEs tell people to type works. Of each README.md, with the programs of BUILD:
# - every code block says what it is (readme_blocks.sh);
# - its `sh` blocks are run in one shell at the top of the repository, stopping at the first error, but for the lines
#   that readme_exceptions.txt names;
# - its `console` blocks are typed at a host with the sample plugins that its `toml` blocks configure, and print what
#   they show;
# - its links to files of the repository lead somewhere.
set -euo pipefail
# shellcheck source=tools/lint/readme_blocks.sh
source tools/lint/readme_blocks.sh

build=$(readlink -f "$1")
limit_s=600
exceptions=tools/lint/readme_exceptions.txt
failed=0
scratch=$(mktemp -d)
finish() {
  stop_host || true
  rm -rf "$scratch"
}
trap finish EXIT

wrong() {
  printf '%s\n' "$1" >&2
  failed=1
}

declare -A reasons unused
while IFS='|' read -r readme pattern reason; do
  [[ $readme != '#'* && -n $readme ]] || continue
  pattern=${pattern# } pattern=${pattern% }
  [[ -n ${reason// /} ]] || wrong "$exceptions: no reason for: $readme|$pattern"
  reasons[${readme% }|$pattern]=$reason
  unused[${readme% }|$pattern]=1
done <"$exceptions"

# excepted README LINE
excepted() {
  local each
  for each in "${!reasons[@]}"; do
    # shellcheck disable=SC2053 # a pattern is what it is
    [[ $1 == "${each%%|*}" && $2 == ${each#*|} ]] || continue
    unset "unused[$each]"
    return 0
  done
  return 1
}

# run_commands README BLOCKS
run_commands() {
  local readme=$1 line script='' status=0 home=$scratch/home
  while IFS= read -r line; do
    excepted "$readme" "$line" || script+=$line$'\n'
  done < <(cat "$2"/*.sh 2>/dev/null)
  [[ -n ${script//[[:space:]]/} ]] || return 0
  printf 'README commands: %s\n' "$readme"
  mkdir "$home"
  env HOME="$home" XDG_RUNTIME_DIR="$home" XDG_STATE_HOME="$home/state" TMPDIR="$home" \
    timeout --kill-after=10 "$limit_s" bash -euo pipefail -c "$script" >"$scratch/log" 2>&1 </dev/null || status=$?
  if ((status != 0)); then
    cat "$scratch/log" >&2
    wrong "$readme: its commands failed with $status"
  fi
  rm -rf "$home"
}

# type_at_host README BLOCKS
type_at_host() {
  local directory=$scratch/host block
  compgen -G "$2/*.toml" >/dev/null || compgen -G "$2/*.console" >/dev/null || return 0
  prepare_host "$build" "$directory"
  cat "$2"/*.toml >"$directory/lodged.toml"
  scratch_host "$directory"
  cd "$directory"
  cat "$2"/*.console 2>/dev/null | grep -q '^\$ lodged' || start_host host.log lodged --config lodged.toml ||
    wrong "$1: its configuration starts no host"
  for block in "$2"/*.console; do
    [[ ! -f $block ]] || run_console "$block" || wrong "$1:$(basename "$block" .console): it prints something else"
  done
  stop_host || wrong "$1: its host ended with $?"
  ((failed == 0)) || say_log
  cd "$OLDPWD"
  rm -rf "$directory"
}

check_links() {
  local readme=$1 link
  while IFS= read -r link; do
    [[ $link == *://* || $link == '#'* || $link == mailto:* ]] && continue
    [[ -e $(dirname "$readme")/${link%%#*} ]] || wrong "$readme: leads nowhere: $link"
  done < <(grep -oE '\]\([^) ]+\)' "$readme" | sed -E 's/^\]\(//; s/\)$//')
}

export PATH=$build/bin:$PATH
before=$(git status --porcelain)
while IFS= read -r readme; do
  check_links "$readme"
  split_blocks "$readme" "$scratch/blocks" || failed=1
  if ! excepted "$readme" '(all)'; then
    run_commands "$readme" "$scratch/blocks"
    type_at_host "$readme" "$scratch/blocks"
  fi
  rm -rf "$scratch/blocks"
done < <(git ls-files --cached --others --exclude-standard -- '*README.md')
if [[ $(git status --porcelain) != "$before" ]]; then
  git status --porcelain >&2
  wrong 'README commands left something behind in the repository'
fi
for each in "${!unused[@]}"; do wrong "$exceptions: nothing to except: $each"; done
((failed == 0))
