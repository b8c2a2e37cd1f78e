#!/usr/bin/env bash
# headers_documented.sh FOLDER: every header of the SDK begins by saying what it is for, and every function that a table
# of the C ABI offers has exactly one thread tag, in the comment above it or behind it.
set -euo pipefail

folder=$1
failed=0
while IFS= read -r header; do
  head -n 1 "$header" | grep -qE '^(/\*|//) ' || {
    echo "$header: does not begin with a comment that says what it is for" >&2
    failed=1
  }
done < <(find "$folder/lodge" -name '*.h' -o -name '*.hpp')

# A function pointer's text: from the end of the declaration before it to the end of its own last line.
# shellcheck disable=SC2016 # what looks like variables is awk's
find "$folder/lodge" -name '*.h' -print0 | sort -z | xargs -0 awk '
  FNR == 1 { inside = 0 }
  /^typedef struct/ && /\{/ { inside = 1; text = ""; next }
  /^}/ { inside = 0 }
  !inside { next }
  { text = text " " $0 }
  {
    line = $0
    gsub(/\/\*.*\*\//, "", line)
    if (line !~ /;[ ]*$/) next
    if (text ~ /\(\*[a-z_]+\)/) {
      functions += 1
      match(text, /\(\*[a-z_]+\)/)
      name = substr(text, RSTART + 2, RLENGTH - 3)
      if (gsub(/\[(any|quick|serial|hook)\]/, "", text) != 1) {
        printf "%s:%d: %s does not say one of [any] [quick] [serial] [hook], once\n", FILENAME, FNR, name
        wrong = 1
      }
    }
    text = ""
  }
  END {
    if (functions == 0) { print "found no function in any table"; wrong = 1 }
    exit wrong
  }' >&2 || failed=1
exit "$failed"
