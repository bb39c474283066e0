#include "servers/contract/expect.h"

#include "servers/contract/report.h"
#include "servers/runtime/error_text.h"
#include "servers/runtime/exit.h"
#include "servers/runtime/text.h"

namespace tessera::contract {
namespace {

std::string_view last_part(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

void fail(std::string_view what, rt::Error error, std::source_location where) {
  Report& page = report();
  if (page.claim()) {
    rt::write(page, last_part(where.file_name()), ':', where.line(), ": ", what);
    if (error.status != 0) {
      rt::write(page, ": ");
      rt::write_error(page, error);
    }
  }
  rt::exit(kFailed);
}

}  // namespace tessera::contract
