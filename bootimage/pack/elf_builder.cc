#include "bootimage/pack/elf_builder.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

namespace bootimage {

ElfBuilder ElfBuilder::good() {
  ElfBuilder elf{};
  std::memcpy(elf.header.e_ident, ELFMAG, SELFMAG);
  elf.header.e_ident[EI_CLASS] = ELFCLASS64;
  elf.header.e_ident[EI_DATA] = ELFDATA2LSB;
  elf.header.e_ident[EI_VERSION] = EV_CURRENT;
  elf.header.e_type = ET_EXEC;
  elf.header.e_machine = EM_RISCV;
  elf.header.e_version = EV_CURRENT;
  elf.header.e_entry = 0x10004;
  elf.header.e_phoff = sizeof(Elf64_Ehdr);
  elf.header.e_ehsize = sizeof(Elf64_Ehdr);
  elf.header.e_phentsize = sizeof(Elf64_Phdr);
  elf.header.e_phnum = 2;
  elf.segments = {{.p_type = PT_LOAD,
                   .p_flags = PF_R | PF_X,
                   .p_offset = 0x1000,
                   .p_vaddr = 0x10000,
                   .p_paddr = 0,
                   .p_filesz = 0x200,
                   .p_memsz = 0x200,
                   .p_align = 0x1000},
                  {.p_type = PT_LOAD,
                   .p_flags = PF_R | PF_W,
                   .p_offset = 0x2000,
                   .p_vaddr = 0x11000,
                   .p_paddr = 0,
                   .p_filesz = 0x20,
                   .p_memsz = 0x1800,
                   .p_align = 0x1000}};
  elf.size = 0x2020;
  return elf;
}

ByteVector ElfBuilder::build() const {
  const auto headers = std::as_bytes(std::span(&header, 1));
  const auto table = std::as_bytes(std::span(segments));
  ByteVector out(headers.begin(), headers.end());
  out.insert(out.end(), table.begin(), table.end());
  out.resize(std::max<std::uint64_t>(out.size(), size), std::byte{0xa5});
  out.resize(size);
  return out;
}

}  // namespace bootimage
