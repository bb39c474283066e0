#include "gen/method_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kidl {
namespace {

using Texts = std::vector<std::string>;

Parameter named(const std::string& name, const std::string& doc = "") {
  Parameter parameter;
  parameter.name = name;
  parameter.doc = doc;
  return parameter;
}

Method method(const std::string& doc) {
  Method result;
  result.doc = doc;
  result.parameters = {named("a"), named("b"), named("word")};
  result.results = {named("word"), named("c")};
  return result;
}

TEST(MethodTextTest, WithoutNamesAllIsTheMethods) {
  const MethodText text =
      method_text(method("Does it.\nNote: at once, bits 0 to 7: all.\n\nIt is."));
  EXPECT_EQ(text.about, "Does it.\nNote: at once, bits 0 to 7: all.\n\nIt is.");
  EXPECT_EQ(text.parameters, (Texts{"", "", ""}));
  EXPECT_EQ(text.results, (Texts{"", ""}));
  EXPECT_TRUE(text.strangers.empty());
}

TEST(MethodTextTest, LinesBelongToTheNamesBeforeThem) {
  const MethodText text =
      method_text(method("Does it.\na: the first,\nto begin with.\nb: the second."));
  EXPECT_EQ(text.about, "Does it.");
  EXPECT_EQ(text.parameters, (Texts{"the first, to begin with.", "the second.", ""}));
}

TEST(MethodTextTest, OneTextIsForAllNames) {
  EXPECT_EQ(method_text(method("a, b and c: x.")).parameters, (Texts{"x.", "x.", ""}));
  EXPECT_EQ(method_text(method("a, b and c: x.")).results, (Texts{"", "x."}));
  EXPECT_EQ(method_text(method("a to word: x.")).parameters, (Texts{"x.", "x.", "x."}));
  EXPECT_EQ(method_text(method("a to word: x.")).results, (Texts{"", ""}));
}

TEST(MethodTextTest, AParameterAndAResultOfOneName) {
  EXPECT_EQ(method_text(method("word: x.")).parameters, (Texts{"", "", "x."}));
  EXPECT_EQ(method_text(method("word: x.")).results, (Texts{"x.", ""}));
  EXPECT_EQ(method_text(method("word: x.\nword: y,\nz.")).parameters, (Texts{"", "", "x."}));
  EXPECT_EQ(method_text(method("word: x.\nword: y,\nz.")).results, (Texts{"y, z.", ""}));
}

TEST(MethodTextTest, AnEmptyLineEndsAText) {
  EXPECT_EQ(method_text(method("x.\na: y.\n\nz.")).about, "x.\n\nz.");
  EXPECT_EQ(method_text(method("x.\na: y.\n\nz.")).parameters[0], "y.");
}

TEST(MethodTextTest, ACommentInTheListComesFirst) {
  Method with = method("a: x.\nb: y.");
  with.parameters[0].doc = "own,\nand more";
  EXPECT_EQ(method_text(with).parameters, (Texts{"own, and more", "y.", ""}));
}

TEST(MethodTextTest, StrangersAreNoNames) {
  const MethodText text = method_text(method("einval, badRange: none.\nd: x.\na, e: y."));
  EXPECT_EQ(text.about, "einval, badRange: none.\nd: x.\na, e: y.");
  EXPECT_EQ(text.strangers, (Texts{"einval", "badRange", "d", "e"}));
  EXPECT_EQ(method_text(method("word to a: x.")).strangers, Texts{"word to a"});
}

}  // namespace
}  // namespace kidl
