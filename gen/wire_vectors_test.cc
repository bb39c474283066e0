// One message of each method and one answer to it, word by word, as testdata/wire_vectors.txt has
// them: whoever changes the wire sees there what changes, and so does the reviewer. The values are
// random ones that stay the same; the words are what the generated client sends and the generated
// server answers.
//
// KIDL_UPDATE_GOLDEN=$PWD/gen/testdata bazel test //gen:wire_vectors_test
//     --test_env=KIDL_UPDATE_GOLDEN --strategy=TestRunner=local
// writes the file anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "gen/loopback.h"
#include "gen/message_rules.h"
#include "gen/random_message.h"
#include "gen/testdata/bounded_relay.h"
#include "gen/testdata/bounded_rules.h"
#include "gen/testdata/probe_relay.h"
#include "gen/testdata/probe_rules.h"
#include "idl/service/console_relay.h"
#include "idl/service/console_rules.h"
#include "idl/service/partner_relay.h"
#include "idl/service/partner_rules.h"
#include "idl/service/timed_relay.h"
#include "idl/service/timed_rules.h"

namespace tessera::gen {
namespace {

constexpr std::uint64_t kSeed = 1;

// What a message or an answer is made of, beside its tag or shape.
std::string words_text(std::uint64_t shape, const Words& first,
                       const volatile std::uint64_t* beyond) {
  std::string text;
  const unsigned count = abi::message_words(shape & abi::kTagWordsMask);
  for (unsigned i = 0; i < count; ++i) {
    absl::StrAppend(
        &text, i % 4 == 0 ? "\n  " : " ",
        absl::Hex(i < first.size() ? first.at(i) : beyond[i - first.size()], absl::kZeroPad16));
  }
  return text + "\n";
}

// The relay is the generated server, and behind it the generated client.
template <class Relay>
class Vectors {
 public:
  explicit Vectors(const ServiceRules& service) : service_(service) {}

  std::string all() {
    std::string text;
    for (const MethodRules& method : service_.methods) absl::StrAppend(&text, both(method));
    return text;
  }

 private:
  std::string both(const MethodRules& method) {
    // A method's values do not depend on the others.
    RandomMessage random(kSeed + method.tag);
    AllWords asked;
    const unsigned count = random.fill(asked, method.values, method.least_words);
    AllWords answered;
    const unsigned answer_count =
        random.fill(answered, method.answer.values, method.answer.least_words);
    return exchange(method, shape(method.tag, count, 0), asked,
                    answer_of(answered, shape(0, answer_count, method.answer.capabilities.size())));
  }
  static std::uint64_t shape(std::uint64_t tag, unsigned words, std::size_t capabilities) {
    return (tag & ~std::uint64_t{abi::kTagWordsMask}) | abi::message_code(words) |
           capabilities << abi::kTagCapabilitiesShift;
  }
  static Answer answer_of(const AllWords& words, std::uint64_t shape) {
    Answer answer{.shape = shape};
    std::copy_n(words.begin(), answer.words.size(), answer.words.begin());
    std::copy(words.begin() + abi::kMessageRegisters, words.end(), answer.beyond.begin());
    return answer;
  }

  std::string exchange(const MethodRules& method, std::uint64_t tag, const AllWords& asked,
                       const Answer& answer) {
    Loopback kernel;
    Relay relay;
    std::string text;
    const auto hold = [&](std::span<const Capability> capabilities) {
      kernel.held.clear();
      std::uint32_t index = 0;
      for (const Capability& each : capabilities) {
        kernel.held[rt::window_slot(index++).index] = {each.type, each.rights};
      }
    };
    kernel.server = [&](const rt::Registers& in) {
      text = absl::StrFormat("%s.%s message tag=%08x", service_.name, method.name, in.t2) +
             words_text(in.t2, {in.a0, in.a1, in.a2, in.a3, in.a4, in.a5}, rt::host::buffer);
      hold(method.answer.capabilities);
      kernel.answer(answer);
      return rt::Registers{};
    };
    hold(method.capabilities);
    const Answer first = answer_of(asked, 0);
    std::ranges::copy(first.beyond, kernel.server_buffer.begin());
    const auto back =
        kernel.deliver(kernel.message(tag, first.words, !method.one_way), std::ref(relay));
    EXPECT_EQ(back.has_value(), !method.one_way) << method.name;
    EXPECT_EQ(relay.error, rt::Error{}) << method.name;
    if (!back) return text;
    return absl::StrCat(
        text, absl::StrFormat("%s.%s answer shape=%02x", service_.name, method.name, back->shape),
        words_text(back->shape, back->words, back->beyond.data()));
  }

  const ServiceRules& service_;
};

std::string all_vectors() {
  return absl::StrCat(Vectors<probing::RelayProbe>(probing::probe_rules::kRules).all(),
                      Vectors<probing::RelayPlain>(probing::plain_rules::kRules).all(),
                      Vectors<bounding::RelayBounded>(bounding::bounded_rules::kRules).all(),
                      Vectors<bounding::RelayOptions>(bounding::options_rules::kRules).all(),
                      Vectors<bounding::RelayGiving>(bounding::giving_rules::kRules).all(),
                      Vectors<service::RelayConsole>(service::console_rules::kRules).all(),
                      Vectors<service::RelayTimed>(service::timed_rules::kRules).all(),
                      Vectors<service::RelayPartner>(service::partner_rules::kRules).all());
}

TEST(WireVectorsTest, MessagesAreAsInTheGoldenFile) {
  const std::string all = all_vectors();
  const char* const update = std::getenv("KIDL_UPDATE_GOLDEN");
  if (update != nullptr) std::ofstream(absl::StrCat(update, "/wire_vectors.txt")) << all;
  std::ifstream stream("gen/testdata/wire_vectors.txt");
  const std::string golden(std::istreambuf_iterator<char>(stream), {});
  ASSERT_FALSE(golden.empty());
  const std::vector<std::string> expected = absl::StrSplit(golden, '\n');
  const std::vector<std::string> actual = absl::StrSplit(all, '\n');
  for (std::size_t line = 0; line < std::min(expected.size(), actual.size()); ++line) {
    ASSERT_EQ(expected[line], actual[line]) << "line " << line + 1;
  }
  EXPECT_EQ(expected.size(), actual.size());
}

}  // namespace
}  // namespace tessera::gen
