"""Images: the kernel and a bundle, packed; run in QEMU by hand, or as a test.

  boot_image      an image of a manifest: the kernel, and the servers that it names
  packed_image    the same from its parts, whatever they are
  damaged_image   an image that a machine must refuse
  qemu_run        `bazel run` boots an image; flags after `--` are the runner's
  image_test      `bazel test` boots an image; `args` are the runner's flags
"""

load("@bazel_skylib//lib:shell.bzl", "shell")
load("//servers:server.bzl", "MANIFEST_SERVERS", "ServerSetInfo", "manifest_programs", "only_file")
load("//tools/build:platforms.bzl", "HOST_ONLY")
load("//tools/build:transition.bzl", "target_transition")

BootImageInfo = provider(
    doc = "What a machine boots.",
    fields = {
        "kernel": "File: the kernel's ELF.",
        "bundle": "File: the initrd, or None.",
        "bootargs": "string: the kernel's command line.",
        "dtb": "File: the device tree, or None for QEMU's own.",
    },
)

def _packed_image_impl(ctx):
    # Attributes with a transition are lists, also where there is one label.
    kernel = only_file(ctx.attr.kernel[0])
    init = only_file(ctx.attr.init[0])
    own = {name: only_file(each) for name, each in zip(ctx.attr.server_names, ctx.attr.servers)}
    others = {}
    for each in ctx.attr.sets:
        others.update(each[ServerSetInfo].files)
    for name, server in zip(ctx.attr.spare_names, ctx.attr.spares):
        others[name] = only_file(server)
    bundle = ctx.actions.declare_file(ctx.label.name + ".bundle")

    command = ['"$1" --out="$2" --init="$3" "${@:4}"']
    tools = [ctx.executable._pack]
    if ctx.executable.names:
        command = [
            'set -euo pipefail; "%s" >"$2.names"' % ctx.executable.names.path,
            '"$1" --out="$2" --init="$3" --names="$2.names" "${@:4}"',
            'rm "$2.names"',
        ]
        tools.append(ctx.executable.names)
    args = ctx.actions.args()
    args.add_all([ctx.executable._pack, bundle, init])
    for name, server in own.items():
        args.add(server, format = name + "=%s")
    for name, server in others.items():
        if name not in own:
            args.add(server, format = "--spare=" + name + "=%s")
    ctx.actions.run_shell(
        arguments = [args],
        command = "\n".join(command),
        inputs = [init] + own.values() + others.values(),
        outputs = [bundle],
        mnemonic = "PackBundle",
        progress_message = "Packing %s" % ctx.label,
        tools = tools,
    )
    files = [kernel, bundle]
    return [
        DefaultInfo(files = depset(files), runfiles = ctx.runfiles(files)),
        BootImageInfo(
            kernel = kernel,
            bundle = bundle,
            bootargs = ctx.attr.bootargs,
            dtb = None,
        ),
    ]

_packed_image = rule(
    implementation = _packed_image_impl,
    doc = "A kernel and a bundle. See packed_image().",
    attrs = {
        "bootargs": attr.string(),
        "kernel": attr.label(cfg = target_transition, mandatory = True),
        "init": attr.label(cfg = target_transition, mandatory = True),
        "names": attr.label(
            cfg = "host",
            doc = "Prints the names of the images that the bundle must hold, in their order.",
            executable = True,
        ),
        "servers": attr.label_list(cfg = target_transition),
        "server_names": attr.string_list(doc = "As many as servers, in their order."),
        "sets": attr.label_list(
            doc = "Of which the bundle takes what `names` prints and `servers` has not.",
            providers = [ServerSetInfo],
        ),
        "spares": attr.label_list(cfg = target_transition, doc = "Likewise."),
        "spare_names": attr.string_list(doc = "As many as spares, in their order."),
        # "host", not "exec": Bazel 4.2.3 would build the tool once for each transition.
        "_pack": attr.label(
            cfg = "host",
            default = "//bootimage/pack",
            executable = True,
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    provides = [BootImageInfo],
)

def packed_image(name, servers, **kwargs):
    """An image of these parts: `bazel build` makes the kernel's ELF and `<name>.bundle`.

    Args:
      name: of the image.
      servers: dict from a name in the bundle to the server, built for riscv64 here; in the
        bundle's order.
      **kwargs: kernel and init, likewise; bootargs, the kernel's command line; what rules have.
    """
    _packed_image(
        name = name,
        server_names = servers.keys(),
        servers = servers.values(),
        target_compatible_with = HOST_ONLY,
        **kwargs
    )

def boot_image(name, manifest, idl = None, servers = {}, bootargs = "", visibility = None):
    """An image of a manifest: `bazel build` makes the kernel's ELF and `<name>.bundle`.

    The bundle holds what the manifest names: init, console and others that are built for it, programs
    of `servers`, and of the tree (//servers:stock). A name that nothing has is an error, and so is one
    of `servers` that the manifest does not have.

    Args:
      name: of the image.
      manifest: the constant of type Manifest, as the .idl calls it: "stock".
      idl: the idl_package of this package, whose manifest.idl has the constant; without it,
        bootimage/manifest.idl has it.
      servers: dict from a name in the manifest to the program.
      bootargs: the kernel's command line.
      visibility: of the image; everybody's if not given, for //bootimage:programs has every image.
    """
    package = native.package_name() if idl else "bootimage"
    manifest_programs(
        name = name,
        constant = "manifest::k" + manifest[0].upper() + manifest[1:],
        header = package + "/manifest.h" if package else "manifest.h",
        visibility = ["//visibility:private"],
        deps = [idl or "//idl:stock_manifest"],
    )
    programs = {"console": ":%s_console" % name}
    programs.update(servers)
    packed_image(
        name = name,
        bootargs = bootargs,
        init = ":%s_init" % name,
        kernel = "//kernel",
        names = ":%s_names" % name,
        servers = programs,
        sets = ["//servers:stock"],
        spare_names = MANIFEST_SERVERS.keys(),
        spares = [":%s_%s" % (name, server) for server in MANIFEST_SERVERS],
        visibility = visibility or ["//visibility:public"],
    )

def _damage(ctx, file, command, kind):
    """What `command` makes of `file`; the file itself when there is no command."""
    if not command:
        return file
    damaged = ctx.actions.declare_file("%s.%s" % (ctx.label.name, kind))
    ctx.actions.run_shell(
        arguments = [file.path, damaged.path],
        command = "set -euo pipefail\n" + command,
        inputs = [file],
        mnemonic = "Damage",
        outputs = [damaged],
        progress_message = "Damaging the %s of %s" % (kind, ctx.label),
    )
    return damaged

def _damaged_image_impl(ctx):
    image = ctx.attr.image[BootImageInfo]
    bundle = None if ctx.attr.no_bundle else _damage(ctx, image.bundle, ctx.attr.bundle, "bundle")
    dtb = _damage(ctx, ctx.file.dtb, ctx.attr.edit_dtb, "dtb") if ctx.file.dtb else None
    return [
        BootImageInfo(
            kernel = image.kernel,
            bundle = bundle,
            bootargs = image.bootargs,
            dtb = dtb,
        ),
    ]

damaged_image = rule(
    implementation = _damaged_image_impl,
    doc = "`image` with something wrong. Commands are the shell's: they read $1 and write $2.",
    attrs = {
        "bundle": attr.string(doc = "Command that spoils the bundle."),
        "dtb": attr.label(
            allow_single_file = [".dtb"],
            doc = "A device tree in the place of QEMU's own.",
        ),
        "edit_dtb": attr.string(doc = "Command that spoils `dtb`."),
        "image": attr.label(mandatory = True, providers = [BootImageInfo]),
        "no_bundle": attr.bool(doc = "No initrd at all."),
    },
    provides = [BootImageInfo],
)

# Runfiles are beside the script, or where a test's environment says.
_SCRIPT = """#!/bin/bash
root="${{TEST_SRCDIR:-${{BASH_SOURCE[0]}}.runfiles}}"/{workspace}
exec {wrapper}"$root"/{runner} {files} {flags} "$@"
"""

def _launcher(ctx, wrapper, flags):
    image = ctx.attr.image[BootImageInfo]
    runner = ctx.attr._runner[DefaultInfo]
    script = ctx.actions.declare_file(ctx.label.name)
    files = {"kernel": image.kernel, "bundle": image.bundle, "dtb": image.dtb}
    files = {flag: file for flag, file in files.items() if file}
    if image.bootargs:
        flags = flags + ["--bootargs=" + image.bootargs]
    ctx.actions.write(
        script,
        _SCRIPT.format(
            workspace = shell.quote(ctx.workspace_name),
            wrapper = wrapper,
            runner = shell.quote(ctx.executable._runner.short_path),
            files = " ".join([
                '--%s="$root"/%s' % (flag, shell.quote(file.short_path))
                for flag, file in files.items()
            ]),
            flags = " ".join([shell.quote(flag) for flag in flags]),
        ),
        is_executable = True,
    )
    runfiles = ctx.runfiles(files.values()).merge(runner.default_runfiles)
    return script, runfiles

def _qemu_run_impl(ctx):
    script, runfiles = _launcher(ctx, wrapper = "", flags = ctx.attr.flags)
    return [DefaultInfo(executable = script, runfiles = runfiles)]

_RUN_ATTRS = {
    "image": attr.label(mandatory = True, providers = [BootImageInfo]),
    "_runner": attr.label(
        cfg = "target",
        default = "//bootimage/runner",
        executable = True,
    ),
}

qemu_run = rule(
    implementation = _qemu_run_impl,
    doc = "Boots `image` under `bazel run`; flags after `--` are the runner's.",
    attrs = dict(
        _RUN_ATTRS,
        flags = attr.string_list(doc = "The runner's, before the user's."),
    ),
    executable = True,
)

def _image_test_impl(ctx):
    wrapper = ""
    if ctx.attr.fails_with:
        wrapper = '"$root"/{tool} {texts} -- '.format(
            tool = shell.quote(ctx.file._expect_failure.short_path),
            texts = " ".join([shell.quote(text) for text in ctx.attr.fails_with]),
        )
    flags = ["--headless"] + ["--expect=" + pattern for pattern in ctx.attr.expects]
    script, runfiles = _launcher(ctx, wrapper, flags)
    runfiles = runfiles.merge(ctx.runfiles([ctx.file._expect_failure]))
    return [DefaultInfo(executable = script, runfiles = runfiles)]

image_test = rule(
    implementation = _image_test_impl,
    doc = "Boots `image` as a test, with no input; `args` are the runner's flags.",
    attrs = dict(
        _RUN_ATTRS,
        expects = attr.string_list(
            doc = "Lines that must come too, in any order; patterns as of a shell.",
        ),
        fails_with = attr.string_list(
            doc = "If given, the run must fail with status 1 and say all of these.",
        ),
        _expect_failure = attr.label(
            allow_single_file = True,
            default = "//bootimage/runner:expect_failure.sh",
        ),
    ),
    test = True,
)
