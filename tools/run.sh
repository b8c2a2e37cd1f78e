#!/usr/bin/env bash
# run.sh BUILD [ARG...]: a host with the sample plugins in the foreground; Ctrl-C stops it. ARGs go to lodged.
set -euo pipefail
# shellcheck source=tools/sample_host.sh
source tools/sample_host.sh

build=$(readlink -f "$1")
shift
directory=${XDG_RUNTIME_DIR:-$build}/lodge-run
prepare_host "$build" "$directory"
cat <<TEXT
A host with the services \`words\` and \`greeter\`. In another terminal:

  export LODGE_SOCKET=$directory/lodged.sock PATH=$build/bin:\$PATH
  lodgectl services
  lodgectl call greeter greet ada

TEXT
exec "$build/bin/lodged" --config "$directory/lodged.toml" "$@"
