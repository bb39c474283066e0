// Turns a request into the checked intermediate form, or into diagnostics: every rule of the
// language is here. check.cc walks the files; check_types.cc, check_interface.cc and
// check_method.cc have the rules.
#ifndef GEN_CHECK_H_
#define GEN_CHECK_H_

#include <memory>

#include "gen/diagnostics.h"
#include "gen/model.h"
#include "gen/reader.h"
#include "gen/sources.h"

namespace kidl {

// What comes back is whole only when `diagnostics` stayed empty.
std::unique_ptr<System> check(const Request& request, const Sources& sources,
                              Diagnostics& diagnostics);

}  // namespace kidl

#endif  // GEN_CHECK_H_
