"""Programs for user space.

  server            one program, from sources and libraries
  manifest_program  one that knows the manifest of its image
  manifest_programs init and console for an image of another manifest than the stock one
"""

load("//tools/build:riscv64_binary.bzl", "riscv64_binary")

def server(name, srcs, deps, copts = [], local_defines = [], visibility = None):
    """An ELF for user space, linked as servers/runtime/user.ld has it.

    Makes `<name>` and `<name>.elf`, as riscv64_binary does; an image's rule takes either.

    Args:
      name: of the program.
      srcs: with server_main (servers/runtime/start.h).
      deps: libraries; the start-up code and memcpy are added.
      copts: as in cc_binary. A program that uses F and D: ["-march=rv64gc"].
      local_defines: as in cc_binary.
      visibility: of both.
    """
    riscv64_binary(
        name = name,
        srcs = srcs,
        copts = copts,
        linker_script = "//servers/runtime:user.ld",
        local_defines = local_defines,
        visibility = visibility,
        deps = deps + [
            "//servers/runtime:memory_functions",
            "//servers/runtime:start",
        ],
    )

# What the main programs of init and console include.
INIT_DEPS = [
    "//bootimage:bundle",
    "//idl:kernel_stubs",
    "//idl:services",
    "//servers/init:argument",
    "//servers/init:boot",
    "//servers/init:layout",
    "//servers/init:printer",
    "//servers/init:spawn",
    "//servers/init:supervisor",
    "//servers/manifest:selected",
    "//servers/runtime:exit",
    "//servers/runtime:slots",
    "//servers/runtime:try",
]
CONSOLE_DEPS = [
    "//idl:services",
    "//servers/console:server",
    "//servers/manifest:selected",
    "//servers/runtime:slots",
]

WITNESS_DEPS = [
    "//idl:kernel_stubs",
    "//servers/manifest:selected",
    "//servers/runtime:print",
    "//servers/runtime:slots",
    "//servers/witness:expected",
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
      srcs: as in server().
      header: that kidl made of the manifest, as it is included: "bootimage/test/victims.h".
      constant: its manifest: "victims::kVictims".
      deps: libraries, and the one with the header.
      local_defines: as in server().
      visibility: of the program.
    """
    server(
        name = name,
        srcs = srcs,
        local_defines = local_defines + [
            'MANIFEST_HEADER=\\"%s\\"' % header,
            "MANIFEST_CONSTANT=%s" % constant,
        ],
        visibility = visibility,
        deps = deps,
    )

def manifest_programs(name, header, constant, deps, visibility = None):
    """The two programs of every image that know the manifest: `<name>_init` and `<name>_console`.

    Args:
      name: of the manifest.
      header: as in manifest_program().
      constant: likewise.
      deps: library with the header.
      visibility: of the programs.
    """
    manifest_program(
        name = name + "_init",
        srcs = ["//servers/init:main.cc"],
        header = header,
        constant = constant,
        visibility = visibility,
        deps = deps + INIT_DEPS,
    )
    manifest_program(
        name = name + "_console",
        srcs = ["//servers/console:main.cc"],
        header = header,
        constant = constant,
        visibility = visibility,
        deps = deps + CONSOLE_DEPS,
    )
