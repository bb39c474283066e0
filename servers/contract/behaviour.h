// What the suite is made of. A behaviour is a function that runs in a task of its own, with memory
// of its own and nothing else; it has passed when it returns.
#ifndef SERVERS_CONTRACT_BEHAVIOUR_H_
#define SERVERS_CONTRACT_BEHAVIOUR_H_

#include <cstddef>
#include <span>
#include <string_view>

namespace tessera::contract {

struct Behaviour {
  std::string_view name;  // "cnode.copy_derives": its group, and what holds
  void (*run)();
};

using Group = std::span<const Behaviour> (*)();

// A file each, in the order in which they run (groups.cc).
std::span<const Group> all_groups();

std::span<const Behaviour> cnode_behaviours();
std::span<const Behaviour> untyped_behaviours();
std::span<const Behaviour> endpoint_behaviours();
std::span<const Behaviour> transfer_behaviours();
std::span<const Behaviour> long_message_behaviours();
std::span<const Behaviour> stub_behaviours();
std::span<const Behaviour> given_behaviours();
std::span<const Behaviour> wait_behaviours();
std::span<const Behaviour> reply_behaviours();
std::span<const Behaviour> notification_behaviours();
std::span<const Behaviour> arena_behaviours();
std::span<const Behaviour> vmo_behaviours();
std::span<const Behaviour> large_page_behaviours();
std::span<const Behaviour> code_behaviours();
std::span<const Behaviour> device_behaviours();
std::span<const Behaviour> irq_behaviours();
std::span<const Behaviour> fault_behaviours();
std::span<const Behaviour> misaligned_behaviours();
std::span<const Behaviour> thread_behaviours();
std::span<const Behaviour> storage_behaviours();
std::span<const Behaviour> registers_behaviours();
std::span<const Behaviour> secrets_messages_behaviours();
std::span<const Behaviour> secrets_behaviours();
std::span<const Behaviour> interrupt_behaviours();
std::span<const Behaviour> task_behaviours();
std::span<const Behaviour> schedule_behaviours();
std::span<const Behaviour> priority_behaviours();
std::span<const Behaviour> share_behaviours();
std::span<const Behaviour> donation_behaviours();
std::span<const Behaviour> qos_behaviours();
std::span<const Behaviour> harts_behaviours();
std::span<const Behaviour> harts_messages_behaviours();
std::span<const Behaviour> harts_memory_behaviours();
std::span<const Behaviour> harts_ends_behaviours();
std::span<const Behaviour> preemption_behaviours();
std::span<const Behaviour> reap_behaviours();

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_BEHAVIOUR_H_
