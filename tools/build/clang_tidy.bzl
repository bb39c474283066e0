"""clang-tidy over libraries and all of ours that they reach, as a test."""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load(":target_programs.bzl", "IMAGE_ATTRIBUTES")
load(":transition.bzl", "target_transition")

_FOLLOWED = ["deps", "binary", "actual"] + IMAGE_ATTRIBUTES

_TidyReports = provider(
    doc = "What clang-tidy said of each source; an empty file where it said nothing.",
    fields = {"reports": "depset of structs: source (its path), file"},
)

def _compile_flags(ctx, toolchain, context):
    """The compiler's flags for the rule that the aspect is at, without the compiler."""
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        # Module maps belong to the real compilation; and clang-tidy makes its own errors.
        unsupported_features = ctx.disabled_features + ["layering_check", "module_maps"],
    )
    variables = cc_common.create_compile_variables(
        cc_toolchain = toolchain,
        feature_configuration = features,
        include_directories = context.includes,
        preprocessor_defines = depset(
            # A quote in them is escaped, for a shell that is not here.
            [define.replace('\\"', '"') for define in getattr(ctx.rule.attr, "local_defines", [])],
            transitive = [context.defines],
        ),
        quote_include_directories = depset(["."], transitive = [context.quote_includes]),
        system_include_directories = context.system_includes,
        user_compile_flags = ctx.fragments.cpp.copts + getattr(ctx.rule.attr, "copts", []),
    )
    return cc_common.get_memory_inefficient_command_line(
        feature_configuration = features,
        action_name = ACTION_NAMES.cpp_compile,
        variables = variables,
    )

def _aspect_impl(target, ctx):
    below = []
    for attribute in _FOLLOWED:
        value = getattr(ctx.rule.attr, attribute, None) or []
        for dep in value if type(value) == "list" else [value]:
            if type(dep) == "Target" and _TidyReports in dep:
                below.append(dep[_TidyReports].reports)

    reports = []
    ours = not target.label.workspace_root
    sources = [
        file
        for file in getattr(ctx.rule.files, "srcs", [])
        if file.extension == "cc" and file.is_source
    ] if ours and ctx.rule.kind.startswith("cc_") else []
    if sources:
        toolchain = find_cpp_toolchain(ctx)
        infos = [dep[CcInfo] for dep in getattr(ctx.rule.attr, "deps", []) if CcInfo in dep]
        if CcInfo in target:
            infos.append(target[CcInfo])
        context = cc_common.merge_cc_infos(cc_infos = infos).compilation_context
        flags = _compile_flags(ctx, toolchain, context)
        private = [file for file in ctx.rule.files.srcs if file.extension == "h"]
        for source in sources:
            report = ctx.actions.declare_file("%s.%s.tidy" % (ctx.label.name, source.basename))
            reports.append(struct(source = source.path, file = report))
            ctx.actions.run_shell(
                arguments = [report.path, source.path, ctx.file._config.path] + flags,
                # Quiet where all is well; otherwise what it said, for the test to show.
                command = 'out="$1" source="$2" config="$3"; shift 3; ' +
                          'if clang-tidy-19 --quiet --config-file="$config" "$source" -- "$@" ' +
                          '>"$out" 2>&1; then : >"$out"; ' +
                          'else echo "clang-tidy: $source" >>"$out"; sed -i "s#$PWD/##" "$out"; fi',
                inputs = depset(
                    [source, ctx.file._config] + private,
                    transitive = [context.headers, toolchain.all_files],
                ),
                mnemonic = "ClangTidy",
                outputs = [report],
                progress_message = "clang-tidy %s" % source.path,
                use_default_shell_env = True,
            )
    return [_TidyReports(reports = depset(reports, transitive = below))]

_clang_tidy_aspect = aspect(
    implementation = _aspect_impl,
    attr_aspects = _FOLLOWED,
    attrs = {
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
        "_config": attr.label(allow_single_file = True, default = "//:.clang-tidy"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

def _test_impl(ctx):
    found = depset(transitive = [dep[_TidyReports].reports for dep in ctx.attr.targets]).to_list()

    # What many programs are made of (init, with the manifest of each image) is looked at in one of them.
    reports = {report.source: report.file for report in found}.values()
    script = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        script,
        "#!/bin/bash\n# Every report must be there and empty.\nreports=(\n%s)\n%s" % (
            "".join(["  '%s'\n" % report.short_path for report in reports]),
            """((${#reports[@]})) || { echo "no source was looked at"; exit 1; }
status=0
for report in "${reports[@]}"; do
  [[ -f "$report" && ! -s "$report" ]] && continue
  status=1
  cat "$report"
done
exit "$status"
""",
        ),
        is_executable = True,
    )
    runfiles = ctx.runfiles(reports)
    for dep in ctx.attr.targets:
        # What they are made into is built too: the compiler has warnings of its own.
        runfiles = runfiles.merge(dep[DefaultInfo].default_runfiles)
    return [DefaultInfo(executable = script, runfiles = runfiles)]

_TEST_DOC = """Fails when clang-tidy (.clang-tidy) reports anything in the sources of `targets`, or in what they
reach by deps. Generated sources and other repositories are left out. A report is cached with its
source, so only what has changed is looked at again. A source of several targets is looked at once."""

clang_tidy_test = rule(
    implementation = _test_impl,
    doc = _TEST_DOC + """

    clang_tidy_test(name = "tidy_test", targets = ["//bootimage/runner"])
""",
    attrs = {
        "targets": attr.label_list(aspects = [_clang_tidy_aspect], mandatory = True),
    },
    test = True,
)

riscv64_clang_tidy_test = rule(
    implementation = _test_impl,
    doc = _TEST_DOC + """ For what runs on the target, with the flags of the target.

    riscv64_clang_tidy_test(name = "target_tidy_test", targets = ["//kernel"])
""",
    attrs = {
        "targets": attr.label_list(
            aspects = [_clang_tidy_aspect],
            cfg = target_transition,
            mandatory = True,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    test = True,
)
