// init as a server: it starts what the manifest names, one after the other, starts again what has
// ended, and tells tasks where services are.
//
// All of it is one loop over signals (a service is ready, a task has ended) and messages (Routes).
// `Hands` is what does it: hands.h, or a test that looks at what would be done.
#ifndef SERVERS_INIT_SERVER_H_
#define SERVERS_INIT_SERVER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "idl/kernel/endpoint.h"
#include "idl/kernel/task.h"
#include "idl/manifest.h"
#include "idl/service/routes.h"
#include "servers/init/failure.h"
#include "servers/init/layout.h"
#include "servers/init/printer.h"
#include "servers/manifest/check.h"
#include "servers/runtime/ipc.h"

namespace tessera::init {

using service::ImageState;
using service::RouteStatus;

// How a task ended, as a line has it: "exited status=3", "killed", or "faulted cause=readFault
// address=0x0 pc=0x10004".
struct Ending {
  kernel::Task::InfoResult info;

  constexpr void write(rt::Sink auto& sink) const {
    rt::write(sink, abi::to_string(info.state));
    if (info.state == abi::TaskState::kExited) rt::write(sink, " status=", info.status);
    if (info.state == abi::TaskState::kFaulted) {
      rt::write(sink, " cause=", abi::to_string(info.cause), " address=", rt::hex(info.address),
                " pc=", rt::hex(info.pc));
    }
  }
};

constexpr bool is_final(abi::TaskState state) {
  return state == abi::TaskState::kExited || state == abi::TaskState::kFaulted ||
         state == abi::TaskState::kKilled;
}

template <class Hands>
class BasicServer {
 public:
  constexpr BasicServer(const manifest::Manifest& manifest, Hands& hands)
      : manifest_(manifest), hands_(hands) {}

  // Starts what can be started now: services in the manifest's order, each when the one before it
  // is ready; then the tasks that only use them. To be called once; signals do the rest.
  void begin() { advance(); }

  // A bit each, as layout.h has them. A task that is ready and has ended was ready before.
  void on_notification(std::uint64_t bits) {
    for (std::size_t i = 0; i < size(); ++i) {
      if ((bits & ready_bit(i)) != 0) ready(i);
    }
    for (std::size_t i = 0; i < size(); ++i) {
      if ((bits & ended_bit(i)) != 0) look_after(i);
    }
    advance();
  }

  rt::Result<kernel::Endpoint> find(const rt::Caller& caller, std::string_view service) {
    return route(caller.identity, service);
  }

  rt::Result<kernel::Endpoint> find_for(const rt::Caller& caller, std::uint64_t subject,
                                        std::string_view service) {
    if (!has(caller, manifest::Grant::kSpeaksFor)) return rt::failure(RouteStatus::kDenied);
    return route(subject, service);
  }

  rt::Result<service::Routes::StateResult> state(const rt::Caller&, std::string_view name) {
    const auto image = started_by_init(name);
    if (!image) return rt::failure(RouteStatus::kUnknown);
    look_after(*image);
    return service::Routes::StateResult{.state = lives_[*image].state,
                                        .starts = lives_[*image].starts};
  }

  rt::Result<void> stop(const rt::Caller& caller, std::string_view name) {
    return operate(caller, name, [this](std::size_t image) { return hands_.suspend(image); });
  }
  rt::Result<void> resume(const rt::Caller& caller, std::string_view name) {
    return operate(caller, name, [this](std::size_t image) { return hands_.resume(image); });
  }
  rt::Result<void> kill(const rt::Caller& caller, std::string_view name) {
    return operate(caller, name, [this](std::size_t image) { return hands_.kill(image); });
  }

 private:
  struct Life {
    ImageState state = ImageState::kWaiting;
    std::uint32_t starts = 0;
    bool held = false;  // it is down, and is started again when policyd lets it have its device
  };

  constexpr std::size_t size() const { return manifest_.images.size(); }
  const manifest::Image& image_of(std::size_t image) const { return manifest_.images[image]; }
  bool is_console(std::size_t image) const { return image_of(image).name == manifest::kConsole; }

  std::optional<std::size_t> started_by_init(std::string_view name) const {
    const auto image = manifest::find(manifest_, name);
    if (!image || image_of(*image).start != manifest::Start::kBoot) return std::nullopt;
    return image;
  }
  bool has(const rt::Caller& caller, manifest::Grant grant) const {
    const auto image = manifest::image_of(manifest_, caller.identity);
    return image && manifest::is_granted(image_of(*image), grant);
  }

  // --- Starting ---------------------------------------------------------------------------------

  void advance() {
    while (next_ < size()) {
      const manifest::Image& image = image_of(next_);
      Life& life = lives_[next_];
      if (image.service == services_ && image.start == manifest::Start::kBoot) {
        if (life.state == ImageState::kWaiting) {
          print("start ", image.name);
          if (const auto started = start(next_); !started) {
            return hands_.give_up(image.name, started.error());
          }
        }
        if (life.state == ImageState::kStarting) return;
      }
      step_on();
    }
    if (done_) return;
    done_ = true;
    hands_.all_started();
  }

  void step_on() {
    if (++next_ < size() || !services_) return;
    services_ = false;
    next_ = 0;
    print("ready");
  }

  Result<void> start(std::size_t image) {
    Life& life = lives_[image];
    ++life.starts;
    RT_TRY(hands_.start(image, life.starts > 1));
    life.state = image_of(image).service ? ImageState::kStarting : ImageState::kUp;
    return {};
  }

  void ready(std::size_t image) {
    Life& life = lives_[image];
    if (life.state != ImageState::kStarting) return;
    if (is_console(image)) {
      if (const auto attached = hands_.attach(image); !attached) {
        if (life.starts == 1) return hands_.give_up(image_of(image).name, attached.error());
        return print("FAIL ", image_of(image).name, ' ', attached.error());
      }
    }
    life.state = ImageState::kUp;
    print("up ", image_of(image).name);
    hands_.up(image);
    if (image_of(image).name == manifest::kPolicyd) restart_held();
  }

  // --- Ending -----------------------------------------------------------------------------------

  // Reports, reaps and restarts a task that has ended; nothing when it has not. The kernel may tell
  // of an end twice, and somebody may ask for a service before the signal of its end is here.
  void look_after(std::size_t image) {
    Life& life = lives_[image];
    if (life.state != ImageState::kStarting && life.state != ImageState::kUp) return;
    const auto info = hands_.info(image);
    if (!info || !is_final(info->state)) return;
    const bool was_starting = life.state == ImageState::kStarting;
    life.state = ImageState::kDown;
    // A console that has ended has the UART until it is reaped, and then the kernel prints.
    hands_.reap(image);
    const std::string_view name = image_of(image).name;
    const std::string_view what = was_starting ? " died before it was ready: " : " ended: ";
    print(name, what, Ending{*info});
    if (was_starting && life.starts == 1) {
      return hands_.give_up(name, failed("wait until it is ready", "it died").error());
    }
    if (restarts(image, *info)) restart(image);
  }

  bool restarts(std::size_t image, const kernel::Task::InfoResult& how) const {
    const manifest::Image& its = image_of(image);
    const bool well = how.state == abi::TaskState::kExited && how.status == 0;
    const bool wanted = its.restart == manifest::Restart::kAlways ||
                        (its.restart == manifest::Restart::kOnFailure && !well);
    if (!wanted) return false;
    if (lives_[image].starts <= its.restarts) return true;
    print(its.name, " stays down: it was started ", lives_[image].starts, " times");
    return false;
  }

  void restart(std::size_t image) {
    lives_[image].held = !hands_.may_map(image);
    if (lives_[image].held) {
      return print(image_of(image).name, " stays down: policyd does not let it have its device");
    }
    print("restart ", image_of(image).name);
    const auto started = start(image);
    if (started) return;
    print("FAIL ", image_of(image).name, ' ', started.error());
    hands_.reap(image);
  }

  // A policyd that was down allowed nothing; another one may.
  void restart_held() {
    for (std::size_t i = 0; i < size(); ++i) {
      if (lives_[i].held) restart(i);
    }
  }

  // --- Routes -----------------------------------------------------------------------------------

  rt::Result<kernel::Endpoint> route(std::uint64_t subject, std::string_view name) {
    const auto service = started_by_init(name);
    if (!service || !image_of(*service).service) return rt::failure(RouteStatus::kUnknown);
    const auto asker = manifest::image_of(manifest_, subject);
    if (!asker || !may_reach(*asker, subject, *service)) return rt::failure(RouteStatus::kDenied);
    look_after(*service);
    const ImageState state = lives_[*service].state;
    if (state != ImageState::kStarting && state != ImageState::kUp) {
      return rt::failure(RouteStatus::kDown);
    }
    const auto minted = hands_.route(*asker, *service);
    if (!minted) return rt::failure(RouteStatus::kFailed);
    return *minted;
  }

  // A service reaches itself without policyd's word, so that bring-up does not depend on it; and
  // whether policyd reaches another one cannot be asked of it: there the manifest has the word.
  bool may_reach(std::size_t asker, std::uint64_t subject, std::size_t service) {
    if (asker == service) return true;
    if (image_of(asker).name == manifest::kPolicyd) {
      return manifest::uses(image_of(asker), image_of(service).name);
    }
    return hands_.may_reach(subject, image_of(service).name);
  }

  template <class Act>
  rt::Result<void> operate(const rt::Caller& caller, std::string_view name, Act act) {
    if (!has(caller, manifest::Grant::kOperator)) return rt::failure(RouteStatus::kDenied);
    const auto image = started_by_init(name);
    if (!image) return rt::failure(RouteStatus::kUnknown);
    look_after(*image);
    const ImageState state = lives_[*image].state;
    if (state == ImageState::kWaiting || state == ImageState::kDown) {
      return rt::failure(RouteStatus::kDown);
    }
    if (!act(*image)) return rt::failure(RouteStatus::kFailed);
    return {};
  }

  const manifest::Manifest& manifest_;
  Hands& hands_;
  std::array<Life, manifest::kMaxImages> lives_{};
  // Whose turn it is to be started.
  std::size_t next_ = 0;
  bool services_ = true;
  bool done_ = false;
};

}  // namespace tessera::init

#endif  // SERVERS_INIT_SERVER_H_
