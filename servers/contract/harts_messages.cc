// Everything that goes between threads, between harts: what arrives is checked, not that something
// does. (harts.cc: calls of one word, signals, and what is done to a thread.)
#include <cstdint>

#include "idl/kernel/notification.h"
#include "idl/kernel/reply.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/harts.h"
#include "servers/contract/messages.h"

namespace tessera::contract {
namespace {

using kernel::Endpoint;
using kernel::Notification;
using kernel::Reply;
using kernel::Self;

constexpr std::uint8_t kSend = rt::rights(Endpoint::Right::kSend);
constexpr std::uint8_t kSignal = rt::rights(Notification::Right::kSignal);

constinit Endpoint endpoint;
constinit Notification there;

// What a server gets, by whichever call.
struct Message {
  Words words;
  std::uint32_t tag;
};
Message received(const auto& result) { return {words_of(result), result.tag}; }
Message receive() { return received(OK(endpoint.receive(abi::kNoDeadline))); }

// --- Capabilities

// The slots where the two threads receive.
constinit rt::Slot here_window;
constinit rt::Slot there_window;

bool is_signal_of(rt::Slot slot, std::uint64_t badge) {
  const auto found = OK(own().query(slot.index));
  return found.type == abi::ObjectType::kNotification && found.badge == badge &&
         found.rights == kSignal;
}

// Uses what it gets, and gives it back.
void serve_capabilities(std::uint64_t) {
  go_elsewhere();
  OK(Self::window(there_window.index));
  Message message = receive();
  for (;;) {
    const std::uint64_t badge = message.words[0];
    EXPECT(message.tag == tag(1, 1) && is_signal_of(there_window, badge));
    OK(Notification(there_window).signal());
    message = received(OK(endpoint.reply_receive_with(badge + 1, 0, 0, 0, 0, 0, 0, shape(1, 1),
                                                      there_window.index, 0, 0, abi::kNoDeadline)));
  }
}

void a_capability_crosses_both_ways() {
  endpoint = make<Endpoint>();
  there = make<Notification>();
  here_window = take_slots(abi::kMessageCapabilities);
  there_window = take_slots(abi::kMessageCapabilities);
  const rt::Slot given = take_slot();
  OK(Self::window(here_window.index));
  spawn(serve_capabilities);
  for (std::uint64_t badge = 1; badge <= options.rounds; ++badge) {
    OK(own().mint(given.index, own(), there.slot().index, kSignal, badge));
    const auto answered = OK(
        endpoint.call_with(badge, 0, 0, 0, 0, 0, tag(1, 1), abi::kNoDeadline, given.index, 0, 0));
    EXPECT(answered.w0 == badge + 1 && answered.shape == shape(1, 1));
    EXPECT(OK(there.poll()) == badge);
    EXPECT(is_signal_of(here_window, badge));
    // What both have is derived from what was sent.
    revoke(given);
    EXPECT(is_empty(here_window) && is_empty(there_window));
    drop(given);
  }
}

// --- Long messages

constexpr unsigned kBeyond = abi::kMessageWordsMax - abi::kMessageRegisters;
constexpr std::uint64_t kHereBuffer = kFree;
constexpr std::uint64_t kThereBuffer = kFree + 16 * kPage;

void fill(std::uint64_t address, std::uint64_t first) {
  for (std::uint64_t i = 0; i < kBeyond; ++i) word_at(address + 8 * i) = first + i;
}
bool has(std::uint64_t address, std::uint64_t first) {
  for (std::uint64_t i = 0; i < kBeyond; ++i) {
    if (word_at(address + 8 * i) != first + i) return false;
  }
  return true;
}
bool is_from(const Words& words, std::uint64_t first) {
  return words == Words{first, first + 1, first + 2, first + 3, first + 4, first + 5};
}

// The first word of the answer; the others follow it.
constexpr std::uint64_t answer_to(std::uint64_t first) { return ~first << 8; }

void serve_long(std::uint64_t) {
  constexpr std::uint32_t kShape = shape(abi::kMessageWordsMax);
  go_elsewhere();
  Message message = receive();
  for (;;) {
    const std::uint64_t w = message.words[0];
    EXPECT(message.tag == tag(abi::kMessageWordsMax));
    EXPECT(is_from(message.words, w) && has(kThereBuffer, w + abi::kMessageRegisters));
    const std::uint64_t a = answer_to(w);
    fill(kThereBuffer, a + abi::kMessageRegisters);
    message = received(OK(endpoint.reply_receive(a, a + 1, a + 2, a + 3, a + 4, a + 5, 0, kShape)));
  }
}

void long_messages_cross_whole() {
  endpoint = make<Endpoint>();
  const auto page = make_vmo(1);
  OK(rt::start::thread().buffer(page, 0));
  map(page, kHereBuffer, kReadWrite);
  start_with_buffer(prepare(serve_long), kThereBuffer);
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    const std::uint64_t w = i << 8;
    fill(kHereBuffer, w + abi::kMessageRegisters);
    const auto answered =
        OK(endpoint.call(w, w + 1, w + 2, w + 3, w + 4, w + 5, tag(abi::kMessageWordsMax)));
    EXPECT(answered.shape == shape(abi::kMessageWordsMax));
    EXPECT(is_from(words_of(answered), answer_to(w)));
    EXPECT(has(kHereBuffer, answer_to(w) + abi::kMessageRegisters));
  }
}

// --- Answers that are kept

constinit Reply kept;
volatile std::uint64_t kept_word = 0;

// One takes the call, another, of a third hart if there is one, answers it.
void a_kept_answer_is_given_from_another_hart() {
  endpoint = make<Endpoint>();
  there = make<Notification>();
  kept = make<Reply>();
  spawn([](std::uint64_t) {
    go_elsewhere();
    for (;;) {
      kept_word = OK(endpoint.receive(abi::kNoDeadline)).w0;
      OK(kept.keep());
      OK(there.signal());
    }
  });
  spawn([](std::uint64_t) {
    go_to(2);
    for (;;) {
      OK(there.wait(abi::kNoDeadline));
      OK(kept.send(kept_word + 1, kept_word + 2, 0, 0, 0, 0, 0, shape(2), 0, 0, 0));
    }
  });
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    const auto answered = OK(call(endpoint, 10 * i));
    EXPECT(answered.w0 == 10 * i + 1 && answered.w1 == 10 * i + 2 && answered.shape == shape(2));
  }
}

// --- Messages without an answer

void send_numbers(std::uint64_t nth) {
  go_to(nth);
  const Endpoint to({gift(0).index + static_cast<std::uint32_t>(nth)});
  for (std::uint64_t i = 0; i < options.rounds; ++i) OK(send(to, i));
}

// Two of two harts send; each message comes once, and those of each in their order.
void one_way_messages_cross_in_order() {
  endpoint = make<Endpoint>();
  for (std::uint32_t nth = 1; nth <= 2; ++nth) {
    OK(own().mint(gift(nth).index, own(), endpoint.slot().index, kSend, nth));
  }
  const Worker first = spawn(send_numbers, 1);
  const Worker second = spawn(send_numbers, 2);
  std::uint64_t next[3] = {};
  for (std::uint64_t i = 0; i < 2 * options.rounds; ++i) {
    const auto message = OK(endpoint.receive(in_milliseconds(5000)));
    EXPECT(message.tag == tag(1) && (message.info & abi::kInfoAnswerDue) == 0);
    EXPECT(message.badge == 1 || message.badge == 2);
    EXPECT(message.w0 == next[message.badge]++);
  }
  EXPECT(next[1] == options.rounds && next[2] == options.rounds);
  REFUSED(endpoint.receive(0), kTimedOut);
  first.join();
  second.join();
}

constexpr std::uint64_t kUnlucky = 7;  // the badge whose senders are sent away
constexpr std::uint64_t kLucky = 8;
volatile std::uint64_t cancelled = 0;
volatile std::uint64_t sent = 0;  // the sum of the words that are said to have gone
volatile bool is_over = false;

void send_until_it_is_over(std::uint64_t) {
  go_elsewhere();
  for (std::uint64_t word = 1; !is_over; ++word) {
    const auto result = send(Endpoint(gift(0)), word);
    if (result) {
      sent = sent + word;
    } else {
      EXPECT(result.error() == kCancelled);
      cancelled = cancelled + 1;
    }
  }
}

// What a sender is told is what has happened: gone and received, or cancelled and not.
void cancelled_sends_are_not_received() {
  endpoint = make<Endpoint>();
  OK(own().mint(gift(0).index, own(), endpoint.slot().index, kSend, kUnlucky));
  OK(own().mint(gift(1).index, own(), endpoint.slot().index, kSend, kLucky));
  const Worker unlucky = spawn(send_until_it_is_over);
  spawn([](std::uint64_t) {
    go_to(2);
    for (std::uint64_t i = 0;; ++i) OK(send(Endpoint(gift(1)), i));  // never cancelled
  });
  std::uint64_t received = 0, last = 0, next = 0;
  const auto take = [&](const Endpoint::ReceiveResult& message) {
    if (message.badge == kLucky) {
      EXPECT(message.w0 == next++);
      return;
    }
    EXPECT(message.badge == kUnlucky && message.w0 > last);
    last = message.w0;
    received += last;
  };
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    const std::uint64_t before = cancelled;
    until([before] {
      OK(endpoint.cancel_sends(kUnlucky));
      return cancelled != before;
    });
    // Whoever comes, until both have: the one that was just cancelled may be long in coming.
    const std::uint64_t had = last, had_next = next;
    while (last == had || next == had_next) take(OK(endpoint.receive(in_milliseconds(5000))));
  }
  is_over = true;
  until([&] {
    OK(endpoint.cancel_sends(kUnlucky));
    return unlucky.is_done();
  });
  EXPECT(sent == received && last != 0 && next != 0);
}

// --- Threads that are sent about meanwhile

// Six words, and now and then a deadline, which keeps a thread at home.
void call_for_ever(std::uint64_t) {
  for (std::uint64_t i = 0;; ++i) {
    const std::uint64_t w = i << 8;
    if (i % 8 == 0) {
      const auto result = OK(endpoint.call_with(w, w + 1, w + 2, w + 3, w + 4, w + 5, tag(6),
                                                in_milliseconds(5000), 0, 0, 0));
      EXPECT(is_from(words_of(result), w + 1) && result.shape == shape(6));
    } else {
      const auto result = OK(endpoint.call(w, w + 1, w + 2, w + 3, w + 4, w + 5, tag(6)));
      EXPECT(is_from(words_of(result), w + 1) && result.shape == shape(6));
    }
    turns = turns + 1;
  }
}

void serve_six(std::uint64_t) {
  Message message = receive();
  for (;;) {
    const std::uint64_t w = message.words[0];
    EXPECT(message.tag == tag(6) && is_from(message.words, w));
    message =
        received(OK(endpoint.reply_receive(w + 1, w + 2, w + 3, w + 4, w + 5, w + 6, 0, shape(6))));
  }
}

// Each call has its answer, wherever the two are when it is made, received, answered and over.
void calls_go_on_while_both_are_sent_about() {
  endpoint = make<Endpoint>();
  const kernel::Thread server = spawn(serve_six).thread();
  const kernel::Thread client = spawn(call_for_ever).thread();
  for (std::uint64_t i = 0; i < options.rounds; ++i) {
    const std::uint32_t to = i % 3 == 2 ? all_harts() : nth_hart(i / 2);
    EXPECT(OK(client.affinity(to)) == to);
    EXPECT(OK(server.affinity(nth_hart(i))) == nth_hart(i));
    if (i % 2 == 0) until_it_turns();
  }
  until_it_turns();
}

}  // namespace

std::span<const Behaviour> harts_messages_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"harts.a_capability_crosses_both_ways", a_capability_crosses_both_ways},
      {"harts.long_messages_cross_whole", long_messages_cross_whole},
      {"harts.a_kept_answer_is_given_from_another_hart", a_kept_answer_is_given_from_another_hart},
      {"harts.one_way_messages_cross_in_order", one_way_messages_cross_in_order},
      {"harts.cancelled_sends_are_not_received", cancelled_sends_are_not_received},
      {"harts.calls_go_on_while_both_are_sent_about", calls_go_on_while_both_are_sent_about},
  };
  return kAll;
}

}  // namespace tessera::contract
