#include "gen/register_map.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"

namespace kidl {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kMargin = 5;  // "out" and what is between it and the box

std::size_t width(const RegisterCell& cell) {
  return std::max(cell.place.size(), cell.label.size());
}

std::string padded(absl::string_view text, std::size_t size) {
  return absl::StrCat(text, std::string(size - text.size(), ' '));
}

std::string box(absl::string_view before, const std::vector<RegisterCell>& cells) {
  std::string edge = "+";
  std::string places = "|";
  std::string labels = "|";
  for (const RegisterCell& each : cells) {
    absl::StrAppend(&edge, std::string(width(each) + 2, '-'), "+");
    absl::StrAppend(&places, " ", padded(each.place, width(each)), " |");
    absl::StrAppend(&labels, " ", padded(each.label, width(each)), " |");
  }
  const std::string margin(kMargin, ' ');
  return absl::StrCat(padded(before, kMargin), edge, "\n", margin, places, "\n", margin, labels,
                      "\n", margin, edge, "\n");
}

}  // namespace

std::string register_map(absl::string_view direction, const std::vector<RegisterCell>& cells) {
  std::string result;
  std::vector<RegisterCell> now;
  std::size_t columns = kMargin + 1;
  for (const RegisterCell& each : cells) {
    if (!now.empty() && columns + width(each) + 3 > kColumns) {
      absl::StrAppend(&result, box(result.empty() ? direction : "", now));
      now.clear();
      columns = kMargin + 1;
    }
    columns += width(each) + 3;
    now.push_back(each);
  }
  if (!now.empty()) absl::StrAppend(&result, box(result.empty() ? direction : "", now));
  return result;
}

}  // namespace kidl
