// The source files of a run: their text, for the line under a message, and their outline, for
// positions.
#ifndef GEN_SOURCES_H_
#define GEN_SOURCES_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gen/lexer.h"
#include "gen/model.h"

namespace kidl {

class Sources {
 public:
  absl::Status load(const std::string& root, const std::string& path);
  void add(const std::string& path, std::string text);

  // Where `key` (see lexer.h) stands; the file's begin when the outline does not have it.
  Position position(const std::string& path, const std::string& key) const;
  std::string doc(const std::string& path, const std::string& key) const;
  std::string literal(const std::string& path, const std::string& key) const;
  // Of a value (see lexer.h): the nearest that the outline has, of it and of what it is in; the
  // constant that stands there, as the source names it, else empty.
  Position value_position(const std::string& path, const std::string& key) const;
  std::string value_name(const std::string& path, const std::string& key) const;

  // By path.
  std::vector<std::pair<std::string, absl::string_view>> texts() const;
  absl::string_view text(const std::string& path) const;  // empty when there is no such file

  // Without its end; empty when there is no such line.
  absl::string_view line(const std::string& path, int number) const;

 private:
  struct Source {
    std::string text;
    Outline outline;
    std::vector<std::size_t> lines;  // where each begins
  };
  const Place* find(const std::string& path, const std::string& key) const;

  std::map<std::string, Source> sources_;
};

}  // namespace kidl

#endif  // GEN_SOURCES_H_
