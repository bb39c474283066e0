// A method's section of a reference page: what it says, and which register holds what. Part of
// emit_docs.cc.
#ifndef GEN_METHOD_PAGE_H_
#define GEN_METHOD_PAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gen/model.h"

namespace kidl {

std::string method_page(const System& system, const Method& method);

// One cell of a table: no line breaks, no bars.
std::string cell(absl::string_view text);
// "Since 0.2. ", before what is said of a declaration.
std::string since_text(absl::string_view version);
// As an .idl writes it.
std::string idl_type(const Type& type);

}  // namespace kidl

#endif  // GEN_METHOD_PAGE_H_
