#include "gen/tool/decode.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gen/layout.h"
#include "gen/registers.h"
#include "gen/tool/decode_message.h"
#include "gen/tool/decode_value.h"

namespace kidl::tool {
namespace {

// In Endpoint's and Reply's calls: part of the message in them, which may be sensitive.
bool is_of_message(absl::string_view name) {
  return name.size() == 2 && (name[0] == 'w' || name[0] == 'c') && name[1] >= '0' && name[1] <= '9';
}

class Decoder {
 public:
  Decoder(const System& system, const Record& record)
      : system_(system), record_(record), messages_(system, result_.wrong) {}

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
          result_.text = messages_.request(*tag, record_.words, record_.capabilities);
        } else {
          wrong("there is no tag");
        }
        break;
      case Record::Kind::kAnswer:
        if (const auto tag = record_.get("tag")) {
          result_.text =
              messages_.answer(*tag, record_.get("status"), record_.get("detail").value_or(0),
                               record_.words, record_.capabilities);
        } else {
          wrong("there is no tag");
        }
        break;
    }
    return std::move(result_);
  }

 private:
  using Registers = std::vector<std::uint64_t>;

  void wrong(std::string what) { messages_.wrong(std::move(what)); }

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
      const auto word = in_register(each);
      if (each.optional && word == 0) {
        parts.push_back(each.name + " = none");
        continue;
      }
      parts.push_back(is_bounded(each.type)
                          ? messages_.bounded(each, word, content(each), register_name(each.place))
                          : messages_.one(each, word, register_name(each.place)));
    }
    return absl::StrJoin(parts, ", ");
  }

  // The registers with what a length counts, as far as they are recorded.
  Registers content(const Parameter& each) const {
    Registers words;
    for (int at = each.tail; at < each.tail + tail_words(each); ++at) {
      const auto word = record_.get(register_name(at));
      if (!word) break;
      words.push_back(*word);
    }
    return words;
  }

  // The message's words: those in registers, then those of the buffer.
  Registers message_words(const std::vector<Parameter>& list, std::uint64_t count) const {
    Registers words;
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

  Registers message_capabilities(const std::vector<Parameter>& list, std::uint64_t count) const {
    Registers slots;
    for (std::uint64_t each = 0; each < count; ++each) {
      const Parameter* parameter = named(list, absl::StrCat("c", each));
      const auto slot = parameter == nullptr ? std::nullopt : in_register(*parameter);
      slots.push_back(slot.value_or(0));  // a receiver finds it in its window
    }
    return slots;
  }

  std::string message_in(const std::vector<Parameter>& list, std::uint64_t tag) {
    const Tag parts(tag);
    return messages_.request(tag, message_words(list, parts.words),
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
      const Method* called = messages_.find(Tag(*tag));
      if (called == nullptr) return begin + "an answer";
      // The shape tells how many there are; what it does not count may be anything.
      const Parameter* shape = named(method->results, "shape");
      const auto told = shape == nullptr ? std::nullopt : in_register(*shape);
      const auto words = told ? Tag(*told).words : static_cast<std::uint64_t>(called->out.most);
      const auto capabilities =
          told ? Tag(*told).capabilities : static_cast<std::uint64_t>(called->capabilities_out);
      return begin + messages_.answer(*tag, status, record_.get("a7").value_or(0),
                                      message_words(method->results, words),
                                      Registers(static_cast<std::size_t>(capabilities), 0));
    }
    if (*status != 0) {
      return static_cast<std::int64_t>(*status) > 0
                 ? absl::StrCat(begin, "the service's error ", *status)
                 : begin + messages_.error(*method, *status, record_.get("a7").value_or(0));
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
  Messages messages_;
};

}  // namespace

Decoded decode(const System& system, const Record& record) { return Decoder(system, record).run(); }

}  // namespace kidl::tool
