#!/bin/bash
# repeat.sh QEMU [--times=N] [--smp=N,N...]: climbs the whole ladder again and again, on each number of harts,
# in the host's time and in the machine's own (--icount): what harts do to each other comes out otherwise
# each time. The first run that fails is shown, and is the last.
set -euo pipefail

qemu="$1"
shift

times=100 harts="1,2,4"
for flag in "$@"; do
  case "$flag" in
    --times=[1-9]*) times="${flag#*=}" ;;
    --smp=[1-8]*) harts="${flag#*=}" ;;
    *)
      {
        [[ "$flag" == --help ]] || echo "repeat: $flag: no such flag"
        echo "usage: bazel run //bootimage:repeat -- [--times=N] [--smp=N,N...]"
        echo "Climbs the ladder N times (100) on each number of harts (1,2,4), and as often with --icount."
        echo "Exit: 0 every run reached its end, 1 one did not."
      } >&2
      [[ "$flag" == --help ]] && exit 0
      exit 2
      ;;
  esac
done
[[ "$times" =~ ^[0-9]{1,6}$ ]] || { echo "repeat: --times wants a number of 1 to 999999" >&2; exit 2; }
[[ "$harts" =~ ^[1-8](,[1-8])*$ ]] || { echo "repeat: --smp wants numbers of 1 to 8, with commas" >&2; exit 2; }

said="$(mktemp)"
trap 'rm -f "$said"' EXIT
runs=0
for ((i = 1; i <= times; ++i)); do
  for n in ${harts//,/ }; do
    for clock in "" --icount; do
      # Started in the runfiles' folder of the workspace; the image's files are beside it.
      if ! TEST_SRCDIR="${PWD%/*}" "$qemu" --headless --require-smp --smp="$n" $clock >"$said" 2>&1; then
        cat "$said"
        echo "repeat: run $i with --smp=$n $clock did not reach its end"
        exit 1
      fi
      runs=$((runs + 1))
    done
  done
  ((i % 10 != 0)) || echo "repeat: $i times"
done
echo "repeat: $runs runs on $harts harts, all reached their end"
