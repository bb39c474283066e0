// The name before a line: from the manifest, by the identity that the kernel told.
#ifndef SERVERS_CONSOLE_STAMP_H_
#define SERVERS_CONSOLE_STAMP_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "idl/manifest.h"
#include "servers/runtime/text.h"

namespace tessera::console {

// The longest name: one of an image has 16 letters at most, "task-0x" and a number's digits are
// more.
inline constexpr std::size_t kNameLength = 7 + 16;

// Who a task is called. Images by their names, each of the tasks that execd has started by its
// image's: the lower 32 bits of its identity. The first task `init_name`, others by their number.
struct Names {
  std::span<const manifest::Image> images;
  std::uint64_t init_identity;
  std::string_view init_name;

  // Null: it is of none.
  constexpr const manifest::Image* image_of(std::uint64_t identity) const {
    for (const manifest::Image& image : images) {
      const bool spawned = image.start == manifest::Start::kSpawned;
      if (image.identity == (spawned ? identity & UINT32_MAX : identity)) return &image;
    }
    return nullptr;
  }

  constexpr void write(rt::Sink auto& sink, std::uint64_t identity) const {
    if (identity == init_identity) return rt::write(sink, init_name);
    if (const auto* image = image_of(identity)) return rt::write(sink, image->name);
    rt::write(sink, "task-", rt::hex(identity));
  }
};

}  // namespace tessera::console

#endif  // SERVERS_CONSOLE_STAMP_H_
