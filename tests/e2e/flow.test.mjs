// SPDX-License-Identifier: Apache-2.0
// The main job through a timelock, from a compose file at a git commit to a whitelisted hash, on
// the real contracts: propose, verify, two people sign, the queue, a second machine, execute.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { writeFileSync } from 'node:fs';
import { CHAIN_ID, Chain, ZERO32 } from './chain.mjs';
import { Service } from './service/server.mjs';
import { Team, readProposal } from './team.mjs';
import { World, signer } from './world.mjs';

const DELAY = 3600;
let chain;
let service;

before(async () => {
    chain = await Chain.start();
    service = await Service.start({ rpc: chain.rpc, chainId: CHAIN_ID });
});
after(async () => {
    await service?.stop();
    await chain?.stop();
});

const combinations = [
    ['1.3.0', '4.9.6', 'service'],
    ['1.4.1', '5.4.0', 'service'],
    ['1.5.0', '5.4.0', 'directory'],
];

for (const [version, timelock, queue] of combinations) {
    describe(`Safe ${version}, timelock ${timelock}, queue: ${queue}`, () => {
        let team;
        let released; // what the first test proposed

        before(async () => {
            const policy = ['allow-changes: [device-policy]', 'unproved: [os-image]'];
            const at = queue === 'service' ? service : queue;
            const options = { version, timelock, queue: at, policy };
            team = new Team(await World.make(chain, options));
        });

        const isAllowed = (hash) => team.readApp('allowedComposeHashes', hash);
        const isPending = (id) => team.readTimelock('isOperationPending', id);
        const isDone = (id) => team.readTimelock('isOperationDone', id);

        test('a release is scheduled, waited for and executed', async () => {
            released = team.release('1');
            const scheduled = await team.carryOut(
                'r1.json',
                'add-compose-hash',
                ...released.options,
            );
            assert.equal(scheduled.step, 'schedule');
            assert.equal(await isPending(scheduled.operationId), true);

            const options = ['--step', 'execute', '--from', 'r1.json'];
            const executed = await team.propose('x1.json', ...options);
            assert.equal(executed.operationId, scheduled.operationId);
            team.mail(team.ci, team.alice, 'x1.json');
            const early = await team.alice.run(['verify', '--online', 'x1.json']);
            assert.equal(early.code, 1, 'too early, says the chain');
            await chain.timeTravel(DELAY);
            await team.approve('x1.json');
            assert.equal(await isAllowed(released.hash), false);
            await team.execute('x1.json');
            assert.equal(await isDone(scheduled.operationId), true);
            assert.equal(await isAllowed(released.hash), true);
            // once more finds what was done and confirms it
            const again = await team.execute('x1.json');
            assert.equal(again.sent, false);
        });

        test('the same inputs give the same file', async () => {
            const options = ['--nonce', '9', '--created', '2026-11-21T08:00:00Z'];
            const files = [];
            for (const name of ['a.json', 'b.json']) {
                await team.propose(name, 'add-compose-hash', ...released.options, ...options);
                files.push(JSON.stringify(readProposal(team.ci, name)));
            }
            assert.equal(files[0], files[1]);
        });

        test('an execution that comes too early is not sent', async () => {
            const { options } = team.release('2');
            await team.carryOut('r2.json', 'add-compose-hash', ...options);
            await team.propose('x2.json', '--step', 'execute', '--from', 'r2.json');
            const { safeTxHash } = readProposal(team.ci, 'x2.json');
            for (const [m, who] of [
                [team.alice, 'alice'],
                [team.bob, 'bob'],
            ]) {
                team.mail(team.ci, m, 'x2.json');
                await team.sign(m, 'x2.json', who, '--submit');
            }
            await team.fetch(team.executor, safeTxHash, 'x2.json');
            await team.executeRefused('x2.json', /not ready|have to be Ready/);
        });

        test('a scheduled operation is cancelled', async () => {
            const { operation } = readProposal(team.ci, 'r2.json');
            assert.equal(await isPending(operation.id), true);
            await team.propose('c2.json', '--step', 'cancel', '--from', 'r2.json');
            // both signed the execution under this nonce: that is noticed, unless they mean it
            team.mail(team.ci, team.alice, 'c2.json');
            const replaced = readProposal(team.ci, 'x2.json').safeTxHash;
            const rival = await team.alice.ask(['sign', 'c2.json', ...signer('alice')], []);
            assert.equal(rival.code, 1);
            // lines are broken where the terminal ends
            const said = rival.stdout.replace(/\s+/g, ' ');
            assert.ok(said.includes(`already signed ${replaced}`), rival.stdout);
            await team.approve('c2.json', '--replaces', replaced);
            await team.execute('c2.json');
            assert.equal(await isPending(operation.id), false);
            await chain.timeTravel(DELAY);
            // signed before, and now useless: its nonce went to the cancellation
            await team.executeRefused('x2.json', /used up/);
        });

        test('a batch waits for its predecessor', async () => {
            const { hash, options } = team.release('3');
            const first = await team.carryOut('r3.json', 'add-compose-hash', ...options);
            const batch = [
                '- {action: remove-compose-hash, contract: app, args: ["' + released.hash + '"]}',
                '- {action: add-os-image-hash, contract: kms, args: ["' + hash + '"]}',
                '- {action: set-allow-any-device, contract: app, args: ["false"]}',
            ];
            writeFileSync(team.ci.path('batch.yaml'), batch.join('\n') + '\n');
            const second = await team.carryOut(
                'b3.json',
                'batch',
                'batch.yaml',
                '--predecessor',
                first.operationId,
            );
            assert.equal(readProposal(team.ci, 'b3.json').operation.calls.length, 3);
            await chain.timeTravel(DELAY);

            await team.propose('xb3.json', '--step', 'execute', '--from', 'b3.json');
            team.mail(team.ci, team.alice, 'xb3.json');
            const early = await team.alice.run(['verify', '--online', 'xb3.json']);
            assert.equal(early.code, 1, 'the predecessor is not done');

            await team.carryOut('x3.json', '--step', 'execute', '--from', 'r3.json');
            await team.carryOut('xb3.json', '--step', 'execute', '--from', 'b3.json');
            assert.equal(await isDone(second.operationId), true);
            assert.deepEqual(
                [await isAllowed(hash), await isAllowed(released.hash)],
                [true, false],
            );
            assert.equal(await team.readApp('allowAnyDevice'), false);
        });

        test('the timelock changes its own delay', async () => {
            const privileged = await team.forge('d4.json', 'update-delay', '2h');
            assert.notEqual(privileged.operationId, ZERO32);
            team.mail(team.ci, team.alice, 'd4.json');
            const { code } = await team.alice.run(['verify', 'd4.json']);
            assert.equal(code, 1, 'not allowed by the policy');
        });

        test('a rejection takes the nonce', async () => {
            const { hash, options } = team.release('5');
            await team.propose('r5.json', 'add-compose-hash', ...options);
            const nonce = await team.nonce();
            await team.carryOut('n5.json', '--step', 'reject');
            assert.equal(await team.nonce(), nonce + 1);
            assert.equal(await isAllowed(hash), false);
            team.mail(team.ci, team.bob, 'r5.json');
            const late = await team.bob.run(['verify', '--online', 'r5.json']);
            assert.equal(late.code, 1, 'its nonce is used up');
        });
    });
}
