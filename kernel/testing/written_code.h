// W^X of memory: part of broken_invariant().
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "kernel/cap/slot.h"
#include "kernel/object/thread.h"

namespace tessera::testing {

// Why some page could be both written and executed, by any task and through any capability; empty:
// none can. `vmos`: all capabilities to VMOs that there are.
std::string written_code(const std::vector<Slot*>& vmos,
                         const std::unordered_set<Thread*>& threads);

}  // namespace tessera::testing
