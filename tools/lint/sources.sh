#!/usr/bin/env bash
# Every C and C++ file of the repository, one a line: what is in git or about to be.
set -euo pipefail
git ls-files --cached --others --exclude-standard -- '*.hpp' '*.cpp' '*.h' '*.c' | while IFS= read -r file; do
  if [[ -f $file ]]; then printf '%s\n' "$file"; fi
done
