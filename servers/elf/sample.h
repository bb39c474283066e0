// A small executable to spoil, for the tests: text, constants and data with bss, a page each.
#ifndef SERVERS_ELF_SAMPLE_H_
#define SERVERS_ELF_SAMPLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "servers/elf/format.h"
#include "servers/elf/image.h"

namespace tessera::elf {

struct Sample {
  static constexpr std::uint64_t kBase = 0x10000;

  FileHeader header{.magic = kMagic,
                    .file_class = kClass64,
                    .byte_order = kLittleEndian,
                    .ident_version = kCurrentVersion,
                    .os_abi_and_padding = {},
                    .type = kTypeExecutable,
                    .machine = kMachineRiscv,
                    .version = kCurrentVersion,
                    .entry = kBase + 0x10,
                    .program_headers = sizeof(FileHeader),
                    .section_headers = 0,
                    .flags = 1,
                    .header_size = sizeof(FileHeader),
                    .program_header_size = sizeof(ProgramHeader),
                    .program_header_count = 3,
                    .section_header_size = 0,
                    .section_header_count = 0,
                    .section_names = 0};
  std::vector<ProgramHeader> segments = {
      load(kAccessRead | kAccessExecute, kBase, 0x1000, 0x123, 0x123),
      load(kAccessRead, kBase + 0x1000, 0x2000, 0x1000, 0x1000),
      load(kAccessRead | kAccessWrite, kBase + 0x2000, 0x3000, 0x10, 0x1800),
  };
  std::size_t size = 0x3010;

  static ProgramHeader load(std::uint32_t flags, std::uint64_t vaddr, std::uint64_t offset,
                            std::uint64_t file_size, std::uint64_t memory_size) {
    return {.type = kSegmentLoad,
            .flags = flags,
            .offset = offset,
            .vaddr = vaddr,
            .paddr = vaddr,
            .file_size = file_size,
            .memory_size = memory_size,
            .alignment = 0x1000};
  }

  // Another segment behind the last one, with no bytes in the file.
  void add(std::uint64_t vaddr, std::uint64_t memory_size) {
    segments.push_back(load(kAccessRead, vaddr, 0, 0, memory_size));
    header.program_header_count = static_cast<std::uint16_t>(segments.size());
  }

  std::vector<std::byte> bytes() const {
    std::vector<std::byte> file(size);
    for (std::size_t i = 0; i < size; ++i) file[i] = static_cast<std::byte>(i * 7);
    store(file, 0, std::as_bytes(std::span(&header, 1)));
    store(file, sizeof(FileHeader), std::as_bytes(std::span(segments)));
    return file;
  }

 private:
  static void store(std::vector<std::byte>& file, std::size_t at, Bytes what) {
    if (at >= file.size()) return;
    std::memcpy(file.data() + at, what.data(), std::min(what.size(), file.size() - at));
  }
};

}  // namespace tessera::elf

#endif  // SERVERS_ELF_SAMPLE_H_
