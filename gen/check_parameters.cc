// A method's parameters or its results: what each may be, and where it lies.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gen/check_internal.h"
#include "gen/layout.h"
#include "gen/registers.h"
#include "gen/tag.h"

namespace kidl::internal {
namespace {

constexpr int kCapabilities = 3;  // t2 to t4

// One list of parameters or results, with what its rules depend on.
class ListChecker {
 public:
  ListChecker(Context& context, const RawNode& node, const RawMethod& raw, const Method& method,
              bool results)
      : context_(context),
        node_(node),
        raw_(raw),
        is_call_(method.interface->role != Interface::Role::kService),
        takes_capability_(method.interface->role == Interface::Role::kObject),
        results_(results) {}

  std::vector<Parameter> check() {
    std::vector<Parameter> list;
    const RawNode* fields = context_.find(results_ ? raw_.results : raw_.parameters);
    if (fields == nullptr || fields->name.find('$') == std::string::npos) {
      context_.report(Code::kNamedParameters, method_site().position(),
                      absl::StrCat("write the ", results_ ? "results" : "parameters", " of '",
                                   raw_.name, "' in parentheses"));
      return list;
    }
    if (fields->has_union) {
      context_.report(Code::kUnion, method_site().position(),
                      absl::StrCat("'", raw_.name, "' has a union among its parameters"));
    }
    std::vector<std::pair<std::string, Position>> names;
    for (const RawField& field : fields->fields) {
      list.push_back(check_one(field));
      names.emplace_back(field.name, list.back().position);
    }
    check_field_names(context_, results_ ? "result" : "parameter", names);
    is_call_ ? place_in_registers(list) : place_in_message(list);
    return list;
  }

  const Layout& layout() const { return layout_; }
  int capabilities() const { return capabilities_; }

 private:
  Site method_site() const {
    return {context_.sources, node_.file, absl::StrCat(node_.name, ".", raw_.name)};
  }
  Site site(const std::string& parameter) const {
    return {context_.sources, node_.file,
            absl::StrCat(node_.name, ".", raw_.name, results_ ? ")" : "(", parameter)};
  }

  Parameter check_one(const RawField& field) {
    const Site at = site(field.name);
    const Annotations annotations(context_, field.annotations, at);
    Parameter result;
    result.name = field.name;
    result.doc = at.doc();
    result.position = at.position();
    const auto type = resolve_type(context_, field.type, result.position, field.name);
    if (!type) return result;
    result.type = *type;
    if (field.has_default) {
      context_.report(Code::kDefault, result.position,
                      absl::StrCat("'", field.name,
                                   "' has a default, which no message would "
                                   "carry"));
    }
    result.sensitive = annotations.has("sensitive");
    check_wire(annotations, at, result);
    check_capability(annotations, at, result);
    if (results_) {
      annotations.refuse({"range"}, "on a result");
    } else {
      result.range = check_range(context_, annotations, at, result.type, result.name);
    }
    check_register(annotations, at, result);
    return result;
  }

  // Why it cannot travel; empty when it can.
  std::string unfit(const Type& type, bool is_element) const {
    if (type.kind == Kind::kVoid) return is_element ? "a list of Void" : "Void";
    if (type.kind == Kind::kStruct) {
      const Struct& structure = *type.structure;
      if (!structure.unfit.empty()) {
        return absl::StrCat("of type ", structure.name, ", of which '", structure.unfit,
                            "' is no scalar, enum or struct of these");
      }
      if (is_element && structure.extensible) return "a list of what has no fixed length";
      if (is_call_) return "a struct, in a system call";
    }
    if (is_element && is_bounded(type)) return "a list of what has no fixed length";
    if (is_element && is_call_ && type.kind == Kind::kStruct) return "a list of structs";
    return type.element == nullptr ? "" : unfit(*type.element, true);
  }

  void check_wire(const Annotations& annotations, const Site& at, Parameter& result) {
    result.max = check_max(context_, annotations, at, result.type, result.name);
    const std::string why = unfit(result.type, false);
    if (why.empty()) return;
    context_.report(Code::kNotOnWire, result.position,
                    absl::StrCat("'", result.name, "' is ", why, ", which messages do not carry"));
  }

  void check_capability(const Annotations& annotations, const Site& at, Parameter& result) {
    if (!result.type.is_capability()) {
      annotations.refuse({"rights", "optional", "pass", "lend"}, "on what is no capability");
      return;
    }
    if (results_ && is_call_) {
      context_.report(Code::kCapabilityResult, result.position,
                      absl::StrCat("'", result.name,
                                   "': a system call cannot return a capability; it fills a slot"));
    }
    const Interface* object = named_by(result);
    if (object == nullptr) return;
    result.optional = annotations.has("optional");
    check_pass(annotations, at, result);
    result.rights = words_of(annotations.text("rights"));
    result.rights_mask = rights_mask(context_, *object, result.rights, at.position("rights"));
    check_share(at, result);
  }

  // What the receiver gets is derived from what the stub made, and the kernel derives nothing from
  // a Vmo without the right.
  void check_share(const Site& at, const Parameter& result) {
    const bool lends = result.pass == Parameter::Pass::kLend;
    if (result.type.interface->name != "Vmo" || (!lends && result.pass != Parameter::Pass::kMint)) {
      return;
    }
    for (const std::string& each : result.rights) {
      if (each == "share") return;
    }
    context_.report(Code::kNoShare, at.position(lends ? "lend" : "pass"),
                    absl::StrCat("'", result.name, "' is ", lends ? "lent" : "minted",
                                 " without the right share; add it to $rights"));
  }

  void check_pass(const Annotations& annotations, const Site& at, Parameter& result) {
    if (is_call_ || results_) {
      annotations.refuse({"pass", "lend"}, is_call_ ? "in a system call" : "on a result");
      return;
    }
    const bool lends = annotations.has("lend");
    const std::string how = annotations.text("pass");
    if (lends) annotations.refuse({"pass", "optional"}, "on what is lent");
    if (lends) result.pass = Parameter::Pass::kLend;
    if (how == "mint") result.pass = Parameter::Pass::kMint;
    if (how == "move") result.pass = Parameter::Pass::kMove;
    if (annotations.has("pass") && how != "copy" && how != "mint" && how != "move") {
      context_.report(Code::kPass, at.position("pass"),
                      absl::StrCat("'", how, "' is none of copy, mint and move"));
    }
    if (!lends) return;
    if (result.type.interface->name != "Vmo") {
      context_.report(Code::kPass, at.position("lend"),
                      absl::StrCat("'", result.name,
                                   "' is no Vmo: what cannot be taken back whole "
                                   "is not lent"));
    }
    for (const RawAnnotation& each : raw_.annotations) {
      const RawNode* node = context_.find(each.id);
      const std::string name = node == nullptr ? "" : node->name;
      if (name != "oneWay" && name != "event" && name != "deferred") continue;
      context_.report(Code::kPass, at.position("lend"),
                      absl::StrCat("'", result.name, "' is lent until the answer, and '", raw_.name,
                                   "' is $", name));
    }
  }

  // The object that the capability is to: a service's is an endpoint.
  const Interface* named_by(const Parameter& result) {
    const Interface* named = result.type.interface;
    if (named != nullptr && named->role == Interface::Role::kObject) return named;
    const bool is_service =
        named != nullptr && named->role == Interface::Role::kService && !is_call_;
    if (!is_service) {
      context_.report(Code::kNotAnObject, result.position,
                      absl::StrCat("'", result.name, "' must be a kernel object's type",
                                   is_call_ ? "" : " or a service's"));
      return nullptr;
    }
    // Its client must be complete where it is used.
    if (named->file->path == node_.file && named->name != node_.name &&
        named->position.line > method_site().position().line) {
      context_.report(Code::kNotAnObject, result.position,
                      absl::StrCat("'", result.name,
                                   "' is of a service that stands further down; "
                                   "move ",
                                   named->name, " up"));
    }
    for (const auto& [id, each] : context_.interfaces) {
      if (each->name == "Endpoint" && each->role == Interface::Role::kObject) return each;
    }
    return nullptr;  // reported: there is no transport
  }

  void check_register(const Annotations& annotations, const Site& at, const Parameter& result) {
    if (!annotations.has("register")) return;
    if (!is_call_) {
      annotations.refuse({"register"}, "on a service's parameter");
      return;
    }
    const std::string name = annotations.text("register");
    const int number = register_number(name);
    if (number < 0) {
      context_.report(Code::kUnknownRegister, at.position("register"),
                      absl::StrCat("'", name, "' is none of t0 to t6 and a0 to a6"));
      return;
    }
    explicit_[result.name] = number;
    // Taken by the call itself.
    const bool taken = results_ ? number == kA6 : takes_capability_ && number == kT0;
    if (taken) {
      context_.report(
          Code::kRegisterTwice, at.position("register"),
          absl::StrCat(name, results_ ? " holds the status" : " holds the invoked capability"));
    }
  }

  void place_in_registers(std::vector<Parameter>& list) {
    std::map<int, std::string> taken;
    int next = kA0;
    for (Parameter& each : list) {
      const auto found = explicit_.find(each.name);
      each.place = found != explicit_.end() ? found->second : next++;
      const bool is_explicit = found != explicit_.end();
      if (!is_explicit && each.place >= kA0 + kMessageRegisters) continue;  // reported below
      const auto [other, is_new] = taken.emplace(each.place, each.name);
      if (is_new) continue;
      const Site at = site(is_explicit ? each.name : other->second);
      context_.report(Code::kRegisterTwice, at.position("register"),
                      absl::StrCat(register_name(each.place), " is taken by both '", other->second,
                                   "' and '", each.name, "'"));
    }
    // The tails follow the heads.
    for (Parameter& each : list) {
      each.tail = next;
      next += tail_words(each);
    }
    layout_ = {true, next - kA0, next - kA0};
    check_words(kMessageRegisters, "registers carry ", "");
  }

  void place_in_message(std::vector<Parameter>& list) {
    int words = 0;
    for (Parameter& each : list) {
      if (each.type.is_capability()) {
        each.place = capabilities_++;
      } else {
        each.place = words;
        words += head_words(each.type);
      }
    }
    for (const Parameter& each : list) {
      if (!each.optional || each.place + 1 == capabilities_) continue;
      context_.report(Code::kOptional, site(each.name).position("optional"),
                      absl::StrCat("'", each.name, "' is optional and not the last capability"));
    }
    layout_ = layout_of(list);
    check_words(kMessageWords, "a message carries ", "; lend the rest as a Vmo");
    if (capabilities_ > kCapabilities) {
      context_.report(Code::kTooManyCapabilities, method_site().position(),
                      absl::StrCat("'", raw_.name, "' has ", capabilities_, " capabilities ",
                                   which(), "; a message carries ", kCapabilities));
    }
  }

  void check_words(int most, absl::string_view what, absl::string_view advice) {
    if (layout_.most <= most) return;
    context_.report(Code::kTooManyWords, method_site().position(),
                    absl::StrCat("'", raw_.name, "' has ", layout_.most, " words ", which(), "; ",
                                 what, most, advice));
  }

  absl::string_view which() const { return results_ ? "as results" : "as parameters"; }

  Context& context_;
  const RawNode& node_;
  const RawMethod& raw_;
  bool is_call_;
  bool takes_capability_;
  bool results_;
  std::map<std::string, int> explicit_;
  Layout layout_;
  int capabilities_ = 0;
};

}  // namespace

ParameterList check_parameters(Context& context, const RawNode& node, const RawMethod& raw,
                               const Method& method, bool results) {
  ListChecker checker(context, node, raw, method, results);
  ParameterList checked;
  checked.list = checker.check();
  checked.layout = checker.layout();
  checked.capabilities = checker.capabilities();
  return checked;
}

}  // namespace kidl::internal
