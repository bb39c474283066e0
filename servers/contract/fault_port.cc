#include "servers/contract/fault_port.h"

#include <array>

#include "servers/contract/messages.h"

namespace tessera::contract {
namespace {

constexpr unsigned kPerGroup = 6;

}  // namespace

Worker prepare_handled(kernel::Endpoint to, Work work, std::uint64_t argument, Where where) {
  const Worker worker = prepare(work, argument, where);
  const auto port = mint(to, rt::rights(kernel::Endpoint::Right::kSend), kFaultBadge, where);
  must(worker.thread().handler(port), "handle its faults", where);
  return worker;
}

Told receive_fault(kernel::Endpoint from, Where where) {
  const auto message = must(from.receive(in_milliseconds(2000)), "receive a fault", where);
  expect(message.tag == service::FaultHandler::kFaultTag, "no fault came", where);
  expect((message.info & abi::kInfoAnswerDue) != 0, "the fault wants no answer", where);
  expect(message.w3 == 0 && message.w4 == 0 && message.w5 == 0, "words beyond the fault's", where);
  return {.cause = abi::value<abi::FaultCause>(message.w0),
          .address = message.w1,
          .pc = message.w2,
          .badge = message.badge};
}

void answer_fault(service::FaultAction action, std::int32_t status, Where where) {
  must(answer({abi::word(action)}, shape(1), status), "answer a fault", where);
}

std::uint64_t get_register(kernel::Thread thread, unsigned x, Where where) {
  const auto group =
      must(thread.read(static_cast<std::uint8_t>(x / kPerGroup)), "read registers", where);
  const std::array values = {group.r0, group.r1, group.r2, group.r3, group.r4, group.r5};
  return values[x % kPerGroup];
}

void set_register(kernel::Thread thread, unsigned x, std::uint64_t value, Where where) {
  const auto number = static_cast<std::uint8_t>(x / kPerGroup);
  const auto group = must(thread.read(number), "read registers", where);
  std::array values = {group.r0, group.r1, group.r2, group.r3, group.r4, group.r5};
  values[x % kPerGroup] = value;
  must(thread.write(number, values[0], values[1], values[2], values[3], values[4], values[5]),
       "write registers", where);
}

}  // namespace tessera::contract
