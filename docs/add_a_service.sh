#!/bin/bash
# Bazel's way to add_a_service.py.
exec python3 "$@"
