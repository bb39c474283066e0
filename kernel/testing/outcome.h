// What a test reads out of a system call: how it was refused, what a waiting call came back with,
// and whether anything has changed.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "idl/abi.h"
#include "kernel/object/state.h"
#include "kernel/testing/world.h"
#include "servers/runtime/ipc.h"

namespace tessera::testing {

// What is in a thread's registers when a call that had to wait has come back; the names that do not
// belong to the call mean nothing.
struct Outcome {
  bool back = false;  // it does not wait any more
  std::int32_t status = 0;
  abi::Detail detail = abi::Detail::kNone;
  std::uint32_t argument = 0;
  std::array<std::uint64_t, 6> words{};
  std::uint64_t shape = 0;  // of an answer
  std::uint64_t badge = 0;  // these four of a message
  std::uint64_t identity = 0;
  std::uint64_t tag = 0;
  std::uint64_t info = 0;
};
Outcome outcome(const Thread& thread);

inline rt::Error error(std::int32_t status, abi::Detail detail, std::uint32_t argument = 0) {
  return {.status = status, .detail = abi::detail(detail, argument)};
}
std::string text(const rt::Error& error);
std::string text(const Outcome& outcome);

template <class T>
::testing::AssertionResult refused(const rt::Result<T>& result, std::int32_t status,
                                   abi::Detail detail, std::uint32_t argument = 0) {
  if (result.has_value()) return ::testing::AssertionFailure() << "it was not refused";
  if (result.error() == error(status, detail, argument)) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "it was refused with " << text(result.error());
}
::testing::AssertionResult refused(const Outcome& outcome, std::int32_t status, abi::Detail detail,
                                   std::uint32_t argument = 0);

// Everything that a system call could change, but for the registers of the thread that makes it and
// what it noted of a message that it did not send: all of RAM, and the kernel's own state. The
// actor runs already when it is taken, so that the call changes no queue on its way in.
class Snapshot {
 public:
  explicit Snapshot(World& world);
  // Empty: nothing has changed; else where the first change is.
  std::string changed();

 private:
  struct Kernel {
    std::uint64_t dying, next_asid, next_task_id, uart_taken, now_runs, timer;
    bool operator==(const Kernel&) const = default;
  };
  Kernel kernel() const;

  World& world_;
  Thread& actor_;
  std::vector<std::byte> ram_;
  Kernel kernel_;
};

// Makes the call, and expects the refusal and that nothing has changed.
template <class Call>
void expect_refused(World& world, Call call, std::int32_t status, abi::Detail detail,
                    std::uint32_t argument = 0) {
  Snapshot before(world);
  EXPECT_TRUE(refused(call(), status, detail, argument));
  EXPECT_EQ(before.changed(), "");
}

}  // namespace tessera::testing
