// Who gets what started, how, and that nothing is left of what was refused.
#include "servers/execd/authority.h"
#include "servers/execd/testing/fixture.h"

namespace tessera::execd {
namespace {

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

// The caller may ask for less.
TEST_F(ExecdServerTest, WhatIsWithheldIsNotGiven) {
  withheld = service::Withheld::kServices;
  const rt::Slot child = Place{table->find(started())->place}.task();
  EXPECT_EQ(kernel.in_child(child, rt::start::console()), 0);
  EXPECT_EQ(kernel.in_child(child, rt::start::slot(abi::StartSlot::kRoutes)), 0);
  EXPECT_TRUE(routed.empty());
  const rt::Slot rich = Place{table->find(started("rich"))->place}.task();
  EXPECT_NE(kernel.in_child(rich, rt::start::memory().slot()), 0);
  withheld = service::Withheld::kMemory;
  const rt::Slot poor = Place{table->find(started("rich"))->place}.task();
  EXPECT_EQ(kernel.in_child(poor, rt::start::memory().slot()), 0);
  EXPECT_NE(kernel.in_child(poor, rt::start::slot(abi::StartSlot::kRoutes)), 0);
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

// Whoever is asked, and init, who is asked where that one is now, has until one deadline for it.
TEST_F(ExecdServerTest, NobodyIsWaitedForWithoutADeadline) {
  constexpr std::uint64_t kNow = 7'000'000;
  kernel.now = kNow;
  policyd.on.may_start = [](const rt::Caller&, std::uint64_t, std::string_view) {
    return rt::Result<void>(std::unexpected(gen::kPeerDied));
  };
  policyd.on.may_have = [](const rt::Caller&, std::uint64_t, QosClass) {
    return rt::Result<void>(std::unexpected(gen::kPeerDied));
  };
  timed.on.forget = [](const rt::Caller&, std::uint64_t) {
    return rt::Result<std::uint32_t>(std::unexpected(gen::kPeerDied));
  };
  std::vector<std::string> sought;
  routes.on.find = [&](const rt::Caller&, std::string_view name) -> rt::Result<kernel::Endpoint> {
    sought.emplace_back(name);
    return std::unexpected(gen::kTimedOut);
  };
  loopback.forget();
  EXPECT_FALSE(Authority::may_start(kParent, "child"));
  EXPECT_FALSE(Authority::may_have(kParent, QosClass::kIdle));
  Authority::tell_the_end(kChild);
  EXPECT_EQ(sought, (std::vector<std::string>{"policyd", "policyd", "timed"}));
  int calls = 0;
  for (const rt::Registers& call : loopback.calls()) {
    EXPECT_NE(call.a7, abi::word(abi::SystemCall::kEndpointCall)) << "for ever";
    if (call.a7 != abi::word(abi::SystemCall::kEndpointCallWith)) continue;
    ++calls;
    EXPECT_EQ(call.t1, kNow + Authority::kPatience) << calls;
  }
  EXPECT_EQ(calls, 6);
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

}  // namespace
}  // namespace tessera::execd
