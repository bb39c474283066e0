#include "bootimage/pack/pack.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "bootimage/bundle.h"
#include "bootimage/pack/elf_builder.h"
#include "bootimage/pack/flatten.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bootimage {
namespace {

using ::testing::HasSubstr;

InputImage image(const std::string& name, const ElfBuilder& elf = ElfBuilder::good()) {
  return {.name = name, .path = "some/" + name + ".elf", .bytes = elf.build()};
}

ByteVector good_bundle() {
  const std::vector<InputImage> images = {image("console"), image("timed")};
  return make_bundle(image("init"), 8192, images).value();
}

std::string flatten_error(const ElfBuilder& elf) {
  const ByteVector file = elf.build();
  const auto read = read_elf(file);
  if (!read.ok()) return "not even an ELF: " + std::string(read.status().message());
  const auto flat = flatten(file, *read, 8192);
  return flat.ok() ? "accepted" : std::string(flat.status().message());
}

TEST(Flatten, PagesAreAsTheElfLoadsThem) {
  const ByteVector file = ElfBuilder::good().build();
  const auto flat = flatten(file, read_elf(file).value(), 8192);
  ASSERT_TRUE(flat.ok()) << flat.status();
  const auto task = bundle::FirstTask::parse(*flat, 0);
  ASSERT_TRUE(task);
  EXPECT_EQ(task->entry, 0x10004U);
  EXPECT_EQ(task->stack_size, 8192U);
  ASSERT_EQ(task->segments().size(), 2U);
  EXPECT_EQ(task->segments()[1].vaddr, 0x11000U);
  EXPECT_EQ(task->segments()[1].size, 0x2000U);
  const bundle::Bytes data = bundle::Bytes(*flat).subspan(task->segments()[1].bundle_offset);
  EXPECT_EQ(data[0x1f], std::byte{0xa5});
  EXPECT_TRUE(bundle::is_zero(data.subspan(0x20)));  // .bss, and the rest of the page
}

TEST(Flatten, SegmentInsideAPageIsWidened) {
  ElfBuilder elf = ElfBuilder::good();
  elf.segments[1].p_vaddr = 0x11ff8;  // 8 bytes before a page's end, so two pages and a bit
  elf.segments[1].p_offset = 0x1ff8;
  const ByteVector file = elf.build();
  const auto flat = flatten(file, read_elf(file).value(), 8192);
  ASSERT_TRUE(flat.ok()) << flat.status();
  const bundle::Segment segment = bundle::FirstTask::parse(*flat, 0)->segments()[1];
  EXPECT_EQ(segment.vaddr, 0x11000U);
  EXPECT_EQ(segment.size, 0x3000U);
  const bundle::Bytes data = bundle::Bytes(*flat).subspan(segment.bundle_offset);
  EXPECT_TRUE(bundle::is_zero(data.first(0xff8)));
  EXPECT_EQ(data[0xff8], std::byte{0xa5});
}

TEST(Flatten, TooMuchIsRefused) {
  ElfBuilder elf = ElfBuilder::good();
  elf.segments[1].p_memsz = kMaxFlatSize;
  EXPECT_THAT(flatten_error(elf), HasSubstr("make its .bss smaller"));
  elf = ElfBuilder::good();
  for (std::uint64_t i = 2; i < 9; ++i) {
    elf.segments.push_back(elf.segments[1]);
    elf.segments.back().p_vaddr = 0x10000 + i * 0x10000;
  }
  elf.header.e_phnum = 9;
  EXPECT_THAT(flatten_error(elf), HasSubstr("9 segments to load, and the first task may have 8"));
  elf.header.e_phnum = 8;
  EXPECT_EQ(flatten_error(elf), "accepted");
}

TEST(Flatten, TheReadersRulesHold) {
  const ByteVector file = ElfBuilder::good().build();
  const auto flat = flatten(file, read_elf(file).value(), 100);
  EXPECT_THAT(std::string(flat.status().message()), HasSubstr("stack size is not a multiple"));
}

TEST(Pack, RoundTrip) {
  const ByteVector bytes = good_bundle();
  EXPECT_TRUE(verify_bundle(bytes).ok()) << verify_bundle(bytes);
  const auto opened = bundle::Bundle::open(bytes);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->file_count(), 3U);
  EXPECT_TRUE(std::ranges::equal(opened->find("timed")->bytes, ElfBuilder::good().build()));
  EXPECT_EQ(opened->first_task()->entry, 0x10004U);
}

TEST(Pack, SectionsStayBehind) {
  ElfBuilder elf = ElfBuilder::good();
  const std::size_t loaded = elf.size;
  elf.size += 0x3000;
  elf.header.e_shoff = loaded + 0x100;
  elf.header.e_shnum = 7;
  elf.header.e_shstrndx = 3;
  const std::vector<InputImage> images = {image("console", elf)};
  const ByteVector bytes = make_bundle(image("init"), 8192, images).value();
  const auto packed = bundle::Bundle::open(bytes)->find("console")->bytes;
  EXPECT_TRUE(std::ranges::equal(packed, ElfBuilder::good().build()));
  EXPECT_TRUE(read_elf(packed).ok());
}

TEST(Pack, SameInputSameBytes) { EXPECT_EQ(good_bundle(), good_bundle()); }

TEST(Pack, ErrorsNameTheFile) {
  ElfBuilder bad = ElfBuilder::good();
  bad.segments[1].p_flags |= PF_X;
  const std::vector<InputImage> images = {image("console"), image("timed", bad)};
  EXPECT_THAT(std::string(make_bundle(image("init"), 8192, images).status().message()),
              HasSubstr("some/timed.elf: segment 1 at 0x11000 is writable and executable; "));
  EXPECT_THAT(std::string(make_bundle(image("init", bad), 8192, {}).status().message()),
              HasSubstr("some/init.elf: segment 1"));
}

TEST(Pack, List) {
  const auto text = list_bundle(good_bundle());
  ASSERT_TRUE(text.ok());
  EXPECT_THAT(*text, HasSubstr("bundle of 3 files"));
  EXPECT_THAT(*text, HasSubstr("entry 0x10004, stack 8192"));
  EXPECT_THAT(*text, HasSubstr("0x0000011000       8192 rw-"));
  EXPECT_THAT(*text, HasSubstr(" timed\n"));
  EXPECT_FALSE(list_bundle({}).ok());
}

std::string verify_after(std::size_t at, int value) {
  ByteVector bytes = good_bundle();
  bytes[at] = std::byte(value);
  return std::string(verify_bundle(bytes).message());
}

TEST(Pack, VerifySeesEveryDefect) {
  EXPECT_THAT(verify_after(0, 0), HasSubstr("TESSBNDL; pack it again"));
  EXPECT_THAT(verify_after(300, 1), HasSubstr("bytes before file init are not zero"));
  EXPECT_THAT(verify_after(4096 + bundle::kAtTaskSegmentCount, 9),
              HasSubstr("number of segments is not 1 to 8"));
  EXPECT_THAT(verify_after(4096 + 4000, 9), HasSubstr("file init: CRC"));
  const std::size_t timed = bundle::Bundle::open(good_bundle())->find("timed")->offset;
  EXPECT_THAT(verify_after(timed + 0x1000, 9), HasSubstr("file timed: CRC"));
  EXPECT_THAT(verify_after(good_bundle().size() - 1, 9),
              HasSubstr("bytes after the last file are not zero"));
  ByteVector longer = good_bundle();
  longer.resize(longer.size() + 1);
  EXPECT_THAT(std::string(verify_bundle(longer).message()), HasSubstr("bytes follow"));
}

TEST(Pack, VerifySeesEveryByte) {
  const ByteVector good = good_bundle();
  for (std::size_t i = 0; i < good.size(); i += 7) {
    ByteVector bytes = good;
    bytes[i] ^= std::byte{0x40};
    EXPECT_FALSE(verify_bundle(bytes).ok()) << i;
  }
}

}  // namespace
}  // namespace bootimage
