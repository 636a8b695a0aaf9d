// SPDX-License-Identifier: Apache-2.0
// The whole job with hardware wallets: Alice has a Ledger, Bob a Trezor, both simulated, and the
// gas is paid from a device, too. On the real contracts, through a timelock.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CHAIN_ID, Chain, delegate, owners } from './chain.mjs';
import { by } from './device/desk.mjs';
import { Ledger } from './device/ledger.mjs';
import { Trezor } from './device/trezor.mjs';
import { Service } from './service/server.mjs';
import { Team, readProposal } from './team.mjs';
import { World } from './world.mjs';

const DELAY = 3600;
const [alice] = owners;
// Bob's account is the second one of the same phrase, and the sixth one pays
const BOB = "m/44'/60'/0'/0/1";
const PAYER = "m/44'/60'/0'/0/5";
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

/** What was on a device's screen, in one line. */
const text = (device) => device.screens.replace(/\s+/g, '');

const combinations = [
    {
        version: '1.3.0',
        timelock: '4.9.6',
        ledger: { rawMessages: true },
        trezor: { model: 'one' },
    },
    {
        version: '1.4.1',
        timelock: '5.4.0',
        ledger: { model: 'flex', blindSigning: true },
        trezor: { model: 't', version: '2.5.3' },
    },
    {
        version: '1.5.0',
        timelock: '5.4.0',
        queue: 'directory',
        ledger: { version: '1.18.1', rawMessages: true },
        trezor: { model: 'safe3', version: '2.9.6' },
    },
];

for (const { version, timelock, queue, ...devices } of combinations) {
    const name = [devices.ledger, devices.trezor].map((d) => d.model ?? 'nanosp').join(' and ');
    describe(`Safe ${version}, timelock ${timelock}: ${name}`, () => {
        let team;
        let ledger;
        let trezor;
        let released;

        before(async () => {
            team = new Team(
                await World.make(chain, { version, timelock, queue: queue ?? service }),
            );
            ledger = await Ledger.start(devices.ledger);
            trezor = await Trezor.start(devices.trezor);
        });
        after(async () => {
            await ledger?.stop();
            await trezor?.stop();
        });
        const nothingOdd = () => assert.deepEqual([...ledger.complaints, ...trezor.complaints], []);

        /** Alice by Ledger, Bob by Trezor, and what both saw was what they were told. */
        async function approve(file) {
            const { safeTxHash, domainHash, messageHash, safeTx } = readProposal(team.ci, file);
            for (const device of [ledger, trezor]) device.pages = [];
            team.mail(team.ci, team.alice, file);
            await team.sign(team.alice, file, by(ledger));
            await team.alice.ok(['submit', file]);
            await team.fetch(team.bob, safeTxHash, file);
            await team.sign(team.bob, file, by(trezor, BOB), '--submit');
            await team.fetch(team.executor, safeTxHash, file);
            const expected = [
                [ledger, ['to', safeTx.to, 'nonce', safeTx.nonce, team.world.safe]],
                [trezor, devices.trezor.model === 'one' ? [domainHash, messageHash] : [safeTx.to]],
            ];
            for (const [device, words] of expected)
                for (const word of words)
                    assert.ok(
                        text(device)
                            .toLowerCase()
                            .includes(`${word}`.replace('0x', '').toLowerCase()),
                        `${word} in ${device.screens}`,
                    );
            nothingOdd();
        }

        /** From a device's account; the program asks on a terminal before. */
        async function execute(file, device, ...options) {
            const nonce = await team.nonce();
            const args = ['execute', file, ...by(device, PAYER), '--yes', ...options];
            const answer = await team.executor.ok(args);
            for (const { what, ok } of answer.effects) assert.equal(ok, true, what);
            assert.equal(await team.nonce(), nonce + 1);
            nothingOdd();
            return chain.rpc.call('eth_getTransactionByHash', answer.transactionHash);
        }

        test('scheduled by two devices, sent by the Ledger', async () => {
            ledger.set({ blindSigning: true });
            released = team.release('1');
            const options = ['add-compose-hash', ...released.options];
            const scheduled = await team.propose('r1.json', ...options);
            assert.equal(scheduled.step, 'schedule');
            await approve('r1.json');
            const tx = await execute('r1.json', ledger);
            assert.equal(tx.type, '0x2');
            assert.ok(text(ledger).includes(`Network${CHAIN_ID}`));
            const id = scheduled.operationId;
            assert.equal(await team.readTimelock('isOperationPending', id), true);
        });

        test('executed after the delay, sent by the Trezor with a gas price', async () => {
            await chain.timeTravel(DELAY);
            await team.propose('x1.json', '--step', 'execute', '--from', 'r1.json');
            await approve('x1.json');
            const tx = await execute('x1.json', trezor, '--legacy');
            assert.equal(tx.type, '0x0');
            assert.equal(await team.readApp('allowedComposeHashes', released.hash), true);
        });

        test('the other way round: Ledger with a gas price, Trezor with EIP-1559', async () => {
            for (const [device, type, options] of [
                [ledger, '0x0', ['--legacy']],
                [trezor, '0x2', []],
            ]) {
                await team.propose(`n${type}.json`, '--step', 'reject');
                await approve(`n${type}.json`);
                assert.equal((await execute(`n${type}.json`, device, ...options)).type, type);
            }
        });

        test('a person who refuses to pay', async () => {
            await team.propose('n.json', '--step', 'reject');
            await approve('n.json');
            const nonce = await team.nonce();
            for (const device of [ledger, trezor]) {
                const { person } = device;
                device.person = () => 'no';
                const args = ['execute', 'n.json', ...by(device, PAYER), '--yes'];
                const { code, stderr } = await team.executor.run(args);
                device.person = person;
                assert.equal(code, 3, stderr);
                assert.match(stderr, /refused|told no/);
            }
            assert.equal(await team.nonce(), nonce, 'nothing was sent');
            await execute('n.json', ledger);
        });
    });
}

describe('at the desk', () => {
    let machine;
    let team;
    const devices = [];
    before(async () => {
        team = new Team(await World.make(chain, { version: '1.4.1', queue: service }));
        machine = team.alice;
        devices.push(
            await Ledger.start({ blindSigning: true }),
            await Trezor.start({ model: 'one' }),
            await Trezor.start({ model: 't', version: '2.9.6' }),
        );
    });
    after(() => Promise.all(devices.map((device) => device.stop())));

    test('delegate add and remove by device', async () => {
        // the service's clock is not the chain's
        const env = { COUNTERSIGN_NOW: `${Math.floor(service.now() / 1000)}` };
        for (const device of devices) {
            const change = ['--delegate', delegate.address, ...by(device)];
            const add = ['delegate', 'add', ...change, '--label', 'CI'];
            const added = await machine.run(add, { env });
            assert.equal(added.code, 0, added.stderr);
            const { delegates } = await machine.ok(['delegate', 'list']);
            assert.deepEqual(
                delegates.map((row) => [row.delegate, row.delegator]),
                [[delegate.address, alice.address]],
            );
            const removed = await machine.run(['delegate', 'remove', ...change], { env });
            assert.equal(removed.code, 0, removed.stderr);
            assert.deepEqual(device.complaints, []);
        }
    });
});
