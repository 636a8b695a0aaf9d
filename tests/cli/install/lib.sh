# SPDX-License-Identifier: Apache-2.0
# Sourced by install.test.
unset MAKEFLAGS MFLAGS MAKELEVEL
# into TARGET [VARIABLE=VALUE…]: make TARGET below ./root, with the program that is being tested
into() {
    make -s -C "$ROOT" BUILD="$(realpath --relative-to="$ROOT" "$(dirname "$PROGRAM")")" \
        DESTDIR="$PWD/root" "$@" >/dev/null
}
files() { (cd root && find . ! -type d -printf '%M %P\n' | sort -k 2); }
