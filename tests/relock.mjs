// SPDX-License-Identifier: Apache-2.0
// Run after changing a version in package.json: writes package-lock.json again.
//
// foundry's packages ask for Node 20 because of their JavaScript wrappers. The native binaries, all
// that is used here, do not care, but npm silently leaves out an optional package whose "engines"
// do not fit (Debian 12 has Node 18). So that demand is taken out of the lock file.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

execFileSync('npm', ['install', '--package-lock-only'], { stdio: 'inherit' });
const path = new URL('package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
for (const [name, entry] of Object.entries(lock.packages)) {
    if (name.startsWith('node_modules/@foundry-rs/')) delete entry.engines;
    if (entry.resolved !== undefined) throw new Error(`${name}: names a registry host`);
}
writeFileSync(path, JSON.stringify(lock, null, 2) + '\n');
