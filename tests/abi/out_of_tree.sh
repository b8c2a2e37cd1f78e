#!/usr/bin/env bash
# out_of_tree.sh BUILD: the SDK that BUILD installs, moved elsewhere after that, is all one needs to build and install a
# plugin in C, one in C++ and one in Rust, each in a project of that language alone; those in C and Rust with pkg-config
# and a compiler and no CMake; and to run a unit test of a plugin, built with CMake and with pkg-config.
set -euo pipefail

build=$1
sources=$(dirname "$(readlink -f "$0")")/out_of_tree
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

die() {
  echo "$1" >&2
  exit 1
}

# checked FILE: it exports the entry alone, and a host will not refuse it for who may write it.
checked() {
  local exported mode
  exported=$(nm -D --defined-only "$1" | awk '{ print $3 }' | xargs)
  [[ $exported == lodge_plugin_v1 ]] || die "$1 exports \`$exported\`"
  for mode in "$(stat -c %A "$1")" "$(stat -c %A "$(dirname "$1")")"; do
    [[ $mode == ?????-??-? ]] || die "$1, or its folder, is writable by others: $mode"
  done
}

umask 000 # the worst that a user may have
cmake --install "$build" --prefix "$scratch/first" --component sdk >/dev/null
mv "$scratch/first" "$scratch/sdk"

cp -R "$sources" "$scratch/sources"
package=$(dirname "$(find "$scratch/sdk" -name lodge.pc)")
export PKG_CONFIG_PATH=$package
cp -R "$(pkg-config --variable=rust_layer lodge)" "$scratch/sources/rust"
for project in c cpp rust; do
  cmake -G Ninja -S "$scratch/sources/$project" -B "$scratch/$project" -Dlodge_ROOT="$scratch/sdk" \
    -DCMAKE_INSTALL_PREFIX="$scratch/installed" >"$scratch/log" || die "$(cat "$scratch/log")"
  cmake --build "$scratch/$project" >"$scratch/log" || die "$(cat "$scratch/log")"
  cmake --install "$scratch/$project" >/dev/null
  checked "$scratch/$project/plugins/$project-echo.so"
  installed=$(find "$scratch/installed" -path "*/lodge/plugins/$project-echo.so")
  [[ -n $installed ]] || die "$project-echo.so was not installed into lib/lodge/plugins"
done

read -ra flags < <(pkg-config --cflags lodge)
mkdir -m 755 "$scratch/plain"
(
  umask 022
  rustc --edition=2021 --crate-type=cdylib -Copt-level=2 -Clink-arg=-Wl,-z,defs \
    "$scratch/sources/rust/echo.rs" -o "$scratch/plain/rust-echo.so"
  cc -std=c99 -shared -fPIC "${flags[@]}" "-Wl,--version-script=$(pkg-config --variable=plugin_map lodge)" \
    "$sources/c/echo.c" -o "$scratch/plain/echo.so"
)
for file in "$scratch"/plain/*.so; do checked "$file"; done

# What a test links is the host itself: where that is built with a sanitizer, so is the test.
sanitize=$(sed -n 's/^LODGE_SANITIZE:[^=]*=//p' "$build/CMakeCache.txt")
sanitized=(${sanitize:+"-fsanitize=$sanitize"})
cmake -G Ninja -S "$sources/tested" -B "$scratch/tested" -Dlodge_ROOT="$scratch/sdk" -DCMAKE_BUILD_TYPE=Debug \
  -DCMAKE_CXX_FLAGS="-Wall -Wextra -Wpedantic -Werror ${sanitized[*]}" >"$scratch/log" || die "$(cat "$scratch/log")"
cmake --build "$scratch/tested" >"$scratch/log" || die "$(cat "$scratch/log")"
ctest --test-dir "$scratch/tested" --output-on-failure --no-tests=error >"$scratch/log" || die "$(cat "$scratch/log")"
# The library brings all that it needs, and shows nothing of it.
library=$(find "$scratch/sdk" -name liblodge_testing.so)
shown=$(nm -DC --defined-only "$library" | cut -d' ' -f3- | grep -v '^lodge::testing::Core::' || true)
[[ -z $shown || -n $sanitize ]] || die "$library exports $shown"

read -ra flags < <(pkg-config --cflags --libs lodge-testing)
c++ -std=c++20 "${sanitized[@]}" "$sources/tested/later.cpp" "$sources/tested/later_test.cpp" "${flags[@]}" \
  -o "$scratch/plain/later_test"
"$scratch/plain/later_test" "$scratch/tested/plugins/tested.so" || die "the test that pkg-config built failed"

# The version asked for must be one that this SDK answers for.
mkdir "$scratch/future"
printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(future LANGUAGES C)' 'find_package(lodge 99 REQUIRED)' \
  >"$scratch/future/CMakeLists.txt"
if cmake -S "$scratch/future" -B "$scratch/future/build" -Dlodge_ROOT="$scratch/sdk" >"$scratch/log" 2>&1; then
  die "find_package(lodge 99) found this SDK"
fi
grep -q 'requested version "99"' "$scratch/log" || die "$(cat "$scratch/log")"
