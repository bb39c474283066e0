// What every generated stub stands on: the system call itself, the values that go through it, and
// how a failure looks. It owns nothing and keeps no state. Programs use the generated handles and
// clients, not this.
#ifndef SERVERS_RUNTIME_IPC_H_
#define SERVERS_RUNTIME_IPC_H_

#include <cstdint>
#include <expected>
#include <type_traits>
#include <utility>

#include "idl/abi.h"
#include "idl/wire.h"

namespace tessera::kernel {
class CNode;  // idl/kernel/cnode.h
}

namespace tessera::rt {

// An address in the task's own CSpace: an index into its CNode. 0 is the null address.
struct Slot {
  std::uint32_t index = 0;
  friend constexpr bool operator==(Slot, Slot) = default;
};

// Why a call failed. Negative: the kernel or the transport (abi::kEinval, ...), and `detail` is
// made of an abi::Detail in bits 0 to 7 and the argument's number in bits 8 to 15. Positive: the
// service's own enum.
struct Error {
  std::int32_t status = 0;
  std::uint32_t detail = 0;
  friend constexpr bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

// The enums that $errors names in an .idl: enumerant 0 is ok, the others are positive statuses.
template <class E>
concept ErrorEnum = std::is_enum_v<E> && requires { E::kOk; };

template <ErrorEnum E>
constexpr std::unexpected<Error> failure(E status) {
  return std::unexpected(Error{static_cast<std::int32_t>(std::to_underlying(status)), 0});
}
constexpr std::unexpected<Error> failure(std::int32_t status, abi::Detail what,
                                         std::uint32_t argument = 0) {
  return std::unexpected(Error{status, abi::detail(what, argument)});
}

constexpr std::unexpected<Error> failure(const Error& error) { return std::unexpected(error); }

template <ErrorEnum E>
constexpr bool operator==(const Error& error, E status) {
  return error.status == static_cast<std::int32_t>(std::to_underlying(status));
}

// The registers of a system call, by their names. Before it only those that the call takes are set;
// afterwards all of them have a value.
struct Registers {
  std::uint64_t t0, t1, t2, t3, t4, t5, t6;
  std::uint64_t a0, a1, a2, a3, a4, a5, a6, a7;
};

// What is left for a server's loop to do after a message.
enum class Next : std::uint8_t {
  kHandled,  // nothing: it is answered, and the next one is there
  kReceive,  // nobody to answer (yet)
  kRefuse,   // to answer with a status and a detail
  kReject,   // the same, of a message that no method has seen
};

// One bit a register, for the mask of those that a call takes.
enum : std::uint32_t {
  kT0 = 1U << 0,
  kT1 = 1U << 1,
  kT2 = 1U << 2,
  kT3 = 1U << 3,
  kT4 = 1U << 4,
  kT5 = 1U << 5,
  kT6 = 1U << 6,
  kA0 = 1U << 7,
  kA1 = 1U << 8,
  kA2 = 1U << 9,
  kA3 = 1U << 10,
  kA4 = 1U << 11,
  kA5 = 1U << 12,
  kA6 = 1U << 13,
  kA7 = 1U << 14,
};

#if defined(__riscv)

// Each register is an operand both ways, because the kernel changes all of them. One that the call
// does not take stays uninitialised: reading it in the asm is meant, it costs no instruction, and
// the kernel does not look at it.
// NOLINTBEGIN(bugprone-macro-parentheses): a name that is declared takes none.
#define RT_REGISTER(name, bit)            \
  register std::uint64_t name asm(#name); \
  if constexpr ((Inputs & (bit)) != 0) name = in.name
// NOLINTEND(bugprone-macro-parentheses)

#define RT_REGISTERS    \
  RT_REGISTER(t0, kT0); \
  RT_REGISTER(t1, kT1); \
  RT_REGISTER(t2, kT2); \
  RT_REGISTER(t3, kT3); \
  RT_REGISTER(t4, kT4); \
  RT_REGISTER(t5, kT5); \
  RT_REGISTER(t6, kT6); \
  RT_REGISTER(a0, kA0); \
  RT_REGISTER(a1, kA1); \
  RT_REGISTER(a2, kA2); \
  RT_REGISTER(a3, kA3); \
  RT_REGISTER(a4, kA4); \
  RT_REGISTER(a5, kA5); \
  RT_REGISTER(a6, kA6); \
  RT_REGISTER(a7, kA7)

#define RT_OPERANDS                                                                         \
  "+r"(t0), "+r"(t1), "+r"(t2), "+r"(t3), "+r"(t4), "+r"(t5), "+r"(t6), "+r"(a0), "+r"(a1), \
      "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(a6), "+r"(a7)

// gp is a temporary too, but nothing that the compiler makes uses it (no relaxation), and clang
// takes no gp clobber.
template <std::uint32_t Inputs>
[[gnu::always_inline]] inline Registers ecall(const Registers& in) {
  RT_REGISTERS;
  asm volatile("ecall" : RT_OPERANDS : : "ra", "memory");
  return {t0, t1, t2, t3, t4, t5, t6, a0, a1, a2, a3, a4, a5, a6, a7};
}

// For the calls that receive: s0 to s11 are zero after them.
template <std::uint32_t Inputs>
[[gnu::always_inline]] inline Registers ecall_receiving(const Registers& in) {
  RT_REGISTERS;
  asm volatile("ecall"
               : RT_OPERANDS
               :
               : "ra", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11",
                 "memory");
  return {t0, t1, t2, t3, t4, t5, t6, a0, a1, a2, a3, a4, a5, a6, a7};
}

// Where the thread has its IPC buffer mapped: tp, which whoever makes a thread sets. Null: it has
// none. Volatile, as others may have the page mapped, too.
[[gnu::always_inline]] inline volatile std::uint64_t* message_buffer() {
  volatile std::uint64_t* at;
  asm("mv %0, tp" : "=r"(at));
  return at;
}

#undef RT_OPERANDS
#undef RT_REGISTERS
#undef RT_REGISTER

#else  // The host: a test is the kernel.

namespace host {
// Installed by the test before the first call. Registers that the call does not take hold kJunk.
using SystemCall = void (*)(Registers&);
inline SystemCall syscall = nullptr;
inline constexpr std::uint64_t kJunk = 0x5a5a5a5a5a5a5a5a;
// The IPC buffer of the caller, or of the server that the test runs; null: it has none.
inline volatile std::uint64_t* buffer = nullptr;
}  // namespace host

inline volatile std::uint64_t* message_buffer() { return host::buffer; }

template <std::uint32_t Inputs>
inline Registers ecall(const Registers& in) {
  const auto pick = [](std::uint32_t bit, const std::uint64_t& value) {
    return (Inputs & bit) != 0 ? value : host::kJunk;
  };
  Registers all = {pick(kT0, in.t0), pick(kT1, in.t1), pick(kT2, in.t2), pick(kT3, in.t3),
                   pick(kT4, in.t4), pick(kT5, in.t5), pick(kT6, in.t6), pick(kA0, in.a0),
                   pick(kA1, in.a1), pick(kA2, in.a2), pick(kA3, in.a3), pick(kA4, in.a4),
                   pick(kA5, in.a5), pick(kA6, in.a6), pick(kA7, in.a7)};
  host::syscall(all);
  return all;
}

template <std::uint32_t Inputs>
inline Registers ecall_receiving(const Registers& in) {
  return ecall<Inputs>(in);
}

#endif

// The failure that a call came back with: out.a6 is not 0.
[[gnu::always_inline]] inline std::unexpected<Error> failure(const Registers& out) {
  return std::unexpected(
      Error{abi::value<std::int32_t>(out.a6), abi::value<std::uint32_t>(out.a7)});
}

// The same, of a message: the kernel's own detail is in a7, and then a0 is 0; a server's is in the
// first word of its answer, and then a7 is 0.
[[gnu::always_inline]] inline std::unexpected<Error> refusal(const Registers& out) {
  return std::unexpected(
      Error{abi::value<std::int32_t>(out.a6), abi::value<std::uint32_t>(out.a7 | out.a0)});
}

// Who sent a message: the kernel's word, not the sender's.
struct Caller {
  std::uint64_t badge = 0;
  std::uint64_t identity = 0;
  abi::QosClass qos = abi::QosClass::kIdle;
};

// A capability that arrived with a message or an answer. It lies in the thread's window and is
// deleted when the thread next calls or receives, unless it is kept.
template <class Handle, class Table = kernel::CNode>
class Received {
 public:
  constexpr Received() = default;
  explicit constexpr Received(Slot window) : window_(window) {}

  constexpr Slot slot() const { return window_; }
  // False of an optional one that did not come.
  explicit constexpr operator bool() const { return window_ != Slot{}; }
  constexpr Handle handle() const { return Handle(window_); }

  // Moves it to the empty slot `to` of the task's own CSpace.
  Result<void> keep(Slot to) const {
    const Table own(Slot{static_cast<std::uint32_t>(abi::StartSlot::kCnode)});
    return own.move(to.index, own, window_.index);
  }

 private:
  Slot window_;
};

// A Vmo that was lent: the loop gives it back with the answer. Who maps it has it mapped until
// then.
template <class Handle>
class Lent {
 public:
  explicit constexpr Lent(Slot window) : window_(window) {}
  constexpr Handle handle() const { return Handle(window_); }

 private:
  Slot window_;
};

// Whether what arrived at `window` is a capability to such an object and has all these rights:
// ebadf or eperm, as the kernel says it, with the argument's number.
template <class Table = kernel::CNode>
Result<void> lookup(Slot window, abi::ObjectType type, std::uint8_t rights,
                    std::uint32_t argument) {
  const auto holds =
      Table(Slot{static_cast<std::uint32_t>(abi::StartSlot::kCnode)}).query(window.index);
  if (!holds) return std::unexpected(holds.error());
  if (holds->type == abi::ObjectType::kNull) {
    return failure(abi::kEbadf, abi::Detail::kBadCap, argument);
  }
  if (holds->type != type) return failure(abi::kEbadf, abi::Detail::kBadType, argument);
  if ((holds->rights & rights) != rights) {
    return failure(abi::kEperm, abi::Detail::kBadRights, argument);
  }
  return {};
}

// The window's n-th slot, where a message's n-th capability arrives (Self.window was called with
// window0).
constexpr Slot window_slot(std::uint32_t n) {
  return Slot{static_cast<std::uint32_t>(abi::StartSlot::kWindow0) + n};
}

// How many capabilities a shape tells.
constexpr std::uint64_t capabilities(std::uint64_t shape) {
  return shape >> abi::kTagCapabilitiesShift;
}

// Where an optional capability arrives, when it has come.
constexpr Slot window_slot_if(bool has_come, std::uint32_t n) {
  return has_come ? window_slot(n) : Slot{};
}

// What an optional capability takes from a tag or a shape when it is absent.
constexpr std::uint32_t absent(Slot optional) {
  return optional == Slot{} ? std::uint32_t{1} << abi::kTagCapabilitiesShift : 0;
}

// Whether a call that receives failed for the endpoint itself: no capability there, or no right to
// receive.
constexpr bool endpoint_lost(const Registers& out) {
  const bool is_lost = out.a6 == abi::word(abi::kEbadf) || out.a6 == abi::word(abi::kEperm);
  return is_lost && abi::detail_argument(out.a7) == 0;  // the invoked capability
}

// The shape of an answer whose status is not 0: one word, the detail.
inline constexpr std::uint32_t kRefusalShape = 1;

// What the caller gets of a completer that is dropped: as of a server that has died.
inline constexpr Error kDropped{abi::kEpipe, abi::detail(abi::Detail::kPeerDied, 0)};

// The status that an answer carries for a failed method. A failure with status 0 is a mistake of
// the server's, and must not look like success.
constexpr std::int32_t answer_status(const Error& error) {
  return error.status != 0 ? error.status : abi::kEinval;
}

}  // namespace tessera::rt

#endif  // SERVERS_RUNTIME_IPC_H_
