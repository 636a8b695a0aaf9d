// SPDX-License-Identifier: Apache-2.0
// What simulated devices share: the keys, the person in front of the screen, the record of what
// the person saw, and what goes wrong on purpose.
import { HDNodeWallet, Mnemonic, getBytes, toBeHex } from 'ethers';

export const PHRASE = 'test test test test test test test test test test test junk';
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const roots = new Map();
/** The wallet at this path: numbers, hardened ones with bit 31. */
export function walletAt(path, passphrase = '') {
    if (!roots.has(passphrase)) {
        const mnemonic = Mnemonic.fromPhrase(PHRASE, passphrase);
        roots.set(passphrase, HDNodeWallet.fromMnemonic(mnemonic, 'm'));
    }
    return path.reduce((node, index) => node.deriveChild(index), roots.get(passphrase));
}

export const HARDENED = 0x80000000;
/** "m/44'/60'/0'/0/0" as numbers. */
export const parsePath = (text) =>
    text
        .split('/')
        .slice(1)
        .map((part) => parseInt(part, 10) + (part.endsWith("'") ? HARDENED : 0));

// --- people: asked about every page; 'yes' goes on, 'no' refuses, 'more' looks closer -------------
export const thorough = (page) => (page.more ? 'more' : 'yes');
export const hasty = () => 'yes';
export const refusing = () => 'no';
/** Says no to the n-th page, from 0. */
export const refusingAt = (n) => (page, i) => (i === n ? 'no' : thorough(page));
/** Looks at the n-th page and never decides. */
export const pausingAt = (n) => (page, i) => (i === n ? new Promise(() => {}) : thorough(page));
export const slow = (ms) => (page) =>
    new Promise((resolve) => setTimeout(resolve, ms, thorough(page)));

// --- signatures: what a device gives back for a digest; { r, s, parity } as bytes and a number ----
const bytes32 = (n) => getBytes(toBeHex(n, 32));
const split = ({ r, s, yParity }) => ({ r: getBytes(r), s: getBytes(s), parity: yParity });
export const honest = (wallet, digest) => split(wallet.signingKey.sign(digest));
export const byAnotherKey = (wallet, digest) => honest(wallet.deriveChild(7), digest);
export const ofAnotherHash = (wallet, digest) => {
    const other = getBytes(digest);
    other[31] ^= 1;
    return honest(wallet, other);
};
/** Valid for the curve and for nobody who asks for low s. */
export function highS(wallet, digest) {
    const { r, s, parity } = honest(wallet, digest);
    const low = BigInt('0x' + Buffer.from(s).toString('hex'));
    return { r, s: bytes32(ORDER - low), parity: parity ^ 1 };
}
export const zeroS = (wallet, digest) => ({ ...honest(wallet, digest), s: new Uint8Array(32) });
export const wrongParity = (wallet, digest) => {
    const signature = honest(wallet, digest);
    return { ...signature, parity: signature.parity ^ 1 };
};
/** Thrown into a review that nobody waits for any more. */
export class Interrupted extends Error {}

/** The base of both simulators. */
export class Device {
    #interrupt = () => {};

    constructor({ person = thorough, sign = honest } = {}) {
        this.person = person;
        this.sign = sign;
        /** Every page that was on the screen: { title, lines }. */
        this.pages = [];
        /** What a device takes and a careful host does not send. */
        this.complaints = [];
        /** Names of the requests, in the order in which they came. */
        this.requests = [];
    }

    /** Puts pages on the screen, one after the other; resolves to true if all are confirmed. */
    async review(pages) {
        for (const page of pages) if ((await this.look(page)) === 'no') return false;
        return true;
    }

    async look(page) {
        this.pages.push(page);
        const interrupted = new Promise((_, reject) => {
            this.#interrupt = () => reject(new Interrupted());
        });
        const answer = this.person(page, this.pages.length - 1);
        return Promise.race([answer, interrupted]);
    }

    /** Ends the review that is on the screen, if there is one. */
    interrupt() {
        this.#interrupt();
    }

    complain(text) {
        this.complaints.push(text);
    }

    /** What a person read: lines, a blank one after each page. */
    get screens() {
        return this.pages.map(({ title, lines }) => [title, ...lines].join('\n')).join('\n\n');
    }
}

export const page = (title, ...lines) => ({ title, lines });
