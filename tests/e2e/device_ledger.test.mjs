// SPDX-License-Identifier: Apache-2.0
// Everything that can go wrong between `sign` and a Ledger: the exit code and the words for it, a
// proposal that is byte for byte what it was, and a next command that works.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from './device/ledger.mjs';
import * as people from './device/person.mjs';
import { STRANGER, each, fails, works, wrongSignatures } from './device/trouble.mjs';
import { settle, until } from './wait.mjs';

/** Ends with the test. */
async function start(t, options) {
    const ledger = await Ledger.start({ rawMessages: true, ...options });
    t.after(() => ledger.stop());
    return ledger;
}

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
    ['hashes, blind signing off', {}, 2, /switch on Blind signing/, { options: ['--hash-mode'] }],
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
    'another status word': (b) => Buffer.concat([b.subarray(0, -2), Buffer.from('6f42', 'hex')]),
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
