// The parts of the self-test of several harts (harts.h). There are no threads yet that could run:
// what harts hand to each other here are Threads that stop where they arrive, since they are asked
// to suspend themselves on the way.
#pragma once

#include <string_view>

#include "kernel/arch/contract/range.h"
#include "kernel/object/thread.h"
#include "kernel/sched/hart.h"

namespace tessera::boot {

// Prints a line; one that says FAIL is the last.
void result(std::string_view name, bool ok);

// Another hart is given it, and stops it.
inline void prepare(Thread& thread, Hart& home) {
  thread.set_home(home);
  thread.asked = Asked::kSuspend;
  thread.set_wait(Wait::kNone);
}
inline bool has_arrived(const Thread& thread) { return thread.wait() == Wait::kSuspended; }

// Work that a hart with nothing to run asks for; pages of `spare` are written to.
void test_share(Hart& self, Hart& other, const arch::PhysRange& spare);
// What another hart reads where something else is mapped now.
void test_shootdown(Hart& self, Hart& other, const arch::PhysRange& spare);

}  // namespace tessera::boot
