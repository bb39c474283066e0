// The parts of a service's server in C++. Shared by emit_server.cc and what it is made of.
#ifndef GEN_SERVER_CXX_H_
#define GEN_SERVER_CXX_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "gen/model.h"

namespace kidl {

// Static assertions of what the implementation must have: server_checks.cc.
std::string implementation_checks(const Interface& service);

// The function on_X of a method: server_handlers.cc. It checks every register before the method
// sees a value, and answers.
std::string method_handler(const System& system, const Interface& service, const Method& method);
// Its first line; and that of another with the same parameters.
std::string handler_head(const std::string& name, const std::string& endpoint);
// Whether the method's own handler calls replyReceive.
bool answers_itself(const Method& method);

// "message.t2" of "tag", by what receive results in.
std::string message_register(const System& system, absl::string_view result);
// A status of the interface's; 0: the transport's einval.
std::string status_of(std::uint8_t answer);

}  // namespace kidl

#endif  // GEN_SERVER_CXX_H_
