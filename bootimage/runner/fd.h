// Fd: owns a file descriptor.
#ifndef BOOTIMAGE_RUNNER_FD_H_
#define BOOTIMAGE_RUNNER_FD_H_

#include <unistd.h>

#include <utility>

namespace bootimage {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    reset(std::exchange(other.fd_, -1));
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;  // -1: none
};

}  // namespace bootimage

#endif  // BOOTIMAGE_RUNNER_FD_H_
