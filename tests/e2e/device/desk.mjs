// SPDX-License-Identifier: Apache-2.0
// A desk with a proposal on it and a device at hand, without a chain: for everything that may
// happen between `sign` and a device.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acceptProfile, run, runOnTerminal, spawnProgram } from '../program.mjs';
import { scratchDir } from '../scratch.mjs';
import { walletAt, parsePath } from './person.mjs';

export const OWNERS = [0, 1].map((i) => walletAt(parsePath(`m/44'/60'/0'/0/${i}`)).address);
const SAFE = '0x5aFE3855358E112B5647B952709E6165e1c1eEEe';
const TOKEN = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const NOW = '1795300000';
const QUESTION = 'type the last eight hex digits of the SafeTx hash to sign: ';

const profile = `format: countersign/profile/1
name: desk
chain: {id: 1}
safe: {address: "${SAFE}", version: "1.3.0", owners: ["${OWNERS.join('", "')}"], threshold: 1}
contracts: {token: {type: other, address: "${TOKEN}", owner: safe, abi: abi.json}}
policy: {allow-value: true, require-git: false}
`;

const ABI = '["function transfer(address,uint256)", "function blob(bytes)"]';

const scratch = scratchDir();
let count = 0;
let template = null;

/** Options that name a device as the signer. */
export function by(device, path, ...options) {
    const kind = device.transport.startsWith('tcp:') ? 'ledger' : 'trezor';
    const spec = path === undefined ? kind : `${kind}:${path}`;
    return ['--signer', spec, '--transport', device.transport, ...options];
}

export class Desk {
    /** A desk of its own; the proposal is the known vector with data. */
    static async make() {
        const desk = new Desk();
        desk.dir = join(scratch, `desk-${++count}`);
        mkdirSync(desk.dir);
        desk.env = {
            HOME: desk.dir,
            XDG_STATE_HOME: join(desk.dir, 'state'),
            COUNTERSIGN_NOW: NOW,
        };
        writeFileSync(desk.path('countersign.yaml'), profile);
        writeFileSync(desk.path('abi.json'), ABI);
        acceptProfile(desk.path('countersign.yaml'), desk.env);
        template ??= desk.#propose();
        writeFileSync(desk.path('p.json'), await template);
        return desk;
    }

    #propose() {
        const call = ['transfer(address,uint256)', '0x' + '00'.repeat(20), '0'];
        return this.#proposeCall(...call, '--value', `${10n ** 18n}`);
    }

    async #proposeCall(...call) {
        const options = ['--nonce', '7', '--created', NOW];
        const args = ['propose', 'call', 'token', ...call, ...options];
        const { code, stdout, stderr } = await this.run(args);
        assert.equal(code, 0, stderr);
        return stdout;
    }

    /** Another proposal, with so many bytes of data and some more. */
    async proposeBytes(n) {
        writeFileSync(
            this.path('p.json'),
            await this.#proposeCall('blob(bytes)', '0x' + 'ab'.repeat(n)),
        );
    }

    path(name) {
        return join(this.dir, name);
    }

    run(args, options = {}) {
        return run(args, { cwd: this.dir, ...options, env: { ...this.env, ...options.env } });
    }

    /** The same, not waited for: as spawnProgram. */
    start(args) {
        return spawnProgram(args, { cwd: this.dir, env: this.env });
    }

    /** The file's text; the proposal unless it is named. */
    read(name = 'p.json') {
        return readFileSync(this.path(name), 'utf8');
    }

    get proposal() {
        return JSON.parse(this.read());
    }

    /** At the terminal; answers as for runOnTerminal, to what is asked before and after. */
    async sign(signer, { before = [], after = [] } = {}) {
        const digits = this.proposal.safeTxHash.slice(-8);
        const typed = [...before, [QUESTION, digits], ...after];
        const { code, stdout } = await runOnTerminal(['sign', 'p.json', ...signer], typed, {
            cwd: this.dir,
            env: this.env,
        });
        return { code, stdout: stdout.replace(/\r/g, '') };
    }
}
