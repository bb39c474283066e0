#include "servers/init/probe.h"

#include <gtest/gtest.h>

#include <map>

namespace tessera::init {
namespace {

using manifest::DeviceKind;
using virtio::Register;

bool shows_with(DeviceKind kind, std::uint32_t magic, std::uint32_t version, std::uint32_t id) {
  const std::map<Register, std::uint32_t> registers = {
      {Register::kMagicValue, magic}, {Register::kVersion, version}, {Register::kDeviceId, id}};
  // Nothing else is read: a register of a device that is another's may do something.
  return shows(kind, [&registers](Register which) { return registers.at(which); });
}

TEST(Probe, KnowsAnEntropyDevice) {
  EXPECT_TRUE(shows_with(DeviceKind::kEntropy, virtio::kMagic, 2, 4));
}

TEST(Probe, PassesOverTheOthers) {
  EXPECT_FALSE(shows_with(DeviceKind::kEntropy, virtio::kMagic, 2, 0)) << "an empty window";
  EXPECT_FALSE(shows_with(DeviceKind::kEntropy, virtio::kMagic, 2, 2)) << "a disk";
  EXPECT_FALSE(shows_with(DeviceKind::kEntropy, 0, 2, 4)) << "no virtio";
  EXPECT_FALSE(shows_with(DeviceKind::kEntropy, 0x76697274, 2, 4)) << "the other byte order";
  EXPECT_FALSE(shows_with(DeviceKind::kEntropy, virtio::kMagic, 1, 4)) << "legacy: no driver";
  EXPECT_FALSE(shows_with(DeviceKind::kEntropy, virtio::kMagic, 3, 4)) << "of no version known";
  EXPECT_FALSE(shows_with(DeviceKind::kNone, virtio::kMagic, 2, 4)) << "nobody looks for one";
}

}  // namespace
}  // namespace tessera::init
