// Runs behaviours one after another: makes a task out of an arena of memory, waits for its end,
// takes the arena back, and compares free memory and slots with what was before.
#ifndef SERVERS_CONTRACT_RUNNER_H_
#define SERVERS_CONTRACT_RUNNER_H_

#include <array>
#include <cstdint>
#include <expected>
#include <string_view>
#include <utility>

#include "idl/abi.h"
#include "idl/kernel/task.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/expect.h"
#include "servers/contract/layout.h"
#include "servers/runtime/ipc.h"

namespace tessera::contract {

// What the runner could not do.
struct Trouble {
  std::string_view step;
  rt::Error error{};
};
template <class T>
using Outcome = std::expected<T, Trouble>;

class Runner {
 public:
  // Once, before anything runs: the report and what tells of ends, out of the task's memory.
  Outcome<void> prepare();
  // Prints the result's line. `index` is the behaviour's, counted through all groups.
  void run(const Behaviour& behaviour, std::uint64_t index);

  std::uint32_t passed() const { return passed_; }
  std::uint32_t failed() const { return failed_; }

 private:
  // What must be the same before and after.
  struct Holdings {
    std::uint64_t free_bytes = 0;
    std::array<abi::ObjectType, kSlots> slots{};
    // The whole machine's.
    std::array<std::uint64_t, std::to_underlying(abi::ObjectType::kIrqControl) + 1> objects{};
    std::uint64_t capabilities = 0;
    friend bool operator==(const Holdings&, const Holdings&) = default;
  };
  static Outcome<void> wait_for_init();
  static Outcome<Holdings> holdings();
  static Outcome<kernel::Task::InfoResult> run_once(std::uint64_t index, Outcome<void>& kept);
  static Outcome<kernel::Task::InfoResult> run_in_arena(std::uint64_t index);
  static Outcome<void> give_back();
  void report_result(const Behaviour& behaviour, const Outcome<kernel::Task::InfoResult>& ending,
                     const Outcome<void>& kept);

  std::uint32_t passed_ = 0;
  std::uint32_t failed_ = 0;
};

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_RUNNER_H_
