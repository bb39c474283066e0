"""Programs for user space.

  server_binary     one program, from sources and libraries
  server_folders    a program for each folder that has no BUILD file of its own
  server_set        programs by the names that a manifest calls them
  manifest_program  one that knows the manifest of its image
  manifest_programs what every image has: init, console, and the list of what the manifest names
"""

load("//tools/build:host_test.bzl", "host_test")
load("//tools/build:platforms.bzl", "HOST_ONLY")
load("//tools/build:riscv64_binary.bzl", "riscv64_binary")
load("//tools/build:transition.bzl", "target_transition")

# What a program can include without saying so: the stubs of the kernel and of the tree's services,
# and the runtime.
_COMMON_DEPS = [
    "//idl:abi",
    "//idl:kernel_stubs",
    "//idl:kernel_types",
    "//idl:service_types",
    "//idl:services",
    "//servers/runtime:error_text",
    "//servers/runtime:exit",
    "//servers/runtime:ipc",
    "//servers/runtime:print",
    "//servers/runtime:reach",
    "//servers/runtime:slots",
    "//servers/runtime:text",
    "//servers/runtime:time",
    "//servers/runtime:try",
]

def server_binary(name, srcs, deps = [], copts = [], local_defines = [], visibility = None):
    """An ELF for user space, linked as servers/runtime/user.ld has it.

    Makes `<name>` and `<name>.elf`, as riscv64_binary does; an image's rule takes either.

    Args:
      name: of the program.
      srcs: with server_main (servers/runtime/start.h).
      deps: libraries beside the tree's stubs and the runtime: an idl_package of one's own.
      copts: as in cc_binary. A program that uses F and D: ["-march=rv64gc"].
      local_defines: as in cc_binary.
      visibility: of both.
    """
    common = [
        "//servers/runtime:memory_functions",
        "//servers/runtime:start",
    ] + _COMMON_DEPS
    riscv64_binary(
        name = name,
        srcs = srcs,
        copts = copts,
        linker_script = "//servers/runtime:user.ld",
        local_defines = local_defines,
        visibility = visibility,
        deps = deps + [dep for dep in common if dep not in deps],
    )

def server_folders(sources, visibility = None):
    """A server_binary for each folder of `sources`, with the folder's name, and a host_test for each
    file in it that is called so: `<folder>_<file>` for <file>.cc.

    Args:
      sources: files of this package in folders that are no packages: glob(["*/*.cc", "*/*.h"]).
      visibility: of the programs.

    Returns:
      The labels and names, as server_set takes them.
    """
    folders = {}
    for source in sources:
        folders.setdefault(source.partition("/")[0], []).append(source)
    for folder, files in folders.items():
        tests = [file for file in files if file.endswith("_test.cc")]
        others = [file for file in files if file not in tests]
        server_binary(name = folder, srcs = others, visibility = visibility)
        for test in tests:
            host_test(
                name = test[:-len(".cc")].replace("/", "_"),
                srcs = [test] + [
                    file
                    for file in others
                    if file.endswith(".h") or not file.endswith("main.cc")
                ],
                deps = _COMMON_DEPS + ["//gen:loopback", "//idl:service_fakes"],
            )
    return {":" + folder: folder for folder in folders}

ServerSetInfo = provider(
    doc = "Programs that an image can hold.",
    fields = {"files": "dict from a name in the bundle to the ELF"},
)

def only_file(target):
    """The one file that a target makes, which an image takes as an ELF.

    Args:
      target: with DefaultInfo.

    Returns:
      The file.
    """
    files = target[DefaultInfo].files.to_list()
    if len(files) != 1:
        fail("%s has %d files; an image wants one ELF" % (target.label, len(files)))
    return files[0]

def _server_set_impl(ctx):
    pairs = zip(ctx.attr.names, ctx.attr.servers)
    return [ServerSetInfo(files = {name: only_file(server) for name, server in pairs})]

_server_set = rule(
    implementation = _server_set_impl,
    attrs = {
        "names": attr.string_list(doc = "As many as servers, in their order."),
        "servers": attr.label_list(cfg = target_transition),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    provides = [ServerSetInfo],
)

def server_set(name, servers, visibility = None):
    """Programs by the names that a manifest calls them, for boot_image.

    Args:
      name: of the set.
      servers: dict from a program's label to its name in the bundle.
      visibility: of the set.
    """
    _server_set(
        name = name,
        names = servers.values(),
        servers = servers.keys(),
        target_compatible_with = HOST_ONLY,
        visibility = visibility,
    )

# What the main programs of init and console include beside the common.
_INIT_DEPS = [
    "//bootimage:bundle",
    "//servers/init:boot",
    "//servers/init:layout",
    "//servers/init:printer",
    "//servers/init:hands",
    "//servers/init:server",
    "//servers/manifest:selected",
]
_CONSOLE_DEPS = [
    "//servers/console:server",
    "//servers/manifest:selected",
]

# Servers that know the manifest of their image, too; an image has those that its manifest names.
MANIFEST_SERVERS = {
    "execd": [
        "//bootimage:bundle",
        "//servers/execd:server",
    ],
    "policyd": ["//servers/policyd:server"],
    "timed": [
        "//servers/runtime:audit_log",
        "//servers/timed:server",
        "//servers/timed:timer_table",
    ],
}

WITNESS_DEPS = [
    "//servers/manifest:selected",
    "//servers/witness:expected",
]

def _manifest_defines(header, constant):
    return [
        'MANIFEST_HEADER=\\"%s\\"' % header,
        "MANIFEST_CONSTANT=%s" % constant,
    ]

def manifest_program(
        name,
        srcs,
        header,
        constant,
        deps,
        local_defines = [],
        visibility = None):
    """A program that includes servers/manifest/selected.h.

    Args:
      name: of the program.
      srcs: as in server_binary().
      header: that kidl made of the manifest, as it is included: "bootimage/manifest.h".
      constant: its manifest: "manifest::kVictims".
      deps: libraries, and the one with the header.
      local_defines: as in server_binary().
      visibility: of the program.
    """
    server_binary(
        name = name,
        srcs = srcs,
        local_defines = local_defines + _manifest_defines(header, constant),
        visibility = visibility,
        deps = deps,
    )

def manifest_programs(name, header, constant, deps, visibility = None):
    """What an image has of its manifest.

    Makes the programs `<name>_init`, `<name>_console` and `<name>_` with each of MANIFEST_SERVERS,
    and for the host `<name>_names`, which prints the images that the manifest names, a line each.

    Args:
      name: of the image.
      header: as in manifest_program().
      constant: likewise.
      deps: library with the header.
      visibility: of all.
    """
    manifest_program(
        name = name + "_init",
        srcs = ["//servers/init:main.cc"],
        header = header,
        constant = constant,
        visibility = visibility,
        deps = deps + _INIT_DEPS,
    )
    manifest_program(
        name = name + "_console",
        srcs = ["//servers/console:main.cc"],
        header = header,
        constant = constant,
        visibility = visibility,
        deps = deps + _CONSOLE_DEPS,
    )
    for server, own_deps in MANIFEST_SERVERS.items():
        manifest_program(
            name = "%s_%s" % (name, server),
            srcs = ["//servers/%s:main.cc" % server],
            header = header,
            constant = constant,
            visibility = visibility,
            deps = deps + own_deps + ["//servers/manifest:selected"],
        )
    native.cc_binary(
        name = name + "_names",
        srcs = ["//servers/manifest:names.cc"],
        local_defines = _manifest_defines(header, constant),
        target_compatible_with = HOST_ONLY,
        visibility = visibility,
        deps = deps + ["//servers/manifest:selected"],
    )
