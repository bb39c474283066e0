// The fuzzers of every service: hostile messages to the generated server, hostile answers to the
// generated client. Which messages are executed is held against X_rules.h. X_fuzz.cc has the rest.
#ifndef GEN_MESSAGE_FUZZ_H_
#define GEN_MESSAGE_FUZZ_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "gen/loopback.h"
#include "gen/message_rules.h"
#include "idl/abi.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

inline void require(bool holds) {
  if (!holds) std::abort();
}

// The first byte chooses a method, the second the words and capabilities; the rest are the words,
// lowest byte first. X_fuzz.dict has such pairs and words.
struct FuzzInput {
  std::uint64_t method = 0;
  std::uint64_t shape = 0;
  AllWords words = {};

  std::array<std::uint64_t, abi::kMessageRegisters> first() const {
    std::array<std::uint64_t, abi::kMessageRegisters> result{};
    std::copy_n(words.begin(), result.size(), result.begin());
    return result;
  }
  Beyond beyond() const {
    Beyond result{};
    std::copy(words.begin() + abi::kMessageRegisters, words.end(), result.begin());
    return result;
  }
};

inline FuzzInput read_input(const std::uint8_t* data, std::size_t size) {
  FuzzInput input;
  if (size < 2) return input;
  input.method = data[0];
  input.shape = data[1];
  std::memcpy(input.words.data(), data + 2, std::min(size - 2, sizeof(input.words)));
  // As the kernel does.
  const unsigned count = abi::message_words(input.shape & abi::kTagWordsMask);
  std::fill(input.words.begin() + count, input.words.end(), 0);
  return input;
}

// A message whose words and capabilities are as the rules have them is executed, once; of one that
// varies in length, only that no other is.
template <class Fake>
void attack_server(const ServiceRules& rules, std::uint16_t interface, const FuzzInput& input) {
  Loopback kernel;
  Fake fake;
  kernel.server = std::ref(fake);
  kernel.server_buffer = input.beyond();
  const std::uint64_t tag = std::uint64_t{interface} << abi::kTagInterfaceShift |
                            input.method << abi::kTagMethodShift | input.shape;
  const MethodRules* method = rules.find(tag);
  if (method != nullptr && !method->is_its_tag(tag)) method = nullptr;
  std::uint32_t index = 0;
  for (std::size_t i = 0; method != nullptr && i < method->capabilities.size(); ++i) {
    const Capability& each = method->capabilities[i];
    kernel.held[rt::window_slot(index++).index] = {each.type, each.rights};
  }
  const bool answer_due = method == nullptr || !method->one_way;
  const auto answer = kernel.deliver(kernel.message(tag, input.first(), answer_due));
  const bool admitted = method != nullptr && method->admits(input.words);
  if (method == nullptr || !method->varies) {
    require(fake.executed == (admitted ? 1 : 0));
  } else {
    require(fake.executed == 0 || (fake.executed == 1 && admitted));
  }
  require(answer.has_value() == answer_due);
}

// A kernel whose every answer is the input.
class LyingKernel {
 public:
  explicit LyingKernel(const FuzzInput& input) {
    lie_ = &input;
    kernel_.client_buffer = input.beyond();
    rt::host::syscall = [](rt::Registers& out) {
      out = {};
      const auto words = lie_->first();
      out.t0 = lie_->shape;
      out.a0 = words[0];
      out.a1 = words[1];
      out.a2 = words[2];
      out.a3 = words[3];
      out.a4 = words[4];
      out.a5 = words[5];
    };
  }

 private:
  static inline const FuzzInput* lie_ = nullptr;
  Loopback kernel_;  // for its buffer
};

}  // namespace tessera::gen

#endif  // GEN_MESSAGE_FUZZ_H_
