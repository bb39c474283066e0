// Records as text and as JSON; and whatever is none is told, without its values.
#include "gen/tool/record.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kidl::tool {
namespace {

using Words = std::vector<std::uint64_t>;

std::string error_of(absl::string_view line) {
  const absl::StatusOr<Record> record = parse_record(line);
  return record.ok() ? "" : std::string(record.status().message());
}

TEST(RecordTest, ReadsText) {
  const absl::StatusOr<Record> record =
      parse_record("[ 0.5 hart 1] request tag=01020202 words=f4240,0x4 capabilities=7\r");
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->kind, Record::Kind::kRequest);
  EXPECT_EQ(record->get("tag"), 0x01020202U);
  EXPECT_EQ(record->words, (Words{1000000, 4}));
  EXPECT_EQ(record->capabilities, (Words{7}));
  EXPECT_EQ(record->get("status"), std::nullopt);
}

TEST(RecordTest, ReadsJson) {
  const absl::StatusOr<Record> record = parse_record(
      R"( {"kind":"answer", "tag": "0x01020202", "status": -22, "words": [18446744073709551615, "10"]} )");
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ(record->kind, Record::Kind::kAnswer);
  EXPECT_EQ(record->get("tag"), 0x01020202U);
  EXPECT_EQ(record->get("status"), static_cast<std::uint64_t>(-22));
  EXPECT_EQ(record->words, (Words{~0ULL, 16}));
}

TEST(RecordTest, AReturnIsOfANumberOrAName) {
  EXPECT_EQ(parse_record("return of=2a a6=0")->get("of"), 0x2aU);
  EXPECT_EQ(parse_record("return of=Vmo.map a6=0")->of, "Vmo.map");
  EXPECT_EQ(parse_record(R"({"kind":"return","of":"Vmo.map","a6":0})")->of, "Vmo.map");
}

TEST(RecordTest, WhatIsNoneIsTold) {
  EXPECT_EQ(error_of(""), "there is none of call, return, request and answer");
  EXPECT_EQ(error_of("a7=1"), "there is none of call, return, request and answer");
  EXPECT_EQ(error_of("call a7"), "'a7' is no NAME=VALUE");
  EXPECT_EQ(error_of("call a7="), "'a7' is no NAME=VALUE");
  EXPECT_EQ(error_of("call a9=1"), "'a9' is nothing of such a record");
  EXPECT_EQ(error_of("call tag=1"), "'tag' is nothing of such a record");
  EXPECT_EQ(error_of("request a0=1"), "'a0' is nothing of such a record");
  EXPECT_EQ(error_of("call a7=xyz"), "'a7' has no hexadecimal number of at most 64 bits");
  EXPECT_EQ(error_of("call a7=11112222333344445"),
            "'a7' has no hexadecimal number of at most 64 bits");
  EXPECT_EQ(error_of("call a7=1,2"), "'a7' is not one number");
  EXPECT_EQ(error_of("call a7=1 a7=1"), "'a7' is there twice");
  EXPECT_EQ(error_of("request words=1 words=2"), "'words' is there twice");
  EXPECT_EQ(error_of("request words=1,,2"), "'words' has no hexadecimal number of at most 64 bits");
  EXPECT_EQ(error_of("{"), "no \"name\": in the JSON object");
  EXPECT_EQ(error_of("{}"), "there is no 'kind'");
  EXPECT_EQ(error_of(R"({"kind":"frob"})"), "'kind' is none of call, return, request and answer");
  EXPECT_EQ(error_of(R"({"kind":"call" "a7":1})"), "a ',' is missing in the JSON object");
  EXPECT_EQ(error_of(R"({"kind":"call","a7":1.5})"), "a ',' is missing in the JSON object");
  EXPECT_EQ(error_of(R"({"kind":"call","a7":null})"),
            "'a7' has no text, whole number or list of them");
  EXPECT_EQ(error_of(R"({"kind":"call","a7":[1})"),
            "'a7' has no text, whole number or list of them");
  EXPECT_EQ(error_of(R"({"kind":"call","a7":[]})"), "'a7' is not one number");
  EXPECT_EQ(error_of(R"({"kind":"call"} x)"), "something follows the JSON object");
  EXPECT_EQ(error_of(R"({"kind":"call","a7":99999999999999999999})"),
            "'a7' has no text, whole number or list of them");
}

}  // namespace
}  // namespace kidl::tool
