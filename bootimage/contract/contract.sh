#!/bin/bash
# contract.sh QEMU BEHAVIOURS [FLAG...]: boots the contract suite, with the flags handed on to QEMU's
# runner, and judges its results: each behaviour ok, and as many as there are.
set -euo pipefail

qemu="$1"
behaviours="$2"
shift 2

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
# Started in the runfiles' folder of the workspace; the image's files are beside it.
TEST_SRCDIR="${PWD%/*}" "$qemu" --log="$scratch/log" "$@"

# Lines `contract: RESULT name ok`, `contract: RESULT name FAIL why`, `contract: end 2 ok 0 failed`.
tr -d '\r' <"$scratch/log" | awk -v due="$behaviours" '
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
    if (results != ok + failed) complain(results " results, but " ok + failed " were counted")
    if (ok != due) complain(ok " behaviours were ok, " due " are due")
    if (!wrong) print "contract: " ok " behaviours ok"
    exit wrong
  }
'
