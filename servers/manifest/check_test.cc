#include "servers/manifest/check.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "servers/manifest/rules.h"
#include "servers/manifest/selected.h"

namespace tessera::manifest {
namespace {

constexpr std::array<std::string_view, 2> kBoth = {"console", "timed"};
constexpr std::array<std::string_view, 2> kTwice = {"console", "console"};
constexpr std::array<std::string_view, 1> kSelf = {"SELFTEST"};
constexpr std::array<std::string_view, 1> kNobody = {"nobody"};
constexpr Grant kTwoDevices[] = {Grant::kMemory, Grant::kWindow, Grant::kUart};
constexpr Grant kUart[] = {Grant::kUart};
constexpr std::array<std::string_view, 9> kNine = {};
constexpr std::array<std::string_view, 7> kSeven = {"a", "b", "c", "d", "e", "f", "g"};
constexpr Grant kSpawner[] = {Grant::kSpawner};

std::vector<Image> sample() {
  const Image service = {.name = "console",
                         .identity = 0x10,
                         .qos = abi::QosClass::kNormal,
                         .quota_kib = 256,
                         .stack_kib = 16,
                         .slots = 64,
                         .pool_pages = 8,
                         .service = true,
                         .uses = {},
                         .grants = {}};
  std::vector<Image> images = {service, service, service};
  images[1].name = "timed";
  images[1].identity = 0x11;
  images[2].name = "SELFTEST";
  images[2].identity = 0x20;
  images[2].service = false;
  images[2].uses = kBoth;
  return images;
}

Defect check_images(const std::vector<Image>& images) { return check({.images = images}, 1); }

TEST(Manifest, TheSampleIsGood) { EXPECT_EQ(check_images(sample()), Defect::kNone); }

TEST(Manifest, TheStockOneIsGood) {
  EXPECT_EQ(check(kSelected, kInitIdentity), Defect::kNone);
  EXPECT_EQ(find(kSelected, kConsole), 0U);
  EXPECT_TRUE(find(kSelected, kTimed));
  EXPECT_FALSE(find(kSelected, "nobody"));
}

TEST(Manifest, NamesEachDefect) {
  using Spoil = std::function<void(std::vector<Image>&)>;
  const std::vector<std::pair<Defect, Spoil>> cases = {
      {Defect::kTooManyImages, [](auto& all) { all.resize(33, all[0]); }},
      {Defect::kBadName, [](auto& all) { all[2].name = ""; }},
      {Defect::kBadName, [](auto& all) { all[2].name = "a: b"; }},
      {Defect::kBadName, [](auto& all) { all[2].name = "seventeen-letters"; }},
      {Defect::kNameTwice, [](auto& all) { all[2].name = "timed"; }},
      {Defect::kNameTwice, [](auto& all) { all[2].name = "init"; }},
      {Defect::kIdentityTwice, [](auto& all) { all[2].identity = 0x11; }},
      {Defect::kIdentityTwice, [](auto& all) { all[2].identity = 0; }},
      {Defect::kIdentityTwice, [](auto& all) { all[2].identity = 1; }},
      {Defect::kIdentityTwice, [](auto& all) { all[2].identity = std::uint64_t{1} << 32; }},
      {Defect::kBadQuota, [](auto& all) { all[2].quota_kib = 0; }},
      {Defect::kBadQuota, [](auto& all) { all[2].quota_kib = 258; }},
      {Defect::kBadStack, [](auto& all) { all[2].stack_kib = 0; }},
      {Defect::kBadSlots, [](auto& all) { all[2].slots = abi::kStartSlots; }},
      {Defect::kBadSlots, [](auto& all) { all[2].slots = abi::kCnodeSlotsMax + 1; }},
      {Defect::kBadPool, [](auto& all) { all[2].pool_pages = 2; }},
      {Defect::kTwoDevices, [](auto& all) { all[2].grants = kTwoDevices; }},
      {Defect::kTwoDevices,
       [](auto& all) {
         all[2].grants = kUart;
         all[2].device = DeviceKind::kEntropy;
       }},
      {Defect::kTooManyUses, [](auto& all) { all[2].uses = kNine; }},
      {Defect::kUsesUnknown, [](auto& all) { all[2].uses = kNobody; }},
      {Defect::kUsesUnknown, [](auto& all) { all[2].uses = kTwice; }},
      {Defect::kUsesUnknown, [](auto& all) { all[2].uses = kSelf; }},
      {Defect::kUsesUnknown, [](auto& all) { all[1].service = false; }},
      {Defect::kBadSpawned,
       [](auto& all) {
         all[2].start = Start::kSpawned;
         all[2].service = true;
       }},
      {Defect::kBadSpawned,
       [](auto& all) {
         all[2].start = Start::kSpawned;
         all[2].grants = kSpawner;
       }},
      {Defect::kBadSpawned,
       [](auto& all) {
         all[2].start = Start::kSpawned;
         all[2].uses = kSeven;
       }},
      {Defect::kSpawnsUnknown, [](auto& all) { all[2].spawns = kNobody; }},
      {Defect::kSpawnsUnknown, [](auto& all) { all[1].spawns = kSelf; }},
      {Defect::kBadSpawner, [](auto& all) { all[2].grants = kSpawner; }},
      {Defect::kBadSpawner,
       [](auto& all) {
         all[1].grants = kSpawner;
         all[1].slots = abi::kStartSlots + 1;
         all[2].start = Start::kSpawned;
       }},
      {Defect::kFirstNotConsole, [](auto& all) { all.clear(); }},
      {Defect::kFirstNotConsole,
       [](auto& all) {
         all[2].uses = {};
         all[0].service = false;
       }},
  };
  for (const auto& [expected, spoil] : cases) {
    std::vector<Image> images = sample();
    spoil(images);
    EXPECT_EQ(check_images(images), expected) << static_cast<int>(expected);
  }
}

TEST(Manifest, OneThatIsSpawnedAndWhoSpawnsItAreGood) {
  std::vector<Image> images = sample();
  images[2].start = Start::kSpawned;
  images[1].spawns = kSelf;
  images[1].grants = kSpawner;
  EXPECT_EQ(check_images(images), Defect::kNone);
  EXPECT_EQ(spawned_images({.images = images}), 1U);
}

// The compiler's error names it: bad_manifest_nc_test.
TEST(Manifest, TellsTheProgramThatIsWrong) {
  const auto wrong = [](const std::vector<Image>& images) {
    return std::string(wrong_program({.images = images, .base = {}}, 1).name);
  };
  std::vector<Image> images = sample();
  EXPECT_EQ(wrong(images), "");
  images[1].pool_pages = 2;
  EXPECT_EQ(wrong(images), "timed");
  images[1].pool_pages = 8;
  images[2].uses = kNobody;
  EXPECT_EQ(wrong(images), "SELFTEST");
  images[2].name = "a-name-of-more-than-twenty-four-letters";
  EXPECT_EQ(wrong(images), "a-name-of-more-than-twen");
  images.clear();
  EXPECT_EQ(wrong(images), "") << "the whole list";
  images = sample();
  images.resize(33, images[0]);
  EXPECT_EQ(wrong(images), "");
}

}  // namespace
}  // namespace tessera::manifest
