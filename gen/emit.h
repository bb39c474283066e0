// The emitters: each reads the checked system and adds files to the output. One file each.
#ifndef GEN_EMIT_H_
#define GEN_EMIT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gen/cxx.h"
#include "gen/model.h"

namespace kidl {

void emit_wire(const System& system,
               Output& output);  // idl/wire.h, idl/system_call.h, idl/kernel_rights.h
void emit_constants(const System& system,
                    Output& output);                  // X.h or X_types.h: enums, structs, constants
void emit_asm(const System& system, Output& output);  // idl/abi_asm.h
void emit_syscalls(const System& system, Output& output);    // idl/kernel/X.h: the users' stubs
void emit_client(const System& system, Output& output);      // idl/service/X_client.h
void emit_server(const System& system, Output& output);      // idl/service/X_server.h
void emit_message(const System& system, Output& output);     // idl/service/X_message.h
void emit_fake(const System& system, Output& output);        // idl/service/X_fake.h, for tests
void emit_reject(const System& system, Output& output);      // X_rules.h, X_reject_test.cc
void emit_relay(const System& system, Output& output);       // X_relay.h, X_round_trip_test.cc
void emit_fuzz(const System& system, Output& output);        // X_fuzz.cc, X_fuzz.dict
void emit_decode(const System& system, Output& output);      // idl/kernel_decode.h
void emit_call_table(const System& system, Output& output);  // idl/kernel_calls.h
void emit_docs(const System& system, Output& output);        // docs/X.md
void emit_cxx(const System& system, Output& output);         // all of the above but the docs

// emit_const_data.cc: a constant of any type as constexpr C++.
std::string constant_definition(const Constant& constant);

// A system call made in a generated stub: sets the registers of those parameters that `arguments`
// names, no other. The lines, indented by `indent`, declare `in` and `out`.
struct Argument {
  int place;          // the register's number
  std::string value;  // a C++ expression of a 64-bit word
};
std::string make_call(const Method& call, const std::string& invoked,
                      const std::vector<Argument>& arguments, int indent);

// The register that `call` has the named parameter or result in.
int place_of(const std::vector<Parameter>& list, absl::string_view name);

}  // namespace kidl

#endif  // GEN_EMIT_H_
