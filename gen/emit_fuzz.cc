// A libFuzzer program for each file with services, and its dictionary: each method's number with
// its words and capabilities, and the bounds of what is bounded.
#include <cstdint>
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

// What the stub's user gives, and whether the stub wants an empty slot before it.
std::string client_call(const Method& method) {
  std::vector<std::string> arguments;
  bool makes = false;
  for (const Parameter& each : method.parameters) {
    const bool is_capability = each.type.is_capability();
    arguments.push_back(is_capability ? cxx_type(each.type) + "(rt::Slot{30})" : "{}");
    makes = makes || each.pass == Parameter::Pass::kMint || each.pass == Parameter::Pass::kLend;
  }
  if (makes) arguments.insert(arguments.begin(), "rt::Slot{80}");
  return wrapped(absl::StrCat("if (const auto answer = client.", function_name(method.name), "("),
                 arguments, ")) {", 2);
}

// That what the client returns is within its bounds.
std::string client_checks(const Method& method) {
  std::string result;
  for (const Parameter& each : method.results) {
    if (each.type.is_capability()) continue;
    const bool one = method.results.size() == 1;
    const std::string value = one ? "*answer" : absl::StrCat("answer->", cxx_name(each.name));
    if (each.max) {
      const std::string size = one ? "answer->size()" : value + ".size()";
      absl::StrAppend(&result, "    require(", size, " <= ", *each.max, ");\n");
    } else if (each.type.kind != Kind::kStruct) {
      const std::string no = refusal(each, encoded(each.type, value));
      if (no.empty()) continue;
      result += wrapped("require(!(", {no}, "));", 4);
    }
  }
  return result;
}

std::string attack_client(const Interface& service) {
  std::string body;
  for (const Method* each : service.all_methods()) {
    if (!each->deprecated.empty() || each->one_way) continue;
    const std::string checks = client_checks(*each);
    if (checks.empty()) {
      std::string call = client_call(*each);
      const std::string before = "if (const auto answer = ";
      call.replace(call.find(before), before.size(), "(void)");
      call.replace(call.rfind(") {"), 3, ";");
      body += call;
    } else {
      absl::StrAppend(&body, client_call(*each), checks, "  }\n");
    }
  }
  if (body.empty()) return "";
  return absl::StrCat("void attack_client(const FuzzInput& input, const ", qualified(service),
                      "Client& client) {\n  const LyingKernel kernel(input);\n", body, "}\n\n");
}

std::string program(const File& file) {
  std::string functions;
  std::string calls;
  for (const auto& each : file.interfaces) {
    if (each->role != Interface::Role::kService) continue;
    const std::string client = attack_client(*each);
    functions += client;
    std::set<std::uint16_t> interfaces = {each->service_number};
    for (const Interface* super = each->super; super != nullptr; super = super->super) {
      interfaces.insert(super->service_number);
    }
    for (const std::uint16_t number : interfaces) {
      calls += wrapped(
          absl::StrCat("attack_server<", file.name_space, "::Fake", each->name, ">("),
          {rules_namespace(*each) + "::kRules", absl::StrFormat("%#x", number), "input"}, ");", 2);
    }
    if (!client.empty()) {
      absl::StrAppend(&calls, "  attack_client(input, ", qualified(*each),
                      "Client{rt::Slot{20}});\n");
    }
  }
  return absl::StrCat(
      "extern \"C\" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);\n\n",
      in_namespace("gen", absl::StrCat("namespace {\n\n", functions,
                                       "void attack(const FuzzInput& input) {\n", calls,
                                       "}\n\n}  // namespace\n")),
      "\nextern \"C\" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {\n"
      "  tessera::gen::attack(tessera::gen::read_input(data, size));\n  return 0;\n}\n");
}

// --- The dictionary ---

std::string bytes(std::uint64_t value, int count) {
  std::string result = "\"";
  for (int each = 0; each < count; ++each, value >>= 8) {
    absl::StrAppendFormat(&result, "\\x%02x", value & 0xff);
  }
  return result + "\"\n";
}

// The last value of each, and the first that is none: alone they are not found in seconds.
void add_bounds(const std::vector<Parameter>& list, std::set<std::uint64_t>& words) {
  const auto add = [&words](const Range& range) {
    words.insert({range.min - 1, range.min, range.max, range.max + 1});
  };
  for (const Parameter& each : list) {
    if (each.range) add(*each.range);
    if (each.max) words.insert({*each.max, *each.max + std::uint64_t{1}});
    const Type& type = each.type.element != nullptr ? *each.type.element : each.type;
    if (type.enumeration != nullptr) {
      const Enum& enumeration = *type.enumeration;
      const std::uint64_t last =
          enumeration.flags ? set_of_all(enumeration) : enumeration.enumerants.size() - 1;
      words.insert({last, last + 1});
    }
    if (type.structure == nullptr) continue;
    for (const Field& field : type.structure->fields) {
      if (field.range) add(*field.range);
    }
  }
}

std::string dictionary(const File& file) {
  std::string result = absl::StrCat("# Generated by kidl from ", file.path,
                                    ". Do not edit.\n# Methods with their words and capabilities, "
                                    "as gen/message_fuzz.h reads them.\n");
  std::set<std::uint64_t> words;
  std::set<std::string> methods;
  for (const auto& service : file.interfaces) {
    if (service->role != Interface::Role::kService) continue;
    for (const Method* each : service->all_methods()) {
      const auto shape = static_cast<std::uint64_t>(shape_of(each->capabilities_in, each->in));
      const auto least = static_cast<std::uint64_t>(word_code(each->in.least));
      const auto ordinal = static_cast<std::uint64_t>(each->ordinal);
      methods.insert(bytes(ordinal | (shape | least) << 8, 2));
      add_bounds(each->parameters, words);
      add_bounds(each->results, words);
    }
  }
  for (const std::string& each : methods) result += each;
  result += "# Bounds.\n";
  for (const std::uint64_t each : words) result += bytes(each, 8);
  return result;
}

}  // namespace

void emit_fuzz(const System& system, Output& output) {
  for (const auto& file : system.files) {
    if (!file->has_services()) continue;
    const std::string base = stem(file->path);
    output[base + "_fuzz.cc"] = source_file(
        *file, absl::StrCat("Hostile messages and answers. ", file->doc),
        {"<cstddef>", "<cstdint>", "gen/loopback.h", "gen/message_fuzz.h", "idl/wire.h",
         "servers/runtime/ipc.h", base + "_client.h", base + "_fake.h", base + "_rules.h"},
        program(*file));
    output[base + "_fuzz.dict"] = dictionary(*file);
  }
}

}  // namespace kidl
