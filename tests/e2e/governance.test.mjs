// SPDX-License-Identifier: Apache-2.0
// The rarer changes: who owns the Safe and the contracts, roles and delay of the timelock,
// upgrades. All of them need the policy's permission. And what people look at meanwhile.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { TypedDataEncoder } from 'ethers';
import { CHAIN_ID, Chain, ZERO, delegate, deployer, outsider, owners } from './chain.mjs';
import { Service } from './service/server.mjs';
import { Team, readProposal } from './team.mjs';
import { World, signer } from './world.mjs';

let chain;
before(async () => {
    chain = await Chain.start();
});
after(() => chain?.stop());

const make = async (options) => new Team(await World.make(chain, options));

test('owners come and go, and the threshold changes', async () => {
    const team = await make({ version: '1.4.1', policy: ['allow-changes: [owners]'] });
    const abi = [
        'function getOwners() view returns (address[])',
        'function getThreshold() view returns (uint256)',
    ];
    const read = (name) => chain.read(team.world.safe, abi, name);
    const [alice, bob, carol] = owners.map((w) => w.address);
    const changes = [
        [
            ['add-owner', outsider.address],
            [outsider.address, alice, bob, carol],
        ],
        [
            ['swap-owner', carol, deployer.address],
            [outsider.address, alice, bob, deployer.address],
        ],
        [
            ['remove-owner', outsider.address],
            [alice, bob, deployer.address],
        ],
    ];
    for (const [i, [args, members]] of changes.entries()) {
        await team.carryOut(`o${i}.json`, ...args, '--online');
        assert.deepEqual([...(await read('getOwners'))], members);
        team.updateProfiles({ owners: members });
    }
    await team.carryOut('t.json', 'change-threshold', '3');
    assert.equal(await read('getThreshold'), 3n);
});

test('none of it without permission', async () => {
    const team = await make({ version: '1.5.0' });
    for (const [i, args] of [
        ['add-owner', outsider.address],
        ['change-threshold', '1'],
        ['transfer-ownership', outsider.address, '--contract', 'app'],
        ['upgrade-to-and-call', outsider.address, '0x', '--contract', 'app'],
        ['call', 'safe', 'setGuard(address)', outsider.address],
        ['call', 'safe', 'enableModule(address)', outsider.address],
    ].entries()) {
        const name = `n${i}.json`;
        const propose = ['propose', ...args, '--nonce', '0', '--out', 'none.json'];
        const refused = await team.ci.run(propose);
        assert.equal(refused.code, 1, args.join(' '));
        assert.match(refused.stderr, /call.privileged: .*; the policy does not allow it/);
        assert.ok(!existsSync(team.ci.path('none.json')));
        await team.forge(name, ...args);
        const { code, stdout } = await team.ci.run(['verify', name, '--json']);
        assert.equal(code, 1, args.join(' '));
        const failed = JSON.parse(stdout).checks.filter((c) => c.verdict === 'fail');
        assert.ok(
            failed.some((c) => c.id === 'call.privileged'),
            args.join(' '),
        );
    }
});

test('an app is handed to the timelock, which has to accept it', async () => {
    const team = await make({
        version: '1.4.1',
        timelock: '5.4.0',
        twoStep: true,
        appOwner: 'safe',
        policy: ['allow-changes: [ownership]'],
    });
    const { safe, timelock, app } = team.world;
    const { abi } = chain.contracts.DstackAppTwoStep;
    const owner = () => chain.read(app, abi, 'owner');
    const transfer = ['transfer-ownership', timelock, '--contract', 'app'];
    const { step } = await team.carryOut('transfer.json', ...transfer);
    assert.equal(step, 'direct');
    assert.deepEqual([await owner(), await chain.read(app, abi, 'pendingOwner')], [safe, timelock]);
    team.updateProfiles({ appOwner: 'timelock' });
    await team.ci.ok([
        'propose',
        'accept-ownership',
        '--contract',
        'app',
        '--nonce',
        '1',
        '--out',
        'a.json',
    ]);
    assert.equal(readProposal(team.ci, 'a.json').step, 'schedule');
    await team.scheduleAndExecute('accept', 'accept-ownership', '--contract', 'app');
    assert.equal(await owner(), timelock);
    const { hash, options } = team.release('two steps');
    await team.scheduleAndExecute('release', 'add-compose-hash', ...options);
    assert.equal(await team.readApp('allowedComposeHashes', hash), true);
});

test('the timelock changes its delay and its roles; an app is upgraded', async () => {
    const policy = ['allow-changes: [delay, roles, implementation]'];
    const team = await make({ version: '1.3.0', timelock: '5.4.0', policy });
    await team.scheduleAndExecute('delay', 'update-delay', '2h');
    assert.equal(await team.readTimelock('getMinDelay'), 7200n);
    team.updateProfiles({ delay: '2h' });

    const { address } = owners[2];
    await team.scheduleAndExecute('grant', 'grant-role', 'canceller', address);
    const role = await team.readTimelock('CANCELLER_ROLE');
    assert.equal(await team.readTimelock('hasRole', role, address), true);
    await team.scheduleAndExecute('revoke', 'revoke-role', 'canceller', address);
    assert.equal(await team.readTimelock('hasRole', role, address), false);

    const address2 = await chain.deploy(chain.contracts.DstackAppTwoStep);
    const upgrade = ['upgrade-to-and-call', address2, '0x', '--contract', 'app'];
    await team.propose('unknown.json', ...upgrade);
    assert.equal((await team.ci.run(['verify', 'unknown.json'])).code, 2, 'nobody showed that code');
    // the same source at another address has the same hash
    const twin = await chain.deploy(chain.contracts.DstackAppTwoStep);
    const codeHash = await chain.maskedCodeHash(twin);
    team.updateProfiles({ implementation: { address: address2, codeHash } });
    await team.scheduleAndExecute('upgrade', ...upgrade);
    assert.equal(await chain.implementationOf(team.world.app), address2);
});

test('code that is not there, of another kind, or not the pinned one is no implementation', async () => {
    const policy = [
        'allow-changes: [implementation, gateway, apps]',
        'unproved: [implementation, gateway, app]',
    ];
    const team = await make({ version: '1.4.1', policy });
    const { app, kms } = team.world;
    const good = await chain.deploy(chain.contracts.DstackApp);
    const ofKms = await chain.implementationOf(kms);
    const failing = async (...args) => {
        await team.forge('i.json', ...args);
        const { stdout } = await team.ci.run(['verify', '--online', 'i.json', '--json']);
        return JSON.parse(stdout)
            .checks.filter((c) => c.verdict === 'fail')
            .map((c) => c.id);
    };
    const upgrade = (address, contract) =>
        failing('upgrade-to-and-call', address, '0x', '--contract', contract);
    const simulated = ['chain.implementation', 'chain.simulation'];
    assert.deepEqual(await upgrade(good, 'app'), []);
    assert.deepEqual(await upgrade(outsider.address, 'app'), simulated);
    assert.deepEqual(await upgrade(team.world.safe, 'app'), simulated);
    assert.deepEqual(await upgrade(ofKms, 'app'), ['chain.implementation']);
    assert.deepEqual(await upgrade(good, 'kms'), ['chain.implementation']);
    assert.deepEqual(await upgrade(ofKms, 'kms'), []);
    assert.deepEqual(await failing('set-app-implementation', good), []);
    assert.deepEqual(await failing('set-app-implementation', ofKms), ['chain.implementation']);
    assert.deepEqual(await failing('set-app-implementation', outsider.address), [
        'chain.implementation',
    ]);
    assert.deepEqual(await failing('register-app', app), []);
    assert.deepEqual(await failing('register-app', kms), ['chain.app']);
    assert.deepEqual(await failing('set-gateway-app-id', app), ['chain.gateway']);
    const any = ['propose', 'set-gateway-app-id', 'any', '--nonce', '0', '--out', 'any.json'];
    const refused = await team.ci.run(any);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /call.values: gateway 'any'/);
    assert.ok(!existsSync(team.ci.path('any.json')));
    await team.carryOut('reg.json', 'register-app', app);
    assert.deepEqual(await failing('set-gateway-app-id', app), []);

    const codeHash = await chain.maskedCodeHash(good);
    team.updateProfiles({ implementation: { address: good, codeHash } });
    assert.deepEqual(await upgrade(good, 'app'), []);
    const other = await chain.deploy(chain.contracts.DstackApp);
    assert.deepEqual(await upgrade(other, 'app'), ['call.values']);
    team.updateProfiles({ implementation: { address: good, codeHash: '0x' + '11'.repeat(32) } });
    assert.deepEqual(await upgrade(good, 'app'), ['chain.implementation']);
});

for (const timelock of ['4.9.6', '5.4.0']) {
    test(`anybody executes what is ready in timelock ${timelock}; status tells when`, async () => {
        const team = await make({ version: '1.4.1', timelock, executors: [ZERO] });
        const { hash, options } = team.release('open');
        await team.propose('r.json', 'add-compose-hash', ...options);
        const look = async () => {
            const { proposals } = await team.executor.ok(['status']);
            return proposals.find((p) => p.step === 'schedule');
        };
        team.mail(team.ci, team.alice, 'r.json');
        await team.sign(team.alice, 'r.json', 'alice', '--submit');
        let row = await look();
        assert.deepEqual([row.signed, row.operation.state], [[owners[0].address], 'unset']);

        await team.fetch(team.bob, '0', 'r.json');
        await team.sign(team.bob, 'r.json', 'bob', '--submit');
        const { id } = readProposal(team.ci, 'r.json').operation;
        await team.fetch(team.executor, '0', 'r.json');
        await team.execute('r.json');
        const state = () => team.executor.ok(['timelock', 'state', id]);
        row = (await team.executor.ok(['status', 'r.json'])).proposals[0];
        assert.equal(row.operation.state, 'waiting');
        assert.ok(row.operation.secondsLeft > 3500 && row.operation.secondsLeft <= 3600);
        assert.equal((await state()).state, 'waiting');
        await team.executeRefused('r.json', /not ready/, '--via', 'timelock');

        await chain.timeTravel(3600);
        assert.equal((await state()).state, 'ready');
        await team.execute('r.json', '--via', 'timelock');
        assert.equal(await team.readApp('allowedComposeHashes', hash), true);
        assert.equal((await state()).state, 'done');
        row = (await team.executor.ok(['status', 'r.json'])).proposals[0];
        assert.equal(row.entries[0].listed, true);
    });
}

test('CI proposes, signs as a delegate and hands in with one command', async (t) => {
    const service = await Service.start({ rpc: chain.rpc, chainId: CHAIN_ID });
    t.after(() => service.stop());
    // time has travelled
    service.advance(Number(await chain.now()) - Math.floor(Date.now() / 1000));
    const policy = ['unattended-delegates: true', 'expiry: 7d'];
    const team = await make({ version: '1.5.0', timelock: '4.9.6', queue: service, policy });
    await team.alice.ok(['delegate', 'add', '--delegate', delegate.address, ...signer('alice')]);
    const { options } = team.release('ci');
    const args = ['--created', 'now', '--online', '--submit', '--yes', ...signer('delegate')];
    const names = ['one.json', 'two.json'];
    for (const name of names) {
        const command = ['propose', 'add-compose-hash', ...options, ...args, '--out', name];
        const { code, stdout, stderr } = await team.ci.run(command);
        assert.equal(code, 0, stderr + stdout);
    }
    // the second one follows the first in the queue
    const nonces = names.map((name) => readProposal(team.ci, name).safeTx.nonce);
    assert.deepEqual(nonces, ['0', '1']);
    const { safeTxHash } = readProposal(team.ci, 'one.json');
    const { trusted, signers } = await team.bob.ok(['fetch', safeTxHash, '--out', 'q.json']);
    assert.deepEqual([trusted, signers], [true, []]);
    // after a week it is too old to sign
    await team.verify(team.ci, 'one.json');
    await chain.timeTravel(8 * 24 * 3600);
    const old = await team.ci.run(['verify', 'one.json', '--json']);
    assert.equal(old.code, 1);
    const failed = JSON.parse(old.stdout).checks.filter((c) => c.verdict === 'fail');
    assert.deepEqual(
        failed.map((c) => c.id),
        ['age.created'],
    );
});

test('other wallets get the same transaction', async () => {
    const policy = ['allow-changes: [device-policy]'];
    const team = await make({ version: '1.3.0', policy });
    const { options } = team.release('export');
    const batch =
        '- {action: add-compose-hash}\n' +
        '- {action: set-allow-any-device, contract: app, args: ["false"]}\n';
    writeFileSync(team.ci.path('batch.yaml'), batch);
    const exports = ['--typed-data', 'typed.json', '--transaction-builder', 'builder.json'];
    const { safeTxHash } = await team.propose(
        'p.json',
        'batch',
        'batch.yaml',
        ...options,
        ...exports,
    );
    const { domain, types, message } = JSON.parse(readFileSync(team.ci.path('typed.json'), 'utf8'));
    const { EIP712Domain, ...rest } = types;
    assert.equal(TypedDataEncoder.hash(domain, rest, message), safeTxHash);
    assert.ok(EIP712Domain);
    const answer = await team.ci.ok(['hash', 'typed.json', '--safe-version', '1.3.0']);
    assert.equal(answer.safeTxHash, safeTxHash);
    const again = await team.propose('q.json', 'batch', 'builder.json');
    assert.equal(again.safeTxHash, safeTxHash);
});
