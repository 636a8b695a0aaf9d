// SPDX-License-Identifier: Apache-2.0
// One governed deployment: a Safe, perhaps a timelock, a DstackApp and a DstackKms, the profile
// that describes them, and the machines of the people who work on it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHAIN_ID, delegate, outsider, owners, sender } from './chain.mjs';
import { acceptProfile, ok, run, runOnTerminal } from './program.mjs';
import { PASSPHRASE, Repository, allowPorts, scratchDir, writeKeystore } from './scratch.mjs';

const dir = scratchDir();
const people = { alice: owners[0], bob: owners[1], carol: owners[2], delegate, outsider, sender };
writeFileSync(join(dir, 'passphrase'), PASSPHRASE + '\n', { mode: 0o600 });
for (const [name, wallet] of Object.entries(people)) writeKeystore(join(dir, name), wallet);

/** Options of a verb that signs. */
export const signer = (name) => [
    '--signer',
    `keystore:${join(dir, name)}`,
    '--passphrase-file',
    join(dir, 'passphrase'),
];

/** A directory with a profile, and a home of its own: nothing else is shared between machines. */
export class Machine {
    constructor(world, name) {
        this.world = world;
        this.dir = join(world.dir, name);
        mkdirSync(this.dir);
        this.env = { HOME: this.dir, XDG_STATE_HOME: join(this.dir, 'state') };
        this.writeProfile();
    }

    /** Again after the world has changed, and accepted again. */
    writeProfile(text = this.world.profile()) {
        writeFileSync(this.path('countersign.yaml'), text);
        acceptProfile(this.path('countersign.yaml'), this.env);
    }

    path(name) {
        return join(this.dir, name);
    }

    async #options(options) {
        // the chain's clock runs ahead after time travel, and people live on the chain's time
        const now = `${await this.world.chain.now()}`;
        return {
            cwd: this.dir,
            ...options,
            env: { ...this.env, COUNTERSIGN_NOW: now, ...options.env },
        };
    }

    async run(args, options = {}) {
        return run(args, await this.#options(options));
    }

    /** Options and answers as for runOnTerminal. */
    async ask(args, answers) {
        return runOnTerminal(args, answers, await this.#options({}));
    }

    async ok(args, options = {}) {
        return ok(args, await this.#options(options));
    }
}

let count = 0;

export class World {
    /**
     * timelock: a release or null; queue: 'directory' or a Service; policy: lines of YAML; members:
     * who owns the Safe; executors: of the timelock; twoStep: the app's ownership is handed over
     * and accepted; appOwner: 'safe' or 'timelock'.
     */
    static async make(chain, options) {
        const w = new World();
        const { version, timelock = null, queue = 'directory', policy = [] } = options;
        Object.assign(w, { chain, version, timelockRelease: timelock, queue, policy });
        w.owners = options.members ?? owners.map((wallet) => wallet.address);
        w.twoStep = options.twoStep ?? false;
        w.dir = join(dir, `world-${++count}`);
        mkdirSync(w.dir);
        w.safe = await chain.makeSafe(version, { saltNonce: count, owners: w.owners });
        const roles = { proposers: [w.safe], executors: options.executors };
        w.timelock = timelock && (await chain.makeTimelock(timelock, roles));
        w.appOwner = options.appOwner ?? (timelock ? 'timelock' : 'safe');
        w.delay = '1h';
        w.app = await chain.makeApp(w[w.appOwner], { twoStep: w.twoStep });
        w.kms = await chain.makeKms(w.timelock ?? w.safe);
        w.repository = new Repository(join(w.dir, 'repository'));
        return w;
    }

    /** Of somebody whose rules allow everything. */
    anythingGoes() {
        const changes =
            'owners, modules, guard, fallback-handler, singleton, implementation, ownership, ' +
            'roles, delay, approvals, kms-trust, gateway, device-policy, tcb-policy, apps';
        const policy = [
            `allow-changes: [${changes}]`,
            'unproved: [device, kms-device, kms-measurement, os-image, implementation, app]',
        ];
        return Object.assign(Object.create(this), { policy, implementation: undefined }).profile();
    }

    machine(name) {
        return new Machine(this, name);
    }

    profile() {
        const lines = [
            'format: countersign/profile/1',
            'name: e2e',
            `chain: {id: ${CHAIN_ID}, rpc: ["${this.chain.url}"]}`,
            'safe:',
            `  address: "${this.safe}"`,
            `  version: "${this.version}"`,
            `  owners: [${this.owners.map((address) => `"${address}"`).join(', ')}]`,
            '  threshold: 2',
            `  delegates: ["${delegate.address}"]`,
        ];
        if (this.timelock) {
            const release = this.timelockRelease.replace(/\.[0-9]+$/, '');
            const rest = `release: "${release}", delay: ${this.delay}`;
            lines.push(`timelock: {address: "${this.timelock}", ${rest}}`);
        }
        const appRelease = this.twoStep ? 'next' : '0.5.11';
        const { address, codeHash } = this.implementation ?? {};
        const code = address
            ? `, implementation: {address: "${address}", code-hash: "${codeHash}"}`
            : '';
        const appRest = `release: "${appRelease}", owner: ${this.appOwner}${code}`;
        lines.push(
            'contracts:',
            `  app: {type: DstackApp, address: "${this.app}", ${appRest}}`,
            `  kms: {type: DstackKms, address: "${this.kms}", release: "0.5.11"}`,
            'git: {path: deploy/docker-compose.yml}',
            this.queue === 'directory'
                ? `queue: "file:${join(this.dir, 'queue')}"`
                : `queue: "${this.queue.url}"`,
            'policy:',
            ...[allowPorts(1), ...this.policy].map((line) => `  ${line}`),
        );
        return lines.join('\n') + '\n';
    }
}
