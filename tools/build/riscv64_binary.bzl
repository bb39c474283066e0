"""An ELF image for bare riscv64, linked by a linker script."""

load(":platforms.bzl", "TARGET_ONLY")
load(":transition.bzl", "riscv64_file")

def riscv64_binary(name, linker_script, linkopts = [], visibility = None, testonly = False, **kwargs):
    """A cc_binary for riscv64 with its linker script.

    Makes `<name>`, which only a riscv64 build takes, and `<name>.elf`, the same file for rules of
    the host.

    Args:
      name: of the binary.
      linker_script: label of the .ld file.
      linkopts: further flags for the linker.
      visibility: of both.
      testonly: of both.
      **kwargs: the rest of a cc_binary.
    """
    native.cc_binary(
        name = name,
        additional_linker_inputs = [linker_script],
        linkopts = ["-Wl,-T,$(location %s)" % linker_script] + linkopts,
        target_compatible_with = TARGET_ONLY,
        testonly = testonly,
        visibility = visibility,
        **kwargs
    )
    riscv64_file(
        name = name + ".elf",
        src = ":" + name,
        testonly = testonly,
        visibility = visibility,
    )
