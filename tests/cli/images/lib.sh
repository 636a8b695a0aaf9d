# SPDX-License-Identifier: Apache-2.0
# The release of docs/examples/chipotle in the current directory: repository, profile, app-compose.
# Signatures: fixtures/images, made for exactly the commit that this makes.
FIXTURES=$ROOT/fixtures/images
export COUNTERSIGN_NOW=1795251600
COMMIT=63c61e51c02aa9c7cf17d3d2059963d1199fa432

make_repository() (
    export GIT_AUTHOR_DATE=2026-11-20T09:00:00+00:00 GIT_COMMITTER_DATE=2026-11-20T09:00:00+00:00
    export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
    git init -q -b main repo
    mkdir repo/deploy
    cp "$ROOT/docs/examples/chipotle/docker-compose.template.yml" repo/deploy
    git -C repo add deploy
    git -C repo -c user.name='Salsa Labs' -c user.email=release@salsa.example \
        -c commit.gpgsign=false commit -q -m 'release 1.4.0'
    git -C repo update-ref refs/remotes/origin/main main
)

# The example's profile, with the trusted root of the fixtures.
make_profile() {
    sed -e "s|^images:|images:\n  trusted-root: {file: '$FIXTURES/trusted_root.json'}|" \
        -e 's|^  clone: chipotle|  clone: repo|' \
        "$ROOT/docs/examples/chipotle/countersign.yaml" >countersign.yaml
}

# propose [OPTION…]
propose() {
    countersign propose add-compose-hash --app-compose "$FIXTURES/app-compose.json" --repo repo \
        --commit main --nonce 7 --out proposal.json "$@"
}

release() {
    make_repository && make_profile && cp -r "$FIXTURES/attestations" . &&
        propose --attestations attestations "$@"
}
