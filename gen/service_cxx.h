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
// parameters. Of a list that is not plain the words are those of `words`, which put_together has
// declared.
std::vector<Argument> message_arguments(const Method& call, const std::vector<Parameter>& list,
                                        const Layout& layout, const std::string& prefix);
// The words of a direction that is not plain, as an abi::Sink `words`; nothing for a plain one.
// `name`: "SetRequest". `before`: what stands before each value ("result->"), or the only one.
// `refuse`: the statement when there is no buffer for them.
std::string put_together(const Method& method, const std::string& name,
                         const std::vector<Parameter>& list, const Layout& layout,
                         const std::string& before, const std::string& refuse, int indent);
// Takes such a message apart, as `what`. `registers` has it ("message"), `shape` is its tag or
// shape; `refuse` is the statement when an abi::Refusal `result` says no.
std::string take_apart(const Method& method, const std::string& name, const std::string& what,
                       const std::string& registers, const std::string& shape,
                       const std::string& refuse, int indent);
// emit_codec.cc: a bounded parameter of a system call. `registers` stands before a register's name
// ("in.", "out."), or is a format with its number. Its content out of registers, as C++ of an
// abi::Detail; as a value; and the arguments that put it there.
std::string unpack(const Parameter& each, const std::string& target, bool by_number);
std::string unpacked(const Parameter& each);
std::vector<Argument> packed(const Parameter& each, const std::string& name);

// The tag or shape of what is sent: with its words where these vary, and without the optional
// capability that is absent. `prefix` stands before its name.
std::string sent_shape(const std::string& constant, const std::vector<Parameter>& list,
                       const Layout& layout, const std::string& prefix);
// The slot of a handle or a client of that name.
std::string slot_of(const Parameter& capability, const std::string& name);
// The optional capability of a list; null: it has none.
const Parameter* optional_of(const std::vector<Parameter>& list);
// A tag or shape without it: also a constant.
std::string without_optional(const std::string& constant);
// Refuses what is at its window slot and not what is declared; `refuse` has the reason in `kept`.
// Of an optional one `has_all` says whether it has come.
std::string check_capability(const System& system, const Parameter& capability, int argument,
                             const std::string& refuse);
Argument argument(const Method& call, absl::string_view parameter, const std::string& value);

// The answer of a success: `one` is the only result, `prefix` stands before several ("result->").
std::vector<Argument> success_arguments(const Method& call, const Method& method,
                                        bool with_capabilities, const std::string& one,
                                        const std::string& prefix);

// An implementation's method: what it is given of a parameter, and returns; the type of its answer;
// the class of its completer.
std::string given_type(const Parameter& parameter);
std::string answer_type(const Method& method);
std::string implemented_type(const Method& method);
std::string completer_name(const Method& method);

// emit_fake.cc: a stand-in's server side, as gen::Loopback::server takes it; and behind its class
// the one with the methods, where its members' names are in no parameter's way. `self` is its
// member, with the stand-in; `more`: what it has beside the methods.
std::string dispatch_declaration();
std::string implementation(const Interface& service, const std::string& name,
                           const std::string& self, const std::string& methods,
                           const std::string& more);

// emit_completer.cc: the class that a deferred method's completer is.
std::string completer(const Interface& reply, const Method& method);

// emit_codec.cc: how a struct lies in a message, after its definition; the value of a field's
// default; a direction of a method that is not plain, as a struct and two functions.
std::string struct_codec(const Struct& structure);
std::string preset_value(const Field& field);
std::string message_codec(const std::string& name, const std::vector<Parameter>& list);

// emit_reject.cc: the namespace with what a service's messages may be.
std::string rules_namespace(const Interface& service);

// "[[deprecated(...)]]" on a line of its own; nothing for what is not.
std::string deprecation(const Method& method);

bool has_capability(const std::vector<Parameter>& list);

// The header with a type, if it is declared in some file.
void add_type_header(const Type& type, std::vector<std::string>& includes);

// The headers, with that ending, of the services that those of `file` extend.
void add_supers(const File& file, absl::string_view ending, std::vector<std::string>& includes);

// What a client or server header of `file` includes.
std::vector<std::string> service_includes(const File& file);

}  // namespace kidl

#endif  // GEN_SERVICE_CXX_H_
