#!/bin/bash
# names_test.sh PACK MANIFEST FILE...: the image (the FILE that is a bundle) holds the images that
# the manifest names, in its order, after init: what init will look for is there.
set -euo pipefail

pack="$1"
manifest="$2"
shift 2
for file in "$@"; do
  [[ "$file" == *.bundle ]] && bundle="$file"
done

wanted="init $(sed -n 's/^ *(name = "\([^"]*\)".*/\1/p' "$manifest" | tr '\n' ' ')"
found="$("$pack" --list "$bundle" | sed -n 's/^ *[0-9]* .* crc 0x[0-9a-f]* //p' | tr '\n' ' ')"
if [[ "$wanted" != "$found" ]]; then
  echo "the manifest names: $wanted"
  echo "the bundle holds:   $found"
  echo "make the list of servers in bootimage/BUILD.bazel agree with $manifest"
  exit 1
fi
