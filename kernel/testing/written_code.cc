#include "kernel/testing/written_code.h"

#include "kernel/object/vmo.h"

namespace tessera::testing {
namespace {

bool overlap(const Slot& a, const Slot& b) {
  return a.object() < b.object() + b.pages * kPageSize &&
         b.object() < a.object() + a.pages * kPageSize;
}

}  // namespace

std::string written_code(const std::vector<Slot*>& vmos,
                         const std::unordered_set<Thread*>& threads) {
  std::vector<const Slot*> sealed;
  std::vector<const Slot*> written;
  for (Slot* slot : vmos) {
    if (slot->sealed) sealed.push_back(slot);
    if ((slot->rights() & kWrite.bits) != 0) written.push_back(slot);
    if (mapped_access(*slot).has(kExecute) && !slot->sealed) {
      return "executable memory that is not sealed";
    }
    if (slot->sealed && slot->device) return "a sealed device";
  }
  // The kernel writes to an IPC buffer, which has no rights of its own.
  for (const Thread* thread : threads) {
    if (!thread->buffer.empty()) written.push_back(&thread->buffer);
  }
  for (const Slot* code : sealed) {
    for (const Slot* writer : written) {
      if (overlap(*code, *writer)) return "sealed memory that somebody can write";
    }
  }
  return {};
}

}  // namespace tessera::testing
