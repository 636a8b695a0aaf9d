// SPDX-License-Identifier: Apache-2.0
// `delegate` against the service's stand-in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CHAIN_ID, Chain, delegate, outsider, owners } from './chain.mjs';
import { Service } from './service/server.mjs';
import { World, signer } from './world.mjs';

const [alice, bob] = owners;
let chain;
let service;
let machine;

before(async () => {
    chain = await Chain.start();
    service = await Service.start({ rpc: chain.rpc, chainId: CHAIN_ID });
    const world = await World.make(chain, { version: '1.4.1', queue: service });
    machine = world.machine('desk');
});
after(async () => {
    await service?.stop();
    await chain?.stop();
});

const names = async () =>
    (await machine.ok(['delegate', 'list'])).delegates.map((d) => [
        d.delegate,
        d.delegator,
        d.label,
    ]);
const add = (who, ...options) =>
    machine.run(['delegate', 'add', '--delegate', delegate.address, ...signer(who), ...options]);
const remove = (...options) =>
    machine.run(['delegate', 'remove', '--delegate', delegate.address, ...options]);

test('an owner adds a delegate, lists and removes it', async () => {
    assert.deepEqual(await names(), []);
    assert.equal((await add('alice', '--label', 'CI')).code, 0);
    assert.equal((await add('bob')).code, 0);
    const rows = await names();
    assert.deepEqual(
        rows.sort(),
        [
            [delegate.address, alice.address, 'CI'],
            [delegate.address, bob.address, 'countersign'],
        ].sort(),
    );
    assert.equal((await remove(...signer('alice'))).code, 0);
    assert.deepEqual(await names(), [[delegate.address, bob.address, 'countersign']]);
    // the delegate may give its own office back
    assert.equal((await remove('--delegator', bob.address, ...signer('delegate'))).code, 0);
    assert.deepEqual(await names(), []);
});

test('who is no owner cannot add, and what is not there cannot be removed', async () => {
    const stranger = await add('outsider');
    assert.notEqual(stranger.code, 0);
    assert.ok(stranger.stderr.includes(outsider.address), stranger.stderr);
    assert.notEqual((await remove(...signer('alice'))).code, 0);
});

test('a busy service is asked again', async () => {
    const body = { detail: 'Monthly quota exceeded.' };
    service.inject({ status: 429, body, count: 1 });
    service.inject({ status: 503, body: '<html>', count: 1 });
    assert.deepEqual(await names(), []);
});
