// What of a hart's decisions has been seen: by their numbers, those that were lost stand out.
//
// The kernel numbers a hart's decisions from 1, modulo 2^32, and counts those it had no room for
// (BootInfo.audit). It keeps what was there and loses what comes, so the first auditd that looks
// finds number 1, and each gap is a loss. One that was started again finds a later number first:
// what came before is its predecessor's.
#ifndef SERVERS_AUDITD_RING_H_
#define SERVERS_AUDITD_RING_H_

#include <cstdint>

#include "idl/kernel/boot_info.h"

namespace tessera::auditd {

class Ring {
 public:
  // What is to be said because of what a look at the ring has told, in this order.
  struct Said {
    std::uint32_t lost = 0;  // decisions before it, of which there is no record; 0: none
    bool goes_on = false;    // with this one, where another auditd had begun
    bool record = false;     // there is one
  };

  constexpr Said look(const kernel::BootInfo::AuditResult& told) {
    return told.sequence == 0 ? at_the_end(told.lost) : at(told.sequence);
  }

 private:
  constexpr Said at(std::uint32_t sequence) {
    const std::uint32_t between = sequence - last_ - 1;
    const bool first = !looked_;
    looked_ = true;
    last_ = sequence;
    if (first && between != 0) {  // the first of all has number 1
      knows_all_ = false;
      return {.lost = 0, .goes_on = true, .record = true};
    }
    lost_ += between;
    return {.lost = between, .goes_on = false, .record = true};
  }

  // Nothing is left, so what the kernel lost and no gap has shown came after the last record. Only
  // who has seen all gaps knows how many these are; otherwise the next record shows them.
  constexpr Said at_the_end(std::uint32_t lost) {
    if (!looked_ && lost != 0) knows_all_ = false;  // nothing is lost before the first record
    if (!knows_all_) return {};
    const std::uint32_t since = lost - lost_;
    last_ += since;
    lost_ = lost;
    return {.lost = since, .goes_on = false, .record = false};
  }

  std::uint32_t last_ = 0;  // the number of the last decision that is accounted for
  std::uint32_t lost_ = 0;  // of these
  bool looked_ = false;     // a record has been seen
  bool knows_all_ = true;   // every decision since the start is accounted for
};

}  // namespace tessera::auditd

#endif  // SERVERS_AUDITD_RING_H_
