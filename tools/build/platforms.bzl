"""What a target can be built for; give one of these as target_compatible_with.

TARGET_ONLY  only bare riscv64: a wildcard build of the host skips it
HOST_ONLY    only where Bazel runs: a riscv64 build skips it
"""

TARGET_ONLY = [
    "@platforms//os:none",
    "@platforms//cpu:riscv64",
]

HOST_ONLY = ["@platforms//os:linux"]
