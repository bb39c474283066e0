#!/bin/bash
# The packer as its users call it: on an ELF that the cross linker made. $1 pack, $2 an ELF.
set -uo pipefail

pack="$1"
elf="$2"
out="$TEST_TMPDIR/bundle.img"
failures=0

# expect STATUS TEXT COMMAND...: the command ends with that status and says that text.
expect() {
  local status="$1" text="$2" said
  shift 2
  said="$("$@" 2>&1)"
  local got=$?
  if [[ $got != "$status" || "$said" != *"$text"* ]]; then
    echo "FAIL: $* : wanted status $status and '$text', got status $got and: $said"
    failures=$((failures + 1))
  fi
}

expect 0 "" "$pack" --out="$out" --init="$elf" --init-stack=8192 timed="$elf"
expect 0 "$out: ok" "$pack" --verify "$out"
expect 0 "bundle of 2 files" "$pack" --list "$out"
expect 0 "stack 8192" "$pack" --list "$out"
expect 0 "usage: pack" "$pack" --help
expect 2 "--nope: no such flag" "$pack" --nope
expect 2 "usage: pack" "$pack"
expect 1 "pack: no/such/file: cannot read" "$pack" --out="$out" --init=no/such/file
expect 1 "pack: /bin/sh: not ELF64 little-endian RISC-V" "$pack" --out="$out" --init="$elf" sh=/bin/sh
expect 1 "pack: $0: not an ELF file; give the linker's output" "$pack" --out="$out" --init="$0"
expect 1 "pack: no/such/folder/b: cannot write" "$pack" --out=no/such/folder/b --init="$elf"

cp "$out" "$out.bad" && chmod u+w "$out.bad"
printf 'x' | dd of="$out.bad" bs=1 seek=8000 conv=notrunc status=none
expect 1 "CRC of its bytes does not match; pack it again" "$pack" --verify "$out.bad"
head -c 5000 "$out" >"$out.short"
expect 1 "total size is more than the bytes that are there" "$pack" --list "$out.short"
expect 1 "shorter than the 64 bytes" "$pack" --verify /dev/null

exit $((failures != 0))
