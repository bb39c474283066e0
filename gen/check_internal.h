// What the files of the checker share. Not for others.
#ifndef GEN_CHECK_INTERNAL_H_
#define GEN_CHECK_INTERNAL_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "gen/diagnostics.h"
#include "gen/model.h"
#include "gen/reader.h"
#include "gen/sources.h"

namespace kidl::internal {

// The file id of idl/kidl.idl. Annotations declared elsewhere have no meaning to kidl.
inline constexpr std::uint64_t kVocabulary = 0xd1a7e55e7a000001;

// A declaration's place in the sources, and what is asked of it there.
struct Site {
  const Sources& sources;
  std::string file;
  std::string key;

  Position position() const { return sources.position(file, key); }
  Position position(absl::string_view annotation) const {
    return sources.position(file, key + "$" + std::string(annotation));
  }
  std::string doc() const { return sources.doc(file, key); }
};

struct Context {
  const Request& request;
  const Sources& sources;
  Diagnostics& diagnostics;
  // Declared types by id: filled before any type is resolved.
  std::map<std::uint64_t, Enum*> enums;
  std::map<std::uint64_t, Struct*> structs;
  std::map<std::uint64_t, Interface*> interfaces;

  const RawNode* find(std::uint64_t id) const {
    const auto node = request.nodes.find(id);
    return node == request.nodes.end() ? nullptr : &node->second;
  }
  Site site(const RawNode& node) const { return {sources, node.file, node.name}; }
  void report(Code code, const Position& position, const std::string& message) {
    diagnostics.report(code, position, message);
  }
};

// The annotations of one declaration, by name. Reports one that is given twice or is not
// kidl.idl's.
class Annotations {
 public:
  Annotations(Context& context, const std::vector<RawAnnotation>& raw, const Site& site);

  bool has(absl::string_view name) const { return find(name) != nullptr; }
  const Value* find(absl::string_view name) const;
  std::string text(absl::string_view name) const;  // empty without it
  // $since: the version of `name`; one that says nothing is reported.
  std::string since(absl::string_view name) const;
  // Reports each of `names` that is present: it has no meaning `where` ("on a service's method").
  void refuse(const std::vector<absl::string_view>& names, absl::string_view where) const;

 private:
  Context& context_;
  Site site_;
  std::map<std::string, const Value*, std::less<>> found_;
};

// check_types.cc. Nothing comes back for a type that breaks a rule; that is reported at `position`.
std::optional<Type> resolve_type(Context& context, const RawType& raw, const Position& position,
                                 const std::string& name);
bool is_unsigned(const Type& type);  // UInt8 to UInt64
std::uint64_t largest(const Type& type);
void check_enum(Context& context, const RawNode& node, Enum& result);
void check_struct(Context& context, const RawNode& node, Struct& result);
void check_constant(Context& context, const RawNode& node, Constant& result);
bool check_recursion(Context& context, const RawNode& node);  // true: there is none
// $max and $range of a parameter or a field: what they say, when they may stand there.
std::optional<std::uint32_t> check_max(Context& context, const Annotations& annotations,
                                       const Site& site, const Type& type, const std::string& name);
std::optional<Range> check_range(Context& context, const Annotations& annotations, const Site& site,
                                 const Type& type, const std::string& name);
// How long a struct is, when all are checked. `done`: those that are measured.
void measure_struct(Context& context, std::uint64_t id, std::set<std::uint64_t>& done);

// check_interface.cc
void check_interface_head(Context& context, const RawNode& node, Interface& result);
void check_parent(Context& context, const RawNode& node, Interface& result);
void check_interface_methods(Context& context, const RawNode& node, Interface& result);
void check_interfaces_together(Context& context, const System& system);

// check_manifest.cc: a constant whose type has $manifest.
ManifestLimits manifest_limits(const Value& value);
void check_manifest(Context& context, const RawNode& node, const Constant& constant);

// check_names.cc: what becomes one name in C++ is refused.
void check_function_names(Context& context, const Interface& interface);
// `what`: "parameter", "field".
void check_field_names(Context& context, absl::string_view what,
                       const std::vector<std::pair<std::string, Position>>& fields);
void check_names_together(Context& context, const System& system);

// check_options.cc: what a method says of itself beyond its parameters.
void check_options(Context& context, const Annotations& annotations, const Site& site,
                   Method& result);
// The enum of $errors; null when there is none of that name, which is reported.
const Enum* find_errors(Context& context, const Annotations& annotations, const Site& site,
                        const File& file);

// check_parameters.cc
struct ParameterList {
  std::vector<Parameter> list;
  Layout layout;
  int capabilities = 0;
};
ParameterList check_parameters(Context& context, const RawNode& node, const RawMethod& raw,
                               const Method& method, bool results);

// check_method.cc
// True: it was removed, and is but a tombstone.
bool check_method(Context& context, const RawNode& node, const RawMethod& raw, Method& result);
std::uint8_t rights_mask(Context& context, const Interface& object,
                         const std::vector<std::string>& names, const Position& position);
std::vector<std::string> words_of(const std::string& text);

// A field of a value of struct type; 0 when it is absent.
std::uint64_t member(const Value& value, absl::string_view name);

}  // namespace kidl::internal

#endif  // GEN_CHECK_INTERNAL_H_
