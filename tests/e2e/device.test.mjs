// SPDX-License-Identifier: Apache-2.0
// The whole job with hardware wallets: Alice has a Ledger, Bob a Trezor, both simulated, and the
// gas is paid from a device, too. On the real contracts, through a timelock.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { CHAIN_ID, Chain, delegate, foundry, owners } from './chain.mjs';
import { by } from './device/desk.mjs';
import { Ledger } from './device/ledger.mjs';
import { Trezor } from './device/trezor.mjs';
import { signSafeTx } from './safetx.mjs';
import { Service } from './service/server.mjs';
import { Team, readProposal } from './team.mjs';
import { World } from './world.mjs';

const DELAY = 3600;
const [alice, bob] = owners;
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

    test('device list', async () => {
        const rows = [];
        for (const { transport } of devices) {
            const answer = await machine.ok(['device', 'list', '--transport', transport]);
            rows.push(...answer.devices.filter((row) => row.transport === transport));
        }
        const seen = rows.map(({ version, state }) => [version, state]);
        assert.deepEqual(seen, [
            ['Ethereum 1.22.0', 'ready'],
            ['firmware 1.14.1', 'ready'],
            ['firmware 2.9.6', 'ready'],
        ]);
        assert.deepEqual([rows[1].model, rows[2].model], ['trezor-one', 'trezor-t']);
        for (const device of devices) assert.deepEqual(device.pages, [], 'nothing is shown');
    });

    test('device address finds the owner', async () => {
        for (const device of devices) {
            const args = ['device', 'address', '--count', '3', ...by(device)];
            const { code, stdout, stderr } = await machine.run(args);
            assert.equal(code, 0, stderr);
            const rows = stdout.split('\n').filter((line) => line.includes('owner'));
            assert.equal(rows.length, 3, stdout);
            assert.ok(rows[0].includes(alice.address) && rows[1].includes(bob.address), stdout);
            assert.deepEqual(device.pages, [], 'nothing is shown');
        }
    });

    test('device address --confirm shows it', async () => {
        for (const device of devices) {
            const args = ['device', 'address', '--confirm', ...by(device, BOB)];
            const { code, stderr } = await machine.run(args);
            assert.equal(code, 0, stderr);
            assert.ok(text(device).includes(bob.address), device.screens);
        }
    });

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

describe('another wallet', () => {
    let team;
    let count = 0;
    before(async () => {
        team = new Team(await World.make(chain, { version: '1.4.1', queue: service }));
    });
    const wallet = ['--signer', `external:${alice.address}`];

    async function prepared() {
        const { options } = team.release(`external ${++count}`);
        const name = `e${count}.json`;
        await team.propose(name, 'add-compose-hash', ...options);
        team.mail(team.ci, team.alice, name);
        return name;
    }

    /** Alice signs with the wallet; signature: a file's name, or a function that makes one. */
    function sign(name, signature, ...options) {
        const digits = readProposal(team.alice, name).safeTxHash.slice(-8);
        const answers = [['the SafeTx hash to sign: ', digits]];
        const args = ['sign', name, ...wallet, ...options];
        if (typeof signature === 'string') args.push('--signature', signature);
        else
            answers.push([
                "the wallet's signature (0x...): ",
                (type) => Promise.resolve(signature()).then((made) => type(made + '\n')),
            ]);
        return team.alice.ask(args, answers);
    }

    const wallets = {
        ethers: (file) => {
            const { domain, types, message } = JSON.parse(readFileSync(file, 'utf8'));
            const { EIP712Domain, ...rest } = types;
            assert.equal(EIP712Domain.length, 2);
            return alice.signTypedData(domain, rest, message);
        },
        cast: (file) => {
            const args = ['wallet', 'sign', '--data', '--from-file', file];
            const key = ['--private-key', alice.privateKey];
            return execFileSync(foundry('cast'), [...args, ...key])
                .toString()
                .trim();
        },
    };
    for (const [kind, signFile] of Object.entries(wallets))
        test(`a signature by ${kind}, typed at the terminal`, async () => {
            const name = await prepared();
            const typed = team.alice.path('typed.json');
            const make = () => signFile(typed);
            const { code, stdout } = await sign(name, make, '--typed-data', typed, '--submit');
            assert.equal(code, 0, stdout);
            assert.equal(readProposal(team.alice, name).signatures[0].signer, alice.address);
            const { safeTxHash } = readProposal(team.ci, name);
            await team.fetch(team.bob, safeTxHash, name);
            await team.sign(team.bob, name, 'bob', '--submit');
            await team.fetch(team.executor, safeTxHash, name);
            await team.execute(name);
        });

    test("somebody else's signature, half a signature, none", async () => {
        const name = await prepared();
        const { chainId, safe, version, ...tx } = readProposal(team.alice, name).safeTx;
        const before = readFileSync(team.alice.path(name), 'utf8');
        const other = await signSafeTx(bob, safe, tx);
        const mine = await signSafeTx(alice, safe, tx);
        for (const given of [other, mine.slice(0, 80), mine + '00', '', 'yes']) {
            writeFileSync(team.alice.path('signature'), given);
            const { code, stdout } = await sign(name, 'signature');
            assert.equal(code, 2, stdout);
            assert.equal(readFileSync(team.alice.path(name), 'utf8'), before);
        }
        writeFileSync(team.alice.path('signature'), mine);
        assert.equal((await sign(name, 'signature')).code, 0);
    });
});
