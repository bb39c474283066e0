#!/bin/bash
# stretch.sh QEMU PLUGIN KERNEL BUDGET [--smp=N]: runs the whole contract suite, prints the longest stretch of
# kernel instructions with interrupts off and where it was, and fails when it is over its budget, or when a
# behaviour failed. On one hart, as without --smp, time is exact (--icount); on several it is not, and what a
# hart waits for another is counted once: how long that takes, the host decides.
set -euo pipefail

qemu="$1"
plugin="$2"
kernel="$3"
budget="$4"
flags=(--smp=1 --icount)
if (($# > 4)); then
  if (($# > 5)) || [[ ! "$5" =~ ^--smp=[1-8]$ ]]; then
    {
      [[ "$5" == --help ]] || echo "stretch: ${*:5}: no such flags"
      echo "usage: bazel run //bootimage:stretch -- [--smp=N]"
      echo "Instructions; exact on one hart. Exit: 0 within the budget of ci/budgets/stretch.txt, 1 not, 2 wrong flags."
    } >&2
    [[ "$5" == --help ]] && exit 0
    exit 2
  fi
  [[ "$5" == --smp=1 ]] || flags=("$5" --timeout=250)
fi

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
# Started in the runfiles' folder of the workspace; the image's files are beside it.
if ! TEST_SRCDIR="${PWD%/*}" "$qemu" "${flags[@]}" --log="$scratch/log" "--plugin=$PWD/$plugin,out=$scratch/stretch" \
  >"$scratch/said" 2>&1; then
  tail -n 20 "$scratch/said" >&2
  exit 1
fi
# A suite that stops early has not been everywhere.
if ! tr -d '\r' <"$scratch/log" | grep -E '^contract: end [1-9][0-9]* ok 0 failed$'; then
  grep -aE '^contract: (RESULT .* FAIL|end) ' "$scratch/log" >&2
  exit 1
fi

# Addresses with their functions, most instructions first.
awk '$1 == "at" { print $2 }' "$scratch/stretch" |
  llvm-symbolizer-19 --obj="$kernel" --functions=linkage --no-inlines --demangle --output-style=GNU |
  awk 'NR % 2 == 1' | sed -e 's/(anonymous namespace):://g; s/(.*//' >"$scratch/functions"
awk '$1 == "at" { print $3 }' "$scratch/stretch" | paste - "$scratch/functions" |
  awk -F'\t' '{ count[$2] += $1 } END { for (f in count) printf "%8d  %s\n", count[f], f }' |
  sort -rn >"$scratch/table"

longest="$(awk '$1 == "stretch" { print $2 }' "$scratch/stretch")"
most="$(awk '{ sub(/#.*/, "") } NF == 2 { print $2 }' "$budget")"
echo "longest stretch with interrupts off: $longest instructions, at most $most; most of it in"
head -n 8 "$scratch/table"
((longest > 100 && longest <= most))
