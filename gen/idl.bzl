"""Rules that run kidl.

  idl_generate     one run over all .idl files; every generated file is an output
  idl_package      idl_generate and the cc_librarys over its headers, for one folder of .idl files
  update_golden    writes gen/golden anew (bazel run)
"""

# What an .idl becomes depends on its folder: kernel/ has objects, service/ services, others neither.
_KERNEL = ["%s.h", "%s_types.h"]
_SERVICE = ["%s.h", "%s_client.h", "%s_server.h", "%s_message.h"]
_FIXED = ["abi_asm.h", "kernel_calls.h", "kernel_decode.h", "kernel_rights.h", "system_call.h", "wire.h"]

def _generate_impl(ctx):
    # Generated paths start from the workspace's root; outputs have to lie in this package.
    package = ctx.label.package + "/"
    command = ['scratch="$(mktemp -d)"', "trap 'rm -rf \"$scratch\"' EXIT"]
    command.append('"$1" compile --root=. --out="$scratch" "${@:2}" || exit 1')
    for output in ctx.outputs.outs:
        path = output.short_path
        for prefix, real in ctx.attr.elsewhere.items():
            if path.startswith(package + prefix + "/"):
                path = real + path[len(package + prefix):]
        command.append('cp "$scratch/%s" "%s" || exit 1' % (path, output.path))
    ctx.actions.run_shell(
        arguments = [ctx.executable._kidl.path] + [file.path for file in ctx.files.srcs],
        command = "\n".join(command),
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
        # "host", not "exec": Bazel 4.2.3 would build the tool once for each transition.
        "_kidl": attr.label(cfg = "host", default = "//gen:kidl", executable = True),
    },
)

def _stem(path):
    return path[:-len(".idl")]

def _expand(patterns, sources):
    return [pattern % _stem(source) for source in sources for pattern in patterns]

def _library(name, hdrs, deps = [], **kwargs):
    native.cc_library(name = name, hdrs = hdrs, deps = deps, **kwargs)

def idl_package(name, srcs, manifest):
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
               _expand(_SERVICE, service))
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

def _update_golden_impl(ctx):
    script = ctx.actions.declare_file(ctx.label.name)
    sources = " ".join([file.short_path for file in ctx.files.srcs])
    ctx.actions.write(
        script,
        """#!/bin/bash
set -euo pipefail
kidl="$PWD/%s"
cd "${BUILD_WORKSPACE_DIRECTORY:?run this with bazel run}"
find gen/golden -mindepth 1 -maxdepth 1 ! -name 'diagnostics*' -exec rm -rf {} +
"$kidl" compile --out=gen/golden %s
""" % (ctx.executable._kidl.short_path, sources),
        is_executable = True,
    )
    runfiles = ctx.runfiles([ctx.executable._kidl])
    return [DefaultInfo(executable = script, runfiles = runfiles)]

update_golden = rule(
    implementation = _update_golden_impl,
    doc = "Writes gen/golden in the workspace anew.",
    attrs = {
        "srcs": attr.label_list(allow_files = [".idl"], mandatory = True),
        "_kidl": attr.label(cfg = "host", default = "//gen:kidl", executable = True),
    },
    executable = True,
)
