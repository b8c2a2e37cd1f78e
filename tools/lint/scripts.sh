#!/usr/bin/env bash
# Shell scripts pass shellcheck and stop at the first error.
set -euo pipefail

mapfile -t scripts < <(git ls-files --cached --others --exclude-standard -- tools tests .ci plugins sdk |
  while IFS= read -r file; do
    if [[ -f $file ]] && head -n 1 "$file" | grep -qE '^#!.*\b(ba)?sh$'; then printf '%s\n' "$file"; fi
  done)
shellcheck -x "${scripts[@]}"
failed=0
for script in "${scripts[@]}"; do
  grep -qE '^set -euo? ?' "$script" || {
    echo "$script: begins without \`set -euo pipefail\`" >&2
    failed=1
  }
done
exit "$failed"
