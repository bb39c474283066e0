// A service's messages as words, for who speaks without stubs: the kernel as a client, fakes,
// fuzzers.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gen/emit.h"
#include "gen/service_cxx.h"

namespace kidl {
namespace {

// Scalars only: capabilities do not travel in words.
std::vector<const Parameter*> scalars(const std::vector<Parameter>& list) {
  std::vector<const Parameter*> result;
  for (const Parameter& each : list) {
    if (!each.type.is_capability()) result.push_back(&each);
  }
  return result;
}

std::string plain_direction(const std::string& name, const std::vector<Parameter>& list) {
  std::string fields;
  std::string writes;
  std::string checks;
  std::vector<std::string> items;
  for (const Parameter* each : scalars(list)) {
    const std::string field = cxx_name(each->name);
    const std::string word = absl::StrCat("words[", each->place, "]");
    absl::StrAppend(&fields, "  ", cxx_type(each->type), " ", field, "{};\n");
    absl::StrAppend(&writes, "  words[", each->place,
                    "] = ", encoded(each->type, absl::StrCat("message.", field)), ";\n");
    checks += refuse_unless(refusal(*each, word), "return std::nullopt;", 2);
    items.push_back(absl::StrCat(".", field, " = ", decoded(each->type, word)));
  }
  const char* unused = items.empty() ? "[[maybe_unused]] " : "";
  return absl::StrCat(
      "struct ", name, " {\n", fields, "};\n\n",
      wrapped(
          "constexpr void encode(",
          {absl::StrCat(unused, "Words words"), absl::StrCat(unused, "const ", name, "& message")},
          ") {", 0),
      writes, "}\n\n// Nothing when a word is no such value.\n",
      wrapped(absl::StrCat("constexpr std::optional<", name, "> decode_", snake(name), "("),
              {absl::StrCat(unused, "ConstWords words")}, ") {", 0),
      checks, wrapped(absl::StrCat("return ", name, "{"), items, "};", 2), "}\n");
}

std::string direction(const std::string& name, const std::vector<Parameter>& list, bool plain) {
  return plain ? plain_direction(name, list) : message_codec(name, list);
}

void add_includes(const Method& method, std::vector<std::string>& includes) {
  if (!method.in.plain || !method.out.plain) {
    for (const char* each : {"<cstddef>", "<string_view>", "idl/bounded.h"}) {
      includes.emplace_back(each);
    }
  }
  for (const auto* list : {&method.parameters, &method.results}) {
    for (const Parameter& each : *list) add_type_header(each.type, includes);
  }
}

}  // namespace

void emit_message(const System& system, Output& output) {
  for (const auto& file : system.files) {
    if (!file->has_services()) continue;
    std::vector<std::string> includes = {"<cstdint>", "<optional>", "<span>",
                                         "idl/abi.h", "idl/wire.h", types_header(*file)};
    std::string body;
    for (const auto& service : file->interfaces) {
      if (service->role != Interface::Role::kService) continue;
      std::string inner =
          "// Words of a message, as they travel in a0 to a5.\n"
          "using Words = std::span<std::uint64_t, abi::kMessageRegisters>;\n"
          "using ConstWords = std::span<const std::uint64_t, abi::kMessageRegisters>;\n";
      for (const Method& method : service->methods) {
        const std::string name = upper_first(method.name);
        absl::StrAppend(&inner, "\n",
                        direction(name + "Request", method.parameters, method.in.plain));
        if (!method.one_way) {
          absl::StrAppend(&inner, "\n",
                          direction(name + "Reply", method.results, method.out.plain));
        }
        add_includes(method, includes);
      }
      const std::string name = absl::StrCat(file->name_space, "::", namespace_name(service->name));
      absl::StrAppend(&body, body.empty() ? "" : "\n", in_namespace(name, inner));
    }
    const std::string path = stem(file->path) + "_message.h";
    output[path] =
        header(path, *file, absl::StrCat("Messages as words. ", file->doc), includes, body);
  }
}

}  // namespace kidl
