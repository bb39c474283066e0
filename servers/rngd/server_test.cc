// The server under its generated loop, called by its generated client, with a device that does what
// the test says.
#include "servers/rngd/server.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "gen/loopback.h"
#include "idl/service/rng_client.h"
#include "idl/service/rng_message.h"
#include "idl/service/rng_server.h"
#include "idl/system_call.h"
#include "idl/wire.h"
#include "servers/rngd/fake_device.h"
#include "servers/runtime/slots.h"

namespace tessera::rngd {
namespace {

using Driver = EntropyDevice<FakeRegisters>;
using Status = service::RngStatus;

class RngServerTest : public testing::Test {
 protected:
  RngServerTest() {
    kernel_.intercept = [this](rt::Registers& r) {
      if (r.a7 != abi::word(abi::SystemCall::kIrqAcknowledge)) return false;
      ++acknowledged_;
      r = {};
      return true;
    };
    kernel_.server = [this](const rt::Registers& message) {
      return service::RngServer<Server<Driver>>::dispatch(server_, rt::start::service(), message);
    };
  }
  void start() {
    ASSERT_EQ(driver_.start(), Start::kReady);
    server_.use(&driver_);
  }
  // The status of an answer that comes at once; nothing of a reader who waits.
  std::optional<Status> read(std::uint8_t count) {
    const std::size_t before = kernel_.waiting();
    const auto result = service::RngClient(rt::Slot{20}).read(count);
    if (kernel_.waiting() > before) return std::nullopt;
    kernel_.forget();
    return result ? Status::kOk : static_cast<Status>(result.error().status);
  }
  std::optional<Status> read_as(std::uint64_t identity, std::uint8_t count) {
    kernel_.identity = identity;
    return read(count);
  }
  void interrupt() { kernel_.deliver(kernel_.message(0, {1}, false)); }
  void give(std::uint32_t length, std::uint8_t first = 1) {
    device_.give(length, first);
    interrupt();
  }

  // What the one reader got who was answered since the last time.
  using Bytes = std::vector<std::uint8_t>;
  Bytes answered() {
    EXPECT_EQ(kernel_.kept_answers().size(), 1u);
    Bytes bytes;
    for (const auto& [slot, answer] : kernel_.kept_answers()) {
      EXPECT_EQ(answer.status, 0u);
      abi::Source words(answer.words, answer.beyond.data(),
                        abi::message_words(static_cast<unsigned>(answer.shape)));
      service::rng::ReadReply reply;
      EXPECT_EQ(service::rng::decode(words, reply).what, abi::Detail::kNone);
      for (const std::byte byte : reply.bytes) bytes.push_back(std::to_integer<std::uint8_t>(byte));
    }
    kernel_.forget();
    return bytes;
  }

  static constexpr std::uint64_t kOne = 0x60;
  static constexpr std::uint64_t kOther = 0x61;
  gen::Loopback kernel_;
  FakeDevice device_;
  Driver driver_{{&device_}, *device_.shared, FakeDevice::kPhysical};
  Server<Driver> server_{rt::start::irq()};
  int acknowledged_ = 0;
};

TEST_F(RngServerTest, WithoutADeviceItSaysSo) {
  EXPECT_EQ(read(1), Status::kNoDevice);
  interrupt();
  EXPECT_EQ(acknowledged_, 0);
  EXPECT_EQ(read(64), Status::kNoDevice);
}

TEST_F(RngServerTest, AnswersWhenTheDeviceHasGiven) {
  start();
  EXPECT_EQ(read(5), std::nullopt);
  EXPECT_EQ(device_.asked(), 5u);
  give(5);
  EXPECT_EQ(server_.waiting(), 0u);
  EXPECT_EQ(acknowledged_, 1);
  EXPECT_EQ(answered(), (Bytes{1, 2, 3, 4, 5}));
}

// What is in the buffer is of one reader.
TEST_F(RngServerTest, ReadersAreServedInTheirOrder) {
  start();
  for (const std::uint8_t count : {2, 64, 1}) EXPECT_EQ(read(count), std::nullopt);
  EXPECT_EQ(device_.notifications, 1) << "one request at a time";
  give(2, 10);
  EXPECT_EQ(answered(), (Bytes{10, 11}));
  EXPECT_EQ(device_.asked(), 64u);
  give(64);
  EXPECT_EQ(answered().size(), 64u);
  give(1, 9);
  EXPECT_EQ(answered(), Bytes{9});
  EXPECT_EQ(server_.waiting(), 0u);
  EXPECT_EQ(device_.notifications, 3) << "nobody waits: nothing is asked";
}

TEST_F(RngServerTest, WhoGetsFewerBytesThanWantedIsNotAnsweredYet) {
  start();
  EXPECT_EQ(read(5), std::nullopt);
  give(2, 1);
  EXPECT_TRUE(kernel_.kept_answers().empty());
  EXPECT_EQ(device_.asked(), 3u) << "what is still missing";
  give(1, 3);
  EXPECT_EQ(device_.asked(), 2u);
  give(2, 4);
  EXPECT_EQ(answered(), (Bytes{1, 2, 3, 4, 5}));
}

TEST_F(RngServerTest, TheQueueIsBoundedAndUsedAgain) {
  start();
  for (int round = 0; round < 3; ++round) {
    for (std::uint32_t i = 0; i <= service::kMaxRngReaders; ++i) {
      const bool has_place = i < service::kMaxRngReaders;
      EXPECT_EQ(read_as(i, 1), has_place ? std::nullopt : std::optional(Status::kBusy));
    }
    for (std::uint32_t i = 0; i < service::kMaxRngReaders; ++i) {
      give(1, static_cast<std::uint8_t>(i + 1));
      EXPECT_EQ(answered(), Bytes{static_cast<std::uint8_t>(i + 1)});
    }
  }
}

TEST_F(RngServerTest, OneTaskHasItsShareOfThePlaces) {
  start();
  for (std::uint32_t i = 0; i < service::kMaxRngReadersOfOne; ++i) {
    EXPECT_EQ(read_as(kOne, 1), std::nullopt);
  }
  EXPECT_EQ(read_as(kOne, 1), Status::kOverLimit);
  EXPECT_EQ(server_.waiting(), service::kMaxRngReadersOfOne) << "nothing of what was refused";
  EXPECT_EQ(read_as(kOther, 1), std::nullopt) << "another one";
  // A process of execd's has its task's number in the upper half: each is a task of its own.
  EXPECT_EQ(read_as(std::uint64_t{7} << 32 | kOne, 1), std::nullopt);
  give(1);
  EXPECT_EQ(read_as(kOne, 1), std::nullopt) << "the place of the one that was answered";
  EXPECT_EQ(read_as(kOne, 1), Status::kOverLimit);
}

TEST_F(RngServerTest, AnInterruptForNothingIsAcknowledged) {
  start();
  EXPECT_EQ(read(1), std::nullopt);
  interrupt();
  EXPECT_EQ(acknowledged_, 1);
  EXPECT_EQ(server_.waiting(), 1u);
  EXPECT_EQ(device_.notifications, 1) << "what was asked for stands";
}

TEST_F(RngServerTest, ADeviceThatLiesFailsAllWhoWaitAndIsUsedAgain) {
  start();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(read(8), std::nullopt);
  device_.end_request(0, 9);
  interrupt();
  ASSERT_EQ(kernel_.kept_answers().size(), 3u);
  for (const auto& [slot, answer] : kernel_.kept_answers()) {
    EXPECT_EQ(answer.status, static_cast<std::uint64_t>(Status::kDeviceFailed));
  }
  kernel_.forget();
  EXPECT_EQ(read(1), std::nullopt);
  give(1);
  EXPECT_EQ(answered(), Bytes{1});
}

// Then nothing acknowledges it any more, and it interrupts nobody.
TEST_F(RngServerTest, ADeviceThatWasGivenUpIsNone) {
  start();
  for (unsigned i = 0; i <= Driver::kMostResets; ++i) {
    EXPECT_EQ(acknowledged_, static_cast<int>(i));
    EXPECT_EQ(read(8), std::nullopt);
    device_.end_request(0, 9);
    interrupt();
  }
  EXPECT_EQ(acknowledged_, static_cast<int>(Driver::kMostResets));
  EXPECT_EQ(read(8), Status::kNoDevice);
  EXPECT_EQ(server_.waiting(), 0u);
}

TEST_F(RngServerTest, CountsOutsideTheRangeAreRefused) {
  start();
  EXPECT_EQ(read(0), Status::kInvalidArgs);
  EXPECT_EQ(read(65), Status::kInvalidArgs);
  EXPECT_EQ(read(64), std::nullopt);
}

}  // namespace
}  // namespace tessera::rngd
