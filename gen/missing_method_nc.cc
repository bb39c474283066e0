// A server without one of its methods: the compiler names the method and where it is declared.
#include <cstdint>

#include "gen/testdata/probe_server.h"
#include "servers/runtime/ipc.h"

namespace tessera::gen {

struct Plain {
#ifdef NC_OFF
  rt::Result<std::int64_t> ask(const rt::Caller&, probing::Level) { return 0; }
#endif
};

[[noreturn]] void serve(Plain& plain);
void serve(Plain& plain) { probing::serve_plain(plain, rt::Slot{6}); }

}  // namespace tessera::gen
