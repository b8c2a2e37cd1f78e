#!/usr/bin/env bash
# readme_builds.sh BUILD README: what the guide shows is what compiles. Each fenced block whose first line is a comment
# that names a file (`// greeter.cpp`, `/* later.c */`, `# CMakeLists.txt`) becomes that file; all of them together are
# built, without a warning, against the SDK that BUILD installs. A source that the guide's CMakeLists.txt does not name
# is built as a plugin of its own, named as the file is.
set -euo pipefail

build=$1
readme=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

die() {
  echo "$1" >&2
  exit 1
}

mkdir "$scratch/src"
# shellcheck disable=SC2016 # what looks like variables is awk's
awk -v folder="$scratch/src" '
  /^```/ { inside = !inside; first = inside; if (!inside && file != "") close(file); file = ""; next }
  inside && first {
    first = 0
    if (match($0, /^(\/\/|\/\*|#) [A-Za-z0-9_]+\.(c|cpp|txt|toml)( \*\/)?$/)) {
      split($0, word, " ")
      file = folder "/" word[2]
      if (file in seen) { print FILENAME ":" FNR ": " word[2] " is there twice"; exit 1 }
      seen[file] = 1
    }
  }
  inside && file != "" { print > file }' "$readme" >&2 || die "$readme: blocks that cannot be told apart"

[[ -f $scratch/src/CMakeLists.txt ]] || die "$readme: no block begins with \`# CMakeLists.txt\`"
sources=0
for source in "$scratch"/src/*.c "$scratch"/src/*.cpp; do
  [[ -f $source ]] || continue
  sources=$((sources + 1))
  name=${source##*/}
  grep -q "\b$name\b" "$scratch/src/CMakeLists.txt" ||
    echo "lodge_add_plugin(${name%.*} SOURCES $name)" >>"$scratch/src/CMakeLists.txt"
done
((sources > 0)) || die "$readme: no block begins with the name of a source"

cmake --install "$build" --prefix "$scratch/sdk" --component sdk >/dev/null
cmake -G Ninja -S "$scratch/src" -B "$scratch/build" -Dlodge_ROOT="$scratch/sdk" \
  -DCMAKE_C_FLAGS='-Wall -Wextra -pedantic -Werror' -DCMAKE_CXX_FLAGS='-Wall -Wextra -pedantic -Werror' \
  >"$scratch/log" || die "$(cat "$scratch/log")"
cmake --build "$scratch/build" -j 2 >"$scratch/log" || die "$(cat "$scratch/log")"
built=$(find "$scratch/build/plugins" -name '*.so' | wc -l)
((built == sources)) || die "$readme shows $sources plugins, and $built were built"
