// execd under its generated loop, with stand-ins for whom it asks and a kernel that is a few maps.
#ifndef SERVERS_EXECD_TESTING_FIXTURE_H_
#define SERVERS_EXECD_TESTING_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <map>
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
#include "idl/service/timed_fake.h"
#include "servers/elf/corpus.h"
#include "servers/execd/refusal.h"
#include "servers/execd/server.h"
#include "servers/execd/testing/kernel.h"

namespace tessera::execd {

using abi::ObjectType;
using abi::QosClass;
using abi::TaskState;
using manifest::Image;
using manifest::Start;
using service::ChildClass;

inline constexpr std::uint64_t kParent = 0x20;
inline constexpr std::uint64_t kChild = 0x60;
inline constexpr std::uint64_t kClientBadge = 7;
inline constexpr rt::Slot kClient{1000};  // where clients have execd
inline constexpr std::uint64_t kMiB = 1024 * 1024;

inline constexpr std::array<std::string_view, 1> kConsoleOnly = {"console"};
inline constexpr manifest::Grant kMemoryGrant[] = {manifest::Grant::kMemory};

constexpr Image spawned(std::string_view name, std::uint64_t identity) {
  return Image{.name = name,
               .identity = identity,
               .qos = QosClass::kNormal,
               .quota_kib = 128,
               .stack_kib = 4,
               .slots = 48,
               .pool_pages = 8,
               .start = Start::kSpawned};
}
inline const std::array<Image, 7>& images() {
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
inline const manifest::Manifest kManifest{.images = images(), .base = {}};

inline bootimage::ByteVector bytes_of(const elf::corpus::File& file) {
  bootimage::ByteVector bytes(elf::corpus::kMaxBytes);
  file.write(bytes);
  bytes.resize(file.size);
  return bytes;
}

inline bootimage::ByteVector make_bundle() {
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
    loopback.server_at[rt::start::timed().index] = std::ref(timed);
    timed.on.forget = [this](const rt::Caller&, std::uint64_t owner) -> rt::Result<std::uint32_t> {
      forgotten.push_back(owner);
      return 0;
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
    console.on.write = [this](const rt::Caller&, service::Console::WriteCompleter completer,
                              std::string_view text) {
      lines += text;
      rt::ignore(completer.complete());
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
    return server->spawn(caller(), image, wanted, withheld, "text");
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
  // What execd has answered later; the console answers so, too.
  std::map<std::uint64_t, gen::Answer> kept_answers() const {
    auto answers = loopback.kept_answers();
    answers.erase(console.reply.index);
    return answers;
  }

  service::FakeConsole console;
  service::FakeElfReader reader;
  service::FakeTimed timed;
  std::vector<std::uint64_t> forgotten;
  std::string lines;
  std::vector<std::pair<std::uint64_t, std::string>> routed;
  std::optional<rt::Error> route_error;
  service::Withheld withheld{};  // from what is started
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

}  // namespace tessera::execd

#endif  // SERVERS_EXECD_TESTING_FIXTURE_H_
