// The page on which a behaviour's tasks and the runner meet: why it failed, if it did. The runner
// makes it, and every task of a behaviour has it mapped at the same address.
#ifndef SERVERS_CONTRACT_REPORT_H_
#define SERVERS_CONTRACT_REPORT_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "idl/abi.h"
#include "servers/contract/layout.h"

namespace tessera::contract {

class Report {
 public:
  // By the runner, before a behaviour.
  void clear() {
    size_ = 0;
    taken_.store(false, std::memory_order_relaxed);
    note_ = 0;
  }
  // True for one caller only: the first to fail.
  bool claim() { return !taken_.exchange(true, std::memory_order_relaxed); }
  // Ends of a text that is too long are lost.
  void put(char c) {
    if (size_ < text_.size()) text_[size_++] = c;
  }
  std::string_view text() const { return {text_.data(), size_}; }

  // A number that one task of a behaviour leaves for another.
  std::uint64_t note() const { return note_; }
  void set_note(std::uint64_t note) { note_ = note; }

 private:
  std::atomic<bool> taken_ = false;
  volatile std::uint64_t note_ = 0;
  std::size_t size_ = 0;
  std::array<char, 256> text_{};
};
static_assert(sizeof(Report) <= abi::kPageSize);

inline Report& report() { return *reinterpret_cast<Report*>(kReportAddress); }

}  // namespace tessera::contract

#endif  // SERVERS_CONTRACT_REPORT_H_
