#!/usr/bin/env bash
# Sourced by demo.sh and run.sh: a host with the sample plugins, in a directory of its own.
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
