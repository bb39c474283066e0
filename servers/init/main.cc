// init: the first task. It starts what the manifest names, gives up the power to do so, and from
// then on says how tasks end.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "bootimage/bundle.h"
#include "servers/init/argument.h"
#include "servers/init/attach.h"
#include "servers/init/boot.h"
#include "servers/init/failure.h"
#include "servers/init/layout.h"
#include "servers/init/powerless.h"
#include "servers/init/printer.h"
#include "servers/init/renounce.h"
#include "servers/init/spawn.h"
#include "servers/init/supervisor.h"
#include "servers/manifest/selected.h"
#include "servers/runtime/exit.h"
#include "servers/runtime/start.h"
#include "servers/runtime/try.h"

namespace tessera::init {
namespace {

using manifest::kSelected;

constexpr std::int32_t kFailed = 1;

// Says which image it concerns, and ends the machine: without all that the manifest names it is not
// the machine that was asked for. Once init has renounced that power, only its own task ends.
[[noreturn]] void give_up(std::string_view who, const Failure& failure) {
  print("FAIL ", who, ' ', failure);
  rt::ignore(kBootInfo.stop());
  rt::exit(kFailed);
}

Result<void> bring_up(Supervisor& supervisor, std::size_t image, const bundle::Bundle& bundle,
                      std::string_view argument) {
  RT_TRY(spawn(kSelected, image, bundle, argument));
  RT_TRY(supervisor.wait_until_ready(image));
  if (kSelected.images[image].name == manifest::kConsole) RT_TRY(attach_console(image));
  print("up ", kSelected.images[image].name);
  return {};
}

// Services first, each when those before it are ready; then the tasks that only use them.
void start_all(Supervisor& supervisor, const bundle::Bundle& bundle,
               std::string_view command_line) {
  for (const bool services : {true, false}) {
    for (std::size_t i = 0; i < kSelected.images.size(); ++i) {
      const manifest::Image& image = kSelected.images[i];
      if (image.service != services || image.start == manifest::Start::kSpawned) continue;
      print("start ", image.name);
      const std::string_view argument = argument_of(command_line, image.name);
      const auto started = services ? bring_up(supervisor, i, bundle, argument)
                                    : spawn(kSelected, i, bundle, argument);
      if (!started) give_up(image.name, started.error());
    }
    if (services) print("ready");
  }
}

Result<void> make_events() {
  return step("retype the events", make(kernel::Untyped(boot_slot(kernel::BootSlot::kFirstRegion)),
                                        abi::ObjectType::kNotification, kEvents));
}

}  // namespace
}  // namespace tessera::init

extern "C" std::int32_t server_main(std::uint64_t) {
  using namespace tessera::init;
  print("start");
  const auto bundle = open_bundle();
  if (!bundle) give_up("init", bundle.error());
  if (const auto made = make_events(); !made) give_up("init", made.error());
  if (const auto bound = bind_qos_control(); !bound) give_up("init", bound.error());
  const auto command_line = read_command_line();
  if (!command_line) give_up("init", command_line.error());
  Supervisor supervisor(kSelected);
  start_all(supervisor, *bundle, command_line->text());
  if (const auto renounced = renounce(); !renounced) give_up("init", renounced.error());
  const auto powerless = confirm_powerless(kSelected.images.size());
  if (!powerless) give_up("init", powerless.error());
  give_up("init", supervisor.watch());
}
