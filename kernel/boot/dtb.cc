// The tree is a stream of tokens. A node's own properties all come before its children, so they are
// gathered, as slices of the tree, until the first child or the node's end; then the node is
// complete, its parents are, and what it tells is taken over.
#include "kernel/boot/dtb.h"

#include <string_view>

#include "kernel/boot/dtb_properties.h"
#include "kernel/boot/dtb_tokens.h"

namespace tessera::boot {
namespace {

// A literal with its length: without it every comparison would count the characters anew.
using std::string_view_literals::operator""sv;

// Section 2.3.5.
constexpr std::uint8_t kDefaultAddressCells = 2;
constexpr std::uint8_t kDefaultSizeCells = 1;

constexpr std::size_t kMostDepth = 16;
constexpr std::size_t kMostUarts = 4;
// No timer of a machine is quicker; and what the clock can turn into nanoseconds (clock.h).
constexpr std::uint64_t kMostTimebase = 10'000'000'000;
// The interrupt of a device, of S-mode (RISC-V privileged 1.12, table 4.2).
constexpr std::uint32_t kSupervisorExternal = 9;
// Eight registers, and the largest shift in use: they then lie in 128 bytes.
constexpr std::uint32_t kMostShift = 4;

// A number for a path, to know it again (FNV-1a). What it decides is which UART the console is.
constexpr std::uint64_t kNoPath = 0xcbf29ce484222325;
std::uint64_t extend_path(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

enum class Kind : std::uint8_t {
  kRoot,
  kChosen,
  kCpus,
  kCpu,
  kReservedMemory,
  kReservation,
  kOther
};

// An open node, as its children need it.
struct Level {
  std::uint64_t path = kNoPath;
  std::uint8_t address_cells = kDefaultAddressCells;  // 255: so many or more
  std::uint8_t size_cells = kDefaultSizeCells;
  Kind kind = Kind::kOther;
  bool complete = false;   // its properties are over
  bool enabled = true;     // neither it nor a parent has a status other than okay
  bool addresses = false;  // its children's addresses are the CPU's
};

struct Candidate {
  std::uint64_t path = kNoPath;
  UartInfo uart;
};

class Reader {
 public:
  Reader(Slice bytes, Machine& machine) : bytes_(bytes), machine_(machine) {}

  bool read() { return open() && read_reservations() && read_structure() && finish(); }
  DtbError error() const { return error_; }

 private:
  bool fail(DtbError error) {
    error_ = error;
    return false;
  }

  bool open();
  bool read_reservations();
  bool read_structure();
  bool finish();

  bool begin_node(std::string_view name);
  bool end_node();
  bool property(const Token& token);

  // What a complete node tells.
  bool complete_node();
  bool take_chosen();
  bool take_timebase();
  bool take_cpu(const Level& parent);
  bool take_ranges(const Level& parent, Few<PhysRange, Machine::kMostRanges>& ranges);
  bool take_device(const Level& parent, const Level& node);
  void take_uart(const Level& node, PhysRange registers, std::uint32_t interrupt);
  void find_contexts();

  bool cells(Slice property, std::uint8_t& value);
  bool number(Slice property, std::uint64_t& value);
  static bool take_cells(Slice& rest, std::uint32_t cells, std::uint64_t& value);
  bool take_range(Slice& rest, const Level& parent, PhysRange& range);
  Level& top() { return levels_[depth_ - 1]; }

  Slice bytes_;
  Machine& machine_;
  DtbError error_ = DtbError::kTruncated;
  DtbTokens tokens_;

  std::size_t depth_ = 0;
  bool rooted_ = false;  // the root was there
  Level levels_[kMostDepth];
  Properties node_;  // of the deepest open node

  Slice contexts_;                                       // of the PLIC
  std::uint32_t controllers_[Machine::kMostHarts] = {};  // the phandles of the harts' own

  std::uint64_t stdout_ = kNoPath;
  Few<Candidate, kMostUarts> uarts_;
};

bool Reader::open() {
  const auto tokens = DtbTokens::open(bytes_);
  if (!tokens) return fail(tokens.error());
  tokens_ = *tokens;
  machine_.dtb_size = tokens_.total_size();
  return true;
}

bool Reader::read_reservations() {
  while (true) {
    const auto entry = tokens_.next_reservation();
    if (!entry) return fail(entry.error());
    if (!entry->has_value()) return true;
    const PhysRange range{{(*entry)->start}, (*entry)->size};
    if (range.size == 0) continue;
    if (range.start.value + range.size < range.size) return fail(DtbError::kRangeOverflow);
    if (!machine_.reserved.push(range)) return fail(DtbError::kTooManyRanges);
  }
}

bool Reader::read_structure() {
  while (true) {
    const auto token = tokens_.next();
    if (!token) return fail(token.error());
    switch (token->kind) {
      case TokenKind::kBeginNode:
        if (!begin_node(token->name)) return false;
        break;
      case TokenKind::kEndNode:
        if (!end_node()) return false;
        break;
      case TokenKind::kProperty:
        if (!property(*token)) return false;
        break;
      case TokenKind::kEnd:
        return (rooted_ && depth_ == 0) || fail(DtbError::kBadStructure);
    }
  }
}

Kind kind_of(Kind parent, std::string_view name) {
  switch (parent) {
    case Kind::kRoot:
      if (same(name, "chosen"sv)) return Kind::kChosen;
      if (same(name, "cpus"sv)) return Kind::kCpus;
      if (same(name, "reserved-memory"sv)) return Kind::kReservedMemory;
      return Kind::kOther;
    case Kind::kCpus:
      return Kind::kCpu;
    case Kind::kReservedMemory:
      return Kind::kReservation;
    default:
      return Kind::kOther;
  }
}

bool Reader::begin_node(std::string_view name) {
  if (depth_ > 0 && !complete_node()) return false;
  if (depth_ == 0 && rooted_) return fail(DtbError::kBadStructure);
  if (depth_ == kMostDepth) return fail(DtbError::kTooDeep);
  Level level;
  if (depth_ == 0) {
    level.kind = Kind::kRoot;
  } else {
    const Level& parent = top();
    level.kind = kind_of(parent.kind, name);
    level.enabled = parent.enabled;
    level.path = extend_path(extend_path(parent.path, "/"sv), name);
  }
  rooted_ = true;
  levels_[depth_++] = level;
  node_ = {};
  return true;
}

bool Reader::end_node() {
  if (depth_ == 0) return fail(DtbError::kBadStructure);
  if (!complete_node()) return false;
  --depth_;
  return true;
}

bool Reader::property(const Token& token) {
  if (depth_ == 0 || top().complete) return fail(DtbError::kBadStructure);
  if (Slice* place = node_.find(token.name); place != nullptr) *place = token.value;
  return true;
}

// Once a node, when its properties are over; its parents are complete.
bool Reader::complete_node() {
  Level& node = top();
  if (node.complete) return true;
  node.complete = true;
  if (!cells(node_.address_cells, node.address_cells) ||
      !cells(node_.size_cells, node.size_cells)) {
    return false;
  }
  if (present(node_.status) && !is_text(node_.status, "okay"sv) && !is_text(node_.status, "ok"sv)) {
    node.enabled = false;
  }
  if (depth_ == 1) {
    node.addresses = true;
    return true;
  }
  const Level& parent = levels_[depth_ - 2];
  // Section 2.3.8: empty ranges say that a bus has its parent's addresses. Others we do not follow.
  node.addresses = parent.addresses && present(node_.ranges) && node_.ranges.empty();
  if (!node.enabled) return true;
  switch (node.kind) {
    case Kind::kChosen:
      return take_chosen();
    case Kind::kCpus:
      return take_timebase();
    case Kind::kCpu:
      return !is_text(node_.device_type, "cpu"sv) || (take_timebase() && take_cpu(parent));
    case Kind::kReservation:
      return take_ranges(parent, machine_.reserved);
    case Kind::kOther:
      if (parent.kind == Kind::kRoot && is_text(node_.device_type, "memory"sv)) {
        return take_ranges(parent, machine_.ram);
      }
      // A hart's own interrupt controller, by which others name it.
      if (parent.kind == Kind::kCpu && lists(node_.compatible, "riscv,cpu-intc"sv) &&
          !machine_.harts.empty() && node_.phandle.size() == 4) {
        controllers_[machine_.harts.size() - 1] = load32(node_.phandle, 0);
      }
      return take_device(parent, node);
    default:
      return true;
  }
}

// Sections 3.6 and, for the initrd, Linux' Documentation/devicetree/bindings/chosen.txt.
bool Reader::take_chosen() {
  std::string_view text;
  if (take_string(node_.bootargs, text)) machine_.bootargs = text;
  if (take_string(node_.stdout_path, text)) stdout_ = extend_path(kNoPath, before(text, ':'));
  if (present(node_.initrd_start) != present(node_.initrd_end)) return fail(DtbError::kBadInitrd);
  if (!present(node_.initrd_start)) return true;
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  if (!number(node_.initrd_start, start) || !number(node_.initrd_end, end)) return false;
  if (start > end) return fail(DtbError::kBadInitrd);
  machine_.initrd = {{start}, end - start};
  return true;
}

// Section 3.8.1: of all harts or of each; a machine has one.
bool Reader::take_timebase() {
  if (!present(node_.timebase)) return true;
  if (!number(node_.timebase, machine_.timebase)) return false;
  return machine_.timebase <= kMostTimebase || fail(DtbError::kBadProperty);
}

bool Reader::take_cpu(const Level& parent) {
  Slice reg = node_.reg;
  std::uint64_t id = 0;
  if (parent.address_cells == 0 || parent.address_cells > 2) return fail(DtbError::kBadCells);
  if (!take_cells(reg, parent.address_cells, id)) return fail(DtbError::kBadProperty);
  std::string_view isa;
  const bool sstc = take_string(node_.isa, isa) && has_extension(isa, "sstc"sv);
  machine_.sstc = sstc && (machine_.harts.empty() || machine_.sstc);
  return machine_.harts.push({id}) || fail(DtbError::kTooManyHarts);
}

bool Reader::take_ranges(const Level& parent, Few<PhysRange, Machine::kMostRanges>& ranges) {
  if (parent.address_cells == 0 || parent.address_cells > 2 || parent.size_cells == 0 ||
      parent.size_cells > 2) {
    return fail(DtbError::kBadCells);
  }
  for (Slice rest = node_.reg; !rest.empty();) {
    PhysRange range;
    if (!take_range(rest, parent, range)) return false;
    if (range.size != 0 && !ranges.push(range)) return fail(DtbError::kTooManyRanges);
  }
  return true;
}

// Devices that we know, on buses that we can reach. A device that makes no sense is passed over:
// the kernel needs none but the UART, and says when there is none.
bool Reader::take_device(const Level& parent, const Level& node) {
  if (!parent.addresses || !present(node_.compatible) || !present(node_.reg)) return true;
  if (parent.address_cells == 0 || parent.address_cells > 2 || parent.size_cells == 0 ||
      parent.size_cells > 2) {
    return true;
  }
  const bool uart = lists(node_.compatible, "ns16550a"sv) || lists(node_.compatible, "ns16550"sv);
  const bool virtio = !uart && lists(node_.compatible, "virtio,mmio"sv);
  const bool plic =
      !uart && !virtio &&
      (lists(node_.compatible, "riscv,plic0"sv) || lists(node_.compatible, "sifive,plic-1.0.0"sv));
  if (!uart && !virtio && !plic) return true;
  Slice reg = node_.reg;
  PhysRange registers;
  if (!take_range(reg, parent, registers)) return false;
  const std::uint32_t interrupt = node_.interrupts.size() >= 4 ? load32(node_.interrupts, 0) : 0;
  if (uart) take_uart(node, registers, interrupt);
  if (plic && machine_.plic.size == 0) {
    machine_.plic = registers;
    contexts_ = node_.interrupts_extended;
    if (node_.sources.size() == 4) machine_.plic_sources = load32(node_.sources, 0);
  }
  // The first ones: a machine with more has more than anybody uses.
  if (virtio) static_cast<void>(machine_.virtio.push({registers, interrupt}));
  return true;
}

void Reader::take_uart(const Level& node, PhysRange registers, std::uint32_t interrupt) {
  Candidate candidate{node.path, {registers, interrupt, 0, 1}};
  UartInfo& uart = candidate.uart;
  if (node_.shift.size() == 4) uart.shift = load32(node_.shift, 0);
  if (node_.io_width.size() == 4) uart.io_width = load32(node_.io_width, 0);
  if (uart.shift > kMostShift || (uart.io_width != 1 && uart.io_width != 4)) return;
  // All registers in one page, and words where words belong.
  const std::uint64_t bytes = std::uint64_t{8} << uart.shift;
  if (registers.size < bytes || registers.start.value % 4096 + bytes > 4096) return;
  if (uart.io_width == 4 && (uart.shift < 2 || registers.start.value % 4 != 0)) return;
  // One more than we keep is one that nobody named first.
  static_cast<void>(uarts_.push(candidate));
}

// A count of cells; `value` stays what it is when the property is absent.
bool Reader::cells(Slice property, std::uint8_t& value) {
  if (!present(property)) return true;
  if (property.size() != 4) return fail(DtbError::kBadCells);
  const std::uint32_t count = load32(property, 0);
  value = count < 255 ? static_cast<std::uint8_t>(count) : 255;
  return true;
}

// A number of one or two cells, whichever it has.
bool Reader::number(Slice property, std::uint64_t& value) {
  if (property.size() != 4 && property.size() != 8) return fail(DtbError::kBadProperty);
  return take_cells(property, static_cast<std::uint32_t>(property.size() / 4), value);
}

// `cells` is 1 or 2.
bool Reader::take_cells(Slice& rest, std::uint32_t cells, std::uint64_t& value) {
  if (rest.size() < cells * std::size_t{4}) return false;
  value = cells == 1 ? load32(rest, 0) : load64(rest, 0);
  rest = rest.subspan(cells * std::size_t{4});
  return true;
}

// An address and a size; the counts of their cells are 1 or 2.
bool Reader::take_range(Slice& rest, const Level& parent, PhysRange& range) {
  if (!take_cells(rest, parent.address_cells, range.start.value) ||
      !take_cells(rest, parent.size_cells, range.size)) {
    return fail(DtbError::kBadProperty);
  }
  return range.start.value + range.size >= range.size || fail(DtbError::kRangeOverflow);
}

// Linux' bindings, interrupt-controller/sifive,plic-1.0.0.yaml: two cells a context, the controller
// of a hart and the interrupt that the hart has there.
void Reader::find_contexts() {
  unsigned found = 0;
  for (std::uint32_t context = 0; contexts_.size() >= 8; ++context) {
    for (std::size_t hart = 0; hart < machine_.harts.size(); ++hart) {
      if (load32(contexts_, 0) != controllers_[hart]) continue;
      if (load32(contexts_, 4) != kSupervisorExternal) continue;
      machine_.contexts[hart] = context;
      found |= 1u << hart;
    }
    contexts_ = contexts_.subspan(8);
  }
  if (found + 1 != 1u << machine_.harts.size()) machine_.plic_sources = 0;
}

bool Reader::finish() {
  if (machine_.ram.empty()) return fail(DtbError::kNoMemory);
  if (machine_.harts.empty()) return fail(DtbError::kNoHarts);
  if (machine_.timebase == 0) return fail(DtbError::kNoTimebase);
  if (uarts_.empty()) return fail(DtbError::kNoUart);
  find_contexts();
  machine_.uart = uarts_[0].uart;
  for (const Candidate& candidate : uarts_) {
    if (candidate.path == stdout_) machine_.uart = candidate.uart;
  }
  return true;
}

}  // namespace

std::expected<void, DtbError> read_machine(std::span<const std::byte> bytes, Machine& machine) {
  Reader reader(bytes, machine);
  if (!reader.read()) return std::unexpected(reader.error());
  return {};
}

}  // namespace tessera::boot
