#include "gen/method_text.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace kidl {
namespace {

bool is_name(absl::string_view word) {
  return !word.empty() && absl::ascii_islower(static_cast<unsigned char>(word[0])) &&
         std::all_of(word.begin(), word.end(), [](char each) {
           return absl::ascii_isalnum(static_cast<unsigned char>(each));
         });
}

std::size_t index_of(const std::vector<Parameter>& list, absl::string_view name) {
  for (std::size_t each = 0; each < list.size(); ++each) {
    if (list[each].name == name) return each;
  }
  return list.size();
}

class Splitter {
 public:
  explicit Splitter(const Method& method) : method_(method) {
    text_.parameters.resize(method.parameters.size());
    text_.results.resize(method.results.size());
  }

  MethodText split() {
    std::vector<std::string*> now = {&text_.about};
    for (const absl::string_view line : absl::StrSplit(method_.doc, '\n')) {
      if (line.empty()) now = {&text_.about};
      absl::string_view rest = line;
      std::vector<std::string*> named = take_names(rest);
      const bool begins = !named.empty();
      if (begins) now = std::move(named);
      for (std::string* each : now) {
        if (begins) each->clear();
        const absl::string_view between = each == &text_.about ? "\n" : " ";
        absl::StrAppend(each, each->empty() ? "" : between, rest);
      }
    }
    own_comments(method_.parameters, text_.parameters);
    own_comments(method_.results, text_.results);
    return std::move(text_);
  }

 private:
  static void own_comments(const std::vector<Parameter>& list, std::vector<std::string>& texts) {
    for (std::size_t each = 0; each < list.size(); ++each) {
      if (!list[each].doc.empty()) texts[each] = absl::StrReplaceAll(list[each].doc, {{"\n", " "}});
    }
  }

  // Whose text `line` begins; takes their names and the colon off it.
  std::vector<std::string*> take_names(absl::string_view& line) {
    const std::size_t colon = line.find(':');
    if (colon == absl::string_view::npos) return {};
    const std::string list = absl::StrReplaceAll(line.substr(0, colon), {{" and ", ", "}});
    std::vector<std::string*> whose;
    bool all = true;
    std::vector<std::string> strangers;
    for (const absl::string_view each : absl::StrSplit(list, ", ")) {
      const std::vector<absl::string_view> ends = absl::StrSplit(each, " to ");
      if (ends.size() > 2 || !is_name(ends.front()) || !is_name(ends.back())) return {};
      if (!add(ends.front(), ends.back(), whose)) {
        all = false;
        strangers.emplace_back(each);
      }
    }
    if (!all) {
      text_.strangers.insert(text_.strangers.end(), strangers.begin(), strangers.end());
      return {};
    }
    line.remove_prefix(colon + 1);
    line = absl::StripLeadingAsciiWhitespace(line);
    return whose;
  }

  bool add(absl::string_view first, absl::string_view last, std::vector<std::string*>& whose) {
    const bool parameter = add_of(method_.parameters, text_.parameters, first, last, whose, true);
    const bool result = add_of(method_.results, text_.results, first, last, whose, false);
    return parameter || result;
  }

  // With `keeps`, one that has its text and shares its name with a result is left alone: what comes
  // again is the result's.
  bool add_of(const std::vector<Parameter>& list, std::vector<std::string>& texts,
              absl::string_view first, absl::string_view last, std::vector<std::string*>& whose,
              bool keeps) const {
    const std::size_t begin = index_of(list, first);
    const std::size_t end = index_of(list, last);
    if (begin > end || end == list.size()) return false;
    for (std::size_t each = begin; each <= end; ++each) {
      const bool shares = index_of(method_.results, list[each].name) < method_.results.size();
      if (!keeps || !shares || texts[each].empty()) whose.push_back(&texts[each]);
    }
    return true;
  }

  const Method& method_;
  MethodText text_;
};

}  // namespace

MethodText method_text(const Method& method) { return Splitter(method).split(); }

}  // namespace kidl
