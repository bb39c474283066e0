"""Abseil of Debian (libabsl-dev) under the labels that Abseil itself uses.

The headers are in /usr/include/absl, where the compiler looks by itself; a label says what to link.
"""

def absl_library(name, libs = []):
    """A package's library.

    Args:
      name: as in Abseil's own BUILD file.
      libs: the shared libraries, without "libabsl_".
    """
    native.cc_library(
        name = name,
        linkopts = ["-Wl,--as-needed"] + ["-labsl_" + lib for lib in libs],
        visibility = ["//visibility:public"],
    )
