#!/usr/bin/env bash
# rust_layout.sh LAYOUT NUMBERS: what the Rust layer asserts about every struct and constant is what the C headers'
# numbers of that SDK are: the same lines, in the same order.
set -euo pipefail

layout=$1
numbers=$2
# `r#fn` and `r#type` are how Rust writes members whose names it keeps for itself.
rust=$(sed -nE 's/^(SIZE|AT|IS)!(\(.*\);)$/\1\2/p' "$layout" | sed 's/r#//')
c=$(grep -E '^(SIZE|AT|IS)\(.*\);$' "$numbers")
[[ -n $c ]] || {
  echo "$numbers: no numbers in it" >&2
  exit 1
}
diff <(printf '%s\n' "$c") <(printf '%s\n' "$rust") >&2 || {
  echo "$layout does not assert what $numbers does" >&2
  exit 1
}
