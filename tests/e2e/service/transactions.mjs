// SPDX-License-Identifier: Apache-2.0
// Multisig transactions: propose, confirm, list, delete.
import { TypedDataEncoder, ZeroAddress } from 'ethers';
import { SAFE_TX } from '../safetx.mjs';
import { Answer, nonField, notFound } from './answer.mjs';
import { Fields, queryAddress } from './fields.mjs';
import { parseSignatures, signatureHolds, standalone } from './signatures.mjs';

const DELETE_REQUEST = {
    DeleteRequest: [
        { type: 'bytes32', name: 'safeTxHash' },
        { type: 'uint256', name: 'totp' },
    ],
};

// Python's own way to write lists and sets of texts, as it shows in the service's messages.
const quote = (items) => items.map((s) => `'${s}'`).join(', ');
const list = (items) => `[${quote(items)}]`;
const set = (items) => (items.length === 0 ? 'set()' : `{${quote(items)}}`);

export class Transactions {
    #rows = new Map(); // safeTxHash -> row
    #pages = 0;

    constructor(service) {
        this.service = service;
        this.view = service.view;
    }

    #domain(safe) {
        return { chainId: this.service.chainId, verifyingContract: safe };
    }

    // --- propose
    async propose(safe, body) {
        const fields = this.#proposalFields(body);
        const tx = { ...fields.tx, data: fields.tx.data ?? '0x' };
        const typed = {
            ...tx,
            gasToken: tx.gasToken ?? ZeroAddress,
            refundReceiver: tx.refundReceiver ?? ZeroAddress,
        };
        const domain = this.#domain(safe);
        const hash = TypedDataEncoder.hash(domain, SAFE_TX, typed);
        const preimage = TypedDataEncoder.encode(domain, SAFE_TX, typed);
        if (hash !== fields.hash) {
            throw nonField(
                422,
                `Contract-transaction-hash=${hash} does not match provided ` +
                    `contract-tx-hash=${fields.hash}`,
            );
        }
        this.#refuseExecuted(safe, hash, tx.nonce);
        const who = await this.#authorize(safe, fields.sender);
        const parts = parseSignatures(fields.signature ?? '0x', hash);
        await this.#checkParts(safe, parts, hash, preimage, who);
        const signers = parts.map((p) => p.signer);
        if (parts.length > 0 && !signers.includes(fields.sender)) {
            throw nonField(
                422,
                `Signature does not match sender=${fields.sender}. ` +
                    `Calculated owners=${list(signers)}`,
            );
        }
        this.#store(safe, { ...typed, hash, preimage }, fields, parts, who);
    }

    #proposalFields(body) {
        const f = new Fields(body, 422);
        const tx = {
            to: f.address('to', { special: true }),
            value: f.integer('value'),
            data: f.bytes('data', { optional: true }),
            operation: f.operation('operation'),
            safeTxGas: f.integer('safeTxGas'),
            baseGas: f.integer('baseGas'),
            gasPrice: f.integer('gasPrice'),
            gasToken: f.address('gasToken', { optional: true, special: true }),
            refundReceiver: f.address('refundReceiver', { optional: true, special: true }),
            nonce: f.integer('nonce'),
        };
        const rest = {
            hash: f.bytes('contractTransactionHash', { min: 32, max: 32 }),
            sender: f.address('sender'),
            signature: f.bytes('signature', { optional: true, min: 65 }),
            origin: f.text('origin', { optional: true, max: 200 }),
        };
        f.done();
        return { tx, ...rest };
    }

    #refuseExecuted(safe, hash, nonce) {
        for (const row of this.#rows.values()) {
            if (row.safe !== safe) continue;
            const done = this.view.execution(safe, row.hash);
            if (done === undefined) continue;
            const where =
                `for safe=${safe} was already executed in ` + `tx-hash=${done.transactionHash}`;
            if (row.hash === hash) throw nonField(422, `Tx with safe-tx-hash=${hash} ${where}`);
            if (row.nonce === nonce) {
                throw nonField(
                    422,
                    `Tx with nonce=${nonce} for safe=${safe} already executed in ` +
                        `tx-hash=${done.transactionHash}`,
                );
            }
        }
    }

    async #owners(safe) {
        let owners;
        try {
            owners = await this.view.owners(safe);
        } catch (e) {
            if (e.status !== 503) throw e;
            const text = 'Problem connecting to the ethereum node, please try again later';
            throw nonField(422, text);
        }
        if (owners !== undefined) return owners;
        throw nonField(
            422,
            `Could not get Safe ${safe} owners from blockchain, check contract ` +
                `exists on network ${this.service.network}`,
        );
    }

    async #authorize(safe, sender) {
        const owners = await this.#owners(safe);
        const delegates = this.service.delegates.of(safe, owners);
        const names = [...new Set(delegates.map((row) => row.delegate))];
        if (!owners.includes(sender) && !names.includes(sender)) {
            throw nonField(
                422,
                `Sender=${sender} is not an owner or delegate. ` +
                    `Current owners=${list(owners)}. Delegates=${set(names)}`,
            );
        }
        return { owners, delegates };
    }

    async #checkParts(safe, parts, hash, preimage, { owners, delegates }) {
        const seen = new Set();
        for (const part of parts) {
            const { signer } = part;
            if (!(await signatureHolds(this.view, safe, part, hash, preimage)))
                throw nonField(422, `Signature=${part.signature} for owner=${signer} is not valid`);
            const isDelegate = delegates.some((row) => row.delegate === signer);
            if (!owners.includes(signer) && !isDelegate) {
                throw nonField(
                    422,
                    `Signer=${signer} is not an owner or delegate. ` +
                        `Current owners=${list(owners)}`,
                );
            }
            if (!owners.includes(signer) && parts.length > 1)
                throw nonField(422, 'Just one signature is expected if using delegates');
            if (seen.has(signer))
                throw nonField(422, `Signature for owner=${signer} is duplicated`);
            seen.add(signer);
        }
    }

    #store(safe, tx, fields, parts, { owners, delegates }) {
        const known = this.#rows.get(tx.hash);
        const row = known ?? this.#newRow(safe, tx, fields);
        if (known === undefined) {
            if (!owners.includes(fields.sender)) {
                row.proposer = delegates.find((d) => d.delegate === fields.sender).delegator;
                row.proposedByDelegate = fields.sender;
            }
            this.#rows.set(tx.hash, row);
        }
        if (parts.length > 0 && !row.trusted) {
            row.trusted = true;
            row.origin = fields.origin ?? '{}';
        }
        for (const part of parts.filter((p) => owners.includes(p.signer)))
            this.#confirmed(row, part);
    }

    #newRow(safe, tx, fields) {
        const now = this.service.timestamp();
        return {
            safe,
            ...tx,
            sequence: this.#rows.size,
            proposer: fields.sender,
            proposedByDelegate: null,
            origin: fields.origin ?? '{}',
            trusted: false,
            confirmations: new Map(),
            submissionDate: now,
            modified: now,
        };
    }

    #confirmed(row, part) {
        if (row.confirmations.has(part.signer)) return;
        const now = this.service.timestamp();
        row.modified = now;
        row.confirmations.set(part.signer, {
            owner: part.signer,
            submissionDate: now,
            transactionHash: null,
            signature: standalone(part),
            signatureType: part.type,
        });
    }

    // --- confirm
    async confirm(hash, body) {
        const row = this.#rows.get(hash);
        const text = `Multisig transaction with safe-tx-hash=${hash} was not found`;
        if (row === undefined) throw new Answer(404, { detail: text });
        const f = new Fields(body, 400);
        const signature = f.bytes('signature', { min: 65, max: 5000 });
        f.done();
        const refuse = (text) => new Answer(400, { signature: [text] });
        if (this.view.execution(row.safe, hash) !== undefined)
            throw refuse(`Transaction with safe-tx-hash=${hash} was already executed`);
        const owners = await this.#owners(row.safe);
        const parts = parseSignatures(signature, hash);
        const seen = new Set();
        for (const part of parts) {
            const { signer } = part;
            if (!owners.includes(signer))
                throw refuse(`Signer=${signer} is not an owner. Current owners=${list(owners)}`);
            if (!(await signatureHolds(this.view, row.safe, part, hash, row.preimage)))
                throw refuse(`Signature=${part.signature} for owner=${signer} is not valid`);
            if (seen.has(signer)) throw refuse(`Signature for owner=${signer} is duplicated`);
            seen.add(signer);
        }
        for (const part of parts) this.#confirmed(row, part);
        row.trusted = true;
        return { signature };
    }

    confirmations(hash) {
        return [...(this.#rows.get(hash)?.confirmations.values() ?? [])];
    }

    // --- read
    async get(hash, version) {
        const row = this.#rows.get(hash);
        if (row === undefined) throw notFound('MultisigTransaction');
        return this.#show(row, version);
    }

    async #show(row, version, threshold) {
        const done = this.view.execution(row.safe, row.hash);
        const number = version === 1 ? Number : String;
        const nothing = row.data === '0x';
        return {
            safe: row.safe,
            to: row.to,
            value: `${row.value}`,
            data: nothing ? null : row.data,
            operation: row.operation,
            gasToken: row.gasToken,
            safeTxGas: number(row.safeTxGas),
            baseGas: number(row.baseGas),
            gasPrice: `${row.gasPrice}`,
            refundReceiver: row.refundReceiver,
            nonce: number(row.nonce),
            executionDate: done?.executionDate ?? null,
            submissionDate: row.submissionDate,
            modified: row.modified,
            blockNumber: done?.blockNumber ?? null,
            transactionHash: done?.transactionHash ?? null,
            safeTxHash: row.hash,
            proposer: row.proposer,
            proposedByDelegate: row.proposedByDelegate,
            executor: done?.executor ?? null,
            isExecuted: done !== undefined,
            isSuccessful: done?.isSuccessful ?? null,
            ethGasPrice: done?.ethGasPrice ?? null,
            maxFeePerGas: null,
            maxPriorityFeePerGas: null,
            gasUsed: done?.gasUsed ?? null,
            fee: done?.fee ?? null,
            payment: done === undefined ? null : '0',
            origin: row.origin,
            dataDecoded: row.dataDecoded ?? null,
            confirmationsRequired: threshold ?? (await this.view.threshold(row.safe)),
            confirmations: [...row.confirmations.values()],
            trusted: row.trusted,
            signatures: done?.signatures ?? null,
        };
    }

    async list(safe, query, version) {
        const shown = [];
        const rows = [...this.#rows.values()].filter((row) => row.safe === safe);
        const threshold = rows.length > 0 ? await this.view.threshold(safe) : undefined;
        for (const row of rows) shown.push(await this.#show(row, version, threshold));
        const results = shown.filter(filterOf(query));
        shuffle(results, (this.#pages += 1));
        sort(results, this.forgetful ? 'nonce' : query.get('ordering'));
        return { results, countUniqueNonce: new Set(results.map((tx) => `${tx.nonce}`)).size };
    }

    // --- delete
    async delete(hash, body) {
        const row = this.#rows.get(hash);
        if (row === undefined) throw notFound('MultisigTransaction');
        const f = new Fields(body, 400);
        const signature = f.bytes('signature', { min: 65 });
        f.done();
        if (this.view.execution(row.safe, hash) !== undefined)
            throw nonField(400, 'Executed transactions cannot be deleted');
        const domain = { ...this.service.typedDomain, verifyingContract: row.safe };
        const digests = this.service
            .totps()
            .map((totp) =>
                TypedDataEncoder.hash(domain, DELETE_REQUEST, { safeTxHash: hash, totp }),
            );
        const parts = digests.map((digest) => parseSignatures(signature, digest));
        if (parts[0].length !== 1)
            throw nonField(400, `1 owner signature was expected, ${parts[0].length} received`);
        if (!['EOA', 'ETH_SIGN'].includes(parts[0][0].type))
            throw nonField(400, 'Only EOA and ETH_SIGN signatures are supported');
        const may = [row.proposer, row.proposedByDelegate];
        if (!parts.some(([part]) => may.includes(part.signer))) {
            throw nonField(
                400,
                'Provided signer is not the proposer or the delegate user who ' +
                    'proposed the transaction',
            );
        }
        this.#rows.delete(hash);
    }

    /** For tests: rows of one nonce have no order, whatever is asked for. */
    forgetful = false;

    /** For tests: other fields under this hash, as a lying service could answer. */
    tamper(hash, change) {
        Object.assign(this.#rows.get(hash), change);
    }
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function filterOf(query) {
    const bool = (name, otherwise) => {
        const text = query.get(name);
        return text === null ? otherwise : text.toLowerCase() === 'true';
    };
    const trusted = bool('trusted', true);
    const executed = bool('executed');
    const confirmed = bool('has_confirmations');
    const to = queryAddress(query, 'to');
    const hash = query.get('safe_tx_hash');
    const until = query.get('submission_date__lte');
    const number = (name) => (query.has(name) ? BigInt(query.get(name)) : undefined);
    const nonce = ['', '__gte', '__gt', '__lte', '__lt'].map((suffix) => number(`nonce${suffix}`));
    const [is, gte, gt, lte, lt] = nonce;
    return (tx) => {
        const n = BigInt(tx.nonce);
        return (
            (!trusted || tx.trusted) &&
            (executed === undefined || tx.isExecuted === executed) &&
            (confirmed === undefined || tx.confirmations.length > 0 === confirmed) &&
            (to === undefined || tx.to === to) &&
            (hash === null || tx.safeTxHash === hash) &&
            (until === null || Date.parse(tx.submissionDate) <= Date.parse(until)) &&
            (is === undefined || n === is) &&
            (gte === undefined || n >= gte) &&
            (gt === undefined || n > gt) &&
            (lte === undefined || n <= lte) &&
            (lt === undefined || n < lt)
        );
    };
}

const sortKeys = {
    nonce: (tx) => BigInt(tx.nonce),
    created: (tx) => tx.submissionDate,
    modified: (tx) => tx.modified,
};

/** Rows that compare equal have no order: another one for each page, the same in each run. */
function shuffle(results, seed) {
    let state = seed;
    for (let i = results.length - 1; i > 0; i--) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        const j = state % (i + 1);
        [results[i], results[j]] = [results[j], results[i]];
    }
}

function sort(results, ordering) {
    const names = ordering === null ? ['-nonce', '-created'] : ordering.split(',');
    const keys = names.map((name) => ({
        key: sortKeys[name.replace(/^-/, '')] ?? sortKeys.nonce,
        sign: name.startsWith('-') ? -1 : 1,
    }));
    results.sort((a, b) => {
        for (const { key, sign } of keys) {
            const order = sign * compare(key(a), key(b));
            if (order !== 0) return order;
        }
        return 0;
    });
}
