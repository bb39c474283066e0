// Fuzzes the reader of CodeGeneratorRequests and the checks of what it has read, which see
// declarations in every state of disrepair. No file is opened: there are no sources.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "gen/check.h"
#include "gen/diagnostics.h"
#include "gen/emit.h"
#include "gen/reader.h"
#include "gen/sources.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto request = kidl::read_request(bytes);
  if (!request.ok()) {
    if (request.status().message().empty()) std::abort();
    return 0;
  }
  const kidl::Sources sources;
  kidl::Diagnostics diagnostics;
  const auto system = kidl::check(*request, sources, diagnostics);
  if (!diagnostics.empty()) return 0;
  kidl::Output output;
  kidl::emit_cxx(*system, output);
  kidl::emit_docs(*system, output);
  return 0;
}
