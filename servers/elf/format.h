// The structures and numbers of ELF that the loader reads.
//
// Sources: System V ABI, chapters 4 "Object Files" and 5 "Program Loading"; RISC-V ELF psABI 1.0,
// sections "File Header" and "Program Header Table". Fields lie in the file as they do in memory,
// because both are little-endian and every field is naturally aligned.
#ifndef SERVERS_ELF_FORMAT_H_
#define SERVERS_ELF_FORMAT_H_

#include <array>
#include <cstdint>

namespace tessera::elf {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

struct FileHeader {
  std::array<std::uint8_t, 4> magic;
  std::uint8_t file_class;
  std::uint8_t byte_order;
  std::uint8_t ident_version;
  std::array<std::uint8_t, 9> os_abi_and_padding;
  std::uint16_t type;
  std::uint16_t machine;
  std::uint32_t version;
  std::uint64_t entry;
  std::uint64_t program_headers;  // offset in the file
  std::uint64_t section_headers;
  std::uint32_t flags;
  std::uint16_t header_size;
  std::uint16_t program_header_size;
  std::uint16_t program_header_count;
  std::uint16_t section_header_size;
  std::uint16_t section_header_count;
  std::uint16_t section_names;
};
static_assert(sizeof(FileHeader) == 64);

struct ProgramHeader {
  std::uint32_t type;
  std::uint32_t flags;
  std::uint64_t offset;
  std::uint64_t vaddr;
  std::uint64_t paddr;
  std::uint64_t file_size;
  std::uint64_t memory_size;
  std::uint64_t alignment;
};
static_assert(sizeof(ProgramHeader) == 56);

inline constexpr std::array<std::uint8_t, 4> kMagic = {0x7f, 'E', 'L', 'F'};
inline constexpr std::uint8_t kClass64 = 2;
inline constexpr std::uint8_t kLittleEndian = 1;
inline constexpr std::uint8_t kCurrentVersion = 1;
inline constexpr std::uint16_t kTypeExecutable = 2;
inline constexpr std::uint16_t kMachineRiscv = 243;

// e_flags: compressed instructions and any floating-point calling convention run here; RVE (bit 3)
// and TSO (bit 4) do not.
inline constexpr std::uint32_t kFlagsKnown = 0x1 | 0x6;

inline constexpr std::uint32_t kSegmentLoad = 1;
inline constexpr std::uint32_t kSegmentDynamic = 2;
inline constexpr std::uint32_t kSegmentInterpreter = 3;
inline constexpr std::uint32_t kSegmentThreadLocal = 7;

inline constexpr std::uint32_t kAccessExecute = 1;
inline constexpr std::uint32_t kAccessWrite = 2;
inline constexpr std::uint32_t kAccessRead = 4;

}  // namespace tessera::elf

#endif  // SERVERS_ELF_FORMAT_H_
