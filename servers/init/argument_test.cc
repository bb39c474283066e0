#include "servers/init/argument.h"

#include <gtest/gtest.h>

namespace tessera::init {
namespace {

TEST(Argument, IsTheTextOfTheWordOfThatName) {
  constexpr std::string_view kLine = "quiet timed=8 contract=only=cnode,rounds=5 timed=9";
  EXPECT_EQ(argument_of(kLine, "timed"), "8");
  EXPECT_EQ(argument_of(kLine, "contract"), "only=cnode,rounds=5");
  EXPECT_EQ(argument_of("contract=x", "contract"), "x");
}

TEST(Argument, IsEmptyWithoutSuchAWord) {
  for (const std::string_view line : {"", " ", "quiet", "contrac=1", "contracts=1", "xcontract=1",
                                      "contract", "contract=", "contract =1", "a contract=  b"}) {
    EXPECT_EQ(argument_of(line, "contract"), "") << line;
  }
}

}  // namespace
}  // namespace tessera::init
