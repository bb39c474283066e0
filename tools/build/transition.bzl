"""Configuration transitions and the rules that cross them.

  target_transition     builds an attribute for bare riscv64, whatever the outer build is
  riscv64_file          a file built for riscv64, for rules of the host (packers, tests)
"""

RISCV64 = "//tools/build/platforms:riscv64"

def _target_impl(settings, attr):
    _unused = attr
    mode = settings["//command_line_option:compilation_mode"]
    return {
        # The same image under `build`, `run` and `test`, and under -c opt: built once.
        "//command_line_option:compilation_mode": "dbg" if mode == "dbg" else "opt",
        "//command_line_option:copt": [],
        "//command_line_option:features": [],
        "//command_line_option:platforms": [RISCV64],
    }

target_transition = transition(
    implementation = _target_impl,
    inputs = ["//command_line_option:compilation_mode"],
    outputs = [
        "//command_line_option:compilation_mode",
        "//command_line_option:copt",
        "//command_line_option:features",
        "//command_line_option:platforms",
    ],
)

def _riscv64_file_impl(ctx):
    files = ctx.files.src
    return [DefaultInfo(files = depset(files), runfiles = ctx.runfiles(files))]

riscv64_file = rule(
    implementation = _riscv64_file_impl,
    doc = "The files of `src`, built for riscv64. Usable as data of a host rule, and by $(location).",
    attrs = {
        "src": attr.label(
            allow_files = True,
            cfg = target_transition,
            doc = "A target of the riscv64 side: an ELF (cc_binary), mostly.",
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
)
