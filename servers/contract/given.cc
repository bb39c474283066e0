// Capabilities through generated stubs: lent, minted, moved; and what is not what the contract
// says.
#include <cstdint>

#include "gen/testdata/bounded_client.h"
#include "gen/testdata/bounded_server.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/shapes.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using abi::ObjectType;
using bounding::BoundedClient;
using bounding::BoundedStatus;
using bounding::GivingClient;
using bounding::ListenerClient;
using kernel::Endpoint;
using kernel::Notification;
using kernel::Vmo;

constexpr std::uint8_t kSignal = rt::rights(Notification::Right::kSignal);
constexpr std::uint64_t kLentAt = kFree;
constexpr rt::Error kMalformed{static_cast<std::int32_t>(BoundedStatus::kMalformed), 0};

// Says what it was given by what it answers: einval when that is not what the contract has.
class Gifts {
 public:
  // With a count it maps what is lent, through a copy that it would keep, and answers the sum of so
  // many words, which it turns round.
  // Without, whether anything is still mapped there.
  rt::Result<std::uint64_t> lend(const rt::Caller&, rt::Lent<Vmo> into, std::uint32_t count) {
    if (count == 0) {
      const auto mapped = probe_.map(rt::start::task(), kLentAt, kRead);
      if (mapped) OK(probe_.unmap());
      return std::uint64_t{mapped ? 0U : 1U};
    }
    const auto copied = own().copy(copy_.index, own(), into.handle().slot().index);
    if (!copied) return rt::failure(copied.error());
    const auto mapped = Vmo(copy_).map(rt::start::task(), kLentAt, kReadWrite);
    if (!mapped) return rt::failure(mapped.error());
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      sum += word_at(kLentAt + 8 * i);
      word_at(kLentAt + 8 * i) = ~word_at(kLentAt + 8 * i);
    }
    return sum;
  }
  rt::Result<void> mint(const rt::Caller&, rt::Received<Notification> bell,
                        rt::Received<Vmo> other) {
    if (OK(own().query(bell.slot().index)).rights != kSignal) return wrong();
    constexpr std::uint8_t kMapShare = rt::rights(Vmo::Right::kMap, Vmo::Right::kShare);
    if (other && OK(own().query(other.slot().index)).rights != kMapShare) return wrong();
    return bell.handle().signal();
  }
  // It has it from now on.
  rt::Result<void> move(const rt::Caller&, rt::Received<Notification> bell) {
    if (const auto kept = bell.keep(kept_); !kept) return kept;
    return Notification(kept_).signal();
  }

 private:
  static std::unexpected<rt::Error> wrong() {
    return std::unexpected(rt::Error{.status = abi::kEinval, .detail = 0});
  }

  Vmo probe_ = make_vmo(1);
  rt::Slot copy_ = take_slot();
  rt::Slot kept_ = take_slot();
};

Space start_gifts(Endpoint endpoint) {
  const Space space = prepare_space([](std::uint64_t) {
    OK(kernel::Self::window(rt::window_slot(0).index));
    Gifts gifts;
    bounding::serve_giving(gifts, gift(0));
  });
  space.give(0, endpoint.slot(), rt::rights(Endpoint::Right::kReceive));
  space.start();
  return space;
}

void what_is_lent_is_taken_back() {
  const auto endpoint = make<Endpoint>();
  start_gifts(endpoint);
  const GivingClient client(endpoint.slot());
  const rt::Slot through = take_slot();
  const Vmo page = make_vmo(1);
  map(page, kFree + kPage, kReadWrite);
  for (std::uint64_t round = 0; round < 3; ++round) {
    for (std::uint64_t i = 0; i < 8; ++i) word_at(kFree + kPage + 8 * i) = i + round;
    EXPECT(OK(client.lend(through, page, 8)) == 28 + 8 * round);
    for (std::uint64_t i = 0; i < 8; ++i) EXPECT(word_at(kFree + kPage + 8 * i) == ~(i + round));
    EXPECT(OK(client.lend(through, page, 0)) == 0);
    EXPECT(is_empty(through));
  }
  EXPECT(type_in(page.slot()) == ObjectType::kVmo);
}

void what_is_minted_has_its_rights_and_no_more() {
  const auto endpoint = make<Endpoint>();
  start_gifts(endpoint);
  const GivingClient client(endpoint.slot());
  const rt::Slot through = take_slots(2);
  const auto bell = make<Notification>();
  const auto badged = mint(bell, rt::rights(Notification::Right::kSignal), 0x10);
  OK(client.mint(through, badged, make_vmo(1)));
  EXPECT(OK(bell.poll()) == 0x10);
  OK(client.mint(through, badged, Vmo()));
  EXPECT(OK(bell.poll()) == 0x10);
  EXPECT(is_empty(through) && is_empty({through.index + 1}));
  // Nothing can be minted with a right that it lacks: nothing is sent.
  REFUSED(client.mint(through, without(bell, Notification::Right::kSignal), Vmo()), lacks_right(4));
  EXPECT(is_empty(through));
}

void what_is_moved_is_its_receivers() {
  const auto endpoint = make<Endpoint>();
  const Space server = start_gifts(endpoint);
  const GivingClient client(endpoint.slot());
  const auto bell = make<Notification>();
  const auto given = mint(bell, kSignal, 1);
  OK(client.move(given));
  EXPECT(OK(bell.poll()) == 1);
  EXPECT(is_empty(given.slot()));
  // Its place there is taken: it is refused, and stays here.
  const auto again = mint(bell, kSignal, 2);
  REFUSED(client.move(again), occupied(1));
  EXPECT(type_in(again.slot()) == ObjectType::kNotification);
  OK(server.task().kill());
  REFUSED(client.move_until(in_milliseconds(2), again), kTimedOut);
  EXPECT(type_in(again.slot()) == ObjectType::kNotification);
}

void a_capability_comes_and_goes() {
  OK(kernel::Self::window(rt::window_slot(0).index));
  const auto endpoint = make<Endpoint>();
  start_shapes(endpoint);
  const BoundedClient client(endpoint.slot());
  const auto bell = make<Notification>();
  const auto back = OK(client.give(mint(bell, kSignal, 4), "bell"));
  EXPECT(back.name.view() == "bell");
  EXPECT(OK(bell.poll()) == 4);
  const rt::Slot kept = take_slot();
  OK(back.who.keep(kept));
  OK(Notification(kept).signal());
  EXPECT(OK(bell.poll()) == 4);
  EXPECT(OK(client.find(true)).count == 9 && !OK(client.find(true)).listener);
  EXPECT(!OK(client.find_one(true)));
}

void what_is_not_as_declared_is_refused() {
  const auto endpoint = make<Endpoint>();
  start_shapes(endpoint);
  const BoundedClient client(endpoint.slot());
  const auto bell = make<Notification>();
  const auto deaf = without(bell, Notification::Right::kSignal);
  REFUSED(client.give(deaf, "bell"), kMalformed);
  REFUSED(client.give(Notification(make_vmo(1).slot()), "bell"), kMalformed);
  REFUSED(client.listen(bell, true, ListenerClient(bell.slot())), kMalformed);
  const auto mute = mint(endpoint, rt::rights(Endpoint::Right::kReceive));
  REFUSED(client.listen(bell, true, ListenerClient(mute.slot())), kMalformed);
  EXPECT(OK(client.listen(bell, true, ListenerClient())) == 1);
  // One that is missing is the kernel's to refuse: nothing is sent.
  REFUSED(client.give(Notification(take_slot()), "bell"), no_capability(9));
  EXPECT(OK(client.plain(1, 2)) == 3);
}

// An endpoint is an endpoint: whose it is shows when it is called. A call is refused by whoever
// answers there, as a message that is none of theirs; what wants no answer is dropped by them.
void an_endpoint_of_another_service_is_found_when_it_is_called() {
  const auto shapes = make<Endpoint>();
  const auto gifts = make<Endpoint>();
  start_shapes(shapes);
  start_gifts(gifts);
  REFUSED(BoundedClient(gifts.slot()).plain(1, 2),
          refusal(abi::kEinval, abi::Detail::kUnknownMethod));
  REFUSED(GivingClient(shapes.slot()).move(make<Notification>()), kMalformed);
  const BoundedClient client(shapes.slot());
  const auto heard = ListenerClient(mint(gifts, rt::rights(Endpoint::Right::kSend)).slot());
  EXPECT(OK(client.listen_to(heard, "hello")) == 2);
  EXPECT(OK(client.listen_to(ListenerClient(), "hello")) == 0);
  EXPECT(OK(client.plain(1, 2)) == 3);
  EXPECT(OK(GivingClient(gifts.slot()).lend(take_slot(), make_vmo(1), 0)) == 0);
}

}  // namespace

std::span<const Behaviour> given_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"given.what_is_lent_is_taken_back", what_is_lent_is_taken_back},
      {"given.what_is_minted_has_its_rights_and_no_more",
       what_is_minted_has_its_rights_and_no_more},
      {"given.what_is_moved_is_its_receivers", what_is_moved_is_its_receivers},
      {"given.a_capability_comes_and_goes", a_capability_comes_and_goes},
      {"given.what_is_not_as_declared_is_refused", what_is_not_as_declared_is_refused},
      {"given.an_endpoint_of_another_service_is_found_when_it_is_called",
       an_endpoint_of_another_service_is_found_when_it_is_called},
  };
  return kAll;
}

}  // namespace tessera::contract
