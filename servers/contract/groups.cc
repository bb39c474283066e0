#include "servers/contract/behaviour.h"

namespace tessera::contract {

std::span<const Group> all_groups() {
  static constexpr Group kGroups[] = {
      cnode_behaviours,          untyped_behaviours,
      endpoint_behaviours,       transfer_behaviours,
      long_message_behaviours,   stub_behaviours,
      given_behaviours,          wait_behaviours,
      reply_behaviours,          notification_behaviours,
      arena_behaviours,          vmo_behaviours,
      large_page_behaviours,     code_behaviours,
      device_behaviours,         irq_behaviours,
      fault_behaviours,          misaligned_behaviours,
      thread_behaviours,         storage_behaviours,
      registers_behaviours,      secrets_messages_behaviours,
      secrets_behaviours,        interrupt_behaviours,
      task_behaviours,           schedule_behaviours,
      priority_behaviours,       share_behaviours,
      donation_behaviours,       qos_behaviours,
      preemption_behaviours,     harts_behaviours,
      harts_messages_behaviours, harts_memory_behaviours,
      harts_ends_behaviours,     reap_behaviours,
  };
  return kGroups;
}

}  // namespace tessera::contract
