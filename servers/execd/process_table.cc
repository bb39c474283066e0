#include "servers/execd/process_table.h"

#include <cstddef>

namespace tessera::execd {

std::optional<std::uint32_t> ProcessTable::free_place() const {
  for (std::uint32_t i = 0; i < kPlaces; ++i) {
    if (in_place_[i] == 0) return i;
  }
  return std::nullopt;
}

Process& ProcessTable::oldest() {
  std::size_t oldest = kRecords;
  for (std::size_t i = 0; i < kRecords; ++i) {
    const Process& record = records_[i];
    if (record.badge == 0) return records_[i];
    const bool first = oldest == kRecords || record.ended_as < records_[oldest].ended_as;
    if (record.ended && first) oldest = i;
  }
  return records_[oldest];
}

// A badge has the record's index, and how many were started before: never given twice.
Process& ProcessTable::add(std::uint32_t place, std::uint64_t task, std::uint32_t image) {
  Process& record = oldest();
  const auto index = static_cast<std::uint32_t>(&record - records_.data());
  record = {.badge = kIsProcess | started_++ * kRecords | index,
            .task = task,
            .image = image,
            .place = place,
            .ending = {.state = abi::TaskState::kRunning}};
  in_place_[place] = index + 1;
  ++live_;
  return record;
}

Process* ProcessTable::in_place(std::uint32_t place) {
  return in_place_[place] == 0 ? nullptr : &records_[in_place_[place] - 1];
}

Process* ProcessTable::find(std::uint64_t badge) {
  Process& record = records_[badge % kRecords];
  return record.badge == badge && badge != 0 ? &record : nullptr;
}

void ProcessTable::end(Process& process, const Ending& ending) {
  process.ending = ending;
  process.ended = true;
  process.ended_as = ended_++;
  in_place_[process.place] = 0;
  --live_;
}

std::uint32_t ProcessTable::free_waiter() const {
  std::uint32_t i = 0;
  while (waiters_[i].badge != 0) ++i;
  return i;
}

bool ProcessTable::wait(std::uint32_t waiter, std::uint64_t badge, std::uint64_t caller,
                        std::optional<std::uint32_t>& given_up) {
  for (std::uint32_t i = 0; i < kWaiters; ++i) {
    if (waiters_[i].badge != badge || waiters_[i].caller != caller) continue;
    drop_waiter(i);
    given_up = i;
  }
  if (waiting_ == service::kMaxWaiters) return false;
  waiters_[waiter] = {.badge = badge, .caller = caller};
  ++waiting_;
  return true;
}

std::optional<std::uint32_t> ProcessTable::take_waiter(std::uint64_t badge) {
  for (std::uint32_t i = 0; i < kWaiters; ++i) {
    if (waiters_[i].badge != badge) continue;
    drop_waiter(i);
    return i;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> ProcessTable::take_waiter_of(std::uint64_t caller) {
  for (std::uint32_t i = 0; i < kWaiters; ++i) {
    if (waiters_[i].badge == 0 || waiters_[i].caller != caller) continue;
    drop_waiter(i);
    return i;
  }
  return std::nullopt;
}

void ProcessTable::drop_waiter(std::uint32_t waiter) {
  waiters_[waiter] = {};
  --waiting_;
}

}  // namespace tessera::execd
