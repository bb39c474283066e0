// Drives harts through the orders in which they may come to what they share: one runs at a time,
// and at each access to an Atomic (and so at each lock) another may be let go first. All orders
// with at most so many such preemptions are tried, each from the start, on a scenario made anew;
// they have numbers, by which one is seen again.
//
// What a hart sees is what the others wrote before: orders of memory that are weaker than that are
// not tried. ThreadSanitizer, under which the same scenarios run, says whether anything relies on
// more than an Atomic promises.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kernel/explore/fiber.h"

namespace tessera::explore {

class Scenario {
 public:
  virtual ~Scenario() = default;
  // From 0 to harts() - 1.
  virtual unsigned harts() const = 0;
  // Before any does anything.
  virtual void begin() {}
  // What a hart does, on a stack of its own.
  virtual void run(unsigned hart) = 0;
  // It goes on from here.
  virtual void enters(unsigned /*hart*/) {}
  // When all have returned, or wait for what nobody does any more: what is wrong; empty: nothing.
  virtual std::string check() = 0;
};

// For the hart that runs, within a scenario's run():
unsigned this_hart();
// Another may go first. `where`: an address in what it does, for the trace.
void point(const void* where = nullptr);
// There is nothing to do here before another has gone on.
void relax();
// Nor before this is true, which another makes so.
void wait_until(const std::function<bool()>& condition);
// Where the hart is: a fiber of its own at first, then the one that it switched to.
Fiber& place();
void go_on_in(Fiber& other);
// The scenario has failed.
[[noreturn]] void fail(std::string_view why);
// A line of the trace, where there is one; asked for only then.
void note(const std::function<std::string()>& line);

struct Options {
  unsigned preemptions = 2;
  // Not 0: the last is this one, with its trace; that there is none is a failure.
  std::uint64_t only = 0;
  // More than a run has of accesses: it does not end.
  std::uint64_t most_points = 20'000;
};
// The exit status when the environment says something that cannot be.
inline constexpr int kBadUsage = 2;
// EXPLORE_PREEMPTIONS (0 to 100) and EXPLORE_ONLY (from 1) of the environment. The process ends
// when one is no such number.
Options options_from_environment();

struct Report {
  std::uint64_t interleavings = 0;
  std::uint64_t longest = 0;  // the most points that a run had
  std::string failure;        // of the last of them; empty: none
  std::string trace;          // of that, or of the one that was asked for
};
Report explore(const std::function<std::unique_ptr<Scenario>()>& make, const Options& options);

}  // namespace tessera::explore
