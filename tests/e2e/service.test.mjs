// SPDX-License-Identifier: Apache-2.0
// The stand-in for the Safe Transaction Service, tried with the client that people really use.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import SafeApiKit from '@safe-global/api-kit';
import { CHAIN_ID, Chain, delegate, outsider, owners } from './chain.mjs';
import {
    ethSignSafeTx,
    execData,
    safeTx,
    safeTxHash,
    signAndExecute,
    signSafeTx,
} from './safetx.mjs';
import { Rpc } from './rpc.mjs';
import { Service } from './service/server.mjs';

const [alice, bob, carol] = owners;
const TO = '0x4C073a92B1C8Fb55313102Ab412fb7F1704bcBdD';
let chain;
let service;
let safe;
let kit;
let nonce = 0;

before(async () => {
    chain = await Chain.start();
    safe = await chain.makeSafe('1.4.1');
    service = await Service.start({ rpc: chain.rpc, chainId: CHAIN_ID });
    kit = client();
});
after(async () => {
    await service?.stop();
    await chain?.stop();
});

const client = (options = {}) =>
    new SafeApiKit({ chainId: BigInt(CHAIN_ID), txServiceUrl: `${service.url}/api`, ...options });

/** A fresh transaction, so that tests do not meet each other. */
const fresh = (fields = {}) => safeTx({ to: TO, data: '0x1234', nonce: nonce++, ...fields });

async function proposal(tx, wallet, change = {}) {
    return {
        safeAddress: safe,
        safeTransactionData: tx,
        safeTxHash: safeTxHash(safe, tx),
        senderAddress: wallet.address,
        senderSignature: await signSafeTx(wallet, safe, tx),
        ...change,
    };
}

async function propose(tx, wallet, change) {
    await kit.proposeTransaction(await proposal(tx, wallet, change));
    return safeTxHash(safe, tx);
}

/** The promise fails with that status, and its body says text. */
async function refuses(promise, status, text) {
    const error = await promise.then(
        () => assert.fail('was accepted'),
        (e) => e,
    );
    assert.equal(error.statusCode, status, `${error.message}`);
    assert.ok(JSON.stringify(error.data ?? null).includes(text), JSON.stringify(error.data));
}

async function http(method, path, body) {
    const headers = { 'content-type': 'application/json' };
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const r = await fetch(service.url + path, { method, headers, body: text, redirect: 'manual' });
    const answer = await r.text();
    return { status: r.status, headers: r.headers, text: answer, json: () => JSON.parse(answer) };
}

const asWalletClient = (wallet) => ({
    signTypedData: ({ domain, types, message }) => wallet.signTypedData(domain, types, message),
});

// --- reading
test('about, on the expected chain', async () => {
    assert.equal((await kit.getServiceInfo()).name, 'Safe Transaction Service');
    const rpc = await http('GET', '/api/v1/about/ethereum-rpc/');
    assert.equal(rpc.json().chain_id, CHAIN_ID);
});

test('Safe info is read from the chain; an unknown Safe is an empty 404', async () => {
    const info = await kit.getSafeInfo(safe);
    assert.equal(info.nonce, '0');
    assert.equal(info.threshold, 2);
    assert.equal(info.version, '1.4.1');
    assert.deepEqual(
        info.owners,
        owners.map((w) => w.address),
    );
    assert.deepEqual((await kit.getSafesByOwner(alice.address)).safes, [safe]);
    const unknown = await http('GET', `/api/v1/safes/${TO}/`);
    assert.deepEqual([unknown.status, unknown.text], [404, '']);
});

test('an address in lower case is refused with code 1', async () => {
    const answer = await http('GET', `/api/v1/safes/${safe.toLowerCase()}/`);
    assert.equal(answer.status, 422);
    assert.deepEqual(answer.json(), {
        code: 1,
        message: 'Checksum address validation failed',
        arguments: [safe.toLowerCase()],
    });
});

// --- proposing
test('propose, confirm and list', async () => {
    const tx = fresh();
    const hash = await propose(tx, alice, { origin: 'countersign' });
    const posted = service.requests.at(-1);
    assert.equal(posted.url, `/api/v2/safes/${safe}/multisig-transactions/`);
    await kit.confirmTransaction(hash, await ethSignSafeTx(bob, safe, tx));
    const shown = await kit.getTransaction(hash);
    assert.deepEqual(
        shown.confirmations.map((c) => [c.owner, c.signatureType]),
        [
            [alice.address, 'EOA'],
            [bob.address, 'ETH_SIGN'],
        ],
    );
    assert.equal(shown.nonce, `${tx.nonce}`);
    assert.equal(shown.safeTxGas, '0');
    assert.equal(shown.confirmationsRequired, 2);
    assert.equal(shown.origin, 'countersign');
    assert.equal(shown.signatures, null);
    assert.equal((await kit.getTransactionConfirmations(hash)).count, 2);
    const pending = await kit.getPendingTransactions(safe);
    assert.ok(pending.results.some((row) => row.safeTxHash === hash));
    assert.equal(await kit.getNextNonce(safe), `${tx.nonce + 1}`);
});

test('the answer to a proposal is 201 with an empty body, also when repeated', async () => {
    const tx = fresh();
    const {
        safeTransactionData,
        safeTxHash: hash,
        senderAddress,
        senderSignature,
    } = await proposal(tx, alice);
    const body = {
        ...safeTransactionData,
        contractTransactionHash: hash,
        sender: senderAddress,
        signature: senderSignature,
    };
    const path = `/api/v2/safes/${safe}/multisig-transactions/`;
    for (const attempt of [1, 2]) {
        const answer = await http('POST', path, body);
        assert.deepEqual([answer.status, answer.text], [201, ''], `attempt ${attempt}`);
    }
    assert.equal((await kit.getTransaction(hash)).confirmations.length, 1);
});

test('version 1 shows numbers where version 2 shows strings', async () => {
    const tx = fresh();
    const hash = await propose(tx, alice);
    const [one, two] = await Promise.all(
        [1, 2].map(async (v) =>
            (await http('GET', `/api/v${v}/multisig-transactions/${hash}/`)).json(),
        ),
    );
    assert.deepEqual([one.nonce, one.safeTxGas, one.baseGas], [tx.nonce, 0, 0]);
    assert.deepEqual([two.nonce, two.safeTxGas, two.baseGas], [`${tx.nonce}`, '0', '0']);
});

test('proposals that are refused', async () => {
    const tx = fresh();
    const other = fresh();
    const cut = (await signSafeTx(alice, safe, tx)).slice(0, -2);
    const cases = [
        [{ safeTransactionData: { ...tx, to: TO.toLowerCase() } }, 'is not checksumed'],
        [{ safeTransactionData: { ...tx, operation: 2 } }, 'Unknown operation'],
        [{ safeTransactionData: { ...tx, value: '-1' } }, 'greater than or equal to 0'],
        [{ safeTxHash: undefined }, 'This field is required.'],
        [
            { safeTxHash: safeTxHash(safe, other) },
            `Contract-transaction-hash=${safeTxHash(safe, tx)}`,
        ],
        [{ senderSignature: cut }, 'at least 65 hexadecimal chars'],
        [{ senderSignature: '0xzz' }, 'is not a hexadecimal value.'],
        [{ origin: 'x'.repeat(201) }, 'no more than 200 characters'],
        [
            { senderAddress: outsider.address },
            `Sender=${outsider.address} is not an owner or delegate`,
        ],
        [
            { senderSignature: await signSafeTx(outsider, safe, tx) },
            `Signer=${outsider.address} is not an owner or delegate`,
        ],
        [{ senderSignature: await signSafeTx(alice, safe, other) }, 'is not an owner or delegate'],
        [{ senderAddress: bob.address }, `Signature does not match sender=${bob.address}`],
    ];
    for (const [change, text] of cases)
        await refuses(kit.proposeTransaction(await proposal(tx, alice, change)), 422, text);
    const broken = await http('POST', `/api/v2/safes/${safe}/multisig-transactions/`, '{"to":');
    assert.equal(broken.status, 400);
    assert.match(broken.json().detail, /^JSON parse error - /);
});

test('an address without a Safe has no owners', async () => {
    const tx = fresh();
    const change = { safeAddress: TO, safeTxHash: safeTxHash(TO, tx) };
    await refuses(
        kit.proposeTransaction(await proposal(tx, alice, change)),
        422,
        `Could not get Safe ${TO} owners from blockchain`,
    );
});

test('without a signature a transaction is hidden until an owner confirms it', async () => {
    const tx = fresh();
    const { safeTransactionData, safeTxHash: hash } = await proposal(tx, alice);
    const path = `/api/v2/safes/${safe}/multisig-transactions/`;
    const body = { ...safeTransactionData, contractTransactionHash: hash, sender: alice.address };
    assert.equal((await http('POST', path, body)).status, 201);
    const listed = async (query) =>
        (await http('GET', `${path}?nonce=${tx.nonce}${query}`)).json().count;
    assert.deepEqual([await listed(''), await listed('&trusted=false')], [0, 1]);
    assert.equal((await kit.getTransaction(hash)).trusted, false);
    await kit.confirmTransaction(hash, await signSafeTx(bob, safe, tx));
    assert.equal(await listed(''), 1);
});

// --- confirming
test('confirmations that are refused, and one that changes nothing', async () => {
    const tx = fresh();
    const hash = await propose(tx, alice);
    const signature = await signSafeTx(bob, safe, tx);
    const strange = await signSafeTx(outsider, safe, tx);
    await refuses(
        kit.confirmTransaction(hash, strange),
        400,
        `Signer=${outsider.address} is not an owner`,
    );
    await refuses(kit.confirmTransaction(hash, '0x12'), 400, 'at least 65 hexadecimal chars');
    await refuses(
        kit.confirmTransaction(hash, signature + signature.slice(2)),
        400,
        'is duplicated',
    );
    const contract =
        '0x' +
        carol.address.slice(2).padStart(64, '0') +
        '41'.padStart(64, '0') +
        '00' +
        '00'.repeat(32);
    await refuses(
        kit.confirmTransaction(hash, contract),
        400,
        `for owner=${carol.address} is not valid`,
    );
    const approved = '0x' + carol.address.slice(2).padStart(64, '0') + '00'.repeat(32) + '01';
    await refuses(kit.confirmTransaction(hash, approved), 400, 'is not valid');
    const unknown = '0x' + '11'.repeat(32);
    await refuses(kit.confirmTransaction(unknown, signature), 404, 'was not found');
    assert.deepEqual(await kit.confirmTransaction(hash, signature), { signature });
    await kit.confirmTransaction(hash, signature);
    assert.equal((await kit.getTransaction(hash)).confirmations.length, 2);
    await chain.send({
        from: carol.address,
        to: safe,
        data: chain.encode(['function approveHash(bytes32)'], 'approveHash', hash),
    });
    await kit.confirmTransaction(hash, approved);
    assert.equal((await kit.getTransaction(hash)).confirmations[2].signatureType, 'APPROVED_HASH');
});

// --- listing
test('pages, filters and order', async () => {
    const first = nonce;
    for (let i = 0; i < 5; i++) await propose(fresh(), alice);
    const rival = safeTx({ to: TO, data: '0x99', nonce: first });
    await propose(rival, bob);
    const options = { nonce__gte: first };
    const all = await http(
        'GET',
        `/api/v2/safes/${safe}/multisig-transactions/?nonce__gte=${first}`,
    );
    assert.equal(all.json().count, 6);
    assert.equal(all.json().countUniqueNonce, 5);
    const nonces = all.json().results.map((row) => Number(row.nonce));
    assert.deepEqual(nonces, [first + 4, first + 3, first + 2, first + 1, first, first]);
    const query = `nonce__gte=${first}&limit=4&ordering=nonce`;
    let url = `/api/v2/safes/${safe}/multisig-transactions/?${query}`;
    const seen = [];
    while (url !== null) {
        const answer = (await http('GET', url)).json();
        seen.push(...answer.results.map((row) => Number(row.nonce)));
        url = answer.next && answer.next.slice(service.url.length);
    }
    assert.deepEqual(seen, [first, first, first + 1, first + 2, first + 3, first + 4]);
    const two = await kit.getMultisigTransactions(safe, { nonce: `${options.nonce__gte}` });
    assert.equal(two.count, 2);
    const unknown = await http('GET', `/api/v2/safes/${TO}/multisig-transactions/`);
    assert.deepEqual([unknown.status, unknown.json().count], [200, 0]);
    const missing = await http('GET', `/api/v2/multisig-transactions/${'0x' + '22'.repeat(32)}/`);
    assert.equal(missing.status, 404);
    assert.ok('detail' in missing.json());
});

// --- delegates
test('a delegate is added, proposes, cannot confirm, and is removed', async () => {
    const who = { delegateAddress: delegate.address, delegatorAddress: alice.address };
    const tx = fresh();
    await refuses(kit.proposeTransaction(await proposal(tx, delegate)), 422, 'Delegates=set()');
    await kit.addSafeDelegate({
        safeAddress: safe,
        ...who,
        label: 'CI',
        signer: asWalletClient(alice),
    });
    const rows = (await kit.getSafeDelegates({ safeAddress: safe })).results;
    assert.deepEqual(rows, [
        {
            safe,
            delegate: delegate.address,
            delegator: alice.address,
            label: 'CI',
            expiryDate: null,
        },
    ]);
    const hash = await propose(tx, delegate);
    const shown = await kit.getTransaction(hash);
    assert.deepEqual(
        [shown.proposer, shown.proposedByDelegate, shown.trusted, shown.confirmations.length],
        [alice.address, delegate.address, true, 0],
    );
    const signature = await signSafeTx(delegate, safe, tx);
    await refuses(kit.confirmTransaction(hash, signature), 400, 'is not an owner');
    const both = signature + (await signSafeTx(alice, safe, tx)).slice(2);
    await refuses(
        kit.proposeTransaction(await proposal(tx, delegate, { senderSignature: both })),
        422,
        'Just one signature is expected if using delegates',
    );
    await kit.removeSafeDelegate({ ...who, signer: asWalletClient(alice) });
    assert.equal((await kit.getSafeDelegates({ safeAddress: safe })).count, 0);
    await refuses(kit.removeSafeDelegate({ ...who, signer: asWalletClient(alice) }), 404, 'null');
});

test('delegates that are refused', async () => {
    const add = (change, signer = alice) =>
        kit.addSafeDelegate({
            safeAddress: safe,
            delegateAddress: delegate.address,
            delegatorAddress: alice.address,
            label: 'CI',
            signer: asWalletClient(signer),
            ...change,
        });
    await refuses(
        add({}, bob),
        400,
        `Signature does not match provided delegator=${alice.address}`,
    );
    await refuses(
        add({ delegatorAddress: outsider.address }, outsider),
        400,
        'is not an owner of Safe',
    );
    await refuses(add({ safeAddress: TO }), 400, "does not exist or it's still not indexed");
    await refuses(add({ label: 'x'.repeat(51) }), 400, 'no more than 50 characters');
    assert.equal((await http('GET', '/api/v2/delegates/')).status, 400);
    const filter = await http('GET', `/api/v2/delegates/?safe=${safe.toLowerCase()}`);
    assert.deepEqual(
        [filter.status, filter.json()],
        [400, { safe: ['Enter a valid checksummed Ethereum Address.'] }],
    );
    await add({});
    const body = JSON.parse(service.requests.at(-1).body);
    service.advance(3600);
    assert.equal((await http('POST', '/api/v2/delegates/', body)).status, 201, 'last hour');
    service.advance(3600);
    assert.equal((await http('POST', '/api/v2/delegates/', body)).status, 400, 'two hours ago');
    service.advance(-7200);
});

// --- execution
test('what was executed is shown so, and not proposed or confirmed again', async () => {
    const target = safe; // an empty call to itself
    const tx = safeTx({ to: target, nonce: Number((await kit.getSafeInfo(safe)).nonce) });
    const hash = await propose(tx, alice);
    const receipt = await signAndExecute(chain, safe, tx, [alice, bob]);
    assert.equal(receipt.status, '0x1');
    const shown = await kit.getTransaction(hash);
    assert.deepEqual(
        [shown.isExecuted, shown.isSuccessful, shown.transactionHash],
        [true, true, receipt.transactionHash],
    );
    const signed = [];
    for (const w of [alice, bob]) signed.push([w.address, await signSafeTx(w, safe, tx)]);
    assert.ok(execData(tx, signed).includes(shown.signatures.slice(2)));
    await refuses(
        kit.proposeTransaction(await proposal(tx, bob)),
        422,
        'was already executed in tx-hash',
    );
    const rival = { ...tx, data: '0x77' };
    await refuses(
        kit.proposeTransaction(await proposal(rival, bob)),
        422,
        `Tx with nonce=${tx.nonce}`,
    );
    await refuses(
        kit.confirmTransaction(hash, await signSafeTx(bob, safe, tx)),
        400,
        'was already executed',
    );
});

// --- deleting
test('only the proposer deletes, and only what is not executed', async () => {
    const tx = fresh();
    const hash = await propose(tx, alice);
    const domain = {
        name: 'Safe Transaction Service',
        version: '1.0',
        chainId: CHAIN_ID,
        verifyingContract: safe,
    };
    const types = {
        DeleteRequest: [
            { type: 'bytes32', name: 'safeTxHash' },
            { type: 'uint256', name: 'totp' },
        ],
    };
    const remove = async (wallet) => {
        const message = { safeTxHash: hash, totp: Math.floor(Date.now() / 3_600_000) };
        const signature = await wallet.signTypedData(domain, types, message);
        return (await http('DELETE', `/api/v2/multisig-transactions/${hash}/`, { signature }))
            .status;
    };
    assert.deepEqual(
        [await remove(bob), await remove(alice), await remove(alice)],
        [400, 204, 404],
    );
});

// --- trouble
test('trouble: 401, 429, 451, 503 and a missing slash', async (t) => {
    const strict = await Service.start({ rpc: chain.rpc, chainId: CHAIN_ID, apiKey: 'KEY' });
    t.after(() => strict.stop());
    const at = { chainId: BigInt(CHAIN_ID), txServiceUrl: `${strict.url}/api` };
    await refuses(new SafeApiKit({ ...at, apiKey: 'no' }).getServiceInfo(), 401, 'null');
    assert.ok(await new SafeApiKit({ ...at, apiKey: 'KEY' }).getServiceInfo());

    const body = { detail: 'Monthly quota exceeded.' };
    service.inject({ status: 429, body, headers: { 'x-ratelimit-remaining': '0' }, count: 2 });
    await refuses(kit.getSafeInfo(safe), 429, 'Monthly quota exceeded.');
    await refuses(kit.getSafeInfo(safe), 429, 'Monthly quota exceeded.');
    assert.ok(await kit.getSafeInfo(safe));

    service.blocked.add(safe);
    await refuses(kit.getSafeInfo(safe), 451, 'Safe is unavailable for legal reasons');
    service.blocked.clear();

    const slash = await http('GET', `/api/v2/delegates?safe=${safe}`);
    assert.deepEqual(
        [slash.status, slash.headers.get('location')],
        [301, `/api/v2/delegates/?safe=${safe}`],
    );

    const tx = fresh();
    const { rpc } = service.view;
    service.view.rpc = new Rpc(1); // nobody listens there
    await refuses(kit.getSafeInfo(safe), 503, 'Problem connecting to Ethereum network');
    await refuses(
        kit.proposeTransaction(await proposal(tx, alice)),
        422,
        'Problem connecting to the ethereum node',
    );
    service.view.rpc = rpc;
});
