// System calls that take milliseconds, on a machine of any speed: what they give way to is for each
// behaviour to see.
#ifndef SERVERS_CONTRACT_LONG_WORK_H_
#define SERVERS_CONTRACT_LONG_WORK_H_

#include <cstdint>

#include "idl/abi.h"
#include "idl/kernel/cnode.h"
#include "idl/kernel/endpoint.h"
#include "servers/contract/expect.h"
#include "servers/contract/world.h"

namespace tessera::contract {

inline constexpr std::uint32_t kTables = 5;
inline constexpr std::uint32_t kInATable = abi::kCnodeSlotsMax - 1;

inline kernel::CNode make_copies(kernel::Endpoint from) {
  const auto table = make<kernel::CNode>(abi::kCnodeSlotsMax);
  for (std::uint32_t i = 1; i <= kInATable; ++i) OK(table.copy(i, own(), from.slot().index));
  return table;
}

// `run` makes the call that it is given: it revokes a capability with so many copies. All of them
// must be gone then.
void revoke_many(auto run) {
  const auto endpoint = make<kernel::Endpoint>();
  kernel::CNode tables[kTables];
  for (kernel::CNode& table : tables) table = make_copies(endpoint);
  run([endpoint] { revoke(endpoint.slot()); });
  for (const kernel::CNode table : tables) {
    for (const std::uint32_t i : {1U, kInATable / 2, kInATable}) {
      EXPECT(OK(table.query(i)).type == abi::ObjectType::kNull);
    }
  }
  EXPECT(!is_empty(endpoint.slot()));
}

// Likewise: it deletes a table with the tables that only it holds, and all that is in them.
void delete_many(auto run) {
  const auto endpoint = make<kernel::Endpoint>();
  const auto outer = make<kernel::CNode>(8);
  for (std::uint32_t i = 1; i <= kTables; ++i) {
    OK(outer.move(i, own(), make_copies(endpoint).slot().index));
  }
  run([outer] { drop(outer.slot()); });
  EXPECT(is_empty(outer.slot()));
  OK(own().mutate(endpoint.slot().index, 0));  // it has no children left
}

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_LONG_WORK_H_
