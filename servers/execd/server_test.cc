// execd under its generated loop, with stand-ins for whom it asks and a kernel that is a few maps:
// who gets what started, how, and that nothing of it is left.
#include "servers/execd/server.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bootimage/pack/bundle_writer.h"
#include "idl/service/console_fake.h"
#include "idl/service/execd_client.h"
#include "idl/service/execd_fake.h"
#include "idl/service/policyd_fake.h"
#include "idl/service/routes_fake.h"
#include "servers/elf/corpus.h"
#include "servers/execd/refusal.h"
#include "servers/execd/testing_kernel.h"

namespace tessera::execd {
namespace {

using abi::ObjectType;
using abi::QosClass;
using abi::TaskState;
using manifest::Image;
using manifest::Start;
using service::ChildClass;

constexpr std::uint64_t kParent = 0x20;
constexpr std::uint64_t kChild = 0x60;
constexpr std::uint64_t kClientBadge = 7;
constexpr rt::Slot kClient{1000};  // where clients have execd
constexpr std::uint64_t kMiB = 1024 * 1024;

constexpr std::array<std::string_view, 1> kConsoleOnly = {"console"};
constexpr manifest::Grant kMemoryGrant[] = {manifest::Grant::kMemory};

constexpr Image spawned(std::string_view name, std::uint64_t identity) {
  return {.name = name,
          .identity = identity,
          .qos = QosClass::kNormal,
          .quota_kib = 128,
          .stack_kib = 4,
          .slots = 48,
          .pool_pages = 8,
          .start = Start::kSpawned};
}
const std::array<Image, 7>& images() {
  static const auto kAll = [] {
    std::array<Image, 7> all = {Image{.name = "console", .identity = 0x10},
                                spawned("elf_reader", 0x1f),
                                spawned("child", kChild),
                                spawned("broken", 0x61),
                                spawned("spoilt", 0x62),
                                spawned("missing", 0x63),
                                spawned("rich", 0x64)};
    all[2].uses = kConsoleOnly;
    all[2].highest = QosClass::kInteractive;
    all[6].grants = kMemoryGrant;
    return all;
  }();
  return kAll;
}
const manifest::Manifest kManifest{.images = images(), .base = {}};

bootimage::ByteVector bytes_of(const elf::corpus::File& file) {
  bootimage::ByteVector bytes(elf::corpus::kMaxBytes);
  file.write(bytes);
  bytes.resize(file.size);
  return bytes;
}

bootimage::ByteVector make_bundle() {
  elf::corpus::File broken;
  broken.header.entry = 0;
  const std::vector<bootimage::FileToPack> files = {
      {.name = "init", .kind = bundle::Kind::kFirstTask, .bytes = bootimage::ByteVector(8192)},
      {.name = "elf_reader", .bytes = bytes_of({})},
      {.name = "child", .bytes = bytes_of({})},
      {.name = "broken", .bytes = bytes_of(broken)},
      {.name = "rich", .bytes = bytes_of({})},
      {.name = "spoilt", .bytes = bytes_of({})}};
  bootimage::ByteVector bundle = bootimage::write_bundle(files);
  const auto spoilt = bundle::Bundle::open(bundle)->find("spoilt");
  bundle[spoilt->offset + 0x250] ^= std::byte{1};
  return bundle;
}

class ExecdServerTest : public testing::Test {
 protected:
  ExecdServerTest() {
    loopback.intercept = [this](rt::Registers& r) { return kernel.on_call(r); };
    loopback.server = [this](const rt::Registers& message) {
      return service::ExecdServer<Server>::dispatch(*server, rt::start::service(), message);
    };
    loopback.server_at[rt::start::console().index] = std::ref(console);
    loopback.server_at[kPolicyd.index] = std::ref(policyd);
    loopback.server_at[rt::start::slot(abi::StartSlot::kRoutes).index] = std::ref(routes);
    // What the reader is lent arrives in a window of its own.
    loopback.server_at[kReaderPort.index] = [this](const rt::Registers& message) {
      kernel.give(rt::window_slot(0), ObjectType::kVmo);
      const rt::Registers next = reader(message);
      kernel.take(rt::window_slot(0));
      return next;
    };
    kernel.give(rt::start::service(), ObjectType::kEndpoint);
    kernel.give(rt::start::timer().slot(), ObjectType::kNotification);
    kernel.give(rt::start::qos_control().slot(), ObjectType::kQosControl);
    kernel.give(rt::start::memory().slot(), ObjectType::kUntyped, 64 * kMiB);
    kernel.give(rt::start::slot(abi::StartSlot::kRoutes), ObjectType::kEndpoint);
    kernel.give(kPolicyd, ObjectType::kEndpoint);
    kernel.give(kStage, ObjectType::kVmo, service::kMaxProgramBytes);
    std::size_t nth = 0;
    for (const Image& image : images()) {
      if (image.start != Start::kSpawned) continue;
      kernel.give(process::identity_slot(nth++), ObjectType::kIdentityControl, 0, image.identity);
    }
    console.on.write = [this](const rt::Caller&, std::string_view text) -> rt::Result<void> {
      lines += text;
      return {};
    };
    routes.on.find_for = [this](const rt::Caller&, std::uint64_t subject, std::string_view name) {
      return find_route(subject, name);
    };
    reader.on.copy = [this](const rt::Caller&, rt::Lent<kernel::Vmo>, std::uint64_t size) {
      std::memcpy(stage.data(), program.data(), size);
      return rt::Result<void>();
    };
    EXPECT_TRUE(server->prepare());
    lines.clear();
    kernel.started.clear();
    kernel.started_as.clear();
  }

  rt::Result<kernel::Endpoint> find_route(std::uint64_t subject, std::string_view name) {
    routed.emplace_back(subject, name);
    if (route_error) return std::unexpected(*route_error);
    kernel.give(rt::window_slot(0), ObjectType::kEndpoint);
    return kernel::Endpoint(rt::window_slot(0));
  }
  static rt::Caller caller(std::uint64_t badge = kClientBadge) {
    return {.badge = badge, .identity = kParent, .qos = QosClass::kNormal};
  }
  auto spawn(std::string_view image = "child", ChildClass wanted = ChildClass::kOwn) {
    return server->spawn(caller(), image, wanted, "text");
  }
  // Started; the badge of its capability.
  std::uint64_t started(std::string_view image = "child") {
    const auto process = spawn(image);
    EXPECT_TRUE(process) << image;
    return kernel.badge_at(kProcess);
  }
  // A client that calls by a capability with this badge, in the name of a task.
  service::ProcessClient process(std::uint64_t badge, std::uint64_t identity = kParent) {
    loopback.badge = badge;
    loopback.identity = identity;
    return service::ProcessClient(kClient);
  }
  // Whether a call of `wait` was not answered yet.
  bool waits(std::uint64_t badge, std::uint64_t identity = kParent) {
    const std::size_t before = loopback.waiting();
    rt::ignore(process(badge, identity).wait());
    return loopback.waiting() > before;
  }
  void ends(std::uint64_t badge, TaskState state, std::int32_t status, abi::FaultCause cause = {},
            std::uint64_t pc = 0) {
    const Place place{table->find(badge)->place};
    Object& task = kernel.at(place.task());
    task.state = state;
    task.status = status;
    task.cause = cause;
    task.pc = pc;
    server->on_notification(place.bit());
  }
  // Nothing is different but the capability of the last process.
  auto state() {
    rt::ignore(process::drop(kProcess));
    return std::pair(kernel.own_slots(), kernel.objects());
  }
  std::uint64_t free() { return server->statistics(caller())->free; }

  gen::Loopback loopback;
  TestingKernel kernel;
  service::FakePolicyd policyd;
  service::FakeRoutes routes;
  service::FakeConsole console;
  service::FakeElfReader reader;
  std::string lines;
  std::vector<std::pair<std::uint64_t, std::string>> routed;
  std::optional<rt::Error> route_error;
  bootimage::ByteVector packed = make_bundle();
  bundle::Bundle bundle = *bundle::Bundle::open(packed);
  std::vector<std::byte> stage = std::vector<std::byte>(service::kMaxProgramBytes);
  std::vector<std::byte> program = bytes_of({});
  std::vector<std::byte> scratch = std::vector<std::byte>(64 * 1024);
  std::unique_ptr<ProcessTable> table = std::make_unique<ProcessTable>();
  std::unique_ptr<Server> server = std::make_unique<Server>(
      kManifest, *table, bundle, stage, reinterpret_cast<std::uint64_t>(scratch.data()));
};

void expect_refused(const auto& result, ExecStatus status, ExecDetail detail = ExecDetail::kNone) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), refusal(status, detail))
      << result.error().status << ' ' << result.error().detail;
}

TEST_F(ExecdServerTest, StartsAnImageAsTheManifestHasIt) {
  std::vector<std::pair<std::uint64_t, std::string>> asked;
  policyd.on.may_start = [&](const rt::Caller&, std::uint64_t subject, std::string_view image) {
    asked.emplace_back(subject, image);
    return rt::Result<void>();
  };
  const std::uint64_t badge = started();
  EXPECT_EQ(asked, (decltype(asked){{kParent, "child"}})) << "in the caller's name";
  const Process* process = table->find(badge);
  ASSERT_NE(process, nullptr);
  const std::uint64_t identity = process->task << 32 | kChild;
  EXPECT_EQ(kernel.started, std::vector{identity});
  EXPECT_EQ(kernel.started_as, std::vector{QosClass::kNormal});
  EXPECT_EQ(routed, (decltype(routed){{identity, "console"}}));
  const rt::Slot task = Place{process->place}.task();
  EXPECT_NE(kernel.in_child(task, rt::start::console()), 0);
  EXPECT_NE(kernel.in_child(task, rt::start::slot(abi::StartSlot::kRoutes)), 0);
  EXPECT_NE(kernel.in_child(task, rt::start::task().slot()), 0);
  EXPECT_EQ(kernel.in_child(task, rt::start::memory().slot()), 0);
  EXPECT_EQ(kernel.in_child(task, rt::start::qos_control().slot()), 0);
  EXPECT_EQ(kernel.in_child(task, rt::start::service()), 0);
  EXPECT_EQ(lines, "elf load ok image=child task=" + std::to_string(process->task) + "\n");
}

TEST_F(ExecdServerTest, EachTaskHasAnIdentityOfItsOwn) {
  started();
  started();
  ASSERT_EQ(kernel.started.size(), 2U);
  EXPECT_NE(kernel.started[0], kernel.started[1]);
  EXPECT_EQ(kernel.started[0] & 0xffff'ffff, kernel.started[1] & 0xffff'ffff);
}

TEST_F(ExecdServerTest, GrantsAreTheManifests) {
  const Process* process = table->find(started("rich"));
  EXPECT_NE(kernel.in_child(Place{process->place}.task(), rt::start::memory().slot()), 0);
}

TEST_F(ExecdServerTest, NoWordOfPolicydIsADenial) {
  const auto before = state();
  using Answer = rt::Result<void>;
  for (const rt::Error& error : {rt::failure(service::PolicyStatus::kDeny).error(),
                                 rt::failure(service::PolicyStatus::kMalformed).error(),
                                 rt::failure(service::PolicyStatus::kUnsupported).error(),
                                 rt::Error{.status = abi::kEinval, .detail = 0}}) {
    policyd.on.may_start = [&](const rt::Caller&, std::uint64_t, std::string_view) {
      return Answer(std::unexpected(error));
    };
    expect_refused(spawn(), ExecStatus::kDenied);
  }
  for (const rt::Error& error : {gen::kPeerDied, gen::kTimedOut}) {
    loopback.failure = error;
    expect_refused(spawn(), ExecStatus::kDenied);
  }
  loopback.failure.reset();
  EXPECT_EQ(state(), before);
  EXPECT_TRUE(lines.empty());
}

TEST_F(ExecdServerTest, WhatIsNotSpawnedIsDenied) {
  for (const std::string_view image : {"console", "init", "nobody", ""}) {
    expect_refused(spawn(image), ExecStatus::kDenied);
  }
  EXPECT_EQ(policyd.executed, 0);
}

TEST_F(ExecdServerTest, APolicydThatWasRestartedIsFound) {
  int asked = 0;
  policyd.on.may_start = [&](const rt::Caller&, std::uint64_t, std::string_view) {
    if (++asked == 1) return rt::Result<void>(std::unexpected(gen::kPeerDied));
    return rt::Result<void>();
  };
  int found = 0;
  routes.on.find = [&](const rt::Caller&, std::string_view name) {
    ++found;
    EXPECT_EQ(name, "policyd");
    return find_route(0, name);
  };
  EXPECT_TRUE(spawn());
  EXPECT_EQ(found, 1);
  EXPECT_EQ(asked, 2);
}

TEST_F(ExecdServerTest, AHigherClassIsPolicydsToAllow) {
  bool allowed = true;
  std::vector<std::pair<std::uint64_t, QosClass>> asked;
  policyd.on.may_have = [&](const rt::Caller&, std::uint64_t subject, QosClass qos) {
    asked.emplace_back(subject, qos);
    return allowed ? rt::Result<void>()
                   : rt::Result<void>(rt::failure(service::PolicyStatus::kDeny));
  };
  EXPECT_TRUE(spawn("child", ChildClass::kIdle));
  EXPECT_TRUE(asked.empty());
  EXPECT_TRUE(spawn("child", ChildClass::kInteractive));
  EXPECT_EQ(asked, (decltype(asked){{kChild, QosClass::kInteractive}})) << "for the child's image";
  EXPECT_EQ(kernel.started_as, (std::vector{QosClass::kIdle, QosClass::kInteractive}));
  allowed = false;
  expect_refused(spawn("child", ChildClass::kInteractive), ExecStatus::kDenied);
  expect_refused(spawn("child", ChildClass::kPerfBurst), ExecStatus::kDenied);
  EXPECT_EQ(asked.size(), 2U) << "above the manifest's highest nobody need be asked";
}

TEST_F(ExecdServerTest, NoRouteNoTask) {
  const auto before = state();
  route_error = rt::failure(service::RouteStatus::kDenied).error();
  expect_refused(spawn(), ExecStatus::kDenied, ExecDetail::kNoRoute);
  route_error = rt::failure(service::RouteStatus::kDown).error();
  expect_refused(spawn(), ExecStatus::kFailed, ExecDetail::kNoRoute);
  EXPECT_EQ(state(), before);
}

// Whichever call the kernel refuses: nothing is left, and the next one starts.
TEST_F(ExecdServerTest, EachStepMayFail) {
  const auto before = state();
  const std::uint64_t bytes = free();
  int steps = 0;
  for (int nth = 1;; ++nth) {
    kernel.fail_at(nth);
    const auto result = spawn("rich");
    const bool failed = kernel.has_failed();
    kernel.fail_at(std::nullopt);
    if (!failed) {
      EXPECT_TRUE(result);
      break;
    }
    ++steps;
    if (result) {
      ADD_FAILURE() << "step " << nth << " was not needed";
      break;
    }
    // Of the last step, the capability, a task is left that is told to end.
    for (std::uint32_t i = 0; i < service::kMaxProcesses; ++i) server->on_notification(1U << i);
    EXPECT_EQ(free(), bytes) << "step " << nth;
    EXPECT_EQ(state(), before) << "step " << nth;
  }
  EXPECT_GT(steps, 30);
}

TEST_F(ExecdServerTest, PlacesAreBounded) {
  std::vector<std::uint64_t> all;
  for (std::uint32_t i = 0; i + 1 < service::kMaxProcesses; ++i) all.push_back(started());
  expect_refused(spawn(), ExecStatus::kFailed, ExecDetail::kNoPlace);
  ends(all[3], TaskState::kExited, 0);
  EXPECT_TRUE(spawn());
  expect_refused(spawn(), ExecStatus::kFailed, ExecDetail::kNoPlace);
}

TEST_F(ExecdServerTest, ABadProgramOfTheBundleHasItsError) {
  const auto before = state();
  expect_refused(spawn("broken"), ExecStatus::kMalformed, ExecDetail::kEntryOutsideText);
  expect_refused(spawn("spoilt"), ExecStatus::kFailed, ExecDetail::kUnreadable);
  expect_refused(spawn("missing"), ExecStatus::kFailed, ExecDetail::kUnreadable);
  EXPECT_EQ(state(), before);
}

// --- Ends ----------------------------------------------------------------------------------------

TEST_F(ExecdServerTest, WhoWaitsIsToldAndNothingIsLeft) {
  const auto before = state();
  const std::uint64_t bytes = free();
  const std::uint64_t badge = started();
  EXPECT_LT(free(), bytes);
  EXPECT_TRUE(waits(badge, 100));
  EXPECT_TRUE(waits(badge, 101));
  lines.clear();
  ends(badge, TaskState::kExited, -3);
  EXPECT_EQ(loopback.waiting(), 0U);
  EXPECT_EQ(loopback.kept_answers().size(), 2U);
  for (const auto& [slot, answer] : loopback.kept_answers()) {
    EXPECT_EQ(answer.status, 0U);
    EXPECT_EQ(answer.words[0], abi::word(TaskState::kExited));
    EXPECT_EQ(answer.words[1], abi::word(std::int32_t{-3}));
  }
  const std::string task = std::to_string(table->find(badge)->task);
  EXPECT_EQ(lines, "child exited task=" + task + " status=-3\nreaped task=" + task + "\n");
  EXPECT_EQ(free(), bytes);
  EXPECT_EQ(state(), before);
  const auto statistics = *server->statistics(caller());
  EXPECT_EQ(statistics.spawned, 2U);
  EXPECT_EQ(statistics.reaped, 1U);
  EXPECT_EQ(statistics.live, 1U) << "the reader";
}

TEST_F(ExecdServerTest, WhoAsksLateIsToldToo) {
  const std::uint64_t badge = started();
  ends(badge, TaskState::kExited, 5);
  const auto end = process(badge).wait();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->state, TaskState::kExited);
  EXPECT_EQ(end->status, 5);
  EXPECT_TRUE(process(badge).kill()) << "fine when it has ended";
}

TEST_F(ExecdServerTest, ACrashIsReportedWithItsRegisters) {
  const std::uint64_t badge = started();
  lines.clear();
  ends(badge, TaskState::kFaulted, 2, abi::FaultCause::kWriteFault, 0x10044);
  EXPECT_TRUE(lines.starts_with("crash report task=" + std::to_string(table->find(badge)->task) +
                                " cause=writeFault pc=0x10044 image=child\n"))
      << lines;
  EXPECT_NE(lines.find(" s2=0x0000000000001012"), std::string::npos) << lines;
  EXPECT_NE(lines.find(" t6=0x000000000000101f\n"), std::string::npos) << lines;
  const auto info = process(badge).info();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->cause, abi::FaultCause::kWriteFault);
  EXPECT_EQ(info->pc, 0x10044U);
  ASSERT_EQ(info->registers.size(), 32U);
  EXPECT_EQ(info->registers[0], 0x10044U);
  EXPECT_EQ(info->registers[31], 0x101fU);
}

TEST_F(ExecdServerTest, KillEnds) {
  const std::uint64_t badge = started();
  EXPECT_TRUE(waits(badge));
  EXPECT_EQ(process(badge).info()->state, TaskState::kRunning);
  EXPECT_TRUE(process(badge).info()->registers.empty());
  EXPECT_TRUE(process(badge).kill());
  server->on_notification(Place{table->find(badge)->place}.bit());
  EXPECT_EQ(loopback.kept_answers().begin()->second.words[0], abi::word(TaskState::kKilled));
  EXPECT_NE(lines.find("child killed task="), std::string::npos);
}

// The kernel may tell of an end twice, and of one that a place had before.
TEST_F(ExecdServerTest, ASignalThatIsOldDoesNothing) {
  const std::uint64_t badge = started();
  const std::uint64_t bit = Place{table->find(badge)->place}.bit();
  server->on_notification(bit);
  EXPECT_FALSE(table->find(badge)->ended);
  ends(badge, TaskState::kExited, 0);
  const std::uint64_t next = started();
  server->on_notification(~std::uint64_t{0});
  EXPECT_FALSE(table->find(next)->ended);
  EXPECT_EQ(server->statistics(caller())->reaped, 1U);
}

TEST_F(ExecdServerTest, AStaleCapabilityIsRefused) {
  const std::uint64_t badge = started();
  ends(badge, TaskState::kExited, 0);
  for (std::uint32_t i = 0; i + 1 < service::kKnownProcesses; ++i) {
    ends(started(), TaskState::kExited, 0);
  }
  expect_refused(process(badge).wait(), ExecStatus::kFailed, ExecDetail::kNotFound);
  expect_refused(process(badge).kill(), ExecStatus::kFailed, ExecDetail::kNotFound);
  expect_refused(process(badge).info(), ExecStatus::kFailed, ExecDetail::kNotFound);
}

TEST_F(ExecdServerTest, ACapabilityIsForItsOwnMethods) {
  expect_refused(process(kClientBadge).wait(), ExecStatus::kDenied);
  expect_refused(process(kClientBadge).kill(), ExecStatus::kDenied);
  expect_refused(process(kClientBadge).info(), ExecStatus::kDenied);
  const std::uint64_t badge = started();
  expect_refused(server->spawn(caller(badge), "child", ChildClass::kOwn, ""), ExecStatus::kDenied);
}

TEST_F(ExecdServerTest, WaitersAreBounded) {
  const std::uint64_t badge = started();
  for (std::uint32_t i = 0; i < service::kMaxWaiters; ++i) EXPECT_TRUE(waits(badge, 100 + i));
  expect_refused(process(badge, 1).wait(), ExecStatus::kFailed, ExecDetail::kTooManyWaiters);
  EXPECT_EQ(loopback.waiting(), service::kMaxWaiters);
  // Whoever asks again has given up before.
  rt::ignore(process(badge, 110).wait());
  EXPECT_EQ(loopback.waiting(), service::kMaxWaiters);
  ends(badge, TaskState::kExited, 0);
  EXPECT_EQ(loopback.waiting(), 0U);
}

// --- Capabilities and programs of the caller's ---------------------------------------------------

TEST_F(ExecdServerTest, WhatTheCallerGivesIsTheChilds) {
  const auto give = [this] {
    kernel.give(rt::window_slot(0), ObjectType::kVmo, 4096);
    kernel.give(rt::window_slot(1), ObjectType::kEndpoint);
    return server->spawn_with(caller(), "child", ChildClass::kOwn, "",
                              rt::Received<kernel::Vmo>(rt::window_slot(0)),
                              rt::Received<kernel::Endpoint>(rt::window_slot(1)));
  };
  const auto before = state();
  policyd.on.may_start = [](const rt::Caller&, std::uint64_t, std::string_view) {
    return rt::Result<void>(rt::failure(service::PolicyStatus::kDeny));
  };
  expect_refused(give(), ExecStatus::kDenied);
  EXPECT_EQ(state(), before) << "denied, it is dropped";
  policyd.on.may_start = nullptr;
  ASSERT_TRUE(give());
  const Process* process = table->find(kernel.badge_at(kProcess));
  const rt::Slot task = Place{process->place}.task();
  EXPECT_NE(kernel.in_child(task, rt::start::peer(0)), 0);
  EXPECT_NE(kernel.in_child(task, rt::start::peer(1)), 0);
  EXPECT_FALSE(kernel.has(kGivenMemory));
  EXPECT_FALSE(kernel.has(kGivenChannel));
}

class SpawnFromTest : public ExecdServerTest {
 protected:
  auto spawn_from(std::uint64_t size, std::string_view image = "child") {
    kernel.give(rt::window_slot(0), ObjectType::kVmo, 8192);
    return server->spawn_from(caller(), rt::Lent<kernel::Vmo>(rt::window_slot(0)), size, image,
                              ChildClass::kOwn, "");
  }
};

TEST_F(SpawnFromTest, StartsItAsTheImage) {
  ASSERT_TRUE(spawn_from(program.size()));
  EXPECT_EQ(kernel.started.back() & 0xffff'ffff, kChild);
  EXPECT_FALSE(kernel.has(kElf));
}

TEST_F(SpawnFromTest, EachFileOfTheCorpusHasItsOwnError) {
  const auto before = state();
  elf::corpus::for_each([&](const elf::corpus::File& file) {
    program = bytes_of(file);
    const auto result = spawn_from(file.size);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), refusal(file.expected)) << elf::describe(file.expected);
    EXPECT_EQ(result.error().detail, static_cast<std::uint32_t>(file.expected) + 1);
    ASSERT_EQ(state(), before);
  });
}

TEST_F(SpawnFromTest, SizesThatAreNone) {
  const auto before = state();
  for (const std::uint64_t size :
       {std::uint64_t{0}, std::uint64_t{8193}, service::kMaxProgramBytes + 1, ~std::uint64_t{0}}) {
    expect_refused(spawn_from(size), ExecStatus::kMalformed, ExecDetail::kBadSize);
  }
  EXPECT_EQ(state(), before);
}

TEST_F(SpawnFromTest, AReaderThatDiesIsStartedAgain) {
  const auto copies = reader.on.copy;
  reader.on.copy = [](const rt::Caller&, rt::Lent<kernel::Vmo>, std::uint64_t) {
    return rt::Result<void>(std::unexpected(gen::kPeerDied));
  };
  expect_refused(spawn_from(program.size()), ExecStatus::kFailed, ExecDetail::kUnreadable);
  reader.on.copy = copies;
  const std::uint64_t badge = table->in_place(0)->badge;
  ends(badge, TaskState::kFaulted, 1, abi::FaultCause::kReadFault, 0x10000);
  EXPECT_EQ(server->statistics(caller())->live, 0U);
  EXPECT_TRUE(spawn_from(program.size()));
  EXPECT_EQ(server->statistics(caller())->live, 2U);
}

TEST_F(SpawnFromTest, NobodyIsAskedToReadForWhoMayNot) {
  policyd.on.may_start = [](const rt::Caller&, std::uint64_t, std::string_view) {
    return rt::Result<void>(rt::failure(service::PolicyStatus::kDeny));
  };
  expect_refused(spawn_from(program.size()), ExecStatus::kDenied);
  EXPECT_EQ(reader.executed, 0);
  EXPECT_FALSE(kernel.has(kElf));
}

TEST(ElfErrors, HaveTheNamesOfTheInterface) {
  for (int i = 0; i <= static_cast<int>(elf::kLastError); ++i) {
    const rt::Error error = refusal(static_cast<elf::Error>(i));
    EXPECT_TRUE(service::valid_exec_detail(error.detail));
    EXPECT_TRUE(error.status == static_cast<int>(ExecStatus::kMalformed) ||
                error.status == static_cast<int>(ExecStatus::kUnsupported));
  }
  const auto name = [](elf::Error error) {
    return service::to_string(static_cast<ExecDetail>(refusal(error).detail));
  };
  EXPECT_EQ(name(elf::Error::kTooShort), "tooShort");
  EXPECT_EQ(name(elf::Error::kDynamic), "dynamic");
  EXPECT_EQ(name(elf::Error::kWriteAndExecute), "writeAndExecute");
  EXPECT_EQ(name(elf::Error::kOverlap), "overlap");
  EXPECT_EQ(name(elf::Error::kEntryOutsideText), "entryOutsideText");
}

}  // namespace
}  // namespace tessera::execd
