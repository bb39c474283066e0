#include "gen/tool/decode.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "gen/layout.h"
#include "gen/registers.h"
#include "gen/tag.h"
#include "gen/tool/decode_value.h"

namespace kidl::tool {
namespace {

// A message's tag, as idl/abi.idl has it (tagInterfaceShift and the constants after it).
struct Tag {
  explicit Tag(std::uint64_t tag)
      : interface(tag >> 16U),
        method(static_cast<int>(tag >> 8U & 0xffU)),
        capabilities(tag >> 6U & 3U) {
    const std::uint64_t field = tag & 63U;
    words = field <= 6 ? field : 2 * field - 6;  // 7 tells 8 words, 63 tells 120
  }
  std::uint64_t interface;
  int method;
  std::uint64_t capabilities;
  std::uint64_t words = 0;
};

// In Endpoint's and Reply's calls: part of the message in them, which may be sensitive.
bool is_of_message(absl::string_view name) {
  return name.size() == 2 && (name[0] == 'w' || name[0] == 'c') && name[1] >= '0' && name[1] <= '9';
}

class Decoder {
 public:
  Decoder(const System& system, const Record& record) : system_(system), record_(record) {}

  Decoded run() {
    switch (record_.kind) {
      case Record::Kind::kCall:
        result_.text = call();
        break;
      case Record::Kind::kReturn:
        result_.text = returned();
        break;
      case Record::Kind::kRequest:
        if (const auto tag = record_.get("tag")) {
          result_.text = request(*tag, record_.words, record_.capabilities);
        } else {
          wrong("there is no tag");
        }
        break;
      case Record::Kind::kAnswer:
        if (const auto tag = record_.get("tag")) {
          result_.text = answer(*tag, record_.get("status"), record_.get("detail").value_or(0),
                                record_.words, record_.capabilities);
        } else {
          wrong("there is no tag");
        }
        break;
    }
    return std::move(result_);
  }

 private:
  using Words = std::vector<std::uint64_t>;

  void wrong(std::string what) { result_.wrong.push_back(std::move(what)); }

  const Method* find_call(std::uint64_t number, absl::string_view name) const {
    for (const auto& file : system_.files) {
      for (const auto& interface : file->interfaces) {
        if (interface->role == Interface::Role::kService) continue;
        for (const Method& each : interface->methods) {
          if (name.empty() ? each.number == number : full_name(each) == name) return &each;
        }
      }
    }
    return nullptr;
  }

  const Method* find_method(const Tag& tag) {
    for (const auto& file : system_.files) {
      for (const auto& interface : file->interfaces) {
        if (interface->role != Interface::Role::kService ||
            interface->service_number != tag.interface) {
          continue;
        }
        for (const Method& each : interface->methods) {
          if (each.ordinal == tag.method && !each.removed) return &each;
        }
        wrong(absl::StrCat(interface->name, " has no method ", tag.method));
        return nullptr;
      }
    }
    wrong(absl::StrCat("no service has the number ", absl::StrFormat("0x%04x", tag.interface)));
    return nullptr;
  }

  const Enum* find_enum(absl::string_view name) const {
    for (const auto& file : system_.files) {
      for (const auto& each : file->enums) {
        if (each->name == name) return each.get();
      }
    }
    return nullptr;
  }

  static std::string full_name(const Method& method) {
    return absl::StrCat(method.interface->name, ".", method.name);
  }

  std::string one(const Parameter& each, std::optional<std::uint64_t> word,
                  absl::string_view where) {
    if (!word) {
      wrong(absl::StrCat("'", each.name, "': ", where, " is not recorded"));
      return absl::StrCat(each.name, " = ?");
    }
    const ValueText value = value_text(each, *word);
    if (!value.wrong.empty()) wrong(absl::StrCat("'", each.name, "': ", value.wrong));
    return absl::StrCat(each.name, " = ", value.text);
  }

  // --- Messages

  // Where the next head and the next tail begin (docs/adr/0005-wire-of-bounded-values.md).
  struct Walk {
    const Words& words;
    std::size_t tail = 0;
    std::size_t head = 0;

    std::size_t left() const { return tail < words.size() ? words.size() - tail : 0; }
  };

  static std::size_t heads(const std::vector<Parameter>& list) {
    std::size_t count = 0;
    for (const Parameter& each : list) {
      if (!each.type.is_capability()) count += static_cast<std::size_t>(head_words(each.type));
    }
    return count;
  }

  // What is longer than a word: its length, and a text's bytes.
  std::string bounded(const Parameter& each, Walk& walk) {
    if (!has_tail(each.type)) {
      walk.head += static_cast<std::size_t>(head_words(each.type));
      if (walk.head > walk.words.size()) wrong(absl::StrCat("'", each.name, "' is cut"));
      return each.sensitive ? "<hidden>" : absl::StrCat("a ", each.type.structure->name);
    }
    if (walk.head >= walk.words.size()) {
      wrong(absl::StrCat("'", each.name, "': word ", walk.head++, " is not recorded"));
      return "?";
    }
    const std::uint64_t length = walk.words[walk.head++];
    if (each.max && length > *each.max) {
      wrong(absl::StrCat("'", each.name, "' is longer than ", *each.max));
      return each.sensitive ? "<hidden>" : "?";
    }
    return tail(each, length, walk);
  }

  std::string tail(const Parameter& each, std::uint64_t length, Walk& walk) {
    std::uint64_t count = length;  // of words: an extensible struct's
    if (each.max) {
      Parameter now = each;  // as long as it is
      now.max = static_cast<std::uint32_t>(length);
      count = static_cast<std::uint64_t>(tail_words(now));
    }
    if (count > walk.left()) {
      wrong(absl::StrCat("'", each.name, "' is cut"));
      walk.tail = walk.words.size();
      return each.sensitive ? "<hidden>" : "?";
    }
    const std::size_t begin = walk.tail;
    walk.tail += static_cast<std::size_t>(count);
    if (each.sensitive) return "<hidden>";
    if (each.type.kind != Kind::kText) {
      return absl::StrCat(length, each.type.kind == Kind::kData     ? " bytes"
                                  : each.type.kind == Kind::kStruct ? " words"
                                                                    : " elements");
    }
    std::string text;
    for (std::uint64_t byte = 0; byte < length; ++byte) {
      text += static_cast<char>(walk.words[begin + byte / 8] >> byte % 8 * 8 & 0xffU);
    }
    return absl::StrCat("\"", absl::CHexEscape(text), "\"");
  }

  std::string values(const std::vector<Parameter>& list, const Words& words,
                     const Words& capabilities) {
    std::vector<std::string> parts;
    Walk walk{words, heads(list)};
    for (const Parameter& each : list) {
      if (!each.type.is_capability() && (has_tail(each.type) || each.type.kind == Kind::kStruct)) {
        parts.push_back(absl::StrCat(each.name, " = ", bounded(each, walk)));
        continue;
      }
      const Words& from = each.type.is_capability() ? capabilities : words;
      const auto place =
          each.type.is_capability() ? static_cast<std::size_t>(each.place) : walk.head++;
      const std::optional<std::uint64_t> word =
          place < from.size() ? std::optional(from[place]) : std::nullopt;
      parts.push_back(one(
          each, word, absl::StrCat(each.type.is_capability() ? "capability " : "word ", place)));
    }
    return absl::StrJoin(parts, ", ");
  }

  void hold_count(absl::string_view what, std::uint64_t has, int least, int most) {
    if (has >= static_cast<std::uint64_t>(least) && has <= static_cast<std::uint64_t>(most)) return;
    wrong(absl::StrCat("the message has ", has, " ", what, ", the method ", least,
                       least == most ? "" : absl::StrCat(" to ", most)));
  }

  std::string request(std::uint64_t whole, const Words& words, const Words& capabilities) {
    const Tag tag(whole);
    const Method* method = find_method(tag);
    if (method == nullptr) return absl::StrFormat("a message with tag 0x%08x", whole);
    // Above six the count is even: one more than there are, at most.
    const int most = method->in.most > kMessageRegisters ? method->in.most + method->in.most % 2
                                                         : method->in.most;
    const bool may_lack = !method->parameters.empty() && method->parameters.back().optional;
    hold_count("words", tag.words, method->in.least, most);
    hold_count("capabilities", tag.capabilities, method->capabilities_in - (may_lack ? 1 : 0),
               method->capabilities_in);
    return absl::StrCat(full_name(*method), "(", values(method->parameters, words, capabilities),
                        ")");
  }

  std::string answer(std::uint64_t whole, std::optional<std::uint64_t> status, std::uint64_t detail,
                     const Words& words, const Words& capabilities) {
    const Method* method = find_method(Tag(whole));
    if (method == nullptr) return absl::StrFormat("an answer to tag 0x%08x", whole);
    const std::string begin = absl::StrCat(full_name(*method), " -> ");
    if (method->one_way) wrong("the method is one way: it is not answered");
    if (!status) {
      wrong("there is no status");
      return begin + "?";
    }
    if (*status != 0) return begin + error(*method, *status, detail);
    return absl::StrCat(begin, "(", values(method->results, words, capabilities), ")");
  }

  // --- Statuses

  std::string error(const Method& method, std::uint64_t word, std::uint64_t detail) {
    const auto status = static_cast<std::int64_t>(word);
    if (status != static_cast<std::int32_t>(status)) wrong("the status has more than 32 bits");
    if (status > 0) return own_error(*method.interface, status);
    return transport_error(method, status, detail);
  }

  std::string own_error(const Interface& interface, std::int64_t status) {
    const Enum* errors = interface.errors;
    if (errors != nullptr && static_cast<std::uint64_t>(status) < errors->enumerants.size()) {
      return absl::StrCat(errors->enumerants[static_cast<std::size_t>(status)].name, " (", status,
                          ")");
    }
    wrong(absl::StrCat("no error of ", interface.name, " is ", status));
    return absl::StrCat(status);
  }

  std::string transport_error(const Method& method, std::int64_t status, std::uint64_t detail) {
    std::string text;
    for (const auto& file : system_.files) {
      for (const Constant& each : file->constants) {
        if (file->name_space == "abi" && each.type.kind == Kind::kInt32 &&
            each.value.number == status) {
          text = absl::StrCat(each.name, " (", status, ")");
        }
      }
    }
    if (text.empty()) {
      wrong(absl::StrCat("no error of the transport is ", status));
      text = absl::StrCat(status);
    }
    const std::uint64_t what = detail & 0xffU;
    const std::uint64_t argument = detail >> 8U & 0xffU;
    const Enum* details = find_enum("Detail");
    if (what != 0 && details != nullptr && what < details->enumerants.size()) {
      absl::StrAppend(&text, ", ", details->enumerants[what].name);
    } else if (what != 0) {
      wrong(absl::StrCat("no detail is ", what));
    }
    if (argument > method.parameters.size()) {
      wrong(absl::StrCat("there is no argument ", argument));
    } else if (argument != 0) {
      absl::StrAppend(&text, " of '", method.parameters[argument - 1].name, "'");
    }
    return text;
  }

  // --- System calls

  std::optional<std::uint64_t> in_register(const Parameter& each) const {
    return record_.get(register_name(each.place));
  }

  static const Parameter* named(const std::vector<Parameter>& list, absl::string_view name) {
    for (const Parameter& each : list) {
      if (each.name == name) return &each;
    }
    return nullptr;
  }

  // Those in registers, but for the message in them.
  std::string registers(const Method& method, const std::vector<Parameter>& list, bool with_tag) {
    const bool carries = method.interface->name == "Endpoint" || method.interface->name == "Reply";
    std::vector<std::string> parts;
    for (const Parameter& each : list) {
      if (carries && (is_of_message(each.name) || (with_tag && each.name == "tag"))) continue;
      parts.push_back(one(each, in_register(each), register_name(each.place)));
    }
    return absl::StrJoin(parts, ", ");
  }

  // The message's words: those in registers, then those of the buffer.
  Words message_words(const std::vector<Parameter>& list, std::uint64_t count) const {
    Words words;
    for (std::uint64_t each = 0; each < count; ++each) {
      const Parameter* parameter = named(list, absl::StrCat("w", each));
      if (parameter == nullptr) break;
      const auto word = in_register(*parameter);
      if (!word) return words;
      words.push_back(*word);
    }
    words.insert(words.end(), record_.words.begin(), record_.words.end());
    if (words.size() > count) words.resize(count);
    return words;
  }

  Words message_capabilities(const std::vector<Parameter>& list, std::uint64_t count) const {
    Words slots;
    for (std::uint64_t each = 0; each < count; ++each) {
      const Parameter* parameter = named(list, absl::StrCat("c", each));
      const auto slot = parameter == nullptr ? std::nullopt : in_register(*parameter);
      slots.push_back(slot.value_or(0));  // a receiver finds it in its window
    }
    return slots;
  }

  std::string message_in(const std::vector<Parameter>& list, std::uint64_t tag) {
    const Tag parts(tag);
    return request(tag, message_words(list, parts.words),
                   message_capabilities(list, parts.capabilities));
  }

  std::string call() {
    const auto number = record_.get("a7");
    if (!number) {
      wrong("a7, the call's number, is not recorded");
      return "a system call";
    }
    const Method* method = find_call(*number, "");
    if (method == nullptr) {
      wrong(absl::StrCat("no system call has the number ", number_text(*number)));
      return "a system call";
    }
    const Parameter* tag = named(method->parameters, "tag");
    const auto has_tag = tag == nullptr ? std::nullopt : in_register(*tag);
    std::string text = absl::StrCat(
        full_name(*method), "(", registers(*method, method->parameters, has_tag.has_value()), ")");
    if (method->interface->role == Interface::Role::kObject) {
      const auto slot = record_.get("t0");
      if (!slot) wrong("t0, the invoked capability, is not recorded");
      absl::StrAppend(&text, " on slot ", slot ? absl::StrCat(*slot) : "?");
    }
    if (has_tag) absl::StrAppend(&text, ": ", message_in(method->parameters, *has_tag));
    return text;
  }

  const Method* returned_from() {
    const auto number = record_.get("of");
    const Method* method = find_call(number.value_or(0), record_.of);
    if (!number && record_.of.empty()) {
      wrong("'of', the call's number or name, is not there");
      return nullptr;
    }
    if (method == nullptr) {
      wrong(absl::StrCat("no system call is ",
                         number ? number_text(*number) : absl::CHexEscape(record_.of)));
    }
    return method;
  }

  std::string returned() {
    const Method* method = returned_from();
    if (method == nullptr) return "a system call's return";
    const std::string begin = absl::StrCat(full_name(*method), " -> ");
    const auto status = record_.get("a6");
    if (!status) {
      wrong("a6, the status, is not recorded");
      return begin + "?";
    }
    // The answer of a service, when the message's tag is told.
    if (const auto tag = record_.get("tag")) {
      const Method* called = find_method(Tag(*tag));
      if (called == nullptr) return begin + "an answer";
      const auto words = static_cast<std::uint64_t>(called->out.most);
      return begin + answer(*tag, status, record_.get("a7").value_or(0),
                            message_words(method->results, words),
                            Words(static_cast<std::size_t>(called->capabilities_out), 0));
    }
    if (*status != 0) {
      return static_cast<std::int64_t>(*status) > 0
                 ? absl::StrCat(begin, "the service's error ", *status)
                 : begin + error(*method, *status, record_.get("a7").value_or(0));
    }
    return begin + results(*method);
  }

  std::string results(const Method& method) {
    const Parameter* tag = named(method.results, "tag");
    const auto has_tag = tag == nullptr ? std::nullopt : in_register(*tag);
    std::string text =
        absl::StrCat("(", registers(method, method.results, has_tag.has_value()), ")");
    if (!has_tag) return text;
    if (*has_tag != 0) return absl::StrCat(text, ": ", message_in(method.results, *has_tag));
    const auto bits = record_.get("a0");
    return absl::StrCat(text, ": a signal, bits ", bits ? number_text(*bits) : "?");
  }

  const System& system_;
  const Record& record_;
  Decoded result_;
};

}  // namespace

Decoded decode(const System& system, const Record& record) { return Decoder(system, record).run(); }

}  // namespace kidl::tool
