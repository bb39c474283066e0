// Every generated header of the users' side, together. Compiling it is the test, on both sides.
#include "bootimage/manifest.h"
#include "gen/testdata/bounded_client.h"
#include "gen/testdata/bounded_message.h"
#include "gen/testdata/bounded_server.h"
#include "gen/testdata/probe_client.h"
#include "gen/testdata/probe_message.h"
#include "gen/testdata/probe_server.h"
#include "idl/abi.h"
#include "idl/abi_asm.h"
#include "idl/kernel/alarm.h"
#include "idl/kernel/boot_info.h"
#include "idl/kernel/cnode.h"
#include "idl/kernel/endpoint.h"
#include "idl/kernel/identity_control.h"
#include "idl/kernel/notification.h"
#include "idl/kernel/qos_control.h"
#include "idl/kernel/reply.h"
#include "idl/kernel/self.h"
#include "idl/kernel/task.h"
#include "idl/kernel/thread.h"
#include "idl/kernel/untyped.h"
#include "idl/kernel/vmo.h"
#include "idl/kernel_calls.h"
#include "idl/kernel_decode.h"
#include "idl/service/console_client.h"
#include "idl/service/console_server.h"
#include "idl/service/echo_client.h"
#include "idl/service/echo_server.h"
#include "idl/service/fault_handler_client.h"
#include "idl/service/fault_handler_message.h"
#include "idl/service/fault_handler_server.h"
#include "idl/service/timed_client.h"
#include "idl/service/timed_server.h"

namespace tessera {

// The assembly's numbers and C++'s are the same.
static_assert(ABI_PAGE_SIZE == abi::kPageSize);
static_assert(ABI_EINVAL == abi::kEinval);
static_assert(ABI_NO_DEADLINE == abi::kNoDeadline);
static_assert(ABI_OBJECT_TYPE_BOOT_INFO == static_cast<int>(abi::ObjectType::kBootInfo));
static_assert(ABI_NUMBER_ENDPOINT_REPLY_RECEIVE_WITH ==
              abi::word(abi::SystemCall::kEndpointReplyReceiveWith));

// A tag is laid out as abi.idl's constants say.
static_assert(service::Timed::kRegisterTag >> abi::kTagInterfaceShift ==
              service::Timed::kInterface);
static_assert((service::Timed::kRegisterTag & abi::kTagWordsMask) == 2);
static_assert((service::Timed::kRegisterTag >> abi::kTagCapabilitiesShift & 3) == 1);
static_assert((service::Timed::kCancelTag >> abi::kTagMethodShift & 0xff) == 1);

// Whole registers.
static_assert(abi::word(std::uint32_t{0x80000000}) == 0xffffffff80000000);
static_assert(abi::word(std::int32_t{-1}) == ~std::uint64_t{0});
static_assert(abi::word(std::uint16_t{0x8000}) == 0x8000);
static_assert(abi::word(std::int8_t{-1}) == ~std::uint64_t{0});
static_assert(abi::word(true) == 1);
static_assert(abi::fits<bool>(1) && !abi::fits<bool>(2));
static_assert(abi::fits<std::uint32_t>(~std::uint64_t{0}) && !abi::fits<std::uint32_t>(0xffffffff));

// The manifest, as its .idl has it.
static_assert(manifest::kStock.images.size() >= 3);
static_assert(manifest::kStock.images[0].name == "console" && manifest::kStock.images[0].service);
static_assert(manifest::kStock.images[1].uses.size() == 1 &&
              manifest::kStock.images[1].uses[0] == "console");

}  // namespace tessera
