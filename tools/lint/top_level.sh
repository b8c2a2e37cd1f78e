#!/usr/bin/env bash
# The top of the repository stays what it is: six things, and what tools insist on finding there.
set -euo pipefail

expected='.ci
.clang-format
.clang-tidy
.gitignore
CHANGELOG.md
CMakeLists.txt
CMakePresets.json
LICENSE
README.md
etc
host
plugins
sdk
tests
tools'
extra=$(comm -13 <(printf '%s\n' "$expected" | LC_ALL=C sort) \
  <(git ls-files --cached --others --exclude-standard | cut -d/ -f1 | LC_ALL=C sort -u))
if [[ -n $extra ]]; then
  printf 'does not belong at the top of the repository: %s\n' "$extra" >&2
  exit 1
fi
