#include "gen/tool/record.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gen/registers.h"

namespace kidl::tool {
namespace {

constexpr std::array<std::pair<absl::string_view, Record::Kind>, 4> kKinds = {
    {{"call", Record::Kind::kCall},
     {"return", Record::Kind::kReturn},
     {"request", Record::Kind::kRequest},
     {"answer", Record::Kind::kAnswer}}};

std::optional<Record::Kind> kind_of(absl::string_view word) {
  for (const auto& [name, kind] : kKinds) {
    if (name == word) return kind;
  }
  return std::nullopt;
}

absl::Status wrong(absl::string_view why) { return absl::InvalidArgumentError(why); }

absl::Status wrong_name(absl::string_view name, absl::string_view why) {
  return wrong(absl::StrCat("'", absl::CHexEscape(name.substr(0, 32)), "' ", why));
}

bool is_register(absl::string_view name) {
  return std::any_of(kRegisters.begin(), kRegisters.end(),
                     [&](const auto& each) { return each.first == name; });
}

bool is_known(Record::Kind kind, absl::string_view name) {
  const bool is_message = kind == Record::Kind::kRequest || kind == Record::Kind::kAnswer;
  if (name == "tag") return kind != Record::Kind::kCall;
  if (name == "status" || name == "detail") return kind == Record::Kind::kAnswer;
  if (name == "of") return kind == Record::Kind::kReturn;
  return is_message ? false : is_register(name);
}

bool read_hex(absl::string_view text, std::uint64_t& value) {
  if (!absl::ConsumePrefix(&text, "0x")) absl::ConsumePrefix(&text, "0X");
  if (text.empty() || text.size() > 16) return false;
  value = 0;
  for (const char each : text) {
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(each))) return false;
    const int digit = absl::ascii_isdigit(static_cast<unsigned char>(each))
                          ? each - '0'
                          : absl::ascii_tolower(static_cast<unsigned char>(each)) - 'a' + 10;
    value = value << 4U | static_cast<std::uint64_t>(digit);
  }
  return true;
}

// What both forms become, before it is judged.
struct Entry {
  std::string name;
  std::vector<std::string> texts;  // hexadecimal, or a name
};

absl::Status take(Record& record, const Entry& entry) {
  const bool is_list = entry.name == "words" || entry.name == "capabilities";
  if (!is_list && !is_known(record.kind, entry.name)) {
    return wrong_name(entry.name, "is nothing of such a record");
  }
  std::vector<std::uint64_t> values;
  for (const std::string& text : entry.texts) {
    std::uint64_t value = 0;
    if (read_hex(text, value)) {
      values.push_back(value);
    } else if (entry.name == "of" && entry.texts.size() == 1) {
      record.of = text;
    } else {
      return wrong_name(entry.name, "has no hexadecimal number of at most 64 bits");
    }
  }
  if (is_list) {
    std::vector<std::uint64_t>& list = entry.name == "words" ? record.words : record.capabilities;
    if (!list.empty()) return wrong_name(entry.name, "is there twice");
    list = std::move(values);
    return absl::OkStatus();
  }
  if (!record.of.empty() && entry.name == "of") return absl::OkStatus();
  if (values.size() != 1) return wrong_name(entry.name, "is not one number");
  if (!record.values.emplace(entry.name, values[0]).second) {
    return wrong_name(entry.name, "is there twice");
  }
  return absl::OkStatus();
}

absl::StatusOr<Record> parse_text(absl::string_view line) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
  auto word = std::find_if(words.begin(), words.end(),
                           [](absl::string_view each) { return kind_of(each).has_value(); });
  if (word == words.end()) return wrong("there is none of call, return, request and answer");
  Record record;
  record.kind = *kind_of(*word);
  for (++word; word != words.end(); ++word) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(*word, absl::MaxSplits('=', 1));
    if (parts.second.empty()) return wrong_name(parts.first, "is no NAME=VALUE");
    const Entry entry{parts.first, absl::StrSplit(parts.second, ',')};
    if (absl::Status taken = take(record, entry); !taken.ok()) return taken;
  }
  return record;
}

// A flat JSON object: texts, whole numbers, and lists of them.
class Json {
 public:
  explicit Json(absl::string_view text) : rest_(text) {}

  absl::StatusOr<Record> read() {
    Record record;
    std::vector<Entry> entries;
    bool has_kind = false;
    if (!skip("{")) return wrong("no JSON object");
    while (!skip("}")) {
      if (!entries.empty() && !skip(",")) return wrong("a ',' is missing in the JSON object");
      Entry entry;
      if (!text(entry.name) || !skip(":")) return wrong("no \"name\": in the JSON object");
      if (!value(entry)) return wrong_name(entry.name, "has no text, whole number or list of them");
      entries.push_back(std::move(entry));
    }
    space();
    if (!rest_.empty()) return wrong("something follows the JSON object");
    for (const Entry& each : entries) {
      if (each.name != "kind" || each.texts.size() != 1) continue;
      const std::optional<Record::Kind> kind = kind_of(each.texts[0]);
      if (!kind) return wrong("'kind' is none of call, return, request and answer");
      record.kind = *kind;
      has_kind = true;
    }
    if (!has_kind) return wrong("there is no 'kind'");
    for (const Entry& each : entries) {
      if (each.name == "kind") continue;
      if (absl::Status taken = take(record, each); !taken.ok()) return taken;
    }
    return record;
  }

 private:
  void space() { rest_ = absl::StripLeadingAsciiWhitespace(rest_); }

  bool skip(absl::string_view what) {
    space();
    return absl::ConsumePrefix(&rest_, what);
  }

  // Names and numbers have no escapes.
  bool text(std::string& result) {
    if (!skip("\"")) return false;
    const std::size_t end = rest_.find_first_of("\"\\");
    if (end == absl::string_view::npos || rest_[end] != '"') return false;
    result = std::string(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return true;
  }

  // JSON's numbers are decimal: they become what the texts are.
  bool scalar(std::string& result) {
    space();
    if (absl::StartsWith(rest_, "\"")) return text(result);
    const std::size_t end = std::min(rest_.find_first_not_of("-0123456789"), rest_.size());
    std::uint64_t natural = 0;
    std::int64_t integer = 0;
    if (absl::SimpleAtoi(rest_.substr(0, end), &integer)) {
      natural = static_cast<std::uint64_t>(integer);
    } else if (!absl::SimpleAtoi(rest_.substr(0, end), &natural)) {
      return false;
    }
    result = absl::StrCat("0x", absl::Hex(natural));
    rest_.remove_prefix(end);
    return true;
  }

  bool value(Entry& entry) {
    if (!skip("[")) return scalar(entry.texts.emplace_back());
    while (!skip("]")) {
      if (!entry.texts.empty() && !skip(",")) return false;
      if (!scalar(entry.texts.emplace_back())) return false;
    }
    return true;
  }

  absl::string_view rest_;
};

}  // namespace

std::optional<std::uint64_t> Record::get(absl::string_view name) const {
  const auto found = values.find(name);
  return found == values.end() ? std::nullopt : std::optional(found->second);
}

absl::StatusOr<Record> parse_record(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  return absl::StartsWith(line, "{") ? Json(line).read() : parse_text(line);
}

}  // namespace kidl::tool
