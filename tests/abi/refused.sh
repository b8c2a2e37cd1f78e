#!/usr/bin/env bash
# refused.sh COMPILER HEADERS FILE...: none of the files compiles, and each is told why in the words of its first line,
# `// says: ...`, by one error on at most a screen's lines. Without the mistake's own message a file could be refused for
# anything.
set -euo pipefail

compiler=$1
headers=$2
shift 2
(($# > 0)) || {
  echo "no files to refuse" >&2
  exit 1
}

lines_max=40
failed=0
for file in "$@"; do
  wanted=$(sed -n '1s|^// says: ||p' "$file")
  [[ -n $wanted ]] || {
    echo "$file: the first line is not \`// says: ...\`" >&2
    exit 1
  }
  if said=$("$compiler" -std=c++20 -fsyntax-only -I "$headers" "$file" 2>&1); then
    echo "$file compiles with $compiler" >&2
    failed=1
  elif ! grep -qF -- "$wanted" <<<"$said"; then
    printf '%s: %s does not say "%s", but:\n%s\n' "$file" "$compiler" "$wanted" "$said" >&2
    failed=1
  elif (($(grep -cE '(^|[ :])(fatal )?error: ' <<<"$said") != 1 || $(wc -l <<<"$said") > lines_max)); then
    printf '%s: %s says more than one error, or more than %d lines:\n%s\n' "$file" "$compiler" "$lines_max" "$said" >&2
    failed=1
  fi
done
exit "$failed"
