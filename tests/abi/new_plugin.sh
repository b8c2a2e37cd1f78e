#!/usr/bin/env bash
# new_plugin.sh BUILD LANG: what `lodgectl new` writes builds with the one command that it prints, against the SDK and the
# programs that BUILD installs into one prefix; its test passes; and it answers its first call in a running host. Prints
# the seconds that this takes an author. A wrong name, a wrong language and a folder that is there change nothing.
set -euo pipefail
source tools/sample_host.sh

build=$(readlink -f "$1")
lang=$2
scratch=$(mktemp -d)
finish() {
  stop_host || true
  rm -rf "$scratch"
}
trap finish EXIT

die() {
  echo "$1" >&2
  exit 1
}

umask 022
cmake --install "$build" --prefix "$scratch/prefix" >/dev/null
export PATH=$scratch/prefix/bin:$PATH CMAKE_BUILD_PARALLEL_LEVEL=2 CMAKE_GENERATOR=Ninja
unset CMAKE_C_COMPILER_LAUNCHER CMAKE_CXX_COMPILER_LAUNCHER
# What a test links is the host itself: where that is built with a sanitizer, so is the test.
sanitize=$(sed -n 's/^LODGE_SANITIZE:[^=]*=//p' "$build/CMakeCache.txt")
export CXXFLAGS="-Wall -Wextra -pedantic -Werror${sanitize:+ -fsanitize=$sanitize}" CFLAGS='-Wall -Wextra -pedantic -Werror'

mkdir "$scratch/work"
cd "$scratch/work"
began=$EPOCHREALTIME
command=$(lodgectl new first_steps --lang "$lang")
bash -euo pipefail -c "$command" >"$scratch/log" 2>&1 || die "$command: $(cat "$scratch/log")"
cd first_steps
export LODGE_SOCKET=$PWD/build/lodged.sock
start_host "$scratch/host.log" lodged --config lodged.toml || die "$(cat "$scratch/host.log")"
answer=$(lodgectl call first_steps greet '"Ada"')
[[ $answer == '"hello, Ada"' ]] || die "the first call answered $answer"
printf 'from lodgectl new --lang %s to the first answer: %.1f s\n' "$lang" \
  "$(awk -v from="$began" -v to="$EPOCHREALTIME" 'BEGIN { print to - from }')"
stop_host || die "the host ended with $?: $(cat "$scratch/host.log")"

# refused CODE WORD...: lodgectl ends so, and writes nothing.
cd "$scratch/work"
refused() {
  local code=$1 status=0
  shift
  lodgectl new "$@" >"$scratch/log" 2>&1 || status=$?
  ((status == code)) || die "lodgectl new $* ended with $status: $(cat "$scratch/log")"
  [[ $(ls) == first_steps ]] || die "lodgectl new $* wrote something: $(ls)"
}
refused 73 first_steps
refused 64 Upper
refused 64 ../away
refused 64 test
refused 64 other --lang cobol
