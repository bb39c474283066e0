#include "bootimage/profile/trace.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace bootimage::profile {
namespace {

constexpr std::uint32_t kAdd = 0x00a58533;
constexpr std::uint32_t kLoad = 0x0005b503;

class TraceTest : public ::testing::Test {
 protected:
  std::string row() {
    std::ostringstream out;
    trace.end_row(out);
    return out.str();
  }

  Trace trace;
  const Trace::Number add = trace.number_of({0x1000, kAdd, 1});
  const Trace::Number load = trace.number_of({0x1004, kLoad, 1});
};

TEST_F(TraceTest, AnInstructionIsItsAddressCodeAndPage) {
  EXPECT_EQ(trace.number_of({0x1000, kAdd, 1}), add);
  EXPECT_NE(trace.number_of({0x1000, kAdd, 2}), add);
  EXPECT_NE(trace.number_of({0x1000, kLoad, 1}), add);
}

TEST_F(TraceTest, EqualSamplesAreWrittenOnceAndInstructionsToo) {
  for (int i = 0; i < 3; ++i) {
    trace.begin();
    trace.executed(add);
    if (i == 1) trace.executed(add);
    trace.end();
    trace.executed(add);  // between samples
  }
  EXPECT_EQ(row(), "insn 0 0x1000 0xa58533 1\nsample 2 0\nsample 1 0 0\nrow\n");
  EXPECT_EQ(trace.count(), 7U);
  EXPECT_EQ(row(), "row\n");
}

TEST_F(TraceTest, WhatFaultedIsNotExecuted) {
  trace.begin();
  trace.executed(load);  // faults
  trace.executed(add);   // its handler
  trace.executed(load);
  trace.accessed();
  trace.executed(load);  // faults, as the last one
  trace.end();
  EXPECT_NE(row().find("\nsample 1 0 1\nrow\n"), std::string::npos);
  EXPECT_EQ(trace.count(), 2U);
}

// As of a thread that waits for an interrupt: without end, if it were kept.
TEST_F(TraceTest, AStretchLiesBetweenTheLastTwoReads) {
  const Trace::Number read = trace.number_of({0x1008, 0xc0202573, 1});
  trace.read(read);  // before it begins
  trace.begin();
  for (int i = 0; i < 3; ++i) {
    trace.read(read);
    trace.executed(i == 2 ? load : add);
    trace.accessed();
  }
  trace.executed(load);  // faults
  trace.read(read);
  trace.end();
  EXPECT_NE(row().find("\nsample 1 2 1 2\nrow\n"), std::string::npos);
}

TEST_F(TraceTest, ASampleThatDidNotEndIsNone) {
  trace.end();
  trace.begin();
  trace.executed(add);
  trace.executed(add);
  trace.begin();
  trace.executed(add);
  trace.end();
  EXPECT_NE(row().find("\nsample 1 0\nrow\n"), std::string::npos);
}

// A load before the first sample belongs to none, whether it faults or not.
TEST_F(TraceTest, WhatFaultedBeforeIsNotTakenFromTheSample) {
  trace.executed(load);
  trace.begin();
  trace.executed(add);
  trace.end();
  EXPECT_NE(row().find("\nsample 1 0\nrow\n"), std::string::npos);
}

}  // namespace
}  // namespace bootimage::profile
