// Every name of testdata/names.idl and calls.idl, all of which C++ or the generated code use
// themselves, gives code that compiles: that this file does is most of the test.
//
// The library first: its macros are names too.
#include <gtest/gtest.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <expected>

// Then these: their kin of //idl, which have the same guards, do not know calls.idl.
#include "gen/names/idl/kernel_rights.h"
#include "gen/names/idl/system_call.h"
#include "gen/names/idl/wire.h"
//
#include "gen/names/idl/kernel_decode.h"
#include "gen/testdata/calls.h"
#include "gen/testdata/names_client.h"
#include "gen/testdata/names_fake.h"
#include "gen/testdata/names_message.h"
#include "gen/testdata/names_relay.h"
#include "gen/testdata/names_server.h"

namespace tessera {
namespace {

// --- Servers -------------------------------------------------------------------------------------

// clang-format off
#define EACH_OF_SIX(what)                                                                         \
  what(0) what(1) what(2) what(3) what(4) what(5) what(6) what(7) what(8) what(9)                 \
  what(10) what(11) what(12) what(13) what(14) what(15) what(16) what(17) what(18) what(19)       \
  what(20) what(21) what(22) what(23) what(24) what(25) what(26) what(27) what(28) what(29)       \
  what(30) what(31)
#define EACH_OF_THREE(what)                                                                       \
  EACH_OF_SIX(what)                                                                               \
  what(32) what(33) what(34) what(35) what(36) what(37) what(38) what(39) what(40)       \
  what(41) what(42) what(43) what(44) what(45) what(46) what(47) what(48) what(49) what(50)       \
  what(51) what(52) what(53) what(54) what(55) what(56) what(57) what(58) what(59) what(60) \
  what(61) what(62)

struct Methods {
#define ANSWER(name) rt::Result<void> name(const rt::Caller&) { return {}; }
  ANSWER(k) ANSWER(in) ANSWER(out) ANSWER(impl) ANSWER(caller) ANSWER(message) ANSWER(completer)
  ANSWER(kernel) ANSWER(frame) ANSWER(self) ANSWER(words) ANSWER(call_deadline) ANSWER(kept)
  ANSWER(result) ANSWER(rt) ANSWER(abi) ANSWER(std) ANSWER(release) ANSWER(tessera)
  ANSWER(naming) ANSWER(calling) ANSWER(badge) ANSWER(identity) ANSWER(qos) ANSWER(encode)
  ANSWER(status) ANSWER(why) ANSWER(adopt) ANSWER(complete) ANSWER(fail) ANSWER(other)
  ANSWER(error) ANSWER(index) ANSWER(receive) ANSWER(refuse) ANSWER(refused) ANSWER(serve)
  ANSWER(dispatch) ANSWER(handle) ANSWER(answer_due) ANSWER(caller_of) ANSWER(on_no_message)
  ANSWER(on_malformed) ANSWER(value) ANSWER(set) ANSWER(all) ANSWER(has) ANSWER(to_string)
  ANSWER(optional) ANSWER(always_inline) ANSWER(answer_status) ANSWER(ask) ANSWER(ecall)
  ANSWER(ecall_receiving) ANSWER(endpoint_lost) ANSWER(exchange) ANSWER(exit) ANSWER(failure)
  ANSWER(fits) ANSWER(gnu) ANSWER(handles) ANSWER(keep) ANSWER(later) ANSWER(lookup)
  ANSWER(malformed) ANSWER(maybe_unused) ANSWER(methods) ANSWER(move) ANSWER(no_message)
  ANSWER(nodiscard) ANSWER(noreturn) ANSWER(note) ANSWER(note_with) ANSWER(nullopt) ANSWER(on)
  ANSWER(one_way) ANSWER(same_as) ANSWER(single) ANSWER(span) ANSWER(string_view) ANSWER(swap)
  ANSWER(unreachable) ANSWER(window_slot) ANSWER(word) ANSWER(x) ANSWER(alignas_)
  ANSWER(alignof_) ANSWER(and_) ANSWER(and_eq_) ANSWER(asm_) ANSWER(auto_) ANSWER(bitand_)
  ANSWER(bitor_) ANSWER(bool_) ANSWER(break_) ANSWER(case_) ANSWER(catch_) ANSWER(char_)
  ANSWER(class_) ANSWER(co_await_) ANSWER(co_return_) ANSWER(co_yield_) ANSWER(compl_)
  ANSWER(concept_) ANSWER(const_) ANSWER(const_cast_) ANSWER(consteval_) ANSWER(constexpr_)
  ANSWER(constinit_) ANSWER(continue_) ANSWER(decltype_) ANSWER(default_) ANSWER(delete_)
  ANSWER(do_) ANSWER(double_) ANSWER(dynamic_cast_) ANSWER(else_) ANSWER(enum_)
  ANSWER(explicit_) ANSWER(export_) ANSWER(extern_) ANSWER(false_) ANSWER(float_) ANSWER(for_)
  ANSWER(friend_) ANSWER(goto_) ANSWER(if_) ANSWER(inline_) ANSWER(int_) ANSWER(long_)
  ANSWER(mutable_) ANSWER(namespace_) ANSWER(new_) ANSWER(noexcept_) ANSWER(not_)
  ANSWER(not_eq_) ANSWER(nullptr_) ANSWER(operator_) ANSWER(or_) ANSWER(or_eq_) ANSWER(private_)
  ANSWER(protected_) ANSWER(public_) ANSWER(register_) ANSWER(reinterpret_cast_)
  ANSWER(requires_) ANSWER(return_) ANSWER(short_) ANSWER(signed_) ANSWER(sizeof_)
  ANSWER(static_) ANSWER(static_assert_) ANSWER(static_cast_) ANSWER(struct_) ANSWER(switch_)
  ANSWER(template_) ANSWER(this_) ANSWER(thread_local_) ANSWER(throw_) ANSWER(true_)
  ANSWER(try_) ANSWER(typedef_) ANSWER(typeid_) ANSWER(typename_) ANSWER(union_)
  ANSWER(unsigned_) ANSWER(using_) ANSWER(virtual_) ANSWER(void_) ANSWER(volatile_)
  ANSWER(while_) ANSWER(xor_) ANSWER(xor_eq_) ANSWER(assert_) ANSWER(errno_) ANSWER(offsetof_)
  ANSWER(setjmp_) ANSWER(unix_) ANSWER(linux_) ANSWER(argument) ANSWER(detail)
  ANSWER(refusal) ANSWER(what)
#undef ANSWER
};
// clang-format on

struct Words {
#define ANSWER(n)                                                \
  template <class... Arguments>                                  \
  rt::Result<naming::Words::M##n##Result> m##n(Arguments&&...) { \
    return naming::Words::M##n##Result{};                        \
  }
  EACH_OF_SIX(ANSWER)
#undef ANSWER
};

struct Handles {
#define ANSWER(n)                                                  \
  template <class... Arguments>                                    \
  rt::Result<naming::Handles::M##n##Result> m##n(Arguments&&...) { \
    return naming::Handles::M##n##Result{};                        \
  }
  EACH_OF_THREE(ANSWER)
#undef ANSWER
};

struct Later {
  rt::Slot reply_slot() { return {}; }
#define ANSWER(n)               \
  template <class... Arguments> \
  void m##n(const rt::Caller&, naming::Later::M##n##Completer, Arguments...) {}
  EACH_OF_SIX(ANSWER)
#undef ANSWER
};

struct OneWay {
#define ANSWER(n)               \
  template <class... Arguments> \
  void m##n(Arguments&&...) {}
  EACH_OF_SIX(ANSWER)
#undef ANSWER
};

struct Rest {
  void note(const rt::Caller&, std::uint32_t, std::uint32_t) {}
  rt::Result<void> ask(const rt::Caller&, std::uint32_t) { return {}; }
};

// --- The kernel's decoders -----------------------------------------------------------------------

// Every look-up succeeds and no call does anything.
struct FakeKernel {
  using Handle = FakeKernel&;
  struct Frame {
    std::array<std::uint64_t, 32> x{};
  };
  Frame& frame() { return registers; }
  struct Nothing {};
  template <abi::ObjectType type>
  struct Ref {};
  template <abi::ObjectType type>
  std::expected<Ref<type>, int> lookup(std::uint64_t, std::uint8_t, int) {
    return {};
  }
  template <class Call>
  std::expected<Nothing, int> on(const Call&) {
    ++performed;
    return {};
  }
  template <class... Why>
  void fail(Frame&, Why...) {
    ++failed;
  }
  void complete(Frame&) {}
  template <class Results>
  void complete(Frame& frame, const Results& results) {
    encode(frame, results);
  }
  void unknown(Frame&) { ++failed; }

  Frame registers;
  int performed = 0;
  int failed = 0;
};

void encode(FakeKernel::Frame&, const FakeKernel::Nothing&) {}

}  // namespace

template class naming::MethodsServer<Methods>;
template class naming::WordsServer<Words>;
template class naming::HandlesServer<Handles>;
template class naming::LaterServer<Later>;
template class naming::OneWayServer<OneWay>;
template class naming::SingleServer<Rest>;
template class naming::UnionServer<Rest>;

namespace {

TEST(Names, EveryCallIsDecoded) {
  FakeKernel kernel;
  int calls = 0;
  for (std::uint64_t number = 600; number <= 840; ++number) {
    kernel.registers.x[17] = number;
    decode::dispatch(kernel);
    ++calls;
  }
  EXPECT_EQ(kernel.performed, calls);
  EXPECT_EQ(kernel.failed, 0);
}

TEST(Names, EveryResultIsEncoded) {
  FakeKernel::Frame frame;
#define ENCODE(n) decode::encode(frame, decode::NullM##n##Result{});
  EACH_OF_SIX(ENCODE)
#undef ENCODE
  EXPECT_EQ(frame.x[10], 0U);
}

// What is escaped is so in the same way everywhere, and nothing else is renamed.
TEST(Names, FieldsAreCalledAsTheDocumentationSays) {
  EXPECT_EQ(naming::kNames.k_, 1U);
  EXPECT_EQ(naming::kNames.linux_, 2U);
  const naming::Names names{.slot = 4, .class_ = 3};
  EXPECT_EQ(names.class_ + names.slot, 7U);
}

TEST(Names, MessagesOfAServiceWithAKeywordsName) {
  std::array<std::uint64_t, abi::kMessageRegisters> words{};
  naming::union_::encode(words, {.word = 5});
  EXPECT_EQ(naming::union_::decode_ask_request(words)->word, 5U);
}

}  // namespace
}  // namespace tessera
