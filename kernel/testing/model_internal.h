// What the two files of the model share: how it refuses, and its slots.
#pragma once

#include <memory>
#include <utility>

#include "kernel/testing/model.h"

namespace tessera::testing::model {

using abi::Detail;
using abi::ObjectType;

inline constexpr std::uint64_t kPage = 4096;

[[noreturn]] inline void refuse(std::int32_t status, Detail detail, unsigned argument) {
  throw Answer{.status = status, .detail = detail, .argument = argument};
}
inline Answer success(std::vector<std::uint64_t> words = {}) {
  return {.status = 0, .words = std::move(words)};
}
constexpr std::uint8_t bit(auto right) { return std::to_underlying(right); }
inline bool lacks(const Capability& capability, std::uint64_t rights) {
  return (rights & ~std::uint64_t{capability.rights}) != 0;
}
inline std::unique_ptr<Capability>& slot_at(Object& node, std::uint64_t index, unsigned argument) {
  if (index == 0 || index >= node.slots.size()) refuse(abi::kEbadf, Detail::kBadCap, argument);
  return node.slots[index];
}
inline std::unique_ptr<Capability>& taken_slot(Object& node, std::uint64_t index,
                                               unsigned argument) {
  std::unique_ptr<Capability>& slot = slot_at(node, index, argument);
  if (slot == nullptr) refuse(abi::kEbadf, Detail::kBadCap, argument);
  return slot;
}
inline void expect_free(const std::unique_ptr<Capability>& slot, unsigned argument) {
  if (slot != nullptr) refuse(abi::kEexist, Detail::kOccupied, argument);
}
inline void check_bits(std::uint64_t word, std::uint64_t max, Detail detail, unsigned argument) {
  if (word > max) refuse(abi::kEinval, detail, argument);
}

}  // namespace tessera::testing::model
