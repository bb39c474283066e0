// The properties of a node that we read, and what they may hold (Devicetree Specification 0.4).
#pragma once

#include <string_view>

#include "kernel/boot/dtb_tokens.h"

namespace tessera::boot {

// As slices of the tree; absent: no data.
struct Properties {
  Slice address_cells;
  Slice size_cells;
  Slice bootargs;
  Slice compatible;
  Slice device_type;
  Slice initrd_start;
  Slice initrd_end;
  Slice interrupts;
  Slice interrupts_extended;
  Slice io_width;
  Slice isa;
  Slice phandle;
  Slice ranges;
  Slice reg;
  Slice shift;
  Slice sources;
  Slice status;
  Slice stdout_path;
  Slice timebase;

  // Where the property of this name belongs; null: it is none that we read.
  Slice* find(std::string_view name);
};

inline bool present(Slice property) { return property.data() != nullptr; }

// A property that is one string, and is this one.
bool is_text(Slice property, std::string_view expected);

// A property that is a list of strings, with this one among them.
bool lists(Slice property, std::string_view expected);

// An ISA string is a word of one-letter extensions, then longer ones, each after an underscore
// (RISC-V unprivileged ISA, chapter 27).
bool has_extension(std::string_view isa, std::string_view expected);

}  // namespace tessera::boot
