#include "gen/sources.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kidl {

absl::Status Sources::load(const std::string& root, const std::string& path) {
  const std::string full = absl::StrCat(root, "/", path);
  // A folder opens like a file, and throws when it is read.
  std::error_code none;
  std::ifstream stream(full, std::ios::binary);
  if (!stream || std::filesystem::is_directory(full, none))
    return absl::NotFoundError(absl::StrCat("cannot read ", full));
  add(path, std::string(std::istreambuf_iterator<char>(stream), {}));
  return absl::OkStatus();
}

void Sources::add(const std::string& path, std::string text) {
  Outline outlined = outline(text);
  std::vector<std::size_t> lines = {0};
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
    lines.push_back(at + 1);
  }
  sources_[path] = Source{std::move(text), std::move(outlined), std::move(lines)};
}

const Place* Sources::find(const std::string& path, const std::string& key) const {
  const auto source = sources_.find(path);
  if (source == sources_.end()) return nullptr;
  const auto place = source->second.outline.find(key);
  return place == source->second.outline.end() ? nullptr : &place->second;
}

Position Sources::position(const std::string& path, const std::string& key) const {
  const Place* place = find(path, key);
  return place == nullptr ? Position{path, 1, 1} : Position{path, place->line, place->column};
}

std::string Sources::doc(const std::string& path, const std::string& key) const {
  const Place* place = find(path, key);
  return place == nullptr ? "" : place->doc;
}

std::string Sources::literal(const std::string& path, const std::string& key) const {
  const Place* place = find(path, key);
  return place == nullptr ? "" : place->literal;
}

Position Sources::value_position(const std::string& path, const std::string& key) const {
  std::string each = key;
  while (find(path, each) == nullptr && each.find_first_of(".[", each.find('=')) < each.size()) {
    each.resize(each.find_last_of(".["));
  }
  // What has no value of its own stands where the constant does.
  if (find(path, each) == nullptr) each.resize(std::min(each.find('='), each.size()));
  return position(path, each);
}

std::string Sources::value_name(const std::string& path, const std::string& key) const {
  const Place* place = find(path, key);
  return place == nullptr ? "" : place->name;
}

std::vector<std::pair<std::string, absl::string_view>> Sources::texts() const {
  std::vector<std::pair<std::string, absl::string_view>> result;
  result.reserve(sources_.size());
  for (const auto& [path, source] : sources_) result.emplace_back(path, source.text);
  return result;
}

absl::string_view Sources::text(const std::string& path) const {
  const auto source = sources_.find(path);
  return source == sources_.end() ? absl::string_view() : source->second.text;
}

absl::string_view Sources::line(const std::string& path, int number) const {
  const auto source = sources_.find(path);
  if (source == sources_.end()) return {};
  const std::vector<std::size_t>& lines = source->second.lines;
  if (number < 1 || static_cast<std::size_t>(number) > lines.size()) return {};
  absl::string_view rest = source->second.text;
  rest.remove_prefix(lines[static_cast<std::size_t>(number) - 1]);
  rest = rest.substr(0, rest.find('\n'));
  if (!rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
  return rest;
}

}  // namespace kidl
