// contract: black-box behaviours of the kernel, each in a task of its own, against the ABI alone.
//
//   RESULT <name> ok
//   RESULT <name> FAIL <why>
//   end <behaviours> ok <failed> failed
#include <cstdint>

#include "idl/kernel/self.h"
#include "servers/contract/behaviour.h"
#include "servers/contract/runner.h"
#include "servers/contract/world.h"
#include "servers/runtime/print.h"
#include "servers/runtime/start.h"

namespace tessera {

extern "C" std::int32_t server_main(std::uint64_t argument) {
  const auto options = contract::parse_options(rt::argument_text(argument));
  if (!options) {
    rt::print("FAIL the command line has contract=", rt::argument_text(argument),
              "; only=TEXT, rounds=N and icount, with commas between them, are known");
    return contract::kFailed;
  }
  contract::options = *options;
  // Each behaviour on one hart, where the order of things is known; those of several harts say so.
  const auto harts = kernel::Self::affinity(0);
  if (!harts || !kernel::Self::affinity(1)) {
    rt::print("FAIL the runner cannot stay on hart 0");
    return contract::kFailed;
  }
  contract::options.harts = *harts;
  contract::Runner runner;
  if (const auto prepared = runner.prepare(); !prepared) {
    rt::print("FAIL the runner cannot start: ", prepared.error().step);
    return contract::kFailed;
  }
  std::uint64_t index = 0;
  for (const auto group : contract::all_groups()) {
    for (const contract::Behaviour& behaviour : group()) {
      if (contract::options.chooses(behaviour.name)) runner.run(behaviour, index);
      ++index;
    }
  }
  rt::print("end ", runner.passed(), " ok ", runner.failed(), " failed");
  return runner.failed() == 0 ? contract::kPassed : contract::kFailed;
}

}  // namespace tessera
