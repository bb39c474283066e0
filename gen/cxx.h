// How declarations are spelled in C++: names, types, comments. What every C++ emitter uses.
#ifndef GEN_CXX_H_
#define GEN_CXX_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gen/model.h"

namespace kidl {

// Generated files by path from the output's root.
using Output = std::map<std::string, std::string>;

// sleepUntil becomes SleepUntil; sleep_until (quotaKiB: quota_kib); kSleepUntil; SLEEP_UNTIL.
std::string upper_first(absl::string_view name);
std::string snake(absl::string_view name);
std::string constant_name(absl::string_view name);
std::string macro_name(absl::string_view name);

// Of a parameter or field: snake case, with '_' after what C++ or the generated functions reserve.
std::string cxx_name(absl::string_view name);
// Of a method, with '_' after a keyword; and of its variant with a deadline.
std::string function_name(absl::string_view method);
std::string until_name(absl::string_view method);
// Of the namespace with a service's messages.
std::string namespace_name(absl::string_view service);

// idl/kernel/vmo.idl without its ending.
std::string stem(absl::string_view path);

// With their namespaces: abi::ObjectType, kernel::Untyped, abi::ObjectType::kUntyped.
std::string qualified(const Enum& enumeration);
std::string qualified(const Interface& interface);
// Of a service: an endpoint.
std::string object_type(const System& system, const Interface& interface);
// A capability is its handle, or the service's client. Of what has a length: a view of it.
std::string cxx_type(const Type& type);
// As a parameter is passed, and as a value is held: the same but for what is more than a word.
std::string view_type(const Parameter& parameter);
std::string owned_type(const Parameter& parameter);
// The function that knows an enum's values: abi::valid_object_type.
std::string validator(const Enum& enumeration);

// The header with an enum, struct or constant of `file`; with the handle of an object of it.
std::string types_header(const File& file);
std::string stubs_header(const File& file);
// With the class that a capability to it is: an object's handle, a service's client.
std::string handle_header(const Interface& interface);

// "std::uint64_t deadline" for each.
std::vector<std::string> declarations(const std::vector<Parameter>& parameters);

// "// " lines of at most 100 columns; empty when there is nothing to say.
std::string comment(absl::string_view doc, int indent);

// `items` separated by ", " between `before` and `after`, broken to 100 columns.
std::string wrapped(absl::string_view before, const std::vector<std::string>& items,
                    absl::string_view after, int indent);

// A header around `body`. `includes` as they stand between the quotes or brackets: "<cstdint>",
// "idl/abi.h".
std::string header(absl::string_view path, const File& from, absl::string_view about,
                   const std::vector<std::string>& includes, absl::string_view body);
std::string header(absl::string_view path, absl::string_view from, absl::string_view about,
                   const std::vector<std::string>& includes, absl::string_view body);

// The same without a guard: nobody includes it.
std::string source_file(const File& from, absl::string_view about,
                        const std::vector<std::string>& includes, absl::string_view body);

// Around code that makes system calls: clang-tidy is told why their registers are not all set.
std::string making_calls(absl::string_view code);

std::string in_namespace(absl::string_view name, absl::string_view body);

}  // namespace kidl

#endif  // GEN_CXX_H_
