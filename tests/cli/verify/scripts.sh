# SPDX-License-Identifier: Apache-2.0
# propose_app FILTER [OPTION…]: a profile, a repository, and p.json about an app-compose that jq changed
# SCRIPT: text of a script that the profile names
export COUNTERSIGN_NOW=1795251600 GIT_CONFIG_NOSYSTEM=1 HOME=$PWD
propose_app() {
    sed 's/require: .*//' "$ROOT/fixtures/verify/profile.yaml" >countersign.yaml
    if [ -n "${SCRIPT-}" ]; then
        printf '  scripts: [%s]\n' "$(printf %s "$SCRIPT" | sha256sum | head -c 64)" >>countersign.yaml
    fi
    rm -rf repo && git init -q -b main repo && cp "$ROOT/fixtures/verify/compose.yaml" repo/
    git -C repo add -A
    GIT_AUTHOR_DATE='2026-11-20T12:00:00Z' GIT_COMMITTER_DATE='2026-11-20T12:00:00Z' \
        git -C repo -c user.name=t -c user.email=t@example.org commit -qm c
    jq "$1" "$ROOT/fixtures/verify/app-compose.json" >app.json
    countersign propose add-compose-hash --contract app --app-compose app.json --repo repo \
        --commit main --path compose.yaml --nonce 7 --out p.json "${@:2}" >/dev/null
}
