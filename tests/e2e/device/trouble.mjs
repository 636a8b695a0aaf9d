// SPDX-License-Identifier: Apache-2.0
// What the tests of misbehaving devices share: signing that has to fail and leave nothing behind,
// and signing that has to work.
import assert from 'node:assert/strict';
import { Desk, OWNERS, by } from './desk.mjs';
import * as people from './person.mjs';

const SIGNATURE =
    '0xc1e4eafcdca834a17c51a5ee622fbcfd5b2d2c02d16229793f099b1589e580fe' +
    '13fcc94a9b6047facc82fc170947d1862d8bd60600273f22e7f13549a56382051c';
/** A path whose account is no owner. */
export const STRANGER = "m/44'/60'/0'/0/9";

/** For work that is waiting for the most part. */
export const WIDE = 24;

/** At once, but not all at once; nothing more begins after a failure. */
export async function each(items, work, width = 4) {
    const rest = [...items.entries()];
    const worker = async () => {
        for (let next = rest.shift(); next; next = rest.shift()) await work(next[1], next[0]);
    };
    const workers = Array.from({ length: width }, () =>
        worker().catch((error) => {
            rest.length = 0;
            throw error;
        }),
    );
    await Promise.all(workers);
}

/** It did not work out, and left nothing behind. */
export async function fails(
    device,
    code,
    words,
    { path, options = [], what = '', ...answers } = {},
) {
    const desk = await Desk.make();
    const before = desk.read();
    const answer = await desk.sign(by(device, path, ...options), answers);
    const said = answer.stdout.replace(/\s+/g, ' ');
    assert.ok([code].flat().includes(answer.code), `${what}: ${answer.code} ${said.slice(-600)}`);
    assert.match(said, words, what);
    assert.equal(desk.read(), before, `${what}: the proposal has changed`);
    return Object.assign(desk, { said: answer.stdout });
}

/** It is the known signature, and in the file. */
export async function works(device, { desk, path, options = [], ...answers } = {}) {
    const place = desk ?? (await Desk.make());
    const answer = await place.sign(by(device, path, ...options), answers);
    assert.equal(answer.code, 0, answer.stdout);
    assert.deepEqual(place.proposal.signatures, [
        { signer: OWNERS[0], kind: 'EOA', signature: SIGNATURE },
    ]);
    return answer.stdout;
}

export const range = (n) => Array.from({ length: n }, (_, i) => i);

export const wrongSignatures = Object.entries({
    'by another key': people.byAnotherKey,
    'of another hash': people.ofAnotherHash,
    'with a high s': people.highS,
    'with s zero': people.zeroS,
    'with the other v': people.wrongParity,
});
