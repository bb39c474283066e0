#!/bin/bash
# names_test.sh PACK MANIFEST CONSTANT FILE...: the image (the FILE that is a bundle) holds the images
# that the constant of the manifest names, in its order, after init: what init will look for is there.
set -euo pipefail

pack="$1"
manifest="$2"
constant="$3"
shift 3
for file in "$@"; do
  [[ "$file" == *.bundle ]] && bundle="$file"
done

lines="$(sed -n "/^const $constant :/,/^\]);/p" "$manifest")"
wanted="init $(sed -n 's/^ *(name = "\([^"]*\)".*/\1/p' <<<"$lines" | tr '\n' ' ')"
found="$("$pack" --list "$bundle" | sed -n 's/^ *[0-9]* .* crc 0x[0-9a-f]* //p' | tr '\n' ' ')"
if [[ "$wanted" != "$found" || "$wanted" == "init  " ]]; then
  echo "the manifest names: $wanted"
  echo "the bundle holds:   $found"
  echo "make the list of servers of the image agree with $constant in $manifest"
  exit 1
fi
