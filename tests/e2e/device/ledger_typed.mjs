// SPDX-License-Identifier: Apache-2.0
// The Ethereum app's EIP-712 flow: definitions, then values one by one, then the signature. The
// hash is computed by ethers from what was streamed.
import { TypedDataEncoder, concat, getAddress, keccak256 } from 'ethers';
import { CHUNK, SW, check, nameOf, upperHex } from './apdu.mjs';
import { page } from './person.mjs';

const DOMAIN = 'EIP712Domain';
const TYPES = ['struct', 'int', 'uint', 'address', 'bool', 'string', 'bytes', 'bytes'];
const [STRUCT, INT, UINT, ADDRESS, BOOL, STRING, BYTES_FIXED, BYTES] = TYPES.keys();
const isDynamic = (field) => field.kind === STRING || field.kind === BYTES;
/** Characters that fit into the app's buffer for one value. */
const SHOWN = 379;

export class TypedFlow {
    #structs = [];
    #hashes = {};
    #root = null;
    #values = [];
    #partial = null;
    #started = false;

    constructor(app) {
        this.app = app;
        this.pages = [];
        /** What is not there yet. */
        this.missing = app.atLeast('1.20.0') ? SW.badData : SW.refused;
    }

    /** Other commands use the same memory. */
    forgetHashes() {
        this.#hashes = {};
    }

    // --- definitions ---
    define(p2, data) {
        check(this.#root === null, SW.noInfo);
        if (p2 === 0x00) {
            check(data.length > 0, this.missing);
            this.#structs.push({ name: nameOf(data), fields: [] });
        } else {
            check(p2 === 0xff, SW.badP1P2);
            check(this.#structs.length > 0, this.missing);
            check(data.length > 0, SW.badData);
            this.#structs.at(-1).fields.push(this.#readField(data));
        }
    }

    #readField(data) {
        const kind = data[0] & 0x0f;
        const hasSize = (data[0] & 0x40) !== 0;
        check(kind < TYPES.length && kind !== STRUCT && (data[0] & 0xb0) === 0, SW.badData);
        let at = 1;
        const next = () => {
            check(at < data.length, SW.badData);
            return data[at++];
        };
        const size = hasSize ? next() : null;
        const isSized = kind === INT || kind === UINT || kind === BYTES_FIXED;
        if (isSized !== hasSize) this.app.complain(`size given to ${TYPES[kind]}: ${hasSize}`);
        const length = next();
        check(data.length === at + length, SW.badData);
        if (length === 0) this.app.complain('a field without a name');
        return { kind, size, name: nameOf(data.subarray(at)), type: typeName(kind, size) };
    }

    // --- values ---
    async implement(p1, p2, data) {
        if (p2 === 0x00) await this.#setRoot(data);
        else {
            check(p2 !== 0x0f, SW.badData); // no arrays here
            check(p2 === 0xff, SW.badP1P2);
            if (p1 > 1) this.app.complain('P1 of a value is neither 0 nor 1');
            await this.#takeValue(data, p1 !== 0);
        }
    }

    async #setRoot(data) {
        const root = this.#structs.find(({ name }) => name === nameOf(data));
        check(root !== undefined, this.missing);
        const isDomain = root.name === DOMAIN;
        const isInOrder = isDomain === (this.#root === null);
        check(isInOrder || !this.app.atLeast('1.20.0'), SW.noInfo);
        if (!isInOrder) this.app.complain('the roots are not in order');
        if (!isDomain && this.#hashes.domain === undefined)
            this.app.complain('the message begins before the domain is complete');
        Object.assign(this, { isDomain });
        this.#root = root;
        this.#values = [];
        if (this.app.isTouch || this.app.rawMessages)
            await this.#show(page('Review struct', root.name));
    }

    get #isShown() {
        return this.app.isTouch || this.app.rawMessages || this.isDomain;
    }

    /** Before 1.19 every page waits for the person; later all come at the end. */
    async #show(shown) {
        if (!this.#started) {
            check(this.app.blindSigning || this.app.rawMessages, SW.badData);
            this.#started = true;
            await this.#reveal(this.app.opening('Review typed message', true));
        }
        await this.#reveal([shown]);
    }

    async #reveal(pages) {
        if (this.app.atLeast('1.19.0')) this.pages.push(...pages);
        else check(await this.app.review(pages), SW.refused);
    }

    async #takeValue(data, isPartial) {
        const field = this.#root?.fields[this.#values.length];
        check(field !== undefined, SW.badData);
        let content = data;
        if (this.#partial === null) {
            check(data.length >= 2, SW.badData);
            this.#partial = { left: data.readUInt16BE(), parts: [] };
            content = data.subarray(2);
        }
        check(content.length <= this.#partial.left, SW.badData);
        this.#partial.left -= content.length;
        this.#partial.parts.push(content);
        if (isPartial && data.length !== CHUNK) this.app.complain('a chunk that is not full');
        check(isPartial === this.#partial.left > 0, SW.badData);
        check(!isPartial || isDynamic(field), SW.badData);
        if (isPartial) return;
        const value = Buffer.concat(this.#partial.parts);
        this.#partial = null;
        this.#check(field, value);
        this.#values.push(value);
        if (this.#values.length === this.#root.fields.length) this.#hash();
        if (this.#isShown) await this.#show(page(field.name, show(field, value)));
    }

    #check({ kind, size, name }, value) {
        if (kind === ADDRESS) check(value.length === 20, SW.badData);
        if (kind === BOOL) check(value.length === 1, SW.badData);
        if (kind === UINT || kind === INT || kind === BYTES_FIXED) {
            check(value.length <= 32, SW.badData);
            const isMinimal = value.length === 1 || (value.length > 1 && value[0] !== 0);
            if (kind === UINT && !isMinimal) this.app.complain(`${name} is not minimal`);
            if (value.length > size) this.app.complain(`${name} has more bytes than its type`);
        }
    }

    #hash() {
        const { name, fields } = this.#root;
        const members = fields.map((field) => ({ name: field.name, type: field.type }));
        const entries = fields.map((field, i) => [field.name, asValue(field, this.#values[i])]);
        const hash = TypedDataEncoder.hashStruct(
            name,
            { [name]: members },
            Object.fromEntries(entries),
        );
        this.#hashes[this.isDomain ? 'domain' : 'message'] = hash;
    }

    // --- the signature ---
    /** { path, digest, pages }: what is left to be read before it is signed. */
    finish(data) {
        const { domain, message } = this.#hashes;
        check(domain !== undefined && message !== undefined, this.missing);
        check(this.#values.length === this.#root.fields.length, SW.badData);
        const { path, rest } = this.app.readPath(data);
        if (rest.length > 0) this.app.complain('bytes after the path');
        const asPage = (label, hash) => page(label, upperHex(Buffer.from(hash.slice(2), 'hex')));
        const { displayHash, isTouch, rawMessages } = this.app;
        const pages = [...this.pages];
        const isOnce = displayHash && this.app.atLeast('1.20.0');
        if (!isTouch && !rawMessages && !isOnce) pages.push(asPage('Message hash', message));
        if (displayHash) pages.push(asPage('Domain hash', domain), asPage('Message hash', message));
        pages.push(isTouch ? this.app.closing('typed message', true) : page('Sign message'));
        return { path, digest: keccak256(concat(['0x1901', domain, message])), pages };
    }
}

function typeName(kind, size) {
    if (kind === INT || kind === UINT) return `${TYPES[kind]}${size * 8}`;
    return kind === BYTES_FIXED ? `bytes${size}` : TYPES[kind];
}

const asNumber = (value) => BigInt('0x0' + value.toString('hex'));

function asValue({ kind }, value) {
    if (kind === UINT) return asNumber(value);
    if (kind === INT) return BigInt.asIntN(8 * value.length, asNumber(value));
    if (kind === BOOL) return value[0] !== 0;
    if (kind === STRING) return value.toString('utf8');
    return '0x' + value.toString('hex');
}

function show(field, value) {
    if (field.kind === ADDRESS) return getAddress(asValue(field, value));
    const isBytes = field.kind === BYTES || field.kind === BYTES_FIXED;
    const text = isBytes ? upperHex(value) : `${asValue(field, value)}`;
    if (text.length <= SHOWN) return text;
    return text.slice(0, SHOWN - 3) + '...';
}
