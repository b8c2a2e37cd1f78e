#!/usr/bin/env bash
# A layer includes its own headers and those of the layers below it, never above. The order of the layers is the order
# of the lodge_layer() lines in host/CMakeLists.txt. Headers of the SDK belong to nobody's layer; they include only
# each other and the standard library.
set -euo pipefail

mapfile -t layers < <(sed -n 's/^lodge_layer(\([a-z_]*\).*/\1/p' host/CMakeLists.txt)
((${#layers[@]} > 0)) || {
  echo "include direction: no lodge_layer() lines in host/CMakeLists.txt" >&2
  exit 1
}
declare -A rank
for at in "${!layers[@]}"; do rank[${layers[$at]}]=$at; done

failed=0
complain() {
  printf '%s\n' "$1" >&2
  failed=1
}

while IFS=: read -r file line text; do
  layer=${file#host/}
  layer=${layer%%/*}
  [[ $text =~ \"([^\"]+)\" ]] || continue
  included=${BASH_REMATCH[1]}
  target=${included%%/*}
  if [[ $included != */* || -z ${rank[$target]:-} ]]; then
    complain "$file:$line: \"$included\": host's headers are included as \"LAYER/file.hpp\""
  elif [[ -n ${rank[$layer]:-} ]] && ((rank[$target] > rank[$layer])); then
    complain "$file:$line: $layer may not include \"$included\": $target is above it"
  fi
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' host --include='*.hpp' --include='*.cpp' || true)

for folder in host/*/; do
  name=$(basename "$folder")
  [[ -n ${rank[$name]:-} ]] || complain "host/$name: no layer of that name in host/CMakeLists.txt"
done

while IFS=: read -r file line text; do
  complain "$file:$line: the SDK may not include the host: $text"
done < <(grep -rnE '#[[:space:]]*include[[:space:]]*"' sdk/include | grep -vE '"lodge/' || true)

exit "$failed"
