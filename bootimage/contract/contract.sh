#!/bin/bash
# contract.sh QEMU BEHAVIOURS [FLAG...]: boots the contract suite and judges its results: each behaviour
# that was chosen is ok, and all are as many as there are.
set -euo pipefail

qemu="$1"
behaviours="$2"
shift 2

only="" rounds="" icount="" flags=()
for flag in "$@"; do
  case "$flag" in
    --only=?*) only="${flag#*=}" ;;
    --rounds=?*) rounds="${flag#*=}" ;;
    --icount) icount=icount flags+=("$flag") ;;
    --help)
      {
        echo "usage: bazel run //bootimage:contract -- [--only=TEXT] [--rounds=N] [flags of //bootimage:qemu]"
        echo "--only runs the behaviours with that in their names; --rounds says how often (100) a behaviour"
        echo "repeats what it repeats. With --icount time is exact, and the last rounds must be as quick as the"
        echo "first; without it times are not compared. Exit: 0 all are ok, 1 not."
      } >&2
      exit 0
      ;;
    *) flags+=("$flag") ;;
  esac
done
# What the suite itself reads on the kernel's command line.
words="${only:+only=$only,}${rounds:+rounds=$rounds,}$icount"
words="${words%,}"
[[ -z "$words" ]] || flags=("--bootargs=census contract=$words" ${flags[@]+"${flags[@]}"})
[[ -z "$rounds" ]] || flags=("--timeout=$((90 + rounds / 10))" ${flags[@]+"${flags[@]}"})

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
# Started in the runfiles' folder of the workspace; the image's files are beside it.
TEST_SRCDIR="${PWD%/*}" "$qemu" --log="$scratch/log" ${flags[@]+"${flags[@]}"}

# Lines `contract: RESULT name ok`, `contract: RESULT name FAIL why`, `contract: end 2 ok 0 failed`.
tr -d '\r' <"$scratch/log" | awk -v due="$behaviours" -v only="$only" -v icount="$icount" '
  function complain(text) { print "contract: " text; wrong = 1 }
  $1 == "contract:" && $2 == "RESULT" {
    if ($3 in came) complain($3 " came twice")
    came[$3] = 1
    ++results
    if ($0 !~ /^contract: RESULT [a-z_.]+ ok$/) complain($0)
  }
  $1 == "contract:" && $2 == "end" { ended = 1; ok = $3; failed = $5 }
  END {
    if (!ended) complain("the suite did not come to its end")
    if (results != ok + failed) complain(results + 0 " results, but " ok + failed " were counted")
    if (only == "" && ok != due) complain(ok + 0 " behaviours were ok, " due " are due")
    if (ok == 0) complain("no behaviour was ok")
    if (!wrong) print "contract: " ok " behaviours ok, times " (icount ? "compared" : "not compared (--icount does)")
    exit wrong
  }
'
