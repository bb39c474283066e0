#!/bin/bash
# models_test.sh MODEL.pml...: every state of each model is good, and each fault that a model says can be
# seeded in it is found.
set -euo pipefail

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# search MODEL [FLAG]: what the search says.
search() {
  local folder="$scratch/$(basename "$1")$2"
  mkdir "$folder"
  (
    cd "$folder"
    spin -Pclang-19\ -E\ -x\ c $2 -a "$OLDPWD/$1"
    clang-19 -O1 -w -DSAFETY -DMEMLIM=1024 -o pan pan.c
    ./pan -m1000000
  ) >"$folder/said" 2>&1 || { cat "$folder/said" >&2; exit 1; }
  cat "$folder/said"
}
errors() { sed -n 's/.*errors: \([0-9]*\).*/\1/p' <<<"$1"; }

wrong=0
complain() { echo "models_test: $*"; wrong=1; }
for model; do
  name="$(basename "$model" .pml)"
  said="$(search "$model" "")"
  [[ "$(errors "$said")" == 0 ]] || complain "$name: $said"
  ! grep -q 'search not completed\|max search depth too small' <<<"$said" || complain "$name: not all states were seen"
  ! grep 'assert(' <<<"$said" || complain "$name: these were never looked at"
  echo "$name: $(sed -n 's/ *\([0-9]*\) states, stored.*/\1/p' <<<"$said") states, all good"
  faults="$(sed -n '/Seeded faults/s/.*faults: //p' "$model" | tr -d ',.')"
  [[ -n "$faults" ]] || complain "$name says no faults"
  for fault in $faults; do
    said="$(search "$model" "$fault")"
    [[ "$(errors "$said")" != 0 ]] || complain "$name: $fault is not found"
    echo "$name $fault: $(grep -o 'assertion violated.*)\|invalid end state.*)' <<<"$said" | head -1)"
  done
done
exit "$wrong"
