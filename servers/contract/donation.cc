// Whose class a server works at, and how it goes back.
#include <cstdint>
#include <string_view>

#include "servers/contract/behaviour.h"
#include "servers/contract/events.h"
#include "servers/contract/messages.h"
#include "servers/contract/world.h"
#include "servers/runtime/try.h"

namespace tessera::contract {
namespace {

using abi::QosClass;
using kernel::Endpoint;
using kernel::Notification;

constinit Endpoint endpoint;

// Two servers, each low: the first calls the second before it answers.
constinit Endpoint chain[2];
void serve_chain(std::uint64_t number) {
  lower_oneself();
  OK(chain[number].receive(abi::kNoDeadline));
  for (;;) {
    note(static_cast<char>('1' + number));
    if (number == 0) OK(call(chain[1], 1));
    EXPECT(own_class() == QosClass::kIdle);  // what it runs at is not its own
    OK(chain[number].reply_receive(0, 0, 0, 0, 0, 0, 0, shape(0)));
  }
}

// A high client calls a low server while somebody as important as itself is ready, who would run
// before a server that was not raised.
constinit Worker bystander;
void calls_low_servers(std::uint64_t first, std::string_view due, Work client) {
  share_events();
  for (Endpoint& each : chain) each = make<Endpoint>();
  const Worker servers[] = {prepare(serve_chain, 0), prepare(serve_chain, 1)};
  bystander = prepare([](std::uint64_t) { note('o'); });
  const Worker caller = prepare(client, first);
  lower_oneself();
  for (const Worker& each : servers) start(each);
  settle();
  const std::uint64_t slice_end = now() + kShortOfASlice;
  start(caller);
  caller.join();
  bystander.join();
  in_time(slice_end);
  EXPECT(events_are(due));
}

void call_beside_a_bystander(std::uint64_t first) {
  start(bystander);
  note('c');
  OK(call(chain[first], 1));
  note('C');
}
void call_with_a_deadline_beside_a_bystander(std::uint64_t first) {
  start(bystander);
  note('c');
  OK(call_until(chain[first], 1, abi::kNoDeadline));
  note('C');
}

void a_call_donates_its_class() { calls_low_servers(1, "c2Co", call_beside_a_bystander); }
void a_call_with_a_deadline_donates_its_class() {
  calls_low_servers(1, "c2Co", call_with_a_deadline_beside_a_bystander);
}
void a_chain_of_calls_donates_its_class() {
  calls_low_servers(0, "c12Co", call_beside_a_bystander);
}

// A caller that gives up takes its class with it: the server goes on below the others.
void a_class_goes_back_when_the_caller_gives_up() {
  share_events();
  endpoint = make<Endpoint>();
  static volatile bool stop;
  stop = false;
  const Worker low = prepare([](std::uint64_t) {
    lower_oneself();
    OK(endpoint.receive(abi::kNoDeadline));
    note('s');
    while (!stop) {
    }
    note('S');
  });
  const Worker caller = prepare([](std::uint64_t) {
    REFUSED(call_until(endpoint, 1, in_milliseconds(2)), kTimedOut);
    note('C');
    const std::uint64_t end = in_milliseconds(20);
    stop = true;  // the server could see it, if it ran
    while (now() < end) {
    }
    note('D');
  });
  lower_oneself();
  start(low);
  settle();
  const std::uint64_t share = now() + kShortOfAShare;
  start(caller);
  caller.join();
  low.join();
  in_time(share);
  EXPECT(events_are("sCDS"));
}

// Chains of calls whose heads give up at one time, in the kernel's largest batch of work: what they
// gave goes back along each, link by link. (The stretch of it is in //bootimage:stretch.)
constexpr std::uint32_t kChains = 6;
constexpr std::uint32_t kLinks = 8;
constinit Endpoint link_endpoints[kChains][kLinks];
volatile std::uint64_t gives_up_at = 0;
volatile std::uint32_t given_up = 0;

[[noreturn]] void chain_link(std::uint64_t number) {
  lower_oneself();
  const auto& endpoints = link_endpoints[number / kLinks];
  const std::uint64_t link = number % kLinks;
  OK(endpoints[link].receive(abi::kNoDeadline));
  if (link + 1 < kLinks) OK(call(endpoints[link + 1], 1));
  for (;;) {
  }
}
[[noreturn]] void chain_head(std::uint64_t chain_number) {
  REFUSED(call_until(link_endpoints[chain_number][0], 1, gives_up_at), kTimedOut);
  given_up = given_up + 1;
  const auto never = make<Notification>();
  for (;;) rt::ignore(never.wait(abi::kNoDeadline));
}

void many_chains_give_up_at_once() {
  std::uint64_t stack = kFree;
  map(make_vmo(std::uint64_t{kChains} * (kLinks + 1)), kFree, kReadWrite);
  const auto go = [&stack](void (*entry)(std::uint64_t), std::uint64_t argument) {
    const auto thread = make<kernel::Thread>();
    OK(thread.configure(rt::start::task()));
    stack += kPage;
    OK(thread.start(reinterpret_cast<std::uint64_t>(entry), stack, argument, 0));
  };
  const auto never = make<Notification>();
  given_up = 0;
  for (auto& each : link_endpoints) {
    for (Endpoint& endpoint_of_link : each) endpoint_of_link = make<Endpoint>();
  }
  for (std::uint64_t i = 0; i < std::uint64_t{kChains} * kLinks; ++i) go(chain_link, i);
  REFUSED(never.wait(in_milliseconds(20)), kTimedOut);
  gives_up_at = in_milliseconds(50);
  for (std::uint64_t i = 0; i < kChains; ++i) go(chain_head, i);
  REFUSED(never.wait(gives_up_at + 20 * kMillisecond), kTimedOut);
  EXPECT(given_up == kChains);
}

}  // namespace

std::span<const Behaviour> donation_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"donation.a_call_donates_its_class", a_call_donates_its_class},
      {"donation.a_call_with_a_deadline_donates_its_class",
       a_call_with_a_deadline_donates_its_class},
      {"donation.a_chain_of_calls_donates_its_class", a_chain_of_calls_donates_its_class},
      {"donation.a_class_goes_back_when_the_caller_gives_up",
       a_class_goes_back_when_the_caller_gives_up},
      {"donation.many_chains_give_up_at_once", many_chains_give_up_at_once},
  };
  return kAll;
}

}  // namespace tessera::contract
