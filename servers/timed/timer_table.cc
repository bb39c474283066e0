#include "servers/timed/timer_table.h"

#include "servers/timed/window.h"

namespace tessera::timed {

std::expected<Admission, Status> TimerTable::admit(std::uint64_t owner, abi::QosClass sender,
                                                   service::TimerClass wanted,
                                                   std::uint64_t deadline) const {
  // Tasks that nobody has identified are not one owner: they would cancel each other's timers.
  if (owner == 0) return std::unexpected(Status::kInvalidArgs);
  const auto qos = effective_class(sender, wanted);
  if (!qos) return std::unexpected(Status::kInvalidArgs);
  const auto coalesced = coalesce(deadline, window_of(*qos));
  if (!coalesced) return std::unexpected(Status::kInvalidArgs);
  if (owners_.count(owner) >= service::kMaxTimersPerOwner) {
    return std::unexpected(Status::kOverLimit);
  }
  const auto index = free_.peek();
  if (!index) return std::unexpected(Status::kOverLimit);
  return Admission{.owner = owner, .deadline = *coalesced, .index = *index};
}

std::uint64_t TimerTable::add(const Admission& admission) {
  const std::uint32_t index = *free_.take();
  const std::uint64_t number = ++statistics_.registrations;
  ids_[index] = number * kCapacity + index;
  owners_.add(admission.owner, index);
  heap_.insert(index, admission.deadline, number);
  return ids_[index];
}

std::expected<std::uint32_t, Status> TimerTable::cancel(std::uint64_t owner, std::uint64_t id) {
  const auto index = static_cast<std::uint32_t>(id % kCapacity);
  // A free index has id 0, which is no timer's; so the owner is looked at for a live one only.
  const bool live = id != 0 && ids_[index] == id;
  if (!live || owners_.owner_of(index) != owner) return std::unexpected(Status::kNotFound);
  end(index);
  return index;
}

void TimerTable::end(std::uint32_t index) {
  heap_.remove(index);
  owners_.remove(index);
  ids_[index] = 0;
  free_.give(index);
}

}  // namespace tessera::timed
