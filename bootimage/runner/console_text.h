// ConsoleText: cuts the bytes of a console into lines, and remembers the last of them.
#ifndef BOOTIMAGE_RUNNER_CONSOLE_TEXT_H_
#define BOOTIMAGE_RUNNER_CONSOLE_TEXT_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace bootimage {

class ConsoleText {
 public:
  static constexpr std::size_t kLinesKept = 20;
  // No marker is so long; the rest of such a line is dropped, so that a guest cannot fill memory.
  static constexpr std::size_t kMaxLine = 4096;

  // Gets each line as it ends, without its newline.
  explicit ConsoleText(std::function<void(absl::string_view)> on_line)
      : on_line_(std::move(on_line)) {}

  void append(absl::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\n') {
        end_line();
      } else if (line_.size() < kMaxLine) {
        line_.push_back(c);
      }
    }
  }

  // The last lines, the unfinished one too.
  std::vector<std::string> last_lines() const {
    std::vector<std::string> lines(kept_.begin(), kept_.end());
    if (!line_.empty()) lines.push_back(line_);
    if (lines.size() > kLinesKept) lines.erase(lines.begin());
    return lines;
  }

 private:
  void end_line() {
    kept_.push_back(std::exchange(line_, {}));
    if (kept_.size() > kLinesKept) kept_.pop_front();
    on_line_(kept_.back());
  }

  std::function<void(absl::string_view)> on_line_;
  std::string line_;
  std::deque<std::string> kept_;
};

}  // namespace bootimage

#endif  // BOOTIMAGE_RUNNER_CONSOLE_TEXT_H_
