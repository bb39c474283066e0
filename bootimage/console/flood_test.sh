#!/bin/bash
# flood_test.sh QEMU PACE [FLAGS]: four threads of `flood` and one of `pulse` print at the same time. Sees that
# every line came, whole and in its thread's order, and that the flood did not keep the other one waiting.
#
# PACE: `exact` is for --icount, where a few lines of the flood may come between two of the other's. `slow` has
# a UART that has no room again and again, and sees that it had none. `free`: who runs when is the host's to say.
set -euo pipefail

qemu="$1" pace="$2"
shift 2
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

slow=()
if [[ "$pace" == slow ]]; then
  export SLOW_QEMU_REPORT="$scratch/report"
  slow=("--qemu=$PWD/bootimage/console/slow_qemu.py")
fi
# The last lines are still in the console's rings when those who wrote them have ended.
last=("--expect=pulse: line 2999")
for thread in 0 1 2 3; do last+=("--expect=flood: thread $thread line 2999"); done

# Started in the runfiles' folder of the workspace; the image's files are beside it.
if ! TEST_SRCDIR="${PWD%/*}" "$qemu" --headless --timeout=40 "${slow[@]}" "${last[@]}" "$@" >"$scratch/log" 2>&1; then
  tail -n 20 "$scratch/log"
  exit 1
fi
if [[ "$pace" == slow ]] && ! cat "$scratch/report"; then
  echo "flood_test: the UART had room all the time"
  exit 1
fi

tr -d '\r' <"$scratch/log" | awk -v pace="$pace" '
  function complain(text) { if (++wrong <= 20) print "flood_test: " text }
  { bytes += length($0) + 1 }
  /^flood: / {
    if (NF != 5 || $2 != "thread" || $4 != "line" || $5 != next_line[$3]++ + 0) complain("a line of the flood: " $0)
    ++floods
    ++between
  }
  /^pulse: / {
    if (NF != 3 || $2 != "line" || $3 != pulses++ + 0) complain("a line of the pulse: " $0)
    # Before the first one it may not have been started.
    if (pulses > 1 && between > most) most = between
    between = 0
  }
  END {
    if (floods != 12000) complain(floods + 0 " lines of the flood, not 12000")
    if (pulses != 3000) complain(pulses + 0 " lines of the pulse, not 3000")
    print "flood_test: at most " most " lines of the flood between two of the pulse"
    if (pace == "exact" && most > 12) complain("the flood had more than its turns")
    exit wrong != 0
  }'
