#!/usr/bin/env bash
# tidy.sh BUILD [--changed]: clang-tidy over the sources that BUILD compiles, tests left out, and over the SDK's headers as
# its tests use them; --changed: only what differs from main. What `lodgectl new` writes is compiled by its test, not
# here.
set -euo pipefail

build=$1
mapfile -t files < <(tools/lint/sources.sh | grep -E '^(host|plugins|tools)/.*\.(cpp|c)$' | grep -v '/templates/')
# Templates are looked at where something is made of them.
sdk_users=(tests/unit/sdk/*_test.cpp tests/unit/testing/*_test.cpp tests/unit/service/coroutines.cpp)
if [[ ${2:-} == --changed ]]; then
  base=$(git merge-base main HEAD)
  mapfile -t changed < <({ git diff --name-only "$base"; git ls-files --others --exclude-standard; } | LC_ALL=C sort -u)
  mapfile -t files < <(comm -12 <(printf '%s\n' "${files[@]}" | LC_ALL=C sort) <(printf '%s\n' "${changed[@]}"))
  grep -q '^sdk/include/' < <(printf '%s\n' "${changed[@]}") || sdk_users=()
fi

# tidy OPTION... < FILES
# GCC's own flags mean nothing to clang-tidy; -p finds includes and definitions.
tidy() {
  xargs -r -d '\n' -P "$(nproc)" -n 4 clang-tidy-14 -p "$build" --quiet --warnings-as-errors='*' \
    --extra-arg=-Wno-unknown-warning-option "$@" 2>&1 |
    { grep -vE '^[0-9]+ warnings? generated\.$|^Suppressed |^Use -header-filter' || true; }
}

failed=0
if ((${#files[@]} > 0)); then printf '%s\n' "${files[@]}" | tidy || failed=1; fi
if ((${#sdk_users[@]} > 0)); then
  printf '%s\n' "${sdk_users[@]}" |
    tidy --header-filter='/sdk/include/' --line-filter='[{"name": ".hpp"}, {"name": ".h"}]' || failed=1
fi
exit "$failed"
