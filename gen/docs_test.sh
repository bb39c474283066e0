#!/bin/bash
# bazel run //idl:docs: where it writes, what, and that every parameter and result has its text there.
set -uo pipefail
docs="$PWD/$1"
failures=0
export BUILD_WORKSPACE_DIRECTORY
BUILD_WORKSPACE_DIRECTORY="$(mktemp -d)"
trap 'rm -rf "$BUILD_WORKSPACE_DIRECTORY"' EXIT

fail() {
  echo "$1" >&2
  failures=$((failures + 1))
}

"$docs" || fail "docs failed"
page="$BUILD_WORKSPACE_DIRECTORY/docs/manual/idl/service/timed.md"
grep -q '^### Timed.sleepUntil' "$page" || fail "no page of timed"
grep -q '^     | tag 0x01020202 | deadline | class |$' "$page" || fail "no register map"
grep -q '^## KIDL0104' "$BUILD_WORKSPACE_DIRECTORY/docs/manual/idl/diagnostics.md" || fail "no codes"

# A row of a parameter or result ends with its text: `name`: ... text.
textless="$(grep -rhE '^\| (in|out) \| .* \| `[A-Za-z0-9]+`(: .*[^.?!:)`])? \|$' \
  "$BUILD_WORKSPACE_DIRECTORY/docs/manual/idl/kernel" \
  "$BUILD_WORKSPACE_DIRECTORY/docs/manual/idl/service")"
if [[ -n "$textless" ]]; then fail "without a text: $textless"; fi

"$docs" elsewhere/pages >/dev/null || fail "docs with a folder failed"
diff -r "$BUILD_WORKSPACE_DIRECTORY"/{docs/manual,elsewhere/pages} || fail "another folder, other pages"
"$docs" a b 2>/dev/null
[[ $? == 2 ]] || fail "two folders are not refused"
"$docs" --out=x 2>/dev/null
[[ $? == 2 ]] || fail "a flag is not refused"
exit $((failures > 0))
