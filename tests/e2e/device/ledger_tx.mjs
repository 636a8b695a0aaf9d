// SPDX-License-Identifier: Apache-2.0
// The Ethereum app's way with transactions: it reads the RLP as it comes and gives up where real
// firmware does; the hash is keccak256 of what was streamed, the reading of it by ethers.
import { Transaction, formatEther, keccak256 } from 'ethers';
import { CHUNK, SW, check } from './apdu.mjs';
import { page } from './person.mjs';

const TYPED = { 1: 8, 2: 9, 4: 10 }; // type -> fields in front of the signature
const DATA_FIELD = { 0: 5, 1: 6, 2: 7, 4: 7 };
/** The names and units that the app knows and the tests use. */
const NETWORKS = {
    1: ['Ethereum', 'ETH'],
    100: ['Gnosis', 'xDAI'],
    11155111: ['Sepolia', 'ETH'],
};

/** { offset, length, isList } of the item at the start, or null if there are too few bytes. */
function readHeader(bytes) {
    if (bytes.length === 0) return null;
    const [first] = bytes;
    if (first < 0x80) return { offset: 0, length: 1, isList: false };
    const isList = first >= 0xc0;
    const short = first - (isList ? 0xc0 : 0x80);
    if (short <= 55) return { offset: 1, length: short, isList };
    const size = short - 55;
    check(size <= 4, SW.badData);
    if (bytes.length < 1 + size) return null;
    return { offset: 1 + size, length: bytes.readUIntBE(1, size), isList };
}

export class TxFlow {
    #bytes = Buffer.alloc(0);
    #sawData = false;

    constructor(app, path, first) {
        this.app = app;
        this.path = path;
        this.type = first <= 0x7f ? first : 0;
        check(first > 0x7f || this.type in TYPED, SW.txType);
        this.wallet = null;
    }

    get #list() {
        return this.type === 0 ? this.#bytes : this.#bytes.subarray(1);
    }

    push(chunk, apduLength) {
        if (this.isComplete) this.app.complain('bytes after the transaction');
        this.#bytes = Buffer.concat([this.#bytes, chunk]);
        this.#walk();
        if (!this.isComplete && apduLength !== CHUNK) this.app.complain('a chunk that is not full');
    }

    /** Field after field, as far as the bytes go. */
    #walk() {
        const list = this.#list;
        const outer = readHeader(list);
        if (outer === null) return;
        check(outer.isList, SW.badData);
        const end = outer.offset + outer.length;
        const numFields = this.type === 0 ? 9 : TYPED[this.type];
        let at = outer.offset;
        let numRead = 0;
        for (; numRead < numFields; numRead++) {
            const item = readHeader(list.subarray(at));
            if (item === null) break;
            const begin = at + item.offset;
            check(item.isList === (this.type !== 0 && numRead >= 8), SW.badData);
            if (numRead === DATA_FIELD[this.type]) this.#checkData(item, list.length - begin);
            else if (!item.isList) check(item.length <= 32, SW.badData);
            if (begin + item.length > list.length) break;
            at = begin + item.length;
        }
        // the length in front counts for nothing
        this.isComplete = numRead === numFields;
        if (this.isComplete !== list.length >= end || (this.isComplete && at !== end))
            this.app.complain('the list has another length than it says');
    }

    /** The four bytes of a selector have to come with the data's header. */
    #checkData({ length }, available) {
        if (this.#sawData || length === 0) return;
        this.#sawData = true;
        check(length < 4 || available >= 4, SW.badData);
        check(this.app.blindSigning, SW.badData);
    }

    /** { wallet, digest, pages, v(parity) } */
    finish() {
        const wallet = this.app.wallet(this.path);
        const digest = keccak256(this.#bytes);
        const tx = Transaction.from('0x' + this.#bytes.toString('hex'));
        if (tx.unsignedHash !== digest) this.app.complain('ethers reads another transaction');
        return { wallet, digest, pages: this.#pages(tx, digest), v: this.#v(tx.chainId) };
    }

    #v(chainId) {
        if (this.type !== 0) return (parity) => parity;
        const bytes = chainId.toString(16);
        const even = bytes.padStart(bytes.length + (bytes.length % 2), '0');
        const top = parseInt(even.slice(0, 8), 16);
        return (parity) => (top * 2 + 35 + parity) % 256;
    }

    #pages(tx, digest) {
        const isBlind = tx.data !== '0x';
        const isTransfer = isErc20Transfer(tx) && this.app.atLeast('1.20.0');
        const [network, unit] = NETWORKS[tx.chainId] ?? [`${tx.chainId}`, '???'];
        const amount = (wei) => {
            const number = formatEther(wei).replace(/\.0$/, '');
            return this.app.atLeast('1.20.0') ? `${number} ${unit}` : `${unit} ${number}`;
        };
        const what = isTransfer ? ' to send ERC20 token' : '';
        const pages = this.app.opening(`Review transaction${what}`, isBlind);
        const add = (label, value) => pages.push(page(label, value));
        add('From', this.app.wallet(this.path).address);
        if (!isTransfer) {
            if (!isBlind || tx.value !== 0n) add('Amount', amount(tx.value));
            add('To', tx.to ?? 'Contract');
            if (this.app.displayNonce) add('Nonce', `${tx.nonce}`);
        }
        add('Max fees', amount((tx.maxFeePerGas ?? tx.gasPrice) * tx.gasLimit));
        if (tx.chainId !== 1n) add('Network', network);
        if (!isTransfer && (isBlind || this.app.displayHash))
            add(this.app.isTouch ? 'Transaction hash' : 'Tx hash', digest);
        pages.push(
            this.app.closing(this.app.isTouch ? `transaction${what}` : 'transaction', isBlind),
        );
        return pages;
    }
}

/** Of these the app shows nothing but who pays and how much (1.22.0). */
const isErc20Transfer = (tx) => tx.data.startsWith('0xa9059cbb') && tx.data.length === 2 + 2 * 68;
