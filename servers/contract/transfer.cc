// Capabilities in messages: what arrives, where, and what is refused whole.
#include <cstdint>

#include "idl/kernel/reply.h"
#include "idl/kernel/self.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::Detail;
using abi::ObjectType;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Self;

constexpr std::uint8_t kSend = rt::rights(Endpoint::Right::kSend);
constexpr std::uint8_t kSendAndGrant = rt::rights(Endpoint::Right::kSend, Endpoint::Right::kGrant);

constinit Endpoint endpoint;
constinit rt::Slot window;
constinit rt::Slot given[3];

// A row of slots where the calling thread receives.
rt::Slot open_window() {
  const rt::Slot first = take_slots(abi::kMessageCapabilities);
  OK(Self::window(first.index));
  return first;
}

rt::Result<Endpoint::CallWithResult> call_with(Endpoint to, unsigned capabilities, rt::Slot c0,
                                               rt::Slot c1 = {}, rt::Slot c2 = {}) {
  return to.call_with(0, 0, 0, 0, 0, 0, tag(0, capabilities), abi::kNoDeadline, c0.index, c1.index,
                      c2.index);
}

// Three capabilities that can be told apart.
void make_three() {
  const auto notification = make<Notification>();
  given[0] = mint(notification, rt::rights(Notification::Right::kSignal), 5).slot();
  given[1] = make<Endpoint>().slot();
  given[2] = make_vmo(1).slot();
}

void check_arrived(rt::Slot first) {
  const auto c0 = OK(own().query(first.index));
  EXPECT(c0.type == ObjectType::kNotification && c0.badge == 5);
  EXPECT(c0.rights == rt::rights(Notification::Right::kSignal));
  EXPECT(type_in({first.index + 1}) == ObjectType::kEndpoint);
  EXPECT(type_in({first.index + 2}) == ObjectType::kVmo);
}

void three_arrive_in_the_window() {
  endpoint = make<Endpoint>();
  make_three();
  const Worker caller =
      spawn([](std::uint64_t) { OK(call_with(endpoint, 3, given[0], given[1], given[2])); });
  window = open_window();
  EXPECT(OK(endpoint.receive(abi::kNoDeadline)).tag == tag(0, 3));
  check_arrived(window);
  // They are derived from what was sent.
  revoke(given[1]);
  EXPECT(is_empty({window.index + 1}));
  OK(answer({}, shape(0)));
  caller.join();
  EXPECT(!is_empty(given[0]));
}

void they_arrive_in_another_space() {
  endpoint = make<Endpoint>();
  make_three();
  const Space receiver = prepare_space([](std::uint64_t) {
    window = open_window();
    OK(Endpoint(gift(0)).receive(abi::kNoDeadline));
    check_arrived(window);
    OK(answer({}, shape(0)));
  });
  receiver.give(0, endpoint.slot(), rt::rights(Endpoint::Right::kReceive));
  receiver.start();
  OK(call_with(endpoint, 3, given[0], given[1], given[2]));
  receiver.join();
}

void an_answer_carries_them_too() {
  endpoint = make<Endpoint>();
  make_three();
  spawn([](std::uint64_t) {
    OK(endpoint.receive(abi::kNoDeadline));
    OK(endpoint.reply_receive_with(0, 0, 0, 0, 0, 0, 0, shape(0, 3), given[0].index, given[1].index,
                                   given[2].index, abi::kNoDeadline));
  });
  window = open_window();
  EXPECT(OK(call(endpoint, 0)).shape == shape(0, 3));
  check_arrived(window);
}

// Kept is what was moved away; the rest goes when the thread next calls or receives.
void what_is_not_kept_goes() {
  endpoint = make<Endpoint>();
  make_three();
  spawn([](std::uint64_t) {
    OK(call_with(endpoint, 3, given[0], given[1], given[2]));
    OK(call(endpoint, 1));
  });
  window = open_window();
  OK(endpoint.receive(abi::kNoDeadline));
  const rt::Slot kept = take_slot();
  OK(own().move(kept.index, own(), window.index + 1));
  OK(answer({}, shape(0)));
  EXPECT(!is_empty(window));  // an answer is no receive
  OK(endpoint.receive(abi::kNoDeadline));
  EXPECT(is_empty(window) && is_empty({window.index + 2}));
  EXPECT(type_in(kept) == ObjectType::kEndpoint);
}

void what_was_put_there_by_hand_stays() {
  endpoint = make<Endpoint>();
  make_three();
  spawn([](std::uint64_t) {
    OK(call_with(endpoint, 1, given[0]));
    OK(call(endpoint, 1));
  });
  window = open_window();
  OK(endpoint.receive(abi::kNoDeadline));
  drop(window);
  OK(own().copy(window.index, own(), given[1].index));
  OK(answer({}, shape(0)));
  OK(endpoint.receive(abi::kNoDeadline));
  EXPECT(type_in(window) == ObjectType::kEndpoint);
}

void a_window_must_be_inside() {
  REFUSED(Self::window(kSlots), no_capability(1));
  REFUSED(Self::window(kSlots - 2), no_capability(1));
  REFUSED(Self::window(UINT32_MAX), no_capability(1));
  OK(Self::window(kSlots - 3));
  OK(Self::window(0));
}

// The sender is told, and the receiver goes on waiting.
void without_a_window_the_sender_is_refused() {
  endpoint = make<Endpoint>();
  make_three();
  const Worker receiver = spawn([](std::uint64_t) {
    EXPECT(OK(endpoint.receive(abi::kNoDeadline)).w0 == 77);
    OK(answer({}, shape(0)));
  });
  settle();
  REFUSED(call_with(endpoint, 1, given[0]), refusal(abi::kEnospc, Detail::kBadCap));
  OK(call(endpoint, 77));
  receiver.join();
}

void a_full_window_refuses_the_sender() {
  endpoint = make<Endpoint>();
  make_three();
  const Worker receiver = spawn([](std::uint64_t) {
    window = open_window();
    OK(own().copy(window.index + 2, own(), endpoint.slot().index));
    EXPECT(OK(endpoint.receive(abi::kNoDeadline)).tag == tag(0, 2));
    OK(answer({}, shape(0)));
  });
  settle();
  REFUSED(call_with(endpoint, 3, given[0], given[1], given[2]),
          refusal(abi::kEnospc, Detail::kOccupied));
  EXPECT(is_empty(window) && is_empty({window.index + 1}));  // all of them, or none
  OK(call_with(endpoint, 2, given[0], given[1]));
  receiver.join();
}

// A sender that waits already is refused when its turn comes; those behind it have theirs.
void a_waiting_sender_is_refused_in_its_turn() {
  endpoint = make<Endpoint>();
  make_three();
  const Worker first = spawn([](std::uint64_t) {
    REFUSED(call_with(endpoint, 1, given[0]), refusal(abi::kEnospc, Detail::kBadCap));
  });
  settle();
  spawn([](std::uint64_t) { OK(call(endpoint, 8)); });
  settle();
  EXPECT(OK(endpoint.receive(abi::kNoDeadline)).w0 == 8);
  first.join();
}

void sending_them_needs_grant() {
  const auto all = make<Endpoint>();
  make_three();
  const Endpoint no_grant(mint_slot(all.slot(), kSend, 0, Where::current()));
  REFUSED(call_with(no_grant, 1, given[0]), lacks_right(0));
  REFUSED(no_grant.send(0, 0, 0, 0, 0, 0, tag(0, 1), 0, given[0].index, 0, 0), lacks_right(0));
  const Endpoint granting(mint_slot(all.slot(), kSendAndGrant, 0, Where::current()));
  REFUSED(granting.send(0, 0, 0, 0, 0, 0, tag(0, 1), 0, given[0].index, 0, 0), kTimedOut);
}

void what_is_sent_must_be_there() {
  const auto to = make<Endpoint>();
  make_three();
  const rt::Slot empty = take_slot();
  REFUSED(call_with(to, 1, empty), no_capability(9));
  REFUSED(call_with(to, 1, {kSlots}), no_capability(9));
  REFUSED(call_with(to, 1, {0}), no_capability(9));
  REFUSED(call_with(to, 2, given[0], empty), no_capability(10));
  REFUSED(call_with(to, 3, given[0], given[1], empty), no_capability(11));
  REFUSED(call_with(to, 1, given[0], given[1]), bad_length(10));
}

void what_may_not_be_copied_is_not_sent() {
  const auto to = make<Endpoint>();
  const rt::Error not_copyable = refusal(abi::kEinval, Detail::kNotCopyable, 9);
  REFUSED(call_giving(to, make<kernel::Reply>().slot()), not_copyable);
  REFUSED(call_giving(to, memory().slot()), not_copyable);
  const auto vmo = make_vmo(1);
  REFUSED(call_giving(to, without(vmo, kernel::Vmo::Right::kShare).slot()), lacks_right(9));
}

}  // namespace

std::span<const Behaviour> transfer_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"transfer.three_arrive_in_the_window", three_arrive_in_the_window},
      {"transfer.they_arrive_in_another_space", they_arrive_in_another_space},
      {"transfer.an_answer_carries_them_too", an_answer_carries_them_too},
      {"transfer.what_is_not_kept_goes", what_is_not_kept_goes},
      {"transfer.what_was_put_there_by_hand_stays", what_was_put_there_by_hand_stays},
      {"transfer.a_window_must_be_inside", a_window_must_be_inside},
      {"transfer.without_a_window_the_sender_is_refused", without_a_window_the_sender_is_refused},
      {"transfer.a_full_window_refuses_the_sender", a_full_window_refuses_the_sender},
      {"transfer.a_waiting_sender_is_refused_in_its_turn", a_waiting_sender_is_refused_in_its_turn},
      {"transfer.sending_them_needs_grant", sending_them_needs_grant},
      {"transfer.what_is_sent_must_be_there", what_is_sent_must_be_there},
      {"transfer.what_may_not_be_copied_is_not_sent", what_may_not_be_copied_is_not_sent},
  };
  return kAll;
}

}  // namespace tessera::contract
