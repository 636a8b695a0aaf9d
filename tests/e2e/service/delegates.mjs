// SPDX-License-Identifier: Apache-2.0
// Delegates: who may propose in an owner's name.
import { TypedDataEncoder } from 'ethers';
import { Answer, nonField } from './answer.mjs';
import { Fields, queryAddress } from './fields.mjs';
import { parseSignatures } from './signatures.mjs';

const DELEGATE = {
    Delegate: [
        { type: 'address', name: 'delegateAddress' },
        { type: 'uint256', name: 'totp' },
    ],
};

export class Delegates {
    #rows = [];

    constructor(service) {
        this.service = service;
        this.view = service.view;
    }

    /** Rows in force for a Safe with these owners. */
    of(safe, owners) {
        const now = this.service.timestamp();
        return this.#rows.filter(
            (row) =>
                (row.safe === null || row.safe === safe) &&
                owners.includes(row.delegator) &&
                (row.expiryDate === null || row.expiryDate > now),
        );
    }

    list(query) {
        const names = ['safe', 'delegate', 'delegator'];
        const want = Object.fromEntries(names.map((name) => [name, queryAddress(query, name)]));
        want.label = query.get('label') ?? undefined;
        if (Object.values(want).every((value) => value === undefined))
            throw nonField(400, 'At least one query param must be provided');
        const fits = (row, name) =>
            want[name] === undefined ||
            row[name] === want[name] ||
            (name === 'safe' && row.safe === null);
        return this.#rows.filter((row) => [...names, 'label'].every((name) => fits(row, name)));
    }

    /** Who signed the digests that are valid now: with or without chain id, this hour or last. */
    #signers(delegateAddress, signature) {
        const { chainId, ...without } = this.service.typedDomain;
        const signers = [];
        for (const domain of [{ ...without, chainId }, without]) {
            for (const totp of this.service.totps()) {
                const digest = TypedDataEncoder.hash(domain, DELEGATE, { delegateAddress, totp });
                const parts = parseSignatures(signature, digest);
                if (parts.length > 1)
                    throw nonField(400, 'More than one signatures detected, just one is expected');
                signers.push(...parts.map((part) => part.signer));
            }
        }
        return signers;
    }

    async add(body) {
        const f = new Fields(body, 400);
        const row = {
            safe: f.address('safe', { optional: true }),
            delegate: f.address('delegate'),
            delegator: f.address('delegator'),
            label: f.text('label', { min: 1, max: 50 }),
            expiryDate: f.futureDate('expiryDate', this.service.now()),
        };
        const signature = f.bytes('signature', { min: 65, max: 5000 });
        f.done();
        if (row.safe !== null) await this.#checkSafe(row);
        if (!this.#signers(row.delegate, signature).includes(row.delegator))
            throw nonField(400, `Signature does not match provided delegator=${row.delegator}`);
        const same = (r) =>
            r.safe === row.safe && r.delegate === row.delegate && r.delegator === row.delegator;
        this.#rows = this.#rows.filter((r) => !same(r));
        this.#rows.push(row);
        return { ...row, signature };
    }

    async #checkSafe({ safe, delegator }) {
        if (!this.view.safes.has(safe))
            throw nonField(400, `Safe=${safe} does not exist or it's still not indexed`);
        if (!(await this.view.owners(safe)).includes(delegator))
            throw nonField(400, `Provided delegator=${delegator} is not an owner of Safe=${safe}`);
    }

    async remove(delegate, body) {
        const f = new Fields(body, 400);
        const safe = f.address('safe', { optional: true });
        const delegator = f.address('delegator');
        const signature = f.bytes('signature', { min: 65, max: 5000 });
        f.done();
        const signers = this.#signers(delegate, signature);
        if (!signers.includes(delegator) && !signers.includes(delegate))
            throw nonField(400, `Signature does not match provided delegator=${delegator}`);
        const stays = (row) =>
            row.delegate !== delegate ||
            row.delegator !== delegator ||
            (safe !== null && row.safe !== safe);
        const left = this.#rows.filter(stays);
        if (left.length === this.#rows.length) throw new Answer(404);
        this.#rows = left;
    }
}
