#!/bin/bash
# kidl fmt and kidl lint as programs: what they write, say and end with; and the tree is formatted.
set -uo pipefail
kidl="$PWD/$1"
failures=0

# expect STATUS PATTERN ARGUMENTS...: runs kidl, holds its status and that its output matches.
expect() {
  local status="$1" pattern="$2" output got
  shift 2
  output="$("$kidl" "$@" 2>&1 </dev/null)"
  got=$?
  if [[ "$got" != "$status" ]] || ! grep -qE -- "$pattern" <<<"$output"; then
    echo "kidl $*: status $got, wanted $status and /$pattern/:" >&2
    echo "$output" >&2
    failures=$((failures + 1))
  fi
}

mapfile -t all < <(find -L idl bootimage -name '*.idl' | sort)
expect 0 '^$' fmt --check "${all[@]}"

scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
printf 'const a:UInt8=1;\n' >"$scratch/a.idl"
printf 'enum A {\n' >"$scratch/b.idl"
expect 2 'needs the files' fmt
expect 2 'needs the files' lint
expect 2 'takes no value' fmt --check=yes a.idl
expect 1 'cannot read' fmt --root="$scratch" none.idl
expect 1 'a.idl:1:1: error: the file is not formatted from here on; run kidl fmt \[KIDL0307\]' \
  fmt --check --root="$scratch" a.idl
expect 1 '"file":"a.idl","line":1,.*"code":"KIDL0307"' \
  fmt --check --format=json --root="$scratch" a.idl
grep -q 'a:UInt8' "$scratch/a.idl" || { echo "--check wrote" >&2; failures=1; }
# A byte order mark is no error for any command; formatting drops it.
printf '\xef\xbb\xbf@0xd1a7e55e7a00f033;\nusing K = import "/idl/kidl.idl";\n$K.namespace("bom");\n' \
  >"$scratch/bom.idl"
ln -s "$PWD/idl" "$scratch/idl"
expect 0 '^$' compile --root="$scratch" bom.idl
expect 0 '^bom.idl.lock: written$' freeze --root="$scratch" bom.idl
expect 1 'bom.idl:1:1: error: the file is not formatted .*KIDL0307' lint --root="$scratch" bom.idl
expect 0 'bom.idl: formatted' fmt --root="$scratch" bom.idl
expect 0 '^$' lint --root="$scratch" bom.idl
[[ "$(head -c 1 "$scratch/bom.idl")" == @ ]] || { echo "the mark is there" >&2; failures=1; }
rm "$scratch/idl" "$scratch"/bom.idl*
# One that is wrong does not keep the others from being formatted.
expect 1 'b.idl:1:8: error: .\{. is not closed .*\[KIDL0003\]' fmt --root="$scratch" b.idl a.idl
grep -qx 'const a :UInt8 = 1;' "$scratch/a.idl" || { echo "fmt did not write" >&2; failures=1; }
expect 0 '^$' fmt --check --root="$scratch" a.idl
expect 1 'KIDL0003' fmt --check --root="$scratch" b.idl
expect 1 'KIDL0001' lint --root="$scratch" a.idl
ln -s "$PWD/idl" "$scratch/idl"
expect 0 '^$' lint "${all[@]}"
# One file alone: the names of the others are known.
expect 0 '^$' lint idl/kernel/cnode.idl

exit $((failures > 0))
