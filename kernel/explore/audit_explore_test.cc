// Whoever audits is told of each decision, whatever another hart does at that moment.
#include <gtest/gtest.h>

#include "idl/kernel/boot_info.h"
#include "idl/kernel_rights.h"
#include "kernel/explore/play.h"
#include "kernel/object/state.h"
#include "kernel/testing/calls.h"

namespace tessera::explore {
namespace {

using testing::kForever;
using testing::Player;
using testing::World;

// A thread on hart 1 asks for what it may not have, and is refused.
class Decision : public Play {
 public:
  Decision() : Play(2) {
    world.slot(kInfo.index)
        .fill(state.root, abi::ObjectType::kBootInfo, 0, abi::kAllBootInfoRights);
    plays("decider", *decider.thread, 1,
          [] { (void)kernel::Self::qos(abi::QosOp::kSet, 0, abi::QosClass::kPerfBurst); });
  }

 protected:
  static constexpr rt::Slot kInfo{300};
  static constexpr kernel::BootInfo info{kInfo};

  const kernel::Notification bell = world.make<kernel::Notification>();
  const Player decider = world.make_task();
};

// Hart 0 says where it wants to be told, looks, and waits if there is nothing yet.
class DecisionAgainstListener : public Decision {
 public:
  DecisionAgainstListener() {
    plays("auditor", world.main(), 0, [this] {
      (void)info.audit_to(bell);
      while (!took()) (void)bell.wait(kForever);
    });
  }
  std::string check_play() override {
    return has_played(world.main()) ? "" : "a decision is not told";
  }

 private:
  static bool took() {
    const auto record = info.audit(1);
    return record.has_value() && record->sequence == 1;
  }
};
TEST(Explore, DecisionAgainstListener) { expect_right<DecisionAgainstListener>(); }

// Hart 0 names another one to be told.
class DecisionAgainstReplacement : public Decision {
 public:
  DecisionAgainstReplacement() {
    (void)info.audit_to(other);
    plays("auditor", world.main(), 0, [this] {
      (void)info.audit_to(bell);
      const auto record = info.audit(1);
      seen = record.has_value() && record->sequence == 1;
      if (!seen) (void)bell.wait(kForever);
    });
  }
  std::string check_play() override {
    return has_played(world.main()) ? "" : "a decision is not told";
  }

 private:
  const kernel::Notification other = world.make<kernel::Notification>();
  bool seen = false;
};
TEST(Explore, DecisionAgainstReplacement) { expect_right<DecisionAgainstReplacement>(); }

// Hart 0 destroys the Notification that would be signalled.
class DecisionAgainstDestruction : public Decision {
 public:
  DecisionAgainstDestruction() {
    (void)info.audit_to(bell);
    plays("destroyer", world.main(), 0, [this] {
      const kernel::CNode own(World::kNode);
      (void)own.revoke(bell.slot().index);
      (void)own.delete_(bell.slot().index);
    });
  }
  std::string check_play() override {
    if (!has_played(*decider.thread) || !has_played(world.main())) return "a thread waits for ever";
    return state.audit_to.empty() ? "" : "it is remembered";
  }
};
TEST(Explore, DecisionAgainstDestruction) { expect_right<DecisionAgainstDestruction>(); }

}  // namespace
}  // namespace tessera::explore
