"""Tests that arrows between packages point only downwards."""

load("@bazel_skylib//lib:shell.bzl", "shell")

def layer_test(name, layers, tags = []):
    """Fails when a package depends on one beside or above it, or on an unlisted one of the house.

    A layer covers the packages below it too: "//kernel/arch" stands for "//kernel/arch/riscv64",
    unless that one is listed itself. Only what the named libraries reach is looked at, so tests may
    reach up for a fixture. Packages under //tools and external repositories are left out.

    Args:
      name: of the test. `<name>_deps` is made too: a genquery with the edges.
      layers: the layers from the top to the bottom, each a list of labels of libraries. Packages
        of one layer must not depend on each other. Usage:

            layer_test(
                name = "layers_test",
                layers = [
                    ["//kernel/boot"],
                    ["//kernel/syscall"],
                    ["//kernel/ipc", "//kernel/sched:queue", "//kernel/sched:sched"],
                    ["//kernel/base"],
                ],
            )
      tags: of the test.
    """
    scope = [label for layer in layers for label in layer]
    native.genquery(
        name = name + "_deps",
        testonly = True,
        expression = "kind('rule', deps(set(%s))) intersect filter('^//', deps(set(%s)))" % (
            " ".join(scope),
            " ".join(scope),
        ),
        opts = [
            "--output=graph",
            "--nograph:factored",
            "--noimplicit_deps",
        ],
        scope = scope,
        tags = ["manual"],
    )
    native.sh_test(
        name = name,
        size = "small",
        srcs = ["//tools/build:check_layers.sh"],
        args = ["$(rootpath :%s_deps)" % name] + [
            shell.quote(" ".join([label.split(":")[0] for label in layer]))
            for layer in layers
        ],
        data = [":%s_deps" % name],
        tags = tags,
    )
