// A server that hands each call on to another one of its service, for tests on the host: behind it
// stand the generated server and the generated client, and nothing in between.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gen/emit.h"
#include "gen/service_cxx.h"

namespace kidl {
namespace {

// A parameter's name ends in '_' when C++ or the generated code reserve it (cxx_name); answer_ and
// relay_ are none of these.

std::string handed_on(const Parameter& each) {
  const std::string name = cxx_name(each.name);
  return each.type.is_capability() ? name + ".handle()" : name;
}

// A result of the client's: an argument of the completer, or a member of the server's result.
std::string come_back(const Method& method, const Parameter& each) {
  const std::string value =
      method.results.size() == 1 ? "*answer_" : absl::StrCat("answer_->", cxx_name(each.name));
  if (!each.type.is_capability()) return value;
  return method.results.size() == 1 ? "answer_->handle()" : value + ".handle()";
}

bool makes_capabilities(const Method& method) {
  return std::any_of(method.parameters.begin(), method.parameters.end(), [](const Parameter& each) {
    return each.pass == Parameter::Pass::kMint || each.pass == Parameter::Pass::kLend;
  });
}

std::string call(const Method& method) {
  std::vector<std::string> arguments;
  if (makes_capabilities(method)) arguments.emplace_back("relay_.through");
  for (const Parameter& each : method.parameters) arguments.push_back(handed_on(each));
  const std::string plain = wrapped(
      absl::StrCat("? relay_.client().", function_name(method.name), "("), arguments, ")", 12);
  arguments.insert(arguments.begin(), "relay_.deadline");
  const std::string until = wrapped(
      absl::StrCat(": relay_.client().", until_name(method.name), "("), arguments, ");", 12);
  return absl::StrCat("    const auto answer_ = relay_.deadline == abi::kNoDeadline\n", plain,
                      until);
}

std::string answer(const Method& method) {
  const bool is_void = implemented_type(method) == "void";
  std::string failed = "return rt::failure(relay_.failed(answer_.error()));";
  if (is_void) failed = "relay_.error = answer_.error();";
  if (method.deferred) {
    failed = "return (void)completer.fail(relay_.failed(answer_.error()));";
  }
  std::string result = absl::StrCat("    if (!answer_) ", failed, "\n");
  std::vector<std::string> values;
  for (const Parameter& each : method.results) {
    values.push_back((method.deferred || method.results.size() == 1
                          ? ""
                          : absl::StrCat(".", cxx_name(each.name), " = ")) +
                     come_back(method, each));
  }
  if (method.deferred) return result + wrapped("(void)completer.complete(", values, ");", 4);
  if (is_void) return result;
  if (values.empty()) return result + "    return {};\n";
  if (values.size() == 1) return absl::StrCat(result, "    return ", values[0], ";\n");
  return result + wrapped(absl::StrCat("return ", answer_type(method), "{"), values, "};", 4);
}

std::string forwarding(const Method& method) {
  std::vector<std::string> declared = {"const rt::Caller&"};
  if (method.deferred) declared.push_back(absl::StrCat(completer_name(method), " completer"));
  for (const Parameter& each : method.parameters) {
    declared.push_back(absl::StrCat(given_type(each), " ", cxx_name(each.name)));
  }
  return absl::StrCat(
      wrapped(absl::StrCat(implemented_type(method), " ", function_name(method.name), "("),
              declared, ") {", 2),
      call(method), answer(method), "  }\n");
}

std::string relay(const Interface& service) {
  std::string methods;
  bool defers = false;
  bool makes = false;
  for (const Method* each : service.all_methods()) {
    methods += forwarding(*each);
    defers = defers || each->deferred;
    makes = makes || makes_capabilities(*each);
  }
  const std::string name = absl::StrCat("Relay", service.name);
  const std::string client = absl::StrCat(service.name, "Client");
  const std::string about =
      absl::StrCat("Answers each call of ", service.name,
                   " with what another server answers to the same call, or why that one failed.");
  return absl::StrCat(
      comment(about, 0), "class ", name,
      " {\n public:\n  rt::Slot endpoint{20};  // of the other\n",
      "  std::uint64_t deadline = abi::kNoDeadline;  // of its own calls\n",
      "  rt::Error error;  // of the last one that failed\n",
      defers ? "  rt::Slot reply{51};  // of the Reply object that the next deferred method gets\n"
             : "",
      makes ? "  rt::Slot through{80};  // empty slots for capabilities that are made\n" : "", "\n",
      dispatch_declaration(), "  ", client, " client() const { return ", client,
      "(endpoint); }\n  const rt::Error& failed(const rt::Error& why) { return error = why; "
      "}\n};\n\n",
      implementation(service, name, "relay_", methods,
                     defers ? "  rt::Slot reply_slot() { return relay_.reply; }\n" : ""));
}

bool has_deprecated(const Interface& service) {
  const auto all = service.all_methods();
  return std::any_of(all.begin(), all.end(),
                     [](const Method* each) { return !each->deprecated.empty(); });
}

// Old methods are called, too.
std::string allowing_deprecated(const std::string& code) {
  return absl::StrCat(
      "#pragma clang diagnostic push\n"
      "#pragma clang diagnostic ignored \"-Wdeprecated-declarations\"\n",
      code, "#pragma clang diagnostic pop\n");
}

std::string test_of(const Interface& service) {
  const std::string space = service.file->name_space;
  return absl::StrCat(
      "struct ", service.name, "RoundTrips {\n  using Relay = ", space, "::Relay", service.name,
      ";\n  using Fake = ", space, "::Fake", service.name,
      ";\n  static constexpr const ServiceRules& kRules = ", rules_namespace(service),
      "::kRules;\n};\n", "INSTANTIATE_TYPED_TEST_SUITE_P(", service.name, ", RoundTripTest, ",
      service.name, "RoundTrips);\n");
}

}  // namespace

void emit_relay(const System& system, Output& output) {
  for (const auto& file : system.files) {
    if (!file->has_services()) continue;
    std::string body;
    std::string tests;
    for (const auto& each : file->interfaces) {
      if (each->role != Interface::Role::kService) continue;
      const std::string code = relay(*each);
      absl::StrAppend(&body, body.empty() ? "" : "\n",
                      has_deprecated(*each) ? allowing_deprecated(code) : code);
      absl::StrAppend(&tests, tests.empty() ? "" : "\n", test_of(*each));
    }
    std::vector<std::string> includes = service_includes(*file);
    const std::string base = stem(file->path);
    includes.insert(includes.end(), {"<utility>", base + "_client.h", base + "_server.h"});
    for (const absl::string_view ending : {"_client.h", "_server.h"}) {
      add_supers(*file, ending, includes);
    }
    output[base + "_relay.h"] =
        header(base + "_relay.h", *file, absl::StrCat("Relays, for tests. ", file->doc), includes,
               in_namespace(file->name_space, body));
    output[base + "_round_trip_test.cc"] = source_file(
        *file, absl::StrCat("Each message there and back, and each failure. ", file->doc),
        {"gen/round_trip.h", base + "_fake.h", base + "_relay.h", base + "_rules.h"},
        in_namespace("gen", absl::StrCat("namespace {\n\n", tests, "\n}  // namespace\n")));
  }
}

}  // namespace kidl
