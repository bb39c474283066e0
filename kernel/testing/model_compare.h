// The kernel and the model of capability space side by side: the same capabilities to start with,
// the same calls, and all that there is to see compared.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

#include "kernel/testing/model.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {

// Where a model test maps: beginnings of runs within one table, across two, and across a GiB.
inline constexpr std::uint64_t kPlaces[] = {0x1000,      0x2000,      0x4000,        0x7000,
                                            0x1f'e000,   0x20'0000,   0x3fff'e000,   0x4000'0000,
                                            0x8000'3000, 0xc000'0000, 0x3f'ffff'e000};

class Both {
 public:
  Both();
  model::Model& model() { return *model_; }

  // To the kernel.
  void make(const model::Request& request, bool interrupted);

  void compare_answers(const model::Request& request, const model::Answer& expected);
  // Every slot, object, count, link of the derivation tree and translation.
  void compare_state();
  // The kernel's own invariants, and every slot as CNode.query tells it.
  void check_all();

 private:
  static constexpr std::uint64_t kPool = 8;  // pages of a task's: World::make_task()

  std::shared_ptr<model::Object> adopt(abi::ObjectType type, std::uint64_t address);
  void give(std::uint32_t index, const std::shared_ptr<model::Object>& object);
  void move_in(std::uint32_t index, Slot& slot);
  void check_new_memory(const model::Request& request);

  Slot& slot_of(const model::Capability& capability);
  void compare_capability(const model::Capability& capability);
  void compare_run(const model::Capability& capability, const Slot& slot);
  void compare_node(const model::Object& node);
  void compare_space(const model::Object& task);

  World world_{std::uint64_t{1} << 20};
  Player caller_ = world_.make_task();
  Player others_[2] = {world_.make_task(), world_.make_task()};
  std::shared_ptr<model::Object> tasks_[2];
  std::unique_ptr<model::Model> model_;
};

}  // namespace tessera::testing
