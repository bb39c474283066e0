// The rules of a system's manifest (check_manifest.h), with samples as in explanations_types.cc.
#include "gen/diagnostics.h"

namespace kidl {
namespace {

const Explanation kExplanations[] = {
    {Code::kImageName, "an image without a name of its own",
     "The name is what the program is called in the bundle, and what stands before its lines: "
     "letters,\n"
     "digits, '-' and '_'. init is the first task.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "my greeter", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "my-greeter", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8),
]);
)"},
    {Code::kImageTwice, "one name, identity or grant twice",
     "Images are found by their names, and the kernel tells receivers who calls by the identity: "
     "two with\n"
     "one would be taken for each other. Images of the base count. What stands twice in a list of "
     "an image\n"
     "would be given twice.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "greeter", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "greeter", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8),
]);
)"},
    {Code::kIdentity, "an identity that no image can have",
     "0 is nobody, the first task has its own, and the upper 32 bits tell which of an image's "
     "tasks it is.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "greeter", identity = 0x1, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "greeter", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8),
]);
)"},
    {Code::kImageSize, "a stack, slots or page tables that do not fit",
     "A stack has whole pages. The first slots are those of the start, and a CSpace has a greatest "
     "size. Page\n"
     "tables are at least one of each level.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "greeter", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 40, poolPages = 8),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "greeter", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 41, poolPages = 8),
]);
)"},
    {Code::kQuota, "a quota that does not fit",
     "A quota is whole pages, and holds at least the stack, the slots and the page tables. Those "
     "of all images that\n"
     "init starts fit in the memory that the manifest says the machine has; how much the kernel "
     "and the bundle take\n"
     "is not known here.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "greeter", identity = 0x11, quotaKiB = 262144, stackKiB = 16, slots = 64, poolPages = 8),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "greeter", identity = 0x11, quotaKiB = 262144, stackKiB = 16, slots = 64, poolPages = 8),
], memoryKiB = 524288);
)"},
    {Code::kUnknownImage, "a name that no image has",
     "uses, clients and spawns name images of the manifest, or of its base.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "guest", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, uses = ["consol"]),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "guest", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, uses = ["console"]),
]);
)"},
    {Code::kNotAllowed, "a client that nobody allowed",
     "An image may call what is a service, has it among its clients or names no clients, and "
     "stands among its own\n"
     "uses. It may have execd start what has start = spawned, when it may call execd; and it may "
     "read what is\n"
     "typed when it may call console.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "vault", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true, clients = ["keeper"]),
  (name = "keeper", identity = 0x12, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, uses = ["vault"]),
  (name = "guest", identity = 0x13, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, uses = ["vault"]),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "vault", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true, clients = ["keeper", "guest"]),
  (name = "keeper", identity = 0x12, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, uses = ["vault"]),
  (name = "guest", identity = 0x13, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, uses = ["vault"]),
]);
)"},
    {Code::kUsesCycle, "a cycle of uses",
     "init starts an image when the services that it uses are ready. In a cycle each waits for "
     "another. A service that is\n"
     "needed only later can be handed over in a message.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "store", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true, uses = ["index"]),
  (name = "index", identity = 0x12, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true, uses = ["store"]),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "store", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "index", identity = 0x12, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true, uses = ["store"]),
]);
)"},
    {Code::kStartOrder, "a service that is started too late",
     "init starts images in the order of the list: first those of the base, then the manifest's "
     "own.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "guest", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, uses = ["greeter"]),
  (name = "greeter", identity = 0x12, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "greeter", identity = 0x12, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "guest", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, uses = ["greeter"]),
]);
)"},
    {Code::kNoConsole, "a manifest that does not begin with console",
     "console prints for all others, and for init.",
     R"(const small :M.Manifest = (images = [
  (name = "greeter", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "greeter", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
]);
)"},
    {Code::kDevice, "a device with two drivers, or a driver with two",
     "There is one UART, and one window of each kind of device is given. A task has one start slot "
     "for its device: window\n"
     "and device can go together, uart goes with neither.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "first", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, device = entropy),
  (name = "second", identity = 0x12, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, device = entropy),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "first", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, device = entropy),
  (name = "second", identity = 0x12, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8),
]);
)"},
    {Code::kRestart, "a restart that makes no sense",
     "restart says when init starts an image again, and restarts how often at most: they go "
     "together. An image with\n"
     "start = spawned is started by execd. The grant window moves the window to the task, and it "
     "is gone with it.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "greeter", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, restart = always),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "greeter", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, restart = always, restarts = 8),
]);
)"},
    {Code::kSpawned, "more than a spawned image can have",
     "execd starts it, and gives it what its uses say, its memory and what the asker gives: no "
     "endpoint of its own, no\n"
     "other grant, no device. For what the asker gives there is room beside its uses.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "execd", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true, grants = [spawner]),
  (name = "child", identity = 0x12, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, start = spawned, grants = [alarm]),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "execd", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true, grants = [spawner]),
  (name = "child", identity = 0x12, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, start = spawned, grants = [memory]),
]);
)"},
    {Code::kSpawner, "a spawner that can start nothing",
     "The grant spawner is for a service. It has a slot for the bundle, and one for the identity "
     "of each image with\n"
     "start = spawned.",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "execd", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, grants = [spawner]),
]);
)",
     R"(const small :M.Manifest = (images = [
  (name = "console", identity = 0x10, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true),
  (name = "execd", identity = 0x11, quotaKiB = 128, stackKiB = 16, slots = 64, poolPages = 8, service = true, grants = [spawner]),
]);
)"},
};

}  // namespace

std::span<const Explanation> manifest_explanations() { return kExplanations; }

}  // namespace kidl
