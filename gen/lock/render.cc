// A comparison as text and as JSON.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gen/diagnostics.h"
#include "gen/json.h"
#include "gen/lock/rules.h"

namespace kidl {

std::string render(const std::vector<Change>& changes) {
  std::string result;
  for (const Change& each : changes) {
    absl::StrAppend(&result, each.breaks() ? "breaking: " : "compatible: ", each.path, ": ",
                    each.what);
    if (each.breaks()) absl::StrAppend(&result, " [", code_name(*each.rule), "]");
    result += '\n';
    if (!each.before.empty()) absl::StrAppend(&result, "  - ", each.before, "\n");
    if (!each.after.empty()) absl::StrAppend(&result, "  + ", each.after, "\n");
    if (each.breaks()) absl::StrAppend(&result, "  Instead: ", advice(*each.rule), "\n");
  }
  return result;
}

std::string render_json(const std::string& file, const std::vector<Change>& changes) {
  std::string result;
  for (const Change& each : changes) {
    absl::StrAppend(&result, "{\"file\":", json_text(file), ",\"element\":", json_text(each.path),
                    ",\"breaking\":", each.breaks() ? "true" : "false",
                    ",\"code\":", json_text(each.breaks() ? code_name(*each.rule) : ""),
                    ",\"message\":", json_text(each.what), ",\"old\":", json_text(each.before),
                    ",\"new\":", json_text(each.after),
                    ",\"advice\":", json_text(each.breaks() ? advice(*each.rule) : ""), "}\n");
  }
  return result;
}

}  // namespace kidl
