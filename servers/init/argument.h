// What a task is told on the kernel's command line: a word `NAME=TEXT` is for the image of that
// name.
#ifndef SERVERS_INIT_ARGUMENT_H_
#define SERVERS_INIT_ARGUMENT_H_

#include <string_view>

namespace tessera::init {

// The text of the first such word; words stand between blanks. Empty when there is none.
constexpr std::string_view argument_of(std::string_view command_line, std::string_view name) {
  while (!command_line.empty()) {
    const auto end = command_line.find(' ');
    const std::string_view word = command_line.substr(0, end);
    if (word.size() > name.size() && word.starts_with(name) && word[name.size()] == '=') {
      return word.substr(name.size() + 1);
    }
    command_line.remove_prefix(end == std::string_view::npos ? command_line.size() : end + 1);
  }
  return {};
}

}  // namespace tessera::init

#endif  // SERVERS_INIT_ARGUMENT_H_
