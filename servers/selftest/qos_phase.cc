#include "servers/selftest/qos_phase.h"

#include "bootimage/manifest.h"
#include "idl/abi.h"
#include "idl/kernel/qos_control.h"
#include "idl/kernel/self.h"
#include "idl/kernel/task.h"
#include "idl/service/partner_client.h"
#include "servers/manifest/check.h"
#include "servers/runtime/slots.h"
#include "servers/selftest/layout.h"

namespace tessera::selftest {
namespace {

using abi::QosClass;
using abi::QosOp;
using kernel::Self;

constexpr service::PartnerClient kPartner(rt::start::peer(0));
constexpr kernel::Task kOwnTask(kQosSlots);
constexpr kernel::QosControl kStolen(rt::Slot{kQosSlots.index + 1});
constexpr kernel::Task kPartnerTask(rt::Slot{kQosSlots.index + 2});

constexpr QosClass class_in_manifest(std::string_view name) {
  return manifest::kStock.images[*manifest::find(manifest::kStock, name)].qos;
}
constexpr QosClass kOwn = class_in_manifest("SELFTEST");
constexpr QosClass kPartners = class_in_manifest("partner");
static_assert(kOwn == QosClass::kNormal, "there are higher classes, and a lower one");
static_assert(kPartners != QosClass::kNormal, "a task that nobody sets is normal");

Result<QosClass> told(std::uint32_t target) {
  return must("ask for a class", Self::qos(QosOp::kGet, target, kOwn));
}

// What it is told itself, and what receivers of its messages are told.
Result<void> is(QosClass c, std::string_view otherwise) {
  RT_TRY_ASSIGN(const QosClass own, told(0));
  RT_TRY_ASSIGN(const auto seen, must("ask who this is", kPartner.who()));
  return require(own == c && seen.class_ == c, otherwise);
}

Result<void> take_what_partner_lets_go() {
  const kernel::CNode own = rt::start::cnode();
  RT_TRY(must("set a window", Self::window(rt::start::slot(abi::StartSlot::kWindow0).index)));
  RT_TRY(must("mint a capability to its task",
              own.mint(kOwnTask.slot().index, own, rt::start::task().slot().index,
                       rt::rights(kernel::Task::Right::kInspect), 0)));
  RT_TRY_ASSIGN(const auto given, must("ask for partner's authority", kPartner.authority()));
  RT_TRY(must("keep a QosControl", given.control.keep(kStolen.slot())));
  return must("keep partner's task", given.task.keep(kPartnerTask.slot()));
}

Result<void> raises_nothing(QosClass c) {
  RT_TRY(refused("it raised itself", Self::qos(QosOp::kSet, 0, c), abi::kEperm));
  RT_TRY(refused("it set another task's class",
                 Self::qos(QosOp::kSet, kPartnerTask.slot().index, c), abi::kEperm));
  RT_TRY(refused("a stolen QosControl raised it", kStolen.set(kOwnTask, c), abi::kEperm));
  return refused("a stolen QosControl worked", kStolen.set(kPartnerTask, c), abi::kEperm);
}

}  // namespace

Result<void> qos() {
  RT_TRY(take_what_partner_lets_go());
  RT_TRY(is(kOwn, "it has another class than in the manifest"));
  for (const QosClass c : {QosClass::kInteractive, QosClass::kPerfBurst}) RT_TRY(raises_nothing(c));
  RT_TRY(is(kOwn, "a refusal changed its class"));
  RT_TRY_ASSIGN(const QosClass partners, told(kPartnerTask.slot().index));
  RT_TRY(require(partners == kPartners, "partner has another class than in the manifest"));

  RT_TRY(must("lower itself", Self::qos(QosOp::kSet, 0, QosClass::kIdle)));
  RT_TRY(is(QosClass::kIdle, "it did not become lower"));
  RT_TRY(raises_nothing(kOwn));
  RT_TRY(is(QosClass::kIdle, "it raised itself"));
  RT_TRY(must("have partner set its class", kPartner.classify(kOwnTask, kOwn)));
  return is(kOwn, "partner did not set its class");
}

}  // namespace tessera::selftest
