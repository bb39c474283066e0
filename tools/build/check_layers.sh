#!/bin/bash
# check_layers GRAPH LAYER...: GRAPH is `bazel query --output=graph`, each LAYER is a list of
# packages in one word, the top first. Names every edge that does not point downwards.
set -uo pipefail

graph="$1"
shift

# Longest prefix wins: //kernel/arch/riscv64 may stand in another layer than //kernel/arch.
printf '%s\n' "$@" | awk -v graph="$graph" '
  function layer_of(label,    package) {
    package = label
    sub(/:.*/, "", package)
    home = package
    while (package != "/" && package != "") {
      if (package in rank) { home = package; return rank[package] }
      sub(/\/[^\/]*$/, "", package)
    }
    return 0
  }
  { for (i = 1; i <= NF; i++) rank[$i] = NR }
  END {
    listed = NR
    while ((getline line < graph) > 0) {
      if (split(line, part, "\"") < 5) continue
      edges++
      from = layer_of(part[2]); from_home = home
      to = layer_of(part[4]); to_home = home
      if (!from || from_home == to_home) continue
      if (!to) {
        if (part[4] ~ /^\/\/tools\//) continue
        print "not in any layer: " part[4] " (used by " part[2] ")"; bad++
      } else if (to <= from) {
        print "points upwards or sideways: " part[2] " -> " part[4]; bad++
      }
    }
    if (!edges) { print "no edge in the graph: the query has gone wrong"; bad++ }
    exit bad > 0
  }'
