#include "servers/console/stamp.h"

#include <gtest/gtest.h>

#include <string>

#include "servers/manifest/selected.h"

namespace tessera::console {
namespace {

std::string name_of(std::uint64_t identity) {
  constexpr Names kNames = {.images = manifest::kSelected.images,
                            .init_identity = manifest::kInitIdentity,
                            .init_name = manifest::kInitName};
  rt::FixedText<64> text;
  kNames.write(text, identity);
  return std::string(text.text());
}

TEST(Stamp, NamesComeFromTheManifest) {
  for (const manifest::Image& image : manifest::kSelected.images) {
    EXPECT_EQ(name_of(image.identity), image.name);
  }
  EXPECT_EQ(name_of(manifest::kInitIdentity), "init");
}

TEST(Stamp, EachTaskThatExecdStartsHasItsImagesName) {
  constexpr std::uint64_t kThird = std::uint64_t{3} << 32;
  for (const manifest::Image& image : manifest::kSelected.images) {
    const bool spawned = image.start == manifest::Start::kSpawned;
    EXPECT_EQ(name_of(kThird | image.identity) == image.name, spawned) << image.name;
  }
}

TEST(Stamp, OthersAreNumbered) {
  EXPECT_EQ(name_of(0), "task-0x0");
  EXPECT_EQ(name_of(0xabc), "task-0xabc");
  EXPECT_EQ(name_of(~std::uint64_t{0}), "task-0xffffffffffffffff");
}

}  // namespace
}  // namespace tessera::console
