// A QEMU plugin that writes what was executed in the samples of the bench image
// (servers/bench/marks.h), as trace.h has it, a row of the table after the other: what lies between
// the mark of a begin and the mark of an end, the two reads of the counter included. For a machine
// of one hart.
//
//   -plugin libsamples.so,out=FILE
#include <cstdint>
#include <fstream>
#include <string>

#include "bootimage/plugin/code.h"
#include "bootimage/plugin/qemu.h"
#include "bootimage/profile/recorder.h"
#include "bootimage/profile/trace.h"
#include "servers/bench/marks.h"

int qemu_plugin_version = 1;

namespace {

namespace plugin = bootimage::plugin;
namespace profile = bootimage::profile;
using tessera::bench::code_of;
using tessera::bench::Mark;

profile::Trace trace;
std::ofstream out;

void on_instruction(unsigned, void* data) { trace.executed(profile::number_in(data)); }
void on_read(unsigned, void* data) { trace.read(profile::number_in(data)); }
void on_begin(unsigned, void*) { trace.begin(); }
void on_end(unsigned, void*) { trace.end(); }
void on_end_row(unsigned, void*) { trace.end_row(out); }
void on_access(unsigned, qemu_plugin_meminfo, std::uint64_t, void*) { trace.accessed(); }

profile::OnInstruction callback_of(std::uint64_t address, std::uint32_t code) {
  if (!plugin::is_users(address)) return on_instruction;
  if (tessera::bench::reads_counter(code)) return on_read;
  if (code == code_of(Mark::kBegin)) return on_begin;
  if (code == code_of(Mark::kEnd)) return on_end;
  if (code == code_of(Mark::kEndRow)) return on_end_row;
  return on_instruction;
}

void on_translation(qemu_plugin_id, qemu_plugin_tb* block) {
  profile::record(block, trace, callback_of, on_access);
}

}  // namespace

int qemu_plugin_install(qemu_plugin_id id, const void*, int count, char** arguments) {
  out.open(plugin::argument(count, arguments, "out="));
  if (!out) return -1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
  return 0;
}
