// SPDX-License-Identifier: Apache-2.0
// Everything that can go wrong between `sign` and a device: the exit code and the words for it, a
// proposal that is byte for byte what it was, and a next command that works.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Desk, OWNERS, by } from './device/desk.mjs';
import { Ledger } from './device/ledger.mjs';
import { encode, messageType, packets } from './device/protobuf.mjs';
import { Trezor } from './device/trezor.mjs';
import * as people from './device/person.mjs';

const SIGNATURE =
    '0xc1e4eafcdca834a17c51a5ee622fbcfd5b2d2c02d16229793f099b1589e580fe' +
    '13fcc94a9b6047facc82fc170947d1862d8bd60600273f22e7f13549a56382051c';
const STRANGER = "m/44'/60'/0'/0/9";

/** For work that is waiting for the most part. */
const WIDE = 24;
/** At once, but not all at once. */
async function each(items, work, width = 4) {
    const rest = [...items.entries()];
    const worker = async () => {
        for (let next = rest.shift(); next; next = rest.shift()) await work(next[1], next[0]);
    };
    await Promise.all(Array.from({ length: width }, worker));
}

/** It did not work out, and left nothing behind. */
async function fails(device, code, words, { path, options = [], what = '', ...answers } = {}) {
    const desk = await Desk.make();
    const before = desk.read();
    const answer = await desk.sign(by(device, path, ...options), answers);
    const said = answer.stdout.replace(/\s+/g, ' ');
    assert.ok([code].flat().includes(answer.code), `${what}: ${answer.code} ${said.slice(-600)}`);
    assert.match(said, words, what);
    assert.equal(desk.read(), before, `${what}: the proposal has changed`);
    return Object.assign(desk, { said: answer.stdout });
}

async function works(device, { desk, path, options = [], ...answers } = {}) {
    const place = desk ?? (await Desk.make());
    const answer = await place.sign(by(device, path, ...options), answers);
    assert.equal(answer.code, 0, answer.stdout);
    assert.deepEqual(place.proposal.signatures, [
        { signer: OWNERS[0], kind: 'EOA', signature: SIGNATURE },
    ]);
    return answer.stdout;
}

const range = (n) => Array.from({ length: n }, (_, i) => i);
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));
async function until(condition) {
    while (!condition()) await settle();
}

const wrongSignatures = Object.entries({
    'by another key': people.byAnotherKey,
    'of another hash': people.ofAnotherHash,
    'with a high s': people.highS,
    'with s zero': people.zeroS,
    'with the other v': people.wrongParity,
});

describe('Ledger', () => {
    const start = async (t, options) => {
        const ledger = await Ledger.start({ rawMessages: true, ...options });
        t.after(() => ledger.stop());
        return ledger;
    };

    const good = [
        ['raw messages', {}],
        ['blind signing', { rawMessages: false, blindSigning: true }],
        ['Flex', { model: 'flex' }],
        ['1.18', { version: '1.18.1' }],
        ['hash mode', { blindSigning: true }, ['--hash-mode']],
        ['1.9, which knows hashes alone', { version: '1.9.19', blindSigning: true }],
        ['an answer left by somebody else', { stale: Buffer.from('000000006985', 'hex') }],
        ['an answer left, with data', { stale: Buffer.from('00000003aabbcc9000', 'hex') }],
        ['a slow person', { person: people.slow(30) }],
        ['a name of the app that is not done', { version: '1.23.0' }],
    ];
    for (const [name, options, args = []] of good)
        test(`signs: ${name}`, async (t) => {
            const ledger = await start(t, options);
            await works(ledger, { options: args });
            assert.deepEqual(ledger.complaints, []);
        });

    const settings = /switch on Raw messages/;
    const bad = [
        ['locked', { locked: true }, 2, /locked/],
        ['on the dashboard', { app: 'BOLOS' }, 2, /no app is open/],
        ['another app', { app: 'Bitcoin' }, 2, /'Bitcoin'.*open the Ethereum app/],
        ['an old app', { version: '1.8.0' }, 2, /1\.8\.0, needed is 1\.9\.0/],
        ['a version that is none', { version: '1.x' }, 2, /unknown version '1\.x'/],
        ['both settings off', { rawMessages: false }, 2, settings],
        ['both off, Flex', { rawMessages: false, model: 'flex' }, 2, settings],
        ['both off, 1.18', { rawMessages: false, version: '1.18.1' }, 2, settings],
        [
            'hashes, blind signing off',
            {},
            2,
            /switch on Blind signing/,
            { options: ['--hash-mode'] },
        ],
        ['Nano S', { model: 'nanos', version: '1.10.4' }, 2, /--hash-mode/],
        ['another family', {}, 2, /refuses this derivation path/, { path: "m/49'/60'/0'/0/0" }],
        ['not an owner', {}, 1, /neither an owner.*device address/, { path: STRANGER }],
        ['refused at once', { person: people.refusing }, 3, /refused on the Ledger/],
        ['refused in the middle', { person: people.refusingAt(6) }, 3, /refused on the Ledger/],
        ['refused, 1.18', { version: '1.18.1', person: people.refusingAt(4) }, 3, /refused/],
        [
            'the address of somebody else',
            { address: () => '0x5aFE3855358E112B5647B952709E6165e1c1eEEe' },
            2,
            /reports the address/,
        ],
    ];
    for (const [name, options, code, words, how] of bad)
        test(`does not sign: ${name}`, async (t) => {
            const ledger = await start(t, options);
            const desk = await fails(ledger, code, words, how);
            const sane = { locked: false, app: 'Ethereum', version: '1.22.0', model: 'nanosp' };
            const address = (path) => people.walletAt(path).address;
            ledger.set({ ...sane, rawMessages: true, person: people.thorough, address });
            await works(ledger, { desk });
        });

    for (const [name, sign] of wrongSignatures)
        for (const mode of [{ rawMessages: true }, { blindSigning: true }])
            test(`a signature ${name}, ${JSON.stringify(mode)}`, async (t) => {
                const ledger = await start(t, { rawMessages: false, sign, ...mode });
                const options = mode.blindSigning ? ['--hash-mode'] : [];
                const desk = await fails(ledger, 2, /signature/, { options });
                ledger.set({ sign: people.honest, rawMessages: true });
                await works(ledger, { desk });
            });

    // --- the wire
    /** How many answers and bytes a whole signature takes. */
    async function measure(t) {
        const sizes = [];
        const ledger = await start(t, { tamper: (bytes) => (sizes.push(bytes.length), bytes) });
        await works(ledger);
        return sizes;
    }

    test('the cable is pulled at any request', async (t) => {
        const sizes = await measure(t);
        await each(sizes, async (_, i) => {
            const ledger = await start(t, { cutAtRequest: i });
            const desk = await fails(ledger, 2, /closed the connection/, { what: `request ${i}` });
            ledger.set({ cutAtRequest: Infinity });
            if (i % 8 === 0) await works(ledger, { desk });
        });
    });

    test('the cable is pulled at any byte', async (t) => {
        const sizes = await measure(t);
        const positions = [];
        let begin = 0;
        // the first three answers and the signature byte by byte, of the others the edges
        for (const [i, size] of sizes.entries()) {
            const isLong = i < 3 || i === sizes.length - 1;
            const step = isLong ? (size > 40 ? 7 : 3) : 5;
            for (let at = 0; at < size; at += step) positions.push(begin + at);
            if (isLong) positions.push(begin + size - 1);
            begin += size;
        }
        await each(positions, async (cutAfter) => {
            const ledger = await start(t, { cutAfter });
            await fails(ledger, 2, /closed the connection/, { what: `byte ${cutAfter}` });
        });
    });

    const garbage = {
        'a length that is too large': () => Buffer.from('ffffffff', 'hex'),
        'a little too large': (b) => Buffer.concat([Buffer.from([0, 0, 1, 3]), b.subarray(4)]),
        'another status word': (b) =>
            Buffer.concat([b.subarray(0, -2), Buffer.from('6f42', 'hex')]),
        'a refusal': () => Buffer.from('000000006985', 'hex'),
        'data that nobody asked for': () => Buffer.from('00000003aabbcc9000', 'hex'),
        'a signature too early': () =>
            Buffer.concat([
                Buffer.from([0, 0, 0, 65]),
                Buffer.alloc(65, 1),
                Buffer.from('9000', 'hex'),
            ]),
    };
    for (const [name, make] of Object.entries(garbage))
        test(`answers with ${name}`, async (t) => {
            const { length } = await measure(t);
            const places = [0, 1, 2, 4, 8, 18, length - 2, length - 1];
            await each(places, async (place) => {
                const tamper = (bytes, i) => (i === place ? make(bytes) : bytes);
                const ledger = await start(t, { tamper });
                const code = name === 'a refusal' ? 3 : 2;
                await fails(ledger, code, /Ledger|device|signature/, { what: `answer ${place}` });
                ledger.set({ tamper: undefined });
                await works(ledger);
            });
        });

    test('Ctrl-C while the person looks', async (t) => {
        for (const version of ['1.22.0', '1.18.1']) {
            const ledger = await start(t, { version, person: people.pausingAt(5) });
            const press = async (type) => {
                await until(() => ledger.pages.length === 6);
                type('\x03');
            };
            const after = [['the Ledger shows', press]];
            const desk = await fails(ledger, 3, /interrupted.*taken back from the screen/, {
                after,
            });
            ledger.set({ person: people.thorough });
            await works(ledger, { desk });
        }
    });

    test('Ctrl-C, and the person refuses before the next command', async (t) => {
        let refuse;
        const person = (page, i) => (i === 3 ? new Promise((r) => (refuse = r)) : 'yes');
        const ledger = await start(t, { person });
        const press = async (type) => {
            await until(() => refuse !== undefined);
            type('\x03');
        };
        const after = [['the Ledger shows', press]];
        const desk = await fails(ledger, 3, /interrupted/, { after });
        refuse('no');
        await settle();
        ledger.set({ person: people.thorough });
        await works(ledger, { desk });
    });
});

describe('Trezor', () => {
    const start = async (t, options) => {
        const trezor = await Trezor.start({ model: 't', ...options });
        t.after(() => trezor.stop());
        return trezor;
    };
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
        await fails(trezor, 2, /outside ASCII/, { before: [[PASSPHRASE, 'passé']] });
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

    for (const options of [{ model: 'one' }, { person: people.hasty }])
        test(`no answer any more to any message, ${JSON.stringify(options.model)}`, async (t) => {
            const { messages } = await measure(t, options);
            // slow by waiting, not by work
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
        'a text with escape codes': () =>
            message('Failure', { code: 99, message: '\x1b[31mtrust me' }),
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
            const ended = desk.start(args);
            await until(() => trezor.pages.length === 1);
            ended.child.kill(signal);
            const { code } = await ended.answer;
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
});
