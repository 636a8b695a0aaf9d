// SPDX-License-Identifier: Apache-2.0
// The Ethereum app of a Ledger: one APDU in, one answer out. As strict as app-ethereum 1.22.0 and
// 1.18.1 were seen to be, and with the screens of those; what they let pass and a host should not
// send is noted as a complaint.
import { concat, getAddress, getBytes, hashMessage, keccak256 } from 'ethers';
import { OK, SW, Status, asVersion, atLeast, check, upperHex } from './apdu.mjs';
import { Device, HARDENED, Interrupted, page, walletAt } from './person.mjs';
import { TypedFlow } from './ledger_typed.mjs';
import { TxFlow } from './ledger_tx.mjs';

const TOUCH = ['stax', 'flex', 'apex'];

const WARNING =
    'If you sign this transaction, you could loose your assets. ' +
    'Explore safer alternatives: ledger.com/integrated-apps';
const OLD_WARNING =
    "This transaction's details are not fully verifiable. If you sign, you could lose all your assets.";
const lengthPrefixed = (text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);

export class LedgerApp extends Device {
    /**
     * Options of Device, and: model, version (of the app), app ('Ethereum', another, 'BOLOS' for
     * the dashboard), locked, blindSigning, rawMessages, displayHash, displayNonce; address(path):
     * what the device claims.
     */
    constructor(options = {}) {
        super(options);
        this.model = options.model ?? 'nanosp';
        this.version = options.version ?? '1.22.0';
        this.app = options.app ?? 'Ethereum';
        this.locked = options.locked ?? false;
        this.blindSigning = options.blindSigning ?? false;
        this.rawMessages = options.rawMessages ?? false;
        this.displayHash = options.displayHash ?? false;
        this.displayNonce = options.displayNonce ?? false;
        this.address = options.address ?? ((path) => walletAt(path).address);
        this.reset();
    }

    get isTouch() {
        return TOUCH.includes(this.model);
    }

    atLeast(version) {
        return atLeast(this.version, version);
    }

    /** Other words for the same before 1.20. */
    get notAllowed() {
        return this.atLeast('1.20.0') ? 0x6980 : 0x6985;
    }

    get badLength() {
        return this.atLeast('1.20.0') ? 0x6a87 : 0x6983;
    }

    /** What was begun is forgotten. */
    reset() {
        this.typed = null;
        this.tx = null;
        this.message = null;
    }

    /** Resolves to { data, sw }, or to null if the review was interrupted. */
    async handle(apdu) {
        try {
            return { data: Buffer.from((await this.#handle(apdu)) ?? []), sw: OK };
        } catch (e) {
            if (e instanceof Interrupted) return null;
            this.reset();
            if (e instanceof Status) return { sw: e.sw };
            this.complain(`the simulator failed: ${e.stack}`);
            return { sw: 0x6f00 };
        }
    }

    async #handle(apdu) {
        check(apdu.length >= 4, this.badLength);
        const [cla, ins, p1, p2] = apdu;
        if (apdu.length === 4) this.complain('no Lc');
        else check(apdu.length - 5 === apdu[4], this.badLength);
        const request = { ins, p1, p2, data: apdu.subarray(5) };
        this.requests.push(apdu.subarray(0, 4).toString('hex'));
        check(!this.locked, SW.locked);
        if (cla === 0xb0) return this.#system(request);
        if (this.app === 'BOLOS') return this.#dashboard(cla, request);
        check(cla === 0xe0, SW.unknownCla);
        check(this.app === 'Ethereum', SW.unknownIns);
        return this.#command(request);
    }

    // --- the system ---
    #system({ ins, p1, p2 }) {
        if (ins === 0x01) {
            check(p1 === 0 && p2 === 0, SW.unknownCla);
            const version = this.app === 'Ethereum' ? this.version : '1.4.2';
            const names = [this.app, version, '\0'].map(lengthPrefixed);
            return Buffer.concat([Buffer.from([1]), ...names]);
        }
        check(ins === 0xa7 && this.app !== 'BOLOS', SW.unknownCla);
        this.#become('BOLOS');
        return undefined;
    }

    async #dashboard(cla, { ins, data }) {
        check(cla === 0xe0 && ins === 0xd8, SW.unknownIns);
        const name = data.toString();
        check(name === 'Ethereum', 0x6807);
        check(await this.review([page('Open app', name)]), 0x5501);
        this.#become(name);
        return undefined;
    }

    #become(app) {
        this.app = app;
        this.leaves = true;
        this.reset();
    }

    // --- the app ---
    #command(request) {
        const full = this.model !== 'nanos' && this.atLeast('1.10.0');
        const { ins, p2 } = request;
        if (ins === 0x02) return this.#getAddress(request);
        if (ins === 0x04) return this.#signTx(request);
        if (ins === 0x06) return this.#configuration();
        if (ins === 0x08) return this.#signMessage(request);
        if (ins === 0x0c) {
            if (p2 === 0x00) return this.#signHashes(request);
            check(p2 === 0x01 && full, SW.badP1P2);
            return this.#signTyped(request);
        }
        check((ins === 0x1a || ins === 0x1c) && full, SW.unknownIns);
        return ins === 0x1a ? this.#define(request) : this.#implement(request);
    }

    /** { path, rest }; the system refuses other families when the key is asked for. */
    readPath(data) {
        check(data.length >= 1, SW.badData);
        const depth = data[0];
        check(depth >= 1 && depth <= 10 && data.length >= 1 + 4 * depth, SW.badData);
        const path = Array.from({ length: depth }, (_, i) => data.readUInt32BE(1 + 4 * i));
        return { path, rest: data.subarray(1 + 4 * depth) };
    }

    wallet(path) {
        const [purpose, coin] = path.map((index) => index - HARDENED);
        const isOld = !this.atLeast('1.19.0');
        const isAllowed =
            purpose === 44
                ? coin === 60 || (coin === 1 && isOld)
                : purpose === 45 && (isOld || this.atLeast('1.21.0'));
        check(isAllowed, SW.badPath);
        return walletAt(path);
    }

    #configuration() {
        const flags = (this.blindSigning ? 1 : 0) | 2;
        return Buffer.from([flags, ...asVersion(this.version)]);
    }

    async #getAddress({ p1, p2, data }) {
        this.tx = null;
        this.message = null;
        this.typed?.forgetHashes();
        check(p1 <= 1 && p2 <= 1, SW.badP1P2);
        const { path, rest } = this.readPath(data);
        const wallet = this.wallet(path);
        check(rest.length === 0 || rest.length === 8, SW.badData);
        const address = getAddress(this.address(path));
        if (p1 === 1) {
            check(await this.review(this.#addressPages(address)), SW.refused);
        }
        const publicKey = getBytes(wallet.signingKey.publicKey);
        const parts = [[publicKey.length], publicKey, [40], Buffer.from(address.slice(2))];
        if (p2 === 1) parts.push(getBytes(wallet.chainCode));
        return Buffer.concat(parts.map((part) => Buffer.from(part)));
    }

    #addressPages(address) {
        const title = this.model === 'nanos' ? 'Verify address' : 'Verify Ethereum address';
        const last = this.model === 'nanos' ? 'Approve' : 'Confirm';
        return [page(title), page('Address', address), page(last)];
    }

    /** v r s, as every signature but a transaction's. */
    signature(wallet, digest) {
        const { r, s, parity } = this.sign(wallet, digest);
        return Buffer.concat([Buffer.from([27 + parity]), r, s]);
    }

    // --- EIP-712 by its two hashes
    async #signHashes({ p1, data }) {
        check(p1 === 0, SW.badP1P2);
        this.reset();
        check(this.blindSigning, SW.badData);
        const { path, rest } = this.readPath(data);
        check(rest.length >= 64, SW.badData);
        if (rest.length > 64) this.complain('bytes after the two hashes');
        const [domain, message] = [rest.subarray(0, 32), rest.subarray(32, 64)];
        const pages = [
            ...this.opening('Review typed message', true),
            page('Domain hash', upperHex(domain)),
            page('Message hash', upperHex(message)),
            this.#closingHashes(),
        ];
        check(await this.review(pages), SW.refused);
        const digest = keccak256(concat(['0x1901', domain, message]));
        return this.signature(this.wallet(path), digest);
    }

    #closingHashes() {
        if (this.model === 'nanos') return this.closing('typed message', true);
        // the words of 1.18 do not fit into its buffer
        if (!this.atLeast('1.19.0'))
            return page(
                'Accept risk and sign typed mess',
                ...(this.isTouch ? ['Hold to sign'] : []),
            );
        return this.isTouch ? this.closing('typed message', true) : page('Sign message');
    }

    // --- the pages around what is to be read
    /** title: of the review; isBlind: what is signed is not shown, or not in words. */
    opening(title, isBlind) {
        if (this.model === 'nanos')
            return isBlind ? [page('Blind signing'), page(title)] : [page(title)];
        const required = this.isTouch && isBlind;
        const first = page(title, ...(required ? ['Blind signing required.'] : []));
        if (!isBlind) return [first];
        if (!this.isTouch)
            return [page('Blind signing ahead', 'To accept risk, press both buttons'), first];
        const warning = this.atLeast('1.19.0') ? WARNING : OLD_WARNING;
        return [page('Blind signing ahead', warning), first];
    }

    /** what: 'typed message', 'message', 'transaction'; isRisky: and the app says so. */
    closing(what, isRisky) {
        if (this.model === 'nanos')
            return page(isRisky ? 'Accept risk and sign' : 'Accept and send');
        const sign = isRisky ? 'Accept risk and sign' : 'Sign';
        return this.isTouch ? page(`${sign} ${what}?`, 'Hold to sign') : page(`${sign} ${what}`);
    }

    // --- EIP-712 field by field
    #define({ p1, p2, data }) {
        this.typed ??= new TypedFlow(this);
        if (p1 !== 0) this.complain('P1 of a definition is not zero');
        return this.typed.define(p2, data);
    }

    #implement({ p1, p2, data }) {
        check(this.typed !== null, this.notAllowed);
        return this.typed.implement(p1, p2, data);
    }

    async #signTyped({ p1, data }) {
        check(this.typed !== null, this.notAllowed);
        if (p1 !== 0) this.complain('P1 of the last step is not zero');
        const { path, digest, pages } = this.typed.finish(data);
        check(await this.review(pages), SW.refused);
        this.typed = null;
        return this.signature(this.wallet(path), digest);
    }

    // --- transactions
    async #signTx({ p1, p2, data }) {
        check(p2 === 0 && (p1 === 0 || p1 === 0x80), SW.badP1P2);
        if (p1 === 0) {
            this.reset();
            const { path, rest } = this.readPath(data);
            check(rest.length > 0, SW.badData);
            this.tx = new TxFlow(this, path, rest[0]);
            this.tx.push(rest, data.length);
        } else {
            check(this.tx !== null, this.notAllowed);
            this.tx.push(data, data.length);
        }
        if (!this.tx.isComplete) return undefined;
        const { wallet, digest, pages, v } = this.tx.finish();
        check(await this.review(pages), SW.refused);
        this.tx = null;
        const { r, s, parity } = this.sign(wallet, digest);
        return Buffer.concat([Buffer.from([v(parity)]), r, s]);
    }

    // --- EIP-191
    async #signMessage({ p1, data }) {
        if (p1 === 0) {
            check(this.message === null, this.notAllowed);
            const { path, rest } = this.readPath(data);
            check(rest.length >= 4, SW.badData);
            this.message = { path, length: rest.readUInt32BE(), bytes: rest.subarray(4) };
        } else {
            check(p1 === 0x80, SW.badP1P2);
            check(this.message !== null, SW.badData);
            this.message.bytes = Buffer.concat([this.message.bytes, data]);
        }
        const { path, length, bytes } = this.message;
        check(bytes.length <= length, SW.badData);
        if (bytes.length < length) return undefined;
        const isText = bytes.every((c) => (c >= 32 && c < 127) || (c >= 9 && c <= 13));
        const text = isText ? bytes.toString() : '0x' + bytes.toString('hex');
        const pages = [
            page('Review message'),
            page('Message', text),
            this.closing('message', false),
        ];
        check(await this.review(pages), SW.refused);
        this.message = null;
        return this.signature(this.wallet(path), hashMessage(bytes));
    }
}
