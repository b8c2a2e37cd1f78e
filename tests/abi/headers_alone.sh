#!/usr/bin/env bash
# headers_alone.sh COMPILER FOLDER: every header of the SDK compiles with nothing before it, without a warning, in every
# standard that it is for.
set -euo pipefail

compiler=$1
folder=$2
case $compiler in
  *++*) language=c++ standards=(c++11 c++14 c++17 c++20) ;;
  *) language=c standards=(c99 c11 c17 c2x) ;;
esac

failed=0
tried=0
# alone STANDARD HEADER
alone() {
  tried=$((tried + 1))
  printf '#include <%s>\n' "$2" |
    "$compiler" -x "$language" -std="$1" -pedantic -Wall -Wextra -Werror -fsyntax-only -I "$folder" - ||
    {
      echo "<$2> does not compile alone with $compiler -std=$1" >&2
      failed=1
    }
}

while IFS= read -r header; do
  for standard in "${standards[@]}"; do alone "$standard" "$header"; done
done < <(cd "$folder" && find lodge -name '*.h' | sort)
if [[ $language == c++ ]]; then
  while IFS= read -r header; do alone c++20 "$header"; done < <(cd "$folder" && find lodge -name '*.hpp' | sort)
fi
if ((tried == 0)); then
  echo "there are no headers in $folder/lodge" >&2
  failed=1
fi
exit "$failed"
