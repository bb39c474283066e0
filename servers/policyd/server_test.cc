// policyd under its generated loop, called by its generated client: who is told what, and what is
// written of it.
#include "servers/policyd/server.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "gen/loopback.h"
#include "idl/service/policyd_client.h"
#include "idl/service/policyd_server.h"
#include "idl/system_call.h"
#include "servers/runtime/slots.h"

namespace tessera::policyd {
namespace {

using abi::QosClass;
using abi::SystemCall;
using service::PolicyStatus;

constexpr std::uint64_t kInit = 1;
constexpr std::uint64_t kExecd = 0x13;
constexpr std::uint64_t kClient = 0x20;
constexpr std::uint64_t kDriver = 0x30;

constexpr std::string_view kUses[] = {"execd"};
constexpr std::string_view kSpawns[] = {"child"};
constexpr Grant kSpeaks[] = {Grant::kSpeaksFor};
constexpr Grant kWindow[] = {Grant::kWindow};
constexpr Image kImages[] = {
    {.name = "execd", .identity = kExecd, .service = true, .grants = kSpeaks},
    {.name = "client",
     .identity = kClient,
     .qos = QosClass::kNormal,
     .uses = kUses,
     .spawns = kSpawns,
     .highest = QosClass::kInteractive},
    {.name = "driver", .identity = kDriver, .grants = kWindow},
    {.name = "child", .identity = 0x40, .start = manifest::Start::kSpawned},
};
constexpr manifest::Manifest kManifest{.images = kImages, .base = {}};

struct Lines {
  struct Sink {
    std::string text;
    void put(char c) { text.push_back(c); }
  };
  template <class... Args>
  void write(const Args&... args) {
    Sink sink;
    rt::write(sink, args...);
    lines.push_back(sink.text);
  }
  std::vector<std::string> lines;
};

class PolicydServerTest : public testing::Test {
 protected:
  PolicydServerTest() {
    kernel_.held[rt::window_slot(0).index] = {abi::ObjectType::kTask, 4};
    kernel_.server = [this](const rt::Registers& message) {
      return service::PolicydServer<BasicServer<Lines>>::dispatch(server_, rt::start::service(),
                                                                  message);
    };
    kernel_.intercept = [this](rt::Registers& r) { return on_call(r); };
  }

  bool on_call(rt::Registers& r) {
    switch (static_cast<SystemCall>(r.a7)) {
      case SystemCall::kTaskInfo: {
        const std::uint64_t refused = info_status_;
        r = {};
        r.a6 = refused;
        r.t0 = task_identity_;
        return true;
      }
      case SystemCall::kQosControlSet:
        set_ = static_cast<QosClass>(r.a1);
        r = {};
        r.a6 = set_status_;
        return true;
      default:
        return false;
    }
  }

  service::PolicydClient as(std::uint64_t identity) {
    kernel_.identity = identity;
    return service::PolicydClient(rt::Slot{20});
  }
  const std::string& last() const { return server_.log().lines.back(); }
  rt::Result<void> raise(std::uint64_t identity, QosClass c) {
    set_.reset();
    return as(identity).raise(rt::start::task(), c);
  }

  gen::Loopback kernel_;
  mutable BasicServer<Lines> server_{Rules(kManifest, kInit), rt::start::qos_control()};
  std::uint64_t task_identity_ = kClient;
  std::uint64_t info_status_ = 0;
  std::uint64_t set_status_ = 0;
  std::optional<QosClass> set_;
};

TEST_F(PolicydServerTest, AllowsWhatTheRulesAllow) {
  EXPECT_TRUE(as(kClient).may_start(kClient, "child"));
  EXPECT_TRUE(as(kClient).may_reach(kClient, "execd"));
  EXPECT_TRUE(as(kClient).may_have(kClient, QosClass::kInteractive));
  EXPECT_TRUE(as(kDriver).may_map(kDriver, "driver"));
  EXPECT_EQ(server_.log().lines.size(), 4U);
}

TEST_F(PolicydServerTest, DeniesWhatTheyDoNot) {
  EXPECT_EQ(as(kClient).may_start(kClient, "execd").error(), PolicyStatus::kDeny);
  EXPECT_EQ(as(kDriver).may_reach(kDriver, "execd").error(), PolicyStatus::kDeny);
  EXPECT_EQ(as(kClient).may_have(kClient, QosClass::kPerfBurst).error(), PolicyStatus::kDeny);
  EXPECT_EQ(as(kClient).may_map(kClient, "driver").error(), PolicyStatus::kDeny);
  EXPECT_EQ(server_.log().lines.size(), 4U);
}

TEST_F(PolicydServerTest, InAnothersNameOnlyWhoMaySpeakForIt) {
  EXPECT_EQ(as(kDriver).may_reach(kClient, "execd").error(), PolicyStatus::kDeny);
  EXPECT_EQ(last(),
            "audit decision=deny reason=spoofed request=mayReach subject=0x0000000000000020 "
            "caller=0x0000000000000030 target=execd seq=1");
  EXPECT_EQ(as(kDriver).may_start(kClient, "child").error(), PolicyStatus::kDeny);
  EXPECT_EQ(as(kDriver).may_have(kClient, QosClass::kIdle).error(), PolicyStatus::kDeny);
  EXPECT_EQ(as(kClient).may_map(kDriver, "driver").error(), PolicyStatus::kDeny);
  EXPECT_TRUE(as(kExecd).may_reach(kClient, "execd"));
  EXPECT_TRUE(as(kInit).may_reach(kClient, "execd"));
  EXPECT_EQ(last(),
            "audit decision=allow reason=rule request=mayReach subject=0x0000000000000020 "
            "caller=0x0000000000000001 target=execd seq=6");
}

// A target is text of the caller's: it cannot write lines of policyd's.
TEST_F(PolicydServerTest, ATargetThatIsNoNameIsNotWritten) {
  for (const std::string_view name : {"a\npolicyd: x", "a b", "", "x\x1b[2J"}) {
    EXPECT_EQ(as(kClient).may_start(kClient, name).error(), PolicyStatus::kDeny);
    EXPECT_NE(last().find(" reason=unknown_target "), std::string::npos);
    EXPECT_NE(last().find(" target=? seq="), std::string::npos) << last();
  }
}

TEST_F(PolicydServerTest, RaisesItsCallersOwnTask) {
  EXPECT_TRUE(raise(kClient, QosClass::kInteractive));
  EXPECT_EQ(set_, QosClass::kInteractive);
  EXPECT_EQ(last(),
            "audit decision=allow reason=rule request=raise subject=0x0000000000000020 "
            "caller=0x0000000000000020 target=interactive seq=1");
}

TEST_F(PolicydServerTest, RaisesNothingElse) {
  EXPECT_EQ(raise(kClient, QosClass::kPerfBurst).error(), PolicyStatus::kDeny);
  EXPECT_FALSE(set_) << "above what it may have";
  task_identity_ = kDriver;
  EXPECT_EQ(raise(kClient, QosClass::kIdle).error(), PolicyStatus::kDeny);
  EXPECT_FALSE(set_) << "another's task";
  EXPECT_NE(last().find(" reason=not_own_task "), std::string::npos);
  EXPECT_EQ(raise(kExecd, QosClass::kIdle).error(), PolicyStatus::kDeny);
  EXPECT_FALSE(set_) << "to speak for others is no leave to raise them";
  task_identity_ = (std::uint64_t{1} << 32) | kClient;
  EXPECT_EQ(raise(kClient, QosClass::kIdle).error(), PolicyStatus::kDeny);
  EXPECT_FALSE(set_) << "another task of its image";
  task_identity_ = 0;
  EXPECT_EQ(raise(0, QosClass::kIdle).error(), PolicyStatus::kDeny);
  EXPECT_FALSE(set_) << "nobody's task";
  task_identity_ = kClient;
  info_status_ = abi::word(abi::kEbadf);
  EXPECT_EQ(raise(kClient, QosClass::kIdle).error(), PolicyStatus::kDeny);
  EXPECT_FALSE(set_) << "a task that cannot be asked";
}

TEST_F(PolicydServerTest, WithoutAControlItSaysSo) {
  set_status_ = abi::word(abi::kEbadf);
  EXPECT_EQ(raise(kClient, QosClass::kInteractive).error(), PolicyStatus::kUnsupported);
  EXPECT_NE(last().find("decision=deny reason=unsupported "), std::string::npos);
}

TEST_F(PolicydServerTest, MalformedRequestsAreDecisions) {
  const auto status = [this](std::uint64_t tag, const gen::Words& words) {
    kernel_.identity = kClient;
    const auto answer = kernel_.deliver(kernel_.message(tag, words, true));
    return answer ? answer->status : 0;
  };
  constexpr auto kMalformed = static_cast<std::uint64_t>(PolicyStatus::kMalformed);
  EXPECT_EQ(status(service::Policyd::kStatisticsTag + 0x100, {}), kMalformed) << "no method";
  EXPECT_EQ(status(service::Policyd::kMayHaveTag + 1, {kClient, 1}), kMalformed) << "a word more";
  EXPECT_EQ(status(service::Policyd::kMayHaveTag, {kClient, 4}), kMalformed) << "no class";
  EXPECT_EQ(status(service::Policyd::kMayStartTag + 2, {kClient, 17}), kMalformed) << "too long";
  kernel_.held.clear();
  EXPECT_EQ(status(service::Policyd::kRaiseTag, {1}), kMalformed) << "no task";
  EXPECT_EQ(server_.log().lines.size(), 5U);
  EXPECT_EQ(last(),
            "audit decision=deny reason=malformed request=- subject=0x0000000000000020 "
            "caller=0x0000000000000020 target=? seq=5");
}

TEST_F(PolicydServerTest, TellsHowManyItDecided) {
  EXPECT_TRUE(as(kClient).may_start(kClient, "child"));
  EXPECT_FALSE(as(kClient).may_start(kClient, "driver"));
  kernel_.deliver(kernel_.message(service::Policyd::kStatisticsTag + 0x100, {}, true));
  const auto told = as(kDriver).statistics();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->allowed, 1U);
  EXPECT_EQ(told->denied, 2U);
  EXPECT_EQ(server_.log().lines.size(), 3U) << "to ask how many is no decision";
}

}  // namespace
}  // namespace tessera::policyd
