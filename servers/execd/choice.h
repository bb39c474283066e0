// What the manifest says of an image that is to be started: pure.
#ifndef SERVERS_EXECD_CHOICE_H_
#define SERVERS_EXECD_CHOICE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "idl/abi.h"
#include "idl/manifest.h"
#include "idl/service/execd.h"
#include "servers/manifest/check.h"

namespace tessera::execd {

// An image with start = spawned.
struct Spawnable {
  std::size_t image;  // of the manifest's
  std::size_t nth;    // of those with start = spawned
};

constexpr std::optional<Spawnable> find_spawnable(const manifest::Manifest& manifest,
                                                  std::string_view name) {
  std::size_t nth = 0;
  for (std::size_t i = 0; i < manifest.images.size(); ++i) {
    if (manifest.images[i].start != manifest::Start::kSpawned) continue;
    if (manifest.images[i].name == name) return Spawnable{.image = i, .nth = nth};
    ++nth;
  }
  return std::nullopt;
}

// How much a place must have for any of them.
constexpr std::uint64_t largest_quota(const manifest::Manifest& manifest) {
  std::uint64_t largest = 0;
  for (const manifest::Image& image : manifest.images) {
    const std::uint64_t bytes = std::uint64_t{image.quota_kib} * 1024;
    if (image.start == manifest::Start::kSpawned && bytes > largest) largest = bytes;
  }
  return largest;
}

enum class Verdict : std::uint8_t {
  kGranted,
  kAsk,  // policyd
  kDenied,
};

struct Choice {
  abi::QosClass qos;
  Verdict verdict;
};

// A class that is higher than the image's own is policyd's to allow, up to the manifest's highest.
constexpr Choice choose_class(const manifest::Image& image, service::ChildClass wanted) {
  if (wanted == service::ChildClass::kOwn) return {.qos = image.qos, .verdict = Verdict::kGranted};
  const auto qos = static_cast<abi::QosClass>(wanted);
  if (qos <= image.qos) return {.qos = qos, .verdict = Verdict::kGranted};
  return {.qos = qos, .verdict = qos <= image.highest ? Verdict::kAsk : Verdict::kDenied};
}
static_assert(static_cast<abi::QosClass>(service::ChildClass::kIdle) == abi::QosClass::kIdle);
static_assert(static_cast<abi::QosClass>(service::ChildClass::kNormal) == abi::QosClass::kNormal);
static_assert(static_cast<abi::QosClass>(service::ChildClass::kInteractive) ==
              abi::QosClass::kInteractive);
static_assert(static_cast<abi::QosClass>(service::ChildClass::kPerfBurst) ==
              abi::QosClass::kPerfBurst);

}  // namespace tessera::execd

#endif  // SERVERS_EXECD_CHOICE_H_
