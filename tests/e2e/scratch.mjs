// SPDX-License-Identifier: Apache-2.0
// What people bring along: a git repository with a compose file, app-compose files, keystores.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encryptKeystoreJsonSync } from 'ethers';
import { buildDir } from './compile.mjs';

/** A directory that goes away with this process. */
export function scratchDir() {
    mkdirSync(buildDir, { recursive: true });
    const dir = mkdtempSync(join(buildDir, 'scratch-'));
    process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
    return dir;
}

export const COMPOSE_PATH = 'deploy/docker-compose.yml';
const IMAGE = 'ghcr.io/example/api@sha256:' + 'ab'.repeat(32);

const composeService = (i, label) => `  api${i}:
    image: ${IMAGE}
    <<: *logging
    environment: {RELEASE: "${label}"}
    ports: ["${8080 + i}:8080"]
`;

export const composeFile = (label, numServices = 1) => `# release ${label}
x-logging: &logging
  logging: {driver: json-file}
services:
${Array.from({ length: numServices }, (_, i) => composeService(i, label)).join('')}`;

/** The line of a policy that lets the services of such a file have their ports. */
export const allowPorts = (numServices) =>
    `compose-allow: [${Array.from(
        { length: numServices },
        (_, i) => `"ports:api${i}:${8080 + i}:8080"`,
    ).join(', ')}]`;

/** The bytes that an enclave measures, and the hash that is whitelisted. */
export function appCompose(compose) {
    const bytes = JSON.stringify({
        allowed_envs: ['API_KEY'],
        docker_compose_file: compose,
        features: ['kms', 'tproxy-net'],
        kms_enabled: true,
        manifest_version: 2,
        name: 'api',
        public_tcbinfo: false,
        runner: 'docker-compose',
    });
    return { bytes, hash: '0x' + createHash('sha256').update(bytes).digest('hex') };
}

/** A repository whose main branch has other files around the one that matters. */
export class Repository {
    constructor(dir) {
        this.dir = dir;
        mkdirSync(dir, { recursive: true });
        this.#git('init', '-q', '-b', 'main');
        this.write('README.md', '# example\n');
        this.write('deploy/other.txt', 'other\n');
        this.write('src/main.c', 'int main(void) { return 0; }\n');
        this.commit('first');
    }

    #git(...args) {
        const date = '2026-11-21T08:00:00Z';
        const env = {
            ...process.env,
            GIT_AUTHOR_NAME: 'A. Author',
            GIT_AUTHOR_EMAIL: 'author@example.org',
            GIT_AUTHOR_DATE: date,
            GIT_COMMITTER_NAME: 'A. Author',
            GIT_COMMITTER_EMAIL: 'author@example.org',
            GIT_COMMITTER_DATE: date,
            GIT_CONFIG_GLOBAL: '/dev/null',
            GIT_CONFIG_NOSYSTEM: '1',
        };
        return execFileSync('git', args, { cwd: this.dir, env, stdio: ['ignore', 'pipe', 'pipe'] })
            .toString()
            .trim();
    }

    write(path, text) {
        mkdirSync(dirname(join(this.dir, path)), { recursive: true });
        writeFileSync(join(this.dir, path), text);
    }

    commit(message) {
        this.#git('add', '-A');
        this.#git('commit', '-q', '-m', message);
        return this.#git('rev-parse', 'HEAD');
    }

    /** Commits a compose file; resolves to what a proposal of it needs. */
    release(label, numServices = 1) {
        const compose = composeFile(label, numServices);
        this.write(COMPOSE_PATH, compose);
        const commit = this.commit(`release ${label}`);
        const { bytes, hash } = appCompose(compose);
        return { commit, hash, bytes, compose };
    }
}

export const PASSPHRASE = 'correct horse battery staple';

/** Web3 Secret Storage as another program writes it; light, for speed. */
export function writeKeystore(path, wallet) {
    const scrypt = { N: 1 << 12, r: 8, p: 1 };
    writeFileSync(path, encryptKeystoreJsonSync(wallet, PASSPHRASE, { scrypt }), { mode: 0o600 });
}
