#!/usr/bin/env bash
# exported_symbols.sh FOLDER: every plugin in it exports one symbol, lodge_plugin_v1.
set -euo pipefail

failed=0
count=0
while IFS= read -r plugin; do
  count=$((count + 1))
  exported=$(nm -D --defined-only "$plugin" | awk '{ print $3 }' | xargs)
  if [[ $exported != lodge_plugin_v1 ]]; then
    echo "$plugin: exports \`$exported\`; a plugin exports lodge_plugin_v1 alone (build it with lodge_add_plugin)" >&2
    failed=1
  fi
done < <(find "$1" -name '*.so' -not -path '*/CMakeFiles/*')
if ((count == 0)); then
  echo "exported symbols: there is no plugin in $1" >&2
  failed=1
fi
exit "$failed"
