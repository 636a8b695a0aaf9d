// SPDX-License-Identifier: Apache-2.0
// `device list` and `device address` with simulated devices: what is told, what the device is asked,
// and that nothing is on its screen that nobody asked for.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Ledger } from './device/ledger.mjs';
import { honest, parsePath, pausingAt, refusing, thorough, walletAt } from './device/person.mjs';
import { Trezor } from './device/trezor.mjs';
import { acceptProfile, ok, run, runOnTerminal, spawnProgram } from './program.mjs';
import { scratchDir } from './scratch.mjs';
import { QUESTION } from './team.mjs';
import { until } from './wait.mjs';

const dir = scratchDir();
const DEFAULT = "m/44'/60'/0'/0/0";
const paths = {
    bip44: (i) => `m/44'/60'/0'/0/${i}`,
    'ledger-live': (i) => `m/44'/60'/${i}'/0/0`,
    legacy: (i) => `m/44'/60'/0'/${i}`,
};
const addressAt = (path) => walletAt(parsePath(path)).address;

/** A directory with a profile of these owners and delegates. */
function home(owners, delegates = []) {
    const cwd = mkdtempSync(join(dir, 'home-'));
    const list = (addresses) => addresses.map((address) => `"${address}"`).join(', ');
    const lines = [
        'format: countersign/profile/1',
        'name: devices',
        'chain: {id: 31337}',
        'safe:',
        `  address: "${addressAt("m/44'/60'/9'/0/0")}"`,
        '  version: 1.4.1',
        `  owners: [${list(owners)}]`,
        '  threshold: 1',
        `  delegates: [${list(delegates)}]`,
        'contracts:',
        `  app: {type: DstackApp, address: "${addressAt("m/44'/60'/8'/0/0")}", release: 0.5.11}`,
    ];
    writeFileSync(join(cwd, 'countersign.yaml'), lines.join('\n') + '\n');
    return cwd;
}

const vendors = [
    {
        signer: 'ledger',
        start: (options) => Ledger.start({ rawMessages: true, ...options }),
        isTakenBack: ({ apdus }) => apdus.at(-1).toString('hex').startsWith('e01a0001'),
        row: {
            vendor: 'ledger',
            model: null,
            name: 'Ledger',
            version: 'Ethereum 1.22.0',
            state: 'ready',
        },
    },
    {
        signer: 'trezor',
        start: (options) => Trezor.start({ model: 'safe3', version: '2.9.6', ...options }),
        isTakenBack: ({ requests }) => requests.at(-1) === 'Cancel',
        row: {
            vendor: 'trezor',
            model: 'trezor-safe3',
            name: 'Trezor Safe 3',
            version: 'firmware 2.9.6',
            state: 'ready',
        },
    },
];

for (const { signer, start, row, isTakenBack } of vendors) {
    describe(`${signer} as a device`, () => {
        async function plugIn(t, options) {
            const device = await start(options);
            t.after(() => {
                assert.deepEqual(device.complaints, []);
                return device.stop();
            });
            const at = ['--transport', device.transport];
            return { device, at, address: ['device', 'address', '--signer', signer, ...at] };
        }

        test('is listed with its state', async (t) => {
            const { device, at } = await plugIn(t, {});
            const { devices } = await ok(['device', 'list', ...at]);
            const found = devices.filter(({ transport }) => transport === device.transport);
            assert.deepEqual(found, [{ ...row, transport: device.transport }]);
            const { stdout } = await run(['device', 'list', ...at]);
            assert.ok(stdout.includes(`${row.state} `) && stdout.includes(device.transport));
            assert.deepEqual(device.pages, []);
        });

        test('its accounts of all families, and who of them is an owner', async (t) => {
            const { device, address } = await plugIn(t, {});
            const owner = paths['ledger-live'](2);
            const cwd = home([addressAt(owner)], [addressAt(paths.legacy(1))]);
            const { accounts } = await ok([...address, '--count', '3'], { cwd });
            const want = Object.entries(paths).flatMap(([family, path]) =>
                [0, 1, 2].map((i) => ({ path: path(i), address: addressAt(path(i)), family })),
            );
            want.splice(3, 1); // Ledger Live's first is that of BIP-44
            const role = { [owner]: 'owner', [paths.legacy(1)]: 'delegate' };
            const roles = want.map((account) => ({ ...account, role: role[account.path] ?? null }));
            assert.deepEqual(accounts, roles);
            const text = await run([...address, '--count', '3'], { cwd });
            assert.match(text.stdout, new RegExp(`${addressAt(owner)}  ledger-live  owner\n`));
            assert.match(text.stderr, new RegExp(`--signer ${signer}:m/44h/60h/2h/0/0\n`));
            assert.deepEqual(device.pages, []);
        });

        test('one family, one path', async (t) => {
            const { device, at, address } = await plugIn(t, {});
            const { accounts } = await ok([...address, '--family', 'legacy'], { cwd: dir });
            assert.deepEqual(
                accounts.map(({ path }) => path),
                [0, 1, 2, 3, 4].map(paths.legacy),
            );
            const path = paths.bip44(7);
            const one = ['device', 'address', '--signer', `${signer}:${path}`, ...at];
            const { stdout, stderr } = await run(one, { cwd: dir });
            assert.equal(stdout, `${path}   ${addressAt(path)}\n`);
            assert.match(stderr, /owners are not marked: no countersign.yaml/);
            assert.deepEqual(device.pages, []);
        });

        test('is asked to show an account, and says yes or no', async (t) => {
            const { device, address } = await plugIn(t, {});
            const cwd = home([addressAt(DEFAULT)]);
            const yes = await run([...address, '--confirm'], { cwd });
            assert.equal(yes.code, 0, yes.stderr);
            assert.match(yes.stdout, new RegExp(`${addressAt(DEFAULT)}  owner\nconfirmed`));
            const shown = device.screens.replaceAll(/\s/g, '');
            assert.ok(shown.includes(addressAt(DEFAULT)), device.screens);
            await device.set({ person: refusing });
            const no = await run([...address, '--confirm'], { cwd });
            assert.equal(no.code, 3, no.stderr);
            assert.doesNotMatch(no.stdout, /confirmed/);
        });

        test('a Ctrl-C while it shows the account', async (t) => {
            const { device, address } = await plugIn(t, { person: pausingAt(0) });
            const child = spawnProgram([...address, '--confirm'], {
                cwd: home([addressAt(DEFAULT)]),
            });
            await until(() => device.pages.length > 0);
            child.kill('SIGINT');
            const { code, stderr } = await child.answer;
            assert.equal(code, 3, stderr);
            assert.match(stderr, /error: interrupted/);
            // whoever comes next is not confused by it
            await device.set({ person: () => 'yes' });
            const { accounts } = await ok([...address, '--count', '1'], { cwd: dir });
            assert.equal(accounts[0].address, addressAt(DEFAULT));
        });

        /** A proposal in a directory of its own, and how to sign it with the device. */
        async function proposal(at, owner) {
            const cwd = home([owner]);
            const remove = ['remove-compose-hash', '0x' + '0'.repeat(63) + '1', '--nonce', '7'];
            const options = { cwd, env: { XDG_STATE_HOME: join(cwd, 'state') } };
            acceptProfile(join(cwd, 'countersign.yaml'), options.env);
            const { safeTxHash } = await ok(['propose', ...remove, '--out', 'p.json'], options);
            const read = () => readFileSync(join(cwd, 'p.json'), 'utf8');
            const digits = [QUESTION.sign, safeTxHash.slice(-8)];
            const sign = (...answers) =>
                runOnTerminal(['sign', 'p.json', '--signer', signer, ...at], answers, options);
            return { cwd, read, digits, sign };
        }

        test('a Ctrl-C in front of it, or a no on it, leaves the proposal as it was', async (t) => {
            const { device, at } = await plugIn(t, {});
            const { cwd, read, digits, sign } = await proposal(at, addressAt(DEFAULT));
            const before = read();
            const refusals = [
                [pausingAt(0), [[QUESTION.sign, '\x03']], /interrupted/],
                [pausingAt(0), [digits, ['countersign: ', '\x03']], /interrupted/],
                [pausingAt(1), [digits, ['countersign: ', '\x03']], /interrupted/],
                [refusing, [digits], /error: /],
            ];
            for (const [person, answers, words] of refusals) {
                await device.set({ person });
                const { code, stdout } = await sign(...answers);
                assert.equal(code, 3, stdout);
                assert.match(stdout, words);
                assert.equal(read(), before);
                // the journal was tried before the question; nothing may be in it
                const state = join(cwd, 'state', 'countersign');
                for (const name of readdirSync(state).filter((n) => n.startsWith('signed')))
                    assert.equal(readFileSync(join(state, name), 'utf8'), '', name);
            }
            await device.set({ person: thorough });
            const { code, stdout } = await sign(digits);
            assert.equal(code, 0, stdout);
            assert.equal(JSON.parse(read()).signatures[0].signer, addressAt(DEFAULT));
        });

        test('a Ctrl-C as the signature comes: saved and told, or taken back', async (t) => {
            const { device, at } = await plugIn(t, {});
            for (let i = 0; i < 16; i++) {
                const { read, digits, sign } = await proposal(at, addressAt(DEFAULT));
                const before = read();
                let press;
                const late = (...args) => {
                    setTimeout(press, i % 4);
                    return honest(...args);
                };
                const typing = (type) => {
                    press = () => type('\x03');
                    type(digits[1] + '\n');
                };
                await device.set({ sign: late });
                const { code, stdout } = await sign([digits[0], typing]);
                if (stdout.includes('saved in p.json')) {
                    assert.equal(JSON.parse(read()).signatures[0].signer, addressAt(DEFAULT));
                } else {
                    assert.equal(code, 3, stdout);
                    assert.match(stdout, /interrupted/);
                    assert.equal(read(), before);
                    assert.ok(isTakenBack(device), stdout);
                }
            }
        });

        test('an account that is no owner: how to find the one that is', async (t) => {
            const { device, at } = await plugIn(t, {});
            const { read, sign } = await proposal(at, addressAt(paths.bip44(1)));
            const { code, stdout } = await sign();
            assert.equal(code, 1, stdout);
            assert.match(stdout, new RegExp(`'countersign device address --signer ${signer}'`));
            assert.deepEqual([device.pages, JSON.parse(read()).signatures], [[], []]);
        });

        test('one that gives another account on its screen is not believed', async (t) => {
            const { device, address } = await plugIn(t, {});
            let asked = 0;
            await device.set({
                address: (path) => walletAt([...path.slice(0, -1), asked++ === 0 ? 0 : 1]).address,
            });
            const { code, stderr } = await run([...address, '--confirm'], { cwd: dir });
            assert.equal(code, 2, stderr);
        });
    });
}

test('a Trezor that refuses one of the families', async (t) => {
    const device = await Trezor.start({ model: 't', version: '2.5.3' });
    t.after(() => device.stop());
    const args = ['device', 'address', '--signer', 'trezor', '--transport', device.transport];
    const { code, stdout, stderr } = await run([...args, '--count', '2'], { cwd: dir });
    assert.equal(code, 0, stderr);
    const want = [paths.bip44(0), paths.bip44(1), paths['ledger-live'](1)];
    assert.deepEqual(stdout.match(/^m[^ ]*/gm), want);
    assert.match(stderr, /no accounts of the family legacy/);
    const alone = await run([...args, '--family', 'legacy'], { cwd: dir });
    assert.equal(alone.code, 2);
    assert.match(alone.stderr, /Forbidden key path/);
    // the first family is no family to do without
    device.isAllowed = (path) => walletAt(path).address === addressAt(DEFAULT);
    const none = await run(args, { cwd: dir });
    assert.equal(none.code, 2, none.stdout);
    assert.match(none.stderr, /Forbidden key path/);
});

test('a broken profile is not passed over', async () => {
    const cwd = mkdtempSync(join(dir, 'home-'));
    writeFileSync(join(cwd, 'countersign.yaml'), 'format: other\n');
    const args = ['device', 'address', '--signer', 'ledger', '--transport', 'tcp:127.0.0.1:1'];
    const { code, stderr } = await run(args, { cwd });
    assert.equal(code, 2);
    assert.match(stderr, /countersign.yaml/);
});
