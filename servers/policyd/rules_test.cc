#include "servers/policyd/rules.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace tessera::policyd {
namespace {

using abi::QosClass;
using manifest::Start;

constexpr std::uint64_t kInit = 1;
constexpr std::uint64_t kConsole = 0x10;
constexpr std::uint64_t kExecd = 0x13;
constexpr std::uint64_t kClient = 0x20;
constexpr std::uint64_t kChild = 0x40;
constexpr std::uint64_t kDriver = 0x41;
constexpr std::uint64_t kNobody = 0x99;

constexpr std::string_view kNone[] = {"console"};
constexpr std::string_view kClientUses[] = {"console", "execd"};
constexpr std::string_view kClientSpawns[] = {"child"};
constexpr Grant kUart[] = {Grant::kUart};
constexpr Grant kWindow[] = {Grant::kMemory, Grant::kWindow};
constexpr Grant kSpeaks[] = {Grant::kMemory, Grant::kSpeaksFor};
constexpr Grant kMuch[] = {Grant::kMemory,   Grant::kQosControl, Grant::kIdentity,
                           Grant::kOperator, Grant::kAudit,      Grant::kCensus};

constexpr Image kImages[] = {
    {.name = "console",
     .identity = kConsole,
     .qos = QosClass::kInteractive,
     .service = true,
     .grants = kUart},
    {.name = "execd",
     .identity = kExecd,
     .qos = QosClass::kNormal,
     .service = true,
     .uses = kNone,
     .grants = kSpeaks,
     .highest = QosClass::kPerfBurst},
    {.name = "client",
     .identity = kClient,
     .qos = QosClass::kNormal,
     .uses = kClientUses,
     .grants = kMuch,
     .spawns = kClientSpawns,
     .highest = QosClass::kInteractive},
    {.name = "child",
     .identity = kChild,
     .qos = QosClass::kIdle,
     .uses = kNone,
     .start = Start::kSpawned,
     .highest = QosClass::kNormal},
    {.name = "driver",
     .identity = kDriver,
     .qos = QosClass::kNormal,
     .grants = kWindow,
     .start = Start::kSpawned,
     .highest = QosClass::kIdle},
};
constexpr manifest::Manifest kManifest{.images = kImages, .base = {}};
constexpr Rules kRules(kManifest, kInit);

TEST(Rules, WhoSpeaksForWhom) {
  struct Case {
    std::uint64_t caller;
    std::uint64_t subject;
    bool allowed;
  };
  constexpr Case kCases[] = {
      {kClient, kClient, true},
      {kClient, kConsole, false},
      {kClient, (std::uint64_t{1} << 32) | kClient, false},  // another task of its image
      {kExecd, kClient, true},
      {kExecd, kNobody, true},  // it may ask; the answer is no
      {kInit, kClient, true},
      {(std::uint64_t{1} << 32) | kInit, kClient, false},
      {kNobody, kNobody, true},
      {kNobody, kClient, false},
      {0, kClient, false},
  };
  for (const Case& each : kCases) {
    EXPECT_EQ(kRules.speaks_for(each.caller, each.subject), each.allowed)
        << each.caller << " for " << each.subject;
  }
}

struct NameCase {
  std::uint64_t subject;
  std::string_view target;
  Reason reason;
};

TEST(Rules, WhoStartsWhat) {
  constexpr NameCase kCases[] = {
      {kClient, "child", Reason::kRule},
      {(std::uint64_t{7} << 32) | kClient, "child", Reason::kRule},
      {kClient, "driver", Reason::kNoRule},          // spawned, but not by this one
      {kExecd, "child", Reason::kNoRule},            // to start tasks is no leave to have one
      {kClient, "console", Reason::kUnknownTarget},  // init's to start
      {kClient, "client", Reason::kUnknownTarget},
      {kClient, "childish", Reason::kUnknownTarget},
      {kClient, "chil", Reason::kUnknownTarget},
      {kClient, "", Reason::kUnknownTarget},
      {kChild, "child", Reason::kNoRule},  // not even its own
      {kNobody, "child", Reason::kUnknownSubject},
      {kInit, "child", Reason::kUnknownSubject},
      {0, "child", Reason::kUnknownSubject},
  };
  for (const NameCase& each : kCases) {
    EXPECT_EQ(kRules.may_start(each.subject, each.target), each.reason)
        << each.subject << ' ' << each.target;
  }
}

TEST(Rules, WhoReachesWhom) {
  constexpr NameCase kCases[] = {
      {kClient, "console", Reason::kRule},
      {kClient, "execd", Reason::kRule},
      {(std::uint64_t{3} << 32) | kChild, "console", Reason::kRule},
      {kChild, "execd", Reason::kNoRule},
      {kConsole, "execd", Reason::kNoRule},
      {kConsole, "console", Reason::kItself},
      {kExecd, "execd", Reason::kItself},
      {kClient, "client", Reason::kUnknownTarget},  // it is no service, not even its own
      {kClient, "child", Reason::kUnknownTarget},
      {kClient, "nobody", Reason::kUnknownTarget},
      {kClient, "", Reason::kUnknownTarget},
      {kNobody, "console", Reason::kUnknownSubject},
      {0, "console", Reason::kUnknownSubject},
  };
  for (const NameCase& each : kCases) {
    EXPECT_EQ(kRules.may_reach(each.subject, each.target), each.reason)
        << each.subject << ' ' << each.target;
  }
}

TEST(Rules, WhoHasWhichClass) {
  struct Case {
    std::uint64_t subject;
    QosClass highest;  // that is allowed
  };
  constexpr Case kCases[] = {
      {kConsole, QosClass::kInteractive},  // what it begins with
      {kExecd, QosClass::kPerfBurst},      // the word that perfBurst takes
      {kClient, QosClass::kInteractive},  {kChild, QosClass::kNormal},
      {kDriver, QosClass::kNormal},  // `highest` takes nothing away
  };
  for (const Case& each : kCases) {
    for (const QosClass c :
         {QosClass::kIdle, QosClass::kNormal, QosClass::kInteractive, QosClass::kPerfBurst}) {
      EXPECT_EQ(kRules.may_have(each.subject, c),
                c <= each.highest ? Reason::kRule : Reason::kNoRule)
          << each.subject << ' ' << static_cast<int>(c);
    }
  }
  EXPECT_EQ(kRules.may_have(kNobody, QosClass::kIdle), Reason::kUnknownSubject);
  EXPECT_EQ(kRules.may_have(0, QosClass::kIdle), Reason::kUnknownSubject);
}

TEST(Rules, WhoMapsWhichWindow) {
  constexpr NameCase kCases[] = {
      {kConsole, "console", Reason::kRule},        {kDriver, "driver", Reason::kRule},
      {kClient, "console", Reason::kNoRule},       {kDriver, "console", Reason::kNoRule},
      {kConsole, "driver", Reason::kNoRule},       {kExecd, "driver", Reason::kNoRule},
      {kClient, "client", Reason::kUnknownTarget},  // it has none
      {kClient, "nobody", Reason::kUnknownTarget}, {kNobody, "console", Reason::kUnknownSubject},
  };
  for (const NameCase& each : kCases) {
    EXPECT_EQ(kRules.may_map(each.subject, each.target), each.reason)
        << each.subject << ' ' << each.target;
  }
}

// Without a manifest nobody may do anything.
TEST(Rules, TheEmptyManifestDeniesAll) {
  static constexpr manifest::Manifest kEmpty{};
  constexpr Rules kNothing(kEmpty, kInit);
  EXPECT_FALSE(allows(kNothing.may_start(kClient, "child")));
  EXPECT_FALSE(allows(kNothing.may_reach(kConsole, "console")));
  EXPECT_FALSE(allows(kNothing.may_have(kClient, QosClass::kIdle)));
  EXPECT_FALSE(allows(kNothing.may_map(kConsole, "console")));
}

TEST(Rules, EachReasonHasItsName) {
  EXPECT_EQ(name_of(Reason::kRule), "rule");
  EXPECT_EQ(name_of(Reason::kMalformed), "malformed");
  for (const Reason reason :
       {Reason::kUnknownSubject, Reason::kSpoofed, Reason::kUnknownTarget, Reason::kNoRule,
        Reason::kNotOwnTask, Reason::kUnsupported, Reason::kMalformed}) {
    EXPECT_FALSE(allows(reason)) << name_of(reason);
  }
}

}  // namespace
}  // namespace tessera::policyd
