// What is wrong with a file's tokens. capnp says "Parse error" in the statement after; this pass
// says what is missing, and where.
#ifndef GEN_TOKEN_PASS_H_
#define GEN_TOKEN_PASS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gen/diagnostics.h"

namespace kidl {

// Takes any bytes. It guesses by lines: what it reports counts only in a file that capnp refuses,
// or that is to be formatted.
void token_pass(const std::string& path, absl::string_view source, Diagnostics& diagnostics);

}  // namespace kidl

#endif  // GEN_TOKEN_PASS_H_
