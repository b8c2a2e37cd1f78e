#!/usr/bin/env bash
# readme_runs.sh BUILD README: what the guide shows is what happens. Its blocks (tools/lint/readme_blocks.sh) become a
# project: one whose first line is a comment that names a file (`// hello.cpp`, `/* later.c */`, `# CMakeLists.txt`) is
# that file. Then the commands are typed as they stand, in their order, with the programs of BUILD: the first block at
# the top of a copy of the repository, the others in the project; what that first block builds for minutes is BUILD. A
# source that the guide's CMakeLists.txt does not name is built as a plugin of its own, without a warning, and served in a
# service of its name; one in Rust has a copy of the sample's folder `lodge` beside it, as the guide says.
# `# CMakeLists.txt, continued` adds to that file.
set -euo pipefail
# shellcheck source=tools/lint/readme_blocks.sh
source tools/lint/readme_blocks.sh

build=$(readlink -f "$1")
readme=$2
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
project=$scratch/project
mkdir -p "$project" "$scratch/home" "$scratch/lodge"
tar --exclude=./build --exclude=./.git -cf - . | tar -xf - -C "$scratch/lodge"
split_blocks "$readme" "$scratch/blocks"
# A rustc of rustup finds its tools by the home directory, which is another one from here on: then the system has one.
rustc=$(command -v rustc || true)
if [[ -n $rustc ]] && ! HOME=$scratch/home "$rustc" --version >/dev/null 2>&1; then PATH=/usr/bin:$PATH; fi
export HOME=$scratch/home PATH=$build/bin:$PATH CMAKE_BUILD_PARALLEL_LEVEL=2
export CFLAGS='-Wall -Wextra -pedantic -Werror' CXXFLAGS='-Wall -Wextra -pedantic -Werror'

# --- the files

for block in "$scratch"/blocks/*; do
  read -r file more < <(sed -nE '1s;^(//|/\*|#) ([A-Za-z0-9_]+\.(c|cpp|rs|txt|toml))(, continued)?( \*/)?$;\2 \4;p' "$block") ||
    continue
  [[ -n $more || ! -e $project/$file ]] || die "$readme: $file is there twice"
  cat "$block" >>"$project/$file"
done
[[ -f $project/CMakeLists.txt ]] || die "$readme: no block begins with \`# CMakeLists.txt\`"
[[ -f $project/lodged.toml ]] || die "$readme: no block begins with \`# lodged.toml\`"

scratch_host "$project"
sources=0
cp -R plugins/notebook/rust/lodge "$project/lodge"
for source in "$project"/*.c "$project"/*.cpp "$project"/*.rs; do
  [[ -f $source && $source != *_test.cpp ]] || continue
  sources=$((sources + 1))
  file=${source##*/}
  plugin=${file%.*}
  rule="lodge_add_plugin($plugin SOURCES $file)"
  [[ $file != *.rs ]] || rule="lodge_add_rust_plugin($plugin ROOT $file OPTIONS -Dwarnings)"
  grep -q "\b$file\b" "$project/CMakeLists.txt" || echo "$rule" >>"$project/CMakeLists.txt"
  grep -qF "[service.$plugin]" "$project/lodged.toml" ||
    printf '[service.%s]\nplugins = ["%s"]\n' "$plugin" "$plugin" >"$project/lodged.d/$plugin.toml"
done
((sources > 0)) || die "$readme: no block begins with the name of a source"
# Middleware stands in front of plugins that come with the host.
sed -i "s,^plugin_dirs = \[\"build/plugins\"\]$,plugin_dirs = [\"build/plugins\"\, \"$build/plugins\"]," "$project/lodged.toml"
cat >"$project/lodged.d/doorkeeper.toml" <<'TOML'
[service.doorkeeper]
plugins = ["doorkeeper"]
config.doorkeeper.token = "hush"
TOML
cat >"$project/lodged.d/discreet.toml" <<'TOML'
[service.discreet]
plugins = ["discreet", "report"]
TOML
# What the guide's plugins do not allow.
cat >"$scratch/wrong.toml" <<'TOML'
[service.too_often]
plugins = ["later"]
config.later.period_ms = 0
[service.too_late]
plugins = ["later_in_c"]
config.later_in_c.delay_ms = 60_001
TOML

# --- the commands

# What a test links is the host itself: where that is built with a sanitizer, so is all of this.
sanitize=$(sed -n 's/^LODGE_SANITIZE:[^=]*=//p' "$build/CMakeCache.txt")
[[ -z $sanitize ]] || export CFLAGS+=" -fsanitize=$sanitize" CXXFLAGS+=" -fsanitize=$sanitize"

where=$scratch/lodge
sed -i -e '/^cmake --build build\/release$/d' -e "s,^cmake --install build/release ,cmake --install $build ," \
  "$(find "$scratch/blocks" -name '*.sh' | sort | head -n 1)"
wrong=0
for block in "$scratch"/blocks/*; do
  case $block in
    *.sh)
      (cd "$where" && bash -euo pipefail "$block") >"$scratch/log" 2>&1 </dev/null ||
        die "$readme:$(basename "$block" .sh): $(cat "$block" "$scratch/log")"
      where=$project
      ;;
    *.console)
      cd "$project"
      run_console "$block" || wrong=1
      cd "$OLDPWD"
      ;;
  esac
done

# --- what the page says and does not type

cd "$project"
built=$(find build/plugins -name '*.so' | wc -l)
((built == sources)) || die "$readme shows $sources plugins, and $built were built"
as_told 'lodgectl inspect hello.so' "$(lodgectl inspect build/plugins/hello.so)" || wrong=1
[[ -n $host ]] || die "$readme: no block starts a host"
as_told "lodgectl call visits visit '\"Ada\"'" '"good morning, Ada (2)"' || wrong=1
as_told "lodgectl call polite greet '\"\"'" '...argument 1: nobody to greet' || wrong=1
as_told "lodgectl call later say 1 2" '...UNIMPLEMENTED: ...say/1...' || wrong=1
as_told "lodgectl call doorkeeper request status '[1]' '{}'" '...UNAUTHENTICATED: pass the token' || wrong=1
as_told "lodgectl call doorkeeper request status '[\"out_of_paper\"]' '{\"token\": \"hush\"}'" '...no paper left...' ||
  wrong=1
lodgectl log-level service.discreet debug
as_told "lodgectl call discreet about '\"Ada\"'" '"good morning, Ada"' || wrong=1
as_told 'lodgectl logs --module service.discreet --last 1' '...reported on somebody' || wrong=1
cp "$scratch/wrong.toml" "$project/lodged.d/wrong.toml"
as_told 'lodged --config lodged.toml --check' '...later.period_ms: expected 1 or more, got 0
...later_in_c.delay_ms: expected from 0 to 60000, got 60001' || wrong=1
stop_host || wrong=1
if ((wrong != 0)); then
  say_log
  die "$readme: it does not say what happens"
fi
