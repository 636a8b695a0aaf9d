#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make public_good_root.inc from the seed inside npm's @sigstore/tuf.

    npm pack @sigstore/tuf@4.0.2 && tar xzf sigstore-tuf-4.0.2.tgz
    verify/sigstore/make_public_good.py package/seeds.json >verify/sigstore/public_good_root.inc

The seed is the trusted_root.json that https://tuf-repo-cdn.sigstore.dev published when the package
was made. To take a newer one, change PACKAGE and SHA256 after comparing the file with another copy
(root-signing on GitHub, sigstore-python, a `cosign trusted-root` of somebody else).
"""
import base64
import hashlib
import json
import sys

PACKAGE = "@sigstore/tuf 4.0.2 (npm, published 2026-03-18)"
REPOSITORY = "https://tuf-repo-cdn.sigstore.dev"
SHA256 = "6494e21ea73fa7ee769f85f57d5a3e6a08725eae1e38c755fc3517c9e6bc0b66"

with open(sys.argv[1], encoding="utf-8") as f:
    root = base64.b64decode(json.load(f)[REPOSITORY]["targets"]["trusted_root.json"], validate=True)
found = hashlib.sha256(root).hexdigest()
if found != SHA256:
    sys.exit(f"trusted_root.json: expected SHA-256 {SHA256}, found {found}")

print("/*")
print(" * trusted_root.json of the public good instance, byte for byte. Made by make_public_good.py.")
print(f" * Source: seeds.json of {PACKAGE},")
print(f" * target of {REPOSITORY}; Apache-2.0.")
print(f" * {len(root)} bytes, SHA-256 {SHA256}")
print(" */")
for at in range(0, len(root), 20):
    print("    " + " ".join(f"{b}," for b in root[at : at + 20]))
