// What behaviours about classes share: what happened, in order, across threads and tasks; and a
// thread's own class. Two classes are enough for all orders, and a thread can lower itself: `low`
// work is idle, `high` work is normal, as is everything that nobody lowered.
#ifndef SERVERS_CONTRACT_EVENTS_H_
#define SERVERS_CONTRACT_EVENTS_H_

#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "idl/kernel/self.h"
#include "idl/kernel/vmo.h"
#include "servers/contract/expect.h"
#include "servers/contract/layout.h"
#include "servers/contract/world.h"

namespace tessera::contract {

// What happened, in order: in a page that all tasks of a behaviour have mapped, there.
struct Events {
  std::uint64_t count;
  char text[56];
};
inline volatile Events& events() { return *reinterpret_cast<volatile Events*>(kFree); }

inline void note(char event) {
  const std::uint64_t n = events().count;
  EXPECT(n < sizeof(Events::text));
  events().text[n] = event;
  events().count = n + 1;
}
inline bool events_are(std::string_view due) {
  if (events().count != due.size()) return false;
  for (std::size_t i = 0; i < due.size(); ++i) {
    if (events().text[i] != due[i]) return false;
  }
  return true;
}
inline void forget_events() { events().count = 0; }

inline kernel::Vmo share_events() {
  const auto page = make_vmo(1);
  map(page, kFree, kReadWrite);
  return page;
}

inline void lower_oneself() { OK(kernel::Self::qos(abi::QosOp::kSet, 0, abi::QosClass::kIdle)); }
inline abi::QosClass own_class() {
  return OK(kernel::Self::qos(abi::QosOp::kGet, 0, abi::QosClass::kIdle));
}

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_EVENTS_H_
