// SPDX-License-Identifier: Apache-2.0
// The service's list is a public place: rows that strangers and one rogue owner put there, around
// those of the team.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MaxUint256 } from 'ethers';
import { CHAIN_ID, Chain, owners } from './chain.mjs';
import { acceptProfile, ok, run } from './program.mjs';
import { safeTx, safeTxHash, signSafeTx } from './safetx.mjs';
import { Service } from './service/server.mjs';

const [alice, bob] = owners;
const TO = '0x4C073a92B1C8Fb55313102Ab412fb7F1704bcBdD';
const TEAM = 4; // nonces that the team uses
let chain;
let service;
let safe;
let cwd;
const env = {};
const real = [];

/** Put a row into the service, as anybody can: without a signature, an owner named as sender. */
async function post(fields, signer = null) {
    const tx = safeTx({ to: TO, data: '0x1234', ...fields });
    const body = {
        ...tx,
        nonce: `${tx.nonce}`,
        contractTransactionHash: safeTxHash(safe, tx),
        sender: (signer ?? alice).address,
        signature: signer && (await signSafeTx(signer, safe, tx)),
    };
    await service.transactions.propose(safe, body);
    return body.contractTransactionHash;
}

before(async () => {
    chain = await Chain.start();
    safe = await chain.makeSafe('1.4.1');
    service = await Service.start({ rpc: chain.rpc, chainId: CHAIN_ID });
    cwd = await mkdtemp(join(tmpdir(), 'countersign-crowd-'));
    env.XDG_STATE_HOME = join(cwd, 'state');
    await writeFile(
        join(cwd, 'countersign.yaml'),
        `format: countersign/profile/1
name: crowd
chain: {id: ${CHAIN_ID}, rpc: ["${chain.url}"]}
safe:
  address: "${safe}"
  version: 1.4.1
  threshold: 2
  owners: [${owners.map((w) => `"${w.address}"`).join(', ')}]
queue: {service: ${service.url}}
`,
    );
    acceptProfile(join(cwd, 'countersign.yaml'), env);
    for (let nonce = 0; nonce < TEAM; nonce++) {
        real.push(await post({ nonce, data: '0xbeef' }, bob));
        for (let i = 0; i < 275; i++)
            await post({ nonce, data: `0x${(i + 1).toString(16).padStart(8, '0')}` });
    }
});
after(async () => {
    await service?.stop();
    await chain?.stop();
    if (cwd) await rm(cwd, { recursive: true });
});

const yes = (...args) => ok(args, { cwd, env });

async function pending() {
    const { proposals } = await yes('status');
    return proposals.map((p) => p.safeTxHash);
}
async function nextNonce() {
    await rm(join(cwd, 'r.json'), { force: true });
    return (await yes('propose', '--step', 'reject', '--online', '--out', 'r.json')).nonce;
}

test('1,100 rows of strangers hide none of the team and move no nonce', async () => {
    assert.deepEqual(await pending(), real);
    assert.equal(await nextNonce(), `${TEAM}`);
    for (let nonce = 0; nonce < TEAM; nonce++) {
        const answer = await yes('fetch', `${nonce}`, '--out', `${nonce}.json`);
        assert.equal(answer.safeTxHash, real[nonce]);
    }
});

test('status counts what nobody stands behind, and lists it when asked', async () => {
    const { proposals, others } = await yes('status');
    assert.equal(others, TEAM * 275);
    for (const p of proposals) assert.ok(p.trusted && p.real && p.signed.length === 1);
    const all = await yes('status', '--all');
    assert.equal(all.others, 0);
    assert.equal(all.proposals.length, TEAM * 276);
    assert.deepEqual(all.proposals.slice(0, TEAM).map((p) => p.safeTxHash), real);
    assert.ok(all.proposals.slice(TEAM).every((p) => !p.trusted && !p.real));
    const text = await run(['status'], { cwd, env });
    assert.ok(text.stdout.includes(`${TEAM * 275} more that nobody`), text.stdout);
    const quiet = await run(['status', '--quiet'], { cwd, env });
    const lines = quiet.stdout.trim().split('\n');
    assert.equal(lines.length, TEAM);
    for (const [n, l] of lines.entries())
        assert.ok(l.startsWith(`nonce ${n} ${real[n]} (trusted): needs 1 more signature`), l);
});

test('rows that nobody can read spoil nothing', async () => {
    const poisoned = await post({ nonce: 0, data: '0xc8b97f71' });
    service.transactions.tamper(poisoned, {
        dataDecoded: { method: 'file', parameters: [{ name: 'data', value: '\0' }] },
    });
    await post({ nonce: 1, data: `0x${'00'.repeat(131073)}` });
    await post({ nonce: 2, data: `0x${'00'.repeat(131073)}` }, alice);
    await post({ nonce: MaxUint256 });
    const seen = await pending();
    for (const hash of real) assert.ok(seen.includes(hash), hash);
    assert.equal(await nextNonce(), `${TEAM}`);
});

test('a far row of one owner pulls nobody behind it, and is told', async () => {
    const far = await post({ nonce: 1000 }, alice);
    assert.equal(await nextNonce(), `${TEAM}`);
    const { stderr } = await run(
        ['propose', '--step', 'reject', '--online', '--out', 'far.json'],
        { cwd, env },
    );
    assert.ok(stderr.includes(`nonce ${TEAM} is free`) && stderr.includes(far), stderr);
});

test('a service that loses rows gets no shorter list', async () => {
    service.transactions.forgetful = true;
    for (let i = 0; i < 450; i++) await post({ nonce: 3, data: `0x${i + 1000}` }, alice);
    const status = await run(['status'], { cwd, env });
    assert.equal(status.code, 2, status.stderr);
    assert.ok(status.stderr.includes('could not be told'), status.stderr);
    const propose = await run(['propose', '--step', 'reject', '--online', '--out', 'l.json'], {
        cwd,
    });
    assert.equal(propose.code, 2, propose.stderr);
    service.transactions.forgetful = false;
    assert.equal(await nextNonce(), `${TEAM}`);
});
