#include "servers/execd/server.h"

#include "servers/execd/authority.h"
#include "servers/execd/refusal.h"
#include "servers/execd/report.h"
#include "servers/runtime/exit.h"
#include "servers/runtime/slots.h"
#include "servers/runtime/try.h"

namespace tessera::execd {
namespace {

using Completer = service::Process::WaitCompleter;
using service::ProcessClient;

// Out of the window: what is there goes when execd calls somebody.
rt::Result<void> take_out(rt::Slot from, rt::Slot to) {
  if (from == rt::Slot{}) return {};
  const kernel::CNode own = rt::start::cnode();
  if (!own.move(to.index, own, from.index)) {
    return refuse(ExecStatus::kFailed, ExecDetail::kRefused);
  }
  return {};
}

}  // namespace

rt::Result<void> Server::prepare() {
  const kernel::Untyped memory = rt::start::memory();
  RT_TRY(launcher_.prepare());
  for (std::uint32_t i = 0; i < kReplies; ++i) {
    RT_TRY(process::make(memory, abi::ObjectType::kReply, {kFirstReply.index + i}));
  }
  RT_TRY(process::make(memory, abi::ObjectType::kEndpoint, kReaderPort));
  programs_.check();
  return start_reader();
}

// What it may use is the manifest's, so it needs nobody's word. It is given the memory to copy to,
// and where to receive.
rt::Result<void> Server::start_reader() {
  using Memory = kernel::Vmo::Right;
  const auto what = find_spawnable(manifest_, kReaderName);
  if (!what) return refuse(ExecStatus::kFailed, ExecDetail::kUnreadable);
  const Given given = {kGivenMemory, kGivenChannel};
  RT_TRY(process::mint(given[0], kStage, rt::rights(Memory::kRead, Memory::kWrite, Memory::kMap)));
  RT_TRY(process::mint(given[1], kReaderPort, rt::rights(kernel::Endpoint::Right::kReceive)));
  const Permit permit{.what = *what, .qos = manifest_.images[what->image].qos};
  const auto program = programs_.from_bundle(permit.what);
  const auto started = program ? launch(permit, *program, {}, given)
                               : rt::Result<Process*>(std::unexpected(program.error()));
  for (const rt::Slot slot : given) rt::ignore(process::drop(slot));
  if (!started) return std::unexpected(started.error());
  reader_ = (*started)->badge;
  return {};
}

bool Server::reader_runs() const {
  const Process* reader = table_.find(reader_);
  return reader != nullptr && !reader->ended;
}

// --- Spawning ------------------------------------------------------------------------------------

rt::Result<Server::Permit> Server::admit(const rt::Caller& caller, std::string_view image,
                                         service::ChildClass wanted,
                                         service::Withheld withheld) const {
  if ((caller.badge & ProcessTable::kIsProcess) != 0) return refuse(ExecStatus::kDenied);
  const auto what = find_spawnable(manifest_, image);
  if (!what || !Authority::may_start(caller.identity, image)) return refuse(ExecStatus::kDenied);
  const manifest::Image& its = manifest_.images[what->image];
  const Choice choice = choose_class(its, wanted);
  const bool granted =
      choice.verdict == Verdict::kGranted ||
      (choice.verdict == Verdict::kAsk && Authority::may_have(its.identity, choice.qos));
  if (!granted) return refuse(ExecStatus::kDenied);
  return Permit{.what = *what, .qos = choice.qos, .withheld = withheld};
}

rt::Result<Process*> Server::launch(const Permit& permit, const elf::Image& program,
                                    std::string_view argument, const Given& given) {
  const auto place = table_.free_place();
  if (!place) return refuse(ExecStatus::kFailed, ExecDetail::kNoPlace);
  const Request request{.what = permit.what,
                        .program = program,
                        .argument = argument,
                        .qos = permit.qos,
                        .withheld = permit.withheld,
                        .given = given};
  RT_TRY_ASSIGN(const std::uint64_t task, launcher_.launch({*place}, request));
  ++spawned_;
  return &table_.add(*place, task, static_cast<std::uint32_t>(permit.what.image));
}

// The capability that the caller gets a copy of stays until the next one is made.
rt::Result<ProcessClient> Server::start(const Permit& permit, const elf::Image& program,
                                        std::string_view argument, const Given& given) {
  RT_TRY_ASSIGN(const Process* process, launch(permit, program, argument, given));
  rt::ignore(process::drop(kProcess));
  const auto minted = process::mint(kProcess, rt::start::service(),
                                    rt::rights(kernel::Endpoint::Right::kSend), process->badge);
  // It runs, and nobody has a capability to it: it may as well not run.
  if (!minted) {
    rt::ignore(Launcher::kill({process->place}));
    return refuse(ExecStatus::kFailed, ExecDetail::kRefused);
  }
  return ProcessClient(kProcess);
}

rt::Result<ProcessClient> Server::spawn(const rt::Caller& caller, std::string_view image,
                                        service::ChildClass wanted, service::Withheld withheld,
                                        std::string_view argument) {
  RT_TRY_ASSIGN(const Permit permit, admit(caller, image, wanted, withheld));
  return start_with(permit, argument, {});
}

rt::Result<ProcessClient> Server::start_with(const Permit& permit, std::string_view argument,
                                             const Given& given) {
  RT_TRY_ASSIGN(const elf::Image program, programs_.from_bundle(permit.what));
  return start(permit, program, argument, given);
}

rt::Result<ProcessClient> Server::spawn_with(const rt::Caller& caller, std::string_view image,
                                             service::ChildClass wanted, service::Withheld withheld,
                                             std::string_view argument,
                                             rt::Received<kernel::Vmo> memory,
                                             rt::Received<kernel::Endpoint> channel) {
  const Given given = {kGivenMemory, channel ? kGivenChannel : rt::Slot{}};
  RT_TRY(take_out(memory.slot(), given[0]));
  auto taken = take_out(channel.slot(), given[1]);
  const auto permit = taken ? admit(caller, image, wanted, withheld)
                            : rt::Result<Permit>(std::unexpected(taken.error()));
  auto result = permit ? start_with(*permit, argument, given)
                       : rt::Result<ProcessClient>(std::unexpected(permit.error()));
  for (const rt::Slot slot : {kGivenMemory, kGivenChannel}) rt::ignore(process::drop(slot));
  return result;
}

rt::Result<ProcessClient> Server::spawn_from(const rt::Caller& caller, rt::Lent<kernel::Vmo> elf,
                                             std::uint64_t size, std::string_view image,
                                             service::ChildClass wanted, service::Withheld withheld,
                                             std::string_view argument) {
  RT_TRY(take_out(elf.handle().slot(), kElf));
  const auto from_memory = [&]() -> rt::Result<ProcessClient> {
    RT_TRY_ASSIGN(const Permit permit, admit(caller, image, wanted, withheld));
    if (!reader_runs()) RT_TRY(start_reader());
    RT_TRY_ASSIGN(const elf::Image program, programs_.from_memory(size));
    return start(permit, program, argument);
  };
  auto result = from_memory();
  rt::ignore(process::drop(kElf));
  return result;
}

rt::Result<service::Execd::StatisticsResult> Server::statistics(const rt::Caller&) const {
  RT_TRY_ASSIGN(const std::uint64_t free, Launcher::free_bytes());
  return service::Execd::StatisticsResult{
      .spawned = spawned_, .reaped = reaped_, .live = table_.live(), .free = free};
}

// --- Processes -----------------------------------------------------------------------------------

rt::Result<Process*> Server::of(const rt::Caller& caller) const {
  if ((caller.badge & ProcessTable::kIsProcess) == 0) return refuse(ExecStatus::kDenied);
  Process* process = table_.find(caller.badge);
  if (process == nullptr) return refuse(ExecStatus::kFailed, ExecDetail::kNotFound);
  return process;
}

// Whoever waited may be gone by now: then there is nobody to tell, and the Reply object is empty.
void Server::wait(const rt::Caller& caller, Completer completer) {
  const auto process = of(caller);
  if (!process) {
    rt::ignore(completer.fail(process.error()));
    return;
  }
  if ((*process)->ended) {
    const Ending& ending = (*process)->ending;
    rt::ignore(completer.complete(ending.state, ending.status));
    return;
  }
  const std::uint32_t waiter = table_.free_waiter();
  std::optional<std::uint32_t> given_up;
  const bool waits = table_.wait(waiter, caller.badge, caller.identity, given_up);
  if (given_up) {
    const auto dropped = Completer::adopt({kFirstReply.index + *given_up});
  }
  if (waits) {
    static_cast<void>(completer.release());
  } else {
    rt::ignore(completer.fail(refusal(ExecStatus::kFailed, ExecDetail::kTooManyWaiters)));
  }
}

rt::Result<void> Server::kill(const rt::Caller& caller) {
  RT_TRY_ASSIGN(const Process* process, of(caller));
  if (process->ended) return {};
  if (!Launcher::kill({process->place})) return refuse(ExecStatus::kFailed, ExecDetail::kRefused);
  return {};
}

rt::Result<service::Process::InfoResult> Server::info(const rt::Caller& caller) {
  RT_TRY_ASSIGN(const Process* process, of(caller));
  const Ending& is = process->ending;
  return service::Process::InfoResult{.task = process->task,
                                      .state = is.state,
                                      .status = is.status,
                                      .cause = is.cause,
                                      .address = is.address,
                                      .pc = is.pc,
                                      .registers = is.registers};
}

// The kernel may tell of an end twice, and of one whose place another has by now.
void Server::on_notification(std::uint64_t bits) {
  for (std::uint32_t i = 0; i < service::kMaxProcesses; ++i) {
    const Place place{i};
    Process* process = (bits & place.bit()) != 0 ? table_.in_place(i) : nullptr;
    if (process == nullptr) continue;
    const auto ending = Launcher::look(place);
    if (ending && ending->state > abi::TaskState::kRunning) end(*process, *ending);
  }
}

void Server::end(Process& process, const Ending& ending) {
  report_end(log_, manifest_.images[process.image].name, process.task, ending);
  // Without what it gave it is no use to anybody: better none, that is seen to be gone.
  if (const auto reaped = Launcher::reap({process.place}); !reaped) {
    rt::exit(reaped.error().status);
  }
  ++reaped_;
  const std::uint64_t identity = process.task << 32 | manifest_.images[process.image].identity;
  // It waits for nobody any more: its places are for those who do.
  while (const auto waiter = table_.take_waiter_of(identity)) {
    const auto dropped = Completer::adopt({kFirstReply.index + *waiter});
  }
  Authority::tell_the_end(identity);
  table_.end(process, ending);
  log_.write("reaped task=", process.task);
  while (const auto waiter = table_.take_waiter(process.badge)) {
    auto completer = Completer::adopt({kFirstReply.index + *waiter});
    rt::ignore(completer.complete(ending.state, ending.status));
  }
}

}  // namespace tessera::execd
