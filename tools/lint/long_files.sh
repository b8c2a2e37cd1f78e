#!/usr/bin/env bash
# Files have at most 400 lines. A longer one stands in long_files.txt, with the reason.
set -euo pipefail

most=400
failed=0
declare -A reasons
while read -r file reason; do
  [[ -z $file || $file == '#'* ]] && continue
  [[ -n $reason ]] || {
    echo "tools/lint/long_files.txt: $file has no reason" >&2
    failed=1
  }
  reasons[$file]=$reason
done <tools/lint/long_files.txt

while IFS= read -r file; do
  lines=$(wc -l <"$file")
  if ((lines > most)) && [[ -z ${reasons[$file]:-} ]]; then
    echo "$file: $lines lines; split it, or say why not in tools/lint/long_files.txt" >&2
    failed=1
  elif ((lines <= most)) && [[ -n ${reasons[$file]:-} ]]; then
    echo "tools/lint/long_files.txt: $file has only $lines lines; take it out" >&2
    failed=1
  fi
done < <(tools/lint/sources.sh)
exit "$failed"
