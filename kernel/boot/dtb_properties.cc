#include "kernel/boot/dtb_properties.h"

namespace tessera::boot {
namespace {

// A literal with its length: without it every comparison would count the characters anew.
using std::string_view_literals::operator""sv;

}  // namespace

// By length first, for there are hundreds of them in a tree.
Slice* Properties::find(std::string_view name) {
  switch (name.size()) {
    case 3:
      return same(name, "reg"sv) ? &reg : nullptr;
    case 6:
      return same(name, "ranges"sv) ? &ranges : same(name, "status"sv) ? &status : nullptr;
    case 8:
      return same(name, "bootargs"sv) ? &bootargs : nullptr;
    case 9:
      return same(name, "reg-shift"sv) ? &shift : same(name, "riscv,isa"sv) ? &isa : nullptr;
    case 10:
      return same(name, "compatible"sv)   ? &compatible
             : same(name, "interrupts"sv) ? &interrupts
                                          : nullptr;
    case 11:
      return same(name, "device_type"sv)   ? &device_type
             : same(name, "stdout-path"sv) ? &stdout_path
             : same(name, "#size-cells"sv) ? &size_cells
                                           : nullptr;
    case 12:
      return same(name, "reg-io-width"sv) ? &io_width : nullptr;
    case 14:
      return same(name, "#address-cells"sv) ? &address_cells : nullptr;
    case 16:
      return same(name, "linux,initrd-end"sv) ? &initrd_end : nullptr;
    case 18:
      return same(name, "timebase-frequency"sv)   ? &timebase
             : same(name, "linux,initrd-start"sv) ? &initrd_start
                                                  : nullptr;
    default:
      return nullptr;
  }
}

bool is_text(Slice property, std::string_view expected) {
  std::string_view text;
  return take_string(property, text) && same(text, expected);
}

bool lists(Slice property, std::string_view expected) {
  std::string_view text;
  while (take_string(property, text)) {
    if (same(text, expected)) return true;
    property = property.subspan(text.size() + 1);
  }
  return false;
}

bool has_extension(std::string_view isa, std::string_view expected) {
  while (true) {
    const std::string_view word = before(isa, '_');
    if (same(word, expected)) return true;
    if (word.size() == isa.size()) return false;
    isa.remove_prefix(word.size() + 1);
  }
}

}  // namespace tessera::boot
