#include "servers/manifest/check.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

#include "servers/manifest/selected.h"

namespace tessera::manifest {
namespace {

constexpr std::array<std::string_view, 3> kUsed = {"console", "store", "timed"};
constexpr Grant kGranted[] = {Grant::kMemory, Grant::kAlarm};
constexpr std::array kImages = {
    Image{.name = "console", .identity = 0x10, .service = true, .uses = {}, .grants = {}},
    Image{.name = "guest",
          .identity = 0x11,
          .uses = kUsed,
          .grants = kGranted,
          .restart = Restart::kAlways,
          .restarts = 1},
    Image{.name = "child", .identity = 0x12, .uses = {}, .grants = {}, .start = Start::kSpawned},
};
constexpr Manifest kSmall{.images = kImages, .base = {}};

TEST(Manifest, KnowsNames) {
  EXPECT_TRUE(is_good_name("aZ09-_"));
  EXPECT_TRUE(is_good_name("sixteen-letters_"));
  for (const char* bad : {"", "seventeen-letters", "a: b", "a\n", "\x80"}) {
    EXPECT_FALSE(is_good_name(bad)) << bad;
  }
}

TEST(Manifest, FindsImages) {
  EXPECT_EQ(find(kSmall, "guest"), 1U);
  EXPECT_EQ(find(kSmall, "nobody"), std::nullopt);
  EXPECT_EQ(image_of(kSmall, 0x11), 1U);
  EXPECT_EQ(image_of(kSmall, 0x7'0000'0012), 2U) << "one of its tasks";
  EXPECT_EQ(image_of(kSmall, 0x13), std::nullopt);
}

TEST(Manifest, TellsWhatAnImageHas) {
  EXPECT_TRUE(uses(kImages[1], "store"));
  EXPECT_FALSE(uses(kImages[1], "guest"));
  EXPECT_EQ(peers_of(kImages[1]), 1U) << "console and timed have places of their own";
  EXPECT_TRUE(is_granted(kImages[1], Grant::kAlarm));
  EXPECT_FALSE(is_granted(kImages[1], Grant::kUart));
  EXPECT_TRUE(is_restarted(kImages[1]));
  EXPECT_FALSE(is_restarted(kImages[0]));
  EXPECT_EQ(spawned_images(kSmall), 1U);
}

TEST(Manifest, TheStockOneIsSelectedWhenNobodySaysWhich) {
  EXPECT_EQ(find(kSelected, kConsole), 0U);
  EXPECT_TRUE(find(kSelected, kTimed));
  EXPECT_FALSE(find(kSelected, "nobody"));
  EXPECT_FALSE(find(kSelected, kInitName));
}

}  // namespace
}  // namespace tessera::manifest
