"""How clang 19 is called: for the host, and for bare riscv64.

Features that a build may name (`features = [...]` or --features):
  opt, dbg, fastbuild   the compilation mode
  asan_ubsan            host: AddressSanitizer and UndefinedBehaviorSanitizer, any report is fatal
  tsan                  host: ThreadSanitizer
  fuzzer                host: coverage instrumentation for libFuzzer (see //tools/build:fuzz.bzl)
  layering_check        on by default: an include needs a direct dependency that has the header
  warnings              on by default: the warnings, as errors; `-warnings` for code not ours
"""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load(
    "@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
    "with_feature_set",
)

_COMPILE = [
    ACTION_NAMES.assemble,
    ACTION_NAMES.preprocess_assemble,
    ACTION_NAMES.c_compile,
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.linkstamp_compile,
]

_CPP_COMPILE = [
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.linkstamp_compile,
]

_LINK = [
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]

_WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wimplicit-fallthrough",
    "-Wmissing-declarations",
    "-Wnon-virtual-dtor",
    "-Wold-style-cast",
    "-Woverloaded-virtual",
    "-Wshadow",
    "-Wthread-safety",
    "-Wunused",
    "-Wvla",
    "-Werror",
]

_CLANG_HEADERS = "/usr/lib/clang/19"
_CROSS_CXX = "/usr/riscv64-linux-gnu/include/c++/12"
_FREESTANDING = "tools/build/toolchain/freestanding"

_RISCV64_COMPILE = [
    # The bare-metal triple: nothing says __linux__, and no libc header is on the path. Of
    # libstdc++ only the freestanding part is used; tools/build/toolchain/freestanding makes it so.
    "--target=riscv64-unknown-elf",
    # No F and D: the kernel uses no floating-point register. Code of a task that wants them says
    # copts = ["-march=rv64gc"]; the calling convention stays lp64.
    "-march=rv64imac_zicsr_zifencei",
    "-mabi=lp64",
    # Addresses within 2 GiB of pc, wherever the image is linked.
    "-mcmodel=medany",
    "-fno-pic",
    "-ffreestanding",
    "-nostdlibinc",
    "-isystem",
    _FREESTANDING,
    "-isystem",
    _CROSS_CXX,
    "-isystem",
    _CROSS_CXX + "/riscv64-linux-gnu",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-asynchronous-unwind-tables",
    "-fno-stack-protector",
    "-fno-common",
    "-fomit-frame-pointer",
]

_RISCV64_CXX = [
    "-fno-exceptions",
    "-fno-rtti",
    "-fno-threadsafe-statics",
    "-fno-use-cxa-atexit",
]

_RISCV64_LINK = [
    "--target=riscv64-unknown-elf",
    "-march=rv64imac_zicsr_zifencei",
    "-mabi=lp64",
    "-nostdlib",
    "-static",
    "--ld-path=/usr/bin/ld.lld-19",
    "-Wl,--gc-sections",
    "-Wl,--build-id=none",
    "-Wl,-z,max-page-size=4096",
    "-Wl,--fatal-warnings",
]

_HOST_LINK = [
    "--ld-path=/usr/bin/ld.lld-19",
    "-lstdc++",
    "-lm",
    "-Wl,-z,relro,-z,now",
    "-Wl,--gc-sections",
]

def _flags(actions, flags, with_features = [], without = []):
    """A flag_set of plain flags, limited to given features being on or off."""
    conditions = []
    if with_features or without:
        conditions = [with_feature_set(features = with_features, not_features = without)]
    return flag_set(
        actions = actions,
        flag_groups = [flag_group(flags = flags)],
        with_features = conditions,
    )

def _sanitizer(name, compile_flags, link_flags):
    return feature(
        name = name,
        flag_sets = [
            _flags(_COMPILE, compile_flags + ["-fno-omit-frame-pointer", "-gline-tables-only"]),
            _flags(_LINK, link_flags),
        ],
    )

def _host_features():
    return [
        feature(
            name = "default_compile_flags",
            enabled = True,
            flag_sets = [
                _flags(_COMPILE, ["-ffunction-sections", "-fdata-sections"]),
                _flags(_COMPILE, ["-O1"], with_features = ["fastbuild"]),
                _flags(_COMPILE, ["-O0", "-g"], with_features = ["dbg"]),
                _flags(_COMPILE, ["-O2", "-DNDEBUG"], with_features = ["opt"]),
                _flags(_CPP_COMPILE, ["-std=c++23"]),
            ],
        ),
        feature(
            name = "default_link_flags",
            enabled = True,
            flag_sets = [_flags(_LINK, _HOST_LINK)],
        ),
        _sanitizer(
            "asan_ubsan",
            ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
            ["-fsanitize=address,undefined", "-fsanitize-link-c++-runtime"],
        ),
        _sanitizer("tsan", ["-fsanitize=thread"], ["-fsanitize=thread"]),
        feature(
            name = "fuzzer",
            flag_sets = [_flags(_COMPILE, ["-fsanitize=fuzzer-no-link"])],
        ),
    ]

def _riscv64_features():
    return [
        feature(
            name = "default_compile_flags",
            enabled = True,
            flag_sets = [
                _flags(_COMPILE, _RISCV64_COMPILE),
                # The image is optimised, as a whole (the linker calls the compiler), unless somebody
                # debugs it: -c dbg keeps DCHECK as well.
                _flags(_COMPILE, ["-O2", "-g", "-DNDEBUG", "-flto"], without = ["dbg"]),
                _flags(_COMPILE, ["-Og", "-g"], with_features = ["dbg"]),
                _flags(_CPP_COMPILE, ["-std=c++23"] + _RISCV64_CXX),
            ],
        ),
        feature(
            name = "default_link_flags",
            enabled = True,
            flag_sets = [_flags(_LINK, _RISCV64_LINK)],
        ),
    ]

def _common_features():
    return [
        feature(name = "opt"),
        feature(name = "dbg"),
        feature(name = "fastbuild"),
        feature(
            name = "warnings",
            enabled = True,
            flag_sets = [_flags(_CPP_COMPILE, _WARNINGS)],
        ),
        # An include must name a header of this library, of a direct dependency, or of the system
        # (the toolchain's own map). Bazel writes the maps of libraries.
        feature(name = "module_maps", enabled = True),
        feature(
            name = "layering_check",
            enabled = True,
            flag_sets = [flag_set(
                actions = _CPP_COMPILE,
                flag_groups = [
                    flag_group(flags = [
                        "-fmodules-strict-decluse",
                        "-Wprivate-header",
                        "-fmodule-name=%{module_name}",
                        "-fmodule-map-file=%{module_map_file}",
                    ]),
                    flag_group(
                        flags = ["-fmodule-map-file=%{dependent_module_map_files}"],
                        iterate_over = "dependent_module_map_files",
                    ),
                ],
            )],
        ),
        feature(
            name = "reproducible",
            enabled = True,
            flag_sets = [_flags(_COMPILE, [
                "-no-canonical-prefixes",
                "-Wno-builtin-macro-redefined",
                "-D__DATE__=\"redacted\"",
                "-D__TIMESTAMP__=\"redacted\"",
                "-D__TIME__=\"redacted\"",
            ])],
        ),
    ]

def _impl(ctx):
    riscv64 = ctx.attr.cpu == "riscv64"
    builtin = [_CLANG_HEADERS]
    if riscv64:
        builtin.append(_CROSS_CXX)
    else:
        builtin += ["/usr/include", "/usr/lib/gcc"]
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        abi_libc_version = "none" if riscv64 else "glibc",
        abi_version = "lp64" if riscv64 else "local",
        compiler = "clang",
        cxx_builtin_include_directories = builtin,
        features = _common_features() + (_riscv64_features() if riscv64 else _host_features()),
        host_system_name = "local",
        target_cpu = ctx.attr.cpu,
        target_libc = "none" if riscv64 else "glibc",
        target_system_name = ctx.attr.cpu,
        tool_paths = [
            tool_path(name = name, path = path)
            for name, path in {
                "ar": "/usr/bin/llvm-ar-19",
                "cpp": "/usr/bin/clang-cpp-19",
                "dwp": "/usr/bin/llvm-dwp-19",
                "gcc": "/usr/bin/clang-19",
                "gcov": "/usr/bin/llvm-cov-19",
                "ld": "/usr/bin/ld.lld-19",
                "nm": "/usr/bin/llvm-nm-19",
                "objcopy": "/usr/bin/llvm-objcopy-19",
                "objdump": "/usr/bin/llvm-objdump-19",
                "strip": "/usr/bin/llvm-strip-19",
            }.items()
        ],
        toolchain_identifier = "clang19-" + ctx.attr.cpu,
    )

cc_toolchain_config = rule(
    implementation = _impl,
    attrs = {
        "cpu": attr.string(
            doc = "What the compiler's output runs on.",
            mandatory = True,
            values = ["host", "riscv64"],
        ),
    },
    provides = [CcToolchainConfigInfo],
)
