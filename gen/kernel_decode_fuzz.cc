// Hostile registers for the kernel's generated decoders. What is performed is held against
// idl/kernel_calls.h, which another emitter writes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <expected>

#include "idl/abi.h"
#include "idl/kernel_calls.h"
#include "idl/kernel_decode.h"
#include "idl/system_call.h"
#include "idl/wire.h"

namespace tessera::gen {
namespace {

constexpr unsigned kT0 = 5;
constexpr unsigned kA6 = 16;
constexpr unsigned kA7 = 17;
constexpr std::uint64_t kNoCapability = 99;  // the one address at which nothing is

void require(bool holds) {
  if (!holds) std::abort();
}

struct Fault {};

struct Kernel {
  using Handle = Kernel&;
  struct Frame {
    std::uint64_t x[32] = {};
  };
  Frame& frame() { return registers; }
  template <abi::ObjectType Type>
  struct Ref {};

  template <abi::ObjectType Type>
  std::expected<Ref<Type>, Fault> lookup(std::uint64_t word, std::uint8_t, unsigned) {
    if (word == kNoCapability) return std::unexpected(Fault{});
    return Ref<Type>();
  }
  template <class Call>
  std::expected<typename Call::Result, Fault> on(Call) {
    ++performed;
    return {};
  }
  void fail(Frame&, std::int32_t status, abi::Detail what, std::uint32_t) {
    require(status < 0 && what != abi::Detail::kNone);
    ++refused;
  }
  void fail(Frame&, Fault) { ++refused; }
  void complete(Frame& frame) {
    frame = {};
    ++completed;
  }
  template <class Results>
  void complete(Frame& frame, const Results& results) {
    complete(frame);
    decode::encode(frame, results);
  }
  void unknown(Frame&) { ++unknowns; }

  Frame registers;
  int performed = 0;
  int refused = 0;
  int completed = 0;
  int unknowns = 0;
};

bool is_of_type(const calls::Parameter& each, std::uint64_t raw) {
  switch (each.kind) {
    case calls::Kind::kI8:
      return abi::fits<std::int8_t>(raw);
    case calls::Kind::kI16:
      return abi::fits<std::int16_t>(raw);
    case calls::Kind::kI32:
      return abi::fits<std::int32_t>(raw);
    case calls::Kind::kU32:
      return abi::fits<std::uint32_t>(raw) && static_cast<std::uint32_t>(raw) >= each.min &&
             static_cast<std::uint32_t>(raw) <= each.max;
    case calls::Kind::kI64:
      return true;
    case calls::Kind::kCapability:
      return raw != kNoCapability;
    default:
      return raw >= each.min && raw <= each.max;
  }
}

const calls::Call* find(std::uint64_t number) {
  const auto* const found = std::ranges::find_if(
      calls::kAll, [&](const calls::Call& each) { return abi::word(each.number) == number; });
  return found == std::ranges::end(calls::kAll) ? nullptr : found;
}

// Of what a length counts, only that nothing is performed without its length: the elements'
// types are not in the table.
void attack(const Kernel::Frame& registers) {
  Kernel kernel{.registers = registers};
  decode::dispatch(kernel);
  const calls::Call* call = find(registers.x[kA7]);
  require(kernel.unknowns == (call == nullptr ? 1 : 0));
  require(kernel.performed + kernel.refused + kernel.unknowns == 1);
  require(kernel.completed == kernel.performed);
  if (call == nullptr) return;
  bool admitted = call->invoked == abi::ObjectType::kNull || registers.x[kT0] != kNoCapability;
  bool has_content = false;
  for (const calls::Parameter& each : call->parameters) {
    admitted = admitted && is_of_type(each, registers.x[each.place]);
    has_content = has_content || each.kind == calls::Kind::kLength;
  }
  require(has_content ? kernel.performed <= (admitted ? 1 : 0)
                      : kernel.performed == (admitted ? 1 : 0));
  if (kernel.performed == 1) require(kernel.registers.x[kA6] == 0);
}

}  // namespace
}  // namespace tessera::gen

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// The first byte is the call's number, all ones: any of eight bytes. Then the registers from t0 on.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tessera::gen::Kernel::Frame frame;
  if (size == 0) return 0;
  constexpr unsigned kOrder[] = {5, 10, 11, 12, 13, 14, 15, 16, 6, 7, 28, 29, 30, 31};
  std::uint64_t number = data[0];
  ++data;
  --size;
  if (number == 0xff) std::memcpy(&number, data, std::min(size, sizeof(number)));
  frame.x[tessera::gen::kA7] = number;
  for (const unsigned place : kOrder) {
    const std::size_t now = std::min(size, sizeof(frame.x[place]));
    if (now == 0) break;
    std::memcpy(&frame.x[place], data, now);
    data += now;
    size -= now;
  }
  tessera::gen::attack(frame);
  return 0;
}
