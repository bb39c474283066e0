#!/bin/bash
# kidl new as a program, on a copy of the real idl/: what it writes compiles, is formatted and linted;
# what it refuses changes nothing.
set -uo pipefail
kidl="$PWD/$1"
failures=0
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/tree" && cp -rL idl bootimage .clang-format "$scratch/tree"
cd "$scratch/tree" || exit 1
chmod -R u+w .

fail() {
  echo "$1" >&2
  failures=$((failures + 1))
}

# expect STATUS PATTERN ARGUMENTS...: runs kidl, holds its status and that its output matches.
expect() {
  local status="$1" pattern="$2" output got
  shift 2
  output="$("$kidl" "$@" 2>&1 </dev/null)"
  got=$?
  if [[ "$got" != "$status" ]] || ! grep -qE -- "$pattern" <<<"$output"; then
    fail "kidl $*: status $got, wanted $status and /$pattern/:"$'\n'"$output"
  fi
}

# unchanged WHY: the tree is as it was kept.
keep() { rm -rf ../kept && cp -r . ../kept; }
unchanged() { diff -r ../kept . >&2 || fail "$1: the tree changed"; }

keep
expect 2 'needs the word service and a name' new
expect 2 'needs the word service and a name' new service
expect 2 'needs the word service and a name' new server kidl_probe
expect 2 'needs the word service and a name' new service kidl_probe more
expect 1 "cannot be called 'Greeter'" new service Greeter
expect 1 "cannot be called '../x'" new service ../x
expect 1 "cannot be called 'timed': idl/service/timed.idl has Timed" new service timed
expect 1 "cannot be called 'timed_fake': idl/service/timed.idl and idl/service/timed_fake.idl both become" \
  new service timed_fake
expect 1 "cannot be called 'bench': a manifest has an image" new service bench
for folder in ../x "$scratch/x" a/../x ./x . 'my servers' 'a;b' a//b -x 'a"b'; do
  expect 1 'cannot be the folder: it is to be a path below the workspace' \
    new service kidl_probe --folder="$folder"
done
[[ ! -e ../x ]] || fail 'something was written outside the workspace'
expect 1 'cannot be the folder' new service kidl_probe --idl=./idl
expect 1 'KIDL0001' new service kidl_probe --manifest=no/such.idl
unchanged 'what is refused'

# Names of all lengths, that sort before and after the others.
for name in kidl_probe a store_of_all; do
  expect 0 "servers/$name/server.h: written" new service "$name"
  expect 1 "cannot be called '$name'" new service "$name"
done
mapfile -t all < <(find idl bootimage -name '*.idl' | sort)
expect 0 '^$' compile "${all[@]}"
expect 0 '^$' fmt --check "${all[@]}"
expect 0 '^$' lint "${all[@]}"
while IFS= read -r each; do
  clang-format-19 --dry-run -Werror "$each" || fail "$each is not formatted"
done < <(find servers -name '*.cc' -o -name '*.h')
awk 'length > 100' servers/*/*.{cc,h} | grep . && fail 'long lines'

# A file that is there already is kept, and nothing else is written.
mkdir -p servers/late && echo mine >servers/late/main.cc
keep
expect 1 'servers/late/main.cc is there already; nothing was written' new service late
unchanged 'a file in the way'

# A folder that cannot be: what was written before is taken back.
echo mine >z
keep
expect 1 'cannot write ./z/' new service later --folder=z
unchanged 'a folder that cannot be'
rm z

# What was written does not compile, the manifest being full: all of it is taken back.
mkdir full
{
  echo '@0xd1a7e55e7a00f032;'
  echo 'using K = import "/idl/kidl.idl";'
  echo 'using M = import "/idl/manifest.idl";'
  echo '$K.namespace("full");'
  echo 'const all :M.Manifest = (images = ['
  sizes='quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8'
  echo "  (name = \"console\", identity = 1001, $sizes, service = true),"
  for each in {2..31}; do echo "  (name = \"x$each\", identity = $((1000 + each)), $sizes),"; done
  echo ']);'
} >full/manifest.idl
keep
expect 1 'KIDL0115' new service later --manifest=full/manifest.idl
unchanged 'what does not compile'

# Another folder and manifest.
mkdir mine && cp bootimage/manifest.idl mine/manifest.idl
sed -i 's/^@0x[0-9a-f]*/@0xd1a7e55e7a00f031/; s/namespace("manifest")/namespace("mine")/' mine/manifest.idl
expect 0 'mine/manifest.idl: own and ask_own added' \
  new service own --folder=mine --manifest=mine/manifest.idl
grep -q '"mine/own/server.h"' mine/own/main.cc || fail "the include has another folder"
exit $((failures > 0))
