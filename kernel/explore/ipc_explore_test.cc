// Messages between harts, in all orders.
#include <gtest/gtest.h>

#include "idl/kernel_rights.h"
#include "kernel/explore/play.h"
#include "kernel/testing/calls.h"

namespace tessera::explore {
namespace {

using testing::kForever;
using testing::Player;
using testing::World;

constexpr std::uint8_t kSend = std::to_underlying(abi::EndpointRight::kSend);
constexpr std::uint8_t kReceive = std::to_underlying(abi::EndpointRight::kReceive);

// An endpoint, slot 2 of the tasks that have it. Whoever has it is asked for sums.
class EndpointPlay : public Play {
 public:
  using Play::Play;
  Player server() {
    const Player player = world.make_task();
    world.give(player, 2, made.slot(), kReceive, 0);
    return player;
  }
  Player client(std::uint64_t badge = 1) {
    const Player player = world.make_task();
    world.give(player, 2, made.slot(), kSend, badge);
    return player;
  }
  // Answers so many calls; ends the task when it is refused.
  void serve(int calls) const {
    const auto first = endpoint.receive(kForever);
    if (!first.has_value()) return;
    std::uint64_t sum = first->w0 + first->w1;
    for (; calls != 0; --calls) {
      const auto next = endpoint.reply_receive(sum, 0, 0, 0, 0, 0, 0, 1);
      if (!next.has_value()) (void)kernel::Self::exit(1);
      sum = next->w0 + next->w1;
    }
  }
  // What came of a call: the right sum, something else, or an error.
  enum class Came { kNothing, kSum, kWrong, kError };
  Came ask(std::uint64_t a, std::uint64_t b) {
    return came(endpoint.call(a, b, 0, 0, 0, 0, testing::tag(2)), a + b);
  }
  Came ask_until(std::uint64_t deadline, std::uint64_t a, std::uint64_t b) {
    return came(endpoint.call_with(a, b, 0, 0, 0, 0, testing::tag(2), deadline, 0, 0, 0), a + b);
  }
  template <class Result>
  Came came(const Result& answer, std::uint64_t sum) {
    if (answer.has_value()) return answer->w0 == sum ? Came::kSum : Came::kWrong;
    status = answer.error().status;
    return Came::kError;
  }

  const kernel::Endpoint made = world.make<kernel::Endpoint>();
  const kernel::Endpoint endpoint{rt::Slot{2}};
  const kernel::CNode own{World::kNode};
  std::int32_t status = 0;  // of the last error
};

// Two clients of two harts call one server.
class TwoHartsOnOneEndpoint : public EndpointPlay {
 public:
  static constexpr unsigned kCalls = 2;
  TwoHartsOnOneEndpoint() : EndpointPlay(2) {
    plays("server", *s.thread, 0, [this] { serve(2 * kCalls); });
    for (unsigned i = 0; i < 2; ++i) {
      plays(i == 0 ? "client 0" : "client 1", *c[i].thread, i, [this, i] {
        for (unsigned k = 0; k < kCalls; ++k) right[i] += ask(10 + i, k) == Came::kSum ? 1 : 0;
      });
    }
  }
  std::string check_play() override {
    for (unsigned i = 0; i < 2; ++i) {
      if (!has_played(*c[i].thread)) return "a client waits for ever";
      if (right[i] != kCalls) return "an answer is wrong";
    }
    return "";
  }

  Player s = server();
  Player c[2] = {client(1), client(2)};
  unsigned right[2] = {};
};
TEST(Explore, TwoHartsOnOneEndpoint) { expect_right<TwoHartsOnOneEndpoint>(); }

// The same with long messages: each is whole at its receiver, who finds no other's words in its
// buffer; whoever waits again has its answer out of its buffer before somebody else puts a call
// into it.
class LongMessagesOnTwoHarts : public EndpointPlay {
 public:
  static constexpr unsigned kCalls = 2;
  static constexpr std::uint32_t kShape = abi::message_code(8);
  LongMessagesOnTwoHarts() : EndpointPlay(2) {
    for (unsigned i = 0; i < 3; ++i) {
      const Player& player = i == 2 ? s : c[i];
      if (!kernel::Thread(rt::Slot{player.thread_slot}).buffer(memory, i)) std::abort();
    }
    plays("server", *s.thread, 0, [this] { serve_long(); });
    for (unsigned i = 0; i < 2; ++i) {
      plays(i == 0 ? "client 0" : "client 1", *c[i].thread, i, [this, i] {
        for (unsigned k = 0; k < kCalls; ++k) right[i] += call_long(i, 10 * i + k) ? 1 : 0;
      });
    }
  }
  void serve_long() {
    const auto first = endpoint.receive(kForever);
    std::uint64_t asked = first.has_value() ? first->w0 : 0;
    for (unsigned calls = 2 * kCalls; calls != 0; --calls) {
      if (!has(2, asked)) return;
      put(2, asked + 100);
      const auto next = endpoint.reply_receive(asked + 100, 0, 0, 0, 0, 0, 0, kShape);
      if (!next.has_value()) return;
      asked = next->w0;
    }
  }
  bool call_long(unsigned client, std::uint64_t word) {
    put(client, word);
    const auto answer = endpoint.call(word, 0, 0, 0, 0, 0, testing::tag(kShape));
    return answer.has_value() && answer->w0 == word + 100 && has(client, word + 100);
  }
  std::string check_play() override {
    for (unsigned i = 0; i < 2; ++i) {
      if (!has_played(*c[i].thread)) return "a client waits for ever";
      if (right[i] != kCalls) return "an answer is wrong";
    }
    return "";
  }

  // The two words of a message that lie in a thread's buffer.
  std::uint64_t* words(unsigned page) {
    const std::uint64_t base = world.slot(memory.slot().index).object();
    return static_cast<std::uint64_t*>(arch::direct_map({base + page * kPageSize}));
  }
  void put(unsigned page, std::uint64_t word) { words(page)[0] = words(page)[1] = word; }
  bool has(unsigned page, std::uint64_t word) {
    return words(page)[0] == word && words(page)[1] == word;
  }

  const kernel::Vmo memory = world.make<kernel::Vmo>(3 * kPageSize);
  Player s = server();
  Player c[2] = {client(1), client(2)};
  unsigned right[2] = {};
};
TEST(Explore, LongMessagesOnTwoHarts) { expect_right<LongMessagesOnTwoHarts>(); }

// A client calls on hart 1 while on hart 0 something happens to one of the two. It has to come
// back, with its answer or an error that says what happened.
class CallAgainst : public EndpointPlay {
 public:
  CallAgainst(unsigned server_hart, std::function<void(CallAgainst&)> what)
      : EndpointPlay(2), happens(std::move(what)) {
    plays("server", *s.thread, server_hart, [this] { serve(1); });
    plays("client", *c.thread, 1, [this] { client_came = ask(20, 3); });
    plays("first task", world.main(), 0, [this] { happens(*this); });
  }
  std::string check_play() override {
    if (!has_played(world.main())) return "whoever does it waits for ever";
    if (!done) return "whoever does it is refused";
    if (gone_client) return c.thread->is_stopped() ? "" : "a killed client lives";
    if (!has_played(*c.thread)) return "the client waits for ever";
    if (client_came == Came::kWrong) return "an answer is wrong";
    if (client_came == Came::kError && status != abi::kEpipe && status != abi::kEbadf &&
        status != abi::kEcanceled) {
      return "the client was told " + std::to_string(status);
    }
    return "";
  }
  void kill(std::uint32_t task) { done &= kernel::Task(rt::Slot{task}).kill().has_value(); }
  void revoke(std::uint32_t slot) { done &= own.revoke(slot).has_value(); }
  void delete_endpoint() { done &= own.delete_(made.slot().index).has_value(); }

  std::function<void(CallAgainst&)> happens;
  Player s = server();
  Player c = client();
  Came client_came = Came::kNothing;
  bool gone_client = false;
  bool done = true;  // nothing of it was refused
};
void expect_call_right(unsigned server_hart, const std::function<void(CallAgainst&)>& what) {
  expect_right_of([&] { return std::make_unique<CallAgainst>(server_hart, what); });
}

// The endpoint goes with the server: who waits in its queue is told.
void kill_server(CallAgainst& play) {
  play.kill(play.s.task_slot);
  play.revoke(play.made.slot().index);
  play.delete_endpoint();
}
TEST(Explore, CallAgainstKillOfTheServerThere) { expect_call_right(1, kill_server); }
TEST(Explore, CallAgainstKillOfTheServerHere) { expect_call_right(0, kill_server); }

void kill_client(CallAgainst& play) {
  play.gone_client = true;
  play.kill(play.c.task_slot);
}
TEST(Explore, CallAgainstKillOfTheClient) { expect_call_right(0, kill_client); }
TEST(Explore, CallAgainstKillOfTheClientBesideItsServer) { expect_call_right(1, kill_client); }

void revoke_endpoint(CallAgainst& play) {
  play.revoke(play.made.slot().index);
  play.delete_endpoint();
}
TEST(Explore, CallAgainstRevokeOfTheEndpoint) { expect_call_right(0, revoke_endpoint); }
TEST(Explore, CallAgainstRevokeOfTheEndpointThere) { expect_call_right(1, revoke_endpoint); }

// All of the server's: its thread, its CSpace, its task.
void destroy_server(CallAgainst& play) {
  play.revoke(play.s.quota_slot);
  play.revoke(play.made.slot().index);
  play.delete_endpoint();
}
TEST(Explore, CallAgainstDestructionOfTheServer) { expect_call_right(1, destroy_server); }

void suspend_client(CallAgainst& play) {
  const kernel::Thread client(rt::Slot{play.c.thread_slot});
  play.done = client.suspend().has_value() && client.resume().has_value();
}
TEST(Explore, ReplyAgainstCancel) { expect_call_right(0, suspend_client); }
TEST(Explore, ReplyAgainstCancelBesideItsServer) { expect_call_right(1, suspend_client); }

// The same with a deadline, which comes at any time.
class ReplyAgainstDeadline : public EndpointPlay {
 public:
  static constexpr std::uint64_t kDeadline = 1000;
  ReplyAgainstDeadline() : EndpointPlay(2) {
    plays("server", *s.thread, 0, [this] { serve(2); });
    plays("client", *c.thread, 1, [this] {
      first = ask_until(kDeadline, 20, 3);
      first_status = status;
      second = ask(5, 6);
    });
    plays("time", world.main(), 0, [this] {
      instruction();
      world.machine.advance(kDeadline);
      instruction();
    });
  }
  std::string check_play() override {
    if (!has_played(*c.thread)) return "the client waits for ever";
    if (first == Came::kWrong || second != Came::kSum) return "an answer is wrong";
    if (first == Came::kError && first_status != abi::kEtimedout) return "a wrong error";
    return "";
  }

  Player s = server();
  Player c = client();
  Came first = Came::kNothing, second = Came::kNothing;
  std::int32_t first_status = 0;
};
TEST(Explore, ReplyAgainstDeadline) { expect_right<ReplyAgainstDeadline>(); }

// A client gives its server a capability that the server does not keep, twice, while on hart 0
// something happens to what it is derived from. Neither has one then that is none of its own.
class CapabilityAgainst : public EndpointPlay {
 public:
  explicit CapabilityAgainst(std::function<bool(CapabilityAgainst&)> what)
      : EndpointPlay(2), happens(std::move(what)) {
    world.give(s, 2, made.slot(), kReceive, 0);
    world.give(c, 2, made.slot(), kSend | kGrant, 1);
    world.give(c, 3, given.slot());
    s.thread->window = kWindow;
    plays("server", *s.thread, 1, [this] { serve(2); });
    plays("client", *c.thread, 1, [this] {
      for (Came& each : client_came) {
        each = came(endpoint.call_with(7, 0, 0, 0, 0, 0, testing::tag(1, 1), kForever, 3, 0, 0), 7);
      }
    });
    plays("first task", world.main(), 0, [this] { done = happens(*this); });
  }
  std::string check_play() override {
    if (!has_played(world.main())) return "whoever does it waits for ever";
    if (!done) return "whoever does it is refused";
    if (!has_played(*c.thread)) return "the client waits for ever";
    for (const Came each : client_came) {
      if (each == Came::kWrong) return "an answer is wrong";
      if (each == Came::kError && status != abi::kEbadf) return "a wrong error";
    }
    if (!s.cspace->slot(kWindow)->empty()) return "the server has what it did not keep";
    const bool is_revoked = c.cspace->slot(3)->empty();
    const bool is_alone = world.slot(given.slot().index).children.empty();
    return is_revoked == is_alone ? "" : "somebody has what was revoked";
  }

  bool copy_and_delete() {
    const std::uint32_t to = world.fresh_slot();
    return own.copy(to, own, given.slot().index).has_value() && own.delete_(to).has_value();
  }

  static constexpr std::uint32_t kWindow = 40;
  static constexpr std::uint8_t kGrant = std::to_underlying(abi::EndpointRight::kGrant);
  std::function<bool(CapabilityAgainst&)> happens;
  const kernel::Notification given = world.make<kernel::Notification>();
  Player s = world.make_task();
  Player c = world.make_task();
  Came client_came[2] = {Came::kNothing, Came::kNothing};
  bool done = false;
};
void expect_gift_right(const std::function<bool(CapabilityAgainst&)>& what) {
  expect_right_of([&] { return std::make_unique<CapabilityAgainst>(what); });
}
TEST(Explore, CapabilityAgainstItsRevoke) {
  expect_gift_right(
      [](CapabilityAgainst& play) { return play.own.revoke(play.given.slot().index).has_value(); });
}
TEST(Explore, CapabilityAgainstSignals) {
  expect_gift_right([](CapabilityAgainst& play) { return play.given.signal().has_value(); });
}
// Another hart has the tree.
TEST(Explore, CapabilityAgainstACopy) {
  expect_gift_right([](CapabilityAgainst& play) { return play.copy_and_delete(); });
}

// What the client gives is a capability to another endpoint, whose lock is taken on hart 0 while it
// goes.
class CapabilityInUse : public EndpointPlay {
 public:
  CapabilityInUse() : EndpointPlay(2) {
    world.give(c, 2, made.slot(), kSend | kGrant, 1);
    world.give(c, 3, given.slot());
    s.thread->window = kWindow;
    plays("server", *s.thread, 1, [this] { serve(1); });
    plays("client", *c.thread, 1, [this] {
      answer = came(endpoint.call_with(7, 0, 0, 0, 0, 0, testing::tag(1, 1), kForever, 3, 0, 0), 7);
    });
    plays("first task", world.main(), 0, [this] {
      for (int i = 0; i < 2; ++i) done &= given.cancel_sends(0).has_value();
    });
  }
  std::string check_play() override {
    if (!has_played(*c.thread) || !has_played(world.main())) return "somebody waits for ever";
    if (answer != Came::kSum || !done) return "an answer is wrong";
    return s.cspace->slot(kWindow)->empty() ? "" : "the server has what it did not keep";
  }

  static constexpr std::uint32_t kWindow = 40;
  static constexpr std::uint8_t kGrant = std::to_underlying(abi::EndpointRight::kGrant);
  const kernel::Endpoint given = world.make<kernel::Endpoint>();
  Player s = server();
  Player c = world.make_task();
  Came answer = Came::kNothing;
  bool done = true;
};
TEST(Explore, CapabilityInUse) { expect_right<CapabilityInUse>(); }

// A chain of three of which the first runs at the highest class, and somebody in it dies: nobody
// keeps a class that nobody gives.
class DonationAgainstDeath : public EndpointPlay {
 public:
  explicit DonationAgainstDeath(bool first_dies) : EndpointPlay(2) {
    world.give(middle, 3, second.slot(), kSend, 7);
    world.give(last, 3, second.slot(), kReceive, 0);
    c.thread->own_class.set(abi::QosClass::kPerfBurst);
    c.thread->effective_class.set(abi::QosClass::kPerfBurst);
    plays("first", *c.thread, 1, [this] { (void)ask(1, 2); });
    plays("middle", *middle.thread, 1, [this] {
      if (!endpoint.receive(kForever)) return;
      (void)on.call(1, 2, 0, 0, 0, 0, testing::tag(2));
      (void)endpoint.reply_receive(3, 0, 0, 0, 0, 0, 0, 1);
    });
    plays("last", *last.thread, 0, [this] {
      if (on.receive(kForever)) (void)on.reply_receive(3, 0, 0, 0, 0, 0, 0, 1);
    });
    plays("killer", world.main(), 0, [this, first_dies] {
      (void)kernel::Task(rt::Slot{first_dies ? c.task_slot : middle.task_slot}).kill();
    });
  }
  // The invariants say whether each runs at the class that is due.
  std::string check_play() override {
    return has_played(world.main()) ? "" : "the killer waits for ever";
  }

  const kernel::Endpoint second = world.make<kernel::Endpoint>();
  const kernel::Endpoint on{rt::Slot{3}};
  Player middle = server();
  Player last = server();
  Player c = client();
};
// A caller of another hart dies while its server works on: that loses what it was given.
class DonationAgainstDeathElsewhere : public EndpointPlay {
 public:
  DonationAgainstDeathElsewhere() : EndpointPlay(2) {
    c.thread->own_class.set(abi::QosClass::kPerfBurst);
    c.thread->effective_class.set(abi::QosClass::kPerfBurst);
    c.thread->affinity.set(2);
    s.thread->affinity.set(1);
    plays("client", *c.thread, 1, [this] { (void)ask(1, 2); });
    plays("server", *s.thread, 0, [this] { (void)endpoint.receive(kForever); });
    plays("killer", world.main(), 0,
          [this] { killed = kernel::Task(rt::Slot{c.task_slot}).kill().has_value(); });
  }
  // The invariants say whether the server runs at the class that is due.
  std::string check_play() override {
    return killed ? "" : "the killer waits for ever, or is refused";
  }

  Player s = server();
  Player c = client();
  bool killed = false;
};
TEST(Explore, DonationAgainstDeathElsewhere) { expect_right<DonationAgainstDeathElsewhere>(); }

TEST(Explore, DonationAgainstDeathOfTheFirst) {
  expect_right_of([] { return std::make_unique<DonationAgainstDeath>(true); });
}
TEST(Explore, DonationAgainstDeathOfTheMiddle) {
  expect_right_of([] { return std::make_unique<DonationAgainstDeath>(false); });
}

}  // namespace
}  // namespace tessera::explore
