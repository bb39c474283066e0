// A stand-in for a service's implementation, for tests on the host: each method is a function that
// the test sets.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gen/emit.h"
#include "gen/service_cxx.h"

namespace kidl {
namespace {

// What the method takes, beside its caller: types and names, and how they are handed on.
struct Taken {
  std::vector<std::string> types = {"const rt::Caller&"};
  std::vector<std::string> declared = {"const rt::Caller& caller"};
  std::vector<std::string> passed = {"caller"};
};

Taken taken(const Method& method) {
  Taken result;
  if (method.deferred) {
    result.types.push_back(completer_name(method));
    result.declared.push_back(absl::StrCat(completer_name(method), " completer"));
    result.passed.emplace_back("std::move(completer)");
  }
  for (const Parameter& each : method.parameters) {
    result.types.push_back(given_type(each));
    result.declared.push_back(absl::StrCat(given_type(each), " ", cxx_name(each.name)));
    result.passed.push_back(cxx_name(each.name));
  }
  return result;
}

std::string handler(const Method& method) {
  return wrapped(absl::StrCat("std::function<", implemented_type(method), "("), taken(method).types,
                 absl::StrCat(")> ", function_name(method.name), ";"), 4);
}

// Members have no names that an .idl can give: no method ends in '_' but a keyword.
std::string forwarding(const Method& method) {
  const Taken what = taken(method);
  const std::string function = function_name(method.name);
  const std::string set = absl::StrCat("fake_.on.", function);
  const bool is_void = implemented_type(method) == "void";
  std::string result =
      wrapped(absl::StrCat(implemented_type(method), " ", function, "("), what.declared, ") {", 2);
  absl::StrAppend(&result, "    ++fake_.executed;\n    if (", set, ") {\n",
                  wrapped(absl::StrCat(is_void ? "" : "return ", set, "("), what.passed, ");", 6),
                  "    }\n");
  if (!is_void) absl::StrAppend(&result, "    return {};\n");
  return result + "  }\n";
}

std::string fake(const Interface& service) {
  std::string handlers;
  std::string methods;
  bool defers = false;
  for (const Method* each : service.all_methods()) {
    handlers += handler(*each);
    methods += forwarding(*each);
    defers = defers || each->deferred;
  }
  const std::string name = absl::StrCat("Fake", service.name);
  const std::string about = absl::StrCat(
      "Stands in for an implementation of ", service.name,
      ". A method that the test has not set answers with zeros",
      defers ? "; a deferred one drops its completer, so that the caller gets epipe." : ".");
  return absl::StrCat(
      comment(about, 0), "class ", name, " {\n public:\n  struct {\n", handlers,
      "  } on;\n  int executed = 0;  // methods that were run\n",
      defers ? "  rt::Slot reply{50};  // of the Reply object that the next deferred method gets\n"
             : "",
      "\n", dispatch_declaration(), "};\n\n",
      implementation(service, name, "fake_", methods,
                     defers ? "  rt::Slot reply_slot() { return fake_.reply; }\n" : ""));
}

}  // namespace

std::string dispatch_declaration() {
  return "  // A message to it, as gen::Loopback::server.\n"
         "  rt::Registers operator()(const rt::Registers& message);\n";
}

std::string implementation(const Interface& service, const std::string& name,
                           const std::string& self, const std::string& methods,
                           const std::string& more) {
  return absl::StrCat("struct ", name, "Methods {\n", methods, more, "  ", name, "& ", self,
                      ";\n};\n\ninline rt::Registers ", name,
                      "::operator()(const rt::Registers& message) {\n  ", name,
                      "Methods methods{*this};\n  return ", service.name, "Server<", name,
                      "Methods>::dispatch(methods, rt::Slot{6}, message);\n}\n");
}

void emit_fake(const System& system, Output& output) {
  for (const auto& file : system.files) {
    if (!file->has_services()) continue;
    std::string body;
    for (const auto& each : file->interfaces) {
      if (each->role != Interface::Role::kService) continue;
      absl::StrAppend(&body, body.empty() ? "" : "\n", fake(*each));
    }
    std::vector<std::string> includes = service_includes(*file);
    add_supers(*file, "_server.h", includes);
    includes.insert(includes.end(),
                    {"<functional>", "<utility>", absl::StrCat(stem(file->path), "_server.h")});
    const std::string path = stem(file->path) + "_fake.h";
    output[path] = header(path, *file, absl::StrCat("Stand-ins, for tests. ", file->doc), includes,
                          in_namespace(file->name_space, body));
  }
}

}  // namespace kidl
