// SPDX-License-Identifier: Apache-2.0
// The people around one deployment, and what they do one after the other.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { keccak256 } from 'ethers';
import { ZERO32, abiEncode } from './chain.mjs';
import { hashOnChain, safeTxHash } from './safetx.mjs';
import { COMPOSE_PATH } from './scratch.mjs';
import { signer } from './world.mjs';

export const QUESTION = {
    sign: 'type the last eight hex digits of the SafeTx hash to sign: ',
    send: 'send this transaction? type yes: ',
};

export const readProposal = (m, name) => JSON.parse(readFileSync(m.path(name), 'utf8'));

export function operationIdByEthers({ batch, calls, predecessor, salt }) {
    const column = (key) => calls.map((call) => call[key]);
    const types = batch
        ? ['address[]', 'uint256[]', 'bytes[]', 'bytes32', 'bytes32']
        : ['address', 'uint256', 'bytes', 'bytes32', 'bytes32'];
    const values = ['to', 'value', 'data'].map((key) => (batch ? column(key) : column(key)[0]));
    return keccak256(abiEncode(types, [...values, predecessor, salt]));
}

export class Team {
    constructor(world) {
        this.world = world;
        this.chain = world.chain;
        // one who proposes, two who sign, one who pays for the gas: each on a machine of their own
        this.ci = world.machine('ci');
        this.alice = world.machine('alice');
        this.bob = world.machine('bob');
        this.executor = world.machine('executor');
    }

    /** What changed on chain is reviewed and changed in everybody's profile. */
    updateProfiles(change) {
        Object.assign(this.world, change);
        for (const m of [this.ci, this.alice, this.bob, this.executor]) m.writeProfile();
    }

    get timelockAbi() {
        return this.chain.contracts[`Timelock ${this.world.timelockRelease}`].abi;
    }

    readTimelock(name, ...args) {
        return this.chain.read(this.world.timelock, this.timelockAbi, name, ...args);
    }

    readApp(name, ...args) {
        return this.chain.read(this.world.app, this.chain.contracts.DstackApp.abi, name, ...args);
    }

    async nonce() {
        const abi = ['function nonce() view returns (uint256)'];
        return Number(await this.chain.read(this.world.safe, abi, 'nonce'));
    }

    // --- propose
    /** Commits a release and writes its app-compose file; resolves to the options that name it. */
    release(label) {
        const { commit, hash, bytes } = this.world.repository.release(label);
        const file = `app-compose-${label}.json`;
        writeFileSync(this.ci.path(file), bytes);
        const repository = ['--repo', this.world.repository.dir, '--commit', commit];
        return { hash, options: ['--app-compose', file, ...repository, '--path', COMPOSE_PATH] };
    }

    /** On the release engineer's machine; hashes and ids are compared with the contracts'. */
    async propose(name, ...args) {
        const nonce = args.includes('--nonce') ? [] : ['--nonce', `${await this.nonce()}`];
        const answer = await this.ci.ok(['propose', ...args, ...nonce, '--out', name]);
        await this.#checkHashes(answer, readProposal(this.ci, name));
        return answer;
    }

    /** By a proposer with rules of their own, as `propose` writes nothing that ours call no. */
    async forge(name, ...args) {
        this.mallory ??= this.world.machine('mallory');
        this.mallory.writeProfile(this.world.anythingGoes());
        const nonce = ['--nonce', `${await this.nonce()}`];
        const answer = await this.mallory.ok(['propose', ...args, ...nonce, '--out', name]);
        this.mail(this.mallory, this.ci, name);
        await this.#checkHashes(answer, readProposal(this.ci, name));
        return answer;
    }

    async #checkHashes(answer, { safeTx, operation }) {
        const { chainId, safe, version, ...tx } = safeTx;
        assert.deepEqual([safe, version], [this.world.safe, this.world.version]);
        assert.equal(answer.safeTxHash, safeTxHash(safe, tx));
        assert.equal(answer.safeTxHash, await hashOnChain(this.chain, safe, tx));
        if (operation === null) return;
        const { batch, calls, predecessor, salt, id, timelock } = operation;
        const column = (key) => calls.map((call) => call[key]);
        const values = ['to', 'value', 'data'].map((key) => (batch ? column(key) : column(key)[0]));
        const name = batch ? 'hashOperationBatch' : 'hashOperation';
        assert.equal(timelock, this.world.timelock);
        assert.notEqual(salt, ZERO32);
        assert.equal(id, answer.operationId);
        assert.equal(id, operationIdByEthers(operation));
        assert.equal(id, await this.readTimelock(name, ...values, predecessor, salt));
    }

    // --- verify and sign
    /** By mail, on a stick, as a build artifact. */
    mail(from, to, name) {
        copyFileSync(from.path(name), to.path(name));
    }

    /** Offline, then against the chain. */
    async verify(m, name) {
        for (const options of [[], ['--online']]) {
            const answer = await m.ok(['verify', name, ...options]);
            assert.equal(answer.result, 0, JSON.stringify(answer));
        }
    }

    /**
     * Signs as a person does: reads the page, types the end of the hash. who: a name, or the
     * options of another signer than a keystore.
     */
    async sign(m, name, who, ...options) {
        const digits = readProposal(m, name).safeTxHash.slice(-8);
        const args = ['sign', name, ...(Array.isArray(who) ? who : signer(who)), ...options];
        const { code, stdout } = await m.ask(args, [[QUESTION.sign, digits]]);
        assert.equal(code, 0, stdout);
        return stdout;
    }

    /** Alice signs what she was mailed; Bob takes it from the queue; the executor gets both. */
    async approve(name, ...signOptions) {
        const { safeTxHash: hash } = readProposal(this.ci, name);
        this.mail(this.ci, this.alice, name);
        await this.verify(this.alice, name);
        await this.sign(this.alice, name, 'alice', ...signOptions);
        await this.alice.ok(['submit', name]);

        await this.fetch(this.bob, hash, name);
        await this.verify(this.bob, name);
        await this.sign(this.bob, name, 'bob', '--submit', ...signOptions);
        const { signers } = await this.fetch(this.executor, hash, name);
        const members = signers.filter((address) => this.world.owners.includes(address));
        assert.equal(members.length, 2);
    }

    /** The service knows no evidence: that comes by mail. */
    async fetch(m, reference, name) {
        const evidence = [];
        if (this.world.queue !== 'directory') {
            copyFileSync(this.ci.path(name), m.path(`mailed-${name}`));
            evidence.push('--evidence', `mailed-${name}`);
        }
        const answer = await m.ok(['fetch', reference, '--out', name, ...evidence]);
        assert.equal(answer.evidence, true, JSON.stringify(answer));
        return answer;
    }

    // --- execute
    async execute(name, ...options) {
        const args = ['execute', name, ...signer('sender'), '--yes', ...options];
        const answer = await this.executor.ok(args);
        assert.ok(answer.effects.length > 0);
        for (const { what, ok } of answer.effects) assert.equal(ok, true, what);
        return answer;
    }

    /** execute that must not send anything: the Safe's nonce stays. */
    async executeRefused(name, text, ...options) {
        const before = await this.nonce();
        const args = ['execute', name, ...signer('sender'), '--yes', ...options];
        const { code, stdout, stderr } = await this.executor.run(args);
        assert.equal(code, 1, stderr + stdout);
        assert.match(stderr, text);
        assert.equal(await this.nonce(), before);
    }

    /** Through the timelock, with the wait. */
    async scheduleAndExecute(label, ...args) {
        await this.carryOut(`${label}.json`, ...args);
        await this.chain.timeTravel(2 * 3600);
        const from = ['--step', 'execute', '--from', `${label}.json`];
        return this.carryOut(`${label}-x.json`, ...from);
    }

    /** From proposal to execution. */
    async carryOut(name, ...args) {
        const answer = await this.propose(name, ...args);
        await this.approve(name);
        await this.execute(name);
        return answer;
    }
}
