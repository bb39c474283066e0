#!/bin/bash
# stretch.sh QEMU PLUGIN KERNEL BUDGET: runs the contract suite under --icount, prints the longest stretch
# of kernel instructions with interrupts off and where it was, and fails when it is over its budget.
set -euo pipefail

qemu="$1"
plugin="$2"
kernel="$3"
budget="$4"
if (($# > 4)); then
  [[ "$5" == --help ]] || echo "stretch: $5: no such flag"
  echo "usage: bazel run //bootimage:stretch"
  echo "Instructions, exact. Exit: 0 within the budget of ci/budgets/stretch.txt, 1 not, 2 wrong flags."
  [[ "$5" == --help ]] && exit 0
  exit 2
fi >&2

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
# Started in the runfiles' folder of the workspace; the image's files are beside it.
if ! TEST_SRCDIR="${PWD%/*}" "$qemu" --smp=1 --icount "--plugin=$PWD/$plugin,out=$scratch/stretch" \
  >"$scratch/said" 2>&1; then
  tail -n 20 "$scratch/said" >&2
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
