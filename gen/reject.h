// The reject tests of every service: each message that is not as X_rules.h says is answered with
// the specified status and is not executed. Beside each bad message stands the good one that it is
// made of, which is executed: what is refused is the one thing that is wrong.
//
// X_reject_test.cc instantiates them, with a Fake and kRules for each service.
#ifndef GEN_REJECT_H_
#define GEN_REJECT_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "gen/loopback.h"
#include "gen/message_rules.h"
#include "idl/abi.h"
#include "idl/wire.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

template <class Service>
class RejectTest : public ::testing::Test {
 protected:
  RejectTest() { kernel.server = std::ref(fake); }

  static constexpr std::span<const MethodRules> methods() { return Service::kRules.methods; }

  std::optional<Answer> send(std::uint64_t tag, const AllWords& words, bool answer_due) {
    std::array<std::uint64_t, abi::kMessageRegisters> first{};
    const unsigned count = abi::message_words(tag & abi::kTagWordsMask);
    std::copy_n(words.begin(), std::min<std::size_t>(count, first.size()), first.begin());
    std::copy(words.begin() + first.size(), words.end(), kernel.server_buffer.begin());
    return kernel.deliver(kernel.message(tag, first, answer_due));
  }
  // Capabilities as the method wants them.
  void hold(const MethodRules& method) {
    kernel.held.clear();
    std::uint32_t index = 0;
    for (const Capability& each : method.capabilities) {
      kernel.held[rt::window_slot(index++).index] = {each.type, each.rights};
    }
  }

  void expect_executed(const MethodRules& method, std::uint64_t tag, const AllWords& words) {
    const int before = fake.executed;
    const auto answer = send(tag, words, !method.one_way);
    EXPECT_EQ(fake.executed, before + 1) << method.name << ": the good message";
    ASSERT_EQ(answer.has_value(), !method.one_way) << method.name;
    if (!answer) return;
    // A stand-in that is not told otherwise drops its completer.
    EXPECT_EQ(answer->status, method.deferred ? abi::word(abi::kEpipe) : 0) << method.name;
  }
  // A one-way message is dropped.
  void expect_refused(const MethodRules& method, std::uint64_t tag, const AllWords& words,
                      std::int32_t status, const std::string& what) {
    SCOPED_TRACE(std::string(method.name) + ": " + what);
    expect_not_executed(tag, words, !method.one_way, status);
  }
  void expect_not_executed(std::uint64_t tag, const AllWords& words, bool answer_due,
                           std::int32_t status) {
    const int before = fake.executed;
    const auto answer = send(tag, words, answer_due);
    EXPECT_EQ(fake.executed, before) << "the method must not run";
    ASSERT_EQ(answer.has_value(), answer_due);
    if (!answer) return;
    EXPECT_EQ(answer->status, abi::word(status));
    EXPECT_EQ(answer->shape, rt::kRefusalShape);
    expect_detail(status, answer->words[0]);
  }
  // The transport's refusal says what was wrong; the service's own says all itself.
  static void expect_detail(std::int32_t status, std::uint64_t detail) {
    if (status >= 0) {
      EXPECT_EQ(detail, 0U);
      return;
    }
    EXPECT_LE(detail, 0xffffU);
    EXPECT_GT(abi::detail_what(detail), abi::Detail::kNone);
    EXPECT_LE(abi::detail_what(detail), abi::Detail::kTruncated);
  }

  static std::string hex(std::uint64_t value) {
    std::string digits;
    for (; value != 0 || digits.empty(); value >>= 4) {
      digits.insert(digits.begin(), "0123456789abcdef"[value & 0xf]);
    }
    return digits;
  }

  // Every tag with the method's number but with other words.
  void other_lengths(const MethodRules& method) {
    for (std::uint64_t code = 0; code <= abi::kTagWordsMask; ++code) {
      const std::uint64_t tag = (method.tag & ~std::uint64_t{abi::kTagWordsMask}) | code;
      if (tag == method.tag) continue;
      expect_refused(method, tag, method.good(), method.malformed,
                     "words: " + std::to_string(abi::message_words(code)));
    }
  }

  void unknown_methods(std::uint16_t interface, std::int32_t status) {
    for (std::uint64_t method = 0; method < 0x100; ++method) {
      const std::uint64_t first =
          std::uint64_t{interface} << abi::kTagInterfaceShift | method << abi::kTagMethodShift;
      if (Service::kRules.find(first) != nullptr) continue;
      for (std::uint64_t shape = 0; shape < 0x100; ++shape) {
        SCOPED_TRACE("method " + std::to_string(method) + " shape " + std::to_string(shape));
        expect_not_executed(first | shape, {}, true, status);
      }
      expect_not_executed(first, {}, false, 0);
    }
  }

  // Of a Text, Data or List: items that the message does not have, and items that are none.
  void bad_items(const MethodRules& method, const Value& length) {
    AllWords words = method.good();
    length.put(words, 1);
    const std::string what = std::string(length.name) + ": an item ";
    if (length.item_bytes == 0) return;
    if (method.whole_words() == method.least_words) {  // no padding that could be one
      expect_refused(method, method.tag, words, method.malformed, what + "beyond the end");
    }
    if (length.item_bytes > 8) return;
    const std::uint64_t tag = (method.tag & ~std::uint64_t{abi::kTagWordsMask}) |
                              abi::message_code(method.least_words + 1);
    expect_executed(method, tag, words);
    std::uint64_t& item = words.at(method.least_words);
    if (length.item_most < low_bits(8 * length.item_bytes)) {
      item = length.item_most;
      expect_executed(method, tag, words);
      item = length.item_most + 1;
      expect_refused(method, tag, words, method.bad_value, what + "that is none");
    }
    if (length.item_bytes < 8) {
      item = std::uint64_t{1} << 8 * length.item_bytes;
      expect_refused(method, tag, words, method.malformed, what + "with something behind it");
    }
  }

  Loopback kernel;
  typename Service::Fake fake;
};

TYPED_TEST_SUITE_P(RejectTest);

TYPED_TEST_P(RejectTest, OtherLengths) {
  for (const MethodRules& method : this->methods()) {
    this->hold(method);
    this->expect_executed(method, method.tag, method.good());
    this->other_lengths(method);
  }
}

TYPED_TEST_P(RejectTest, Padding) {
  for (const MethodRules& method : this->methods()) {
    this->hold(method);
    for (unsigned word = method.least_words; word < method.whole_words(); ++word) {
      AllWords words = method.good();
      words.at(word) = 1;
      this->expect_refused(method, method.tag, words, method.malformed, "padding");
    }
  }
}

TYPED_TEST_P(RejectTest, BadValues) {
  for (const MethodRules& method : this->methods()) {
    this->hold(method);
    for (const Value& value : method.values) {
      const std::string name = std::string(value.name) + ": ";
      AllWords words = method.good();
      if (!value.is_length) {
        value.put(words, value.encode(value.most));
        this->expect_executed(method, method.tag, words);
      }
      for (const std::uint64_t bad : bad_words(value)) {
        value.put(words, bad);
        this->expect_refused(method, method.tag, words,
                             value.is_length ? method.malformed : method.bad_value,
                             name + this->hex(bad));
      }
      if (value.is_length) this->bad_items(method, value);
    }
  }
}

// All other counts of capabilities; then each one missing, of each other type, and without each of
// its rights.
TYPED_TEST_P(RejectTest, BadCapabilities) {
  for (const MethodRules& method : this->methods()) {
    for (std::uint64_t count = 0; count < 4; ++count) {
      const std::uint64_t mask = std::uint64_t{3} << abi::kTagCapabilitiesShift;
      const std::uint64_t tag = (method.tag & ~mask) | count << abi::kTagCapabilitiesShift;
      this->hold(method);
      if (method.is_its_tag(tag)) {
        this->expect_executed(method, tag, method.good());
      } else {
        this->expect_refused(method, tag, method.good(), method.malformed,
                             "capabilities: " + std::to_string(count));
      }
    }
    for (std::uint32_t index = 0; index < method.capabilities.size(); ++index) {
      this->hold(method);
      const Capability& wanted = method.capabilities[index];
      auto& held = this->kernel.held[rt::window_slot(index).index];
      const auto expect = [&](std::int32_t kernels, const std::string& what) {
        this->expect_refused(method, method.tag, method.good(),
                             method.bad_capability != 0 ? method.bad_capability : kernels,
                             "capability " + std::to_string(index) + ": " + what);
      };
      for (int type = 0; type <= static_cast<int>(abi::ObjectType::kBootInfo); ++type) {
        held = {static_cast<abi::ObjectType>(type), 0xff};
        if (held.type != wanted.type) expect(abi::kEbadf, "type " + std::to_string(type));
      }
      for (unsigned right = 1; right < 0x100; right <<= 1) {
        held = {wanted.type, static_cast<std::uint8_t>(~right)};
        if ((wanted.rights & right) != 0) expect(abi::kEperm, "right " + std::to_string(right));
      }
    }
  }
}

// Of its own number and of those that it extends.
TYPED_TEST_P(RejectTest, UnknownMethods) {
  this->unknown_methods(TypeParam::kRules.interface, TypeParam::kRules.malformed);
  for (const SuperRules& each : TypeParam::kRules.supers) {
    this->unknown_methods(each.interface, each.malformed);
  }
}

// Each bit of the interface's number, for a message that is good but for it.
TYPED_TEST_P(RejectTest, OtherInterfaces) {
  for (const MethodRules& method : this->methods()) {
    this->hold(method);
    for (unsigned bit = abi::kTagInterfaceShift; bit < 64; ++bit) {
      const std::uint64_t tag = method.tag ^ std::uint64_t{1} << bit;
      if (TypeParam::kRules.find(tag) != nullptr) continue;
      SCOPED_TRACE(std::string(method.name) + " tag " + this->hex(tag));
      this->expect_not_executed(tag, method.good(), true, TypeParam::kRules.malformed_of(tag));
      this->expect_not_executed(tag, method.good(), false, 0);
    }
  }
}

// A question that nobody waits for is not executed, and a message for which somebody waits who
// would get no answer is refused.
TYPED_TEST_P(RejectTest, WaitingOrNot) {
  for (const MethodRules& method : this->methods()) {
    this->hold(method);
    SCOPED_TRACE(method.name);
    this->expect_not_executed(method.tag, method.good(), method.one_way, method.malformed);
  }
}

REGISTER_TYPED_TEST_SUITE_P(RejectTest, OtherLengths, Padding, BadValues, BadCapabilities,
                            UnknownMethods, OtherInterfaces, WaitingOrNot);

}  // namespace tessera::gen

#endif  // GEN_REJECT_H_
