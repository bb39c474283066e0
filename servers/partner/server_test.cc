// partner behind its generated loop, asked by its generated client. Of the kernel it needs little:
// memory that is mapped is the host's.
#include "servers/partner/server.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "gen/loopback.h"
#include "idl/abi.h"
#include "idl/service/partner_client.h"
#include "idl/service/partner_server.h"
#include "idl/system_call.h"
#include "servers/runtime/ipc.h"
#include "servers/runtime/slots.h"

namespace tessera::partner {
namespace {

using abi::ObjectType;
using abi::SystemCall;

constexpr std::uint64_t kBytes = 4096;

class PartnerServerTest : public ::testing::Test {
 protected:
  PartnerServerTest() {
    kernel.server = [this](const rt::Registers& message) {
      return service::PartnerServer<Server>::dispatch(server, rt::start::service(), message);
    };
    kernel.intercept = [this](rt::Registers& r) { return on_call(r); };
  }
  ~PartnerServerTest() override {
    for (const std::uint64_t at : mapped) munmap(reinterpret_cast<void*>(at), kBytes);
  }

  // A call of the kernel's fails with its status of `fails`; one that does not maps memory.
  bool on_call(rt::Registers& r) {
    const auto call = static_cast<SystemCall>(r.a7);
    if (const auto found = fails.find(call); found != fails.end()) {
      r.a6 = abi::word(found->second);
      r.a7 = 0;
      return true;
    }
    if (call == SystemCall::kVmoInfo) {
      r.a6 = 0;
      r.a1 = kBytes;
      r.a3 = 0;
      return true;
    }
    if (call != SystemCall::kVmoMap) return false;
    r.a6 = 0;
    void* const at = mmap(reinterpret_cast<void*>(r.a1), kBytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (reinterpret_cast<std::uint64_t>(at) != r.a1) {
      r.a6 = abi::word(abi::kEexist);
      r.a7 = 0;
      return true;
    }
    mapped.push_back(r.a1);
    static_cast<std::uint64_t*>(at)[1] = 5;
    return true;
  }
  void holds(ObjectType type, std::uint8_t rights) {
    kernel.held[rt::window_slot(0).index] = {type, rights};
  }

  gen::Loopback kernel;
  Server server;
  std::map<SystemCall, std::int32_t> fails;
  std::vector<std::uint64_t> mapped;
  const service::PartnerClient client{rt::start::peer(0)};
  const kernel::Vmo vmo{rt::Slot{30}};
};

TEST_F(PartnerServerTest, WordsAndTextsComeBackTurned) {
  const auto words = client.invert(0, 1, 2, 3, 4, 5);
  ASSERT_TRUE(words);
  EXPECT_EQ(words->w0, ~std::uint64_t{0});
  EXPECT_EQ(words->w5, ~std::uint64_t{5});
  const std::string longest(400, 'x');
  EXPECT_EQ(client.reverse("partner")->view(), "rentrap");
  EXPECT_EQ(client.reverse(longest)->view(), longest);
  EXPECT_EQ(client.reverse("")->view(), "");
}

TEST_F(PartnerServerTest, TheSenderIsWhomTheKernelNames) {
  const auto who = client.who();
  ASSERT_TRUE(who);
  EXPECT_EQ(who->badge, kernel.badge);
  EXPECT_EQ(who->identity, kernel.identity);
  EXPECT_EQ(who->class_, kernel.qos);
}

TEST_F(PartnerServerTest, WhoWaitsForeverIsLetGoByTheNext) {
  EXPECT_EQ(client.never_until(1000).error(), gen::kTimedOut);
  EXPECT_TRUE(kernel.kept_answers().empty());
  EXPECT_EQ(client.never_until(2000).error(), gen::kTimedOut);
  ASSERT_TRUE(kernel.kept_answers().contains(kReply.index));
  EXPECT_EQ(kernel.kept_answers().at(kReply.index).status, abi::word(abi::kEpipe));
}

TEST_F(PartnerServerTest, WithNobodyWaitingItDoesNotDie) {
  EXPECT_EQ(client.die().error(), (rt::Error{.status = abi::kEbusy, .detail = 0}));
}

TEST_F(PartnerServerTest, ABellIsRungAndDescribed) {
  holds(ObjectType::kNotification, 1);
  const auto rung = client.ring(kernel::Notification(rt::Slot{31}));
  ASSERT_TRUE(rung);
  EXPECT_EQ(rung->type, ObjectType::kNotification);
  EXPECT_EQ(rung->rights, 1);
  fails[SystemCall::kNotificationSignal] = abi::kEperm;
  EXPECT_EQ(client.ring(kernel::Notification(rt::Slot{31})).error().status, abi::kEperm);
}

TEST_F(PartnerServerTest, MemoryIsSummedAndComplemented) {
  holds(ObjectType::kVmo, 0xff);
  EXPECT_EQ(client.sum(vmo), 5U);
  ASSERT_EQ(mapped.size(), 1U);
  EXPECT_EQ(reinterpret_cast<const std::uint64_t*>(mapped[0])[1], ~std::uint64_t{5});
  EXPECT_EQ(reinterpret_cast<const std::uint64_t*>(mapped[0])[0], ~std::uint64_t{0});
}

// What the kernel refuses partner, partner's caller is told.
TEST_F(PartnerServerTest, WhatTheKernelRefusesTheCallerIsTold) {
  holds(ObjectType::kVmo, 0xff);
  fails[SystemCall::kVmoMap] = abi::kEnomem;
  EXPECT_EQ(client.sum(vmo).error().status, abi::kEnomem);
  EXPECT_EQ(client.look(vmo).error().status, abi::kEnomem);
  EXPECT_EQ(client.hold(vmo).error().status, abi::kEnomem);
  EXPECT_EQ(client.held().error().status, abi::kEnomem);
  fails = {{SystemCall::kVmoInfo, abi::kEbadf}};
  EXPECT_EQ(client.sum(vmo).error().status, abi::kEbadf);
  fails = {{SystemCall::kCNodeMove, abi::kEexist}};
  EXPECT_EQ(client.hold(vmo).error().status, abi::kEexist);
}

TEST_F(PartnerServerTest, ItLetsItsAuthorityGoAndUsesIt) {
  kernel.held[rt::start::qos_control().slot().index] = {ObjectType::kQosControl, 1};
  kernel.held[rt::start::task().slot().index] = {ObjectType::kTask, 7};
  holds(ObjectType::kTask, 4);
  const kernel::Task task(rt::Slot{32});
  EXPECT_TRUE(client.classify(task, abi::QosClass::kIdle));
  fails[SystemCall::kQosControlSet] = abi::kEperm;
  EXPECT_EQ(client.classify(task, abi::QosClass::kIdle).error().status, abi::kEperm);
}

TEST_F(PartnerServerTest, WhatItHoldsIsTold) {
  holds(ObjectType::kVmo, 0xff);
  ASSERT_TRUE(client.hold(vmo));
  kernel.held[kHeld.index] = {ObjectType::kVmo, 0xff};
  const auto held = client.held();
  ASSERT_TRUE(held);
  EXPECT_EQ(held->type, ObjectType::kVmo);
  EXPECT_TRUE(held->mapped);
}

}  // namespace
}  // namespace tessera::partner
