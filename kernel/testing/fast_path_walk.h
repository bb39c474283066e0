// A random walk of a kernel on one hart or two, in which every system call and fault is made in
// both ways, from the same state and with the same registers, and all that there is then is
// compared, bit by bit: RAM, the kernel's own state, the registers of every thread, the machine's.
// For fast_path_test.cc.
//
// The threads call each other in every order, so that the states are those that a kernel comes to:
// callers that work for callers, of all classes; deadlines, kept replies, signals, faults,
// capabilities that come and go, threads that are suspended, and moved to another hart, tasks that
// end.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "idl/system_call.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/state.h"
#include "kernel/object/task.h"
#include "kernel/testing/checkpoint.h"
#include "kernel/testing/world.h"

namespace tessera::testing {

// What may stand in the way of a short way; a round has any number of them.
enum class Obstacle : std::uint8_t {
  kNone,        // all is plain
  kShape,       // with capabilities, or no shape at all
  kBuffer,      // long, and one of the two has no buffer
  kTag,         // not in the range; of an answer, a status that is no 32 bits
  kReceived,    // capabilities that the caller has not cleaned up
  kCapability,  // no endpoint there, or not with that right
  kNobody,      // nobody receives; of an answer, nobody waits for it
  kElsewhere,   // the partner is another hart's
  kDeadline,    // the partner has one
  kImportant,   // somebody more important is ready
  kEnded,       // the partner's task has ended
  kRaised,      // the caller runs at its own caller's class
  kFault,       // the answer is to a fault
  kSenders,     // others send already
  kSignalled,   // a signal waits
  kCrowd,       // others receive there, too
  kSeveral,
};
inline constexpr std::size_t kObstacles = static_cast<std::size_t>(Obstacle::kSeveral) + 1;

// What happened to the calls of one kind.
struct Tally {
  std::uint64_t rounds = 0;
  std::uint64_t taken = 0;                      // by the short way
  std::array<std::uint64_t, kObstacles> met{};  // by what alone stood in the way
  // Of those that were taken.
  std::uint64_t donated = 0;  // somebody runs, or ran, above its own class
  std::uint64_t badged = 0;
  std::uint64_t on_the_second_hart = 0;
  std::array<std::uint64_t, 8> words{};  // how many the message has; the last: those that are long
  std::array<std::uint64_t, kObjectTypes> types{};  // of what it carries, or what is cleaned up
  std::array<std::array<std::uint64_t, 4>, 4>
      classes{};  // own ones, of who calls or answers, and the partner
};

// Who receives at an endpoint first; null: nobody does.
inline Thread* first_receiver(Endpoint& endpoint) {
  const EndpointLock::Word word = endpoint.lock.peek();
  if (word.is_parked()) return &word.parked();
  const bool any = endpoint.holds == Endpoint::Holds::kReceivers && !endpoint.queue.empty();
  return any ? &Thread::of(endpoint.queue.first()) : nullptr;
}
inline bool has_senders(const Endpoint& endpoint) {
  return endpoint.lock.peek() == EndpointLock::Word::kQueue &&
         endpoint.holds == Endpoint::Holds::kSenders;
}

class Walk {
 public:
  // With the same seed it is the same walk.
  explicit Walk(std::uint64_t seed);

  // One thing happens: somebody's system call, a fault, an interrupt, or time passes.
  void step();
  // A hart waits for the other one, whose turn does not come: nothing more can be said.
  bool is_over() const { return is_over_; }
  // Empty: both ways have done the same so far.
  const std::string& failure() const { return failure_; }
  // Whether everything was looked at.
  bool rest_is_untouched() const { return before_->rest_is_untouched(); }

  Tally calls, answers, faults;
  // From a thread, from a device.
  struct Signals {
    std::uint64_t rounds = 0;
    std::uint64_t woken = 0;  // the hart goes on, by the short way, with one that waited
  };
  Signals signals, interrupts;
  // Calls with one capability and no deadline, and answers of who received one; what is in their
  // way is not all told apart.
  Tally carrying, cleaning;
  std::uint64_t anothers_turns = 0;  // rounds that were not compared (is_anothers_turn)

 private:
  static constexpr std::size_t kPlayers = 5;
  static constexpr std::uint32_t kSource = 3;  // of a device
  using Call = tessera::abi::SystemCall;

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

  void equip(const Player& player, std::uint64_t number);
  void trap(Hart& hart, std::uint64_t cause, std::uint64_t value = 0);
  bool take_interrupts(Hart& hart);
  void happen_around();
  void end_in_pieces(const Player& player);
  void change_buffer(std::size_t number);
  void change_item(const Player& player);
  void change_window(const Player& player);
  void keep_alone(Slot& slot);
  void pass(std::uint64_t nanoseconds);
  void by_main(Call call, std::uint32_t slot, std::uint64_t a0 = 0, std::uint64_t a1 = 0);
  void act(Hart& hart);
  void interrupt(Hart& hart);
  std::uint64_t choose_meeting(Call call);
  bool anybody_receives();
  Call choose(const Thread& thread);
  void load(Thread& thread, Call call);
  std::uint64_t choose_item();
  bool same_claims(const Share& one, const Share& other) const;
  void make_in_both_ways(Hart& hart, std::uint64_t cause, std::uint64_t value);
  void expect_no_difference(const Checkpoint& by_short, const Dead& dead, const char* when);
  void fail(const std::string& what);
  Dead dead(bool looked_since) const;
  std::string describe() const;
  std::string name_of(const std::byte* at) const;

  // What the round is, before it is made.
  struct Round {
    bool is_message = false;  // a call, or an answer; else it is not counted
    bool is_call = false;     // or a fault, which is one to its handler
    bool is_fault = false;
    bool carries = false;                           // a callWith
    bool cleans = false;                            // an answer by who received a capability
    abi::ObjectType type = abi::ObjectType::kNull;  // of what is carried, or cleaned up
    Thread* partner = nullptr;
    Obstacle obstacle = Obstacle::kNone;
    unsigned words = 0;
    bool donated = false;
    bool badged = false;
  };
  Round look_at(const Hart& hart, Thread& thread, std::uint64_t cause) const;
  bool is_anothers_turn(Hart& hart, const Round& round, const Thread& thread) const;
  void count(const Hart& hart, const Round& round, const Thread& thread, bool taken);

  std::mt19937_64 random_;
  World world_{std::uint64_t{1} << 20};
  std::array<Player, kPlayers> players_{};
  std::array<std::uint32_t, kPlayers>
      bound_{};  // the Notification of each, in the first task's CSpace
  std::array<std::uint32_t, 2> endpoints_{};
  rt::Slot buffers_{0};                   // a page of each, in the first task's CSpace
  rt::Slot bell_{0};                      // a Notification of all
  rt::Slot irq_{0};                       // of the device, at the first hart
  std::array<std::uint32_t, 3> items_{};  // what is sent, in the first task's CSpace
  std::optional<Checkpoint> before_, by_short_, by_short_later_, by_long_;
  bool is_over_ = false;
  std::string failure_;
};

}  // namespace tessera::testing
