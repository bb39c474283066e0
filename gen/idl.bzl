"""Rules that run kidl.

  idl_package      what the .idl files of a package become: a library, and the tests of its services
  idl_generate     one run over all .idl files; every generated file is an output
  system_idl       idl_generate and the cc_librarys over its headers, for //idl
  idl_lock         `<name>` writes the locks beside .idl files anew (bazel run), `<name>_test` holds them
  idl_docs         writes the reference pages (bazel run)
  service_tests    the fakes, reject tests and fuzzers of services
  update_golden    writes gen/golden anew (bazel run)
"""

load("@bazel_skylib//lib:shell.bzl", "shell")
load("//tools/build:fuzz.bzl", "fuzz_test")
load("//tools/build:host_test.bzl", "host_test")
load("//tools/build:platforms.bzl", "HOST_ONLY")

# What an .idl becomes depends on its folder: kernel/ has objects, service/ services, others neither.
_KERNEL = ["%s.h", "%s_types.h"]
_SERVICE = ["%s.h", "%s_client.h", "%s_server.h", "%s_message.h"]
# For tests of services: stand-ins, relays, rules; reject and round-trip tests, fuzzers.
_STAND_INS = ["%s_fake.h", "%s_relay.h", "%s_rules.h"]
_SERVICE_TESTS = _STAND_INS + ["%s_reject_test.cc", "%s_round_trip_test.cc", "%s_fuzz.cc", "%s_fuzz.dict"]
_FIXED = ["abi_asm.h", "kernel_calls.h", "kernel_decode.h", "kernel_rights.h", "system_call.h", "wire.h"]

_NOT_WRITTEN = "kidl did not write it. Is there no service in its .idl? Then name the .idl in types of its idl_package"
_HAS_SERVICE = "there is a service in it, which would not be tested: take it out of types of its idl_package (the service out of manifest.idl)"

def _stem(path):
    return path[:-len(".idl")]

# Runs kidl ($1) over the sources that follow "--", then goes through the plan ($2): what to copy and what must not be
# there, a line each, with tabs between. Plan and sources are files of arguments: Bazel breaks off a command that is
# longer than 64 KB, which the outputs of thirteen services are.
_GENERATE = """
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
"$1" compile --root=. --out="$scratch" -- "${@:3}" || exit 1
while IFS=$'\\t' read -r what path file; do
  case "$what" in
    copy)
      [[ -e "$scratch/$path" ]] || { echo "$path: %s" >&2; exit 1; }
      cp "$scratch/$path" "$file" || exit 1
      ;;
    none)
      [[ ! -e "$scratch/$path" ]] || { echo "$file: %s" >&2; exit 1; }
      ;;
  esac
done <"$2"
""" % (_NOT_WRITTEN, _HAS_SERVICE)

def _generate_impl(ctx):
    # Generated paths start from the workspace's root; outputs have to lie in this package.
    package = ctx.label.package + "/"
    plan = ctx.actions.args()
    plan.use_param_file("%s", use_always = True)
    plan.set_param_file_format("multiline")
    for output in ctx.outputs.outs:
        path = output.short_path
        for prefix, real in ctx.attr.elsewhere.items():
            if path.startswith(package + prefix + "/"):
                path = real + path[len(package + prefix):]
        plan.add("copy\t%s\t%s" % (path, output.path))
    for source in ctx.attr.types:
        path = package + source
        plan.add("none\t%s\t%s" % (_stem(path) + "_fake.h", path))
    ctx.actions.run_shell(
        arguments = [ctx.executable._kidl.path, plan] + [file.path for file in ctx.files.srcs],
        command = _GENERATE,
        inputs = ctx.files.srcs,
        mnemonic = "Kidl",
        outputs = ctx.outputs.outs,
        progress_message = "Generating from %d .idl files" % len(ctx.files.srcs),
        tools = [ctx.executable._kidl],
    )
    return [DefaultInfo(files = depset(ctx.outputs.outs))]

idl_generate = rule(
    implementation = _generate_impl,
    doc = "Runs kidl once over all sources: what nothing uses is only seen when it is named.",
    attrs = {
        "elsewhere": attr.string_dict(
            doc = "Folder below the package -> where kidl writes it: files of other packages' .idl.",
        ),
        "outs": attr.output_list(mandatory = True),
        "srcs": attr.label_list(allow_files = [".idl"], mandatory = True),
        "types": attr.string_list(doc = "Files of this package in which a service is an error."),
        # "host", not "exec": Bazel 4.2.3 would build the tool once for each transition.
        "_kidl": attr.label(cfg = "host", default = "//gen:kidl", executable = True),
    },
)

def _expand_stems(patterns, stems):
    return [pattern % stem for stem in stems for pattern in patterns]

def _expand(patterns, sources):
    return _expand_stems(patterns, [_stem(source) for source in sources])

def _library(name, hdrs, deps = [], **kwargs):
    native.cc_library(name = name, hdrs = hdrs, deps = deps, **kwargs)

def idl_package(name, srcs, deps = [], types = [], visibility = None):
    """What kidl makes of the .idl files of a package, glob(["*.idl"]): a library, and the tests of its services.

    greeter.idl of package mine is included as "mine/greeter_client.h", "mine/greeter_server.h" and
    "mine/greeter.h". The files may import every file of //idl and of `deps`, and the stock
    manifest; their ids, interface numbers and names must be of their own.

    For tests there is `<name>_fakes`, with "mine/greeter_fake.h". `bazel test //mine/...` runs
    `<name>_reject_test`, `<name>_round_trip_test` and a fuzzer for each file: see service_tests().

    Args:
      name: of the library.
      srcs: .idl files of this package. Each has a service, but manifest.idl (see boot_image) and
        those of `types`.
      deps: other idl_packages, whose files these import.
      types: those of srcs with types and constants alone.
      visibility: of the libraries.
    """
    native.filegroup(
        name = name + "_sources",
        srcs = srcs + [dep + "_sources" for dep in deps],
        visibility = visibility,
    )
    plain = types + [source for source in srcs if source == "manifest.idl" and source not in types]
    services = [source for source in srcs if source not in plain]
    headers = _expand(_SERVICE, services) + _expand(["%s.h"], plain)
    idl_generate(
        name = name + "_generated",
        srcs = [":" + name + "_sources", "//idl:sources"],
        outs = headers + _expand(_SERVICE_TESTS, services),
        types = plain,
    )
    native.cc_library(
        name = name,
        hdrs = headers,
        visibility = visibility,
        deps = deps + [
            "//idl:abi",
            "//idl:kernel_stubs",
            "//idl:kernel_types",
            "//idl:manifest",
            "//idl:service_types",
            "//idl:services",
            "//idl:stock_manifest",
            "//servers/runtime:ipc",
            "//servers/runtime:passing",
        ],
    )
    if services:
        service_tests(
            name = name,
            stems = [_stem(source) for source in services],
            deps = [":" + name],
            visibility = visibility,
        )

def system_idl(name, srcs, manifest):
    """All libraries of //idl. Takes every .idl in the folder: a new one needs no edit here.

    Args:
      name: of the filegroup with everything generated.
      srcs: the .idl files of this package.
      manifest: the .idl with the stock manifest, in package bootimage.
    """
    kernel = [source for source in srcs if source.startswith("kernel/")]
    service = [source for source in srcs if source.startswith("service/")]
    plain = [source for source in srcs if "/" not in source and source != "kidl.idl"]
    docs = ["docs/idl/%s.md" % _stem(source) for source in srcs if source != "kidl.idl"]

    headers = (_FIXED + _expand(["%s.h"], plain) + _expand(_KERNEL, kernel) +
               _expand(_SERVICE + _SERVICE_TESTS, service))
    stock = "stock/bootimage/manifest.h"
    idl_generate(
        name = name,
        srcs = srcs + [manifest],
        outs = headers + [stock] + docs,
        elsewhere = {"docs": "docs", "stock": ""},
    )

    # Numbers, for both sides, and what stands on them: bounded.h is written by hand.
    _library("abi", ["abi.h", "bounded.h", "wire.h"])
    _library("abi_asm", ["abi_asm.h"])
    _library(
        "kernel_types",
        ["kernel_rights.h", "system_call.h"] + _expand(["%s_types.h"], kernel),
        [":abi"],
    )
    _library(
        "service_types",
        _expand(["%s.h"], service),
        [":abi", ":kernel_types"],
    )
    _library("manifest", ["manifest.h"], [":abi"])
    _library("stock_manifest", [stock], [":abi", ":manifest"], strip_include_prefix = "stock")

    # The kernel's side.
    _library("kernel_calls", ["kernel_calls.h"], [":abi", ":kernel_types"])
    _library("kernel_decode", ["kernel_decode.h"], [":abi", ":kernel_types"])
    _library(
        "messages",
        _expand(["%s_message.h"], service),
        [":abi", ":kernel_types", ":service_types"],
    )

    # The users' side.
    _library(
        "kernel_stubs",
        _expand(["%s.h"], kernel),
        [":abi", ":kernel_types", "//servers/runtime:ipc"],
    )
    _library(
        "services",
        _expand(["%s_client.h", "%s_server.h"], service),
        [":abi", ":kernel_stubs", ":kernel_types", ":messages", ":service_types", "//servers/runtime:ipc", "//servers/runtime:passing"],
    )

    # For tests on the host.
    service_tests(
        name = "service",
        stems = [_stem(source) for source in service],
        deps = [":services"],
        visibility = ["//visibility:public"],
    )

def service_tests(name, stems, deps, visibility = None):
    """What kidl makes for tests of services: `<name>_fakes` with X_fake.h, `<name>_reject_test`,
    `<name>_round_trip_test`, and for each file a fuzzer, `<stem's name>_messages_fuzz_test`.

    Args:
      name: before the names of the targets.
      stems: generated files' names without what each ends in: "service/timed".
      deps: the libraries with the other headers.
      visibility: of the fakes.
    """
    fakes = name + "_fakes"
    native.cc_library(
        name = fakes,
        testonly = True,
        hdrs = _expand_stems(_STAND_INS, stems),
        visibility = visibility,
        deps = deps + ["//gen:message_rules"],
    )
    host_test(
        name = name + "_reject_test",
        srcs = _expand_stems(["%s_reject_test.cc"], stems),
        deps = [":" + fakes, "//gen:reject"],
    )
    host_test(
        name = name + "_round_trip_test",
        size = "medium",
        srcs = _expand_stems(["%s_round_trip_test.cc"], stems),
        deps = [":" + fakes, "//gen:round_trip"],
    )
    for stem in stems:
        fuzz_test(
            name = stem.split("/")[-1] + "_messages_fuzz_test",
            srcs = [stem + "_fuzz.cc"],
            dictionary = stem + "_fuzz.dict",
            max_len = 1024,
            deps = deps + [
                ":" + fakes,
                "//gen:loopback",
                "//gen:message_fuzz",
                "//idl:abi",
                "//servers/runtime:ipc",
            ],
        )

def _locked(ctx):
    """The files to lock, as kidl's arguments; and what is to be there to compile them."""
    names = [file.short_path for file in ctx.files.srcs if file.basename != "kidl.idl"]
    return " ".join([shell.quote(name) for name in names + [file.short_path for file in ctx.files.deps]])

def _idl_freeze_impl(ctx):
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        script,
        """#!/bin/bash
root="${BUILD_WORKSPACE_DIRECTORY:?run this with bazel run}"
kidl="$PWD/%s"
unset BUILD_WORKING_DIRECTORY
exec "$kidl" freeze --root="$root" --under=%s "$@" -- %s
""" % (ctx.executable._kidl.short_path, shell.quote(ctx.label.package), _locked(ctx)),
        is_executable = True,
    )
    return [DefaultInfo(executable = script, runfiles = ctx.runfiles([ctx.executable._kidl]))]

def _idl_lock_test_impl(ctx):
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        script,
        """#!/bin/bash
exec %s freeze --check --under=%s "$@" -- %s
""" % (ctx.executable._kidl.short_path, shell.quote(ctx.label.package), _locked(ctx)),
        is_executable = True,
    )
    files = ctx.files.srcs + ctx.files.deps + ctx.files.locks + [ctx.executable._kidl]
    return [DefaultInfo(executable = script, runfiles = ctx.runfiles(files))]

_LOCK_ATTRS = {
    "deps": attr.label_list(allow_files = [".idl"]),
    "srcs": attr.label_list(allow_files = [".idl"], mandatory = True),
    "_kidl": attr.label(cfg = "host", default = "//gen:kidl", executable = True),
}

_idl_freeze = rule(
    implementation = _idl_freeze_impl,
    attrs = _LOCK_ATTRS,
    executable = True,
)

_idl_lock_test = rule(
    implementation = _idl_lock_test_impl,
    attrs = dict(_LOCK_ATTRS, locks = attr.label_list(allow_files = [".lock"])),
    test = True,
)

def idl_lock(name, srcs, deps = []):
    """Holds the package's .idl files against their locks.

    `bazel run :<name>` writes x.idl.lock beside each x.idl; it refuses what breaks those who were built against the
    released file, but with `-- --force`. `bazel test :<name>_test` fails for a change that breaks, and for a lock that
    is missing, damaged or left over. A compatible change passes: the lock is written when it is released.

    Args:
      name: of what writes the locks.
      srcs: the .idl files of this package.
      deps: .idl files of other packages that they need and do not import: Endpoint and Reply, for services.
    """
    _idl_freeze(
        name = name,
        srcs = srcs,
        deps = deps,
        target_compatible_with = HOST_ONLY,
    )
    _idl_lock_test(
        name = name + "_test",
        size = "small",
        srcs = srcs,
        deps = deps,
        locks = native.glob(["**/*.idl.lock"]),
        target_compatible_with = HOST_ONLY,
    )

def _idl_docs_impl(ctx):
    # The pages that are built have a folder of the rule's name.
    script = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(
        script,
        """#!/bin/bash
set -euo pipefail
target="${1:-docs/manual}"
if (($# > 1)) || [[ "$target" == -* ]]; then
  echo "usage: bazel run //idl:docs [-- DIR]" >&2
  exit 2
fi
kidl="$PWD/%s"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
unset BUILD_WORKING_DIRECTORY
"$kidl" compile --emit=docs --out="$scratch" -- %s
cd "${BUILD_WORKSPACE_DIRECTORY:-.}"
mkdir -p "$target"
cp -r "$scratch"/docs/. "$target"
echo "$target: $(find "$scratch" -name '*.md' | wc -l) pages"
""" % (
            ctx.executable._kidl.short_path,
            " ".join([shell.quote(file.short_path) for file in ctx.files.srcs]),
        ),
        is_executable = True,
    )
    runfiles = ctx.runfiles(ctx.files.srcs + [ctx.executable._kidl])
    return [DefaultInfo(executable = script, runfiles = runfiles)]

idl_docs = rule(
    implementation = _idl_docs_impl,
    doc = "Writes a page for each file of `srcs`, and one of kidl's codes, to a folder of the workspace.",
    attrs = {
        "srcs": attr.label_list(allow_files = [".idl"], mandatory = True),
        "_kidl": attr.label(cfg = "host", default = "//gen:kidl", executable = True),
    },
    executable = True,
)

def _update_golden_impl(ctx):
    script = ctx.actions.declare_file(ctx.label.name)
    sources = " ".join([file.short_path for file in ctx.files.srcs])
    ctx.actions.write(
        script,
        """#!/bin/bash
set -euo pipefail
kidl="$PWD/%s"
cd "${BUILD_WORKSPACE_DIRECTORY:?run this with bazel run}"
unset BUILD_WORKING_DIRECTORY
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
# Nothing is touched before all of it is there.
"$kidl" compile --out="$scratch" %s
cp -r "$scratch/." gen/golden
find gen/golden -type f ! -name '*.txt' -printf '%%P\\0' |
  while IFS= read -r -d '' file; do
    [[ -e "$scratch/$file" ]] || rm "gen/golden/$file"
  done
find gen/golden -type d -empty -delete
""" % (ctx.executable._kidl.short_path, sources),
        is_executable = True,
    )
    runfiles = ctx.runfiles([ctx.executable._kidl])
    return [DefaultInfo(executable = script, runfiles = runfiles)]

update_golden = rule(
    implementation = _update_golden_impl,
    doc = "Writes gen/golden in the workspace anew, when all that it compiles is well.",
    attrs = {
        "srcs": attr.label_list(allow_files = [".idl"], mandatory = True),
        "_kidl": attr.label(cfg = "host", default = "//gen:kidl", executable = True),
    },
    executable = True,
)
