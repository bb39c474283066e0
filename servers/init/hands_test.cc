// What init does to tasks, with a kernel that is a few maps and stand-ins for whom it asks.
#include "servers/init/hands.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "bootimage/pack/bundle_writer.h"
#include "gen/loopback.h"
#include "idl/service/policyd_fake.h"
#include "idl/service/timed_fake.h"
#include "idl/system_call.h"
#include "servers/elf/corpus.h"
#include "servers/execd/testing/kernel.h"
#include "servers/init/boot.h"
#include "servers/init/layout.h"
#include "servers/init/probe.h"
#include "servers/runtime/chunks.h"
#include "servers/runtime/slots.h"

namespace tessera::init {

// The registers of devices: on the host nothing is behind them.
std::function<bool(rt::Slot pages)> on_reset;

Result<std::optional<DeviceWindow>> find_device(manifest::DeviceKind) { return std::nullopt; }
Result<std::optional<DeviceWindow>> find_window() { return std::nullopt; }
Result<void> reset_device(rt::Slot pages) {
  if (on_reset(pages)) return {};
  return failed("ask for a window", "no");
}

namespace {

using abi::ObjectType;
using abi::SystemCall;
using manifest::Image;

constexpr std::size_t kPolicyd = 0;
constexpr std::size_t kTimed = 1;
constexpr std::size_t kDriver = 2;
constexpr std::size_t kUser = 3;
constexpr std::size_t kSpawner = 4;
constexpr std::size_t kConsole = 5;

constexpr std::uint64_t kKiB = 1024;
constexpr std::array kUsesTimed = {std::string_view("timed")};

constexpr Image image(std::string_view name, std::uint64_t identity, bool service) {
  return {.name = name,
          .identity = identity,
          .quota_kib = 256,
          .stack_kib = 4,
          .slots = 64,
          .pool_pages = 8,
          .service = service,
          .restart = manifest::Restart::kAlways,
          .restarts = 8};
}
constexpr std::array kSpawnerGrant = {manifest::Grant::kSpawner};
constexpr std::array kUartGrant = {manifest::Grant::kUart};
constexpr std::array<Image, 6> kImages = [] {
  std::array<Image, 6> all = {image("policyd", 0x14, true), image("timed", 0x11, true),
                              image("driver", 0x12, true),  image("user", 0x20, false),
                              image("spawner", 0x13, true), image("console", 0x10, true)};
  all[kConsole].grants = kUartGrant;
  all[kSpawner].grants = kSpawnerGrant;
  all[kDriver].uses = kUsesTimed;
  all[kDriver].device = manifest::DeviceKind::kEntropy;
  all[kUser].uses = kUsesTimed;
  return all;
}();
constexpr manifest::Manifest kManifest = {.images = kImages, .base = {}};

bootimage::ByteVector make_bundle() {
  bootimage::ByteVector program(elf::corpus::kMaxBytes);
  const elf::corpus::File file;
  file.write(program);
  program.resize(file.size);
  std::vector<bootimage::FileToPack> files = {
      {.name = "init", .kind = bundle::Kind::kFirstTask, .bytes = bootimage::ByteVector(8192)}};
  for (const Image& each : kImages) {
    files.push_back({.name = std::string(each.name), .bytes = program});
  }
  return bootimage::write_bundle(files);
}

// Where init maps what it fills: an address of its own, that is nobody's in a test's process.
class Scratch {
 public:
  Scratch()
      : at_(mmap(reinterpret_cast<void*>(kBench.scratch), kSize, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0)) {
    EXPECT_EQ(at_, reinterpret_cast<void*>(kBench.scratch));
  }
  ~Scratch() { munmap(at_, kSize); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

 private:
  static constexpr std::size_t kSize = 64 * kKiB;
  void* at_;
};

// All have been started once and ended; policyd and timed are up. Everything is allowed.
class HandsTest : public testing::Test {
 protected:
  HandsTest() {
    loopback.intercept = [this](rt::Registers& r) { return on_call(r); };
    loopback.server_at[kPolicydClient.index] = std::ref(policyd);
    loopback.server_at[kTimedClient.index] = std::ref(timed);
    policyd.on.may_reach = [this](const rt::Caller&, std::uint64_t subject, std::string_view of) {
      return decide("reach", subject, of);
    };
    policyd.on.may_map = [this](const rt::Caller&, std::uint64_t subject, std::string_view of) {
      return decide("map", subject, of);
    };
    timed.on.forget = [this](const rt::Caller&, std::uint64_t owner) -> rt::Result<std::uint32_t> {
      forgotten.push_back(owner);
      return 0;
    };
    timed.on.forget_spawned = [this](const rt::Caller&,
                                     std::uint64_t before) -> rt::Result<std::uint32_t> {
      forgotten_before.push_back(before);
      return 0;
    };
    on_reset = [this](rt::Slot pages) { return reset(pages); };
    give_what_starts_them();
    hands.up(kPolicyd);
    hands.up(kTimed);
    lines.clear();
  }
  ~HandsTest() override { on_reset = nullptr; }

  void give_what_starts_them() {
    kernel.give(kEvents, ObjectType::kNotification);
    kernel.give(kRoutes, ObjectType::kEndpoint);
    kernel.give(kOwnQos, ObjectType::kQosControl);
    kernel.give(boot_slot(kernel::BootSlot::kBundle), ObjectType::kVmo, packed.size());
    for (std::size_t i = 0; i < kImages.size(); ++i) {
      kernel.give(quota_slot(i), ObjectType::kUntyped, kImages[i].quota_kib * kKiB);
      kernel.give(identity_slot(i), ObjectType::kIdentityControl, 0, kImages[i].identity);
    }
    kernel.give(endpoint_slot(kPolicyd), ObjectType::kEndpoint);
    kernel.give(endpoint_slot(kTimed), ObjectType::kEndpoint);
    kernel.give(device_slot(kDriver), ObjectType::kUntyped, abi::kPageSize);
  }
  bool on_call(rt::Registers& r) {
    if (static_cast<SystemCall>(r.a7) != SystemCall::kBootInfoPrint) return kernel.on_call(r);
    lines += abi::unpacked<rt::Chunk>(r.a0, std::array{r.a1, r.a2, r.a3, r.a4, r.a5}).view();
    r = {};
    return true;
  }
  rt::Result<void> decide(std::string_view what, std::uint64_t subject, std::string_view target) {
    asked.push_back(std::string(what) + ' ' + std::to_string(subject) + ' ' + std::string(target));
    if (denied == what) return rt::failure(service::PolicyStatus::kDeny);
    return {};
  }
  bool reset(rt::Slot pages) {
    EXPECT_EQ(pages, device_slot(kDriver));
    EXPECT_EQ(kernel.at(pages).used, 0U) << "nobody has its registers";
    ++resets;
    memory_was_there = kernel.has(task_slot(kDriver));
    return resets_work;
  }
  // Whether the task was given anything in that slot.
  bool has(std::size_t image, rt::Slot slot) const {
    return kernel.in_child(task_slot(image), slot) != 0;
  }
  void timed_is_silent() {
    loopback.server_at[kTimedClient.index] = [](const rt::Registers&) { return rt::Registers{}; };
  }
  std::vector<std::uint64_t> take_forgotten() { return std::exchange(forgotten, {}); }

  Scratch scratch;
  gen::Loopback loopback;
  execd::TestingKernel kernel;
  service::FakePolicyd policyd;
  service::FakeTimed timed;
  std::string lines;
  std::vector<std::string> asked;  // of policyd
  std::string denied;
  std::vector<std::uint64_t> forgotten;
  std::vector<std::uint64_t> forgotten_before;  // tasks that a spawner had started
  int resets = 0;
  bool memory_was_there = false;  // the driver's, at the last reset
  bool resets_work = true;
  bootimage::ByteVector packed = make_bundle();
  bundle::Bundle bundle = *bundle::Bundle::open(packed);
  UartPlace uart{};
  Hands hands{kManifest, bundle, "", uart};
};

// --- Ends ----------------------------------------------------------------------------------------

TEST_F(HandsTest, TimedIsToldWhoHasEnded) {
  ASSERT_TRUE(hands.start(kUser, true));
  EXPECT_TRUE(forgotten.empty());
  hands.reap(kUser);
  EXPECT_EQ(take_forgotten(), std::vector<std::uint64_t>{kImages[kUser].identity});
  EXPECT_FALSE(kernel.has(task_slot(kUser)));
  EXPECT_EQ(kernel.at(quota_slot(kUser)).used, 0U);
  hands.reap(kTimed);
  EXPECT_TRUE(forgotten.empty()) << "its timers went with it";
}

TEST_F(HandsTest, ADeviceStopsBeforeItsMemoryIsGivenAgain) {
  ASSERT_TRUE(hands.start(kDriver, true));
  EXPECT_TRUE(has(kDriver, rt::start::device().slot()));
  EXPECT_NE(kernel.at(device_slot(kDriver)).used, 0U);
  hands.reap(kDriver);
  EXPECT_EQ(resets, 1);
  EXPECT_TRUE(memory_was_there);
  EXPECT_FALSE(kernel.has(task_slot(kDriver)));
  hands.reap(kUser);
  EXPECT_EQ(resets, 1) << "it has none";
}

TEST_F(HandsTest, MemoryOfADeviceThatDoesNotStopIsNotGivenAgain) {
  ASSERT_TRUE(hands.start(kDriver, true));
  resets_work = false;
  hands.reap(kDriver);
  EXPECT_TRUE(kernel.has(task_slot(kDriver)));
  EXPECT_NE(kernel.at(quota_slot(kDriver)).used, 0U);
  EXPECT_EQ(lines, "FAIL driver was not reaped\n");
}

// Its timers are another task's by then, of the same identity.
TEST_F(HandsTest, WhoWasStartedAgainIsNotForgottenLater) {
  timed_is_silent();
  hands.reap(kUser);
  hands.reap(kDriver);
  ASSERT_TRUE(hands.start(kUser, true));
  loopback.server_at[kTimedClient.index] = std::ref(timed);
  hands.reap(kPolicyd);
  EXPECT_EQ(take_forgotten(),
            (std::vector<std::uint64_t>{kImages[kPolicyd].identity, kImages[kDriver].identity}))
      << "the driver is still down";
}

TEST_F(HandsTest, TimedIsToldThatASpawnersTasksHaveEnded) {
  hands.reap(kUser);
  EXPECT_TRUE(forgotten_before.empty()) << "it started none";
  ASSERT_TRUE(hands.start(kSpawner, true));
  hands.reap(kSpawner);
  EXPECT_EQ(forgotten_before, std::vector<std::uint64_t>{UINT64_MAX});
  hands.reap(kUser);
  EXPECT_EQ(forgotten_before.size(), 1U) << "once";
}

TEST_F(HandsTest, WhatASpawnerStartsLaterIsNotForgotten) {
  ASSERT_TRUE(hands.start(kSpawner, true));
  timed_is_silent();
  hands.reap(kSpawner);
  ASSERT_TRUE(hands.start(kSpawner, true));
  loopback.server_at[kTimedClient.index] = std::ref(timed);
  hands.reap(kUser);
  EXPECT_EQ(forgotten_before, std::vector<std::uint64_t>{hands.info(kSpawner)->id});
}

TEST_F(HandsTest, ANewTimedHasNobodysTimers) {
  timed_is_silent();
  hands.reap(kSpawner);
  loopback.server_at[kTimedClient.index] = std::ref(timed);
  hands.reap(kTimed);
  EXPECT_TRUE(forgotten_before.empty());
  EXPECT_TRUE(forgotten.empty());
}

// --- Starting again ------------------------------------------------------------------------------

TEST_F(HandsTest, WhatItUsesIsPolicydsWord) {
  ASSERT_TRUE(hands.start(kUser, true));
  EXPECT_EQ(asked, std::vector<std::string>{"reach 32 timed"});
  EXPECT_TRUE(has(kUser, rt::start::timed()));
  hands.reap(kUser);
  denied = "reach";
  ASSERT_TRUE(hands.start(kUser, true));
  EXPECT_FALSE(has(kUser, rt::start::timed()));
  EXPECT_TRUE(has(kUser, rt::start::slot(abi::StartSlot::kRoutes))) << "it may ask later";
  EXPECT_EQ(lines, "user may not reach timed\n");
}

TEST_F(HandsTest, ADeviceIsPolicydsWord) {
  EXPECT_TRUE(hands.may_map(kDriver));
  EXPECT_EQ(asked, std::vector<std::string>{"map 18 driver"});
  denied = "map";
  EXPECT_FALSE(hands.may_map(kDriver));
  asked.clear();
  EXPECT_TRUE(hands.may_map(kUser)) << "it has none";
  EXPECT_TRUE(hands.may_map(kConsole)) << "policyd writes by it";
  EXPECT_TRUE(asked.empty());
  Hands early(kManifest, bundle, "", uart);
  EXPECT_TRUE(early.may_map(kDriver)) << "before policyd the manifest has the word";
}

TEST_F(HandsTest, WithoutPolicydNoDriverHasItsDevice) {
  const auto silent = [](const rt::Registers&) { return rt::Registers{}; };
  loopback.server_at[kPolicydClient.index] = silent;
  EXPECT_FALSE(hands.may_map(kDriver));
  loopback.server_at[kPolicydClient.index] = std::ref(policyd);
  hands.reap(kPolicyd);
  EXPECT_FALSE(hands.may_map(kDriver));
  EXPECT_TRUE(asked.empty());
  EXPECT_TRUE(hands.may_map(kConsole));
}

TEST_F(HandsTest, WithoutPolicydNobodyIsWired) {
  hands.reap(kPolicyd);
  ASSERT_TRUE(hands.start(kUser, true));
  EXPECT_FALSE(has(kUser, rt::start::timed()));
  EXPECT_TRUE(asked.empty());
}

TEST_F(HandsTest, BeforePolicydTheManifestHasTheWord) {
  denied = "reach";
  Hands early(kManifest, bundle, "", uart);
  ASSERT_TRUE(early.start(kUser, true));
  EXPECT_TRUE(has(kUser, rt::start::timed()));
  EXPECT_TRUE(asked.empty());
}

// Each call that takes something fails once. Then nothing of the attempt is left, and the next one
// works.
TEST_F(HandsTest, AStartThatFailsIsNotInTheWayOfTheNext) {
  const auto before = kernel.own_slots();
  int refused = 0;
  for (int nth = 1;; ++nth) {
    kernel.fail_at(nth);
    const auto started = hands.start(kDriver, true);
    const bool failed = kernel.has_failed();
    kernel.fail_at(std::nullopt);
    hands.reap(kDriver);
    EXPECT_EQ(kernel.own_slots(), before) << nth;
    if (!failed) break;
    if (started) continue;  // its Irq alone: it is started without
    ++refused;
    ASSERT_TRUE(hands.start(kDriver, true)) << nth;
    hands.reap(kDriver);
  }
  EXPECT_GT(refused, 30) << "objects, segments, capabilities, the start";
}

}  // namespace
}  // namespace tessera::init
