#!/usr/bin/env bash
# What is left to do says why it is left: "TODO(reason): what".
set -euo pipefail
found=$(tools/lint/sources.sh | xargs -r -d '\n' grep -nHE '\b(TODO|FIXME|XXX|HACK)\b' | grep -vE 'TODO\([^)]{4,}\): .' || true)
if [[ -n $found ]]; then
  printf '%s\n' "$found" >&2
  echo 'write TODO(reason): what, or do it' >&2
  exit 1
fi
