// SPDX-License-Identifier: Apache-2.0
// Owners whose keys are in other wallets: what countersign writes for them is signed by ethers and by
// cast, and what they return counts on chain.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Signature } from 'ethers';
import { CHAIN_ID, Chain, delegate, foundry, outsider, owners } from './chain.mjs';
import { Service } from './service/server.mjs';
import { QUESTION, Team, readProposal } from './team.mjs';
import { World } from './world.mjs';

const [alice, bob] = owners;
const WALLET = "the wallet's signature (0x...): ";
const outside = (wallet) => ['--signer', `external:${wallet.address}`];
let chain;
let service;
let team;

before(async () => {
    chain = await Chain.start();
    service = await Service.start({ rpc: chain.rpc, chainId: CHAIN_ID });
    team = new Team(await World.make(chain, { version: '1.4.1', queue: service }));
});
after(async () => {
    await service?.stop();
    await chain?.stop();
});

function signByEthers(wallet, text) {
    const { types, domain, message } = JSON.parse(text);
    const { EIP712Domain, ...rest } = types;
    return wallet.signTypedData(domain, rest, message);
}

function signByCast(wallet, file) {
    const args = ['wallet', 'sign', '--data', '--from-file', file];
    const env = { ...process.env, ETH_PRIVATE_KEY: wallet.privateKey };
    return execFileSync(foundry('cast'), [...args, '--private-key', wallet.privateKey], { env })
        .toString()
        .trim();
}

test('a release that two wallets elsewhere approve', async () => {
    const { hash, options } = team.release('1');
    const { safeTxHash } = await team.propose('p.json', 'add-compose-hash', ...options);
    const digits = [QUESTION.sign, safeTxHash.slice(-8)];
    team.mail(team.ci, team.alice, 'p.json');

    // Alice's wallet takes the file; she types what it gives back
    const typed = team.alice.path('typed.json');
    const args = ['sign', 'p.json', ...outside(alice)];
    const toFile = [...args, '--typed-data', 'typed.json'];
    const none = await team.alice.ask(toFile, [digits, [WALLET, '']]);
    assert.equal(none.code, 2, none.stdout);
    assert.match(none.stdout, /there is no signature/);
    const byCast = signByCast(alice, typed);
    assert.equal(byCast, await signByEthers(alice, readFileSync(typed, 'utf8')));
    const done = await team.alice.ask(args, [digits, [WALLET, byCast]]);
    assert.equal(done.code, 0, done.stdout);
    const screen = done.stdout.replaceAll('\r', '').match(/^\{$[^]*?^\}$/m)[0];
    assert.deepEqual(JSON.parse(screen), JSON.parse(readFileSync(typed, 'utf8')));

    // Bob's is a signature of 64 bytes in a file
    team.mail(team.alice, team.bob, 'p.json');
    const { compactSerialized } = Signature.from(await signByEthers(bob, screen));
    writeFileSync(team.bob.path('signature'), compactSerialized + '\n');
    const file = ['sign', 'p.json', ...outside(bob), '--signature', 'signature', '--submit'];
    const last = await team.bob.ask(file, [digits]);
    assert.equal(last.code, 0, last.stdout);

    const { signers } = await team.fetch(team.executor, safeTxHash, 'p.json');
    assert.deepEqual([...signers].sort(), [alice.address, bob.address].sort());
    const send = ['execute', 'p.json', ...outside(alice), '--yes'];
    const refused = await team.executor.run(send);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /execute --print/);
    await team.execute('p.json');
    assert.equal(await team.readApp('allowedComposeHashes', hash), true);
});

test('a signature over something else, or by somebody else, is not saved', async () => {
    const { options } = team.release('2');
    const { safeTxHash } = await team.propose('q.json', 'add-compose-hash', ...options);
    const digits = [QUESTION.sign, safeTxHash.slice(-8)];
    team.mail(team.ci, team.alice, 'q.json');
    const args = ['sign', 'q.json', ...outside(alice), '--typed-data', 'q.typed.json'];
    const message = await alice.signMessage(safeTxHash);
    const stranger = await outsider.signMessage(safeTxHash);
    for (const wrong of [message, stranger, message.slice(0, -2), `${message}00`, 'yes']) {
        const answer = await team.alice.ask(args, [digits, [WALLET, wrong]]);
        assert.equal(answer.code, 2, answer.stdout);
        assert.deepEqual(readProposal(team.alice, 'q.json').signatures, []);
    }
});

test('a delegate is added by a wallet elsewhere', async () => {
    const args = ['delegate', 'add', '--delegate', delegate.address, ...outside(alice)];
    const file = team.alice.path('delegate.json');
    const asked = await team.alice.ask([...args, '--typed-data', file], [[WALLET, 'no']]);
    assert.equal(asked.code, 2, asked.stdout);
    writeFileSync(team.alice.path('sig'), signByCast(alice, file));
    await team.alice.ok([...args, '--signature', 'sig']);
    const { delegates } = await team.alice.ok(['delegate', 'list']);
    assert.equal(delegates[0].delegate, delegate.address);
});
