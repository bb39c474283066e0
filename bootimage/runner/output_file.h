// OutputFile: what a program prints, kept in a file until it is read.
//
// A pipe would be shorter, but a pipe gets full: under load, when nobody reads for a tenth of a
// second. The machine's serial port then waits for the host; and with --icount its clock does not
// wait with it but goes on to the next deadline, so that what should take a second has taken
// five. Whoever writes to a file never waits.
#ifndef BOOTIMAGE_RUNNER_OUTPUT_FILE_H_
#define BOOTIMAGE_RUNNER_OUTPUT_FILE_H_

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <utility>

#include "absl/status/statusor.h"
#include "bootimage/runner/fd.h"

namespace bootimage {

class OutputFile {
 public:
  static absl::StatusOr<OutputFile> make();

  // The program's standard output.
  int writer() const { return file_.get(); }
  // Readable when something was written since the last read().
  int ready() const { return events_.get(); }
  // How much of what was written came into `buffer`; it is dropped here. 0: all of it is read.
  std::size_t read(std::span<char> buffer);

 private:
  OutputFile(Fd file, Fd events) : file_(std::move(file)), events_(std::move(events)) {}

  Fd file_;
  Fd events_;
  off_t read_ = 0;
};

}  // namespace bootimage

#endif  // BOOTIMAGE_RUNNER_OUTPUT_FILE_H_
