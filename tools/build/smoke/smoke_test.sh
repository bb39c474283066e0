#!/bin/bash
# Boots the given ELF in QEMU and looks for its line. Fails when the machine does not switch off by itself.
set -euo pipefail

output="$(timeout 30 qemu-system-riscv64 -machine virt -m 64M -nographic -bios default -kernel "$1" </dev/null)"
if ! grep -q '^hello from riscv64' <<<"$output"; then
  echo "no greeting; the machine said:"
  echo "$output"
  exit 1
fi
