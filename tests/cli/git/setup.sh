#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A repository with a compose file in ./origin.git, a clone of it in ./clone, and a profile that
# names branch and allowed signers. Arguments are added to the profile's policy and git sections.
# usage: setup.sh POLICY-YAML GIT-YAML
set -eu
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 HOME="$PWD" LC_ALL=C TZ=UTC
export GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.org GIT_AUTHOR_DATE='1700000000 +0000'
export GIT_COMMITTER_NAME=Ben GIT_COMMITTER_EMAIL=ben@example.org
export GIT_COMMITTER_DATE='1700000000 +0000'

ssh-keygen -q -N '' -C '' -t ed25519 -f key
printf 'ann@example.org namespaces="git" %s\n' "$(cut -d ' ' -f 1,2 key.pub)" >signers
git init -q ${FORMAT-} -b main seed
cd seed
git config gpg.format ssh
git config user.signingkey ../key
mkdir deploy
cp "$ROOT/fixtures/verify/compose.yaml" deploy/
git add -A
git commit -q -m first
git tag -s -m release v1
git commit -q --allow-empty -S -m second
git commit -q --allow-empty -m third
cd ..
git clone -q --bare seed origin.git
git clone -q origin.git clone 2>/dev/null
sed -e "s|^policy:|git: {branch: refs/remotes/origin/main, path: deploy/compose.yaml$2}\npolicy:$1|" \
    "$ROOT/fixtures/verify/profile.yaml" >countersign.yaml
