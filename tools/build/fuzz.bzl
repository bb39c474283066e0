"""Fuzzers, as short tests and as programs to run for long."""

load(":host_test.bzl", "instrumented_test")
load(":platforms.bzl", "HOST_ONLY")

def fuzz_test(
        name,
        srcs,
        deps = [],
        corpus = None,
        copts = [],
        dictionary = None,
        seconds = 10,
        max_len = 4096,
        tags = []):
    """A libFuzzer program under ASan and UBSan, run for some seconds as a test.

    The sources define `LLVMFuzzerTestOneInput`. The test starts from the committed corpus, which it never
    writes to; what broke it is printed as hex and kept in the test's outputs
    (bazel-testlogs/<package>/<name>/test.outputs). `<name>.fuzzer` is the program:

        bazel run --features=asan_ubsan --features=fuzzer //x:decoder_fuzz_test.fuzzer -- /tmp/corpus

    Args:
      name: of the test.
      srcs: of the fuzzer.
      deps: libraries under test.
      corpus: list of labels of files to start from, mostly glob(["corpus/**"]).
      copts: as in cc_binary.
      dictionary: label of a libFuzzer dictionary.
      seconds: how long the test runs.
      max_len: the longest input in bytes.
      tags: of the test.
    """
    native.cc_binary(
        name = name + ".fuzzer",
        testonly = True,
        srcs = srcs,
        copts = copts,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        target_compatible_with = HOST_ONLY,
        deps = deps,
    )
    instrumented_test(
        name = name + ".instrumented",
        binary = ":%s.fuzzer" % name,
        instrument = [
            "asan_ubsan",
            "fuzzer",
        ],
        # Not a test by itself: the sh_test below gives it its arguments.
        tags = ["manual"],
        target_compatible_with = HOST_ONLY,
    )
    corpus = corpus or []
    native.sh_test(
        name = name,
        size = "small" if seconds <= 30 else "medium",
        srcs = ["//tools/build:run_fuzzer.sh"],
        args = [
            "$(rootpath :%s.instrumented)" % name,
            str(seconds),
            str(max_len),
            "$(rootpath %s)" % dictionary if dictionary else "none",
        ] + ["$(rootpaths %s)" % label for label in corpus],
        data = [":%s.instrumented" % name] + corpus + ([dictionary] if dictionary else []),
        tags = tags + ["fuzz"],
        target_compatible_with = HOST_ONLY,
    )
