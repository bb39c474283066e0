// A server whose method returns another type than its .idl says.
#include <cstdint>

#include "gen/testdata/probe_server.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

struct Plain {
#ifdef NC_OFF
  using Answer = std::int64_t;
#else
  using Answer = std::uint32_t;
#endif
  rt::Result<Answer> ask(const rt::Caller&, probing::Level) { return Answer{0}; }
};

[[noreturn]] void serve(Plain& plain);
void serve(Plain& plain) { probing::serve_plain(plain, rt::Slot{6}); }

}  // namespace tessera::gen
