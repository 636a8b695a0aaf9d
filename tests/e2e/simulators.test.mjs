// SPDX-License-Identifier: Apache-2.0
// The simulated devices themselves: both known vectors byte for byte, what they refuse, and that
// they end in order whatever a host does.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Signature, Transaction, concat, keccak256, recoverAddress } from 'ethers';
import { Ledger } from './device/ledger.mjs';
import { Trezor } from './device/trezor.mjs';
import {
    LedgerHost,
    PATH,
    TrezorHost,
    apdu,
    hashes,
    hashesApdu,
    pathBytes,
    trezorTx,
    txApdus,
    typedApdus,
    typedSafeTx,
} from './device/host.mjs';
import * as people from './device/person.mjs';
import { SAFE_TX, safeTx } from './safetx.mjs';
import { settle, until } from './wait.mjs';

const OWNER = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const known = (data) =>
    typedSafeTx(SAFE_TX, {
        chainId: 1n,
        verifyingContract: '0x5aFE3855358E112B5647B952709E6165e1c1eEEe',
        ...safeTx({
            to: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
            value: `${10n ** 18n}`,
            nonce: 7,
            data,
        }),
    });
// observed on app-ethereum 1.18.1 and 1.22.0, Trezor One 1.14.1 and Trezor T 2.5.3
const VECTORS = [
    {
        name: 'without data',
        typed: known('0x'),
        r: '2c71bd118f58839ca63fdd1cc4a6bdf527498c2479083bb8aeeaedbf8902ed76',
        s: '10f8d4570fc049d72a01e5626e10552c1d17dfccde52be20f21cc19f208dfdc1',
        v: '1b',
    },
    {
        name: 'with data',
        typed: known('0xa9059cbb' + '00'.repeat(64)),
        r: 'c1e4eafcdca834a17c51a5ee622fbcfd5b2d2c02d16229793f099b1589e580fe',
        s: '13fcc94a9b6047facc82fc170947d1862d8bd60600273f22e7f13549a5638205',
        v: '1c',
    },
];
const long = known('0x' + 'ab'.repeat(20_000));
const tx = (fields) =>
    Transaction.from({
        type: 2,
        chainId: 31337,
        nonce: 7,
        maxFeePerGas: 30n * 10n ** 9n,
        maxPriorityFeePerGas: 2n * 10n ** 9n,
        gasLimit: 210_000,
        to: OWNER,
        value: 10n ** 18n,
        ...fields,
    });
const legacy = (fields) => {
    const { maxFeePerGas: gasPrice, ...rest } = tx(fields).toJSON();
    const { chainId, nonce, gasLimit, to, value, data } = rest;
    return Transaction.from({ type: 0, chainId, nonce, gasPrice, gasLimit, to, value, data });
};
const transactions = [
    ['without data', tx({})],
    ['with data', tx({ value: 0n, data: '0xa9059cbb' + '00'.repeat(64) })],
    ['with 3000 bytes', tx({ data: '0x' + 'ab'.repeat(3000) })],
    ['of the old kind', legacy({})],
    ['of the old kind, with 3000 bytes', legacy({ data: '0x' + 'ab'.repeat(3000) })],
    ['that creates a contract', tx({ to: null, data: '0x' + 'ab'.repeat(30) })],
    ['on another chain', legacy({ chainId: 11155111 })],
];

const hex = (bytes) => '0x' + Buffer.from(bytes).toString('hex');
const digestOf = (typed) => keccak256(concat(['0x1901', ...hashes(typed)]));
const signerOf = (digest, { r, s, yParity }) =>
    recoverAddress(digest, Signature.from({ r, s, yParity }));
/** v r s and the status word, as hex. */
const fromLedger = (answer, base) => ({
    r: '0x' + answer.slice(2, 66),
    s: '0x' + answer.slice(66, 130),
    yParity: (parseInt(answer.slice(0, 2), 16) - base + 256) % 256,
});

function deferred() {
    const result = {};
    result.promise = new Promise((resolve) => (result.resolve = resolve));
    return result;
}

async function onLedger(t, options) {
    const ledger = await Ledger.start(options);
    const host = await LedgerHost.connect(ledger.port);
    t.after(async () => {
        host.close();
        await ledger.stop();
    });
    return { ledger, host };
}

async function onTrezor(t, options) {
    const trezor = await Trezor.start(options);
    const host = await TrezorHost.connect(trezor.port);
    t.after(async () => {
        host.close();
        await trezor.stop();
    });
    await host.call('Initialize');
    return { trezor, host };
}

describe('Ledger', () => {
    const models = [
        { version: '1.22.0', rawMessages: true },
        { version: '1.22.0', blindSigning: true },
        { version: '1.18.1', rawMessages: true },
        { version: '1.18.1', blindSigning: true },
        { version: '1.22.0', model: 'flex', rawMessages: true },
        { version: '1.10.4', blindSigning: true },
    ];
    for (const options of models)
        for (const { name, typed, r, s, v } of VECTORS)
            test(`known vector ${name}, ${JSON.stringify(options)}`, async (t) => {
                const { ledger, host } = await onLedger(t, options);
                assert.equal(await host.exchangeAll(typedApdus(typed)), `${v}${r}${s}9000`);
                if (options.blindSigning)
                    assert.equal(await host.exchange(hashesApdu(typed)), `${v}${r}${s}9000`);
                assert.deepEqual(ledger.complaints, []);
            });

    test('the pages are those of the app', async (t) => {
        const { ledger, host } = await onLedger(t, { rawMessages: true });
        await host.exchangeAll(typedApdus(VECTORS[0].typed));
        const titles = ledger.pages.map(({ title }) => title);
        assert.deepEqual(titles, [
            'Blind signing ahead',
            'Review typed message',
            'Review struct',
            'chainId',
            'verifyingContract',
            'Review struct',
            ...SAFE_TX.SafeTx.map(({ name }) => name),
            'Sign message',
        ]);
        assert.deepEqual(ledger.pages[4].lines, ['0x5aFE3855358E112B5647B952709E6165e1c1eEEe']);
    });

    test('data of 20,000 bytes', async (t) => {
        const { ledger, host } = await onLedger(t, { rawMessages: true });
        const answer = await host.exchangeAll(typedApdus(long));
        assert.equal(signerOf(digestOf(long), fromLedger(answer, 27)), OWNER);
        assert.deepEqual(ledger.complaints, []);
    });

    for (const [name, one] of transactions)
        test(`a transaction ${name}`, async (t) => {
            const { ledger, host } = await onLedger(t, { blindSigning: true });
            const answer = await host.exchangeAll(txApdus(one));
            const base = one.type === 2 ? 0 : (Number(one.chainId) * 2 + 35) % 256;
            assert.equal(signerOf(one.unsignedHash, fromLedger(answer, base)), OWNER);
            assert.deepEqual(ledger.complaints, []);
        });

    // --- what it refuses: the request or requests, and the last answer
    const define = apdu('e01a0000', Buffer.from('EIP712Domain'));
    const full = typedApdus(VECTORS[0].typed);
    const path45 = "m/45'/60'/0'/0/0";
    const refusals = [
        ['too short', {}, Buffer.from('e006', 'hex'), '6a87'],
        ['too short, before 1.20', { version: '1.18.1' }, Buffer.from('e006', 'hex'), '6983'],
        ['Lc and data differ', {}, Buffer.from('e006000002aa', 'hex'), '6a87'],
        ['another class', {}, apdu('e1060000'), '6e00'],
        ['an unknown instruction', {}, apdu('e0ff0000'), '6d00'],
        ['P1 of an address', {}, apdu('e0020200', pathBytes()), '6b00'],
        ['P2 of a signature', {}, apdu('e00c0002', pathBytes()), '6b00'],
        ['an empty path', {}, apdu('e0020000', Buffer.from([0])), '6a80'],
        ['a path cut short', {}, apdu('e0020000', pathBytes().subarray(0, 20)), '6a80'],
        ['another family', {}, apdu('e0020000', pathBytes("m/49'/60'/0'/0/0")), '6a15'],
        ["45' before 1.21", { version: '1.20.0' }, apdu('e0020000', pathBytes(path45)), '6a15'],
        ['locked', { locked: true }, apdu('b0010000'), '5515'],
        ['on the dashboard', { app: 'BOLOS' }, apdu('e0060000'), '6d00'],
        ['in another app', { app: 'Bitcoin' }, apdu('e0060000'), '6d00'],
        ['values without definitions', {}, apdu('e01c0000', Buffer.from('SafeTx')), '6980'],
        ['hashes without blind signing', {}, hashesApdu(VECTORS[0].typed), '6a80'],
        ['the last step first', {}, apdu('e00c0001', pathBytes()), '6980'],
        ['the full flow, Nano S', { model: 'nanos', version: '1.10.4' }, define, '6d00'],
        ['the full flow, before 1.10', { version: '1.9.19' }, define, '6d00'],
        ['a field before any struct', {}, full[1], '6a80'],
        ['a struct that was not defined', {}, [define, apdu('e01c0000', Buffer.from('X'))], '6a80'],
        ['the message first', {}, [...full.slice(0, 14), full[17]], '6a00'],
        ['a definition after values', {}, [...full.slice(0, 15), define], '6a00'],
        ['a transaction goes on', {}, apdu('e0048000', Buffer.from([0xc0])), '6980'],
        [
            'an unknown type',
            {},
            apdu('e0040000', Buffer.concat([pathBytes(), Buffer.from([5])])),
            '6501',
        ],
        ['data without blind signing', {}, txApdus(tx({ data: '0xa9059cbb' })), '6a80'],
    ];
    for (const [name, options, requests, status] of refusals)
        test(`refuses: ${name}`, async (t) => {
            const { host } = await onLedger(t, options);
            assert.equal(await host.exchangeAll([requests].flat()), status);
        });

    test('without both settings the first value is refused', async (t) => {
        const { host } = await onLedger(t, {});
        const requests = typedApdus(VECTORS[0].typed);
        for (const request of requests.slice(0, 15))
            assert.equal(await host.exchange(request), '9000');
        assert.equal(await host.exchange(requests[15]), '6a80');
    });

    const value = (i) => full.findIndex((a) => a[1] === 0x1c && a[3] === 0xff) + i;
    const spoiled = [
        ['a value longer than announced', value(0), apdu('e01c00ff', [0, 1, 1, 1])],
        ['a value shorter than announced', value(0), apdu('e01c00ff', [0, 2, 1])],
        ['a value that is complete and goes on', value(0), apdu('e01c01ff', [0, 1, 1])],
        ['an address of 19 bytes', value(1), apdu('e01c00ff', [0, 19, ...Array(19).fill(1)])],
        ['a number in two parts', value(0), apdu('e01c01ff', [0, 2, 1])],
    ];
    for (const [name, i, request] of spoiled)
        test(`refuses: ${name}`, async (t) => {
            const { host } = await onLedger(t, { rawMessages: true });
            assert.equal(await host.exchangeAll([...full.slice(0, i), request]), '6a80');
        });

    test('what real firmware lets pass is noted', async (t) => {
        const { ledger, host } = await onLedger(t, { rawMessages: true });
        await host.exchangeAll([...full.slice(0, value(0)), apdu('e01c00ff', [0, 2, 0, 1])]);
        assert.deepEqual(ledger.complaints, ['chainId is not minimal']);
    });

    test('a person who refuses, on any page', async (t) => {
        const { ledger, host } = await onLedger(t, { rawMessages: true });
        await host.exchangeAll(full);
        const numPages = ledger.pages.length;
        for (let i = 0; i < numPages; i++) {
            ledger.set({ person: people.refusingAt(i) });
            assert.equal(await host.exchangeAll(full), '6985', `page ${i}`);
            assert.equal(ledger.pages.length, i + 1);
        }
        ledger.set({ version: '1.18.1' });
        for (let i = 0; i < numPages; i++) {
            ledger.set({ person: people.refusingAt(i) });
            assert.equal(await host.exchangeAll(full), '6985', `page ${i}`);
        }
    });

    test('a review that nobody waits for answers the next host', async (t) => {
        const refuse = deferred();
        const { ledger, host } = await onLedger(t, { person: () => refuse.promise });
        const again = async () => LedgerHost.connect(ledger.port);
        host.write(apdu('e0020100', pathBytes()));
        await until(() => ledger.pages.length > 0);
        const second = await again();
        refuse.resolve('no');
        assert.equal(await second.exchange(Buffer.alloc(0)), '6985');
        second.close();
    });

    test('a request during a review is answered, and the review is not', async (t) => {
        const { ledger, host } = await onLedger(t, { person: people.pausingAt(0) });
        host.write(apdu('e0020100', pathBytes()));
        await until(() => ledger.pages.length > 0);
        assert.equal(await host.exchange(apdu('e0060000')), '020116009000');
    });
});

describe('Trezor', () => {
    const models = [
        { model: 'one', version: '1.14.1' },
        { model: 't', version: '2.5.3' },
        { model: 't', version: '2.9.6' },
        { model: 'safe5', version: '2.9.6', person: people.hasty },
    ];
    const request = (options, typed) => {
        const address_n = people.parsePath(PATH);
        if (options.model !== 'one')
            return [
                'EthereumSignTypedData',
                { address_n, primary_type: 'SafeTx', metamask_v4_compat: 1 },
            ];
        const [domain_separator_hash, message_hash] = hashes(typed).map((h) =>
            Buffer.from(h.slice(2), 'hex'),
        );
        return ['EthereumSignTypedHash', { address_n, domain_separator_hash, message_hash }];
    };
    for (const options of models)
        for (const { name, typed, r, s, v } of VECTORS)
            test(`known vector ${name}, ${options.model} ${options.version}`, async (t) => {
                const { trezor, host } = await onTrezor(t, options);
                const answer = await host.converse(...request(options, typed), { typed });
                assert.equal(answer.signature?.toString('hex'), r + s + v, JSON.stringify(answer));
                assert.equal(answer.address, OWNER);
                assert.deepEqual(trezor.complaints, []);
            });
    for (const options of models)
        for (const [name, one] of transactions)
            test(`a transaction ${name}, ${options.model} ${options.version}`, async (t) => {
                const { trezor, host } = await onTrezor(t, options);
                const kind = one.type === 2 ? 'EthereumSignTxEIP1559' : 'EthereumSignTx';
                const data = Buffer.from(one.data.slice(2), 'hex');
                const answer = await host.converse(kind, trezorTx(one), { data });
                const base = one.type === 2 ? 0 : Number(one.chainId) * 2 + 35;
                const [r, s] = [answer.signature_r, answer.signature_s].map(hex);
                const yParity = answer.signature_v - base;
                assert.equal(signerOf(one.unsignedHash, { r, s, yParity }), OWNER);
                assert.deepEqual(trezor.complaints, []);
            });

    test('the pages of the One', async (t) => {
        const { trezor, host } = await onTrezor(t, { model: 'one' });
        await host.converse(...request({ model: 'one' }, VECTORS[0].typed), {});
        assert.equal(
            trezor.screens,
            [
                'Unable to show\nEIP-712 data.\nSign at your own risk.',
                'Confirm address?\nMessage signed by:\n0xf39Fd6e51aad88F6F4c\ne6aB8827279cffFb92266',
                'EIP-712 domain hash\nC03D57206AEB95BB\n2816E44CEC2AEAFF\n23AB39C410E548F0\n1CE7FE7B6AA697EC',
                'EIP-712 message hash\n61EF847DEC07CD35\nB96D5388F80E52F0\n370E9D61970C85D4\nBB0E13BADCF13F5C',
            ].join('\n\n'),
        );
    });

    test('values of more than 1024 bytes before 2.6.0', async (t) => {
        const { trezor, host } = await onTrezor(t, { model: 't', version: '2.5.3' });
        const just = known('0x' + 'ab'.repeat(1024));
        const over = known('0x' + 'ab'.repeat(1025));
        assert.ok((await host.converse(...request({}, just), { typed: just })).signature);
        const answer = await host.converse(...request({}, over), { typed: over });
        assert.deepEqual([answer.code, answer.message], [3, 'Invalid length, bigger than 1024']);
        await trezor.set({ version: '2.9.6' });
        assert.ok((await host.converse(...request({}, long), { typed: long })).signature);
    });

    test('requests in another order, and twice', async (t) => {
        const order = (paths) => [...paths].reverse().flatMap((one) => [one, one]);
        const { trezor, host } = await onTrezor(t, { model: 't', order });
        const { typed, r, s, v } = VECTORS[1];
        const answer = await host.converse(...request({}, typed), { typed });
        assert.equal(hex(answer.signature), '0x' + r + s + v);
        assert.deepEqual(trezor.complaints, []);
    });

    test('show_message_hash from 2.9.1', async (t) => {
        const { trezor, host } = await onTrezor(t, { model: 't', version: '2.9.6' });
        const { typed } = VECTORS[0];
        const [name, fields] = request({}, typed);
        const right = Buffer.from(hashes(typed)[1].slice(2), 'hex');
        const shown = await host.converse(name, { ...fields, show_message_hash: right }, { typed });
        assert.ok(shown.signature);
        assert.ok(trezor.screens.includes(`Confirm message hash\n${hashes(typed)[1]}`));
        const wrong = { ...fields, show_message_hash: Buffer.alloc(32) };
        const answer = await host.converse(name, wrong, { typed });
        assert.equal(answer.message, 'Message hash mismatch');
    });

    const address_n = people.parsePath(PATH);
    const forbidden = { address_n: people.parsePath("m/49'/60'/0'/0/0") };
    const noData = trezorTx(tx({}));
    const refusals = [
        ['another family', 'one', {}, 'EthereumGetAddress', forbidden, 3],
        ['another family', 't', {}, 'EthereumGetAddress', forbidden, 3],
        ['typed data', 'one', {}, 'EthereumSignTypedData', { address_n, primary_type: 'X' }, 1],
        [
            'hashes',
            't',
            {},
            'EthereumSignTypedHash',
            { address_n, domain_separator_hash: Buffer.alloc(32) },
            1,
        ],
        [
            'a short hash',
            'one',
            {},
            'EthereumSignTypedHash',
            { address_n, domain_separator_hash: Buffer.alloc(31) },
            3,
        ],
        ['an answer to nothing', 't', {}, 'ButtonAck', {}, 1],
        ['nothing to cancel', 't', {}, 'Cancel', {}, 4],
        ['a message without its fields', 't', {}, 'EthereumSignTypedData', {}, 3],
        ['not set up', 'one', { isInitialized: false }, 'EthereumGetAddress', { address_n }, 11],
        ['not set up', 't', { isInitialized: false }, 'EthereumGetAddress', { address_n }, 11],
        ['the bootloader', 't', { bootloader: true }, 'EthereumGetAddress', { address_n }, 1],
        ['THP only', 'safe7', {}, 'GetFeatures', {}, 17],
        ['chain id 0', 't', {}, 'EthereumSignTxEIP1559', { ...noData, chain_id: 0 }, 3],
        [
            'a fee too large',
            't',
            {},
            'EthereumSignTxEIP1559',
            { ...noData, max_gas_fee: Buffer.alloc(30, 1) },
            3,
        ],
        ['half an address', 'one', {}, 'EthereumSignTxEIP1559', { ...noData, to: '0x5aFE' }, 3],
    ];
    for (const [name, model, options, message, fields, code] of refusals)
        test(`refuses: ${name}, ${model}`, async (t) => {
            const { host } = await onTrezor(t, { model, ...options });
            const answer = await host.converse(message, fields);
            assert.deepEqual([answer.kind, answer.code], ['Failure', code]);
        });

    test('a PIN, typed by position', async (t) => {
        const { trezor, host } = await onTrezor(t, { model: 'one', pin: '1234' });
        const get = () => host.call('EthereumGetAddress', { address_n });
        assert.equal((await get()).kind, 'PinMatrixRequest');
        // the keypad that was recorded: 842 / 769 / 531 from the top
        assert.equal(trezor.positions('1234'), '3928');
        assert.equal((await host.call('PinMatrixAck', { pin: '7777' })).code, 7);
        assert.equal((await get()).kind, 'PinMatrixRequest');
        assert.equal((await host.call('PinMatrixAck', { pin: '3928' })).address, OWNER);
        assert.equal((await get()).address, OWNER);
        await host.call('LockDevice');
        assert.equal((await get()).kind, 'PinMatrixRequest');
        assert.equal((await host.call('Cancel')).code, 4);
    });

    for (const model of ['one', 't'])
        test(`passphrases and sessions, ${model}`, async (t) => {
            const { host } = await onTrezor(t, { model, passphraseProtection: true });
            const get = () => host.call('EthereumGetAddress', { address_n });
            const type = async (passphrase) => {
                const { session_id } = await host.call('Initialize');
                assert.equal((await get()).kind, 'PassphraseRequest');
                const { address } = await host.converse('PassphraseAck', { passphrase });
                return { session_id, address };
            };
            assert.equal((await type('')).address, OWNER);
            assert.equal((await get()).address, OWNER, 'not asked again');
            // observed on Trezor One 1.14.1
            const hidden = await type('abc');
            assert.equal(hidden.address, '0xCb8094Fd389d4935EE98954Df9827255A6Da0c2A');
            assert.equal((await type('')).address, OWNER);
            await host.call('Initialize', { session_id: hidden.session_id });
            assert.equal((await get()).address, hidden.address, 'resumed');
            await host.call('Initialize');
            await get();
            const tooLong = await host.call('PassphraseAck', { passphrase: 'p'.repeat(51) });
            assert.equal(tooLong.code, 3);
        });

    for (const options of models.slice(0, 3))
        test(`refused, and called off, on any page, ${options.model} ${options.version}`, async (t) => {
            const { typed } = VECTORS[0];
            const { trezor, host } = await onTrezor(t, options);
            const sign = (settings) =>
                host.converse(...request(options, typed), { typed, ...settings });
            await sign();
            const numPages = trezor.pages.length;
            for (let i = 0; i < numPages; i++) {
                await trezor.set({ person: people.refusingAt(i) });
                assert.equal((await sign()).code, 4, `page ${i}`);
                await trezor.set({ person: people.pausingAt(i) });
                const onButton = async () => {
                    await settle();
                    if (trezor.pages.length === i + 1) host.write('Cancel');
                };
                assert.equal((await sign({ onButton })).code, 4, `page ${i}`);
                const again = async () => {
                    await settle();
                    if (trezor.pages.length === i + 1) host.write('Initialize');
                };
                await trezor.set({ person: people.pausingAt(i) });
                assert.equal((await sign({ onButton: again })).kind, 'Features', `page ${i}`);
            }
            await trezor.set({ person: people.hasty });
            assert.ok((await sign()).signature, 'and then it works');
        });

    test('bytes that are no message', async (t) => {
        const { trezor, host } = await onTrezor(t, { model: 't' });
        host.writeRaw(Buffer.alloc(64, 0x3f));
        host.writeRaw(Buffer.alloc(10));
        assert.equal((await host.call('Ping', { message: 'x' })).message, 'x');
        assert.equal(trezor.complaints.length, 3);
    });
});
