#include "bootimage/runner/output_file.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace bootimage {

absl::StatusOr<OutputFile> OutputFile::make() {
  Fd events(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!events.open()) return absl::ErrnoToStatus(errno, "inotify_init1");
  // A file with a name, for a moment: inotify tells nothing of a memfd.
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(error);
  if (error) return absl::InternalError(absl::StrCat("TMPDIR: ", error.message()));
  std::string path = folder / "console.XXXXXX";
  Fd file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file.open()) {
    return absl::InternalError(
        absl::StrCat("without a file in ", folder.string(), ": ", std::strerror(errno)));
  }
  const int watch = ::inotify_add_watch(events.get(), path.c_str(), IN_MODIFY);
  const int why = errno;
  ::unlink(path.c_str());
  if (watch < 0) return absl::ErrnoToStatus(why, absl::StrCat("inotify_add_watch ", path));
  return OutputFile(std::move(file), std::move(events));
}

std::size_t OutputFile::read(std::span<char> buffer) {
  // First the event, then the bytes: what is written between the two makes an event of its own.
  alignas(inotify_event) std::array<char, 4096> events{};
  while (::read(events_.get(), events.data(), events.size()) > 0) {
  }
  const ssize_t count = ::pread(file_.get(), buffer.data(), buffer.size(), read_);
  if (count <= 0) return 0;
  read_ += count;
  // Best effort: without it the file only grows.
  ::fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, read_);
  return static_cast<std::size_t>(count);
}

}  // namespace bootimage
