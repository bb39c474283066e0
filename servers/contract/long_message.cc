// Messages longer than the registers: through the IPC buffers of both threads.
#include <cstdint>

#include "servers/contract/behaviour.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using kernel::Endpoint;
using kernel::Vmo;

constexpr unsigned kMost = abi::kMessageWordsMax;
constexpr unsigned kBeyond = kMost - abi::kMessageRegisters;
constexpr rt::Error kNoBuffer = refusal(abi::kEnospc, Detail::kBadLength);

// Where a thread has its buffer mapped.
constexpr std::uint64_t kMine = kFree;
constexpr std::uint64_t kTheirs = kFree + 16 * kPage;

constinit Endpoint endpoint;

Vmo give_buffer(kernel::Thread thread, std::uint64_t address) {
  const Vmo page = make_vmo(1);
  map(page, address, kReadWrite);
  OK(thread.buffer(page, 0));
  return page;
}

void fill(std::uint64_t address, std::uint64_t first, unsigned words) {
  for (std::uint64_t i = 0; i < words; ++i) word_at(address + 8 * i) = first + i;
}
void check(std::uint64_t address, std::uint64_t first, unsigned words) {
  for (std::uint64_t i = 0; i < words; ++i) EXPECT(word_at(address + 8 * i) == first + i);
}

rt::Result<Endpoint::CallResult> call_long(unsigned words) {
  return endpoint.call(1, 2, 3, 4, 5, 6, tag(words));
}

void client(std::uint64_t address) {
  for (unsigned words = 8; words <= kMost; words += 2) {
    fill(address, 1000 + words, kBeyond);
    const auto answered = OK(call_long(words));
    EXPECT(answered.shape == shape(words));
    EXPECT(words_of(answered) == (Words{7, 8, 9, 10, 11, 12}));
    check(address, 2000 + words, words - 6);
    // What is not counted is as it was.
    const std::uint64_t counted = words - 6;
    if (words < kMost) EXPECT(word_at(address + 8 * counted) == 1000 + words + counted);
  }
}

void serve(std::uint64_t address) {
  for (unsigned words = 8; words <= kMost; words += 2) {
    const auto message = OK(endpoint.receive(abi::kNoDeadline));
    EXPECT(message.tag == tag(words));
    EXPECT(words_of(message) == (Words{1, 2, 3, 4, 5, 6}));
    check(address, 1000 + words, words - 6);
    fill(address, 2000 + words, kBeyond);
    OK(answer({7, 8, 9, 10, 11, 12}, shape(words)));
  }
}

void every_length_travels_both_ways() {
  endpoint = make<Endpoint>();
  const Worker caller = prepare(client, kTheirs);
  give_buffer(caller.thread(), kTheirs);
  give_buffer(rt::start::thread(), kMine);
  start(caller);
  serve(kMine);
  caller.join();
}

void every_length_travels_to_another_space() {
  endpoint = make<Endpoint>();
  const Space caller = prepare_space([](std::uint64_t) {
    endpoint = Endpoint(gift(0));
    give_buffer(rt::start::thread(), kMine);
    client(kMine);
  });
  caller.give(0, endpoint.slot(), rt::rights(Endpoint::Right::kSend));
  caller.start();
  give_buffer(rt::start::thread(), kMine);
  serve(kMine);
  caller.join();
}

void a_sender_needs_a_buffer() {
  endpoint = make<Endpoint>();
  REFUSED(call_long(8), bad_length(7));
  REFUSED(endpoint.call_with(0, 0, 0, 0, 0, 0, tag(kMost), 0, 0, 0, 0), bad_length(7));
  REFUSED(endpoint.send(0, 0, 0, 0, 0, 0, tag(8), 0, 0, 0, 0), bad_length(7));
  give_buffer(rt::start::thread(), kMine);
  REFUSED(endpoint.send(0, 0, 0, 0, 0, 0, tag(8), 0, 0, 0, 0), kTimedOut);
}

// The sender is told, and the receiver goes on waiting.
void a_receiver_needs_a_buffer() {
  endpoint = make<Endpoint>();
  give_buffer(rt::start::thread(), kMine);
  const Worker receiver = spawn([](std::uint64_t) {
    EXPECT(OK(endpoint.receive(abi::kNoDeadline)).tag == tag(6));
    OK(answer({}, shape(0)));
  });
  settle();
  REFUSED(call_long(8), kNoBuffer);
  REFUSED(call_long(kMost), kNoBuffer);
  OK(call_long(6));
  receiver.join();
}

void an_answer_needs_both_buffers() {
  endpoint = make<Endpoint>();
  const Worker caller = spawn([](std::uint64_t) { OK(call_long(6)); });
  OK(endpoint.receive(abi::kNoDeadline));
  REFUSED(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, shape(8)), bad_length(8));
  give_buffer(rt::start::thread(), kMine);
  REFUSED(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, shape(8)), kNoBuffer);
  give_buffer(caller.thread(), kTheirs);
  fill(kMine, 50, kBeyond);
  OK(answer({}, shape(8)));
  caller.join();
  check(kTheirs, 50, 2);
}

// A revoked buffer is gone at once: what waits with words in it is refused.
void a_buffer_that_is_revoked_in_use() {
  endpoint = make<Endpoint>();
  const Worker caller = prepare([](std::uint64_t) { REFUSED(call_long(kMost), bad_length(7)); });
  const Vmo page = give_buffer(caller.thread(), kTheirs);
  give_buffer(rt::start::thread(), kMine);
  start(caller);
  settle();
  revoke(page.slot());
  REFUSED(endpoint.receive(0), kTimedOut);
  caller.join();
}

// And an answer that finds none is the server's to mend.
void a_buffer_that_is_revoked_before_the_answer() {
  endpoint = make<Endpoint>();
  const Worker caller = prepare([](std::uint64_t) { OK(call_long(8)); });
  const Vmo page = give_buffer(caller.thread(), kTheirs);
  give_buffer(rt::start::thread(), kMine);
  start(caller);
  OK(endpoint.receive(abi::kNoDeadline));
  revoke(page.slot());
  REFUSED(endpoint.reply_receive(0, 0, 0, 0, 0, 0, 0, shape(8)), kNoBuffer);
  OK(answer({}, shape(6)));
  caller.join();
}

// The kernel reaches the buffer by its physical address: mapped or not.
void a_buffer_need_not_be_mapped() {
  endpoint = make<Endpoint>();
  const Worker caller = prepare([](std::uint64_t) { OK(call_long(kMost)); });
  const Vmo page = make_vmo(2);
  OK(caller.thread().buffer(page, 1));
  map(page, kTheirs, kReadWrite);
  fill(kTheirs + kPage, 300, kBeyond);
  OK(page.unmap());
  give_buffer(rt::start::thread(), kMine);
  start(caller);
  OK(endpoint.receive(abi::kNoDeadline));
  check(kMine, 300, kBeyond);
  OK(answer({}, shape(0)));
  caller.join();
}

void a_buffer_takes_the_place_of_the_last() {
  endpoint = make<Endpoint>();
  const Worker caller = prepare([](std::uint64_t) { OK(call_long(8)); });
  const Vmo first = give_buffer(caller.thread(), kTheirs);
  fill(kTheirs, 1, 2);
  give_buffer(caller.thread(), kTheirs + kPage);
  fill(kTheirs + kPage, 11, 2);
  revoke(first.slot());  // concerns it no more
  give_buffer(rt::start::thread(), kMine);
  start(caller);
  OK(endpoint.receive(abi::kNoDeadline));
  check(kMine, 11, 2);
  OK(answer({}, shape(0)));
  caller.join();
}

void buffer_is_refused() {
  const kernel::Thread self = rt::start::thread();
  const Vmo page = make_vmo(1);
  REFUSED(self.buffer(page, 1), out_of_range(2));
  REFUSED(self.buffer(page, UINT32_MAX), out_of_range(2));
  REFUSED(self.buffer(Vmo(take_slot()), 0), no_capability(1));
  REFUSED(self.buffer(Vmo(self.slot()), 0), another_type(1));
  REFUSED(self.buffer(without(page, Vmo::Right::kShare), 0), lacks_right(1));
  REFUSED(self.buffer(without(page, Vmo::Right::kWrite), 0), lacks_right(1));
  REFUSED(self.buffer(without(page, Vmo::Right::kRead), 0), lacks_right(1));
  REFUSED(without(self, kernel::Thread::Right::kManage).buffer(page, 0), lacks_right(0));
}

}  // namespace

std::span<const Behaviour> long_message_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"long_message.every_length_travels_both_ways", every_length_travels_both_ways},
      {"long_message.every_length_travels_to_another_space", every_length_travels_to_another_space},
      {"long_message.a_sender_needs_a_buffer", a_sender_needs_a_buffer},
      {"long_message.a_receiver_needs_a_buffer", a_receiver_needs_a_buffer},
      {"long_message.an_answer_needs_both_buffers", an_answer_needs_both_buffers},
      {"long_message.a_buffer_that_is_revoked_in_use", a_buffer_that_is_revoked_in_use},
      {"long_message.a_buffer_that_is_revoked_before_the_answer",
       a_buffer_that_is_revoked_before_the_answer},
      {"long_message.a_buffer_need_not_be_mapped", a_buffer_need_not_be_mapped},
      {"long_message.a_buffer_takes_the_place_of_the_last", a_buffer_takes_the_place_of_the_last},
      {"long_message.buffer_is_refused", buffer_is_refused},
  };
  return kAll;
}

}  // namespace tessera::contract
