#include "gen/front_end.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "gen/token_pass.h"

namespace kidl {
namespace {

struct Pipe {
  std::array<int, 2> end = {-1, -1};
  bool open() { return pipe2(end.data(), O_CLOEXEC) == 0; }
  ~Pipe() {
    for (const int each : end) {
      if (each >= 0) close(each);
    }
  }
  void close_writer() {
    close(end[1]);
    end[1] = -1;
  }
};

// Reads both pipes to their ends; one after the other could block the child on the second.
void drain(Pipe& out, Pipe& err, std::string& out_text, std::string& err_text) {
  std::array<pollfd, 2> waiting = {pollfd{out.end[0], POLLIN, 0}, pollfd{err.end[0], POLLIN, 0}};
  const std::array<std::string*, 2> texts = {&out_text, &err_text};
  while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
    if (poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
    for (std::size_t each = 0; each < waiting.size(); ++each) {
      if (waiting[each].fd < 0 || waiting[each].revents == 0) continue;
      std::array<char, 65536> buffer = {};
      const ssize_t size = read(waiting[each].fd, buffer.data(), buffer.size());
      if (size > 0) {
        texts[each]->append(buffer.data(), static_cast<std::size_t>(size));
      } else if (size == 0 || errno != EINTR) {
        waiting[each].fd = -1;
      }
    }
  }
}

bool is_position(const std::string& text, int& line, int& column) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
  if (parts.size() != 2) return false;
  const absl::string_view first = parts[1].substr(0, parts[1].find('-'));
  return absl::SimpleAtoi(parts[0], &line) && absl::SimpleAtoi(first, &column);
}

// What the token pass has said already, and better.
bool is_known(const std::vector<Diagnostic>& said, const Position& position,
              absl::string_view message) {
  bool known = false;
  for (const Diagnostic& each : said) {
    known = known || (each.position.file == position.file &&
                      (message == "Parse error." || each.position.line == position.line));
  }
  return known;
}

}  // namespace

void report_capnp_errors(absl::string_view output, const std::string& fallback,
                         const Sources& sources, Diagnostics& diagnostics) {
  // capnp refuses the files: what is wrong with their tokens counts.
  Diagnostics tokens;
  for (const auto& [path, text] : sources.texts()) token_pass(path, text, tokens);
  const std::vector<Diagnostic> said = tokens.sorted();
  for (const Diagnostic& each : said) {
    diagnostics.report(each.code, each.position, each.message);
  }
  for (absl::string_view line : absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    const std::size_t error = line.find(": error: ");
    Position position{fallback, 1, 1};
    if (error == absl::string_view::npos) {
      diagnostics.report(Code::kFrontEnd, position, absl::StrCat("capnp: ", line));
      continue;
    }
    const absl::string_view place = line.substr(0, error);
    const std::size_t colon = place.find(':');
    if (colon != absl::string_view::npos &&
        is_position(std::string(place.substr(colon + 1)), position.line, position.column)) {
      // An imported file is named with the slash that the import has.
      position.file = std::string(absl::StripPrefix(place.substr(0, colon), "/"));
    }
    const std::string message(line.substr(error + std::strlen(": error: ")));
    if (!is_known(said, position, message)) {
      diagnostics.report(Code::kFrontEnd, position, message);
    }
  }
}

absl::StatusOr<std::string> run_capnp(const std::string& capnp, const std::string& root,
                                      const std::vector<std::string>& files, const Sources& sources,
                                      Diagnostics& diagnostics) {
  for (const std::string& each : files) {
    // capnp knows no "--", and has flags that run a program.
    if (!absl::StartsWith(each, "-")) continue;
    return absl::InvalidArgumentError(absl::StrCat("no file's name may begin with '-': ", each));
  }
  std::vector<std::string> words = {capnp, "compile", "--no-standard-import", "-I.", "-o-"};
  words.insert(words.end(), files.begin(), files.end());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  // Without PWD: it is not the folder that capnp will run in, and capnp would say so.
  std::vector<char*> environment;
  for (char** each = environ; *each != nullptr; ++each) {
    if (!absl::StartsWith(*each, "PWD=")) environment.push_back(*each);
  }
  environment.push_back(nullptr);
  for (std::string& each : words) arguments.push_back(each.data());
  arguments.push_back(nullptr);

  Pipe out;
  Pipe err;
  if (!out.open() || !err.open()) return absl::InternalError("no pipe to be had");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, root.c_str());
  posix_spawn_file_actions_adddup2(&actions, out.end[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err.end[1], 2);
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, capnp.c_str(), &actions, nullptr, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return absl::NotFoundError(absl::StrCat("cannot run ", capnp, ": ", std::strerror(failed)));
  }
  out.close_writer();
  err.close_writer();
  std::string request;
  std::string complaints;
  drain(out, err, request, complaints);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return request;
  report_capnp_errors(complaints, files.empty() ? "" : files.front(), sources, diagnostics);
  if (diagnostics.empty())
    return absl::InternalError(absl::StrCat(capnp, " failed without a word"));
  return request;
}

}  // namespace kidl
