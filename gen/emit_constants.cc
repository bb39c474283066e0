// Enums, structs and constants of each file; for a service also its wire numbers and result
// structs.
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gen/emit.h"
#include "gen/layout.h"
#include "gen/service_cxx.h"
#include "gen/tag.h"

namespace kidl {
namespace {

const char* underlying(const Enum& each) {
  const int bytes = enum_bytes(each);
  return bytes == 1 ? "std::uint8_t" : bytes == 8 ? "std::uint64_t" : "std::uint16_t";
}

std::string enumerant_line(const Enum& of, std::size_t index) {
  const Enumerant& each = of.enumerants[index];
  const char* one = enum_bytes(of) == 8 ? "1ULL << " : "1 << ";
  const std::string value = of.flags ? absl::StrCat(one, index) : absl::StrCat(index);
  const std::string line = absl::StrCat("  ", constant_name(each.name), " = ", value, ",");
  const std::string doc = comment(each.doc, 0);
  // On the line's end when it fits.
  if (!doc.empty() && doc.find('\n') == doc.size() - 1 && line.size() + 2 + doc.size() - 1 <= 100) {
    return absl::StrCat(line, "  ", doc);
  }
  return absl::StrCat(comment(each.doc, 2), line, "\n");
}

std::string flags_functions(const Enum& each) {
  const std::string& name = each.name;
  const char* type = enum_bytes(each) == 8 ? "std::uint64_t" : "unsigned";
  const std::size_t count = each.enumerants.size();
  const std::string valid =
      count == kMaxFlags
          ? absl::StrFormat("constexpr bool valid_%s(std::uint64_t) { return true; }\n",
                            snake(name))
          : absl::StrFormat(
                "constexpr bool valid_%s(std::uint64_t value) { return value <= %#x; }\n",
                snake(name), set_of_all(each));
  return absl::StrCat(
      valid,
      absl::StrFormat("constexpr %s operator|(%s a, %s b) {\n"
                      "  return static_cast<%s>(static_cast<%s>(a) | static_cast<%s>(b));\n"
                      "}\n",
                      name, name, name, name, type, type),
      absl::StrFormat("constexpr bool has(%s set, %s all) {\n"
                      "  return (static_cast<%s>(all) & ~static_cast<%s>(set)) == 0;\n"
                      "}\n",
                      name, name, type, type));
}

std::string enum_functions(const Enum& each) {
  if (each.flags) return flags_functions(each);
  const std::string name = each.name;
  const std::string function = snake(name);
  std::string result;
  if (each.flexible) {
    absl::StrAppendFormat(
        &result,
        "// A newer peer's enumerants are kept as they came.\n"
        "constexpr bool valid_%s(std::uint64_t value) { return value <= 0xffff; }\n"
        "constexpr bool is_known(%s value) { return static_cast<unsigned>(value) < %d; }\n",
        function, name, each.enumerants.size());
  } else {
    absl::StrAppendFormat(&result,
                          "constexpr bool valid_%s(std::uint64_t value) { return value < %d; }\n",
                          function, each.enumerants.size());
  }
  absl::StrAppendFormat(&result,
                        "constexpr std::string_view to_string(%s value) {\n"
                        "  switch (value) {\n",
                        name);
  for (const Enumerant& enumerant : each.enumerants) {
    absl::StrAppendFormat(&result, "    case %s::%s:\n      return \"%s\";\n", name,
                          constant_name(enumerant.name), enumerant.name);
  }
  return result + "  }\n  return \"?\";\n}\n";
}

std::string enum_definition(const Enum& each) {
  std::string result =
      absl::StrCat(comment(each.doc, 0), "enum class ", each.name, " : ", underlying(each), " {\n");
  for (std::size_t index = 0; index < each.enumerants.size(); ++index) {
    result += enumerant_line(each, index);
  }
  return absl::StrCat(result, "};\n", enum_functions(each));
}

std::string struct_definition(const Struct& each) {
  std::string result = absl::StrCat(comment(each.doc, 0), "struct ", each.name, " {\n");
  if (each.unfit.empty()) {
    absl::StrAppend(&result, "  static constexpr unsigned kWords = ", each.words,
                    ";  // in a message\n");
  }
  for (const Field& field : each.fields) {
    const bool has_preset = field.preset != 0 && field.type.kind != Kind::kStruct;
    absl::StrAppend(&result, comment(field.doc, 2), "  ", cxx_type(field.type), " ",
                    cxx_name(field.name),
                    has_preset ? absl::StrCat(" = ", preset_value(field)) : "{}", ";\n");
  }
  return result + "};\n" + struct_codec(each);
}

// C++ wants a struct before its first use.
std::string struct_definitions(const File& file) {
  std::string result;
  std::set<const Struct*> done;
  std::function<void(const Struct&)> visit;
  const auto visit_type = [&](const Type& type) {
    const Type* inner = &type;
    while (inner->element != nullptr) inner = inner->element.get();
    if (inner->structure != nullptr && inner->structure->file == &file) visit(*inner->structure);
  };
  visit = [&](const Struct& each) {
    if (!done.insert(&each).second) return;
    for (const Field& field : each.fields) visit_type(field.type);
    absl::StrAppend(&result, result.empty() ? "" : "\n", struct_definition(each));
  };
  for (const auto& each : file.structs) visit(*each);
  return result;
}

std::string service_definition(const Interface& service) {
  std::string result =
      absl::StrCat(comment(service.doc, 0), "struct ", service.name, " {\n",
                   absl::StrFormat("  static constexpr std::uint16_t kInterface = 0x%04x;\n",
                                   service.service_number),
                   "\n  // Of each method's message, and of its answer.\n");
  for (const Method& method : service.methods) {
    const std::string name = upper_first(method.name);
    absl::StrAppendFormat(&result, "  static constexpr std::uint32_t k%sTag = 0x%08x;\n", name,
                          tag_of(method));
    if (!method.one_way) {
      absl::StrAppendFormat(&result, "  static constexpr std::uint32_t k%sShape = 0x%02x;\n", name,
                            shape_of(method));
    }
  }
  for (const Method& method : service.methods) {
    const std::string name = upper_first(method.name);
    if (method.deferred) {
      absl::StrAppend(&result, "\n  class ", name, "Completer;  // in ", service.name,
                      "'s server header\n");
    }
    if (method.results.size() < 2) continue;
    if (has_capability(method.results)) {
      absl::StrAppend(&result, "\n  struct ", name, "Result;  // in ", service.name,
                      "'s server header\n");
      continue;
    }
    absl::StrAppend(&result, "\n  struct ", name, "Result {\n");
    for (const Parameter& each : method.results) {
      absl::StrAppend(&result, comment(each.doc, 4), "    ", owned_type(each), " ",
                      cxx_name(each.name), "{};\n");
    }
    result += "  };\n";
  }
  return result + "};\n";
}

std::string constants(const File& file) {
  std::string result;
  bool after_doc = false;
  for (const Constant& each : file.constants) {
    const std::string doc = comment(each.doc, 0);
    if (!result.empty() && (!doc.empty() || after_doc)) result += '\n';
    absl::StrAppend(&result, doc, constant_definition(each));
    after_doc = !doc.empty();
  }
  return result;
}

class Includes {
 public:
  explicit Includes(const File& file) : file_(file) {}

  void add(const Type& type) {
    const File* from = type.enumeration != nullptr ? type.enumeration->file
                       : type.structure != nullptr ? type.structure->file
                                                   : nullptr;
    if (from != nullptr && from != &file_) list_.push_back(types_header(*from));
    if (type.kind == Kind::kList || type.kind == Kind::kData) list_.push_back("<span>");
    if (type.kind == Kind::kData) list_.push_back("<cstddef>");
    if (type.element != nullptr) add(*type.element);
  }
  void add(const char* header) { list_.emplace_back(header); }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  const File& file_;
  std::vector<std::string> list_ = {"<cstdint>", "<string_view>"};
};

std::vector<std::string> includes_of(const File& file) {
  Includes includes(file);
  for (const auto& each : file.structs) {
    if (each->unfit.empty()) includes.add("idl/bounded.h");
    for (const Field& field : each->fields) includes.add(field.type);
  }
  for (const Constant& each : file.constants) includes.add(each.type);
  for (const auto& each : file.interfaces) {
    if (each->role != Interface::Role::kService) continue;
    for (const Method& method : each->methods) {
      for (const Parameter& result : method.results) {
        includes.add(result.type);
        if (is_bounded(result.type)) includes.add("idl/bounded.h");
      }
    }
  }
  std::vector<std::string> list = includes.take();
  for (const Constant& each : file.constants) {
    if (each.type.kind == Kind::kStruct || each.type.kind == Kind::kList) list.push_back("<array>");
  }
  return list;
}

}  // namespace

void emit_constants(const System& system, Output& output) {
  for (const auto& file : system.files) {
    if (!file->has_types() && !file->has_objects() && !file->has_services()) continue;
    std::vector<std::string> parts;
    for (const auto& each : file->enums) parts.push_back(enum_definition(*each));
    if (!file->structs.empty()) parts.push_back(struct_definitions(*file));
    if (!file->constants.empty()) parts.push_back(constants(*file));
    for (const auto& each : file->interfaces) {
      if (each->role == Interface::Role::kService) parts.push_back(service_definition(*each));
    }
    std::string body;
    for (const std::string& part : parts) absl::StrAppend(&body, body.empty() ? "" : "\n", part);
    // The build expects a types header of every file with objects.
    if (body.empty()) body = "// The .idl has neither enums nor constants.\n";
    const std::string path = types_header(*file);
    output[path] =
        header(path, *file, file->doc, includes_of(*file), in_namespace(file->name_space, body));
  }
}

}  // namespace kidl
