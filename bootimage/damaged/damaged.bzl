"""A machine that must be refused, as a test."""

load("//bootimage:image.bzl", "damaged_image", "image_test")

def refusal_test(name, says = None, args = [], **kwargs):
    """The stock image, damaged: the kernel must say why it stops, and the machine must end.

    Args:
      name: of the test is `<name>_test`.
      says: what follows "PANIC boot: "; None where there is no console to say it on.
      args: the runner's flags.
      **kwargs: as in damaged_image.
    """
    damaged_image(
        name = name,
        image = "//bootimage:image",
        testonly = True,
        **kwargs
    )
    if says:
        fails_with = [
            "qemu: FAILED: the kernel panicked: PANIC boot: %s\n" % says,
            "qemu: the machine stopped by itself\n",
        ]
    else:
        fails_with = [
            "qemu: FAILED: QEMU ended with status 0",
            "qemu: the console said nothing",
        ]
    image_test(
        name = name + "_test",
        size = "small",
        args = ["--smp=1", "--timeout=20"] + args,
        fails_with = fails_with,
        image = ":" + name,
    )
