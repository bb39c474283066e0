"""Fuzzers, as short tests and as programs to run for long."""

load(":host_test.bzl", "instrumented_test")
load(":platforms.bzl", "HOST_ONLY")

# How long each fuzzer runs as a test. --test_env=FUZZ_SECONDS=N chooses another time for a run.
_SECONDS = 10

def fuzz_test(
        name,
        srcs,
        deps = [],
        corpus = None,
        copts = [],
        dictionary = None,
        max_len = 4096,
        tags = []):
    """A libFuzzer program under ASan and UBSan, run for ten seconds as a test.

    The sources define `LLVMFuzzerTestOneInput`. The test starts from the committed corpus, which it never
    writes to; what broke it is printed as hex and kept in the test's outputs
    (bazel-testlogs/<package>/<name>/test.outputs). All of them, or some, for longer:

        bazel test --test_tag_filters=fuzz --test_env=FUZZ_SECONDS=600 --test_timeout=900 //...

    `<name>.fuzzer` is the program, to run for days, with a corpus that is kept:

        bazel run --features=asan_ubsan --features=fuzzer //x:decoder_fuzz_test.fuzzer -- /tmp/corpus

    Args:
      name: of the test.
      srcs: of the fuzzer.
      deps: libraries under test.
      corpus: list of labels of files to start from, mostly glob(["corpus/**"]).
      copts: as in cc_binary.
      dictionary: label of a libFuzzer dictionary.
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
        size = "small",
        srcs = ["//tools/build:run_fuzzer.sh"],
        args = [
            "$(rootpath :%s.instrumented)" % name,
            str(_SECONDS),
            str(max_len),
            "$(rootpath %s)" % dictionary if dictionary else "none",
        ] + ["$(rootpaths %s)" % label for label in corpus],
        data = [":%s.instrumented" % name] + corpus + ([dictionary] if dictionary else []),
        tags = tags + ["fuzz"],
        target_compatible_with = HOST_ONLY,
    )
