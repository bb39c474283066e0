// Memory that is taken away and given again, while other harts use it, in all orders.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>

#include "idl/kernel_rights.h"
#include "kernel/arch/contract/arch.h"
#include "kernel/explore/play.h"
#include "kernel/testing/calls.h"

namespace tessera::explore {
namespace {

using testing::kForever;
using testing::Player;
using testing::World;

constexpr std::uint64_t kAt = 0x40'0000;
constexpr std::byte kOld{0x11};
constexpr std::byte kNew{0x77};

class MemoryPlay : public Play {
 public:
  using Play::Play;

 protected:
  // A VMO of a page out of `memory`, filled with kOld and mapped for a task to read.
  kernel::Vmo map_page(const kernel::Untyped& memory, const Player& who, std::uint64_t at) {
    world.act_as(world.main());
    const kernel::Vmo vmo(rt::Slot{world.fresh_slot()});
    CHECK(memory.retype(abi::ObjectType::kVmo, kPageSize, own, vmo.slot().index, 1).has_value());
    CHECK(vmo.map(kernel::Task(rt::Slot{who.task_slot}), at, kernel::Access::kRead).has_value());
    std::memset(bytes_of(vmo), std::to_integer<int>(kOld), kPageSize);
    return vmo;
  }
  std::byte* bytes_of(const kernel::Vmo& vmo) {
    return static_cast<std::byte*>(arch::direct_map({world.slot(vmo.slot().index).object()}));
  }
  // Of what `memory` gives now, a page with nothing in it.
  bool takes_page_again(const kernel::Untyped& memory, kernel::Vmo vmo) {
    return memory.retype(abi::ObjectType::kVmo, kPageSize, own, vmo.slot().index, 1).has_value();
  }
  bool is_zero(const kernel::Vmo& vmo) {
    const std::byte* bytes = bytes_of(vmo);
    for (std::uint64_t i = 0; i < kPageSize; ++i) {
      if (bytes[i] != std::byte{0}) return false;
    }
    return true;
  }
  // Reads a few times; what it must not see, and when, is remembered.
  void read(std::uint64_t at, int times) {
    for (; times != 0; --times) {
      const std::byte seen = load({at});
      if (gone.load(std::memory_order_relaxed)) late = true;
      if (seen != kOld) strange = true;
    }
  }

  const kernel::CNode own{World::kNode};
  Player reader = world.make_task();
  std::atomic<bool> gone = false;  // nobody has it mapped any more
  bool late = false, strange = false;
};

// When an unmap has come back, nobody reads there any more, whatever a hart had cached.
class UnmapAgainstAccess : public MemoryPlay {
 public:
  explicit UnmapAgainstAccess(bool deletes) : MemoryPlay(2) {
    plays("reader", *reader.thread, 1, [this] { read(kAt, 3); });
    plays("unmapper", world.main(), 0, [this, deletes] {
      done = deletes ? own.delete_(vmo.slot().index).has_value() : vmo.unmap().has_value();
      gone.store(true, std::memory_order_relaxed);
    });
  }
  std::string check_play() override {
    if (!done) return "the unmap was refused";
    if (late) return "an access after the unmap";
    return has_played(world.main()) ? "" : "whoever unmaps waits for ever";
  }
  const kernel::Vmo vmo = map_page(kernel::Untyped(World::kMemory), reader, kAt);
  bool done = false;
};
TEST(Explore, UnmapAgainstAccess) {
  expect_right_of([] { return std::make_unique<UnmapAgainstAccess>(false); });
}
TEST(Explore, DeleteAgainstAccess) {
  expect_right_of([] { return std::make_unique<UnmapAgainstAccess>(true); });
}

// Two that unmap, on two harts, at once: each waits for a round of its own or joins the other's.
class TwoUnmapsAgainstAccess : public MemoryPlay {
 public:
  TwoUnmapsAgainstAccess() : MemoryPlay(2) {
    world.give(other, 2, second.slot());
    plays("reader", *reader.thread, 1, [this] { read(kAt, 2); });
    plays("first", world.main(), 0, [this] {
      if (first.unmap().has_value()) gone.store(true, std::memory_order_relaxed);
    });
    plays("second", *other.thread, 1,
          [this] { second_done = kernel::Vmo(rt::Slot{2}).unmap().has_value(); });
  }
  std::string check_play() override {
    if (late) return "an access after the unmap";
    if (!gone.load() || !second_done) return "an unmap waits for ever";
    return "";
  }
  const kernel::Vmo first = map_page(kernel::Untyped(World::kMemory), reader, kAt);
  const kernel::Vmo second = map_page(kernel::Untyped(World::kMemory), reader, kAt + kPageSize);
  Player other = world.make_task();
  bool second_done = false;
};
TEST(Explore, TwoUnmapsAgainstAccess) { expect_right<TwoUnmapsAgainstAccess>(); }

// Code is mapped into a task that another hart is in: nobody there can run it with what was in that
// hart's cache of instructions before the seal.
class MapOfCodeAgainstUse : public MemoryPlay {
 public:
  MapOfCodeAgainstUse() : MemoryPlay(2) {
    plays("runner", *reader.thread, 1, [this] {
      for (int i = 0; i < 3; ++i) {
        instruction();
        if (is_mapped() && syncs() == before.load(std::memory_order_relaxed)) stale = true;
      }
    });
    plays("mapper", world.main(), 0, [this] {
      if (!code.seal().has_value()) return;
      before.store(syncs(), std::memory_order_relaxed);
      constexpr auto kRun = kernel::Access::kRead | kernel::Access::kExecute;
      done = code.map(kernel::Task(rt::Slot{reader.task_slot}), kAt, kRun).has_value();
    });
  }
  std::string check_play() override {
    if (!done) return "the map was refused, or waits for ever";
    return stale ? "instructions from before the seal may be run" : "";
  }
  // By the hart's walk, whose loads depend on each other: no Atomic says so.
  bool is_mapped() {
    const Unseen unseen;
    return world.machine.translate({kAt}).has_value();
  }
  // Of the runner's hart; no hart of the machine could look at that.
  std::uint64_t syncs() {
    const Unseen unseen;
    return world.machine.hart({1}).instruction_syncs;
  }

  const kernel::Vmo code = world.make<kernel::Vmo>(kPageSize);
  std::atomic<std::uint64_t> before = 0;  // at the seal
  bool done = false, stale = false;
};
TEST(Explore, MapOfCodeAgainstUse) { expect_right<MapOfCodeAgainstUse>(); }

// Its capability is deleted meanwhile: nothing stays mapped, and who maps is told one or the other.
class MapOfCodeAgainstDelete : public MemoryPlay {
 public:
  MapOfCodeAgainstDelete() : MemoryPlay(2) {
    world.act_as(world.main());
    CHECK(code.seal().has_value());
    world.give(reader, 2, World::kNode);
    plays("deleter", *reader.thread, 1, [this] {
      instruction();
      deleted = kernel::CNode(rt::Slot{2}).delete_(code.slot().index).has_value();
    });
    plays("mapper", world.main(), 0, [this] {
      const auto result = code.map(kernel::Task(rt::Slot{reader.task_slot}), kAt,
                                   kernel::Access::kRead | kernel::Access::kExecute);
      strange = !result && result.error().status != abi::kEbadf;
    });
  }
  std::string check_play() override {
    if (!deleted || !has_played(world.main())) return "one of them waits for ever";
    if (strange) return "the map was refused for no reason";
    return reader.task->table.lookup({kAt}).has_value() ? "it is mapped" : "";
  }
  const kernel::Vmo code = world.make<kernel::Vmo>(kPageSize);
  bool deleted = false;
};
TEST(Explore, MapOfCodeAgainstDelete) { expect_right<MapOfCodeAgainstDelete>(); }

// A page goes and is given again, to somebody who writes into it: a reader that had it before never
// sees that.
class ReuseAgainstAccess : public MemoryPlay {
 public:
  ReuseAgainstAccess() : MemoryPlay(2) {
    plays("reader", *reader.thread, 1, [this] { read(kAt, 3); });
    plays("owner", world.main(), 0, [this] {
      if (!own.revoke(memory.slot().index).has_value()) return;
      gone.store(true, std::memory_order_relaxed);
      if (!takes_page_again(memory, vmo)) return;
      const Unseen unseen;  // user space writes
      std::memset(bytes_of(vmo), std::to_integer<int>(kNew), kPageSize);
      done = true;
    });
  }
  std::string check_play() override {
    if (!done) return "the page is not given again";
    if (late) return "an access after the revoke";
    return strange ? "what is somebody else's is read" : "";
  }
  const kernel::Untyped memory = world.make<kernel::Untyped>(kPageSize);
  const kernel::Vmo vmo = map_page(memory, reader, kAt);
  bool done = false;
};
TEST(Explore, ReuseAgainstAccess) { expect_right<ReuseAgainstAccess>(); }

// An object is destroyed, and its memory given again, while another hart uses it: that writes
// nothing into what the memory is now.
class RetypeAgainstUse : public MemoryPlay {
 public:
  explicit RetypeAgainstUse(std::function<void()> use) : MemoryPlay(2) {
    world.act_as(world.main());
    CHECK(memory.retype(abi::ObjectType::kNotification, 0, own, bell.index, 1).has_value());
    CHECK(memory.retype(abi::ObjectType::kEndpoint, 0, own, endpoint.index, 1).has_value());
    world.give(reader, 2, bell);
    world.give(reader, 3, endpoint);
    plays("user", *reader.thread, 1, std::move(use));
    plays("owner", world.main(), 0, [this] {
      if (!own.revoke(memory.slot().index).has_value()) return;
      done = takes_page_again(memory, vmo);
    });
  }
  std::string check_play() override {
    if (!done) return "the memory is not given again";
    if (!has_played(*reader.thread)) return "who used it waits for ever";
    return is_zero(vmo) ? "" : "something was written into memory that was given again";
  }
  const kernel::Untyped memory = world.make<kernel::Untyped>(kPageSize);
  const rt::Slot bell{world.fresh_slot()};
  const rt::Slot endpoint{world.fresh_slot()};
  const kernel::Vmo vmo{rt::Slot{world.fresh_slot()}};
  bool done = false;
};
void expect_use_right(const std::function<void()>& use) {
  expect_right_of([&] { return std::make_unique<RetypeAgainstUse>(use); });
}
TEST(Explore, RetypeAgainstSignal) {
  expect_use_right([] {
    for (int i = 0; i < 2; ++i) (void)kernel::Notification(rt::Slot{2}).signal();
  });
}
TEST(Explore, RetypeAgainstWait) {
  expect_use_right([] { (void)kernel::Notification(rt::Slot{2}).wait(kForever); });
}
TEST(Explore, RetypeAgainstCall) {
  expect_use_right(
      [] { (void)kernel::Endpoint(rt::Slot{3}).call(0, 0, 0, 0, 0, 0, testing::tag(1)); });
}
TEST(Explore, RetypeAgainstReceive) {
  expect_use_right([] { (void)kernel::Endpoint(rt::Slot{3}).receive(kForever); });
}

// All of a server's memory, its thread's too, is taken and given again while a client calls it.
class RetypeOfAServer : public MemoryPlay {
 public:
  RetypeOfAServer() : MemoryPlay(2) {
    constexpr auto kReceive = std::to_underlying(abi::EndpointRight::kReceive);
    world.give(server, 2, endpoint.slot(), kReceive, 0);
    world.give(reader, 2, endpoint.slot());
    plays("server", *server.thread, 1, [] {
      const kernel::Endpoint mine(rt::Slot{2});
      if (mine.receive(kForever)) (void)mine.reply_receive(1, 0, 0, 0, 0, 0, 0, 1);
    });
    plays("client", *reader.thread, 1, [this] {
      const auto answer = kernel::Endpoint(rt::Slot{2}).call(0, 0, 0, 0, 0, 0, testing::tag(1));
      wrong = answer.has_value() ? answer->w0 != 1 : answer.error().status >= 0;
    });
    plays("owner", world.main(), 0, [this] {
      const kernel::Untyped quota(rt::Slot{server.quota_slot});
      if (!own.revoke(server.quota_slot).has_value()) return;
      done = takes_page_again(quota, vmo);
      (void)own.revoke(endpoint.slot().index);
      (void)own.delete_(endpoint.slot().index);
    });
  }
  std::string check_play() override {
    if (!done) return "the memory is not given again";
    if (!has_played(*reader.thread)) return "the client waits for ever";
    if (wrong) return "an answer is wrong";
    return is_zero(vmo) ? "" : "something was written into memory that was given again";
  }
  const kernel::Endpoint endpoint = world.make<kernel::Endpoint>();
  Player server = world.make_task();
  const kernel::Vmo vmo{rt::Slot{world.fresh_slot()}};
  bool done = false, wrong = false;
};
TEST(Explore, RetypeOfAServer) { expect_right<RetypeOfAServer>(); }

}  // namespace
}  // namespace tessera::explore
