// SPDX-License-Identifier: Apache-2.0
// A Trezor through Trezor Bridge.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bridge } from './device/bridge.mjs';
import { Desk, by } from './device/desk.mjs';
import * as people from './device/person.mjs';
import { until } from './wait.mjs';

async function start(t, options) {
    const trezor = await Bridge.start({ model: 't', ...options });
    t.after(() => trezor.stop());
    return trezor;
}

async function works(trezor, desk) {
    const place = desk ?? (await Desk.make());
    const { code, stdout } = await place.sign(by(trezor));
    assert.equal(code, 0, stdout);
    assert.deepEqual(trezor.complaints, []);
}

async function fails(trezor, code, words, answers) {
    const desk = await Desk.make();
    const before = desk.read();
    const answer = await desk.sign(by(trezor), answers);
    assert.equal(answer.code, code, answer.stdout);
    assert.match(answer.stdout.replace(/\s+/g, ' '), words);
    assert.equal(desk.read(), before);
    return desk;
}

for (const options of [{ model: 'one' }, { version: '2.5.3' }, { version: '2.9.6' }])
    test(`signs: ${JSON.stringify(options)}`, async (t) => works(await start(t, options)));

test('20,000 bytes of data', async (t) => {
    const trezor = await start(t, { version: '2.9.6' });
    const desk = await Desk.make();
    await desk.proposeBytes(20_000);
    await works(trezor, desk);
});

test('device list', async (t) => {
    const trezor = await start(t, { model: 'one' });
    const desk = await Desk.make();
    const args = ['device', 'list', '--transport', trezor.transport, '--json'];
    const { code, stdout, stderr } = await desk.run(args);
    assert.equal(code, 0, stderr);
    const [row] = JSON.parse(stdout).devices.filter((one) => one.transport.includes('bridge'));
    assert.deepEqual([row.version, row.state], ['firmware 1.14.1', 'ready']);
});

const bad = [
    ['another program has it', { holder: '7' }, 2, /another program holds the device/],
    ['an old Bridge', { bridgeVersion: '2.0.20' }, 2, /older than 2\.0\.25/],
    ['no hex', { tamper: () => 'zz' }, 2, /expected a message in hex/],
    ['half a message', { tamper: (text) => text.slice(0, 20) }, 2, /says that it has/],
    ['refused', { person: people.refusing }, 3, /told no/],
    ['not set up', { isInitialized: false }, 2, /not set up/],
];
for (const [name, options, code, words] of bad)
    test(`does not sign: ${name}`, async (t) => {
        const trezor = await start(t, options);
        const desk = await fails(trezor, code, words);
        trezor.hold(null);
        const sane = { bridgeVersion: '2.0.33', tamper: undefined, isInitialized: true };
        await trezor.set({ ...sane, person: people.hasty });
        await works(trezor, desk);
    });

test('nobody listens, and not on another machine', async (t) => {
    const trezor = await start(t, {});
    const gone = { transport: trezor.transport };
    await trezor.stop();
    await fails(gone, 2, /Suite or trezord/);
    const away = { transport: 'bridge:http://192.0.2.1:21325' };
    await fails(away, 2, /./);
});

test('Ctrl-C on a page', async (t) => {
    for (const n of [0, 3]) {
        const trezor = await start(t, { person: people.pausingAt(n) });
        const press = async (type) => {
            await until(() => trezor.pages.length > n);
            type('\x03');
        };
        const desk = await fails(trezor, 3, /interrupted/, { before: [['0 of owners', press]] });
        assert.equal(trezor.requests.at(-1), 'Cancel');
        await trezor.set({ person: people.hasty });
        await works(trezor, desk);
    }
});

test('another program takes the device while it asks', async (t) => {
    const person = () => {
        trezor.hold('9');
        return 'yes';
    };
    const trezor = await start(t, { person });
    const desk = await fails(trezor, 2, /ended the session.*another program took it/);
    trezor.hold(null);
    await trezor.set({ person: people.hasty });
    await works(trezor, desk);
});

test('Ctrl-C at a question of the program leaves the device free', async (t) => {
    const trezor = await start(t, {});
    const before = [['SafeTx hash to sign: ', '\x03']];
    const desk = await fails(trezor, 3, /interrupted/, { before });
    await works(trezor, desk);
});
