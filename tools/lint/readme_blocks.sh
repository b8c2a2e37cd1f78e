#!/usr/bin/env bash
# Sourced by what runs the READMEs (lint's readmes.sh, tests/abi/readme_runs.sh): their code blocks, and hosts to type
# at. A block is fenced, with a word that says what it is:
#   sh        commands, run in their order
#   console   `$ COMMAND` and what that prints, `...` standing for anything. A command that ends with `&` is a host,
#             which the following ones find listening
#   toml      configuration of the host that the console blocks talk to
#   text      nothing to run
set -euo pipefail
# shellcheck source=tools/sample_host.sh
source tools/sample_host.sh

# split_blocks README FOLDER: each block becomes FOLDER/NNN.WORD, NNN the line that it begins at. False: one of them
# does not say what it is.
split_blocks() {
  mkdir -p "$2"
  # shellcheck disable=SC2016 # what looks like variables is awk's
  awk -v folder="$2" '
    function bad(what) { printf "%s:%d: %s\n", FILENAME, FNR, what > "/dev/stderr"; wrong = 1 }
    /^```/ && file != "" { close(file); file = ""; blank = 1; next }
    /^```/ {
      word = substr($0, 4)
      if (word !~ /^[a-z]+$/) { bad("a block that does not say what it is (```sh, ```console, ```text ...)"); word = "text" }
      file = sprintf("%s/%04d.%s", folder, FNR, word)
      printf "" > file
      next
    }
    file != "" { print > file; next }
    /^    / && blank { bad("an indented block: fence it, and say what it is (```sh, ```console, ```text ...)") }
    { blank = $0 == "" }
    END { exit wrong }' "$1"
}

# as_told COMMAND EXPECTED: runs it, and compares what it prints, errors too.
as_told() {
  local printed pattern
  printed=$(eval "$1" 2>&1 </dev/null) || true
  pattern=$(sed -e 's/[][*?\\]/\\&/g' -e 's/\.\.\./*/g' <<<"$2")
  # shellcheck disable=SC2053 # a pattern is what it is
  if [[ $printed != $pattern ]]; then
    printf '$ %s\n--- should print\n%s\n--- prints\n%s\n' "$1" "$2" "$printed" >&2
    return 1
  fi
}

# run_console FILE: types the commands of a console block. False: one of them printed something else.
run_console() {
  local line command='' expected='' wrong=0
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line != '$ '* ]]; then
      expected+=${expected:+$'\n'}$line
      continue
    fi
    [[ -z $command ]] || as_told "$command" "$expected" || wrong=1
    command=${line#'$ '} expected=
    if [[ $command == *'&' ]]; then
      start_host host.log bash -c "exec ${command%&}" || return 1
      command=
    fi
  done <"$1"
  [[ -z $command ]] || as_told "$command" "$expected" || wrong=1
  return "$wrong"
}

# say_log: what the host of this folder said.
say_log() { [[ ! -f host.log ]] || cat host.log >&2; }

# scratch_host FOLDER: keeps what a host of FOLDER/lodged.toml uses within FOLDER, whatever the configuration leaves open.
scratch_host() {
  mkdir -p "$1/lodged.d" "$1/data"
  printf '[host]\ndata_dir = "%s"\nsocket = "%s"\n' "$1/data" "$1/lodged.sock" >"$1/lodged.d/scratch.toml"
  export LODGE_SOCKET=$1/lodged.sock
}
