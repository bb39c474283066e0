#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "gen/server_cxx.h"
#include "gen/service_cxx.h"

namespace kidl {
namespace {

// One literal in pieces of a line each; no newline after the last.
std::string string_literal(absl::string_view text, int indent) {
  std::string result;
  const std::size_t room = 96 - static_cast<std::size_t>(indent);
  while (!text.empty()) {
    absl::string_view piece = text.substr(0, room);
    const std::size_t space = piece.rfind(' ');
    if (piece.size() < text.size() && space != absl::string_view::npos) {
      piece = piece.substr(0, space + 1);
    }
    absl::StrAppend(&result, result.empty() ? "" : "\n",
                    std::string(static_cast<std::size_t>(indent), ' '), "\"", piece, "\"");
    text.remove_prefix(piece.size());
  }
  return result;
}

// Fails with the method's name, its C++ signature, and where the .idl declares it.
std::string method_check(const Interface& service, const Method& method) {
  std::vector<std::string> declared = {"Impl& impl", "const rt::Caller& caller"};
  std::vector<std::string> named = {"const rt::Caller&"};
  std::vector<std::string> passed = {"caller"};
  if (method.deferred) {
    declared.push_back(absl::StrCat(completer_name(method), " completer"));
    named.push_back(completer_name(method));
    passed.push_back("std::move(completer)");
  }
  for (const Parameter& each : method.parameters) {
    const std::string parameter = absl::StrCat(given_type(each), " ", cxx_name(each.name));
    declared.push_back(parameter);
    named.push_back(parameter);
    passed.push_back(cxx_name(each.name));
  }
  const std::string function = function_name(method.name);
  return absl::StrCat(
      "  static_assert(\n", wrapped("requires(", declared, ") {", 6),
      wrapped(absl::StrCat("  { impl.", function, "("), passed,
              absl::StrCat(") } -> std::same_as<", implemented_type(method), ">;"), 6),
      "      },\n",
      string_literal(absl::StrCat(snake(service.name), " must implement ", method.interface->name,
                                  ".", method.name, ": ", implemented_type(method), " ", function,
                                  "(", absl::StrJoin(named, ", "), ")  (", service.file->path, ":",
                                  method.position.line, ")"),
                     6),
      ");\n");
}

// Asked again, it may give the same slot: one that was not used is not handed over.
std::string reply_slot_check(const Interface& service, const Method& method) {
  return absl::StrCat(
      "  static_assert(\n      requires(Impl& impl) {\n"
      "        { impl.reply_slot() } -> std::same_as<rt::Slot>;\n      },\n",
      string_literal(absl::StrCat(snake(service.name), " must implement reply_slot for ",
                                  method.interface->name, ".", method.name,
                                  ": rt::Slot reply_slot(): the slot of an empty Reply object, or "
                                  "Slot{} when none is left"),
                     6),
      ");\n");
}

}  // namespace

std::string implementation_checks(const Interface& service) {
  std::string result;
  for (const Method* each : service.all_methods()) {
    result += method_check(service, *each);
    if (each->deferred) result += reply_slot_check(service, *each);
  }
  return result + "\n";
}

}  // namespace kidl
