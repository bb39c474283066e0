#include "servers/contract/messages.h"

#include "idl/kernel/reply.h"
#include "servers/runtime/try.h"

namespace tessera::contract {

rt::Result<void> answer(const Words& words, std::uint32_t answer_shape, std::int32_t status) {
  // One is enough: it is empty again when it has answered.
  static constinit kernel::Reply reply;
  if (reply.slot().index == 0) reply = make<kernel::Reply>();
  RT_TRY(reply.keep());
  return reply.send(words[0], words[1], words[2], words[3], words[4], words[5], status,
                    answer_shape, 0, 0, 0);
}

}  // namespace tessera::contract
