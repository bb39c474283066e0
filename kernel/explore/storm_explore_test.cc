// A storm at one hart, in all orders: of three harts, so many that it has a test of its own.
#include <gtest/gtest.h>

#include <array>

#include "kernel/explore/play.h"
#include "kernel/testing/calls.h"

namespace tessera::explore {
namespace {

using testing::kForever;
using testing::Player;

// Two harts wake all threads of a third at once: what comes is not lost, whatever is there already.
class StormAtOneHart : public Play {
 public:
  static constexpr unsigned kSleepers = 2;
  StormAtOneHart() : Play(3) {
    for (unsigned i = 0; i < kSleepers; ++i) {
      world.give(sleeper[i], 2, bell[i].slot());
      // Where it may run it is woken.
      sleeper[i].thread->affinity.set(4);
      plays("sleeper", *sleeper[i].thread, 2, [this, i] {
        const kernel::Notification mine(rt::Slot{2});
        if (mine.wait(kForever) == 1u) ++woken[i];
      });
    }
    for (unsigned i = 0; i < 2; ++i) {
      for (unsigned k = 0; k < kSleepers; ++k) world.give(ringer[i], 2 + k, bell[k].slot());
      ringer[i].thread->affinity.set(static_cast<std::uint8_t>(1 << i));
      plays(i == 0 ? "ringer 0" : "ringer 1", *ringer[i].thread, i, [i] {
        for (unsigned k = i; k < kSleepers; k += 2) {
          (void)kernel::Notification(rt::Slot{2 + k}).signal();
        }
      });
    }
  }
  std::string check_play() override {
    for (unsigned i = 0; i < kSleepers; ++i) {
      if (woken[i] != 1) return "a sleeper is not woken";
    }
    return "";
  }

  std::array<kernel::Notification, kSleepers> bell = {world.make<kernel::Notification>(),
                                                      world.make<kernel::Notification>()};
  Player sleeper[kSleepers] = {world.make_task(), world.make_task()};
  Player ringer[2] = {world.make_task(), world.make_task()};
  unsigned woken[kSleepers] = {};
};
TEST(Explore, StormAtOneHart) { expect_right<StormAtOneHart>(); }

}  // namespace
}  // namespace tessera::explore
