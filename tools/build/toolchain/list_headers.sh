#!/bin/bash
# list_headers OUT DIR...: writes the module map `crosstool`, which names every header below the
# directories: what any library may include without a dependency (the layering check).
set -euo pipefail

out="$1"
shift

# A path in a module map counts from the map's own folder.
up="$(dirname "$out" | sed 's#[^/]*#..#g')"
{
  echo 'module "crosstool" [system] {'
  for directory in "$@"; do
    # Left out: interpreters and the compiler's own libraries, which no program of ours includes.
    find -L "$directory" -mindepth 1 \
      \( -name node -o -name 'python*' -o -name 'llvm*' -o -name 'clang*' \) -prune \
      -o -type f -print
  done | LC_ALL=C sort | sed -e "/^[^/]/s#^#$up/#" -e 's#.*#  textual header "&"#'
  echo '}'
} >"$out"
