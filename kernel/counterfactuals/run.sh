#!/bin/bash
# Bazel's way to counterfactuals.py.
exec python3 "$@"
