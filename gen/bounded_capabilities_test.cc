// Capabilities beside what is more than a word: absent ones, and what each side looks at first.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "gen/bounded_fixture.h"
#include "idl/bounded.h"

namespace tessera::gen {
namespace {

constexpr std::uint8_t kSignal = 1;
constexpr std::uint8_t kSend = 1;

TEST_F(BoundedTest, AnOptionalCapabilityMayBeAbsent) {
  const kernel::Notification bell(rt::Slot{30});
  const bounding::ListenerClient listener(rt::Slot{31});
  kernel.held[11] = {abi::ObjectType::kNotification, kSignal};
  kernel.held[12] = {abi::ObjectType::kEndpoint, kSend};
  EXPECT_EQ(client.listen(bell, true, listener), 3);
  EXPECT_EQ(kernel.calls().at(0).a6, 0x7ff10e81U);
  EXPECT_EQ(kernel.calls().at(0).t3, 31U);
  EXPECT_EQ(client.listen(bell, true, {}), 1);
  const auto is_call = [](const rt::Registers& each) {
    return each.a7 == abi::word(abi::SystemCall::kEndpointCallWith);
  };
  const auto last = std::ranges::find_if(kernel.calls().rbegin(), kernel.calls().rend(), is_call);
  EXPECT_EQ(last->a6, 0x7ff10e41U);
  EXPECT_EQ(last->t3, 0U);
  expect_refused(Bounded::kListenTag - 0x80, {1}, kMalformed);
  expect_refused(Bounded::kListenTag + 0x40, {1}, kMalformed);

  kernel.held[11] = {abi::ObjectType::kEndpoint, kSend};
  const std::string text(80, 't');
  EXPECT_EQ(client.listen_to(listener, text), 2);
  EXPECT_EQ(impl.noted, text);
  EXPECT_EQ(client.listen_to({}, text), 0);
}

TEST_F(BoundedTest, AnAnswersOptionalCapabilityMayBeAbsent) {
  kernel.held[11] = {abi::ObjectType::kEndpoint, kSend};
  EXPECT_EQ(client.find(true)->listener.handle().endpoint(), rt::Slot{11});
  EXPECT_FALSE(client.find(false)->listener);
  EXPECT_EQ(client.find(false)->count, 9);
  EXPECT_TRUE(client.find_named(true)->listener);
  EXPECT_FALSE(client.find_named(false)->listener);
  EXPECT_EQ(client.find_named(false)->name.view(), "named");
  EXPECT_EQ(client.find_one(true).error(),
            (rt::Error{abi::kEbadf, abi::detail(abi::Detail::kBadType, 1)}));
  kernel.held[11] = {abi::ObjectType::kNotification, 3};
  EXPECT_TRUE(client.find_one(true).value());
  EXPECT_FALSE(client.find_one(false).value());
}

// Each type and each missing right, before the method runs.
TEST_F(BoundedTest, AServerLooksAtACapabilityFirst) {
  const std::vector<std::uint64_t> words = {1, 'x'};
  kernel.held[11] = {abi::ObjectType::kNotification, kSignal};
  EXPECT_EQ(send(Bounded::kGiveTag, words)->status, 0U);
  for (int type = 0; type <= static_cast<int>(abi::ObjectType::kBootInfo); ++type) {
    const auto other = static_cast<abi::ObjectType>(type);
    if (other == abi::ObjectType::kNotification) continue;
    kernel.held[11] = {other, 0xff};
    expect_refused(Bounded::kGiveTag, words, kMalformed);
  }
  kernel.held[11] = {abi::ObjectType::kNotification, static_cast<std::uint8_t>(~kSignal)};
  expect_refused(Bounded::kGiveTag, words, kMalformed);
}

TEST_F(BoundedTest, AClientLooksAtACapabilityFirst) {
  const kernel::Notification who(rt::Slot{30});
  kernel.held[11] = {abi::ObjectType::kNotification, 0xff};
  EXPECT_TRUE(client.give(who, "x").has_value());
  EXPECT_TRUE(client.find_one(true).has_value());
  kernel.held[11].rights = 1;
  EXPECT_EQ(client.find_one(true).error(),
            (rt::Error{abi::kEperm, abi::detail(abi::Detail::kBadRights, 1)}));
  kernel.held[11] = {};
  EXPECT_EQ(client.find_one(true).error(),
            (rt::Error{abi::kEbadf, abi::detail(abi::Detail::kBadCap, 1)}));
}

}  // namespace
}  // namespace tessera::gen
