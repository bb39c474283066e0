#include "servers/elf/image.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "servers/elf/corpus.h"
#include "servers/elf/promises.h"
#include "servers/elf/sample.h"

namespace tessera::elf {
namespace {

TEST(ElfImage, AcceptsTheSample) {
  const std::vector<std::byte> file = Sample().bytes();
  const auto image = Image::parse(file);
  ASSERT_TRUE(image) << describe(image.error());
  EXPECT_TRUE(keeps_promises(*image, file));
  EXPECT_EQ(image->entry(), Sample::kBase + 0x10);
  ASSERT_EQ(image->segments().size(), 3U);
  const Segment& text = image->segments()[0];
  EXPECT_EQ(text.vaddr, Sample::kBase);
  EXPECT_EQ(text.access, (Access{.read = true, .execute = true}));
  EXPECT_EQ(image->content(text).data(), file.data() + 0x1000);
  EXPECT_EQ(image->content(text).size(), 0x123U);
  const Segment& data = image->segments()[2];
  EXPECT_EQ(data.access, (Access{.read = true, .write = true}));
  EXPECT_EQ(data.span(), 0x2000U);
  EXPECT_EQ(image->span(), 0x4000U);
}

TEST(ElfImage, ASegmentMayStartInsideItsPage) {
  Sample sample;
  sample.segments[0].vaddr += 0x20;
  sample.segments[0].offset += 0x20;
  sample.header.entry += 0x20;
  const std::vector<std::byte> file = sample.bytes();
  const auto image = Image::parse(file);
  ASSERT_TRUE(image) << describe(image.error());
  const Segment& text = image->segments()[0];
  EXPECT_EQ(text.first_page(), Sample::kBase);
  EXPECT_EQ(text.lead(), 0x20U);
  EXPECT_EQ(text.span(), 0x1000U);
  EXPECT_TRUE(keeps_promises(*image, file));
}

TEST(ElfImage, EmptySegmentsAndOtherHeadersTakeNoPlace) {
  Sample sample;
  sample.add(Sample::kBase, 0);  // in the wrong order, but it is nothing
  constexpr std::uint32_t kAttributes = 0x70000003;
  sample.segments.back().type = kSegmentLoad;
  sample.add(Sample::kBase, 0x1000);
  sample.segments.back().type = kAttributes;
  const std::vector<std::byte> file = sample.bytes();
  const auto image = Image::parse(file);
  ASSERT_TRUE(image) << describe(image.error());
  EXPECT_EQ(image->segments().size(), 3U);
}

TEST(ElfImage, EightSegmentsAreFine) {
  Sample sample;
  for (std::uint64_t i = 0; i < 5; ++i) sample.add(0x100000 + i * 0x1000, 0x1000);
  const std::vector<std::byte> file = sample.bytes();
  ASSERT_TRUE(Image::parse(file));
  EXPECT_EQ(Image::parse(file)->segments().size(), kMaxSegments);
}

TEST(ElfImage, MayReachTheEndOfTheUserAddresses) {
  Sample sample;
  sample.add(abi::kUserLimit - 0x1000, 0x1000);
  EXPECT_TRUE(Image::parse(sample.bytes()));
}

// One way to spoil the sample, and what it must be called.
struct Spoiled {
  std::string_view name;
  Error expected;
  std::function<void(Sample&)> spoil;
};

const std::vector<Spoiled>& spoiled() {
  static const std::vector<Spoiled> kAll = {
      {"magic", Error::kBadMagic, [](Sample& s) { s.header.magic[1] = 'e'; }},
      {"32-bit", Error::kBadClass, [](Sample& s) { s.header.file_class = 1; }},
      {"big-endian", Error::kBadByteOrder, [](Sample& s) { s.header.byte_order = 2; }},
      {"ident version", Error::kBadVersion, [](Sample& s) { s.header.ident_version = 0; }},
      {"version", Error::kBadVersion, [](Sample& s) { s.header.version = 2; }},
      {"x86", Error::kBadMachine, [](Sample& s) { s.header.machine = 62; }},
      {"relocatable", Error::kBadType, [](Sample& s) { s.header.type = 1; }},
      {"position-independent", Error::kBadType, [](Sample& s) { s.header.type = 3; }},
      {"RVE", Error::kBadFlags, [](Sample& s) { s.header.flags |= 8; }},
      {"unknown flag", Error::kBadFlags, [](Sample& s) { s.header.flags |= 1U << 31; }},
      {"header size", Error::kBadHeaderSize, [](Sample& s) { s.header.header_size = 63; }},
      {"entry size", Error::kBadEntrySize, [](Sample& s) { s.header.program_header_size = 32; }},
      {"no headers", Error::kNoProgramHeaders,
       [](Sample& s) { s.header.program_header_count = 0; }},
      {"65 headers", Error::kTooManyProgramHeaders,
       [](Sample& s) { s.header.program_header_count = 65; }},
      {"headers at the end", Error::kProgramHeadersOutside,
       [](Sample& s) { s.header.program_headers = s.size - 1; }},
      {"headers overflow", Error::kProgramHeadersOutside,
       [](Sample& s) { s.header.program_headers = ~std::uint64_t{0} - 8; }},
      {"dynamic", Error::kDynamic, [](Sample& s) { s.segments[1].type = kSegmentDynamic; }},
      {"interpreter", Error::kDynamic, [](Sample& s) { s.segments[1].type = kSegmentInterpreter; }},
      {"thread-local", Error::kDynamic,
       [](Sample& s) { s.segments[1].type = kSegmentThreadLocal; }},
      {"nine segments", Error::kTooManySegments,
       [](Sample& s) {
         for (std::uint64_t i = 0; i < 6; ++i) s.add(0x100000 + i * 0x1000, 1);
       }},
      {"file > memory", Error::kFileLargerThanMemory,
       [](Sample& s) { s.segments[0].memory_size = 0x122; }},
      {"file, no memory", Error::kFileLargerThanMemory,
       [](Sample& s) { s.segments[0].memory_size = 0; }},
      {"cut short", Error::kTruncated, [](Sample& s) { s.size -= 1; }},
      {"offset past the end", Error::kTruncated, [](Sample& s) { s.segments[2].offset = s.size; }},
      {"offset overflows", Error::kTruncated,
       [](Sample& s) { s.segments[2].offset = ~std::uint64_t{0} - 0xfff; }},
      {"size overflows", Error::kSizeOverflows,
       [](Sample& s) { s.segments[2].memory_size = ~std::uint64_t{0}; }},
      {"address overflows", Error::kSizeOverflows,
       [](Sample& s) { s.segments[2].vaddr = ~std::uint64_t{0} - 0xfff; }},
      {"page 0", Error::kOutsideUser, [](Sample& s) { s.segments[0].vaddr = 0; }},
      {"below the limit", Error::kOutsideUser,
       [](Sample& s) { s.add(abi::kUserLimit - 0x1000, 0x1001); }},
      {"kernel half", Error::kOutsideUser,
       [](Sample& s) { s.segments[2].vaddr = 0xffff'ffff'8000'0000; }},
      {"no access", Error::kBadAccess, [](Sample& s) { s.segments[1].flags = 0; }},
      {"write alone", Error::kBadAccess, [](Sample& s) { s.segments[1].flags = kAccessWrite; }},
      {"unknown access", Error::kBadAccess, [](Sample& s) { s.segments[1].flags |= 8; }},
      {"W+X", Error::kWriteAndExecute,
       [](Sample& s) { s.segments[0].flags = kAccessWrite | kAccessExecute; }},
      {"R+W+X", Error::kWriteAndExecute, [](Sample& s) { s.segments[0].flags |= kAccessWrite; }},
      {"alignment", Error::kBadAlignment, [](Sample& s) { s.segments[1].offset -= 8; }},
      {"alignment is no power of two", Error::kBadAlignment,
       [](Sample& s) { s.segments[1].alignment = 3; }},
      {"descending", Error::kUnordered, [](Sample& s) { std::swap(s.segments[0], s.segments[1]); }},
      {"the same place", Error::kOverlap,
       [](Sample& s) { s.segments[1].vaddr = s.segments[0].vaddr; }},
      {"a byte too long", Error::kOverlap, [](Sample& s) { s.segments[0].memory_size = 0x1001; }},
      {"a page in common", Error::kOverlap,
       [](Sample& s) {
         s.segments[1].vaddr -= 0x800;
         s.segments[1].alignment = 0x800;
       }},
      {"nothing", Error::kNothingToLoad,
       [](Sample& s) {
         for (ProgramHeader& each : s.segments) each.type = 0;
       }},
      {"odd entry", Error::kEntryMisaligned, [](Sample& s) { s.header.entry += 1; }},
      {"entry in data", Error::kEntryOutsideText,
       [](Sample& s) { s.header.entry = Sample::kBase + 0x2000; }},
      {"entry behind the text", Error::kEntryOutsideText,
       [](Sample& s) { s.header.entry = Sample::kBase + 0x124; }},
      {"entry 0", Error::kEntryOutsideText, [](Sample& s) { s.header.entry = 0; }},
  };
  return kAll;
}

TEST(ElfImage, NamesEachDefect) {
  for (const Spoiled& each : spoiled()) {
    Sample sample;
    each.spoil(sample);
    const auto image = Image::parse(sample.bytes());
    ASSERT_FALSE(image) << each.name;
    EXPECT_EQ(image.error(), each.expected) << each.name << ": " << describe(image.error());
  }
}

TEST(ElfImage, EveryErrorHasACaseAndItsOwnWords) {
  std::set<Error> seen = {Error::kTooShort};  // EveryLength has it
  for (const Spoiled& each : spoiled()) seen.insert(each.expected);
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(kLastError); ++i) {
    const auto error = static_cast<Error>(i);
    EXPECT_TRUE(seen.contains(error)) << describe(error);
    EXPECT_TRUE(words.insert(describe(error)).second) << describe(error);
  }
  EXPECT_FALSE(words.contains("unknown error"));
}

// The corpus that SELFTEST sends to execd, byte for byte.
TEST(ElfCorpus, EachFileHasItsOwnError) {
  std::size_t files = 0;
  std::set<Error> seen;
  corpus::for_each([&](const corpus::File& file) {
    ++files;
    seen.insert(file.expected);
    std::vector<std::byte> whole(corpus::kMaxBytes);
    file.write(whole);
    // A copy of that length, so that a read behind it is seen by the sanitizer.
    const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<long>(file.size));
    const auto image = Image::parse(cut);
    ASSERT_FALSE(image) << "file " << files << ": " << describe(file.expected);
    EXPECT_EQ(image.error(), file.expected) << "file " << files << ": " << describe(file.expected)
                                            << ", not: " << describe(image.error());
  });
  EXPECT_GE(files, 200U);
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kLastError) + 1) << "each error has a file";
}

TEST(ElfCorpus, TheFileThatTheyAreMadeOfIsSound) {
  std::vector<std::byte> whole(corpus::kMaxBytes);
  const corpus::File sound;
  sound.write(whole);
  whole.resize(sound.size);
  const auto image = Image::parse(whole);
  ASSERT_TRUE(image) << describe(image.error());
  EXPECT_TRUE(keeps_promises(*image, whole));
  EXPECT_EQ(image->segments().size(), 3U);
}

TEST(ElfImage, EveryLength) {
  const std::vector<std::byte> whole = Sample().bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    // A copy of that length, so that a read behind it is seen by the sanitizer.
    const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<long>(length));
    const auto image = Image::parse(cut);
    ASSERT_FALSE(image) << length;
    const Error expected = length < sizeof(FileHeader) ? Error::kTooShort
                           : length < sizeof(FileHeader) + 3 * sizeof(ProgramHeader)
                               ? Error::kProgramHeadersOutside
                               : Error::kTruncated;
    ASSERT_EQ(image.error(), expected) << length;
  }
}

// Every byte of the headers takes every value: what is still accepted must keep the promises.
TEST(ElfImage, EveryByteOfTheHeaders) {
  const std::vector<std::byte> whole = Sample().bytes();
  const std::size_t headers = sizeof(FileHeader) + 3 * sizeof(ProgramHeader);
  for (std::size_t at = 0; at < headers; ++at) {
    for (int value = 0; value < 256; ++value) {
      std::vector<std::byte> file = whole;
      file[at] = static_cast<std::byte>(value);
      const auto image = Image::parse(file);
      if (image) ASSERT_TRUE(keeps_promises(*image, file)) << at << " = " << value;
    }
  }
}

TEST(ElfImage, EdgesOfTheArithmetic) {
  constexpr std::uint64_t kEdges[] = {0,
                                      1,
                                      0xfff,
                                      0x1000,
                                      0x7fff'ffff'ffff'f000,
                                      0xffff'ffff'ffff'f000,
                                      ~std::uint64_t{0},
                                      abi::kUserLimit,
                                      abi::kUserLimit - 0x1000};
  Sample sample;
  ProgramHeader& victim = sample.segments[1];
  for (const std::uint64_t vaddr : kEdges) {
    for (const std::uint64_t offset : kEdges) {
      for (const std::uint64_t file_size : kEdges) {
        for (const std::uint64_t memory_size : kEdges) {
          victim.vaddr = vaddr;
          victim.offset = offset;
          victim.file_size = file_size;
          victim.memory_size = memory_size;
          const std::vector<std::byte> file = sample.bytes();
          const auto image = Image::parse(file);
          if (image) ASSERT_TRUE(keeps_promises(*image, file));
        }
      }
    }
  }
}

}  // namespace
}  // namespace tessera::elf
