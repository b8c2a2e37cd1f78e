#!/usr/bin/env bash
# What depends on system, processor or compiler stands in host/platform, behind one declaration for all of them. So no
# condition on a macro of theirs (__linux__, _WIN32, __x86_64__, __SANITIZE_ADDRESS__) stands anywhere else in the host,
# the tools or the plugins. The headers of the SDK meet foreign compilers, and tests say what they can try where.
set -euo pipefail

found=$(grep -rnE '^[[:space:]]*#[[:space:]]*(if|ifdef|ifndef|elif)\b' host tools plugins \
  --include='*.hpp' --include='*.cpp' --include='*.h' --include='*.c' --include='*.in' |
  grep -v '^host/platform/' | grep -E '\b(_[A-Z]|__[A-Za-z])[A-Za-z0-9_]*|\b(WIN32|linux|unix|NDEBUG)\b' |
  grep -vE ':[[:space:]]*#[[:space:]]*if(def|ndef)?[[:space:]]*(defined[( ]*)?__cplusplus\)?[[:space:]]*$' || true)
if [[ -n $found ]]; then
  printf '%s\n' "$found" >&2
  echo 'conditions on platforms stand in host/platform only: declare there what differs, or write it portably' >&2
  exit 1
fi
