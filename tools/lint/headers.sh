#!/usr/bin/env bash
# Every header compiles alone, and twice in one file. The SDK's C headers do so as C99 too.
set -euo pipefail

include=(-I host -I sdk/include -I tools)

check_one() {
  local header=$1 language=(-x c++ -std=c++20)
  shift
  [[ $header == c99:* ]] && language=(-x c -std=c99)
  header=${header#c99:}
  printf '#include "%s"\n#include "%s"\n' "$PWD/$header" "$PWD/$header" |
    g++ "${language[@]}" -Wall -Wextra -Wpedantic -Werror -fsyntax-only "$@" -
}
export -f check_one

{
  tools/lint/sources.sh | grep -E '^(host|sdk|tools)/.*\.(hpp|h)$'
  tools/lint/sources.sh | grep -E '^sdk/include/.*\.h$' | sed 's/^/c99:/'
} | xargs -r -P "$(nproc)" -I {} bash -c 'check_one "$@"' _ {} "${include[@]}"
