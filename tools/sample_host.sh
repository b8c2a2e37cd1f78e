#!/usr/bin/env bash
# Sourced by what runs a host with the sample plugins, in a directory of its own.
set -euo pipefail

# prepare_host BUILD DIRECTORY: the plugins and a configuration for them.
prepare_host() {
  local build=$1 directory=$2
  # A copy that nobody else may write, whatever the umask the build was made under.
  install -d -m 0700 "$directory" "$directory/data"
  install -d -m 0755 "$directory/plugins"
  find "$build/plugins" -name '*.so' -not -path '*/CMakeFiles/*' -exec install -m 0755 -t "$directory/plugins" {} +
  cat >"$directory/lodged.toml" <<'TOML'
[host]
name = "sample"
data_dir = "data"
plugin_dirs = ["plugins"]
socket = "lodged.sock"

# Text in, words out of it, counted in the service's store.
[service.words]
plugins = ["tokenizer", "normalizer", "counter"]

[service.greeter]
plugins = ["greeter"]
TOML
}

# start_host LOG COMMAND...: runs a host in the background, and waits until `lodgectl status` answers. False: it ended,
# or said nothing for 30 s.
host=
start_host() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 </dev/null &
  host=$!
  local deadline=$((SECONDS + 30))
  until lodgectl status >/dev/null 2>&1; do
    if ! kill -0 "$host" 2>/dev/null || ((SECONDS >= deadline)); then
      echo "the host did not start: $*" >&2
      return 1
    fi
    sleep 0.05
  done
}

# stop_host: SIGTERM, and the code that it ends with.
stop_host() {
  local status=0
  [[ -n $host ]] || return 0
  kill -TERM "$host" 2>/dev/null || true
  wait "$host" || status=$?
  host=
  return "$status"
}
