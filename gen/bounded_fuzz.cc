// Fuzzes the decoders of messages that are more than scalars: hostile tags and words to the
// generated server, hostile answers to the generated client. What a method is given, or a client
// returned, is within its bounds, and encodes again.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "gen/bounded_impl.h"
#include "gen/loopback.h"
#include "gen/testdata/bounded_client.h"
#include "gen/testdata/bounded_server.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace tessera::gen {
namespace {

using bounding::Bounded;
using bounding::Grade;

void require(bool holds) {
  if (!holds) std::abort();
}

// Looks at what every method is given.
struct Suspicious : BoundedImpl {
  rt::Result<Bounded::ListsResult> lists(const rt::Caller& caller, std::span<const bool> flags,
                                         std::span<const std::int16_t> small,
                                         std::span<const std::uint64_t> wide,
                                         std::span<const Grade> grades,
                                         std::span<const bounding::Option> options,
                                         std::span<const bounding::Colour> colours) {
    for (const Grade each : grades) require(each <= Grade::kHigh);
    for (const bounding::Option each : options) require(static_cast<unsigned>(each) < 8);
    // A bool that is neither is what UBSan finds.
    require(std::ranges::count(flags, true) <= 9);
    return BoundedImpl::lists(caller, flags, small, wide, grades, options, colours);
  }
  rt::Result<bounding::Everything> everything(const rt::Caller&, const bounding::Everything& all) {
    require(all.grade <= Grade::kHigh && all.best <= Grade::kHigh);
    require(all.ranged >= 3 && all.ranged <= 9);
    return all;
  }
  rt::Result<bounding::Older> older(const rt::Caller&, const bounding::Older& what, std::uint64_t) {
    require(what.kind <= Grade::kHigh);
    return what;
  }
};

// The first byte chooses a method, the second the words and capabilities; the rest are the words.
struct Input {
  std::uint64_t method = 0;
  std::uint64_t shape = 0;
  std::array<std::uint64_t, 6> first = {};
  Beyond beyond = {};
};

Input read(const std::uint8_t* data, std::size_t size) {
  Input input;
  if (size < 2) return input;
  input.method = data[0];
  input.shape = data[1];
  std::array<std::uint64_t, abi::kMessageWordsMax> words = {};
  std::memcpy(words.data(), data + 2, std::min(size - 2, sizeof(words)));
  std::copy_n(words.begin(), 6, input.first.begin());
  std::copy_n(words.begin() + 6, kBeyond, input.beyond.begin());
  const unsigned count = abi::message_words(input.shape & abi::kTagWordsMask);
  for (unsigned i = count; i < 6; ++i) input.first[i] = 0;  // as the kernel does
  return input;
}

Input lie;

void attack_server(const Input& input) {
  Loopback kernel;
  Suspicious impl;
  kernel.server = [&impl](const rt::Registers& message) {
    return bounding::BoundedServer<Suspicious>::dispatch(impl, rt::Slot{6}, message);
  };
  kernel.server_buffer = input.beyond;
  const std::uint64_t tag = std::uint64_t{Bounded::kInterface} << abi::kTagInterfaceShift |
                            input.method << abi::kTagMethodShift | input.shape;
  kernel.deliver(kernel.message(tag, input.first, true));
}

void attack_client(const Input& input) {
  Loopback kernel;  // for its buffer
  lie = input;
  rt::host::syscall = [](rt::Registers& out) {
    out = {};
    out.t0 = lie.shape;
    out.a0 = lie.first[0];
    out.a1 = lie.first[1];
    out.a2 = lie.first[2];
    out.a3 = lie.first[3];
    out.a4 = lie.first[4];
    out.a5 = lie.first[5];
  };
  kernel.client_buffer = input.beyond;
  const bounding::BoundedClient client{rt::Slot{20}};
  // No question may write over the answer: each is short.
  if (const auto answer = client.short_("", 0)) require(answer->size() <= 16);
  if (const auto answer = client.long_("", {})) {
    require(answer->name.size() <= 200 && answer->data.size() <= 300);
  }
  if (const auto answer = client.lists({}, {}, {}, {}, {}, {})) {
    for (const Grade each : answer->grades) require(each <= Grade::kHigh);
    require(std::ranges::count(answer->flags, true) <= 9);
  }
  if (const auto answer = client.points({}, 2)) require(answer->size() <= 20);
  if (const auto answer = client.full({})) require(answer->size() <= 952);
  if (const auto answer = client.older({}, 0)) require(answer->kind <= Grade::kHigh);
  if (const auto answer = client.give(kernel::Notification(), "")) {
    require(answer->name.size() <= 8 && input.shape >> abi::kTagCapabilitiesShift == 1);
  }
}

}  // namespace
}  // namespace tessera::gen

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tessera::gen::Input input = tessera::gen::read(data, size);
  tessera::gen::attack_server(input);
  tessera::gen::attack_client(input);
  return 0;
}
