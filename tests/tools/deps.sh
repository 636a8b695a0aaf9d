#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Install what is missing on a Debian 12 machine: deps.sh GROUP…, groups build, test, ci.
# Asks for sudo when not root. Does nothing, and needs no network, when everything is there.
set -eu

build='build-essential pkg-config libsecp256k1-dev libcurl4-openssl-dev libgit2-dev
       libjansson-dev libyaml-dev libhidapi-dev libusb-1.0-0-dev libssl-dev git jq ca-certificates'
test="$build libcriterion-dev openssl python3"
ci="$test clang clang-tidy clang-format cppcheck valgrind libclang-rt-14-dev golang-go
    golang-gopkg-yaml.v3-dev"

packages=
node=no
for group in "$@"; do
    case $group in
    build) packages="$packages $build" ;;
    test) packages="$packages $test" node=yes ;;
    ci) packages="$packages $ci" node=yes ;;
    *)
        echo "deps.sh: unknown group '$group'" >&2
        exit 2
        ;;
    esac
done

# Debian's own names, unless a node and an npm from elsewhere are there already.
if [ "$node" = yes ]; then
    command -v node >/dev/null || packages="$packages nodejs"
    command -v npm >/dev/null || packages="$packages npm"
fi

missing=
for package in $packages; do
    case $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) in
    'install ok installed') ;;
    *) missing="$missing $package" ;;
    esac
done
if [ -n "$missing" ]; then
    sudo=
    [ "$(id -u)" -eq 0 ] || sudo=sudo
    echo "installing:$missing" >&2
    $sudo apt-get update -qq
    # shellcheck disable=SC2086
    $sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

tests=$(dirname "$0")/..
if [ "$node" = yes ] && [ -f "$tests/package-lock.json" ] &&
    ! cmp -s "$tests/package-lock.json" "$tests/node_modules/.installed"; then
    echo 'installing: npm packages of the tests' >&2
    npm ci --prefix "$tests" --no-fund --no-audit --ignore-scripts --loglevel=error >&2
    cp "$tests/package-lock.json" "$tests/node_modules/.installed"
fi
