#!/bin/bash
# bench.sh QEMU BUDGETS [--json=FILE] [--only=NAME]: boots the bench image, prints what each operation
# costs beside the most that it may cost, and fails when one costs more.
set -euo pipefail

qemu="$1"
budgets="$2"
shift 2

json="" only=""
for flag in "$@"; do
  case "$flag" in
    --json=?*) json="${flag#*=}" ;;
    --only=?*) only="${flag#*=}" ;;
    *)
      {
        [[ "$flag" == --help ]] || echo "bench: $flag: no such flag"
        echo "usage: bazel run //bootimage:bench -- [--json=FILE] [--only=NAME]"
        echo "Instructions, exact: the same in every run. Exit: 0 all within their budgets, 1 not."
      } >&2
      [[ "$flag" == --help ]] && exit 0
      exit 2
      ;;
  esac
done
# `bazel run` starts programs elsewhere: a relative path is meant from where the user stands.
[[ -z "$json" || "$json" == /* ]] || json="${BUILD_WORKING_DIRECTORY:-.}/$json"

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
# Started in the runfiles' folder of the workspace; the image's files are beside it.
if ! TEST_SRCDIR="${PWD%/*}" "$qemu" --log="$scratch/log" >"$scratch/said" 2>&1; then
  tail -n 20 "$scratch/said" >&2
  exit 1
fi

# Lines `bench: BENCH name min=1 median=2 max=3 n=4`, ended by `bench: end`.
tr -d '\r' <"$scratch/log" | awk -v only="$only" -v json="$scratch/json" '
  function complain(text) { print "bench: " text; wrong = 1 }
  FNR == NR {
    if (NF == 2 && $1 !~ /^#/) { budget[$1] = $2; order[++lines] = $1 }
    next
  }
  $1 == "bench:" && $2 == "end" { ended = 1 }
  $1 == "bench:" && $2 == "BENCH" && ($4 == "FAIL" || NF != 7) { complain($0); next }
  $1 == "bench:" && $2 == "BENCH" {
    came[$3] = 1
    if (only != "" && $3 != only) next
    for (i = 4; i <= 7; ++i) { split($i, pair, "="); value[pair[1]] = pair[2] }
    if (shown++ == 0) printf "%-20s %8s %8s %8s %8s %8s\n", "name", "min", "median", "max", "n", "budget"
    printf "%-20s %8d %8d %8d %8d %8s\n", $3, value["min"], value["median"], value["max"], value["n"],
           $3 in budget ? budget[$3] : "none"
    printf "%s  {\"name\": \"%s\", \"min\": %d, \"median\": %d, \"max\": %d, \"n\": %d}",
           shown == 1 ? "[\n" : ",\n", $3, value["min"], value["median"], value["max"], value["n"] >json
    if (!($3 in budget)) { complain($3 " has no line in the budgets") }
    else if (value["median"] > budget[$3]) { complain($3 " costs " value["median"] ", budget " budget[$3]) }
    else if (value["median"] < budget[$3]) { print "bench: " $3 " costs less: lower its budget to " value["median"] }
  }
  END {
    if (!ended) complain("the benchmarks did not come to their end")
    if (shown == 0) complain(only == "" ? "nothing was measured" : only ": no such benchmark")
    else print "\n]" >json
    for (i = 1; i <= lines; ++i) if (!(order[i] in came)) complain(order[i] " was not measured")
    exit wrong
  }
' "$budgets" - && status=0 || status=$?
if [[ -n "$json" && -s "$scratch/json" ]]; then cp "$scratch/json" "$json"; fi
exit "$status"
