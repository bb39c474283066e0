#include "bootimage/pack/options.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace bootimage {
namespace {

using ::testing::HasSubstr;
using Arguments = std::vector<std::string>;

std::string error(const Arguments& arguments) {
  const auto options = parse_pack_options(arguments);
  return options.ok() ? "accepted" : std::string(options.status().message());
}

TEST(PackOptions, Pack) {
  const auto options =
      parse_pack_options(Arguments{"--out=o", "--init=i", "a=x/y", "SELFTEST=p=q"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->mode, PackOptions::Mode::kPack);
  EXPECT_EQ(options->out, "o");
  EXPECT_EQ(options->init, "i");
  EXPECT_EQ(options->init_stack, kDefaultStackSize);
  ASSERT_EQ(options->images.size(), 2U);
  EXPECT_EQ(options->images[0].name, "a");
  EXPECT_EQ(options->images[0].path, "x/y");
  EXPECT_EQ(options->images[1].path, "p=q");
}

// The names of the images that are taken, or why none are.
std::string named(const Arguments& images, absl::string_view names) {
  Arguments arguments{"--out=o", "--init=i", "--names=n"};
  arguments.insert(arguments.end(), images.begin(), images.end());
  const auto options = parse_pack_options(arguments);
  if (!options.ok()) return std::string(options.status().message());
  const auto chosen = images_named(*options, names);
  if (!chosen.ok()) return std::string(chosen.status().message());
  std::string result;
  for (const PackOptions::Image& image : *chosen) result += image.name + "=" + image.path + " ";
  return result;
}

TEST(PackOptions, NamesChooseImagesAndTheirOrder) {
  EXPECT_EQ(named({"a=1", "--spare=b=2", "c=3", "--spare=d=4"}, "b\nc\na\n"), "b=2 c=3 a=1 ");
  EXPECT_EQ(named({"a=1", "--spare=a=2"}, "a"), "a=1 ") << "one's own comes first";
  EXPECT_EQ(named({}, ""), "");
  EXPECT_EQ(
      named({"a=1"}, "a\nb"),
      "n: the manifest names 'b', and there is no server of that name; give the image one, or "
      "mend the manifest");
  EXPECT_EQ(
      named({"a=1", "b=1"}, "a"),
      "n: the image has a server 'b', which the manifest does not name; take it away, or name "
      "it there");
  EXPECT_THAT(named({"--spare=b"}, ""), HasSubstr("wants name=path"));
  EXPECT_THAT(error({"--out=o", "--init=i", "--spare=a=1"}), HasSubstr("wants --names=FILE"));
}

TEST(PackOptions, ListAndVerify) {
  EXPECT_EQ(parse_pack_options(Arguments{"--list", "b"})->mode, PackOptions::Mode::kList);
  EXPECT_EQ(parse_pack_options(Arguments{"--verify", "b"})->bundle, "b");
  EXPECT_EQ(error({"--list", "--verify", "b"}), "--list or --verify, not both");
  EXPECT_THAT(error({"--list"}), HasSubstr("want one bundle"));
  EXPECT_THAT(error({"--list", "a", "b"}), HasSubstr("want one bundle"));
  EXPECT_THAT(error({"--list", "--out=o", "b"}), HasSubstr("want one bundle"));
}

TEST(PackOptions, Help) {
  EXPECT_EQ(parse_pack_options(Arguments{"--help"})->mode, PackOptions::Mode::kHelp);
  EXPECT_THAT(pack_usage(), HasSubstr("--init=ELF"));
}

TEST(PackOptions, WhatIsMissing) {
  EXPECT_EQ(error({}), "--out=FILE is missing");
  EXPECT_EQ(error({"--out=o"}), "--init=ELF is missing");
  EXPECT_EQ(error({"--out=o", "--init=i"}), "accepted");
}

TEST(PackOptions, StackIsWholePages) {
  for (const char* bad : {"0", "-4096", "4097", "1052672", "99999999999999999999", "x", ""}) {
    EXPECT_THAT(error({std::string("--init-stack=") + bad, "--out=o", "--init=i"}),
                HasSubstr("wants a multiple of 4096, up to 1048576"));
  }
  EXPECT_EQ(
      parse_pack_options(Arguments{"--init-stack=1048576", "--out=o", "--init=i"})->init_stack,
      1048576U);
}

TEST(PackOptions, ImageNames) {
  const auto with = [](const std::string& argument) {
    return error({"--out=o", "--init=i", "timed=t", argument});
  };
  EXPECT_EQ(with("path"), "path: wants name=path");
  EXPECT_EQ(with("name="), "name=: wants name=path");
  EXPECT_THAT(with("=path"), HasSubstr("wants a name of 1 to 31 characters"));
  EXPECT_THAT(with("a/b=path"), HasSubstr("wants a name"));
  EXPECT_THAT(with(std::string(32, 'a') + "=path"), HasSubstr("wants a name"));
  EXPECT_EQ(with(std::string(31, 'a') + "=path"), "accepted");
  EXPECT_EQ(with("timed=other"), "timed=other: that name is taken");
  EXPECT_EQ(with("init=other"), "init=other: that name is taken");
}

TEST(PackOptions, AtMost63Images) {
  Arguments arguments = {"--out=o", "--init=i"};
  for (int i = 0; i < 63; ++i) arguments.push_back("n" + std::to_string(i) + "=p");
  EXPECT_EQ(error(arguments), "accepted");
  arguments.emplace_back("onemore=p");
  EXPECT_THAT(error(arguments), HasSubstr("at most 63 images"));
}

}  // namespace
}  // namespace bootimage
