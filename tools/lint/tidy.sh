#!/usr/bin/env bash
# tidy.sh BUILD [--changed]: clang-tidy over the sources that BUILD compiles, tests left out; --changed: only what
# differs from main. What `lodgectl new` writes is compiled by its test, not here.
set -euo pipefail

build=$1
mapfile -t files < <(tools/lint/sources.sh | grep -E '^(host|plugins|tools)/.*\.(cpp|c)$' | grep -v '/templates/')
if [[ ${2:-} == --changed ]]; then
  base=$(git merge-base main HEAD)
  mapfile -t files < <(comm -12 <(printf '%s\n' "${files[@]}" | LC_ALL=C sort) \
    <({ git diff --name-only "$base"; git ls-files --others --exclude-standard; } | LC_ALL=C sort -u))
fi
((${#files[@]} > 0)) || exit 0
# GCC's own flags mean nothing to clang-tidy; -p finds includes and definitions.
printf '%s\n' "${files[@]}" |
  xargs -r -d '\n' -P "$(nproc)" -n 4 clang-tidy-14 -p "$build" --quiet --warnings-as-errors='*' \
    --extra-arg=-Wno-unknown-warning-option 2>&1 |
  { grep -vE '^[0-9]+ warnings? generated\.$|^Suppressed |^Use -header-filter' || true; }
