#include "kernel/testing/call_table.h"

#include "idl/kernel_rights.h"
#include "kernel/testing/calls.h"

namespace tessera::testing {
namespace {

using abi::ObjectType;
using abi::SystemCall;

constexpr std::uint64_t kTag = tag(0);
constexpr std::uint64_t kGreatestTag = 0x7fff'ffff;

template <class Right>
constexpr std::uint8_t bit(Right right) {
  return std::to_underlying(right);
}

std::vector<Parameter> message(bool with) {
  std::vector<Parameter> parameters{{kA6, 7, Kind::kRange, kTag, kGreatestTag}};
  if (with) {
    parameters.push_back({kT2, 9, Kind::kU32, 0});
    parameters.push_back({kT3, 10, Kind::kU32, 0});
    parameters.push_back({kT4, 11, Kind::kU32, 0});
  }
  return parameters;
}
std::vector<Parameter> an_answer(bool with) {
  std::vector<Parameter> parameters{{kA6, 7, Kind::kI32, 0}, {kT1, 8, Kind::kU32, 0}};
  if (with) {
    parameters.push_back({kT2, 9, Kind::kU32, 0});
    parameters.push_back({kT3, 10, Kind::kU32, 0});
    parameters.push_back({kT4, 11, Kind::kU32, 0});
  }
  return parameters;
}
Parameter capability(unsigned place, unsigned argument, ObjectType type, std::uint8_t rights) {
  return {.place = place,
          .argument = argument,
          .kind = Kind::kCapability,
          .type = type,
          .rights = rights};
}

std::vector<Call> ipc_calls() {
  constexpr auto kSend = bit(abi::EndpointRight::kSend);
  constexpr auto kReceive = bit(abi::EndpointRight::kReceive);
  constexpr auto kUse = bit(abi::ReplyRight::kUse);
  constexpr auto kWait = bit(abi::NotificationRight::kWait);
  return {{SystemCall::kEndpointCall, ObjectType::kEndpoint, kSend, message(false)},
          {SystemCall::kEndpointCallWith, ObjectType::kEndpoint, kSend, message(true)},
          {SystemCall::kEndpointSend, ObjectType::kEndpoint, kSend, message(true)},
          {SystemCall::kEndpointCancelSends, ObjectType::kEndpoint, kReceive, {}},
          {SystemCall::kEndpointReceive, ObjectType::kEndpoint, kReceive, {}},
          {SystemCall::kEndpointReplyReceive, ObjectType::kEndpoint, kReceive, an_answer(false)},
          {SystemCall::kEndpointReplyReceiveWith, ObjectType::kEndpoint, kReceive, an_answer(true)},
          {SystemCall::kReplyKeep, ObjectType::kReply, kUse, {}},
          {SystemCall::kReplySend, ObjectType::kReply, kUse, an_answer(true)},
          {SystemCall::kNotificationSignal,
           ObjectType::kNotification,
           bit(abi::NotificationRight::kSignal),
           {}},
          {SystemCall::kNotificationWait, ObjectType::kNotification, kWait, {}},
          {SystemCall::kNotificationPoll, ObjectType::kNotification, kWait, {}},
          {SystemCall::kSelfYield, ObjectType::kNull, 0, {}},
          {SystemCall::kSelfExit, ObjectType::kNull, 0, {{kA0, 1, Kind::kI32, 0}}},
          {SystemCall::kSelfNow, ObjectType::kNull, 0, {}},
          {SystemCall::kSelfWindow, ObjectType::kNull, 0, {{kA0, 1, Kind::kU32, 0}}}};
}

std::vector<Call> memory_calls() {
  constexpr auto kRead = bit(abi::CNodeRight::kRead);
  constexpr auto kWrite = bit(abi::CNodeRight::kWrite);
  constexpr auto kRetype = bit(abi::UntypedRight::kRetype);
  constexpr auto kMap = bit(abi::VmoRight::kMap);
  constexpr auto kShare = bit(abi::VmoRight::kShare);
  auto ends = [&](std::uint8_t from) {
    return std::vector<Parameter>{{kA0, 1, Kind::kU32, kEmptySlot},
                                  capability(kA1, 2, ObjectType::kCnode, from),
                                  {kA2, 3, Kind::kU32, kEndpointSlot}};
  };
  auto mint = ends(kRead);
  mint.push_back({kA3, 4, Kind::kU8, 0});
  std::vector<Parameter> index{{kA0, 1, Kind::kU32, kEmptySlot}};
  return {{SystemCall::kUntypedRetype,
           ObjectType::kUntyped,
           kRetype,
           {{kA0, 1, Kind::kEnum, 5, std::to_underlying(ObjectType::kBootInfo)},
            capability(kA2, 3, ObjectType::kCnode, kWrite),
            {kA3, 4, Kind::kU32, kEmptySlot},
            {kA4, 5, Kind::kRange, 1, 16}}},
          {SystemCall::kUntypedInfo, ObjectType::kUntyped, kRetype, {}},
          {SystemCall::kCNodeCopy, ObjectType::kCnode, kWrite, ends(kRead)},
          {SystemCall::kCNodeMint, ObjectType::kCnode, kWrite, mint},
          {SystemCall::kCNodeMove, ObjectType::kCnode, kWrite, ends(kWrite)},
          {SystemCall::kCNodeDelete, ObjectType::kCnode, kWrite, index},
          {SystemCall::kCNodeRevoke, ObjectType::kCnode, kWrite, index},
          {SystemCall::kCNodeMutate,
           ObjectType::kCnode,
           kWrite,
           {{kA0, 1, Kind::kU32, kEmptySlot}, {kA1, 2, Kind::kU8, 0}}},
          {SystemCall::kCNodeQuery, ObjectType::kCnode, kRead, index},
          {SystemCall::kVmoMap,
           ObjectType::kVmo,
           kMap,
           {capability(kA0, 1, ObjectType::kTask, bit(abi::TaskRight::kMap)),
            {kA2, 3, Kind::kEnum, 1, 7}}},
          {SystemCall::kVmoUnmap, ObjectType::kVmo, kMap, {}},
          {SystemCall::kVmoInfo, ObjectType::kVmo, 0, {}},
          {SystemCall::kVmoSlice,
           ObjectType::kVmo,
           kShare,
           {capability(kA2, 3, ObjectType::kCnode, kWrite),
            {kA3, 4, Kind::kU32, kEmptySlot},
            {kA4, 5, Kind::kU8, 0}}},
          {SystemCall::kVmoSeal,
           ObjectType::kVmo,
           std::uint8_t{bit(abi::VmoRight::kWrite) | kShare},
           {}}};
}

std::vector<Call> task_calls() {
  constexpr auto kManage = bit(abi::TaskRight::kManage);
  constexpr auto kThread = bit(abi::ThreadRight::kManage);
  constexpr auto kSignal = bit(abi::NotificationRight::kSignal);
  constexpr auto kSet = bit(abi::AlarmRight::kSet);
  constexpr auto kRead = bit(abi::BootInfoRight::kRead);
  constexpr auto kBoth = std::uint8_t{bit(abi::CNodeRight::kRead) | bit(abi::CNodeRight::kWrite)};
  constexpr auto kTask = ObjectType::kTask;
  constexpr auto kNotification = ObjectType::kNotification;
  return {
      {SystemCall::kTaskConfigure,
       kTask,
       kManage,
       {capability(kA0, 1, ObjectType::kCnode, kBoth),
        capability(kA1, 2, ObjectType::kUntyped, bit(abi::UntypedRight::kRetype)),
        {kA2, 3, Kind::kRange, 3, 4096}}},
      {SystemCall::kTaskIdentify,
       kTask,
       kManage,
       {capability(kA0, 1, ObjectType::kIdentityControl, bit(abi::IdentityControlRight::kUse))}},
      {SystemCall::kTaskSupervise, kTask, kManage, {capability(kA0, 1, kNotification, kSignal)}},
      {SystemCall::kTaskKill, kTask, kManage, {}},
      {SystemCall::kTaskInfo, kTask, bit(abi::TaskRight::kInspect), {}},
      {SystemCall::kThreadConfigure,
       ObjectType::kThread,
       kThread,
       {capability(kA0, 1, kTask, kManage)}},
      {SystemCall::kThreadBind,
       ObjectType::kThread,
       kThread,
       {capability(kA0, 1, kNotification, bit(abi::NotificationRight::kWait))}},
      {SystemCall::kThreadHandler,
       ObjectType::kThread,
       kThread,
       {capability(kA0, 1, ObjectType::kEndpoint, bit(abi::EndpointRight::kSend))}},
      {SystemCall::kThreadStart, ObjectType::kThread, kThread, {}},
      {SystemCall::kThreadBuffer,
       ObjectType::kThread,
       kThread,
       {capability(kA0, 1, ObjectType::kVmo,
                   std::uint8_t{bit(abi::VmoRight::kRead) | bit(abi::VmoRight::kWrite)}),
        {kA1, 2, Kind::kU32, 0}}},
      {SystemCall::kThreadSuspend, ObjectType::kThread, kThread, {}},
      {SystemCall::kThreadResume, ObjectType::kThread, kThread, {}},
      {SystemCall::kThreadRead, ObjectType::kThread, kThread, {{kA0, 1, Kind::kRange, 0, 5}}},
      {SystemCall::kThreadWrite, ObjectType::kThread, kThread, {{kT1, 1, Kind::kRange, 0, 5}}},
      {SystemCall::kAlarmBind,
       ObjectType::kAlarm,
       kSet,
       {capability(kA0, 1, kNotification, kSignal)}},
      {SystemCall::kAlarmSet, ObjectType::kAlarm, kSet, {}},
      {SystemCall::kAlarmClear, ObjectType::kAlarm, kSet, {}},
      {SystemCall::kBootInfoRegion, ObjectType::kBootInfo, kRead, {{kA0, 1, Kind::kU32, 0}}},
      {SystemCall::kBootInfoBundle, ObjectType::kBootInfo, kRead, {}},
      {SystemCall::kBootInfoUart, ObjectType::kBootInfo, kRead, {}},
      {SystemCall::kBootInfoPrint,
       ObjectType::kBootInfo,
       bit(abi::BootInfoRight::kPrint),
       {{kA5, 6, Kind::kRange, 1, 40}}},
      {SystemCall::kBootInfoStop, ObjectType::kBootInfo, bit(abi::BootInfoRight::kStop), {}}};
}

}  // namespace

const std::vector<Call>& all_calls() {
  static const std::vector<Call> all = [] {
    std::vector<Call> calls = ipc_calls();
    for (Call& call : memory_calls()) calls.push_back(std::move(call));
    for (Call& call : task_calls()) calls.push_back(std::move(call));
    return calls;
  }();
  return all;
}

}  // namespace tessera::testing
