#!/bin/bash
# kidl cat as a program: lines of files and of stdin, and its statuses.
set -uo pipefail
kidl="$PWD/$1"
failures=0
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

# expect STATUS TEXT INPUT ARGUMENTS...
expect() {
  local status="$1" text="$2" input="$3" output got
  shift 3
  output="$(printf '%b' "$input" | "$kidl" cat "$@" 2>&1)"
  got=$?
  if [[ "$got" != "$status" || "$output" != "$(printf '%b' "$text")" ]]; then
    echo "kidl cat $* of '$input': status $got, wanted $status and:" >&2
    printf '%b\n' "$text" >&2
    echo "got: $output" >&2
    failures=$((failures + 1))
  fi
}

expect 0 'Timed.cancel(id = 3)\nSelf.now()' 'request tag=01020101 words=3\n\n12.5 h0: call a7=e\n'
expect 1 'line 1: no record: there is none of call, return, request and answer\nSelf.now()' \
  'frob\ncall a7=e\n'
expect 1 'Timed.cancel(id = ?)\n  wrong: '"'id': word 0 is not recorded" 'request tag=01020101\n'
printf 'call a7=e\n' >"$scratch/a"
expect 0 'Self.now()\nTimed.statistics()' 'request tag=01020300' "$scratch/a" -
expect 1 "kidl: error: cannot read $scratch/none" '' "$scratch/none"
expect 1 "kidl: error: cannot read $scratch" '' "$scratch"
expect 1 'kidl: error: cannot read ./no-such' '' --idl=no-such
"$kidl" cat --frob >/dev/null 2>&1
[[ $? == 2 ]] || { echo "a wrong flag does not end with 2" >&2; failures=$((failures + 1)); }
exit $((failures > 0))
