// A client and a server, each a task of its own, and an endpoint between them.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "idl/kernel_rights.h"
#include "kernel/object/endpoint.h"
#include "kernel/testing/calls.h"
#include "kernel/testing/outcome.h"
#include "kernel/testing/world.h"

namespace tessera::testing {

class IpcTest : public ::testing::Test {
 protected:
  using Words = std::array<std::uint64_t, 6>;
  static constexpr std::uint8_t kSend = std::to_underlying(abi::EndpointRight::kSend);
  static constexpr std::uint8_t kReceive = std::to_underlying(abi::EndpointRight::kReceive);
  static constexpr std::uint8_t kGrant = std::to_underlying(abi::EndpointRight::kGrant);
  static constexpr std::uint64_t kBadge = 0x7700'0000'0000'0077;
  static constexpr Words kWords{11, 12, 13, 14, 15, 16};
  static constexpr std::uint32_t kWindow = 20;  // of the receiver, 20 to 22
  static constexpr std::uint32_t kItem = 30;    // what a sender gives away

  explicit IpcTest(std::uint32_t asids = 16) : world(std::uint64_t{4} << 20, asids) {
    world.give(client, 2, made.slot(), kSend | kGrant, kBadge);
    world.give(server, 2, made.slot(), kReceive, 0);
    // Nobody else is ready while the two wait, but for the first task.
  }

  void as(const Player& player) { world.act_as(*player.thread); }
  Outcome result_of(const Player& player) { return outcome(*player.thread); }

  // Begins a call that must wait.
  void start_call(const Player& who, const Words& w = kWords, std::uint32_t with_tag = tag(6)) {
    as(who);
    EXPECT_TRUE(
        world.waits([&] { (void)endpoint.call(w[0], w[1], w[2], w[3], w[4], w[5], with_tag); }));
  }
  void start_call_with(const Player& who, std::uint32_t with_tag, std::uint64_t deadline,
                       std::uint32_t c0 = 0, std::uint32_t c1 = 0, std::uint32_t c2 = 0) {
    as(who);
    EXPECT_TRUE(world.waits([&] { (void)call_with(with_tag, deadline, c0, c1, c2); }));
  }
  rt::Result<kernel::Endpoint::CallWithResult> call_with(std::uint32_t with_tag,
                                                         std::uint64_t deadline,
                                                         std::uint32_t c0 = 0, std::uint32_t c1 = 0,
                                                         std::uint32_t c2 = 0) {
    return endpoint.call_with(11, 12, 13, 14, 15, 16, with_tag, deadline, c0, c1, c2);
  }
  rt::Result<void> send(std::uint32_t with_tag, std::uint64_t deadline = kForever,
                        std::uint32_t c0 = 0, std::uint32_t c1 = 0, std::uint32_t c2 = 0) {
    return endpoint.send(11, 12, 13, 14, 15, 16, with_tag, deadline, c0, c1, c2);
  }
  void start_receive(const Player& who, std::uint64_t deadline = kForever) {
    as(who);
    EXPECT_TRUE(world.waits([&] { (void)endpoint.receive(deadline); }));
  }
  rt::Result<kernel::Endpoint::ReceiveResult> receive_now(const Player& who) {
    as(who);
    return endpoint.receive(kForever);
  }
  // The server answers and waits for more.
  void reply_and_wait(const Player& who, const Words& w, std::int32_t status, std::uint32_t shape) {
    as(who);
    EXPECT_TRUE(world.waits(
        [&] { (void)endpoint.reply_receive(w[0], w[1], w[2], w[3], w[4], w[5], status, shape); }));
  }
  void set_window(const Player& who, std::uint32_t first = kWindow) {
    as(who);
    EXPECT_TRUE(kernel::Self::window(first));
  }
  abi::ObjectType type_at(const Player& who, std::uint32_t slot) {
    return who.cspace->slot(slot)->type();
  }
  // A Notification of the first task's, a copy of it in the player's slot.
  kernel::Notification give_item(const Player& who, std::uint32_t slot = kItem) {
    auto item = world.make<kernel::Notification>();
    world.give(who, slot, item.slot());
    return item;
  }

  World world;
  Player client = world.make_task();
  Player server = world.make_task();
  kernel::Endpoint made = world.make<kernel::Endpoint>();
  kernel::Endpoint endpoint{rt::Slot{2}};  // at both
};

}  // namespace tessera::testing
