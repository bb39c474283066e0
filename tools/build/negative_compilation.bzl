"""Tests that code which must not compile does not compile, and for the right reason."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("@bazel_skylib//lib:shell.bzl", "shell")

def _impl(ctx):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        # The layering check needs module maps, which only cc_library makes.
        unsupported_features = ctx.disabled_features + ["layering_check", "module_maps"],
    )
    context = cc_common.merge_cc_infos(cc_infos = [
        dep[CcInfo]
        for dep in ctx.attr.deps
    ]).compilation_context
    variables = cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        include_directories = depset(["."], transitive = [context.includes]),
        preprocessor_defines = context.defines,
        quote_include_directories = context.quote_includes,
        system_include_directories = context.system_includes,
        user_compile_flags = ctx.attr.copts + ["-fsyntax-only", "-fno-color-diagnostics"],
    )
    command = [cc_common.get_tool_for_action(
        feature_configuration = features,
        action_name = ACTION_NAMES.cpp_compile,
    )] + cc_common.get_memory_inefficient_command_line(
        feature_configuration = features,
        action_name = ACTION_NAMES.cpp_compile,
        variables = variables,
    )

    # The compiler runs in an action, where paths are the build's own; the test reads what it said.
    # Each result file has the exit status on its first line.
    results = []
    for variant, define in [("as_is", []), ("off", ["-DNC_OFF"])]:
        result = ctx.actions.declare_file("%s.%s.txt" % (ctx.label.name, variant))
        results.append(result)
        ctx.actions.run_shell(
            arguments = [result.path] + command + define + [ctx.file.src.path],
            command = 'out="$1"; shift; "$@" >"$out.said" 2>&1; echo $? >"$out"; ' +
                      'cat "$out.said" >>"$out"; rm "$out.said"',
            inputs = depset([ctx.file.src], transitive = [context.headers, toolchain.all_files]),
            mnemonic = "NegativeCompile",
            outputs = [result],
        )
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        script,
        "#!/bin/bash\nexec %s %s %s %s\n" % (
            ctx.executable._check.short_path,
            shell.quote(ctx.attr.error),
            results[0].short_path,
            results[1].short_path,
        ),
        is_executable = True,
    )
    return [DefaultInfo(
        executable = script,
        runfiles = ctx.runfiles(results + [ctx.executable._check]),
    )]

negative_compilation_test = rule(
    implementation = _impl,
    doc = """Passes when `src` fails to compile with an error that matches `error`, and compiles with -DNC_OFF.

The second half keeps the test honest: the file must be right but for the lines under

    #ifndef NC_OFF
      phys = virt;
    #endif

Usage:
    negative_compilation_test(
        name = "address_mix_nc_test",
        size = "small",
        src = "address_mix_nc.cc",
        error = "no viable overloaded '='",
        deps = [":address"],
    )
""",
    attrs = {
        "copts": attr.string_list(),
        "deps": attr.label_list(providers = [CcInfo]),
        "error": attr.string(
            doc = "Extended regular expression that one `error:` line must match.",
            mandatory = True,
        ),
        "src": attr.label(allow_single_file = [".cc"], mandatory = True),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
        "_check": attr.label(
            cfg = "target",
            default = "//tools/build:check_negative_compilation",
            executable = True,
        ),
    },
    fragments = ["cpp"],
    test = True,
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)
