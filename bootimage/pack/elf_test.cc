#include "bootimage/pack/elf.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>

#include "bootimage/pack/elf_builder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bootimage {
namespace {

using ::testing::HasSubstr;

constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();

// What read_elf says of the good image after `spoil` has changed it.
std::string error_after(const std::function<void(ElfBuilder&)>& spoil) {
  ElfBuilder elf = ElfBuilder::good();
  spoil(elf);
  const auto result = read_elf(elf.build());
  return result.ok() ? "accepted" : std::string(result.status().message());
}

TEST(Elf, GoodImageIsRead) {
  const ByteVector file = ElfBuilder::good().build();
  const auto image = read_elf(file);
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->entry, 0x10004U);
  ASSERT_EQ(image->segments.size(), 2U);
  EXPECT_EQ(image->segments[0].flags, bundle::kRead | bundle::kExecute);
  EXPECT_EQ(image->segments[1].flags, bundle::kRead | bundle::kWrite);
  EXPECT_EQ(image->segments[1].memory_size, 0x1800U);
}

TEST(Elf, SegmentsThatTakeNoMemoryAreSkipped) {
  for (const std::uint32_t type : {PT_LOAD, PT_GNU_STACK}) {
    EXPECT_EQ(error_after([type](ElfBuilder& elf) {
                Elf64_Phdr empty{};
                empty.p_type = type;
                empty.p_flags = PF_R | PF_W | PF_X;
                elf.segments.push_back(empty);
                elf.header.e_phnum = 3;
              }),
              "accepted");
  }
}

TEST(Elf, HeaderDefects) {
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.size = 63; }), HasSubstr("too short"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.size = 0; }), HasSubstr("too short"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_ident[0] = 0; }),
              HasSubstr("not an ELF file"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_ident[EI_CLASS] = ELFCLASS32; }),
              HasSubstr("not ELF64 little-endian RISC-V"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_ident[EI_DATA] = ELFDATA2MSB; }),
              HasSubstr("not ELF64 little-endian RISC-V"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_machine = EM_X86_64; }),
              HasSubstr("not ELF64 little-endian RISC-V"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_version = 2; }),
              HasSubstr("version is not 1"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_type = ET_DYN; }),
              HasSubstr("not an executable"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_phnum = 0; }),
              HasSubstr("no program headers"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_phentsize = 32; }),
              HasSubstr("program header size is 32, not 56"));
}

TEST(Elf, ProgramHeadersOutsideTheFile) {
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_phoff = elf.size; }),
              HasSubstr("program headers reach past the end"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_phoff = kHuge - 8; }),
              HasSubstr("program headers reach past the end"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_phnum = 0xffff; }),
              HasSubstr("program headers reach past the end"));
}

TEST(Elf, SegmentOutsideTheFile) {
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.size = 0x2010; }),
              HasSubstr("segment 1 reaches past the end of the file"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.segments[0].p_offset = kHuge - 0xfff; }),
              HasSubstr("segment 0 reaches past the end of the file"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) {
                elf.segments[0].p_filesz = kHuge;
                elf.segments[0].p_memsz = kHuge;
              }),
              HasSubstr("segment 0 reaches past the end of the file"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.segments[0].p_memsz = 0x100; }),
              HasSubstr("more bytes in the file than in memory"));
}

TEST(Elf, SegmentOutsideTheUserHalf) {
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.segments[0].p_vaddr = 0; }),
              HasSubstr("segment 0 at 0x0, size 0x200, is not in the user half"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.segments[1].p_vaddr = bundle::kUserTop; }),
              HasSubstr("not in the user half"));
  EXPECT_THAT(
      error_after([](ElfBuilder& elf) { elf.segments[1].p_vaddr = bundle::kUserTop - 0x1000; }),
      HasSubstr("not in the user half"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.segments[1].p_memsz = kHuge; }),
              HasSubstr("not in the user half"));
  EXPECT_EQ(
      error_after([](ElfBuilder& elf) { elf.segments[1].p_vaddr = bundle::kUserTop - 0x2000; }),
      "accepted");
}

TEST(Elf, WriteAndExecuteIsRefused) {
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.segments[1].p_flags |= PF_X; }),
              HasSubstr("segment 1 at 0x11000 is writable and executable; give code and data"));
}

TEST(Elf, UselessFlagsAreRefused) {
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.segments[1].p_flags = PF_W; }),
              HasSubstr("neither read nor executed"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.segments[1].p_flags = 0; }),
              HasSubstr("neither read nor executed"));
}

TEST(Elf, UnalignedSegmentIsRefused) {
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.segments[1].p_vaddr += 8; }),
              HasSubstr("segment 1: address 0x11008 and file offset 0x2000 do not agree"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.segments[1].p_align = 0x1001; }),
              HasSubstr("do not agree with alignment 0x1001"));
}

TEST(Elf, SegmentsThatShareAPageAreRefused) {
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.segments[1].p_vaddr = 0x10000; }),
              HasSubstr("segment 1 at 0x10000 overlaps, or shares a page"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) {
                elf.segments[1].p_align = 8;
                elf.segments[1].p_vaddr = 0x10800;
              }),
              HasSubstr("shares a page"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { std::swap(elf.segments[0], elf.segments[1]); }),
              HasSubstr("in ascending order"));
}

TEST(Elf, WhatNeedsALoaderIsRefused) {
  for (const std::uint32_t type : {PT_INTERP, PT_DYNAMIC, PT_TLS}) {
    EXPECT_THAT(error_after([type](ElfBuilder& elf) { elf.segments[1].p_type = type; }),
                HasSubstr("link it statically"));
  }
}

TEST(Elf, EntryMustBeCode) {
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_entry = 0x11000; }),
              HasSubstr("entry 0x11000 is not in an executable segment"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_entry = 0x10200; }),
              HasSubstr("not in an executable segment"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.header.e_entry = 0x10001; }),
              HasSubstr("not in an executable segment"));
  EXPECT_THAT(error_after([](ElfBuilder& elf) { elf.segments[0].p_flags = PF_R; }),
              HasSubstr("not in an executable segment"));
}

TEST(Elf, NothingToLoad) {
  EXPECT_THAT(error_after([](ElfBuilder& elf) {
                elf.segments[0].p_type = PT_NOTE;
                elf.segments[1].p_type = PT_NULL;
              }),
              HasSubstr("nothing to load"));
}

// Whatever the bytes, read_elf answers; the sanitizers watch how.
TEST(Elf, MutationsNeverCrash) {
  const ByteVector good = ElfBuilder::good().build();
  std::mt19937 random(20240611);
  for (int round = 0; round < 20000; ++round) {
    ByteVector bytes = good;
    for (int i = 0; i < 3; ++i) {
      bytes[random() % (sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr))] =
          static_cast<std::byte>(random());
    }
    bytes.resize(round % 4 == 0 ? random() % bytes.size() : bytes.size());
    const auto image = read_elf(bytes);
    if (!image.ok()) continue;
    for (const LoadSegment& segment : image->segments) {
      EXPECT_LE(segment.file_offset + segment.file_size, bytes.size());
      EXPECT_LE(segment.end(), bundle::kUserTop);
    }
  }
}

}  // namespace
}  // namespace bootimage
