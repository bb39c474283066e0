#!/usr/bin/env python3
"""Fails when images do not have the same kernel text: `same_text_test.py FILE...`, the files of each image, of which one is an ELF.
What is measured in one of them holds for the others.
"""
import hashlib
import sys

import programs


def text_of(data):
    """A digest of what an ELF can execute, and where; None: it is no ELF."""
    if not data.startswith(b"\x7fELF"):
        return None
    digest = hashlib.sha256()
    sections = programs.executable_sections(data)
    for address, code in sections:
        digest.update(f"{address:#x} {len(code)}\n".encode() + code)
    return digest.hexdigest() if sections else "no text"


def main(paths):
    texts = {}
    kernels = 0
    for path in paths:
        with open(path, "rb") as file:
            text = text_of(file.read())
        if text:
            kernels += 1
            texts.setdefault(text, []).append(path)
    for text, holders in texts.items():
        print(f"{text}  {' '.join(holders)}")
    # An image each, and each with a bundle beside its kernel.
    if kernels < 2 or kernels * 2 != len(paths) or "no text" in texts:
        print(f"same_text_test: {kernels} kernels in {len(paths)} files; two images at least are due, of a kernel and a bundle each")
        return 1
    if len(texts) != 1:
        print(f"same_text_test: {len(texts)} different texts")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
