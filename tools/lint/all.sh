#!/usr/bin/env bash
# all.sh BUILD [--changed]: every check, each to its end, so that one run shows all there is to mend.
set -euo pipefail

build=$1
failed=()
check() {
  local name=$1 began=$SECONDS
  shift
  if "tools/lint/$name.sh" "$@"; then
    printf 'ok    %-18s %s s\n' "$name" "$((SECONDS - began))"
  else
    printf 'WRONG %s\n' "$name"
    failed+=("$name")
  fi
}

check top_level
check include_direction
check platform_conditions
check long_files
check todo
check scripts
check format
check rust_format
check headers
check exported_symbols "$build/plugins"
check readmes "$build"
check tidy "$build" ${2:+"$2"}

if ((${#failed[@]} > 0)); then
  printf 'lint: %s\n' "${failed[*]}" >&2
  exit 1
fi
echo 'lint: all well'
