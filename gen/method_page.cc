#include "gen/method_page.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gen/layout.h"
#include "gen/method_text.h"
#include "gen/register_map.h"
#include "gen/registers.h"
#include "gen/service_cxx.h"
#include "gen/tag.h"

namespace kidl {
namespace {

std::string note(const Parameter& parameter, const std::string& text) {
  std::vector<std::string> parts;
  if (parameter.max) parts.push_back(absl::StrCat("its length, at most ", *parameter.max));
  if (parameter.range) {
    parts.push_back(absl::StrCat(parameter.range->min, " to ", parameter.range->max));
  }
  if (parameter.sensitive) parts.push_back("not traced");
  if (parameter.optional) parts.push_back("may be absent");
  if (parameter.pass == Parameter::Pass::kMint) parts.push_back("with these rights alone");
  if (parameter.pass == Parameter::Pass::kMove) parts.push_back("moved");
  if (parameter.pass == Parameter::Pass::kLend) parts.push_back("lent until the answer");
  if (!parameter.rights.empty()) {
    parts.push_back(absl::StrCat("rights: ", absl::StrJoin(parameter.rights, " ")));
  }
  if (!text.empty()) parts.push_back(cell(text));
  return absl::StrJoin(parts, "; ");
}

class MethodPage {
 public:
  MethodPage(const System& system, const Method& method)
      : method_(method), text_(method_text(method)), endpoint_(system.find("Endpoint")) {}

  std::string text() const {
    const bool is_call = method_.interface->role != Interface::Role::kService;
    std::string result = absl::StrCat("\n### ", method_.interface->name, ".", method_.name, "\n\n",
                                      is_call ? call_line() : message_line(), options(), "\n\n",
                                      text_.about, "\n\n```text\n");
    const std::vector<Row> rows = is_call ? call_rows() : message_rows();
    result += picture(rows);
    result += "```\n\n| | register | type | |\n|---|---|---|---|\n";
    for (const Row& row : rows) {
      absl::StrAppend(&result, "| ", row.direction, " | ", row.place, " | ", row.type, " | ",
                      row.what, " |\n");
    }
    return result;
  }

 private:
  struct Row {
    std::string direction;
    std::string place;
    std::string type;
    std::string what;
    std::string label;  // in the picture
  };

  static std::string picture(const std::vector<Row>& rows) {
    std::vector<RegisterCell> in;
    std::vector<RegisterCell> out;
    for (const Row& row : rows) {
      (row.direction == "in" ? in : out).push_back({row.place, row.label});
    }
    return register_map("in", in) + register_map("out", out);
  }

  std::string named(const Parameter& each, const std::string& text) const {
    const std::string more = note(each, text);
    return absl::StrCat("`", each.name, "`", more.empty() ? "" : ": ", more);
  }

  std::string options() const {
    std::string result;
    if (method_.fast) result += " Fast.";
    if (method_.idempotent) result += " May be called again.";
    if (method_.deadline != 0) {
      absl::StrAppend(&result, " Waits at most ", method_.deadline, " ns.");
    }
    if (method_.errors != nullptr) {
      absl::StrAppend(&result, " Errors of its own: ", method_.errors->name, ".");
    }
    absl::StrAppend(&result, " ", since_text(method_.since));
    absl::StripTrailingAsciiWhitespace(&result);
    if (!method_.deprecated.empty()) {
      absl::StrAppend(&result, " **Deprecated**: ", method_.deprecated);
    }
    return result;
  }

  std::string call_line() const {
    std::string result = absl::StrCat("System call ", method_.number, ".");
    if (!method_.need.empty()) {
      absl::StrAppend(&result, " Needs: ", absl::StrJoin(method_.need, " "), ".");
    }
    if (method_.receives) result += " s0 to s11 are zero afterwards.";
    return result;
  }

  std::string message_line() const {
    return absl::StrCat("Method ", method_.ordinal, ", tag ",
                        absl::StrFormat("0x%08x", tag_of(method_)),
                        method_.in.fixed() ? "" : " and the number of words",
                        method_.event      ? ". An event: one way, and the sender does not wait."
                        : method_.one_way  ? ". One way: no answer."
                        : method_.deferred ? ". Answered later."
                                           : ".");
  }

  std::vector<Row> call_rows() const {
    std::vector<Row> rows = {
        {"in", "a7", "", absl::StrCat(method_.number), absl::StrCat(method_.number)}};
    if (method_.interface->role == Interface::Role::kObject) {
      const std::string& name = method_.interface->name;
      rows.push_back({"in", "t0", name, "the invoked capability", name});
    }
    const auto add = [&](const char* direction, const std::vector<Parameter>& list,
                         const std::vector<std::string>& texts) {
      for (std::size_t index = 0; index < list.size(); ++index) {
        const Parameter& each = list[index];
        rows.push_back({direction, std::string(register_name(each.place)), idl_type(each.type),
                        named(each, texts[index]), each.name});
        add_content(rows, direction, each);
      }
    };
    add("in", method_.parameters, text_.parameters);
    rows.push_back({"out", "a6", "", "status", "status"});
    rows.push_back({"out", "a7", "", "detail", "detail"});
    add("out", method_.results, text_.results);
    return rows;
  }

  // The registers with what a length counts.
  static void add_content(std::vector<Row>& rows, const std::string& direction,
                          const Parameter& each) {
    const int count = tail_words(each);
    if (count == 0) return;
    const std::string first(register_name(each.tail));
    const std::string last(register_name(each.tail + count - 1));
    rows.push_back({direction, count == 1 ? first : absl::StrCat(first, " to ", last), "",
                    absl::StrCat("`", each.name, "`'s content, then zeros"),
                    each.name + "'s content"});
  }

  static std::string word_range(int first, int count) {
    return count == 1 ? absl::StrCat("word ", first)
                      : absl::StrCat("words ", first, " to ", first + count - 1);
  }

  // A message is a call of Endpoint's: its words and capabilities stand where that call has them.
  void add_message(std::vector<Row>& rows, const std::string& direction,
                   const std::vector<Parameter>& list, const std::vector<std::string>& texts,
                   const Layout& layout) const {
    if (endpoint_ == nullptr || endpoint_->find("callWith") == nullptr) return;
    const Method& call = *endpoint_->find("callWith");
    int at = 0;
    for (std::size_t index = 0; index < list.size(); ++index) {
      const Parameter& each = list[index];
      if (!each.type.is_capability() && !layout.plain) {
        rows.push_back({direction, word_range(at, head_words(each.type)), idl_type(each.type),
                        named(each, texts[index]), each.name});
        at += head_words(each.type);
        continue;
      }
      const std::string name =
          each.type.is_capability() ? capability_name(each.place) : word_name(each.place);
      const bool arrives = each.type.is_capability() && direction == "out";
      rows.push_back({direction,
                      arrives ? absl::StrCat("window ", each.place)
                              : std::string(register_name(place_of(call.parameters, name))),
                      idl_type(each.type), named(each, texts[index]), each.name});
    }
  }

  std::vector<Row> message_rows() const {
    const std::string tag = absl::StrCat(absl::StrFormat("tag 0x%08x", tag_of(method_)),
                                         method_.in.fixed() ? "" : ", and words");
    std::vector<Row> rows = {{"in", "a6", "", tag, tag}};
    add_message(rows, "in", method_.parameters, text_.parameters, method_.in);
    if (method_.one_way) return rows;
    rows.push_back({"out", "a6", "", "status", "status"});
    add_message(rows, "out", method_.results, text_.results, method_.out);
    return rows;
  }

  const Method& method_;
  MethodText text_;
  const Interface* endpoint_;
};

}  // namespace

std::string cell(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\n", " "}, {"|", "\\|"}});
}

std::string since_text(absl::string_view version) {
  return version.empty() ? "" : absl::StrCat("Since ", version, ". ");
}

std::string idl_type(const Type& type) {
  switch (type.kind) {
    case Kind::kVoid:
      return "Void";
    case Kind::kBool:
      return "Bool";
    case Kind::kInt8:
      return "Int8";
    case Kind::kInt16:
      return "Int16";
    case Kind::kInt32:
      return "Int32";
    case Kind::kInt64:
      return "Int64";
    case Kind::kUint8:
      return "UInt8";
    case Kind::kUint16:
      return "UInt16";
    case Kind::kUint32:
      return "UInt32";
    case Kind::kUint64:
      return "UInt64";
    case Kind::kEnum:
      return type.enumeration->name;
    case Kind::kCapability:
      return type.interface->name;
    case Kind::kText:
      return "Text";
    case Kind::kData:
      return "Data";
    case Kind::kList:
      return absl::StrCat("List(", idl_type(*type.element), ")");
    case Kind::kStruct:
      return type.structure->name;
  }
  return "?";
}

std::string method_page(const System& system, const Method& method) {
  return MethodPage(system, method).text();
}

}  // namespace kidl
