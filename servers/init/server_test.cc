// When init starts, reaps and restarts what, and whom it tells where a service is.
#include "servers/init/server.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "idl/system_call.h"
#include "idl/wire.h"
#include "servers/runtime/chunks.h"
#include "servers/runtime/ipc.h"

namespace tessera::init {
namespace {

using abi::SystemCall;
using abi::TaskState;
using manifest::Grant;
using manifest::Restart;

constexpr std::array kUsesNothing = {std::string_view("console")};
constexpr std::array kUsesBoth = {std::string_view("console"), std::string_view("timed")};
constexpr std::array kOperator = {Grant::kOperator, Grant::kSpeaksFor};

constexpr std::size_t kConsole = 0;
constexpr std::size_t kPolicyd = 1;
constexpr std::size_t kTimed = 2;
constexpr std::size_t kOnce = 3;
constexpr std::size_t kTester = 4;
constexpr std::size_t kChild = 5;

constexpr std::array<manifest::Image, 6> kImages = {{
    {.name = "console",
     .identity = 10,
     .service = true,
     .restart = Restart::kAlways,
     .restarts = 2},
    {.name = "policyd",
     .identity = 11,
     .service = true,
     .uses = kUsesNothing,
     .restart = Restart::kAlways,
     .restarts = 1},
    {.name = "timed",
     .identity = 12,
     .service = true,
     .uses = kUsesNothing,
     .restart = Restart::kOnFailure,
     .restarts = 1},
    {.name = "once", .identity = 13, .service = true},
    {.name = "tester", .identity = 14, .uses = kUsesBoth, .grants = kOperator},
    {.name = "child", .identity = 15, .start = manifest::Start::kSpawned},
}};
constexpr manifest::Manifest kManifest = {.images = kImages};

constexpr kernel::Task::InfoResult kRuns = {.state = TaskState::kRunning};
constexpr kernel::Task::InfoResult kWasKilled = {.state = TaskState::kKilled};
constexpr kernel::Task::InfoResult kExitedWell = {.state = TaskState::kExited, .status = 0};
constexpr kernel::Task::InfoResult kExitedIll = {.state = TaskState::kExited, .status = 3};

// Writes down what it is to do.
struct FakeHands {
  std::string log;
  std::map<std::size_t, kernel::Task::InfoResult> tasks;
  std::map<std::uint64_t, std::string> allowed;  // by the subject
  std::optional<std::size_t> fails_to_start;
  bool fails_to_attach = false;
  bool kernel_refuses = false;
  std::optional<std::size_t> may_not_map;

  void note(std::string_view what, std::size_t image) {
    log += std::string(what) + " " + std::string(kImages.at(image).name) + ";";
  }
  Result<void> start(std::size_t image, bool again) {
    if (fails_to_start == image) return failed("load it", "no");
    note(again ? "again" : "start", image);
    tasks[image] = kRuns;
    return {};
  }
  void reap(std::size_t image) {
    note("reap", image);
    tasks.erase(image);
  }
  rt::Result<kernel::Task::InfoResult> info(std::size_t image) const { return tasks.at(image); }
  bool may_map(std::size_t image) const { return may_not_map != image; }
  Result<void> attach(std::size_t image) {
    if (fails_to_attach) return failed("attach", "no");
    note("attach", image);
    return {};
  }
  void up(std::size_t image) { note("up", image); }
  bool may_reach(std::uint64_t subject, std::string_view service) {
    return allowed.contains(subject) && allowed.at(subject) == service;
  }
  rt::Result<kernel::Endpoint> route(std::size_t asker, std::size_t service) {
    if (kernel_refuses) return rt::failure(abi::kEnomem, abi::Detail::kNoMemory);
    note("route", asker);
    return kernel::Endpoint(rt::Slot{static_cast<std::uint32_t>(100 + service)});
  }
  rt::Result<void> act(std::string_view what, std::size_t image) {
    if (kernel_refuses) return rt::failure(abi::kEbusy, abi::Detail::kBadState);
    note(what, image);
    return {};
  }
  rt::Result<void> suspend(std::size_t image) { return act("suspend", image); }
  rt::Result<void> resume(std::size_t image) { return act("resume", image); }
  rt::Result<void> kill(std::size_t image) { return act("kill", image); }
  void all_started() { log += "all;"; }
  void give_up(std::string_view who, const Failure& why) {
    log += "give up " + std::string(who) + ": " + std::string(why.reason) + ";";
  }
};

std::string* printed = nullptr;

class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    printed = &lines_;
    rt::host::syscall = [](rt::Registers& r) {
      ASSERT_EQ(static_cast<SystemCall>(r.a7), SystemCall::kBootInfoPrint);
      *printed += abi::unpacked<rt::Chunk>(r.a0, std::array{r.a1, r.a2, r.a3, r.a4, r.a5}).view();
      r.a6 = 0;
    };
  }
  ~ServerTest() override { rt::host::syscall = nullptr; }

  void signal(std::uint64_t bits) { server_.on_notification(bits); }
  void end(std::size_t image, const kernel::Task::InfoResult& how) {
    hands_.tasks[image] = how;
    signal(ended_bit(image));
  }
  // Everything runs; what happened on the way is forgotten.
  void bring_up() {
    server_.begin();
    for (const std::size_t image : {kConsole, kPolicyd, kTimed, kOnce}) signal(ready_bit(image));
    forget();
  }
  void forget() {
    hands_.log.clear();
    lines_.clear();
  }
  static rt::Caller by(std::size_t image) {
    return {.badge = 1, .identity = kImages.at(image).identity, .qos = abi::QosClass::kNormal};
  }
  service::Routes::StateResult state_of(std::string_view name) {
    return server_.state(by(kTester), name).value();
  }

  std::string lines_;
  FakeHands hands_;
  BasicServer<FakeHands> server_{kManifest, hands_};
};

TEST_F(ServerTest, EachServiceIsStartedWhenTheOneBeforeItIsReady) {
  server_.begin();
  EXPECT_EQ(hands_.log, "start console;");
  signal(ready_bit(kConsole));
  EXPECT_EQ(hands_.log, "start console;attach console;up console;start policyd;");
  signal(ready_bit(kPolicyd) | ready_bit(kOnce));  // it was not started: nothing comes of it
  signal(ready_bit(kTimed));
  forget();
  EXPECT_EQ(state_of("once").state, ImageState::kStarting);
  signal(ready_bit(kOnce));
  EXPECT_EQ(hands_.log, "up once;start tester;all;") << "and the child is execd's";
  EXPECT_EQ(lines_, "up once\nready\nstart tester\n");
  EXPECT_EQ(state_of("tester").state, ImageState::kUp);
}

TEST_F(ServerTest, ReadyIsTakenOnce) {
  bring_up();
  signal(ready_bit(kConsole) | ready_bit(kTimed));
  EXPECT_EQ(hands_.log + lines_, "");
}

TEST_F(ServerTest, WhatCannotBeStartedEndsTheMachine) {
  hands_.fails_to_start = kPolicyd;
  server_.begin();
  signal(ready_bit(kConsole));
  EXPECT_TRUE(hands_.log.ends_with("give up policyd: no;")) << hands_.log;
}

TEST_F(ServerTest, ADeathBeforeReadyEndsTheMachine) {
  server_.begin();
  end(kConsole, {.state = TaskState::kFaulted,
                 .status = 1,
                 .cause = abi::FaultCause::kReadFault,
                 .address = 0,
                 .pc = 0x10004});
  EXPECT_TRUE(hands_.log.starts_with("start console;reap console;give up console: it died;"));
  EXPECT_TRUE(lines_.starts_with(
      "start console\n"
      "console died before it was ready: faulted cause=readFault address=0x0 pc=0x10004\n"));
}

TEST_F(ServerTest, ReadyAndThenDeadInOneSignalWasReady) {
  server_.begin();
  hands_.tasks[kConsole] = kWasKilled;
  signal(ready_bit(kConsole) | ended_bit(kConsole));
  EXPECT_EQ(hands_.log, "start console;attach console;up console;reap console;again console;");
  signal(ready_bit(kConsole));
  EXPECT_TRUE(hands_.log.ends_with("up console;start policyd;")) << "the next waits for it";
}

TEST_F(ServerTest, AConsoleThatCannotBeAttachedEndsTheMachineOnce) {
  hands_.fails_to_attach = true;
  server_.begin();
  signal(ready_bit(kConsole));
  EXPECT_TRUE(hands_.log.ends_with("give up console: no;")) << hands_.log;
}

TEST_F(ServerTest, ARestartedConsoleThatCannotBeAttachedIsSaid) {
  bring_up();
  end(kConsole, kWasKilled);
  hands_.fails_to_attach = true;
  forget();
  signal(ready_bit(kConsole));
  EXPECT_EQ(lines_, "FAIL console attach: no\n");
  EXPECT_EQ(hands_.log, "");
}

TEST_F(ServerTest, WhatEndsIsReapedAndRestartedAsTheManifestSays) {
  bring_up();
  end(kConsole, kExitedWell);
  EXPECT_EQ(hands_.log, "reap console;again console;") << "always";
  EXPECT_EQ(lines_, "console ended: exited status=0\nrestart console\n");
  signal(ready_bit(kConsole));
  EXPECT_TRUE(hands_.log.ends_with("attach console;up console;"));
  forget();
  end(kOnce, kExitedIll);
  EXPECT_EQ(hands_.log, "reap once;") << "never";
  EXPECT_EQ(lines_, "once ended: exited status=3\n");
  forget();
  end(kTimed, kExitedIll);
  EXPECT_EQ(hands_.log, "reap timed;again timed;") << "on failure";
  signal(ready_bit(kTimed));
  EXPECT_EQ(state_of("timed").starts, 2U);
}

TEST_F(ServerTest, OnFailureIsNotWhenAllIsWell) {
  bring_up();
  end(kTimed, kExitedWell);
  EXPECT_EQ(hands_.log, "reap timed;");
  EXPECT_EQ(state_of("timed").state, ImageState::kDown);
}

TEST_F(ServerTest, RestartsHaveABound) {
  bring_up();
  for (int i = 0; i < 2; ++i) {
    end(kConsole, kWasKilled);
    signal(ready_bit(kConsole));
    EXPECT_EQ(state_of("console").state, ImageState::kUp);
  }
  forget();
  end(kConsole, kWasKilled);
  EXPECT_EQ(hands_.log, "reap console;");
  EXPECT_EQ(lines_, "console ended: killed\nconsole stays down: it was started 3 times\n");
  EXPECT_EQ(state_of("console").state, ImageState::kDown);
}

// One that dies each time before it is ready is not for ever.
TEST_F(ServerTest, DeathBeforeReadyOfARestartedOneCounts) {
  bring_up();
  end(kConsole, kWasKilled);
  end(kConsole, kWasKilled);
  end(kConsole, kWasKilled);
  EXPECT_EQ(hands_.log, "reap console;again console;reap console;again console;reap console;");
}

TEST_F(ServerTest, ARestartThatFailsLeavesNothing) {
  bring_up();
  hands_.fails_to_start = kTimed;
  end(kTimed, kWasKilled);
  EXPECT_EQ(hands_.log, "reap timed;reap timed;");
  EXPECT_EQ(lines_, "timed ended: killed\nrestart timed\nFAIL timed load it: no\n");
  EXPECT_EQ(state_of("timed").state, ImageState::kDown);
}

// Without policyd's word a driver has no device; whenever there is a policyd again it is asked.
TEST_F(ServerTest, ADriverWaitsForPolicydsWord) {
  bring_up();
  hands_.may_not_map = kTimed;
  end(kTimed, kWasKilled);
  EXPECT_EQ(hands_.log, "reap timed;");
  EXPECT_EQ(lines_,
            "timed ended: killed\n"
            "timed stays down: policyd does not let it have its device\n");
  EXPECT_EQ(state_of("timed").state, ImageState::kDown);
  end(kPolicyd, kWasKilled);
  hands_.may_not_map.reset();
  forget();
  signal(ready_bit(kPolicyd));
  EXPECT_EQ(hands_.log, "up policyd;again timed;");
  EXPECT_EQ(lines_, "up policyd\nrestart timed\n");
  signal(ready_bit(kTimed));
  EXPECT_EQ(state_of("timed").state, ImageState::kUp);
  EXPECT_EQ(state_of("timed").starts, 2U) << "one of its restarts";
}

TEST_F(ServerTest, APolicydThatAllowsNothingKeepsADriverDown) {
  bring_up();
  hands_.may_not_map = kTimed;
  end(kTimed, kWasKilled);
  end(kPolicyd, kWasKilled);
  forget();
  signal(ready_bit(kPolicyd));
  EXPECT_EQ(hands_.log, "up policyd;");
  EXPECT_EQ(state_of("timed").state, ImageState::kDown);
}

// The kernel may tell twice of an end; the second time it is the new task that is looked at.
TEST_F(ServerTest, AnEndIsTakenOnce) {
  bring_up();
  end(kTimed, kWasKilled);
  forget();
  signal(ended_bit(kTimed));
  EXPECT_EQ(hands_.log + lines_, "");
}

TEST_F(ServerTest, ARouteIsAskedOfPolicyd) {
  bring_up();
  EXPECT_TRUE(server_.find(by(kTester), "timed").error() == RouteStatus::kDenied);
  hands_.allowed[kImages[kTester].identity] = "timed";
  EXPECT_EQ(server_.find(by(kTester), "timed")->slot().index, 102U);
  EXPECT_EQ(hands_.log, "route tester;");
  EXPECT_TRUE(server_.find(by(kTester), "once").error() == RouteStatus::kDenied);
}

TEST_F(ServerTest, AServiceReachesItselfAndPolicydWhatTheManifestSays) {
  bring_up();
  EXPECT_TRUE(server_.find(by(kOnce), "once"));
  EXPECT_TRUE(server_.find(by(kPolicyd), "console"));
  EXPECT_TRUE(server_.find(by(kPolicyd), "timed").error() == RouteStatus::kDenied);
  EXPECT_TRUE(server_.find(by(kTimed), "console").error() == RouteStatus::kDenied);
}

TEST_F(ServerTest, OnlyServicesThatInitStartsAreFound) {
  bring_up();
  for (const std::string_view name : {"", "nobody", "tester", "child"}) {
    EXPECT_TRUE(server_.find(by(kTester), name).error() == RouteStatus::kUnknown) << name;
  }
  EXPECT_TRUE(server_.state(by(kTester), "child").error() == RouteStatus::kUnknown);
}

TEST_F(ServerTest, NobodyFindsForNobody) {
  bring_up();
  const rt::Caller stranger{.badge = 1, .identity = 99, .qos = abi::QosClass::kNormal};
  hands_.allowed[99] = "timed";
  EXPECT_TRUE(server_.find(stranger, "timed").error() == RouteStatus::kDenied);
}

TEST_F(ServerTest, InAnothersNameOnlyWhoMay) {
  bring_up();
  const std::uint64_t child = std::uint64_t{7} << 32 | kImages[kChild].identity;
  hands_.allowed[child] = "timed";
  EXPECT_TRUE(server_.find_for(by(kTester), child, "timed"));
  EXPECT_EQ(hands_.log, "route child;") << "with the badge of the image";
  EXPECT_TRUE(server_.find_for(by(kOnce), child, "timed").error() == RouteStatus::kDenied);
  EXPECT_TRUE(server_.find_for(by(kTester), child, "once").error() == RouteStatus::kDenied);
}

// Whoever asks for a service again is quicker than the signal of its end.
TEST_F(ServerTest, AServiceThatHasJustEndedIsFoundRestarted) {
  bring_up();
  hands_.allowed[kImages[kTester].identity] = "timed";
  hands_.tasks[kTimed] = kWasKilled;
  EXPECT_TRUE(server_.find(by(kTester), "timed"));
  EXPECT_EQ(hands_.log, "reap timed;again timed;route tester;");
  hands_.tasks[kTimed] = kWasKilled;
  EXPECT_TRUE(server_.find(by(kTester), "timed").error() == RouteStatus::kDown);
}

TEST_F(ServerTest, ARouteThatTheKernelRefusesIsAnError) {
  bring_up();
  hands_.kernel_refuses = true;
  EXPECT_TRUE(server_.find(by(kOnce), "once").error() == RouteStatus::kFailed);
  EXPECT_TRUE(server_.stop(by(kTester), "once").error() == RouteStatus::kFailed);
}

TEST_F(ServerTest, OnlyAnOperatorStopsAndKills) {
  bring_up();
  EXPECT_TRUE(server_.stop(by(kTester), "timed"));
  EXPECT_TRUE(server_.resume(by(kTester), "timed"));
  EXPECT_TRUE(server_.kill(by(kTester), "timed"));
  EXPECT_EQ(hands_.log, "suspend timed;resume timed;kill timed;");
  EXPECT_TRUE(server_.kill(by(kOnce), "timed").error() == RouteStatus::kDenied);
  EXPECT_TRUE(server_.kill(by(kTester), "child").error() == RouteStatus::kUnknown);
  end(kOnce, kWasKilled);
  EXPECT_TRUE(server_.kill(by(kTester), "once").error() == RouteStatus::kDown);
}

TEST(Layout, EveryImageHasBitsOfItsOwn) {
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < manifest::kMaxImages; ++i) {
    EXPECT_EQ(seen & (ready_bit(i) | ended_bit(i)), 0U);
    seen |= ready_bit(i) | ended_bit(i);
  }
  EXPECT_EQ(seen, ~std::uint64_t{0});
}

}  // namespace
}  // namespace tessera::init
