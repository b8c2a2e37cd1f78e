#!/usr/bin/env bash
# one_symbol.sh FOLDER: every .dll in it exports one symbol, lodge_plugin_v1, and needs nothing that Windows does not have.
set -euo pipefail

failed=0
count=0
for plugin in "$1"/*.dll; do
  [[ -f $plugin ]] || continue
  count=$((count + 1))
  tables=$(x86_64-w64-mingw32-objdump -p "$plugin")
  exported=$(awk '/\[Ordinal\/Name Pointer\] Table/ { inside = 1; next } inside && NF == 0 { exit } inside { print $NF }' \
    <<<"$tables" | xargs)
  needed=$(sed -nE 's/.*DLL Name: (.*)/\1/p' <<<"$tables" | grep -viE '^(kernel32|msvcrt|ucrtbase|api-ms-.*)\.dll$' | xargs || true)
  if [[ $exported != lodge_plugin_v1 ]]; then
    echo "$plugin: exports \`$exported\`; a plugin exports lodge_plugin_v1 alone (build it with lodge_add_plugin)" >&2
    failed=1
  fi
  if [[ -n $needed ]]; then
    echo "$plugin: needs $needed, which Windows does not have" >&2
    failed=1
  fi
done
if ((count == 0)); then
  echo "there is no plugin in $1" >&2
  failed=1
fi
exit "$failed"
