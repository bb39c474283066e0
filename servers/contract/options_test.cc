#include "servers/contract/options.h"

#include <gtest/gtest.h>

namespace tessera::contract {
namespace {

TEST(Options, WithoutAWordAllRun) {
  const auto options = parse_options("");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->rounds, 100U);
  EXPECT_TRUE(options->chooses("cnode.copy_derives"));
}

TEST(Options, OnlyChoosesByAPartOfTheName) {
  const auto options = parse_options("only=cnode.,rounds=10000");
  ASSERT_TRUE(options);
  EXPECT_EQ(options->rounds, 10'000U);
  EXPECT_TRUE(options->chooses("cnode.copy_derives"));
  EXPECT_FALSE(options->chooses("untyped.info_counts_the_bytes"));
}

TEST(Options, IcountIsTold) {
  EXPECT_FALSE(parse_options("rounds=10")->icount);
  for (const std::string_view text : {"icount", "only=reap,icount", "icount,rounds=10"}) {
    const auto options = parse_options(text);
    ASSERT_TRUE(options) << text;
    EXPECT_TRUE(options->icount) << text;
  }
}

TEST(Options, WhatIsUnknownIsRefused) {
  for (const std::string_view text :
       {"x", "only", "rounds=", "rounds=9", "rounds=1000001", "rounds=1e3", "rounds=-10",
        "rounds=99999999999999999999", "only=a,x=b", "Only=a", "icount=1", "icounts"}) {
    EXPECT_FALSE(parse_options(text)) << text;
  }
}

}  // namespace
}  // namespace tessera::contract
