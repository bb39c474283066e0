#include "servers/rngd/entropy_device.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "servers/rngd/fake_device.h"

namespace tessera::rngd {
namespace {

using Driver = EntropyDevice<FakeRegisters>;

class EntropyDeviceTest : public testing::Test {
 protected:
  std::vector<std::uint8_t> bytes() const {
    const auto all = driver.bytes();
    return {all.begin(), all.end()};
  }
  std::uint32_t status() { return device.registers[Register::kStatus]; }
  void start() { ASSERT_EQ(driver.start(), Start::kReady); }

  FakeDevice device;
  Driver driver{{&device}, *device.shared, FakeDevice::kPhysical};
};

TEST_F(EntropyDeviceTest, StartsAsSection311Says) {
  start();
  EXPECT_EQ(status(),
            virtio::kAcknowledge | virtio::kDriver | virtio::kFeaturesOk | virtio::kDriverOk);
  EXPECT_EQ(device.registers[Register::kDriverFeatures], virtio::kVersion1);
  EXPECT_EQ(device.registers[Register::kDriverFeaturesSel], 1u);
  EXPECT_EQ(device.registers[Register::kQueueNum], virtio::kQueueSize);
  EXPECT_EQ(device.registers[Register::kQueueReady], 1u);
  EXPECT_EQ(device.registers[Register::kQueueDescLow], 0x8765'4000u);
  EXPECT_EQ(device.registers[Register::kQueueDescHigh], 9u);
  EXPECT_EQ(device.registers[Register::kQueueDriverLow],
            0x8765'4000u + offsetof(Shared, available));
  EXPECT_EQ(device.registers[Register::kQueueDeviceLow], 0x8765'4000u + offsetof(Shared, used));
  EXPECT_TRUE(driver.works());
  EXPECT_FALSE(driver.busy());
}

TEST_F(EntropyDeviceTest, WhatIsNoModernEntropyDeviceIsNotDriven) {
  const auto with = [this](Register which, std::uint32_t value) {
    device.registers[which] = value;
    const Start start = driver.start();
    EXPECT_FALSE(driver.works());
    EXPECT_EQ(device.registers[Register::kQueueReady], 0u);
    device = FakeDevice();
    return start;
  };
  EXPECT_EQ(with(Register::kMagicValue, 0), Start::kNoDevice);
  EXPECT_EQ(with(Register::kDeviceId, 0), Start::kNoDevice) << "nothing is behind the window";
  EXPECT_EQ(with(Register::kDeviceId, 2), Start::kNoDevice) << "a disk";
  EXPECT_EQ(with(Register::kVersion, 1), Start::kLegacy);
  EXPECT_EQ(with(Register::kVersion, 3), Start::kLegacy);
}

TEST_F(EntropyDeviceTest, ADeviceThatDoesNotGoThroughTheStepsIsRefused) {
  device.features = 0;
  EXPECT_EQ(driver.start(), Start::kRefused) << "not of virtio 1.0";
  device.features = virtio::kVersion1;
  device.refused_status = virtio::kFeaturesOk;
  EXPECT_EQ(driver.start(), Start::kRefused);
  device.refused_status = 0;
  for (const std::uint32_t most : {0u, virtio::kQueueSize - 1}) {
    device.registers[Register::kQueueNumMax] = most;
    EXPECT_EQ(driver.start(), Start::kRefused) << most;
  }
  device.registers[Register::kQueueNumMax] = virtio::kQueueSize;
  device.ignores_resets = true;
  device.registers[Register::kStatus] = virtio::kDriverOk;
  EXPECT_EQ(driver.start(), Start::kRefused);
  EXPECT_FALSE(driver.works());
  device.ignores_resets = false;
  EXPECT_EQ(driver.start(), Start::kReady);
}

TEST_F(EntropyDeviceTest, AsksWithOneDescriptorThatTheDeviceWrites) {
  start();
  driver.ask(48);
  EXPECT_TRUE(driver.busy());
  EXPECT_EQ(device.notifications, 1);
  EXPECT_EQ(device.shared->descriptors[0].address,
            FakeDevice::kPhysical + offsetof(Shared, buffer));
  EXPECT_EQ(device.asked(), 48u);
  EXPECT_EQ(device.shared->descriptors[0].flags, virtio::kDeviceWrites);
  EXPECT_EQ(device.shared->available.index, 1u);
  EXPECT_EQ(device.shared->available.ring[0], 0u);
}

TEST_F(EntropyDeviceTest, GivesWhatTheDeviceGaveAndLeavesNothing) {
  start();
  driver.ask(4);
  device.give(3);
  EXPECT_EQ(driver.on_interrupt(), Event::kBytes);
  EXPECT_EQ(bytes(), (std::vector<std::uint8_t>{1, 2, 3}));
  EXPECT_FALSE(driver.busy());
  EXPECT_EQ(device.registers[Register::kInterruptStatus], 0u) << "its line goes down";
  for (const std::uint8_t byte : device.shared->buffer) EXPECT_EQ(byte, 0);
}

// Indices count on beyond the ring, and beyond 16 bits.
TEST_F(EntropyDeviceTest, GoesOnForever) {
  start();
  for (std::uint32_t round = 0; round < 0x1'0010; ++round) {
    driver.ask(64);
    device.give(64, static_cast<std::uint8_t>(round));
    ASSERT_EQ(driver.on_interrupt(), Event::kBytes) << round;
    ASSERT_EQ(driver.bytes().front(), static_cast<std::uint8_t>(round));
  }
  EXPECT_EQ(device.resets, 1);
}

TEST_F(EntropyDeviceTest, AnInterruptForNothingIsNone) {
  start();
  EXPECT_EQ(driver.on_interrupt(), Event::kNothing);
  driver.ask(8);
  EXPECT_EQ(driver.on_interrupt(), Event::kNothing);
  device.give(8);
  EXPECT_EQ(driver.on_interrupt(), Event::kBytes);
}

// --- A device that lies --------------------------------------------------------------------------

using Lie = void (*)(FakeDevice&);

void expect_broken(const char* what, std::uint32_t asked, Lie lie) {
  SCOPED_TRACE(what);
  FakeDevice device;
  Driver driver{{&device}, *device.shared, FakeDevice::kPhysical};
  ASSERT_EQ(driver.start(), Start::kReady);
  if (asked != 0) driver.ask(asked);
  lie(device);
  EXPECT_EQ(driver.on_interrupt(), Event::kBroken);
  EXPECT_EQ(device.resets, 2) << "it is reset";
  EXPECT_TRUE(driver.works());
  EXPECT_FALSE(driver.busy());
  driver.ask(5);
  device.give(5);
  EXPECT_EQ(driver.on_interrupt(), Event::kBytes) << "and goes on";
}

TEST(LyingDeviceTest, IsReset) {
  expect_broken("more bytes than were asked for", 8, [](FakeDevice& d) { d.end_request(0, 9); });
  expect_broken("more than the buffer has", 64, [](FakeDevice& d) { d.end_request(0, 65); });
  expect_broken("all that 32 bits count", 64, [](FakeDevice& d) { d.end_request(0, ~0u); });
  expect_broken("no bytes", 8, [](FakeDevice& d) { d.end_request(0, 0); });
  expect_broken("another descriptor", 8, [](FakeDevice& d) { d.end_request(1, 8); });
  expect_broken("no descriptor", 8, [](FakeDevice& d) { d.end_request(~0u, 8); });
  expect_broken("two answers to one request", 8, [](FakeDevice& d) { d.end_request(0, 8, 2); });
  expect_broken("an index that goes back", 8, [](FakeDevice& d) { d.end_request(0, 8, 0xffff); });
  expect_broken("an answer that nobody asked for", 0, [](FakeDevice& d) { d.end_request(0, 8); });
  expect_broken("it says so itself", 8,
                [](FakeDevice& d) { d.registers[Register::kStatus] |= virtio::kNeedsReset; });
}

TEST(LyingDeviceTest, IsGivenUpInTheEnd) {
  FakeDevice device;
  Driver driver{{&device}, *device.shared, FakeDevice::kPhysical};
  ASSERT_EQ(driver.start(), Start::kReady);
  for (unsigned i = 0; i < Driver::kMostResets; ++i) {
    driver.ask(8);
    device.end_request(7, 8);
    EXPECT_EQ(driver.on_interrupt(), Event::kBroken);
    EXPECT_TRUE(driver.works()) << i;
  }
  driver.ask(8);
  device.end_request(7, 8);
  EXPECT_EQ(driver.on_interrupt(), Event::kBroken);
  EXPECT_FALSE(driver.works());
  EXPECT_EQ(device.registers[Register::kStatus], 0u);
  EXPECT_EQ(driver.on_interrupt(), Event::kNothing);
}

TEST(LyingDeviceTest, InterruptsForNothingCountInARow) {
  FakeDevice device;
  Driver driver{{&device}, *device.shared, FakeDevice::kPhysical};
  ASSERT_EQ(driver.start(), Start::kReady);
  for (int round = 0; round < 3; ++round) {
    for (unsigned i = 1; i < Driver::kMostIdle; ++i) {
      ASSERT_EQ(driver.on_interrupt(), Event::kNothing);
    }
    driver.ask(1);
    device.give(1);
    ASSERT_EQ(driver.on_interrupt(), Event::kBytes);
  }
  for (unsigned i = 1; i < Driver::kMostIdle; ++i) {
    ASSERT_EQ(driver.on_interrupt(), Event::kNothing);
  }
  EXPECT_EQ(driver.on_interrupt(), Event::kBroken);
}

// The device writes whatever it likes, wherever it may, at any time.
TEST(LyingDeviceTest, AnyMemoryIsSurvived) {
  std::mt19937 random(1);
  int given = 0;
  for (int world = 0; world < 200; ++world) {
    FakeDevice device;
    Driver driver{{&device}, *device.shared, FakeDevice::kPhysical};
    ASSERT_EQ(driver.start(), Start::kReady);
    for (int step = 0; step < 200 && driver.works(); ++step) {
      if (!driver.busy()) driver.ask(1 + random() % 64);
      auto* memory = reinterpret_cast<std::uint8_t*>(device.shared.get());
      if (random() % 4 == 0) device.give(1 + random() % device.asked());
      if (random() % 16 == 0)
        memory[random() % sizeof(Shared)] = static_cast<std::uint8_t>(random());
      if (random() % 64 == 0) device.registers[Register::kStatus] |= virtio::kNeedsReset;
      if (driver.on_interrupt() != Event::kBytes) continue;
      ++given;
      EXPECT_GE(driver.bytes().size(), 1u);
      EXPECT_LE(driver.bytes().size(), 64u);
    }
  }
  EXPECT_GT(given, 1000);
}

}  // namespace
}  // namespace tessera::rngd
