// SPDX-License-Identifier: Apache-2.0
// `hash` against the contracts' own getTransactionHash and against ethers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { getAddress, keccak256, toUtf8Bytes } from 'ethers';
import { CHAIN_ID, Chain, SAFE_VERSIONS } from './chain.mjs';
import { ok, run } from './program.mjs';
import { domainHash, hashOnChain, messageHash, safeTx, safeTxHash } from './safetx.mjs';

let chain;
before(async () => {
    chain = await Chain.start();
});
after(() => chain?.stop());

const random = (label) => keccak256(toUtf8Bytes(`hash test ${label}`));
const number = (label, bits) => `${BigInt(random(label)) >> BigInt(256 - bits)}`;
const address = (label) => getAddress(random(label).slice(0, 42));

/** Every field takes every size over the rows; row 0 is all zero. */
function transaction(i) {
    if (i === 0) return safeTx({});
    return safeTx({
        to: address(`to ${i}`),
        value: number(`value ${i}`, (i * 37) % 257),
        data:
            '0x' +
            random(`data ${i}`)
                .slice(2)
                .repeat(8)
                .slice(0, ((i * 7) % 257) * 2),
        operation: i % 2,
        safeTxGas: number(`safeTxGas ${i}`, (i * 11) % 257),
        baseGas: number(`baseGas ${i}`, (i * 13) % 257),
        gasPrice: number(`gasPrice ${i}`, (i * 17) % 257),
        gasToken: address(`gasToken ${i}`),
        refundReceiver: address(`refundReceiver ${i}`),
        nonce: number(`nonce ${i}`, (i * 5) % 257),
    });
}

const flat = (safe, version, tx) => ({
    chainId: `${CHAIN_ID}`,
    safe,
    version,
    ...tx,
    nonce: `${tx.nonce}`,
});

for (const version of SAFE_VERSIONS) {
    test(`hash agrees with Safe ${version} and with ethers`, async () => {
        const safe = await chain.makeSafe(version);
        const rows = Array.from({ length: 40 }, (_, i) => transaction(i));
        const input = rows.map((tx) => JSON.stringify(flat(safe, version, tx)) + '\n').join('');
        const { code, stdout, stderr } = await run(['hash', '--lines', '-'], { input });
        assert.equal(code, 0, stderr);
        const answers = stdout.trimEnd().split('\n').map(JSON.parse);
        assert.equal(answers.length, rows.length);
        for (const [i, tx] of rows.entries()) {
            const want = await hashOnChain(chain, safe, tx);
            assert.equal(want, safeTxHash(safe, tx));
            assert.equal(answers[i].safeTxHash, want, `row ${i}`);
            assert.equal(answers[i].domainHash, domainHash(safe), `row ${i}`);
            assert.equal(answers[i].messageHash, messageHash(tx), `row ${i}`);
        }
        const one = await ok(['hash', '-'], {
            input: JSON.stringify(flat(safe, version, rows[7])),
        });
        assert.equal(one.safeTxHash, answers[7].safeTxHash);
    });
}
