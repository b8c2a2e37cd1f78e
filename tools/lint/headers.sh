#!/usr/bin/env bash
# Every header of the host and the tools compiles alone, and twice in one file. (The SDK's own: tests/abi.)
set -euo pipefail

check_one() {
  local header=$1
  printf '#include "%s"\n#include "%s"\n' "$PWD/$header" "$PWD/$header" |
    g++ -x c++ -std=c++20 -I host -I sdk/include -I tools -Wall -Wextra -Wpedantic -Werror -fsyntax-only -
}
export -f check_one

# shellcheck disable=SC2016  # bash -c expands it
tools/lint/sources.sh | grep -E '^(host|tools)/.*\.hpp$' |
  xargs -r -P "$(nproc)" -I {} bash -c 'check_one "$1"' _ {}
