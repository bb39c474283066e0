#include "bootimage/pack/elf.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include "absl/strings/string_view.h"

#include "absl/status/status.h"
#include "absl/strings/str_format.h"

namespace bootimage {
namespace {

// The structures of <elf.h> are read as they lie in the file.
static_assert(std::endian::native == std::endian::little);

template <typename... Args>
absl::Status bad(const absl::FormatSpec<Args...>& format, const Args&... args) {
  return absl::InvalidArgumentError(absl::StrFormat(format, args...));
}

template <typename T>
T read_struct(bundle::Bytes file, std::size_t at) {
  T value{};
  std::memcpy(&value, &file[at], sizeof(T));
  return value;
}

absl::Status check_header(bundle::Bytes file, const Elf64_Ehdr& header) {
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return bad("not an ELF file; give the linker's output");
  }
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_machine != EM_RISCV) {
    return bad(
        "not ELF64 little-endian RISC-V (class %d, data %d, machine %d); build it for riscv64",
        header.e_ident[EI_CLASS], header.e_ident[EI_DATA], header.e_machine);
  }
  if (header.e_ident[EI_VERSION] != EV_CURRENT || header.e_version != EV_CURRENT) {
    return bad("ELF version is not 1; rebuild it");
  }
  if (header.e_type != ET_EXEC) {
    return bad("ELF type %d is not an executable (2); link it statically with -no-pie",
               header.e_type);
  }
  if (header.e_phnum == 0) return bad("no program headers; link it as an executable");
  if (header.e_phentsize != sizeof(Elf64_Phdr)) {
    return bad("program header size is %d, not %d; the file is damaged, rebuild it",
               header.e_phentsize, sizeof(Elf64_Phdr));
  }
  const std::uint64_t table_size = std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
  if (header.e_phoff > file.size() || table_size > file.size() - header.e_phoff) {
    return bad("program headers reach past the end of the file; it is cut short, rebuild it");
  }
  return absl::OkStatus();
}

// `header` takes memory. `index` is for the message.
absl::Status check_load(bundle::Bytes file, int index, const Elf64_Phdr& header) {
  if (header.p_filesz > header.p_memsz) {
    return bad("segment %d: more bytes in the file than in memory; it is damaged, rebuild it",
               index);
  }
  if (header.p_offset > file.size() || header.p_filesz > file.size() - header.p_offset) {
    return bad("segment %d reaches past the end of the file; it is cut short, rebuild it", index);
  }
  if (header.p_vaddr < bundle::kUserBottom || header.p_vaddr >= bundle::kUserTop ||
      header.p_memsz > bundle::kUserTop - header.p_vaddr) {
    return bad(
        "segment %d at 0x%x, size 0x%x, is not in the user half (0x%x to 0x%x); "
        "check the linker script",
        index, header.p_vaddr, header.p_memsz, bundle::kUserBottom, bundle::kUserTop);
  }
  if ((header.p_flags & PF_W) != 0 && (header.p_flags & PF_X) != 0) {
    return bad(
        "segment %d at 0x%x is writable and executable; "
        "give code and data segments of their own in the linker script",
        index, header.p_vaddr);
  }
  if ((header.p_flags & (PF_R | PF_X)) == 0) {
    return bad("segment %d at 0x%x can be neither read nor executed; check the linker script",
               index, header.p_vaddr);
  }
  const std::uint64_t align = std::max<std::uint64_t>(header.p_align, 1);
  if (!std::has_single_bit(align) || (header.p_vaddr - header.p_offset) % align != 0) {
    return bad(
        "segment %d: address 0x%x and file offset 0x%x do not agree with alignment 0x%x; "
        "the file is damaged, rebuild it",
        index, header.p_vaddr, header.p_offset, header.p_align);
  }
  return absl::OkStatus();
}

std::uint32_t to_bundle_flags(std::uint32_t elf_flags) {
  std::uint32_t flags = 0;
  // Sv39 has no page that can be written and not read.
  if ((elf_flags & (PF_R | PF_W)) != 0) flags |= bundle::kRead;
  if ((elf_flags & PF_W) != 0) flags |= bundle::kWrite;
  if ((elf_flags & PF_X) != 0) flags |= bundle::kExecute;
  return flags;
}

bool entry_is_executable(const ElfImage& image) {
  return image.entry % 2 == 0 &&
         std::ranges::any_of(image.segments, [&](const LoadSegment& segment) {
           return (segment.flags & bundle::kExecute) != 0 && image.entry >= segment.vaddr &&
                  image.entry < segment.end();
         });
}

absl::Status add_segment(bundle::Bytes file, int index, const Elf64_Phdr& header, ElfImage& image) {
  if (header.p_type == PT_INTERP || header.p_type == PT_DYNAMIC || header.p_type == PT_TLS) {
    return bad(
        "segment %d wants a dynamic linker or thread-local storage; "
        "link it statically, freestanding",
        index);
  }
  if (header.p_type != PT_LOAD || header.p_memsz == 0) return absl::OkStatus();
  if (absl::Status status = check_load(file, index, header); !status.ok()) return status;
  const LoadSegment segment{.vaddr = header.p_vaddr,
                            .file_offset = header.p_offset,
                            .file_size = header.p_filesz,
                            .memory_size = header.p_memsz,
                            .flags = to_bundle_flags(header.p_flags)};
  if (!image.segments.empty()) {
    const std::uint64_t last_page = (image.segments.back().end() - 1) / bundle::kPageSize;
    if (segment.first_page() / bundle::kPageSize <= last_page) {
      return bad(
          "segment %d at 0x%x overlaps, or shares a page with, the one before it; "
          "align segments to 4096, in ascending order, in the linker script",
          index, header.p_vaddr);
    }
  }
  image.segments.push_back(segment);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ElfImage> read_elf(bundle::Bytes file) {
  if (file.size() < sizeof(Elf64_Ehdr)) {
    return bad("%d bytes are too short for an ELF file; give the linker's output", file.size());
  }
  const auto header = read_struct<Elf64_Ehdr>(file, 0);
  if (absl::Status status = check_header(file, header); !status.ok()) return status;
  ElfImage image{.entry = header.e_entry, .segments = {}};
  for (int i = 0; i < header.e_phnum; ++i) {
    const auto program_header = read_struct<Elf64_Phdr>(
        file, header.e_phoff + static_cast<std::size_t>(i) * sizeof(Elf64_Phdr));
    absl::Status status = add_segment(file, i, program_header, image);
    if (!status.ok()) return status;
  }
  if (image.segments.empty()) return bad("nothing to load; link it as an executable");
  if (!entry_is_executable(image)) {
    return bad(
        "entry 0x%x is not in an executable segment; "
        "name the start symbol with ENTRY() in the linker script",
        image.entry);
  }
  return image;
}

std::vector<std::byte> without_sections(bundle::Bytes file, const ElfImage& image) {
  auto header = read_struct<Elf64_Ehdr>(file, 0);
  std::uint64_t end = header.e_phoff + std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
  for (const LoadSegment& segment : image.segments) {
    end = std::max(end, segment.file_offset + segment.file_size);
  }
  header.e_shoff = 0;
  header.e_shnum = 0;
  header.e_shstrndx = SHN_UNDEF;
  const bundle::Bytes kept = file.first(end);
  std::vector<std::byte> out(kept.begin(), kept.end());
  std::memcpy(out.data(), &header, sizeof(header));
  return out;
}

}  // namespace bootimage
