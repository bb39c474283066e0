"""Programs for user space.

  server            one program, from sources and libraries
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

def manifest_programs(name, header, constant, deps, visibility = None):
    """The two programs that know the manifest: `<name>_init` and `<name>_console`.

    Args:
      name: of the manifest.
      header: that kidl made of it, as it is included: "bootimage/test/victims.h".
      constant: its manifest: "victims::kVictims".
      deps: library with the header.
      visibility: of the programs.
    """
    defines = [
        'MANIFEST_HEADER=\\"%s\\"' % header,
        "MANIFEST_CONSTANT=%s" % constant,
    ]
    server(
        name = name + "_init",
        srcs = ["//servers/init:main.cc"],
        local_defines = defines,
        visibility = visibility,
        deps = deps + INIT_DEPS,
    )
    server(
        name = name + "_console",
        srcs = ["//servers/console:main.cc"],
        local_defines = defines,
        visibility = visibility,
        deps = deps + CONSOLE_DEPS,
    )
