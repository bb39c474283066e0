// The generated client, through the loopback, to the generated server of testdata/bounded.idl: what
// its tests share.
#ifndef GEN_BOUNDED_FIXTURE_H_
#define GEN_BOUNDED_FIXTURE_H_

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "gen/bounded_impl.h"
#include "gen/loopback.h"
#include "gen/testdata/bounded.h"
#include "gen/testdata/bounded_client.h"
#include "gen/testdata/bounded_server.h"
#include "idl/abi.h"

namespace tessera::gen {

using bounding::Bounded;
using Words = std::array<std::uint64_t, 6>;

inline constexpr std::uint64_t kBadValue = 2;
inline constexpr std::uint64_t kMalformed = 3;

class BoundedTest : public ::testing::Test {
 protected:
  BoundedTest() {
    kernel.server = [this](const rt::Registers& message) {
      return bounding::BoundedServer<BoundedImpl>::dispatch(impl, rt::Slot{6}, message);
    };
  }

  // A message by hand. The words beyond the first six, and the tag's field for all of them.
  std::optional<Answer> send(std::uint64_t tag, const std::vector<std::uint64_t>& words,
                             unsigned code) {
    Words first{};
    for (std::size_t i = 0; i < words.size(); ++i) {
      (i < 6 ? first[i] : kernel.server_buffer.at(i - 6)) = words[i];
    }
    return kernel.deliver(kernel.message(tag | code, first, true));
  }
  std::optional<Answer> send(std::uint64_t tag, const std::vector<std::uint64_t>& words) {
    return send(tag, words, abi::message_code(static_cast<unsigned>(words.size())));
  }
  void expect_refused(std::uint64_t tag, const std::vector<std::uint64_t>& words,
                      std::uint64_t status) {
    const int before = impl.executed;
    const auto answer = send(tag, words);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, status);
    EXPECT_EQ(answer->shape, rt::kRefusalShape);
    EXPECT_EQ(impl.executed, before) << "the method must not run";
  }
  const rt::Registers& last_call() const { return kernel.calls().at(kernel.calls().size() - 1); }

  Loopback kernel;
  BoundedImpl impl;
  const bounding::BoundedClient client{rt::Slot{20}};
};

}  // namespace tessera::gen

#endif  // GEN_BOUNDED_FIXTURE_H_
