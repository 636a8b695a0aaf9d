// SPDX-License-Identifier: Apache-2.0
// `submit`, `fetch` and `delegate` against the stand-in for the Safe Transaction Service. The
// proposals are written here, with hashes and signatures by ethers.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encryptKeystoreJsonSync } from 'ethers';
import { CHAIN_ID, Chain, delegate, outsider, owners } from './chain.mjs';
import { acceptProfile, ok, run } from './program.mjs';
import {
    domainHash,
    ethSignSafeTx,
    messageHash,
    safeTx,
    safeTxHash,
    signSafeTx,
} from './safetx.mjs';
import { Service } from './service/server.mjs';

const [alice, bob, carol] = owners;
const TO = '0x4C073a92B1C8Fb55313102Ab412fb7F1704bcBdD';
const EMPTY = { manifest: '', files: {} };
let chain;
let service;
let safe;
let cwd;
let nonce = 0;

before(async () => {
    chain = await Chain.start();
    safe = await chain.makeSafe('1.4.1');
    service = await Service.start({ rpc: chain.rpc, chainId: CHAIN_ID, apiKey: 'key' });
    cwd = await mkdtemp(join(tmpdir(), 'countersign-queue-'));
    env.XDG_STATE_HOME = join(cwd, 'state');
    profile('countersign.yaml', `service: ${service.url}`, '  api-key-env: SAFE_API_KEY');
});
after(async () => {
    await service?.stop();
    await chain?.stop();
    if (cwd) await rm(cwd, { recursive: true });
});

const env = { SAFE_API_KEY: 'key' };
const yes = (...args) => ok(args, { cwd, env });
const no = async (code, text, ...args) => {
    const answer = await run(args, { cwd, env });
    assert.equal(answer.code, code, answer.stderr);
    assert.ok(answer.stderr.includes(text), answer.stderr);
    return answer;
};

function profile(name, ...queue) {
    const list = (wallets) => wallets.map((w) => `    - "${w.address}"`).join('\n');
    writeFileSync(
        join(cwd, name),
        `format: countersign/profile/1
name: test
chain:
  id: ${CHAIN_ID}
safe:
  address: "${safe}"
  version: 1.4.1
  threshold: 2
  owners:
${list(owners)}
  delegates:
${list([delegate])}
queue:
  ${queue.join('\n')}
`,
    );
    acceptProfile(join(cwd, name), env);
}

/** A proposal file; signed: [wallet, form] pairs. Resolves to its SafeTx hash. */
async function propose(name, fields, ...signed) {
    const tx = safeTx({ to: TO, data: '0x1234', ...fields });
    const signatures = [];
    for (const [wallet, kind] of signed) {
        const sign = kind === 'EOA' ? signSafeTx : ethSignSafeTx;
        const signature = await sign(wallet, safe, tx);
        signatures.push({ signer: wallet.address, kind, signature });
    }
    signatures.sort((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1));
    const flat = { chainId: `${CHAIN_ID}`, safe, version: '1.4.1', ...tx, nonce: `${tx.nonce}` };
    const proposal = {
        format: 'countersign/proposal/1',
        step: 'direct',
        created: '1790000000',
        actions: [],
        safeTx: flat,
        domainHash: domainHash(safe),
        messageHash: messageHash(tx),
        safeTxHash: safeTxHash(safe, tx),
        operation: null,
        scheduled: null,
        evidence: EMPTY,
        signatures,
    };
    await writeFile(join(cwd, name), JSON.stringify(proposal));
    return proposal.safeTxHash;
}

test('submit, submit again, fetch by hash and by nonce', async () => {
    const n = nonce++;
    const hash = await propose('a.json', { nonce: n }, [alice, 'EOA'], [bob, 'ETH_SIGN']);
    const first = await yes('submit', 'a.json');
    assert.deepEqual(
        [first.safeTxHash, first.alreadyThere, first.signaturesSent, first.signaturesListed],
        [hash, false, 2, 2],
    );
    assert.deepEqual(first.warnings, []);
    const again = await yes('submit', 'a.json');
    assert.deepEqual([again.alreadyThere, again.signaturesSent], [true, 0]);

    for (const name of [hash, `${n}`]) {
        const file = `fetched-${name}.json`;
        const answer = await yes('fetch', name, '--out', file);
        assert.equal(answer.safeTxHash, hash);
        assert.deepEqual(new Set(answer.signers), new Set([alice.address, bob.address]));
        const fetched = JSON.parse(await readFile(join(cwd, file), 'utf8'));
        const sent = JSON.parse(await readFile(join(cwd, 'a.json'), 'utf8'));
        assert.deepEqual(fetched.safeTx, sent.safeTx);
        assert.deepEqual(fetched.signatures, sent.signatures);
    }
});

test('a third signature joins an existing file', async () => {
    const n = nonce++;
    const hash = await propose('b.json', { nonce: n }, [alice, 'EOA']);
    await yes('submit', 'b.json');
    const file = `${n}-${hash.slice(2, 10)}.json`;
    assert.equal((await yes('fetch', hash)).proposal, file);
    await propose('b.json', { nonce: n }, [carol, 'EOA']);
    assert.equal((await yes('submit', 'b.json')).signaturesSent, 1);
    assert.equal((await yes('fetch', hash)).signers.length, 2);
    await propose(file, { nonce: n, data: '0x99' });
    await no(1, 'is not replaced', 'fetch', hash);
});

test('rivals under one nonce are listed, never picked', async () => {
    const n = nonce++;
    const hashes = [
        await propose('c.json', { nonce: n }, [alice, 'EOA']),
        await propose('d.json', { nonce: n, data: '0x5678' }, [bob, 'EOA']),
    ];
    await yes('submit', 'c.json');
    await yes('submit', 'd.json');
    const { stdout } = await no(2, '2 transactions with that nonce', 'fetch', `${n}`);
    for (const hash of hashes) assert.ok(stdout.includes(hash));
    const answer = await run(['fetch', `${n}`, '--json'], { cwd, env });
    assert.equal(answer.code, 2);
    const json = JSON.parse(answer.stdout);
    assert.deepEqual([json.result, json.candidates.length], [2, 2]);
});

test('what the service refuses is told in its words', async () => {
    await propose('e.json', { nonce: nonce++ }, [outsider, 'EOA']);
    await no(1, 'neither as owner nor as delegate', 'submit', 'e.json');
    // a delegate in our profile, and not yet in the service
    await propose('e.json', { nonce: nonce++ }, [delegate, 'EOA']);
    await no(2, 'is not an owner or delegate', 'submit', 'e.json');
    const answer = await run(['submit', 'e.json'], { cwd, env: { ...env, SAFE_API_KEY: 'wrong' } });
    assert.equal(answer.code, 2);
    assert.ok(answer.stderr.includes('API key'), answer.stderr);
    await propose('e.json', { nonce: nonce++ });
    await no(2, 'no signature', 'submit', 'e.json');
});

test('429 and 5xx are survived, and have an end', async () => {
    const hash = await propose('f.json', { nonce: nonce++ }, [alice, 'EOA']);
    const wait = { headers: { 'Retry-After': '0' } };
    service.inject({ status: 429, body: { detail: 'slow' }, ...wait });
    service.inject({ status: 503, body: { exception: 'node' }, ...wait, method: 'POST' });
    assert.equal((await yes('submit', 'f.json')).signaturesListed, 1);
    const month = { headers: { 'Retry-After': '2592000' } };
    service.inject({ status: 429, body: { detail: 'quota' }, ...month });
    await no(2, 'quota', 'fetch', hash);
});

test('a delegate is added, proposes, and is removed', async () => {
    const { address, privateKey } = alice;
    const key = encryptKeystoreJsonSync({ address, privateKey }, 'pass', {
        scrypt: { N: 4096, r: 8, p: 1 },
    });
    await writeFile(join(cwd, 'alice.key'), key);
    await writeFile(join(cwd, 'pass'), 'pass\n');
    await chmod(join(cwd, 'pass'), 0o600);
    const signer = ['--signer', 'keystore:alice.key', '--passphrase-file', 'pass'];
    const who = ['--delegate', delegate.address];
    const added = await yes('delegate', 'add', ...who, '--label', 'ci', ...signer);
    assert.equal(added.delegator, alice.address);
    assert.deepEqual((await yes('delegate', 'list')).delegates, [
        { delegate: delegate.address, delegator: alice.address, label: 'ci' },
    ]);

    const hash = await propose('g.json', { nonce: nonce++ }, [delegate, 'EOA']);
    const receipt = await yes('submit', 'g.json');
    assert.deepEqual([receipt.alreadyThere, receipt.signaturesListed], [false, 0]);
    const fetched = await yes('fetch', hash, '--out', 'g-fetched.json');
    assert.deepEqual([fetched.trusted, fetched.signers], [true, []]);

    await yes('delegate', 'remove', ...who, ...signer);
    assert.deepEqual((await yes('delegate', 'list')).delegates, []);
});

test('a directory meets what the service does', async () => {
    profile('directory.yaml', 'directory: queue');
    const n = nonce++;
    const hash = await propose('h.json', { nonce: n }, [alice, 'EOA'], [delegate, 'EOA']);
    const there = ['--profile', 'directory.yaml'];
    assert.equal((await yes('submit', 'h.json', ...there)).signaturesListed, 2);
    assert.equal((await yes('submit', 'h.json', ...there)).signaturesSent, 0);
    assert.equal((await yes('fetch', `${n}`, '--out', 'h2.json', ...there)).safeTxHash, hash);
    assert.equal((await readdir(join(cwd, 'queue'))).length, 1);
    await no(2, 'no delegates', 'delegate', 'list', ...there);
    await no(2, 'no pending transaction', 'fetch', '99', ...there);
});
