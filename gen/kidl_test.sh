#!/bin/bash
# kidl as a program: exit statuses, messages, and that nothing given to it crashes it.
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

all=(bootimage/manifest.idl)
while IFS= read -r each; do all+=("$each"); done < <(find -L idl -name '*.idl' | sort)
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT

expect 2 'nothing to do'
expect 2 'usage:' --no-such-flag
expect 2 'no such flag: -x' -x
expect 2 'wrong value: --emit=all,docs' compile --emit=all,docs idl/abi.idl
expect 2 'needs a value' compile --out
expect 2 'usage: kidl compile' compile --no-such-flag
expect 2 'or --request' compile --request=x.req idl/abi.idl
expect 2 'no such command: frob' frob
expect 2 'compile needs the files' compile
expect 2 'explain needs one code' explain
expect 2 'no such code: KIDL9999' explain KIDL9999
expect 0 'usage:' --help
expect 0 'usage: kidl compile' compile --help
expect 0 '^KIDL0104: no maximum length' explain KIDL0104
expect 0 '' compile "${all[@]}"
expect 0 '' compile --out="$scratch/out" "${all[@]}"
# A name that capnp would take for a flag of its own, which runs what the flag says.
printf '#!/bin/sh\ntouch "%s"/ran\n' "$scratch" >"$scratch/plugin" && chmod +x "$scratch/plugin"
expect 2 "no file's name may begin with '-'.*: -o$scratch/plugin" \
  compile -- "-o$scratch/plugin" idl/abi.idl
expect 1 "no file's name may begin with '-': -" compile -
mkdir -p "$scratch/root/-o" && touch "$scratch/root/-o/plugin.idl"
expect 1 "no file's name may begin with '-': -o/plugin.idl" cat --root="$scratch/root" --idl=-o
[[ ! -e "$scratch/ran" ]] || { echo "a file's name ran a program" >&2; failures=$((failures + 1)); }
expect 1 'cannot run /no/capnp' compile --capnp=/no/capnp idl/abi.idl
expect 1 'KIDL0001' compile no/such/file.idl
expect 1 '^\{"file":"no/such/file.idl","line":1,"column":1,"code":"KIDL0001",' \
  compile --format=json no/such/file.idl
expect 1 'cannot write' compile --out=/proc/nowhere "${all[@]}"
expect 1 'cannot read' compile --request="$scratch/none.req"
expect 1 'not a CodeGeneratorRequest' compile --request=<(printf 'garbage, and more of it')

# Two steps give what one gives; a request that is cut short is refused at every length tried.
/usr/bin/capnp compile --no-standard-import -I. -o- "${all[@]}" >"$scratch/x.req"
expect 0 '' compile --request="$scratch/x.req" --out="$scratch/two"
if ! diff -r "$scratch/out" "$scratch/two"; then failures=$((failures + 1)); fi
for size in 0 1 8 100 4096 65536; do
  head -c "$size" "$scratch/x.req" >"$scratch/cut.req"
  expect 1 'kidl: error: ' compile --request="$scratch/cut.req"
done

# The headers that are there already and right are not written again.
touch -d '2001-01-01' "$scratch/out/idl/abi.h"
"$kidl" compile --out="$scratch/out" "${all[@]}"
if [[ "$(date -r "$scratch/out/idl/abi.h" +%Y)" != 2001 ]]; then
  echo "abi.h was written though it had not changed" >&2
  failures=$((failures + 1))
fi

exit $((failures > 0))
