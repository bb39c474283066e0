// What the client and the server emitter share: how messages lie in registers, and how answers are
// read and checked.
#ifndef GEN_SERVICE_CXX_H_
#define GEN_SERVICE_CXX_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gen/emit.h"
#include "gen/model.h"

namespace kidl {

// The name of word `index` (w0...) or capability `index` (c0...) of Endpoint's calls.
std::string word_name(int index);
std::string capability_name(int index);

// A parameter's word: `name`, encoded when its type is not 64 bits.
std::string encoded(const Type& type, const std::string& name);
// A word as a value of the type.
std::string decoded(const Type& type, const std::string& word);
// A C++ condition that is true when the word is no such parameter; empty when every word is one.
std::string refusal(const Parameter& parameter, const std::string& word);
// "if (refusal) { statement }" on lines of their own; nothing when there is nothing to refuse.
std::string refuse_unless(const std::string& refusal, const std::string& statement, int indent);
// The detail that such a refusal gets: abi::Detail::kBadEnum or kBadRange.
std::string refusal_detail(const Parameter& parameter);

// Puts each scalar of `list` into its word and each capability into its place of `call`'s
// parameters.
std::vector<Argument> message_arguments(const Method& call, const std::vector<Parameter>& list,
                                        const std::string& prefix);
Argument argument(const Method& call, absl::string_view parameter, const std::string& value);

// The answer of a success: `one` is the only result, `prefix` stands before several ("result->").
std::vector<Argument> success_arguments(const Method& call, const Method& method,
                                        bool with_capabilities, const std::string& one,
                                        const std::string& prefix);

// emit_completer.cc: the class that a deferred method's completer is.
std::string completer(const Interface& reply, const Method& method);

bool has_capability(const std::vector<Parameter>& list);

// What a client or server header of `file` includes.
std::vector<std::string> service_includes(const File& file);

}  // namespace kidl

#endif  // GEN_SERVICE_CXX_H_
