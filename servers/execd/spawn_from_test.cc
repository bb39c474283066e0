// Capabilities and programs of the caller's.
#include "servers/execd/testing/fixture.h"

namespace tessera::execd {
namespace {

TEST_F(ExecdServerTest, WhatTheCallerGivesIsTheChilds) {
  const auto give = [this] {
    kernel.give(rt::window_slot(0), ObjectType::kVmo, 4096);
    kernel.give(rt::window_slot(1), ObjectType::kEndpoint);
    return server->spawn_with(caller(), "child", ChildClass::kOwn, {}, "",
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
                              ChildClass::kOwn, {}, "");
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
