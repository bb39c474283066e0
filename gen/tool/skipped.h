// What was released and is left out of an .idl, as the lock beside the file knows it.
#ifndef GEN_TOOL_SKIPPED_H_
#define GEN_TOOL_SKIPPED_H_

#include <string>

#include "gen/diagnostics.h"
#include "gen/sources.h"

namespace kidl::tool {

// The same diagnostics; but where capnp says that an ordinal was skipped, and the lock below `root`
// tells of a method, an enumerant or a field that had it, they say the lock's rule instead.
Diagnostics name_skipped(const std::string& root, const Diagnostics& diagnostics,
                         const Sources& sources);

}  // namespace kidl::tool

#endif  // GEN_TOOL_SKIPPED_H_
