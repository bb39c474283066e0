#!/bin/bash
# What check_layers lets pass and what it refuses.
set -uo pipefail

check="$1"
graph="$TEST_TMPDIR/graph"
layers=("//k/top" "//k/a //k/b" "//k/low")

expect() {
  local wanted="$1" edge="$2"
  printf 'digraph mygraph {\n  node [shape=box];\n%s\n}\n' "$edge" >"$graph"
  local got=pass
  "$check" "$graph" "${layers[@]}" >"$TEST_TMPDIR/said" || got=refuse
  if [[ "$got" != "$wanted" ]]; then
    echo "wanted $wanted, got $got for: $edge"
    cat "$TEST_TMPDIR/said"
    exit 1
  fi
}

expect pass '"//k/top:x" -> "//k/a:y"'
expect pass '"//k/a:x" -> "//k/a:y"'
expect pass '"//k/a/deep:x" -> "//k/a:y"'
expect pass '"//k/top:x" -> "//tools/build:y"'
expect refuse '"//k/a:x" -> "//k/top:y"'
expect refuse '"//k/a:x" -> "//k/b:y"'
expect refuse '"//k/low/deep:x" -> "//k/a/deep:y"'
expect refuse '"//k/a:x" -> "//k/unknown:y"'
expect refuse ''
