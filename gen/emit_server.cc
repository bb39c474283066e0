// A service's server: what the implementation must have, completers for deferred methods, and the
// inlined reply-receive loop, which checks every register before a method sees a value.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gen/emit.h"
#include "gen/server_cxx.h"
#include "gen/service_cxx.h"

namespace kidl {
namespace {

class Server {
 public:
  Server(const System& system, const Interface& service)
      : system_(system),
        service_(service),
        endpoint_(*system.find("Endpoint")),
        reply_(*system.find("Reply")),
        receive_(*endpoint_.find("receive")) {}

  std::string definition() const {
    std::string result;
    for (const Method& method : service_.methods) {
      result += result_struct(method);
      if (method.deferred) absl::StrAppend(&result, completer(reply_, method), "\n");
    }
    absl::StrAppend(&result, "template <class Impl>\nclass ", class_name(), " {\n public:\n",
                    implementation_checks(service_), serve(), "\n private:\n", handle(),
                    shared_functions());
    for (const Method* each : service_.all_methods()) {
      absl::StrAppend(&result, "\n", method_handler(system_, service_, *each));
    }
    return absl::StrCat(result, "};\n\n", entry());
  }

 private:
  std::string class_name() const { return service_.name + "Server"; }
  std::string message(absl::string_view result) const { return message_register(system_, result); }

  // --- Types ---

  // Results without capabilities are in the types header.
  std::string result_struct(const Method& method) const {
    if (method.results.size() < 2 || !has_capability(method.results)) return "";
    std::string result = absl::StrCat("struct ", answer_type(method), " {\n");
    for (const Parameter& each : method.results) {
      absl::StrAppend(&result, "  ", owned_type(each), " ", cxx_name(each.name), "{};\n");
    }
    return result + "};\n\n";
  }

  // --- The loop ---

  std::string serve() const {
    return absl::StrCat(
        "  // A message stays in registers from the call that brings it to the one that answers "
        "it.\n"
        "  [[noreturn]] static void serve(Impl& impl, rt::Slot endpoint) {\n"
        "    rt::Registers message = receive(endpoint);\n"
        "    for (;;) message = dispatch(impl, endpoint, message);\n  }\n\n"
        "  // Answers one message and returns the next.\n",
        wrapped("[[gnu::always_inline]] static rt::Registers dispatch(",
                {"Impl& impl", "rt::Slot endpoint", "rt::Registers message"}, ") {", 2),
        "    rt::Error why;\n"
        "    switch (const rt::Next what = handle(impl, endpoint, message, why)) {\n"
        "      case rt::Next::kHandled:\n        return message;\n"
        "      case rt::Next::kReceive:\n        return receive(endpoint);\n"
        "      case rt::Next::kRefuse:\n      case rt::Next::kReject:\n"
        "        if constexpr (requires { impl.",
        hook(), "; }) {\n          if (what == rt::Next::kReject) impl.", hook(),
        ";\n        }\n        return refuse(endpoint, why);\n"
        "    }\n    std::unreachable();\n  }\n");
  }

  std::string hook() const {
    return absl::StrCat("on_refused(caller_of(message), ", message("tag"), ", why)");
  }

  // One compare a method: a message of another interface, or with other words or capabilities, has
  // another tag.
  std::string handle() const {
    std::string result = absl::StrCat(handler_head("handle", "[[maybe_unused]] rt::Slot endpoint"),
                                      "    switch (", message("tag"), ") {\n");
    std::string varying;
    for (const Method* each : service_.all_methods()) {
      const Method& method = *each;
      const std::string tag = tag_constant(method);
      const bool has_optional = optional_of(method.parameters) != nullptr;
      absl::StrAppend(
          method.in.fixed() ? &result : &varying, "      case ", tag, ":\n",
          has_optional ? absl::StrCat("      case ", without_optional(tag), ":\n") : "",
          "        return on_", snake(method.name),
          answers_itself(method) ? "(impl, endpoint, message, why);\n" : "(impl, message, why);\n");
    }
    absl::StrAppend(&result, "      case 0:\n        return no_message(impl, message);\n");
    if (!varying.empty()) {
      absl::StrAppend(&result, "      default:\n        break;\n    }\n",
                      "    // Those whose length varies.\n    switch (", message("tag"),
                      " & ~std::uint64_t{abi::kTagWordsMask}) {\n", varying);
    }
    return absl::StrCat(result,
                        "      default:\n        return malformed(message, why);\n"
                        "    }\n  }\n\n");
  }

  std::string shared_functions() const {
    const std::string malformed =
        service_.malformed != 0 ? absl::StrCat(service_.malformed) : "abi::kEinval";
    const std::string bad_value =
        service_.bad_value != 0 ? absl::StrCat(service_.bad_value) : "abi::kEinval";
    const Method& reply_receive = *endpoint_.find("replyReceive");
    return absl::StrCat(
        "  static constexpr std::int32_t kBadValue = ", bad_value,
        ";\n  static constexpr std::int32_t kMalformed = ", malformed, ";\n\n",
        "  static constexpr bool answer_due(const rt::Registers& message) {\n    return (",
        message("info"), " & abi::kInfoAnswerDue) != 0;\n  }\n\n",
        "  static constexpr rt::Caller caller_of(const rt::Registers& message) {\n"
        "    return {.badge = ",
        message("badge"), ",\n            .identity = ", message("identity"),
        ",\n            .qos = abi::value<abi::QosClass>(", message("info"),
        " & abi::kInfoClassMask)};\n  }\n\n",
        "  [[gnu::always_inline]] static rt::Registers receive(rt::Slot endpoint) {\n",
        make_call(receive_, "abi::word(endpoint.index)",
                  {argument(receive_, "deadline", "abi::kNoDeadline")}, 4),
        "    return out;\n  }\n\n",
        "  // Answers with a status, and the detail in the first word.\n",
        wrapped("[[gnu::always_inline]] static rt::Registers refuse(",
                {"rt::Slot endpoint", "const rt::Error& why"}, ") {", 2),
        make_call(reply_receive, "abi::word(endpoint.index)",
                  {argument(reply_receive, "w0", "why.detail"),
                   argument(reply_receive, "status", "abi::word(why.status)"),
                   argument(reply_receive, "shape", "rt::kRefusalShape")},
                  4),
        "    return out;\n  }\n\n", "  template <rt::Next Then = rt::Next::kRefuse>\n",
        wrapped("static constexpr rt::Next refused(", {"rt::Error& why", "const rt::Error& error"},
                ") {", 2),
        "    why = {rt::answer_status(error), error.detail};\n    return Then;\n  }\n",
        "  // Before the method. The service's own answers say all themselves.\n",
        wrapped("static constexpr rt::Next refused(",
                {"rt::Error& why", "std::int32_t status", "abi::Detail what",
                 "std::uint32_t argument = 0"},
                ") {", 2),
        "    return refused<rt::Next::kReject>(\n"
        "        why, {status, status < 0 ? abi::detail(what, argument) : 0});\n  }\n\n",
        "  // A signal on the bound Notification, or a call that failed: then its caller, if any, "
        "is\n"
        "  // refused by the next receive, unless there is nothing left to receive from.\n",
        wrapped("static rt::Next no_message(", {"Impl& impl", "const rt::Registers& message"},
                ") {", 2),
        "    if (message.a6 != 0) {\n"
        "      const auto status = abi::value<std::int32_t>(message.a6);\n"
        "      if (rt::endpoint_lost(message)) (void)kernel::Self::exit(status);\n"
        "      return rt::Next::kReceive;\n    }\n"
        "    if constexpr (requires { impl.on_notification(message.a0); }) {\n"
        "      impl.on_notification(",
        message("w0"),
        ");\n    }\n"
        "    return rt::Next::kReceive;\n  }\n\n",
        malformed_function());
  }

  // A client knows its method's errors, or those of the interface that it calls: a server that has
  // a method from another answers as that one does.
  std::string malformed_function() const {
    std::string methods;
    std::string interfaces;
    for (const Method* each : service_.all_methods()) {
      if (each->errors == nullptr || each->interface->malformed == 0) continue;
      absl::StrAppend(&methods, "      case ", tag_constant(*each), " >> abi::kTagMethodShift:\n");
    }
    if (!methods.empty()) {
      methods =
          absl::StrCat("    // Those with errors of their own.\n    switch (", message("tag"),
                       " >> abi::kTagMethodShift) {\n", methods,
                       "        return refused(why, abi::kEinval, abi::Detail::kUnknownMethod);\n"
                       "      default:\n        break;\n    }\n");
    }
    for (const Interface* each = service_.super; each != nullptr; each = each->super) {
      if (each->malformed == service_.malformed) continue;
      absl::StrAppend(&interfaces, "      case ", each->name, "::kInterface:\n",
                      "        return refused(why, ", status_of(each->malformed),
                      ", abi::Detail::kUnknownMethod);\n");
    }
    if (!interfaces.empty()) {
      interfaces = absl::StrCat("    switch (", message("tag"), " >> abi::kTagInterfaceShift) {\n",
                                interfaces, "      default:\n        break;\n    }\n");
    }
    return absl::StrCat(
        "  // Another interface, no method of this one, or not its words and capabilities.\n",
        wrapped("static constexpr rt::Next malformed(",
                {"const rt::Registers& message", "rt::Error& why"}, ") {", 2),
        "    if (!answer_due(message)) return rt::Next::kReceive;\n", methods, interfaces,
        "    return refused(why, kMalformed, abi::Detail::kUnknownMethod);\n  }\n");
  }

  static std::string tag_constant(const Method& method) {
    return absl::StrCat(method.interface->name, "::k", upper_first(method.name), "Tag");
  }

  std::string entry() const {
    const std::string about = absl::StrCat(
        "Serves ", service_.name,
        " on `endpoint` (right: receive) for ever. Where `impl` has on_notification(std::uint64_t "
        "bits), it is called when the Notification bound to the thread is signalled. Where it has "
        "on_refused(const rt::Caller&, std::uint64_t tag, const rt::Error& why), that is called "
        "of each call that is refused and that none of its methods has seen.");
    return absl::StrCat(comment(about, 0), "template <class Impl>\n[[noreturn]] void serve_",
                        snake(service_.name), "(Impl& impl, rt::Slot endpoint) {\n  ", class_name(),
                        "<Impl>::serve(impl, endpoint);\n}\n");
  }

  const System& system_;
  const Interface& service_;
  const Interface& endpoint_;
  const Interface& reply_;
  const Method& receive_;
};

// Whether a capability to a service of the same file comes or goes: its client is in another
// header.
bool uses_own_clients(const File& file) {
  for (const auto& service : file.interfaces) {
    for (const Method& method : service->methods) {
      for (const auto* list : {&method.parameters, &method.results}) {
        for (const Parameter& each : *list) {
          const Interface* type = each.type.interface;
          if (type != nullptr && type->file == &file && type->role == Interface::Role::kService) {
            return true;
          }
        }
      }
    }
  }
  return false;
}

}  // namespace

void emit_server(const System& system, Output& output) {
  for (const auto& file : system.files) {
    if (!file->has_services()) continue;
    std::string body;
    for (const auto& each : file->interfaces) {
      if (each->role != Interface::Role::kService) continue;
      absl::StrAppend(&body, body.empty() ? "" : "\n", Server(system, *each).definition());
    }
    std::vector<std::string> includes = service_includes(*file);
    add_supers(*file, "_server.h", includes);
    if (uses_own_clients(*file)) includes.push_back(stem(file->path) + "_client.h");
    for (const char* each : {"<concepts>", "<utility>"}) includes.emplace_back(each);
    for (const char* each : {"Reply", "Self"}) {
      if (const Interface* used = system.find(each)) includes.push_back(stubs_header(*used->file));
    }
    const std::string path = stem(file->path) + "_server.h";
    output[path] = header(path, *file, absl::StrCat("The server's side. ", file->doc), includes,
                          in_namespace(file->name_space, making_calls(body)));
  }
}

}  // namespace kidl
