#!/bin/bash
# kidl freeze and kidl diff as programs, on a copy of the real idl/.
set -uo pipefail
kidl="$PWD/$1"
failures=0
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
cp -rL idl bootimage "$scratch"
cd "$scratch" || exit 1
chmod -R u+w idl
find idl -name '*.lock' -delete
mapfile -t all < <(find idl -name '*.idl' ! -name kidl.idl | sort)
timed=idl/service/timed.idl

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

# unchanged WHY: the locks are as they were when they were last kept.
keep() { rm -rf kept && mkdir kept && find idl -name '*.lock' -exec cp --parents {} kept \; ; }
unchanged() {
  rm -rf now && mkdir now && find idl -name '*.lock' -exec cp --parents {} now \;
  if ! diff -r kept now >&2; then
    echo "$1: a lock was written" >&2
    failures=$((failures + 1))
  fi
}

# edit SCRIPT: sed's, on timed.idl; it must change something.
edit() {
  cp "$timed" before.idl
  sed -i "$1" "$timed"
  if cmp -s before.idl "$timed"; then
    echo "nothing to edit: $1" >&2
    failures=$((failures + 1))
  fi
}

expect 2 'needs the files' freeze
expect 2 'do not go together' freeze --check --force "${all[@]}"
expect 2 'needs the old and the new' diff "$timed"

# There are none yet: the test fails, freeze makes them, then all is well.
expect 1 'timed.idl.lock: error: there is no lock beside idl/service/timed.idl \[KIDL0200\]' \
  freeze --check "${all[@]}"
expect 0 'idl/service/timed.idl.lock: written' freeze "${all[@]}"
expect 0 '^$' freeze --check "${all[@]}"
keep
expect 0 '^$' freeze "${all[@]}"
unchanged 'a second freeze'

# What is compatible passes and says so; freeze takes it.
free="$(sed -n '/^interface Timed/,/^}/s/^  [a-zA-Z]* @\([0-9]*\).*/\1/p' "$timed" | sort -n | tail -n 1)"
edit "s/^  statistics @3/  more @$((free + 1)) () -> ();  # More.\n  statistics @3/"
expect 0 'compatible: Timed.more: a method more' freeze --check "${all[@]}"
expect 0 'bazel run //idl:freeze' freeze --check "${all[@]}"
unchanged 'check'
expect 0 "compatible: Timed.more" diff "$timed.lock" "$timed"
expect 0 'timed.idl.lock: written' freeze "${all[@]}"
expect 0 '^$' freeze --check "${all[@]}"
keep

# What breaks is refused, with the rule, both lines and advice; --force takes it.
edit 's/idle @0;/lazy @0;/'
expect 1 'breaking: TimerClass.idle: .*\[KIDL0222\]' freeze --check "${all[@]}"
expect 1 '^  - TimerClass.idle enumerant value=0' freeze --check "${all[@]}"
expect 1 '^  \+ TimerClass.lazy enumerant value=0' freeze --check "${all[@]}"
expect 1 '^  Instead: keep it' freeze --check "${all[@]}"
expect 1 '"element":"TimerClass.idle","breaking":true,"code":"KIDL0222"' \
  freeze --check --format=json "${all[@]}"
expect 1 'must then be built anew' freeze "${all[@]}"
unchanged 'freeze of what breaks'
expect 1 'KIDL0222' diff "$timed.lock" "$timed"
mkdir -p old/idl && cp -r idl/* old/idl && cp before.idl "old/$timed"
expect 1 'KIDL0222' diff --old-root=old "$timed" "$timed"
expect 1 'KIDL0222' diff <(cat "$timed.lock") "$timed"
expect 0 'written' freeze --force "${all[@]}"
expect 0 '^$' freeze --check "${all[@]}"
expect 0 '^$' diff "$timed.lock" "$timed"
keep

# An ordinal that is left out, or moved away: capnp's error, and the lock knows whose it was.
mkdir -p new/mine && ln -s ../idl new/idl
sample() {
  printf '@0xd1a7e55e7a00f035;\nusing K = import "/idl/kidl.idl";\n$K.namespace("gap");\n' >new/mine/gap.idl
  printf 'interface Log $K.service(0x7f33) {  # A log.\n%s}\n%s\n' "$1" "$2" >>new/mine/gap.idl
}
a='  a @0 () -> ();  # A.
'
b='  b @1 () -> ();  # B.
'
c='  c @2 () -> ();  # C.
'
colours='struct In { enum Colour { red @0; green @1; blue @2; } x @0 :UInt8; y @1 :UInt8; }'
sample "$a$b$c" "$colours"
gap=(--root=new mine/gap.idl idl/kernel/endpoint.idl idl/kernel/reply.idl)
expect 0 'gap.idl.lock: written' freeze --under=mine "${gap[@]}"
sample "$a$c" "$colours"
for command in 'freeze --under=mine' 'freeze --check' compile lint; do
  # shellcheck disable=SC2086  # with a flag
  expect 1 "gap.idl:6:6: error: @1 is left out: it was released as the method 'b'; leave it where.*\[KIDL0211\]" \
    $command "${gap[@]}"
done
expect 1 'KIDL0211' diff --root=new mine/gap.idl.lock mine/gap.idl
sample "$a$c${b/1/3}" "$colours"
expect 1 "method 'b', which has another ordinal now; give methods .*\[KIDL0212\]" freeze "${gap[@]}"
sample "$a$b$c" "${colours/green @1; /}"
expect 1 "@1 is left out: it was released as the enumerant 'green'; keep it.*\[KIDL0222\]" freeze "${gap[@]}"
sample "$a$b$c" "${colours/x @0 :UInt8; /}"
expect 1 "@0 is left out: it was released as the field 'x'.*\[KIDL0225\]" freeze "${gap[@]}"
# What no lock tells of is as capnp says it.
sample "$a$b$c${b/b @1/d @4}" "$colours"
expect 1 'Skipped ordinal @3.*\[KIDL0001\]' freeze "${gap[@]}"
rm new/mine/gap.idl.lock
sample "$a$c" "$colours"
expect 1 'Skipped ordinal @1.*\[KIDL0001\]' freeze "${gap[@]}"

# A damaged lock is neither passed nor overwritten.
head -n 5 "$timed.lock" >cut && cp cut "$timed.lock"
keep
expect 1 'timed.idl.lock: error: line 1: it tells of .* elements, and 4 follow \[KIDL0201\]' \
  freeze --check "${all[@]}"
expect 1 'KIDL0201' freeze "${all[@]}"
expect 1 'KIDL0201' diff "$timed.lock" "$timed"
unchanged 'freeze over a damaged lock'
expect 0 'written' freeze --force "${all[@]}"
keep

# A lock whose .idl is gone.
cp "$timed.lock" idl/service/gone.idl.lock
expect 1 'gone.idl.lock: error: there is no idl/service/gone.idl \[KIDL0202\]' \
  freeze --check "${all[@]}"
rm idl/service/gone.idl.lock

# Only what is under the folder is locked.
rm idl/service/*.lock idl/kernel/*.lock
expect 0 'idl/service/timed.idl.lock: written' freeze --under=idl/service "${all[@]}"
if compgen -G 'idl/kernel/*.lock' >/dev/null; then
  echo "--under did not hold" >&2
  failures=$((failures + 1))
fi

# An .idl with an error is told as compile tells it, and nothing is written.
keep
sed -i 's/wokeAt :UInt64/wokeAt :Float64/' "$timed"
expect 1 'KIDL0106' freeze "${all[@]}"
expect 1 'KIDL0106' diff "$timed.lock" "$timed"
unchanged 'freeze of an .idl with errors'
expect 1 'cannot read' diff no/such.lock "$timed"

exit $((failures > 0))
