#!/usr/bin/env bash
# rust_format.sh [--write]: Rust sources are formatted as plugins/notebook/rust/rustfmt.toml says; --write does it.
set -euo pipefail

failed=0
while IFS= read -r file; do
  [[ -f $file ]] || continue
  # From standard input: the files that it names as modules are looked at in their turn, and some are not there.
  # /usr/bin: Debian's, whose taste is the one agreed on, in front of any other version.
  formatted=$(PATH=/usr/bin:$PATH rustfmt --edition 2021 --config-path plugins/notebook/rust <"$file")
  if [[ ${1:-} == --write ]]; then
    diff -q <(printf '%s\n' "$formatted") "$file" >/dev/null || printf '%s\n' "$formatted" >"$file"
  else
    diff -u --label "$file" --label "$file as rustfmt has it" "$file" <(printf '%s\n' "$formatted") >&2 || failed=1
  fi
done < <(git ls-files --cached --others --exclude-standard -- '*.rs')
exit "$failed"
