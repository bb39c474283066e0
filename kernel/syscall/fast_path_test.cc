// The short way and the long way do the same: every register, every bit of state, on the same
// random calls. SEED and ROUNDS in the environment choose others, and more.
#include "kernel/syscall/fast_path.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>

#include "kernel/object/donation.h"
#include "kernel/object/task.h"
#include "kernel/sched/scheduler.h"
#include "kernel/testing/entry.h"
#include "kernel/testing/ipc_fixture.h"

namespace tessera::testing {
namespace {

constexpr std::uint64_t kRounds = 500;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 0);
}

// What can be in the way of the short way, and what is carried.
struct Case {
  explicit Case(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    auto pick = [&](std::uint64_t n) { return random() % n; };
    answers = pick(2) == 0;
    client_class = static_cast<abi::QosClass>(pick(4));
    server_class = static_cast<abi::QosClass>(pick(4));
    main_class = static_cast<abi::QosClass>(pick(4));
    words = static_cast<unsigned>(pick(8));  // 7 is one too many
    capabilities = pick(8) == 0 ? 1 : 0;
    has_deadline = pick(6) == 0;
    partner_is_there = pick(6) != 0;
    received = pick(8) == 0 ? 1 : 0;
    slot = pick(8) == 0 ? pick(70) : 2;
    wide_tag = pick(12) == 0;
    bound_bits = pick(8) == 0;
    sender_waits = pick(6) == 0;
    status = static_cast<std::int64_t>(pick(3)) - 1;
    wide_status = pick(12) == 0;
    partner_ended = pick(12) == 0;
    for (std::uint64_t& word : payload) word = random();
    constexpr std::size_t kLengths[] = {0, 1, 2, kDonationDepth, kDonationDepth + 1};
    patrons = pick(4) == 0 ? kLengths[pick(std::size(kLengths))] : 0;
    patron_class = static_cast<abi::QosClass>(pick(4));
  }
  bool answers, has_deadline, partner_is_there, wide_tag, bound_bits, sender_waits, wide_status,
      partner_ended;
  abi::QosClass client_class, server_class, main_class, patron_class;
  std::size_t patrons;
  unsigned words, capabilities;
  std::uint8_t received;
  std::uint64_t slot;
  std::int64_t status;
  std::uint64_t payload[6];
};

class Round : public IpcTest {
 public:
  void TestBody() override {}

  std::string run(const Case& c, bool short_way, bool& taken) {
    prepare(c);
    Thread& actor = *(c.answers ? server : client).thread;
    world.act_as(actor);
    load_registers(actor.frame, c);
    taken = short_way && takes_short_way(actor);
    if (!taken) (void)world.system_call();
    return state();
  }

 private:
  void prepare(const Case& c) {
    if (c.answers) {
      start_receive(server);
      start_call(client);
    } else if (c.partner_is_there) {
      start_receive(server, c.has_deadline ? 1'000'000'000'000 : kForever);
    }
    set_class(*client.thread, c.client_class);
    set_class(*server.thread, c.server_class);
    set_class(world.main(), c.main_class);
    // A server of a higher class works in its caller's turn, if the call was the short one.
    world.hart.turn_of = client.thread->effective_class.peek();
    if (!c.answers) work_for_patrons(c);
    Thread& actor = *(c.answers ? server : client).thread;
    actor.received = c.received;
    if (c.partner_ended) {
      // By somebody who goes on with it, and is not in this picture.
      (c.answers ? client : server).task->set_state(abi::TaskState::kKilled);
      world.checks = false;
    }
  }

  // The client works for a chain of callers, of which only what concerns its class is there.
  void work_for_patrons(const Case& c) {
    Thread* caller = nullptr;
    for (std::size_t i = 0; i < c.patrons; ++i) {
      patrons_[i].own_class.set(i == 0 ? c.patron_class : abi::QosClass::kIdle);
      patrons_[i].effective_class.set(c.patron_class);
      if (caller != nullptr) patrons_[i].reply.gift.set(gift_of(*caller));
      patrons_[i].reply.caller.set(caller);
      caller = &patrons_[i];
    }
    world.checks = caller == nullptr;
    if (caller != nullptr) client.thread->reply.gift.set(gift_of(*caller));
    client.thread->reply.caller.set(caller);
    refresh_class(*client.thread);
  }

  static void load_registers(arch::Frame& frame, const Case& c) {
    for (unsigned i = 0; i < 6; ++i) frame.x[10 + i] = c.payload[i];
    frame.x[5] = c.slot;
    if (c.answers) {
      frame.x[6] = c.words | c.capabilities << abi::kTagCapabilitiesShift;
      frame.x[16] = static_cast<std::uint64_t>(c.status) ^ (c.wide_status ? 1ull << 40 : 0);
      frame.x[17] = abi::word(abi::SystemCall::kEndpointReplyReceive);
    } else {
      frame.x[16] = tag(c.words, c.capabilities) ^ (c.wide_tag ? 1ull << 33 : 0);
      frame.x[17] = abi::word(abi::SystemCall::kEndpointCall);
    }
    for (unsigned i : {8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27}) frame.x[i] = 0x5000 + i;
  }

  // The actor runs, as if the scheduler had come to it.
  bool takes_short_way(Thread& actor) {
    Hart& hart = world.hart;
    if (hart.current != &actor) {
      if (hart.current != nullptr) hart.ready.push_front(*hart.current);
      hart.ready.remove(actor);
      hart.current = &actor;
    }
    return take_short_way(hart, actor.frame);
  }

  // A waiting thread's clobbered registers mean nothing; all else is told.
  static void tell(std::ostringstream& out, const char* name, Thread& thread) {
    out << name << " wait=" << int(thread.wait()) << " run=" << int(sched::run_state(thread))
        << " class=" << int(thread.effective_class.peek()) << " received=" << int(thread.received)
        << " caller=" << (thread.reply.caller.peek() != nullptr) << " armed=" << thread.armed();
    if (thread.reply.caller.peek() != nullptr) {
      const Gift gift = thread.reply.gift.peek();
      out << " gift=" << int(gift.of) << ',' << int(gift.depth);
    }
    bool waits = thread.wait() != Wait::kNone;
    bool receives = thread.wait() == Wait::kReceiving;
    for (unsigned i = 0; i < 32; ++i) {
      bool saved = i == 8 || i == 9 || (i >= 18 && i <= 27);
      bool place = i == 0 || i == 2 || i == 4;
      if (waits && !place && (!saved || receives)) continue;
      out << ' ' << i << ':' << std::hex << thread.frame.x[i] << std::dec;
    }
    out << '\n';
  }

  std::string state() {
    std::ostringstream out;
    tell(out, "client", *client.thread);
    tell(out, "server", *server.thread);
    tell(out, "main", world.main());
    Hart& hart = world.hart;
    auto& meeting = *reinterpret_cast<Endpoint*>(world.slot(made.slot().index).object());
    out << "current="
        << (hart.current == client.thread   ? 'c'
            : hart.current == server.thread ? 's'
                                            : 'o')
        << " holds=" << int(meeting.holds) << " parked=" << meeting.lock.peek().is_parked()
        << " slice=" << hart.slice_end.value << " timer=" << hart.programmed.value
        << " root=" << world.machine.hart(hart.id).root.value;
    return out.str();
  }

  std::array<Thread, kDonationDepth + 1> patrons_;
};

TEST(FastPathTest, DoesWhatTheLongWayDoes) {
  const std::uint64_t seed = from_environment("SEED", 1);
  const std::uint64_t rounds = from_environment("ROUNDS", kRounds);
  std::uint64_t short_ways = 0;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const Case c(seed + i);
    bool taken = false;
    bool never = false;
    std::string by_long = Round().run(c, false, never);
    std::string by_short = Round().run(c, true, taken);
    ASSERT_EQ(by_short, by_long) << "SEED=" << seed + i << (taken ? " (short way)" : "");
    short_ways += taken;
  }
  // Both ways are really compared, and the cases are not all refused.
  EXPECT_GT(short_ways, rounds / 10);
  RecordProperty("short_ways", static_cast<int>(short_ways));
}

}  // namespace
}  // namespace tessera::testing
