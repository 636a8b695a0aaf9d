// SPDX-License-Identifier: Apache-2.0
// `submit` and `fetch`: through the service's stand-in and through a directory.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import SafeApiKit from '@safe-global/api-kit';
import { CHAIN_ID, Chain, delegate, outsider, owners } from './chain.mjs';
import {
    domainHash,
    ethSignSafeTx,
    messageHash,
    safeTx,
    safeTxHash,
    signAndExecute,
    signSafeTx,
} from './safetx.mjs';
import { Service } from './service/server.mjs';
import { World, signer } from './world.mjs';

const [alice, bob, carol] = owners;
let chain;
let service;
let world; // with the service
let shared; // with a directory
let kit;

before(async () => {
    chain = await Chain.start();
    service = await Service.start({ rpc: chain.rpc, chainId: CHAIN_ID });
    world = await World.make(chain, { version: '1.4.1', queue: service });
    shared = await World.make(chain, { version: '1.3.0' });
    kit = new SafeApiKit({ chainId: BigInt(CHAIN_ID), txServiceUrl: `${service.url}/api` });
});
after(async () => {
    await service?.stop();
    await chain?.stop();
});

let machines = 0;
const machine = (w) => w.machine(`machine-${++machines}`);

/** A proposal file of ours, made by other means: the rejection of a nonce. */
async function rejection(w, nonce, wallets, { sign = signSafeTx, kind = 'EOA', change = {} } = {}) {
    const tx = safeTx({ to: w.safe, nonce, ...change });
    const signatures = [];
    for (const wallet of wallets)
        signatures.push({
            signer: wallet.address,
            kind,
            signature: await sign(wallet, w.safe, tx),
        });
    signatures.sort((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1));
    return {
        format: 'countersign/proposal/1',
        step: 'reject',
        created: '0',
        actions: [],
        safeTx: {
            chainId: `${CHAIN_ID}`,
            safe: w.safe,
            version: w.version,
            ...tx,
            nonce: `${tx.nonce}`,
        },
        domainHash: domainHash(w.safe),
        messageHash: messageHash(tx),
        safeTxHash: safeTxHash(w.safe, tx),
        operation: null,
        scheduled: null,
        evidence: { manifest: '', files: {} },
        signatures,
    };
}

function write(m, name, proposal) {
    writeFileSync(m.path(name), JSON.stringify(proposal, null, 2) + '\n');
    return name;
}

/** Writes and submits; resolves to the SafeTx hash. */
async function submit(m, proposal) {
    await m.ok(['submit', write(m, 'p.json', proposal)]);
    return proposal.safeTxHash;
}

const refused = async (m, args, code, text) => {
    const answer = await m.run(args);
    assert.equal(answer.code, code, answer.stderr + answer.stdout);
    assert.ok(answer.stderr.includes(text), answer.stderr);
};

const fetched = (m, file) => JSON.parse(readFileSync(m.path(file), 'utf8'));

// --- both kinds
const kinds = [
    ['the service', () => world],
    ['a directory', () => shared],
];
for (const [name, pick] of kinds) {
    test(`two people meet through ${name}`, async () => {
        const [one, two, three] = [0, 1, 2].map(() => machine(pick()));
        const hash = await submit(one, await rejection(pick(), 3, [alice]));
        const again = await one.ok(['submit', 'p.json']);
        assert.equal(again.signaturesSent, 0, JSON.stringify(again));

        const first = await two.ok(['fetch', '3', '--out', 'q.json']);
        assert.deepEqual(
            [first.safeTxHash, first.step, first.signers],
            [hash, 'reject', [alice.address]],
        );
        const file = await rejection(pick(), 3, [bob], { sign: ethSignSafeTx, kind: 'ETH_SIGN' });
        await submit(two, file);

        for (const reference of ['3', hash]) {
            const { proposal: file, signers } = await three.ok(['fetch', reference]);
            assert.deepEqual(signers.sort(), [alice.address, bob.address].sort());
            assert.equal(fetched(three, file).safeTxHash, hash);
        }
        const { safe } = pick();
        const page = 'https://app.safe.global/transactions/tx';
        const link = `${page}?safe=eth:${safe}&id=multisig_${safe}_${hash}`;
        await refused(three, ['fetch', link], 1, 'the link is about chain 1');
    });

    test(`rivals in ${name} are listed, never picked`, async () => {
        const m = machine(pick());
        const a = await submit(m, await rejection(pick(), 4, [alice]));
        const b = await submit(m, await rejection(pick(), 4, [bob], { change: { value: '1' } }));
        const answer = await m.run(['fetch', '4', '--json']);
        assert.equal(answer.code, 2);
        const hashes = JSON.parse(answer.stdout).candidates.map((c) => c.safeTxHash);
        assert.deepEqual(hashes.sort(), [a, b].sort());
        assert.equal((await m.ok(['fetch', b])).safeTxHash, b);
        await refused(m, ['fetch', '5'], 2, 'no pending transaction with nonce 5');
    });

    test(`a stranger's signature does not get into ${name}`, async () => {
        const m = machine(pick());
        const proposal = await rejection(pick(), 6, [alice, outsider]);
        await refused(m, ['submit', write(m, 'p.json', proposal)], 1, outsider.address);
        await refused(m, ['fetch', '6'], 2, 'no pending transaction');
        const wrong = await rejection(pick(), 6, [alice]);
        wrong.signatures[0].signature = await signSafeTx(alice, pick().safe, safeTx({ nonce: 6 }));
        await refused(m, ['submit', write(m, 'p.json', wrong)], 1, alice.address);
    });
}

// --- the service
test('the real client sees what was submitted, and fetch sees what it proposed', async () => {
    const m = machine(world);
    const hash = await submit(m, await rejection(world, 10, [alice, bob, carol]));
    const shown = await kit.getTransaction(hash);
    assert.equal(shown.confirmations.length, 3);
    assert.equal(JSON.parse(shown.origin).name, 'countersign');

    const tx = safeTx({ to: world.app, data: '0x12345678', nonce: 11, safeTxGas: '70000' });
    await kit.proposeTransaction({
        safeAddress: world.safe,
        safeTransactionData: tx,
        safeTxHash: safeTxHash(world.safe, tx),
        senderAddress: alice.address,
        senderSignature: await signSafeTx(alice, world.safe, tx),
    });
    const { proposal: file } = await m.ok(['fetch', '11']);
    const { safeTx: got, safeTxHash: gotHash } = fetched(m, file);
    assert.deepEqual(
        [got.to, got.data, got.safeTxGas, got.nonce, gotHash],
        [tx.to, tx.data, '70000', '11', safeTxHash(world.safe, tx)],
    );
});

test('what a delegate submits is a proposal without confirmations', async () => {
    const m = machine(world);
    const proposal = await rejection(world, 12, [delegate]);
    await refused(m, ['submit', write(m, 'p.json', proposal)], 2, 'is not an owner or delegate');
    const add = ['delegate', 'add', '--delegate', delegate.address, ...signer('alice')];
    assert.equal((await m.run(add)).code, 0);
    const hash = await submit(m, proposal);
    const shown = await kit.getTransaction(hash);
    assert.deepEqual([shown.proposedByDelegate, shown.confirmations], [delegate.address, []]);
    await submit(m, await rejection(world, 12, [bob]));
    assert.equal((await kit.getTransaction(hash)).confirmations.length, 1);
});

test('a service that lies about a transaction is found out', async () => {
    const m = machine(world);
    const hash = await submit(m, await rejection(world, 13, [alice]));
    for (const change of [{ to: world.app }, { value: 1n }, { data: '0x00' }, { operation: 1 }]) {
        service.transactions.tamper(hash, change);
        await refused(m, ['fetch', hash], 1, 'hash');
        await refused(m, ['submit', 'p.json'], 1, hash.slice(0, 10));
        service.transactions.tamper(hash, { to: world.safe, value: 0n, data: '0x', operation: 0 });
    }
    assert.equal((await m.ok(['fetch', hash])).safeTxHash, hash);
});

test('an untrusted row is marked and does not hide the others', async () => {
    const m = machine(world);
    const planted = safeTx({ to: outsider.address, value: '5', nonce: 14 });
    const body = {
        ...planted,
        contractTransactionHash: safeTxHash(world.safe, planted),
        sender: alice.address,
    };
    const url = `${service.url}/api/v2/safes/${world.safe}/multisig-transactions/`;
    const headers = { 'content-type': 'application/json' };
    const posted = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.equal(posted.status, 201);
    assert.equal((await m.ok(['fetch', body.contractTransactionHash])).trusted, false);
});

test('executed is executed', async () => {
    const m = machine(world);
    const proposal = await rejection(world, 0, [alice, bob]);
    const { safeTx: tx } = proposal;
    const hash = await submit(m, proposal);
    const bare = safeTx({ to: tx.to, nonce: 0 });
    const receipt = await signAndExecute(chain, world.safe, bare, [alice, bob]);
    assert.equal(receipt.status, '0x1');
    assert.equal((await m.ok(['fetch', hash])).executed, true);
    const late = await rejection(world, 0, [carol], { change: { value: '7' } });
    await refused(m, ['submit', write(m, 'late.json', late)], 2, 'already executed');
});

test('trouble with the service ends clearly', async () => {
    const m = machine(world);
    write(m, 'p.json', await rejection(world, 15, [alice]));
    service.inject({ status: 429, body: { detail: 'Monthly quota exceeded.' }, count: 2 });
    service.inject({ status: 0 });
    await m.ok(['submit', 'p.json']);
    service.blocked.add(world.safe);
    const other = write(m, 'other.json', await rejection(world, 16, [alice]));
    await refused(m, ['submit', other], 2, 'Safe is unavailable for legal reasons');
    service.blocked.clear();
    service.inject({ status: 422, body: { nonFieldErrors: ['No.\u001b[31m'] }, method: 'POST' });
    const answer = await m.run(['submit', other]);
    assert.equal(answer.code, 2);
    assert.ok(!answer.stderr.includes('\u001b[31m'), 'nothing reaches the terminal unescaped');
});

test('a key goes along when the profile names one', async (t) => {
    const strict = await Service.start({ rpc: chain.rpc, chainId: CHAIN_ID, apiKey: 'SECRET' });
    t.after(() => strict.stop());
    const m = machine(world);
    const profile = world
        .profile()
        .replace(/^queue:.*$/m, `queue: {service: "${strict.url}", api-key-env: SAFE_API_KEY_TEST}`);
    m.writeProfile(profile);
    write(m, 'p.json', await rejection(world, 17, [alice]));
    const without = await m.run(['submit', 'p.json']);
    assert.equal(without.code, 2, without.stderr);
    const wrong = await m.run(['submit', 'p.json'], { env: { SAFE_API_KEY_TEST: 'WRONG' } });
    assert.equal(wrong.code, 2, wrong.stderr);
    assert.ok(!wrong.stderr.includes('WRONG'));
    await m.ok(['submit', 'p.json'], { env: { SAFE_API_KEY_TEST: 'SECRET' } });
});

// --- the directory
test('eight people submit at once and nothing is lost', async () => {
    const jobs = [];
    for (let i = 0; i < 8; i++) {
        const m = machine(shared);
        write(m, 'p.json', await rejection(shared, 20, [owners[i % 3]]));
        jobs.push(m.ok(['submit', 'p.json']));
    }
    await Promise.all(jobs);
    const { signers } = await machine(shared).ok(['fetch', '20']);
    assert.deepEqual(signers.sort(), owners.map((w) => w.address).sort());
});
