// The registers of a virtio-mmio window that is mapped, in order with memory: what was written
// there before is seen by the device before a register is written, and what a register says is not
// older than what is read of memory after it (virtio 1.2, section 2.7.13).
#ifndef SERVERS_RNGD_MMIO_H_
#define SERVERS_RNGD_MMIO_H_

#include <cstdint>
#include <utility>

#include "servers/rngd/virtio.h"

namespace tessera::rngd {

class Mmio {
 public:
  explicit constexpr Mmio(std::uint64_t address) : address_(address) {}

  std::uint32_t read(virtio::Register which) const {
    const std::uint32_t value = *at(which);
    order();
    return value;
  }
  void write(virtio::Register which, std::uint32_t value) const {
    order();
    *at(which) = value;
  }
  static void order() { asm volatile("fence iorw, iorw" ::: "memory"); }

 private:
  volatile std::uint32_t* at(virtio::Register which) const {
    return reinterpret_cast<volatile std::uint32_t*>(address_ + std::to_underlying(which));
  }

  std::uint64_t address_;
};

}  // namespace tessera::rngd

#endif  // SERVERS_RNGD_MMIO_H_
