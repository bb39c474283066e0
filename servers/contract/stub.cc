// Generated stubs on the machine: what the tests on the host say of them, through the kernel and
// the IPC buffers of both threads. The server is another task.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "gen/testdata/bounded_client.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/shapes.h"
#include "servers/contract/world.h"

namespace tessera::contract {
namespace {

using bounding::BoundedClient;
using bounding::BoundedStatus;
using bounding::Colour;
using bounding::Grade;
using bounding::Option;
using kernel::Endpoint;

constexpr rt::Error refusal_of(BoundedStatus status) {
  return {.status = static_cast<std::int32_t>(status), .detail = 0};
}

// Enough for a task.
constexpr std::uint64_t kQuota = 256 * 1024;

// What a client of a behaviour's calls.
constinit Endpoint endpoint;

// In a task of its own, for its larger stack.
void ask_in_a_space(Work work) {
  endpoint = make<Endpoint>();
  start_shapes(endpoint);
  const Space caller = prepare_space(work);
  caller.give(0, endpoint.slot(), rt::rights(Endpoint::Right::kSend));
  caller.start_with_buffer();
  caller.join();
}

constexpr std::size_t kLongest = 952;
constinit std::array<char, kLongest> letters{};

std::string_view text_of(std::size_t size, char first) {
  for (std::size_t i = 0; i < size; ++i) letters[i] = static_cast<char>(first + i % 23);
  return {letters.data(), size};
}
std::span<const std::byte> bytes_of(std::size_t size, char first) {
  return std::as_bytes(std::span(text_of(size, first)));
}

void texts_and_data_come_back() {
  ask_in_a_space([](std::uint64_t) {
    const BoundedClient client(gift(0));
    for (const std::size_t size : {0, 1, 8, 15, 16}) {
      const auto text = text_of(size, 'a');
      EXPECT(OK(client.short_(text, 1)).view() == text);
    }
    for (const std::size_t size : {0, 39, 40, 199, 200}) {
      const auto text = text_of(size, 'b');
      const auto data = bytes_of(size, 'b');
      const auto back = OK(client.long_(text, data));
      EXPECT(back.name.view() == text);
      EXPECT(std::ranges::equal(back.data, data));
    }
    for (const std::size_t size : {0, 40, 48, 951, 952}) {
      const auto data = bytes_of(size, 'c');
      EXPECT(std::ranges::equal(OK(client.full(data)), data));
    }
    // What is longer than its bound is not sent.
    REFUSED(client.short_(text_of(17, 'a'), 1), bad_length(1));
  });
}

void lists_flags_and_flexible_enums_come_back() {
  ask_in_a_space([](std::uint64_t) {
    const BoundedClient client(gift(0));
    constexpr std::array kFlags = {true, false, true, true, false, false, true, false, true};
    constexpr std::array<std::int16_t, 3> kSmall = {-32768, 0, 32767};
    constexpr std::array<std::uint64_t, 5> kWide = {0, 1, ~std::uint64_t{0}, 5, 1UL << 63};
    constexpr std::array kGrades = {Grade::kHigh, Grade::kLow};
    constexpr std::array kOptions = {Option::kLoud | Option::kLong, Option{}, Option::kSlow};
    // A flexible enum's value that is none of its enumerants goes through.
    constexpr std::array kColours = {Colour::kGreen, Colour{999}, Colour{0xffff}};
    const auto back = OK(client.lists(kFlags, kSmall, kWide, kGrades, kOptions, kColours));
    EXPECT(std::ranges::equal(back.flags, kFlags) && std::ranges::equal(back.small, kSmall));
    EXPECT(std::ranges::equal(back.wide, kWide) && std::ranges::equal(back.grades, kGrades));
    EXPECT(std::ranges::equal(back.options, kOptions));
    EXPECT(std::ranges::equal(back.colours, kColours));
    const auto none = OK(client.lists({}, {}, {}, {}, {}, {}));
    EXPECT(none.flags.empty() && none.wide.empty() && none.colours.empty());
    // One of a strict enum, and a flag that is none, do not reach the method.
    constexpr std::array kNoGrade = {static_cast<Grade>(3)};
    REFUSED(client.lists({}, {}, {}, kNoGrade, {}, {}), refusal_of(BoundedStatus::kBadValue));
    constexpr std::array kNoOption = {static_cast<Option>(8)};
    REFUSED(client.lists({}, {}, {}, {}, kNoOption, {}), refusal_of(BoundedStatus::kBadValue));
  });
}

void structs_come_back() {
  ask_in_a_space([](std::uint64_t) {
    const BoundedClient client(gift(0));
    bounding::Everything all{.flag = true, .i8 = -7, .i64 = -1, .u64 = ~std::uint64_t{0}};
    all.grade = Grade::kMiddle;
    all.colour = Colour{77};
    all.options = Option::kSlow;
    all.at = {.x = -1, .y = 2};
    all.ranged = 9;
    all.to = {.x = 3, .y = -4};
    const auto back = OK(client.everything(all));
    EXPECT(back.flag && !back.other && back.i8 == -7 && back.i64 == -1 && back.u64 == all.u64);
    EXPECT(back.grade == all.grade && back.colour == all.colour && back.options == all.options);
    EXPECT(back.at.x == -1 && back.at.y == 2 && back.to.x == 3 && back.to.y == -4);
    EXPECT(back.ranged == 9 && back.preset == 300 && back.yes && back.signed_ == -5);
    all.ranged = 10;
    REFUSED(client.everything(all), refusal_of(BoundedStatus::kBadValue));

    std::array<bounding::Point, 20> points{};
    for (int i = 0; i < 20; ++i) points[static_cast<std::size_t>(i)] = {.x = i, .y = -i};
    const auto same = [](const auto& a, const auto& b) { return a.x == b.x && a.y == b.y; };
    EXPECT(std::ranges::equal(OK(client.points(points, 2)), points, same));
    const auto older = OK(client.older({.count = 5, .kind = Grade::kHigh}, 1));
    EXPECT(older.count == 5 && older.kind == Grade::kHigh);
    OK(client.nothing({}, {}));
    const auto many = OK(client.many(1, 2, 3, 4, 5, 6, 7));
    EXPECT(many.a == 1 && many.f == 6 && many.g == 7);
  });
}

// Two threads of one task, each with a buffer of its own, in the middle of their calls at once:
// while one waits the other puts a message together.
void two_threads_of_a_task_have_a_buffer_each() {
  constexpr int kRounds = 200;
  endpoint = make<Endpoint>();
  start_shapes(endpoint);
  const auto talk = [](std::uint64_t which) {
    const BoundedClient client(endpoint.slot());
    std::array<char, 100> text{};
    text.fill(static_cast<char>('a' + which));
    for (int round = 0; round < kRounds; ++round) {
      text[0] = static_cast<char>('A' + round % 26);
      const std::string_view sent(text.data(), 60 + static_cast<std::size_t>(round) % 40);
      const auto back = OK(client.later(sent));
      EXPECT(back.text.view() == sent && back.count == 1);
    }
  };
  const Worker first = prepare(talk, 0);
  const Worker second = prepare(talk, 1);
  start_with_buffer(first, kFree);
  start_with_buffer(second, kFree + kPage);
  first.join();
  second.join();
}

void an_answer_that_is_kept_comes_later() {
  endpoint = make<Endpoint>();
  start_shapes(endpoint);
  const Worker waits = prepare([](std::uint64_t) {
    const auto answer = OK(BoundedClient(endpoint.slot()).later("keep"));
    EXPECT(answer.text.view() == "now" && answer.count == 2);
  });
  start_with_buffer(waits, kFree);
  settle();
  EXPECT(!waits.is_done());
  const Worker asks = prepare(
      [](std::uint64_t) { EXPECT(OK(BoundedClient(endpoint.slot()).later("now")).count == 1); });
  start_with_buffer(asks, kFree + kPage);
  waits.join();
  asks.join();
}

void what_a_call_can_come_to_is_a_value() {
  static constinit std::atomic<bool> in_last_call = false;
  endpoint = make<Endpoint>();
  const auto quota = make<kernel::Untyped>(kQuota);
  const Space server = start_shapes_from(quota, endpoint);
  const BoundedClient client(endpoint.slot());
  EXPECT(OK(client.plain(40, 2)) == 42);
  // Without a buffer in this thread: a stub whose answer could need one sends nothing.
  REFUSED(client.later("drop"), bad_length(0));
  const Worker caller = prepare([](std::uint64_t) {
    const BoundedClient own(endpoint.slot());
    OK(own.note("12345"));
    EXPECT(OK(own.plain(0, 0)) == 5);
    REFUSED(own.short_("x", 13), refusal_of(BoundedStatus::kRefused));
    REFUSED(own.later("drop"), kPeerDied);
    REFUSED(own.later_until(in_milliseconds(2), "keep"), kTimedOut);
    in_last_call.store(true);
    REFUSED(own.later("keep"), kPeerDied);
  });
  start_with_buffer(caller, kFree);
  while (!in_last_call.load()) settle();
  settle();
  // As init does with a task that has ended: what it owed goes with it.
  OK(server.task().kill());
  revoke(quota.slot());
  caller.join();
  REFUSED(client.plain_until(in_milliseconds(2), 1, 2), kTimedOut);
  const Endpoint mute = without(endpoint, Endpoint::Right::kSend);
  REFUSED(BoundedClient(mute.slot()).plain(1, 2), lacks_right(0));
  REFUSED(BoundedClient(take_slot()).plain(1, 2), no_capability(0));
  REFUSED(BoundedClient(rt::start::cnode().slot()).plain(1, 2), another_type(0));
}

}  // namespace

std::span<const Behaviour> stub_behaviours() {
  static constexpr Behaviour kAll[] = {
      {"stub.texts_and_data_come_back", texts_and_data_come_back},
      {"stub.lists_flags_and_flexible_enums_come_back", lists_flags_and_flexible_enums_come_back},
      {"stub.structs_come_back", structs_come_back},
      {"stub.two_threads_of_a_task_have_a_buffer_each", two_threads_of_a_task_have_a_buffer_each},
      {"stub.an_answer_that_is_kept_comes_later", an_answer_that_is_kept_comes_later},
      {"stub.what_a_call_can_come_to_is_a_value", what_a_call_can_come_to_is_a_value},
  };
  return kAll;
}

}  // namespace tessera::contract
