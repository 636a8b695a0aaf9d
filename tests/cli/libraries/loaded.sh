#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Run countersign with the arguments and print those of libjansson (which every verb has), libcurl,
# libgit2, libssl, libssh2, hidapi and libusb that came into the process, as the loader tells it, and
# its exit code.
accept "$@"
log=$(mktemp -d)
LD_DEBUG=files LD_DEBUG_OUTPUT=$log/ld "$PROGRAM" "$@" >/dev/null 2>&1
code=$?
cat "$log"/ld.* | grep 'calling init:' | grep -oE 'lib(jansson|curl|git2|ssl|ssh2|hidapi-hidraw|usb-1\.0)\.so' | sort
rm -rf "$log"
echo "exit code $code"
