#!/usr/bin/env bash
# headers_documented.sh FOLDER: every header of the SDK begins by saying what it is for; and in the headers in C
#   - every function and every type of a function has exactly one thread tag, in the comment above it or behind it (of
#     functions that are all in the header: said once in it);
#   - what answers an int32_t names a code, or says what its numbers mean, there or in what is said of its whole table;
#   - times and sizes say their unit, in the name or the comment;
#   - structs that point somewhere say who owns that, or how long it lives.
# What is said may still be wrong: that is for people to read.
set -euo pipefail

folder=$1
failed=0
while IFS= read -r header; do
  head -n 1 "$header" | grep -qE '^(/\*|//) ' || {
    echo "$header: does not begin with a comment that says what it is for" >&2
    failed=1
  }
done < <(find "$folder/lodge" -name '*.h' -o -name '*.hpp')

names=$(sed -nE 's/^ *X\(([A-Z_]+), .*/\1/p' "$folder/lodge/status.h" | paste -sd'|')
[[ -n $names ]] || {
  echo "$folder/lodge/status.h: no codes in it" >&2
  exit 1
}
find "$folder/lodge" -name '*.h' -print0 | sort -z |
  xargs -0 awk -v codes="LODGE_[A-Z]|(^|[^A-Z_])($names)([^A-Z_]|$)|[01]:" -f "${BASH_SOURCE[0]%.sh}.awk" >&2 || failed=1
exit "$failed"
