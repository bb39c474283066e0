// What declarations become in C++ must differ. Locals and members of the generated code cannot be
// hit by any name (cxx.cc); two names of an .idl can become one.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gen/check_internal.h"
#include "gen/cxx.h"
#include "gen/outputs.h"

namespace kidl::internal {
namespace {

// C++ names and whose they are: "method 'sleep'".
class Taken {
 public:
  Taken(Context& context, const std::map<std::string, std::string>& reserved) : context_(context) {
    for (const auto& [name, owner] : reserved) taken_[name] = {owner, ""};
  }

  // `what`: "the C++ function".
  void take(const std::string& name, const std::string& owner, const Position& position,
            absl::string_view what) {
    const auto [other, is_new] = taken_.emplace(name, Owner{owner, position.file});
    if (is_new) return;
    const auto& [who, file] = other->second;
    context_.report(Code::kClash, position,
                    absl::StrCat(owner, " becomes ", what, " ", name, ", as ", who,
                                 file.empty() || file == position.file ? "" : " of ",
                                 file == position.file ? "" : file, " does"));
  }

 private:
  struct Owner {
    std::string name;
    std::string file;  // empty: no .idl's
  };
  Context& context_;
  std::map<std::string, Owner> taken_;
};

std::string quoted(absl::string_view what, absl::string_view name) {
  return absl::StrCat(what, " '", name, "'");
}

// Namespaces that generated code names, from inside the one that a file says.
const std::set<std::string>& reserved_namespaces() {
  static const auto* const kNames =
      new std::set<std::string>{"std", "rt", "decode", "calls", "internal", "tessera"};
  return *kNames;
}

void check_file_namespace(Context& context, const File& file) {
  const std::string& name = file.name_space;
  if (name.empty()) return;  // reported
  bool is_name = absl::ascii_islower(static_cast<unsigned char>(name[0]));
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    is_name = is_name && (absl::ascii_islower(letter) || absl::ascii_isdigit(letter) || c == '_');
  }
  const bool is_free = function_name(name) == name && !reserved_namespaces().contains(name);
  if (is_name && is_free) return;
  context.report(Code::kClash, context.sources.position(file.path, "$namespace"),
                 absl::StrCat("'", name, "' cannot be a C++ namespace",
                              is_name ? ": it is taken" : "; write it in small letters"));
}

// Types and constants lie side by side in the namespace of their file, and so do the classes of a
// service's two sides.
void take_types(const File& file, Taken& taken) {
  constexpr absl::string_view kType = "the C++ type";
  for (const auto& each : file.enums) {
    taken.take(each->name, quoted("enum", each->name), each->position, kType);
  }
  for (const auto& each : file.structs) {
    taken.take(each->name, quoted("struct", each->name), each->position, kType);
  }
  for (const Constant& each : file.constants) {
    taken.take(constant_name(each.name), quoted("constant", each.name), each.position,
               "the C++ constant");
  }
  for (const auto& each : file.interfaces) {
    const std::string owner = quoted("interface", each->name);
    taken.take(each->name, owner, each->position, kType);
    if (each->role != Interface::Role::kService) continue;
    taken.take(absl::StrCat(each->name, "Client"), owner, each->position, kType);
    taken.take(absl::StrCat(each->name, "Server"), owner, each->position, kType);
  }
}

// Its results and completers are types inside the interface's own, which cannot have its name.
void check_inner_types(Context& context, const Interface& interface) {
  Taken taken(context, {{interface.name, quoted("interface", interface.name)}});
  if (interface.role == Interface::Role::kObject) {
    taken.take("Right", "the set of its rights", interface.position, "the C++ type");
  }
  for (const Method& method : interface.methods) {
    const std::string name = upper_first(method.name);
    for (const char* kind : {"Result", "Completer"}) {
      taken.take(absl::StrCat(name, kind), quoted("method", method.name), method.position,
                 "the C++ type");
    }
  }
}

// A service's messages lie in a namespace of its name, which must hide no other, nor be called as a
// function is.
void check_message_namespaces(Context& context, const System& system) {
  std::map<std::string, std::string> taken;  // and by which file, if by one
  for (const std::string& each : reserved_namespaces()) taken[each] = "";
  std::map<std::string, std::set<std::string>> functions;  // by namespace
  for (const auto& file : system.files) {
    taken.emplace(file->name_space, file->path);
    std::set<std::string>& here = functions[file->name_space];
    here.insert({"has", "is_known", "read_words", "to_string", "write_words"});
    for (const auto& each : file->enums) here.insert(absl::StrCat("valid_", snake(each->name)));
    for (const auto& each : file->interfaces) {
      here.insert(absl::StrCat("serve_", snake(each->name)));
    }
  }
  taken.emplace("abi", "");
  for (const auto& file : system.files) {
    for (const auto& each : file->interfaces) {
      if (each->role != Interface::Role::kService) continue;
      const std::string name = namespace_name(each->name);
      const auto other = taken.find(name);
      if (other == taken.end() && !functions[file->name_space].contains(name)) continue;
      const std::string by = other == taken.end() ? "" : other->second;
      context.report(Code::kClash, each->position,
                     absl::StrCat("service '", each->name, "' becomes the C++ namespace ", name,
                                  ", which ", by.empty() ? "is taken" : by + " has"));
    }
  }
}

void check_outputs(Context& context, const System& system) {
  std::vector<const File*> files;
  for (const auto& file : system.files) files.push_back(file.get());
  for (const SharedOutput& each : shared_outputs(files)) {
    context.report(Code::kOutputTwice, {each.of->path, 1, 1}, each.both());
  }
}

}  // namespace

void check_function_names(Context& context, const Interface& interface) {
  Taken taken(context, {
                           {"slot", "the handle's own function"},
                           {"endpoint", "the client's own function"},
                           {"on_notification", "the server's own function"},
                           {"on_refused", "the server's own function"},
                           {"reply_slot", "the server's own function"},
                       });
  for (const Method& method : interface.methods) {
    std::vector<std::string> names = {function_name(method.name)};
    if (interface.role == Interface::Role::kService) names.push_back(until_name(method.name));
    for (const std::string& name : names) {
      taken.take(name, quoted("method", method.name), method.position, "the C++ function");
    }
  }
}

void check_field_names(Context& context, absl::string_view what,
                       const std::vector<std::pair<std::string, Position>>& fields) {
  Taken taken(context, {});
  for (const auto& [name, position] : fields) {
    taken.take(cxx_name(name), quoted(what, name), position, "the C++ name");
  }
}

void check_names_together(Context& context, const System& system) {
  std::map<std::string, Taken> types;  // by namespace
  for (const auto& file : system.files) {
    check_file_namespace(context, *file);
    take_types(*file,
               types.try_emplace(file->name_space, context, std::map<std::string, std::string>())
                   .first->second);
    for (const auto& each : file->interfaces) check_inner_types(context, *each);
  }
  check_message_namespaces(context, system);
  check_outputs(context, system);
}

}  // namespace kidl::internal
