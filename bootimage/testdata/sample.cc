// An ELF with a segment of each kind for the packer's tests.

#include <array>

namespace {

constinit std::array<int, 4> initialised = {1, 2, 3, 4};
constinit std::array<int, 2048> zeros = {};
constexpr std::array<int, 4> kReadOnly = {5, 6, 7, 8};

}  // namespace

extern "C" [[noreturn]] void start(unsigned index);

extern "C" [[noreturn]] void start(unsigned index) {
  for (;;) {
    const auto total = static_cast<unsigned>(initialised[index % 4] + kReadOnly[index % 4]);
    zeros[index % 2048] = static_cast<int>(total + index);
    index = static_cast<unsigned>(zeros[total % 2048]);
  }
}
