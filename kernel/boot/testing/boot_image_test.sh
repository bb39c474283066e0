#!/bin/bash
# Boots boot_image.cc: once to its end on machines of several shapes, then once for each rule that it can
# break, where it must end in the epitaph that names the breach.
set -uo pipefail

image="$1"
passed=0 failed=0

# boot EXPECTED_LINES QEMU_ARGUMENT...: every line of the first argument (regular expressions) must come, and
# the machine must switch itself off.
boot() {
  local expected="$1" output line
  shift
  if ! output="$(timeout 60 qemu-system-riscv64 -machine virt -nographic -bios default -no-reboot \
    -kernel "$image" "$@" </dev/null)"; then
    echo "FAIL: the machine did not stop by itself: $*"
    echo "$output" | tail -n 8
    failed=$((failed + 1))
    return
  fi
  while IFS= read -r line; do
    if ! grep -qE -- "$line" <<<"$output"; then
      echo "FAIL: no line '$line': $*"
      echo "$output" | tail -n 8
      failed=$((failed + 1))
      return
    fi
  done <<<"$expected"
  passed=$((passed + 1))
}

all="BOOT slept
BOOT registers kept
BOOT timer interrupted user
BOOT floating point off"

boot "$all
BOOT harts=1 sstc=1 asids=65536 ram=64
BOOT counters hidden
BOOT end" -m 64M
boot "$all
BOOT harts=1 sstc=0 asids=65536 ram=128
BOOT counters shown
BOOT end" -m 128M -cpu rv64,sstc=off -append "quiet user_counters"
# Whichever hart comes first; memory that needs other leaves.
for _ in 1 2 3; do
  boot "BOOT harts=2
BOOT end" -m 1025M -smp 2
done
boot "BOOT harts=4
BOOT end" -m 2G -smp 4
boot "BOOT harts=8
BOOT end" -m 3G -smp 8

# In this order: cause 12 fetch, 13 load, 15 store (RISC-V privileged architecture 1.12, table 4.2).
while read -r name epitaph; do
  boot "^PANIC $epitaph
^PANIC pc=0x[0-9a-f]+ ra=0x[0-9a-f]+ sp=0x[0-9a-f]+ hart=
^PANIC end" -m 64M -append "test=$name"
done <<'RULES'
stack_overflow kernel stack overflow in the kernel: cause=0xf stval=0xffffffff80300ff0
write_text store page fault in the kernel: cause=0xf stval=0xffffffff802
write_rodata store page fault in the kernel: cause=0xf stval=0xffffffff802
run_data instruction page fault in the kernel: cause=0xc stval=0xffffffff802
run_rodata instruction page fault in the kernel: cause=0xc stval=0xffffffff802
run_direct_map instruction page fault in the kernel: cause=0xc stval=0xffffffc080400000
image_alias store page fault in the kernel: cause=0xf stval=0xffffffc080200000
firmware_alias load page fault in the kernel: cause=0xd stval=0xffffffc080000000
identity load page fault in the kernel: cause=0xd stval=0x80200000
user_pointer load page fault in the kernel: cause=0xd stval=0x11000
run_user instruction page fault in the kernel: cause=0xc stval=0x10000
null load page fault in the kernel: cause=0xd stval=0x0
dtb_window load page fault in the kernel: cause=0xd stval=0xffffffff80[89a-f]
beyond load page fault in the kernel: cause=0xd stval=0xffffffff00000000
check written_data == 0 at .*boot_image.cc:[0-9]+
RULES

# Machines that cannot be used say why.
boot "^PANIC boot: too little RAM" -m 8M
tree="$TEST_TMPDIR/tree.dtb"
qemu-system-riscv64 -machine virt,dumpdtb="$tree" -m 64M >/dev/null 2>&1
sed 's/memory\x00/memorz\x00/' "$tree" >"$tree.no_memory"
boot "^PANIC boot: the device tree tells of no memory" -m 64M -dtb "$tree.no_memory"

echo "$passed passed, $failed failed"
[[ "$failed" == 0 ]]
