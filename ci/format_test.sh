#!/bin/bash
# Fails when clang-format would change a file. `ci/format_test.sh WORKSPACE` at the root lists them;
# to mend them: clang-format-19 -i FILE...
set -euo pipefail

# The real file behind Bazel's link stands in the source tree.
cd "$(dirname "$(readlink -f "$1")")"

# What the generator wrote (golden) is read as it is; its form is the generator's concern.
mapfile -t -d '' sources < <(find . \( -name .git -o -name golden -o -name 'bazel-*' \) -prune -o \
  -type f \( -name '*.cc' -o -name '*.h' \) -print0)
if ((${#sources[@]} == 0)); then
  echo "no source found below $PWD"
  exit 1
fi
clang-format-19 --dry-run --Werror "${sources[@]}"
