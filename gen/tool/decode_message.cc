#include "gen/tool/decode_message.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "gen/layout.h"
#include "gen/tag.h"
#include "gen/tool/decode_value.h"

namespace kidl::tool {
namespace {

// How many words a field of a tag tells: 7 tells 8 words, 63 tells 120.
std::uint64_t told_words(std::uint64_t field) { return field <= 6 ? field : 2 * field - 6; }

// How many words of content a head of `length` promises.
std::uint64_t content_words(const Parameter& each, std::uint64_t length) {
  if (!each.max) return length;  // an extensible struct's
  Parameter now = each;          // as long as it is
  now.max = static_cast<std::uint32_t>(length);
  return static_cast<std::uint64_t>(tail_words(now));
}

// A newer peer's extensible struct may be as long as there is room for.
int most_words(const Method& method) {
  const bool may_grow = std::any_of(
      method.parameters.begin(), method.parameters.end(),
      [](const Parameter& each) { return each.type.structure != nullptr && has_tail(each.type); });
  const int most = may_grow ? kMessageWords : std::min(method.in.most, kMessageWords);
  return static_cast<int>(told_words(static_cast<std::uint64_t>(word_code(most))));
}

std::string named(const Parameter& each, const std::string& text) {
  return absl::StrCat(each.name, " = ", each.sensitive ? kHidden : text);
}

}  // namespace

Tag::Tag(std::uint64_t tag)
    : interface(tag >> 16U),
      method(static_cast<int>(tag >> 8U & 0xffU)),
      capabilities(tag >> 6U & 3U),
      words(told_words(tag & 63U)) {}

std::string full_name(const Method& method) {
  return absl::StrCat(method.interface->name, ".", method.name);
}

const Method* Messages::find(const Tag& tag) {
  for (const auto& file : system_.files) {
    for (const auto& interface : file->interfaces) {
      if (interface->role != Interface::Role::kService ||
          interface->service_number != tag.interface) {
        continue;
      }
      for (const Method& each : interface->methods) {
        if (each.ordinal == tag.method) return &each;
      }
      wrong(absl::StrCat(interface->name, " has no method ", tag.method));
      return nullptr;
    }
  }
  wrong(absl::StrCat("no service has the number ", absl::StrFormat("0x%04x", tag.interface)));
  return nullptr;
}

// --- Values

std::string Messages::one(const Parameter& each, std::optional<std::uint64_t> word,
                          absl::string_view where) {
  if (!word) {
    wrong(absl::StrCat("'", each.name, "': ", where, " is not recorded"));
    return absl::StrCat(each.name, " = ?");
  }
  const ValueText value = value_text(each.type, each.range, *word);
  if (!value.wrong.empty()) wrong(absl::StrCat("'", each.name, "': ", value.wrong));
  return named(each, value.text);
}

std::string Messages::bounded(const Parameter& each, std::optional<std::uint64_t> length,
                              Words words, absl::string_view where) {
  if (!length) return one(each, length, where);
  if (each.max && *length > *each.max) {
    wrong(absl::StrCat("'", each.name, "' is longer than ", *each.max));
    return named(each, "?");
  }
  const std::uint64_t count = content_words(each, *length);
  if (count > words.size()) {
    wrong(absl::StrCat("'", each.name, "' is cut"));
    return named(each, "?");
  }
  return named(each, content_text(each.type, *length, words.first(static_cast<std::size_t>(count)),
                                  each.name, wrong_));
}

// Where the next head and the next tail begin (docs/adr/0005-wire-of-bounded-values.md).
struct Messages::Walk {
  Words words;
  std::size_t head = 0;
  std::size_t tail = 0;

  std::optional<std::uint64_t> next_head() {
    const std::size_t at = head++;
    return at < words.size() ? std::optional(words[at]) : std::nullopt;
  }
  Words rest() const { return words.subspan(std::min(tail, words.size())); }
};

std::string Messages::next(const Parameter& each, Walk& walk, Words capabilities) {
  if (each.type.is_capability()) {
    const auto place = static_cast<std::size_t>(each.place);
    if (each.optional && place >= capabilities.size()) return named(each, "none");
    return one(each,
               place < capabilities.size() ? std::optional(capabilities[place]) : std::nullopt,
               absl::StrCat("capability ", place));
  }
  const std::string where = absl::StrCat("word ", walk.head);
  if (has_tail(each.type)) {
    const std::optional<std::uint64_t> length = walk.next_head();
    const Words rest = walk.rest();
    const bool fits = length && (!each.max || *length <= *each.max);
    const std::uint64_t count = fits ? content_words(each, *length) : 0;
    walk.tail += static_cast<std::size_t>(std::min<std::uint64_t>(count, rest.size()));
    return bounded(each, length, rest, where);
  }
  if (each.type.kind != Kind::kStruct) return one(each, walk.next_head(), where);
  const auto size = static_cast<std::size_t>(each.type.structure->words);
  const std::size_t begin = walk.head;
  walk.head += size;
  if (walk.head <= walk.words.size()) {
    return named(each, struct_text(*each.type.structure, walk.words.subspan(begin, size), each.name,
                                   wrong_));
  }
  wrong(absl::StrCat("'", each.name, "' is cut"));
  return named(each, "?");
}

// `is_whole`: `words` are all that the tag tells, and padding.
std::string Messages::values(const std::vector<Parameter>& list, Words words, Words capabilities,
                             bool is_whole) {
  Walk walk{words};
  for (const Parameter& each : list) {
    if (!each.type.is_capability()) walk.tail += static_cast<std::size_t>(head_words(each.type));
  }
  const std::size_t before = wrong_.size();
  std::vector<std::string> parts;
  for (const Parameter& each : list) parts.push_back(next(each, walk, capabilities));
  if (is_whole && wrong_.size() == before) hold_end(words, walk.tail);
  return absl::StrJoin(parts, ", ");
}

// Above six the count is even: the last word may be padding.
void Messages::hold_end(Words words, std::size_t used) {
  const auto code = static_cast<std::uint64_t>(word_code(static_cast<int>(used)));
  if (words.size() != told_words(code)) {
    return wrong(absl::StrCat("the message has ", words.size(), " words, its values ", used));
  }
  if (words.size() > used && words.back() != 0) wrong("the padding word is not zero");
}

void Messages::hold_count(absl::string_view what, std::uint64_t has, int least, int most) {
  if (has >= static_cast<std::uint64_t>(least) && has <= static_cast<std::uint64_t>(most)) return;
  wrong(absl::StrCat("the message has ", has, " ", what, ", the method ", least,
                     least == most ? "" : absl::StrCat(" to ", most)));
}

// --- Messages

std::string Messages::request(std::uint64_t whole, Words words, Words capabilities) {
  const Tag tag(whole);
  const Method* method = find(tag);
  if (method == nullptr) return absl::StrFormat("a message with tag 0x%08x", whole);
  const std::size_t before = wrong_.size();
  const int most = most_words(*method);
  const bool may_lack = !method->parameters.empty() &&
                        std::any_of(method->parameters.begin(), method->parameters.end(),
                                    [](const Parameter& each) { return each.optional; });
  hold_count("words", tag.words, method->in.least, most);
  hold_count("capabilities", tag.capabilities, method->capabilities_in - (may_lack ? 1 : 0),
             method->capabilities_in);
  const bool is_whole = wrong_.size() == before && words.size() == tag.words;
  const Words held = capabilities.first(
      std::min<std::size_t>(capabilities.size(), static_cast<std::size_t>(tag.capabilities)));
  return absl::StrCat(full_name(*method), "(", values(method->parameters, words, held, is_whole),
                      ")");
}

std::string Messages::answer(std::uint64_t whole, std::optional<std::uint64_t> status,
                             std::uint64_t detail, Words words, Words capabilities) {
  const Method* method = find(Tag(whole));
  if (method == nullptr) return absl::StrFormat("an answer to tag 0x%08x", whole);
  const std::string begin = absl::StrCat(full_name(*method), " -> ");
  if (method->one_way) wrong("the method is one way: it is not answered");
  if (!status) {
    wrong("there is no status");
    return begin + "?";
  }
  if (*status != 0) return begin + error(*method, *status, detail);
  // An answer's record does not tell how many there were.
  return absl::StrCat(begin, "(", values(method->results, words, capabilities, false), ")");
}

// --- Statuses

std::string Messages::error(const Method& method, std::uint64_t word, std::uint64_t detail) {
  const auto status = static_cast<std::int64_t>(word);
  if (status != static_cast<std::int32_t>(status)) wrong("the status has more than 32 bits");
  return status > 0 ? own_error(method, status) : transport_error(method, status, detail);
}

std::string Messages::own_error(const Method& method, std::int64_t status) {
  const Enum* errors = method.errors != nullptr ? method.errors : method.interface->errors;
  if (errors != nullptr && static_cast<std::uint64_t>(status) < errors->enumerants.size()) {
    return absl::StrCat(errors->enumerants[static_cast<std::size_t>(status)].name, " (", status,
                        ")");
  }
  wrong(absl::StrCat("no error of ",
                     method.errors != nullptr ? full_name(method) : method.interface->name, " is ",
                     status));
  return absl::StrCat(status);
}

std::string Messages::transport_error(const Method& method, std::int64_t status,
                                      std::uint64_t detail) {
  std::string text;
  const Enum* details = nullptr;
  for (const auto& file : system_.files) {
    if (file->name_space != "abi") continue;
    for (const Constant& each : file->constants) {
      if (each.type.kind == Kind::kInt32 && each.value.number == status) {
        text = absl::StrCat(each.name, " (", status, ")");
      }
    }
    for (const auto& each : file->enums) {
      if (each->name == "Detail") details = each.get();
    }
  }
  if (text.empty()) {
    wrong(absl::StrCat("no error of the transport is ", status));
    text = absl::StrCat(status);
  }
  const std::uint64_t what = detail & 0xffU;
  const std::uint64_t argument = detail >> 8U & 0xffU;
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

}  // namespace kidl::tool
