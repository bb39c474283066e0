#!/bin/bash
# What check_negative_compilation lets pass and what it refuses.
set -uo pipefail

check="$1"

expect() {
  local wanted="$1" as_is="$2" off="$3" got=pass
  printf '%b' "$as_is" >"$TEST_TMPDIR/as_is"
  printf '%b' "$off" >"$TEST_TMPDIR/off"
  "$check" 'no [a-z]+ conversion' "$TEST_TMPDIR/as_is" "$TEST_TMPDIR/off" >/dev/null || got=refuse
  if [[ "$got" != "$wanted" ]]; then
    echo "wanted $wanted, got $got for: $as_is / $off"
    exit 1
  fi
}

expect pass '1\na.cc:1: error: no viable conversion\n' '0\n'
expect refuse '0\n' '0\n'
expect refuse '1\na.cc:1: error: something else\n' '0\n'
expect refuse '1\na.cc:1: note: no viable conversion\n' '0\n'
expect refuse '1\na.cc:1: error: no viable conversion\n' '1\na.cc:2: error: no viable conversion\n'
