#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who may include whom (CONTRIBUTING.md, "Layers"), and one third-party library in one file.
set -eu
failed=0

# forbid WHERE REGEX WHY: no file under WHERE may include a header that matches REGEX.
forbid() {
    # shellcheck disable=SC2086
    if grep -nE "^#include \"($2)" $(find $1 -name '*.[ch]') /dev/null; then
        echo "includes: $3" >&2
        failed=1
    fi
}
forbid 'src/base' 'safe/|hw/|verify/|src/cli/' 'src/base includes nothing but src/base'
forbid 'safe' 'hw/|verify/|src/cli/' 'safe includes safe and src/base alone'
forbid 'hw' 'safe/|verify/|src/cli/' 'hw includes hw and src/base alone'
forbid 'verify' 'hw/|src/cli/' 'verify does not include hw or src/cli'

# only HEADER FILES: the library's header appears in those files and nowhere else. A folder with
# a slash at its end stands for the .c files in it.
only() {
    for file in $(grep -lE "^#include <$1" $(find src safe hw verify -name '*.[ch]') /dev/null); do
        folder=${file%/*}/
        case "$file" in *.h) folder=none ;; esac
        case " $2 " in
        *" $file "* | *" $folder "*) ;;
        *)
            echo "$file: <$1> belongs into: $2" >&2
            failed=1
            ;;
        esac
    done
}
only secp256k1 src/base/secp.c
only curl src/base/http.c
only jansson src/base/json.c
only yaml.h src/base/yaml.c
only git2 verify/git.c
only openssl 'src/base/digest.c src/base/pubkey.c verify/sigstore/'
only hidapi hw/hid.c
only libusb hw/usb.c
only dlfcn src/base/library.c
exit $failed
