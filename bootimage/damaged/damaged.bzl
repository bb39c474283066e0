"""A machine that must be refused, as a test."""

load("//bootimage:image.bzl", "damaged_image", "image_test")

def refusal_test(name, says = None, init_says = None, args = [], **kwargs):
    """The stock image, damaged: the kernel or init must say why, and the machine must end.

    Args:
      name: of the test is `<name>_test`.
      says: what follows the kernel's "PANIC boot: ".
      init_says: what follows "init: FAIL ". Neither: there is no console to say anything on.
      args: the runner's flags.
      **kwargs: as in damaged_image.
    """
    damaged_image(
        name = name,
        image = "//bootimage:image",
        testonly = True,
        **kwargs
    )
    why = ("the kernel panicked: PANIC boot: %s" % says if says else
           "init gave up: init: FAIL %s" % init_says if init_says else None)
    if why:
        fails_with = [
            "qemu: FAILED: %s\n" % why,
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
