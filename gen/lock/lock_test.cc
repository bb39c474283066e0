// The lock as text: what is written is read back, and every damage is told with its line.
#include "gen/lock/lock.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace kidl {
namespace {

constexpr char kText[] =
    "# kidl lock 1: 3 elements. Written by `bazel run //idl:freeze`, never by hand.\n"
    "* file namespace=service\n"
    "Log interface service=0x7f01\n"
    "Log.note method ordinal=0\n";

std::string error_of(const std::string& text) {
  const absl::StatusOr<Lock> parsed = parse_lock(text);
  return parsed.ok() ? "" : std::string(parsed.status().message());
}

std::string with(absl::string_view old, absl::string_view text) {
  return absl::StrReplaceAll(kText, {{old, text}});
}

TEST(LockTest, WhatIsWrittenIsReadBack) {
  const absl::StatusOr<Lock> parsed = parse_lock(kText);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->elements.size(), 3U);
  EXPECT_EQ(print_lock(*parsed), kText);
}

TEST(LockTest, ElementsAreFound) {
  const Lock lock = *parse_lock(kText);
  ASSERT_NE(lock.find("Log.note"), nullptr);
  EXPECT_EQ(lock.find("Log.note")->get("ordinal"), "0");
  EXPECT_EQ(lock.find("Log.note")->get("number"), "");
  EXPECT_EQ(lock.find("Log.not"), nullptr);
  EXPECT_EQ(lock.find(""), nullptr);
}

TEST(LockTest, PathsHaveOwnersAndNames) {
  Element element;
  for (const auto& [path, owner, name] :
       {std::tuple{"Log", "", "Log"}, std::tuple{"Log.note", "Log", "note"},
        std::tuple{"Log.note(what)", "Log.note", "what"},
        std::tuple{"Log.note->what", "Log.note", "what"}, std::tuple{"*", "", "*"}}) {
    element.path = path;
    EXPECT_EQ(element.owner(), owner) << path;
    EXPECT_EQ(element.name(), name) << path;
  }
}

TEST(LockTest, DamageIsTold) {
  EXPECT_EQ(error_of(""), "line 1: no lock begins so; the first line is \"# kidl lock 1: ...\"");
  EXPECT_EQ(error_of("<<<<<<< HEAD\n"),
            "line 1: no lock begins so; the first line is \"# kidl lock 1: ...\"");
  EXPECT_EQ(error_of(with("lock 1:", "lock 2:")), "line 1: a lock of another version of kidl");
  EXPECT_EQ(error_of(with("3 elements", "many elements")),
            "line 1: it does not tell how many elements follow");
  EXPECT_EQ(error_of(with("3 elements", "4 elements")),
            "line 1: it tells of 4 elements, and 3 follow");
  EXPECT_EQ(error_of(with("Log.note method ordinal=0\n", "")),
            "line 1: it tells of 3 elements, and 2 follow");
  EXPECT_EQ(error_of(with("ordinal=0\n", "ord")), "line 4: the last line is cut");
  EXPECT_EQ(error_of(with("Log.note method", "=======")),
            "line 4: no element: \"======= ordinal=0\"");
  EXPECT_EQ(error_of(with("Log.note method", "Log.note frob")),
            "line 4: no element: \"Log.note frob ordinal=0\"");
  EXPECT_EQ(error_of(with("ordinal=0", "ordinal")), "line 4: no NAME=VALUE: \"ordinal\"");
  EXPECT_EQ(error_of(with("ordinal=0", "ordinal=")), "line 4: no NAME=VALUE: \"ordinal=\"");
  EXPECT_EQ(error_of(with("ordinal=0", "=0")), "line 4: no NAME=VALUE: \"=0\"");
  EXPECT_EQ(error_of(with("ordinal=0", " ordinal=0")), "line 4: no NAME=VALUE: \"\"");
  EXPECT_EQ(error_of(with("Log.note", "Log")), "line 4: 'Log' is out of order, or twice");
  EXPECT_EQ(error_of(with("Log.note", "A.note")), "line 4: 'A.note' is out of order, or twice");
}

// Cut anywhere, it is refused: nothing that was promised is lost in silence.
TEST(LockTest, EveryCutIsRefused) {
  const std::string whole = kText;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_lock(whole.substr(0, size)).ok()) << size;
  }
}

TEST(LockTest, IsRecognisedByItsFirstLine) {
  EXPECT_TRUE(is_lock(kText));
  EXPECT_FALSE(is_lock("@0xd1a7e55e7a000022;\n"));
  EXPECT_FALSE(is_lock(""));
}

}  // namespace
}  // namespace kidl
