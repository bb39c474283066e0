"""Unit tests on the host, under sanitizers.

A plain `bazel test` builds and runs a host_test under AddressSanitizer and UBSan, with everything
that it depends on. The configuration is the test's own, so tools stay uninstrumented, and `bazel run` and `bazel
test` do not rebuild each other's objects.
"""

load(":platforms.bzl", "HOST_ONLY")

_SANITIZER_ENV = {
    "ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:abort_on_error=0",
    "ASAN_SYMBOLIZER_PATH": "/usr/bin/llvm-symbolizer-19",
    "TSAN_OPTIONS": "halt_on_error=1:external_symbolizer_path=/usr/bin/llvm-symbolizer-19",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
}

def _feature_impl(settings, attr):
    return {
        "//command_line_option:features": [
            feature
            for feature in settings["//command_line_option:features"]
            if feature not in attr.instrument
        ] + attr.instrument,
    }

_feature_transition = transition(
    implementation = _feature_impl,
    inputs = ["//command_line_option:features"],
    outputs = ["//command_line_option:features"],
)

def _instrumented_test_impl(ctx):
    binary = ctx.attr.binary[0][DefaultInfo]
    executable = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = executable,
        target_file = binary.files_to_run.executable,
        is_executable = True,
    )
    runfiles = ctx.runfiles(ctx.files.data).merge(binary.default_runfiles)
    for data in ctx.attr.data:
        runfiles = runfiles.merge(data[DefaultInfo].default_runfiles)
    env = dict(_SANITIZER_ENV)
    env.update(ctx.attr.env)
    return [
        DefaultInfo(executable = executable, runfiles = runfiles),
        testing.TestEnvironment(env),
    ]

instrumented_test = rule(
    implementation = _instrumented_test_impl,
    doc = "Runs `binary`, built with the features `instrument`, as a test. Mostly by host_test().",
    attrs = {
        "binary": attr.label(cfg = _feature_transition, mandatory = True),
        "data": attr.label_list(allow_files = True),
        "env": attr.string_dict(),
        "instrument": attr.string_list(),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    test = True,
)

def host_test(
        name,
        srcs = [],
        deps = [],
        copts = [],
        defines = [],
        local_defines = [],
        data = [],
        args = [],
        env = {},
        sanitizers = ["asan_ubsan"],
        size = "small",
        timeout = None,
        tags = [],
        shard_count = None,
        flaky = False,
        gtest_main = True,
        visibility = None):
    """A GoogleTest on the host, by default under ASan and UBSan.

    Also makes `<name>.bin`, the same program without the test around it, to run or to debug:
    `bazel run --features=asan_ubsan //x:y_test.bin -- --gtest_filter=...`.

    Args:
      name: of the test.
      srcs: of the test.
      deps: libraries; GoogleTest is added.
      copts: as in cc_test.
      defines: as in cc_test.
      local_defines: as in cc_test.
      data: files for run time, not instrumented. riscv64 files go here.
      args: of the program; $(location) of data works.
      env: environment of the test.
      sanitizers: features of the toolchain: ["asan_ubsan"], ["tsan"] or [].
      size: as in cc_test.
      timeout: as in cc_test.
      tags: as in cc_test.
      shard_count: as in cc_test.
      flaky: as in cc_test. A flaky test is a defect; say why beside it.
      gtest_main: whether GoogleTest's main is linked.
      visibility: of the test.
    """
    native.cc_binary(
        name = name + ".bin",
        testonly = True,
        srcs = srcs,
        copts = copts,
        defines = defines,
        local_defines = local_defines,
        tags = ["manual"],
        target_compatible_with = HOST_ONLY,
        visibility = ["//visibility:private"],
        deps = deps + ["@com_google_googletest//:gtest"] +
               (["@com_google_googletest//:gtest_main"] if gtest_main else []),
    )
    instrumented_test(
        name = name,
        size = size,
        timeout = timeout,
        args = args,
        binary = ":%s.bin" % name,
        data = data,
        env = env,
        flaky = flaky,
        instrument = sanitizers,
        shard_count = shard_count,
        tags = tags,
        target_compatible_with = HOST_ONLY,
        visibility = visibility,
    )
