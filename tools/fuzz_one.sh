#!/usr/bin/env bash
# fuzz_one.sh BUILD TARGET SECONDS: runs one fuzz target on its corpus and says what it did in one line. New inputs
# stay in BUILD/corpus, where the next run begins; one that crashes is kept beside them and makes this fail.
set -euo pipefail

build=$1 target=$2 seconds=$3
found=$build/corpus/$target
seeds=tests/fuzz/corpus/$target
log=$build/fuzz_$target.log
mkdir -p "$found"

corpora=("$found")
[[ -d $seeds ]] && corpora+=("$seeds")
failed=0
"$build/bin/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
  -artifact_prefix="$build/fuzz_$target-" "${corpora[@]}" >"$log" 2>&1 </dev/null || failed=$?

executions=$(awk '/^stat::number_of_executed_units:/ { print $2 }' "$log")
# "#12 INITED cov: 345 ft: ..." is where the run began; the last "cov:" is where it ended.
began=$(awk '$2 == "INITED" { for (i = 1; i < NF; i++) if ($i == "cov:") print $(i + 1) }' "$log")
ended=$(awk '{ for (i = 1; i < NF; i++) if ($i == "cov:") last = $(i + 1) } END { print last }' "$log")
inputs=$(awk '/^stat::new_units_added:/ { print $2 }' "$log")
printf 'fuzz %-12s %10s executions in %s s, coverage %s edges (+%s), %s new inputs\n' "$target" "${executions:-0}" \
  "$seconds" "${ended:-0}" "$((${ended:-0} - ${began:-0}))" "${inputs:-0}"
if ((failed != 0)); then
  tail -n 60 "$log" >&2
  printf 'fuzz %s: failed; the input is in %s\n' "$target" "$build" >&2
  exit 1
fi
[[ ${executions:-0} -gt 0 ]] || {
  printf 'fuzz %s: ran nothing\n' "$target" >&2
  exit 1
}
