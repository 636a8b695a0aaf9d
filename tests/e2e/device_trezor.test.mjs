// SPDX-License-Identifier: Apache-2.0
// Everything that can go wrong between `sign` and a Trezor: the exit code and the words for it, a
// proposal that is byte for byte what it was, and a next command that works.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Desk, OWNERS, by } from './device/desk.mjs';
import * as people from './device/person.mjs';
import { encode, messageType, packets } from './device/protobuf.mjs';
import { Trezor } from './device/trezor.mjs';
import {
    STRANGER,
    WIDE,
    each,
    fails,
    range,
    works,
    wrongSignatures,
} from './device/trouble.mjs';
import { until } from './wait.mjs';

/** Ends with the test. */
async function start(t, options) {
    const trezor = await Trezor.start({ model: 't', ...options });
    t.after(() => trezor.stop());
    return trezor;
}
const message = (name, fields) => packets(messageType(name), encode(name, fields));

const reversed = (paths) => [...paths].reverse().flatMap((one) => [one, one, one]);
const stale = message('Failure', { code: 4, message: 'Cancelled' });
const good = [
    ['One', { model: 'one' }],
    ['T 2.5.3', {}],
    ['T 2.9.6', { version: '2.9.6' }],
    ['Safe 3', { model: 'safe3', version: '2.9.6' }],
    ['Safe 5', { model: 'safe5', version: '2.9.6' }],
    ['values asked for in another order, three times', { order: reversed }],
    ['a person who looks at nothing', { person: people.hasty }],
    ['a slow person', { person: people.slow(20) }],
    ['an answer left by somebody else', { stale }],
    [
        'several answers left',
        { stale: [...stale, ...message('ButtonRequest', { code: 8 }), ...stale] },
    ],
];
for (const [name, options] of good)
    test(`signs: ${name}`, async (t) => {
        const trezor = await start(t, options);
        await works(trezor);
        assert.deepEqual(trezor.complaints, []);
    });

const bad = [
    ['not set up', { isInitialized: false }, 2, /not set up/],
    ['in the bootloader', { bootloader: true }, 2, /bootloader/],
    ['Bitcoin-only firmware', { capabilities: [1] }, 2, /Ethereum/],
    ['Safe 7', { model: 'safe7', version: '2.9.6' }, 2, /Safe 7/],
    ['old firmware, One', { model: 'one', version: '1.9.4' }, 2, /1\.9\.4|update/],
    ['old firmware, T', { version: '2.4.1' }, 2, /2\.4\.1|update/],
    ['another family', {}, 2, /Forbidden key path.*m\/44'/, { path: "m/49'/60'/0'/0/0" }],
    ['not an owner', {}, 1, /neither an owner.*device address/, { path: STRANGER }],
    ['refused at once', { person: people.refusing }, 3, /told no|refused/],
    ['refused in the middle', { person: people.refusingAt(5) }, 3, /told no|refused/],
    ['refused, One', { model: 'one', person: people.refusingAt(3) }, 3, /told no|refused/],
];
for (const [name, options, code, words, how] of bad)
    test(`does not sign: ${name}`, async (t) => {
        const trezor = await start(t, options);
        const desk = await fails(trezor, code, words, how);
        if (options.model === 'safe7') return;
        const version = options.model === 'one' ? '1.14.1' : '2.5.3';
        const sane = { isInitialized: true, bootloader: false, capabilities: [1, 7], version };
        await trezor.set({ ...sane, person: people.thorough });
        await works(trezor, { desk });
    });

for (const [name, sign] of wrongSignatures)
    for (const model of ['one', 't'])
        test(`a signature ${name}, ${model}`, async (t) => {
            const trezor = await start(t, { model, sign });
            const desk = await fails(trezor, 2, /signature/);
            await trezor.set({ sign: people.honest });
            await works(trezor, { desk });
        });

test('the address of somebody else', async (t) => {
    for (const model of ['one', 't']) {
        const trezor = await start(t, { model, address: () => OWNERS[1] });
        await fails(trezor, 2, /signature|0x/);
    }
});

// --- PIN and passphrase
const PIN = { model: 'one', pin: '1234' };
const POSITIONS = 'positions (not shown): ';
test('a PIN by position, never echoed', async (t) => {
    const trezor = await start(t, PIN);
    const before = [[POSITIONS, trezor.positions('1234')]];
    const stdout = await works(trezor, { before });
    assert.ok(!stdout.includes('3928'), stdout);
    assert.ok(trezor.requests.includes('PinMatrixAck'));
});

test('a wrong PIN', async (t) => {
    const trezor = await start(t, PIN);
    const wrong = { before: [[POSITIONS, trezor.positions('4321')]] };
    const desk = await fails(trezor, 3, /PIN is wrong.*sixteenth wipes/, wrong);
    await works(trezor, { desk, before: [[POSITIONS, '3928']] });
});

test('digits that are no positions, and Ctrl-C instead of a PIN', async (t) => {
    const trezor = await start(t, PIN);
    for (const typed of ['', '1230', 'abc', '1'.repeat(51)])
        await fails(trezor, 2, /digits from 1 to 9/, { before: [[POSITIONS, typed]] });
    const press = (type) => type('\x03');
    const desk = await fails(trezor, 3, /./, { before: [[POSITIONS, press]] });
    assert.ok(!trezor.requests.includes('PinMatrixAck'));
    assert.equal(trezor.requests.at(-1), 'Cancel');
    await works(trezor, { desk, before: [[POSITIONS, '3928']] });
});

test('a PIN on the device', async (t) => {
    const trezor = await start(t, { pin: '1234' });
    assert.match(await works(trezor), /enter the PIN on the/);
    await trezor.set({ isLocked: true, person: people.refusing });
    await fails(trezor, 3, /PIN/);
});

const PASSPHRASE = 'not shown; nothing for the one without): ';
const guarded = { model: 'one', passphraseProtection: true };
test('a passphrase at the terminal', async (t) => {
    const trezor = await start(t, guarded);
    const stdout = await works(trezor, { before: [[PASSPHRASE, '']] });
    assert.equal(stdout.match(/not shown/g).length, 1, 'asked once');
    const hidden = { before: [[PASSPHRASE, 'abc']] };
    await fails(trezor, 1, /0xCb8094Fd389d4935EE98954Df9827255A6Da0c2A is neither/, hidden);
    await fails(trezor, 2, /limit of 50/, { before: [[PASSPHRASE, 'p'.repeat(51)]] });
    await fails(trezor, 2, /outside printable ASCII/, { before: [[PASSPHRASE, 'passé']] });
    const press = (type) => type('\x03');
    await fails(trezor, 3, /./, { before: [[PASSPHRASE, press]] });
    assert.equal(trezor.requests.at(-1), 'Cancel');
    await works(trezor, { before: [[PASSPHRASE, '']] });
});

test('a passphrase from a file, and on the device', async (t) => {
    const trezor = await start(t, { passphraseProtection: true, capabilities: [7, 17] });
    assert.match(await works(trezor), /enter the passphrase on the/);
    const desk = await Desk.make();
    writeFileSync(desk.path('secret'), 'abc\n', { mode: 0o600 });
    const options = ['--passphrase-file', desk.path('secret')];
    await fails(trezor, 1, /0xCb8094Fd389d4935EE98954Df9827255A6Da0c2A/, { options });
});

// --- the wire
/** How many messages get in and packets out for a whole signature. */
async function measure(t, options) {
    const trezor = await start(t, options);
    await works(trezor);
    return { messages: trezor.received, packets: trezor.sent };
}

// slow by waiting, not by work
describe('a Trezor that is gone', { concurrency: true }, () => {
    for (const options of [{ model: 'one' }, { person: people.hasty }])
        test(`no answer any more to any message, ${JSON.stringify(options.model)}`, async (t) => {
            const { messages } = await measure(t, options);
            await each(
                range(messages),
                async (cutAtMessage) => {
                    const trezor = await start(t, { ...options, cutAtMessage });
                    // nothing tells a host on UDP: the person loses patience
                    const press = async (type) => {
                        await until(() => trezor.received > cutAtMessage);
                        type('\x03');
                    };
                    const how = {
                        before: [['0 of owners', press]],
                        what: `message ${cutAtMessage}`,
                    };
                    const desk = await fails(trezor, 3, /interrupted/, how);
                    await trezor.set({});
                    if (cutAtMessage % 5 === 0) await works(trezor, { desk });
                },
                WIDE,
            );
        });

    test('a message that ends in the middle', async (t) => {
        const { packets: total } = await measure(t, { model: 'one' });
        await each(
            range(total),
            async (cutAfter) => {
                const trezor = await start(t, { model: 'one', cutAfter });
                const press = async (type) => {
                    await until(() => trezor.sent > cutAfter);
                    type('\x03');
                };
                const how = { before: [['0 of owners', press]], what: `packet ${cutAfter}` };
                await fails(trezor, 3, /interrupted/, how);
            },
            WIDE,
        );
    });
});

// --- garbled, and asking for what there is not
const whole = (make) => (packet, i, place) => (i === place ? make(packet) : packet);
const garbage = {
    'a packet of zeros': () => Buffer.alloc(64),
    'half a packet': (packet) => packet.subarray(0, 32),
    'more than a packet': (packet) => Buffer.concat([packet, packet]),
    'nothing at all': () => Buffer.alloc(0),
    'a message of 4 GB': () =>
        Buffer.from('?##\x00\x11\xff\xff\xff\xff'.padEnd(64, '\0'), 'latin1'),
    'a type that nobody knows': () => packets(999, Buffer.alloc(0)),
    'fields that end in the middle': () =>
        packets(messageType('Failure'), Buffer.from([0x12, 99, 1])),
    'numbers without an end': () => packets(messageType('Failure'), Buffer.alloc(40, 0xff)),
    'a firmware error': () => message('Failure', { code: 99, message: 'Firmware error' }),
    'a text with escape codes': () => message('Failure', { code: 99, message: '\x1b[31mtrust me' }),
};
for (const [name, make] of Object.entries(garbage))
    test(`answers with ${name}`, async (t) => {
        // of a T: Features are two packets, the address one or two, then requests
        await each(
            [0, 2, 3, 4, 5, 6, 7],
            async (place) => {
                const tamper = (packet, i) => whole(make)(packet, i, place);
                const trezor = await start(t, { person: people.hasty, tamper });
                const press = async (type) => {
                    await new Promise((resolve) => setTimeout(resolve, 1000));
                    type('\x03');
                };
                const how = { before: [['0 of owners', press]], what: `packet ${place}` };
                const desk = await fails(trezor, [2, 3], /Trezor|device|interrupted/, how);
                assert.ok(!desk.said.includes('\x1b[31m'), desk.said);
                trezor.tamper = undefined;
                await works(trezor, { desk });
            },
            WIDE,
        );
    });

const value = (type, ...path) => [{ type, path }];
const any = { data_type: 3 };
const asks = {
    'a member that is not there': value(any, 1, 10),
    'a third struct': value(any, 2, 0),
    'a member of a member': value(any, 1, 2, 0),
    'no member': value(any),
    'a struct as a value': value(any, 1),
    'a member with a huge number': value(any, 1, 2 ** 31),
};
for (const [name, paths] of Object.entries(asks))
    test(`asks for ${name}`, async (t) => {
        const trezor = await start(t, { order: () => paths });
        const desk = await fails(trezor, 2, /asks for|does not have|no such|malformed/);
        assert.ok(trezor.requests.includes('Cancel'), 'and is told that it is over');
        await trezor.set({ order: 'recorded' });
        await works(trezor, { desk });
    });

test('asks without end', async (t) => {
    const order = (paths) => Array.from({ length: 100_000 }, () => paths[0]);
    const trezor = await start(t, { order });
    const desk = await fails(trezor, 2, /more than|messages/);
    await trezor.set({ order: 'recorded' });
    await works(trezor, { desk });
});

// --- Ctrl-C
for (const options of [{ model: 'one' }, { version: '2.5.3' }, { version: '2.9.6' }])
    test(`Ctrl-C on any page: ${JSON.stringify(options)}`, async (t) => {
        const whole = await start(t, options);
        await works(whole);
        await each(range(whole.pages.length), async (n) => {
            const trezor = await start(t, { ...options, person: people.pausingAt(n) });
            const press = async (type) => {
                await until(() => trezor.pages.length === n + 1);
                type('\x03');
            };
            const how = { before: [['0 of owners', press]], what: `page ${n}` };
            const desk = await fails(trezor, 3, /interrupted/, how);
            assert.equal(trezor.requests.at(-1), 'Cancel');
            assert.equal(trezor.failures.at(-1), 4, 'the device is done');
            await trezor.set({ person: people.hasty });
            if (n % 4 === 0) await works(trezor, { desk });
        });
    });

test('the process is told to end', async (t) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
        const trezor = await start(t, { person: people.pausingAt(3) });
        const desk = await Desk.make();
        const before = desk.read();
        const args = ['device', 'address', '--confirm', ...by(trezor)];
        await trezor.set({ person: people.pausingAt(0) });
        const started = desk.start(args);
        await until(() => trezor.pages.length === 1);
        started.kill(signal);
        const { code } = await started.answer;
        assert.ok([3, signal].includes(code), `${signal}: ${code}`);
        assert.equal(trezor.requests.at(-1), 'Cancel', signal);
        assert.equal(desk.read(), before);
        await trezor.set({ person: people.hasty });
        await works(trezor, { desk });
    }
});

test('20,000 bytes of data', async (t) => {
    const trezor = await start(t, { version: '2.9.6' });
    const desk = await Desk.make();
    await desk.proposeBytes(20_000);
    const { code, stdout } = await desk.sign(by(trezor));
    assert.equal(code, 0, stdout);
    assert.deepEqual(trezor.complaints, []);
    await trezor.set({ version: '2.5.3' });
    const another = await Desk.make();
    await another.proposeBytes(1025);
    const limited = await another.sign(by(trezor));
    assert.equal(limited.code, 2, limited.stdout);
    assert.match(limited.stdout.replace(/\s+/g, ' '), /1024.*2\.6\.0/);
});
