// The table of subcommands and flags.
#include "gen/tool/commands.h"

namespace kidl::tool {
namespace {

constexpr Flag kRoot = {"root", "DIR", ".", "the folder that the sources' paths start from"};
constexpr Flag kCapnp = {"capnp", "PATH", "/usr/bin/capnp", "the Cap'n Proto compiler"};
constexpr Flag kFormat = {"format", "text|json", "text", "json: an object a line, to stdout"};
constexpr Flag kIdl = {"idl", "DIR", "idl", "the system's .idl files, below the root"};

constexpr Flag kCompileFlags[] = {
    kRoot,
    {"out", "DIR", "", "the folder to write to; nothing is written without it"},
    {"emit", "all|cxx|docs", "all", "what to write"},
    {"request", "FILE.req", "", "in the place of files: what `capnp compile -o-` wrote"},
    kCapnp,
    kFormat,
};
constexpr Flag kFmtFlags[] = {
    kRoot,
    {"check", "", "", "writes nothing; fails when a file is not formatted"},
    kFormat,
};
constexpr Flag kLintFlags[] = {kRoot, kIdl, kCapnp, kFormat};
constexpr Flag kFreezeFlags[] = {
    kRoot,
    {"under", "DIR", "", "locks only what is below it"},
    {"check", "", "", "writes nothing; fails when a lock does not hold"},
    {"force", "", "", "writes breaking changes too"},
    kCapnp,
    kFormat,
};
constexpr Flag kDiffFlags[] = {
    kRoot, {"old-root", "DIR", "", "OLD's root, when it is not NEW's"}, kIdl, kCapnp, kFormat,
};
constexpr Flag kCatFlags[] = {kRoot, kIdl, kCapnp};
constexpr Flag kNewFlags[] = {
    kRoot,
    kIdl,
    {"folder", "DIR", "servers", "where the server's own folder is made"},
    {"manifest", "FILE", "bootimage/manifest.idl", "the manifest that starts it"},
    kCapnp,
};

constexpr Command kCommands[] = {
    {"compile", "FILE.idl...", "checks all files together and writes what they become",
     "Files are named from the root. Errors end with a code; see `kidl explain`.", kCompileFlags,
     run_compile},
    {"explain",
     "CODE",
     "tells what an error's code means, with samples",
     "CODE is KIDL0104 or 104.",
     {},
     run_explain},
    {"fmt", "FILE.idl...", "formats files in place",
     "Sets indentation, spaces, blank lines and the column of comments. Keeps what\n"
     "the lines are. A file with unbalanced brackets is told and left alone.",
     kFmtFlags, run_fmt},
    {"lint", "FILE.idl...", "looks for what compiles and should be better",
     "A text for every parameter and result, unused imports, names, sentences,\n"
     "formatting.",
     kLintFlags, run_lint},
    {"freeze", "FILE.idl...", "holds locks against the files, and writes them anew",
     "x.idl.lock beside x.idl has what was released. A change that breaks those who\n"
     "were built against it is refused with its rule. With --force it is written:\n"
     "every program built against the old file must then be built anew, at the same\n"
     "time, and what is out there and is not breaks.",
     kFreezeFlags, run_freeze},
    {"diff", "OLD NEW", "tells what changed, and whether it breaks anybody",
     "Each is an .idl (from its root) or a lock. Status 1: something breaks.", kDiffFlags,
     run_diff},
    {"cat", "[FILE...]", "decodes recorded messages and system calls, a line each",
     "Lines of FILE, or of stdin. What stands before the first of these words is\n"
     "skipped; numbers are hexadecimal:\n"
     "  call a7=18 t0=1 a0=28 a1=1 a2=5      registers at an ecall\n"
     "  return of=18 a6=0 a7=0               registers after it; of: its a7\n"
     "  request tag=01020202 words=f4240,4   a message to a service\n"
     "  answer tag=01020202 status=0 words=f4240\n"
     "  {\"kind\":\"request\",\"tag\":\"0x01020202\",\"words\":[\"0xf4240\",\"0x4\"]}\n"
     "Values of $sensitive parameters are not shown. Status 1: a line is wrong.",
     kCatFlags, run_cat},
    {"new", "service NAME", "writes a service: its .idl, server, test and manifest entry",
     "NAME is lower case with underscores. Nothing that exists is overwritten.", kNewFlags,
     run_new},
    {"completion",
     "bash|zsh",
     "writes a script that completes kidl's command line",
     "  eval \"$(kidl completion bash)\"",
     {},
     run_completion},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace kidl::tool
