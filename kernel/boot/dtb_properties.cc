#include "kernel/boot/dtb_properties.h"

namespace tessera::boot {
namespace {

// A literal with its length: without it every comparison would count the characters anew.
using std::string_view_literals::operator""sv;

struct Known {
  std::string_view name;
  Slice Properties::* place;
};
// A table is small: what only boot runs has a budget.
constexpr Known kKnown[] = {
    {"#address-cells"sv, &Properties::address_cells},
    {"#size-cells"sv, &Properties::size_cells},
    {"bootargs"sv, &Properties::bootargs},
    {"compatible"sv, &Properties::compatible},
    {"device_type"sv, &Properties::device_type},
    {"interrupts"sv, &Properties::interrupts},
    {"interrupts-extended"sv, &Properties::interrupts_extended},
    {"linux,initrd-end"sv, &Properties::initrd_end},
    {"linux,initrd-start"sv, &Properties::initrd_start},
    {"phandle"sv, &Properties::phandle},
    {"ranges"sv, &Properties::ranges},
    {"reg"sv, &Properties::reg},
    {"reg-io-width"sv, &Properties::io_width},
    {"reg-shift"sv, &Properties::shift},
    {"riscv,isa"sv, &Properties::isa},
    {"riscv,ndev"sv, &Properties::sources},
    {"status"sv, &Properties::status},
    {"stdout-path"sv, &Properties::stdout_path},
    {"timebase-frequency"sv, &Properties::timebase},
};

}  // namespace

Slice* Properties::find(std::string_view name) {
  for (const Known& known : kKnown) {
    if (same(name, known.name)) return &(this->*known.place);
  }
  return nullptr;
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
