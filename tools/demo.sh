#!/usr/bin/env bash
# demo.sh BUILD: a host counts the words of the GPL with a chain of three plugins, one call a line of the text, and
# every count is compared with what tr, sort and uniq say. Fails if one differs. Leaves nothing running.
set -euo pipefail
# shellcheck source=tools/sample_host.sh
source tools/sample_host.sh

build=$(readlink -f "$1")
text=/usr/share/common-licenses/GPL-3
directory=$(mktemp -d)

finish() {
  local status=$?
  stop_host || true
  if ((status != 0)) && [[ -s $directory/log ]]; then
    printf '\nThe host said:\n' >&2
    tail -n 20 "$directory/log" >&2
  fi
  rm -rf "$directory"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() { printf '\n== %s\n' "$*"; }

lodgectl() { "$build/bin/lodgectl" --socket "$directory/lodged.sock" "$@"; }

[[ -r $text ]] || {
  echo "demo: there is no $text to count; it comes with Debian's base-files" >&2
  exit 1
}

say "starting a host with the chain tokenizer -> normalizer -> counter"
prepare_host "$build" "$directory"
start_host "$directory/log" "$build/bin/lodged" --config "$directory/lodged.toml"
lodgectl services

say "feeding it $text, a call a line"
lodgectl call words feed --each-line "$text"

lodgectl store list words --prefix word/ --limit 1000000 | awk 'NR > 1 { sub(/^word\//, "", $1); print $1, $2 }' |
  LC_ALL=C sort >"$directory/counted"
say "the twenty most frequent words"
sort -k 2,2nr -k 1,1 "$directory/counted" | awk 'NR <= 20 { printf "%6d  %s\n", $2, $1 }'

say "comparing every count with tr | sort | uniq -c"
# shellcheck disable=SC2018,SC2019  # the letters of ASCII are meant
tr -cs 'A-Za-z' '\n' <"$text" | tr 'A-Z' 'a-z' | sed '/^$/d' | LC_ALL=C sort | uniq -c | awk '{ print $2, $1 }' |
  LC_ALL=C sort >"$directory/expected"
[[ -s $directory/expected ]] || {
  echo "demo: $text has no words" >&2
  exit 1
}
if ! diff --label lodge --label 'tr | sort | uniq' -u "$directory/counted" "$directory/expected"; then
  echo 'demo: the counts differ' >&2
  exit 1
fi
printf 'all %d words agree, %d occurrences\n' "$(wc -l <"$directory/counted")" \
  "$(awk '{ sum += $2 } END { print sum }' "$directory/counted")"

say "stopping the host with SIGTERM"
stop_host || {
  echo "demo: the host ended with $?" >&2
  exit 1
}
cat <<'TEXT'
it drained and ended with 0

To go on by hand, `tools/dev run` keeps such a host running. In another terminal, after the `export` it prints:

  lodgectl status
  lodgectl service show words
  lodgectl call words feed "one fish two fish"
  lodgectl call words top 5
  lodgectl store list words --prefix word/ --limit 10
  lodgectl call greeter greet ada
  lodgectl bench greeter greet ada --depth 64

How to write a plugin of your own stands in sdk/README.md.
TEXT
