#!/usr/bin/env bash
# build.sh BUILD: cross-builds the sample plugins and the probe for Windows, with the SDK that BUILD installs, in
# BUILD/tests/windows.
set -euo pipefail

build=$1
sources=$(dirname "$(readlink -f "$0")")
folder=$build/tests/windows

command -v x86_64-w64-mingw32-g++-posix >/dev/null || {
  echo "there is no x86_64-w64-mingw32-g++-posix: run tools/dev deps (Debian's package g++-mingw-w64-x86-64-posix)" >&2
  exit 1
}
cmake --install "$build" --prefix "$folder/sdk" --component sdk >/dev/null
cmake -G Ninja -S "$sources" -B "$folder" --toolchain "$sources/mingw.cmake" -DCMAKE_BUILD_TYPE=Release \
  -Dlodge_ROOT="$folder/sdk" >"$folder/configure.log" || {
  cat "$folder/configure.log" >&2
  exit 1
}
cmake --build "$folder" -j 2
