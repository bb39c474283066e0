// auditd under its generated loop, with a kernel that has rings of records: what it takes, what it
// writes, and when it looks again.
#include "servers/auditd/server.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "gen/loopback.h"
#include "idl/service/auditd_client.h"
#include "idl/service/auditd_server.h"
#include "idl/system_call.h"
#include "servers/runtime/slots.h"

namespace tessera::auditd {
namespace {

using abi::SystemCall;

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

// A hart's records, by their numbers.
struct Hart {
  std::deque<std::uint32_t> kept;
  std::uint32_t decisions = 0;
  std::uint32_t lost = 0;

  void decide() {
    ++decisions;
    if (kept.size() == 16) {
      ++lost;
    } else {
      kept.push_back(decisions);
    }
  }
};

class AuditdServerTest : public testing::Test {
 protected:
  AuditdServerTest() {
    kernel_.server = [this](const rt::Registers& message) {
      return service::AuditdServer<BasicServer<Lines>>::dispatch(server_, rt::start::service(),
                                                                 message);
    };
    kernel_.intercept = [this](rt::Registers& r) { return on_call(r); };
    EXPECT_TRUE(server_.begin());
  }

  bool on_call(rt::Registers& r) {
    switch (static_cast<SystemCall>(r.a7)) {
      case SystemCall::kBootInfoAudit:
        take(r);
        return true;
      case SystemCall::kBootInfoAuditTo:
        listens_ = r.a0;
        break;
      case SystemCall::kNotificationSignal:
        signalled_ = r.t0 == rt::start::timer().slot().index;
        break;
      case SystemCall::kSelfYield:
        ++yields_;
        break;
      default:
        return false;
    }
    r = {};
    return true;
  }
  void take(rt::Registers& r) {
    Hart& hart = harts_.at(r.a0);
    r = {};
    r.t1 = hart.lost;
    r.a1 = abi::word(abi::QosReason::kUnauthorizedEscalation);
    r.a2 = 0x20;
    if (hart.kept.empty()) return;
    r.a0 = hart.kept.front();
    hart.kept.pop_front();
  }

  // The kernel signals; again and again while it signals itself. How often.
  int wake() {
    int times = 0;
    do {
      signalled_ = false;
      kernel_.deliver(kernel_.message(0, {1}, false));
      ++times;
    } while (signalled_);
    return times;
  }
  const std::vector<std::string>& lines() { return server_.log().lines; }
  service::Auditd::StatisticsResult statistics() {
    const auto told = service::AuditdClient(rt::Slot{20}).statistics();
    EXPECT_TRUE(told);
    return told.value_or(service::Auditd::StatisticsResult{});
  }

  gen::Loopback kernel_;
  std::array<Hart, kHarts> harts_;
  std::uint64_t listens_ = 0;
  bool signalled_ = false;
  int yields_ = 0;
  BasicServer<Lines> server_{rt::start::boot_info(), rt::start::timer()};
};

TEST_F(AuditdServerTest, BeginsByLookingAtWhatIsThere) {
  EXPECT_EQ(listens_, rt::start::timer().slot().index);
  EXPECT_TRUE(signalled_) << "nobody signals what was decided before";
}

TEST_F(AuditdServerTest, WritesALineForEachRecordOfEachHart) {
  harts_[0].decide();
  harts_[7].decide();
  harts_[7].decide();
  EXPECT_EQ(wake(), 1);
  ASSERT_EQ(lines().size(), 3U);
  EXPECT_EQ(lines()[0],
            "QOS-AUDIT decision=deny reason=unauthorized_escalation caller_sid=0x0000000000000020 "
            "caller_task=0 target_task=0 from=idle to=idle");
  EXPECT_EQ(statistics().printed, 3U);
  EXPECT_EQ(statistics().lost, 0U);
  EXPECT_EQ(wake(), 1);
  EXPECT_EQ(lines().size(), 3U) << "each once";
}

TEST_F(AuditdServerTest, EachGapIsALineOfItsOwn) {
  for (int i = 0; i < 20; ++i) harts_[1].decide();
  EXPECT_EQ(wake(), 2);
  ASSERT_EQ(lines().size(), 17U);
  EXPECT_EQ(lines()[16], "QOS-AUDIT lost=4 hart=1");
  for (int i = 0; i < 18; ++i) harts_[1].decide();
  EXPECT_EQ(wake(), 2);
  EXPECT_EQ(lines().back(), "QOS-AUDIT lost=2 hart=1");
  EXPECT_EQ(statistics().printed, 32U);
  EXPECT_EQ(statistics().lost, 6U);
}

// A flood on one hart keeps no other one's records waiting, no caller out, and gives its class a
// turn after each line.
TEST_F(AuditdServerTest, AFloodIsTakenInBatches) {
  for (int i = 0; i < 16; ++i) harts_[0].decide();
  harts_[5].decide();
  signalled_ = false;
  kernel_.deliver(kernel_.message(0, {1}, false));
  EXPECT_EQ(lines().size(), kBatch) << "no more at once";
  EXPECT_EQ(yields_, static_cast<int>(kBatch));
  EXPECT_TRUE(harts_[5].kept.empty());
  EXPECT_TRUE(signalled_) << "it comes back";
  EXPECT_EQ(statistics().printed, kBatch);
  EXPECT_EQ(wake(), 1);
  EXPECT_EQ(lines().size(), 17U);
}

TEST_F(AuditdServerTest, OneThatGoesOnSaysSo) {
  harts_[2].decisions = 40;
  harts_[2].decide();
  wake();
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_EQ(lines()[0], "QOS-AUDIT goes on hart=2 seq=41");
  EXPECT_EQ(statistics().lost, 0U);
}

}  // namespace
}  // namespace tessera::auditd
