// What a hart has decided about classes, until somebody takes the records: a ring with one writer,
// its hart, and one reader at a time, whoever has the tree. Neither waits for the other.
#pragma once

#include <cstdint>

#include "idl/abi.h"
#include "kernel/sync/atomic.h"

namespace tessera {

struct AuditRecord {
  std::uint64_t caller_sid = 0;
  std::uint64_t caller_task = 0;
  std::uint64_t target_task = 0;  // 0: not known
  std::uint32_t sequence = 0;     // from 1; 0: it is none
  abi::QosReason reason = abi::QosReason::kApplied;
  std::uint8_t from = abi::kUnknownQosClass;
  std::uint8_t to = abi::kUnknownQosClass;
};

class AuditRing {
 public:
  // The kernel's data has a bound (ci/budgets/sizes.txt), and a burst may be lost: who reads them
  // is told how many there were.
  static constexpr std::uint32_t kRecords = 16;

  // On its hart. When all are taken it is only counted.
  void add(AuditRecord record) {
    record.sequence = ++decisions_;
    const std::uint32_t written = written_.peek();
    if (written - taken_.load() == kRecords) return lost_.increment();
    records_[written % kRecords] = record;
    written_.store(written + 1);
  }

  // The oldest; sequence 0: there is none. With the tree.
  AuditRecord take() {
    const std::uint32_t taken = taken_.peek();
    if (written_.load() == taken) return {};
    const AuditRecord record = records_[taken % kRecords];
    taken_.store(taken + 1);
    return record;
  }
  std::uint32_t lost() const { return lost_.load(); }

 private:
  std::uint32_t decisions_ = 0;  // its hart's alone
  Atomic<std::uint32_t> lost_;
  // How many there ever were, modulo 2 to the 32nd; those between the two are the reader's.
  Atomic<std::uint32_t> written_;
  Atomic<std::uint32_t> taken_;
  AuditRecord records_[kRecords];
};

}  // namespace tessera
