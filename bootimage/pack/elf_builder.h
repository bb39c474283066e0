// Builds the ELF files of the packer's tests, field by field, so that each can be wrong by itself.
#ifndef BOOTIMAGE_PACK_ELF_BUILDER_H_
#define BOOTIMAGE_PACK_ELF_BUILDER_H_

#include <elf.h>

#include <cstdint>
#include <vector>

#include "bootimage/pack/bundle_writer.h"

namespace bootimage {

struct ElfBuilder {
  Elf64_Ehdr header;
  std::vector<Elf64_Phdr> segments;
  std::uint64_t size;  // of the file; contents are the byte 0xA5

  // An image that every check accepts: code at 0x10000 (0x200 bytes), data at 0x11000 (0x20 bytes
  // in the file, 0x1800 in memory), entry 0x10004.
  static ElfBuilder good();

  // Headers first, then the contents; cut at `size`.
  ByteVector build() const;
};

}  // namespace bootimage

#endif  // BOOTIMAGE_PACK_ELF_BUILDER_H_
