// The kernel's decoders: every argument of every system call, from whole registers to typed values.
// The order of checks is the invoked capability, then the parameters in order; the first that is
// wrong is reported.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gen/emit.h"
#include "gen/layout.h"
#include "gen/registers.h"
#include "gen/service_cxx.h"

namespace kidl {
namespace {

std::string call_name(const Method& method) {
  return absl::StrCat(method.interface->name, upper_first(method.name));
}

std::string decoder_name(const Method& method) {
  return absl::StrCat(snake(method.interface->name), "_", snake(method.name));
}

std::string reg(const Parameter& parameter) {
  return absl::StrCat("frame.x[", parameter.place, "]");
}

class Decoder {
 public:
  Decoder(const System& system, const Method& method) : system_(system), method_(method) {}

  // What a handler is given.
  std::string arguments() const {
    std::string result = absl::StrCat(
        "// System call ", method_.number, ", ", method_.interface->name, ".", method_.name, ".\n",
        "template <class K>\nstruct ", call_name(method_),
        " {\n  using Result = ", method_.results.empty() ? "void" : result_name(), ";\n");
    if (takes_capability()) {
      absl::StrAppend(&result, "  ", reference(*method_.interface), " self;\n");
    }
    for (const Parameter& each : method_.parameters) {
      absl::StrAppend(&result, "  ",
                      each.type.is_capability() ? held_reference(each) : owned_type(each), " ",
                      cxx_name(each.name), ";\n");
    }
    return result + "};\n";
  }

  std::string result_name() const { return call_name(method_) + "Result"; }

  // What a handler returns, and how it lies in registers.
  std::string results() const {
    if (method_.results.empty()) return "";
    const std::string name = result_name();
    std::string fields;
    std::string writes;
    for (const Parameter& each : method_.results) {
      absl::StrAppend(&fields, "  ", owned_type(each), " ", cxx_name(each.name), "{};\n");
      const std::string value = absl::StrCat("result.", cxx_name(each.name));
      if (is_bounded(each.type)) {
        for (const Argument& word : packed(each, value)) {
          absl::StrAppend(&writes, "  frame.x[", word.place, "] = ", word.value, ";\n");
        }
        continue;
      }
      absl::StrAppend(&writes, "  ", reg(each), " = ", encoded(each.type, value), ";\n");
    }
    return absl::StrCat("struct ", name, " {\n", fields, "};\n\ntemplate <class Frame>\n",
                        "constexpr void encode(Frame& frame, const ", name, "& result) {\n", writes,
                        "}\n");
  }

  std::string function() const {
    std::string body;
    if (takes_capability()) {
      body +=
          lookup("self", *method_.interface, absl::StrCat("frame.x[", kT0, "]"), method_.need, 0);
    }
    int index = 0;
    for (const Parameter& each : method_.parameters) {
      ++index;
      if (each.type.is_capability()) {
        body += each.optional ? optional_lookup(each, index)
                              : lookup(cxx_name(each.name), *each.type.interface, reg(each),
                                       each.rights, index);
        continue;
      }
      if (is_bounded(each.type)) {
        body += unpacking(each, index);
        continue;
      }
      body += refuse_unless(refusal(each, reg(each)),
                            absl::StrCat("return k.fail(frame, abi::kEinval, ",
                                         refusal_detail(each), ", ", index, ");"),
                            2);
    }
    return absl::StrCat(
        "template <class K>\nvoid ", decoder_name(method_), "(typename K::Handle k) {\n",
        "  [[maybe_unused]] typename K::Frame& frame = k.frame();\n", body, invoke(),
        "  if (!result) return k.fail(frame, result.error());\n",
        method_.results.empty() ? "  k.complete(frame);\n" : "  k.complete(frame, *result);\n",
        "}\n");
  }

 private:
  bool takes_capability() const { return method_.interface->role == Interface::Role::kObject; }

  std::string reference(const Interface& interface) const {
    return absl::StrCat("typename K::template Ref<", object_type(system_, interface), ">");
  }

  std::string lookup(const std::string& name, const Interface& interface, const std::string& word,
                     const std::vector<std::string>& rights, int index) const {
    std::vector<std::string> names;
    names.reserve(rights.size());
    for (const std::string& each : rights) {
      names.push_back(absl::StrCat("abi::", interface.name, "Right::", constant_name(each)));
    }
    const std::string mask = names.empty() ? "0"
                             : names.size() == 1
                                 ? absl::StrCat("static_cast<std::uint8_t>(", names[0], ")")
                                 : absl::StrCat("internal::mask(", absl::StrJoin(names, ", "), ")");
    return absl::StrCat(wrapped(absl::StrCat("auto ", name, " = k.template lookup<",
                                             object_type(system_, interface), ">("),
                                {word, mask, absl::StrCat(index)}, ");", 2),
                        "  if (!", name, ") return k.fail(frame, ", name, ".error());\n");
  }

  // 0 is none.
  std::string held_reference(const Parameter& each) const {
    const std::string type = reference(*each.type.interface);
    return each.optional ? absl::StrCat("std::optional<", type, ">") : type;
  }

  std::string optional_lookup(const Parameter& each, int index) const {
    const std::string name = cxx_name(each.name);
    const std::string found = lookup("kept", *each.type.interface, reg(each), each.rights, index);
    return absl::StrCat("  ", held_reference(each), " ", name, ";\n  if (", reg(each), " != 0) {\n",
                        found, "  ", name, ".emplace(*std::move(kept));\n  }\n");
  }

  static std::string unpacking(const Parameter& each, int index) {
    const std::string name = cxx_name(each.name);
    return absl::StrCat("  ", owned_type(each), " ", name,
                        ";\n  if (const auto kept = ", unpack(each, name, true),
                        ";\n      kept != abi::Detail::kNone) {\n",
                        "    return k.fail(frame, abi::kEinval, kept, ", index, ");\n  }\n");
  }

  std::string invoke() const {
    std::vector<std::string> items;
    if (takes_capability()) items.push_back(".self = *std::move(self)");
    for (const Parameter& each : method_.parameters) {
      const std::string name = cxx_name(each.name);
      const std::string value = each.optional               ? absl::StrCat("std::move(", name, ")")
                                : each.type.is_capability() ? absl::StrCat("*std::move(", name, ")")
                                : is_bounded(each.type)     ? name
                                                            : decoded(each.type, reg(each));
      items.push_back(absl::StrCat(".", name, " = ", value));
    }
    return wrapped(absl::StrCat("auto result = k.on(", call_name(method_), "<K>{"), items, "});",
                   2);
  }

  const System& system_;
  const Method& method_;
};

std::vector<const Method*> system_calls(const System& system) {
  std::map<std::uint16_t, const Method*> calls;
  for (const auto& file : system.files) {
    for (const auto& interface : file->interfaces) {
      if (interface->role == Interface::Role::kService) continue;
      for (const Method& method : interface->methods) calls[method.number] = &method;
    }
  }
  std::vector<const Method*> result;
  result.reserve(calls.size());
  for (const auto& [number, method] : calls) result.push_back(method);
  return result;
}

constexpr char kAbout[] =
    "Decodes every system call for the kernel K, which has\n"
    "  K::Handle, what a decoder is given of it: K&, or of a K that fits into a register a copy;\n"
    "  K::Frame with x[0] to x[31], the registers of the trap, and k.frame(), the call's;\n"
    "  K::Ref<ObjectType>, a reference to an object, movable;\n"
    "  k.lookup<ObjectType>(word, rights, argument): an expected of Ref, for the capability at\n"
    "      address `word`, with all of `rights`; its error says which argument (0: the invoked "
    "one);\n"
    "  k.on(Call<K>): an expected of Call<K>::Result: what the call does;\n"
    "  k.fail(frame, status, Detail, argument); k.fail(frame, error) for the errors of these two;\n"
    "  k.complete(frame): status, detail and all that a call clobbers are 0 when it is over;\n"
    "  k.complete(frame, result): but for the result's, which encode() writes;\n"
    "  k.unknown(frame): there is no such system call.";

constexpr char kMask[] = R"(namespace internal {
template <class Right, class... Rights>
constexpr std::uint8_t mask(Right first, Rights... rest) {
  const unsigned all = (static_cast<unsigned>(first) | ... | static_cast<unsigned>(rest));
  return static_cast<std::uint8_t>(all);
}
}  // namespace internal

)";

std::string dispatch(const std::vector<const Method*>& calls) {
  std::string table;
  unsigned most = 0;
  for (const Method* method : calls) {
    most = std::max<unsigned>(most, method->number);
    absl::StrAppend(&table, "  all[abi::word(abi::SystemCall::k", call_name(*method), ")] = &",
                    decoder_name(*method), "<K>;\n");
  }
  return absl::StrCat(
      "namespace internal {\n\n",
      "template <class K>\nvoid unknown(typename K::Handle k) {\n  k.unknown(k.frame());\n}\n\n",
      "// By number.\ntemplate <class K>\nconstexpr auto kDecoders = [] {\n",
      "  std::array<void (*)(typename K::Handle), ", most + 1, "> all{};\n",
      "  all.fill(&unknown<K>);\n", table, "  return all;\n}();\n\n}  // namespace internal\n\n",
      "// There is no system call of this number, or a higher one.\n",
      "inline constexpr std::uint64_t kNumbers = ", most + 1, ";\n\n",
      "// Decodes the call in k.frame(), performs it, and puts its outcome there. Its number is "
      "below\n",
      "// kNumbers.\n", "template <class K>\nvoid dispatch(K& k, std::uint64_t number) {\n",
      "  internal::kDecoders<K>[number](k);\n}\n\n", "// The same, whatever its number.\n",
      "template <class K>\nvoid dispatch(K& k) {\n  const std::uint64_t number = k.frame().x[", kA7,
      "];\n  if (number >= kNumbers) return k.unknown(k.frame());\n  dispatch(k, number);\n}\n");
}

}  // namespace

void emit_decode(const System& system, Output& output) {
  const std::vector<const Method*> calls = system_calls(system);
  std::vector<std::string> includes = {"<array>",   "<cstdint>",           "<utility>",
                                       "idl/abi.h", "idl/kernel_rights.h", "idl/system_call.h",
                                       "idl/wire.h"};
  std::string structs;
  std::string functions;
  for (const Method* method : calls) {
    const Decoder decoder(system, *method);
    const std::string results = decoder.results();
    if (!results.empty()) absl::StrAppend(&structs, results, "\n");
    absl::StrAppend(&structs, decoder.arguments(), "\n");
    absl::StrAppend(&functions, decoder.function(), "\n");
    for (const auto* list : {&method->parameters, &method->results}) {
      for (const Parameter& each : *list) {
        add_type_header(each.type, includes);
        if (is_bounded(each.type)) includes.insert(includes.end(), {"<array>", "idl/bounded.h"});
        if (each.optional) includes.push_back("<optional>");
      }
    }
  }
  const std::string body = absl::StrCat(kMask, structs, "namespace internal {\n\n", functions,
                                        "}  // namespace internal\n\n", dispatch(calls));
  output["idl/kernel_decode.h"] = header("idl/kernel_decode.h", "idl/kernel/*.idl", kAbout,
                                         includes, in_namespace("decode", body));
}

}  // namespace kidl
