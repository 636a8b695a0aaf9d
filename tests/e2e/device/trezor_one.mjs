// SPDX-License-Identifier: Apache-2.0
// Trezor One (firmware 1.14.1): two buttons, a PIN typed at the computer by position, EIP-712 by
// its two hashes only.
import { concat, formatEther, formatUnits, getAddress, hashMessage, keccak256 } from 'ethers';
import { HARDENED, page } from './person.mjs';
import { BUTTON, FAILURE, TrezorApp, demand } from './trezor_app.mjs';

const COLUMNS = 21;
const wrap = (text, width = COLUMNS) => text.match(new RegExp(`.{1,${width}}`, 'g')) ?? [''];
const PAGE_BYTES = 24;
const MAX_DATA_PAGES = 5;

export class TrezorOne extends TrezorApp {
    constructor(options = {}) {
        super({ version: '1.14.1', ...options });
        this.modelName = '1';
        this.cancelText = 'Action cancelled by user';
        this.feeText = 'Safety check failed';
        /** keypad[position - 1]: the digit that the screen shows there. */
        this.keypad = options.keypad ?? '531769842';
    }

    /** What replaces an open question: Initialize does, Cancel ends it, the rest is an error. */
    goesOnWith({ name }) {
        return name === 'Cancel' || name === 'Initialize';
    }

    /** The positions that a person presses for these digits. */
    positions(digits) {
        return [...digits].map((digit) => this.keypad.indexOf(digit) + 1).join('');
    }

    async unlock() {
        const rows = [6, 3, 0].map((i) => this.keypad.slice(i, i + 3));
        this.pages.push(page('Please enter current PIN:', ...rows));
        const ack = await this.call('PinMatrixRequest', { type: 1 }, 'PinMatrixAck');
        demand(/^[1-9]{1,50}$/.test(ack.pin), 'PIN invalid', FAILURE.pinInvalid);
        const pin = [...ack.pin].map((position) => this.keypad[position - 1]).join('');
        demand(pin === this.pin, 'PIN invalid', FAILURE.pinInvalid);
    }

    async devicePassphraseOr() {
        demand(false, 'This firmware is incapable of passphrase entry on the device.');
    }

    async confirmPassphrase(passphrase) {
        await this.ask(page('Access hidden wallet?', 'Next screen will show', 'the passphrase!'));
        await this.ask(page('Use this passphrase?', ...wrap(passphrase)));
    }

    isAllowed(path) {
        const [purpose, coin, account, change, index] = path;
        const isHardened = path.slice(0, 3).every((i) => i >= HARDENED) && path.length >= 3;
        if (!isHardened || purpose !== HARDENED + 44) return false;
        if (![60, 1].includes(coin - HARDENED) || account - HARDENED > 100) return false;
        if (path.length === 3) return true;
        if (path.length === 4) return account === HARDENED && change <= 100;
        return path.length === 5 && change <= 1 && index <= 1_000_000;
    }

    /** No shows the address as a picture, and after another No as text again. */
    async showAddress(address, path) {
        const number = (path.at(-1) % HARDENED) + 1;
        const text = page('Address:', ...wrap(address), `ETH address #${number}`);
        const picture = page('(picture)');
        const anything = -1; // no choice is a refusal here
        for (let shown = text; ; shown = shown === text ? picture : text) {
            const choice = await this.ask(shown, BUTTON.address, anything).catch((e) => {
                if (e.code !== anything) throw e;
                return 'no';
            });
            if (choice !== 'no') return;
        }
    }

    // --- EIP-712
    async onEthereumSignTypedHash({ address_n, domain_separator_hash, message_hash }) {
        demand(domain_separator_hash.length === 32, 'Invalid hash length');
        demand((message_hash ?? domain_separator_hash).length === 32, 'Invalid hash length');
        if (message_hash === undefined) this.complain('no message hash');
        await this.prepare(address_n);
        const address = this.address(address_n);
        const warning = page('Unable to show', 'EIP-712 data.', 'Sign at your own risk.');
        await this.ask(warning, BUTTON.protectCall);
        await this.ask(page('Confirm address?', 'Message signed by:', ...wrap(address)));
        const hash = (title, bytes) =>
            page(title, ...wrap(bytes.toString('hex').toUpperCase(), 16));
        await this.ask(hash('EIP-712 domain hash', domain_separator_hash));
        if (message_hash) await this.ask(hash('EIP-712 message hash', message_hash));
        const parts = ['0x1901', domain_separator_hash, message_hash ?? '0x'];
        return [
            'EthereumTypedDataSignature',
            { signature: this.signature(address_n, keccak256(concat(parts))), address },
        ];
    }

    async onEthereumSignMessage({ address_n, message }) {
        await this.prepare(address_n);
        const address = this.address(address_n);
        await this.ask(page('Confirm address?', 'Message signed by:', ...wrap(address)));
        await this.ask(page('Sign message?', ...wrap(message.toString('latin1'))));
        const signature = this.signature(address_n, hashMessage(message));
        return ['EthereumMessageSignature', { signature, address }];
    }

    // --- transactions
    async confirmTx(tx, { data_initial_chunk = Buffer.alloc(0), data_length = 0 }) {
        const unit = tx.chainId === 1 ? 'ETH' : 'UNKN';
        const to = getAddress(tx.to ?? '0x' + '00'.repeat(20));
        const what = data_length > 0 && tx.value === 0n ? ['message'] : [ether(tx.value), unit];
        await this.ask(page('Send', ...what, `to ${to}?`), BUTTON.signTx);
        await this.#confirmData(data_initial_chunk, data_length);
        const fee = (label, text) => this.ask(page('Confirm fee', label, text), BUTTON.signTx);
        if (tx.type === 0) {
            const total = ether(tx.gasPrice * tx.gasLimit);
            await this.ask(page('Really send', ...what, `fee up to ${total}`), BUTTON.signTx);
            return;
        }
        await fee('Maximum fee per gas', `${gwei(tx.maxFeePerGas)} Gwei`);
        await fee('Priority fee per gas', `${gwei(tx.maxPriorityFeePerGas)} Gwei`);
        await fee('Maximum fee', `${ether(tx.maxFeePerGas * tx.gasLimit)} ${unit}`);
    }

    async #confirmData(chunk, total) {
        let at = 0;
        for (let i = 0; i < MAX_DATA_PAGES && at < total; i++) {
            const bytes = chunk.subarray(at, at + PAGE_BYTES);
            at += bytes.length;
            const lines = wrap(bytes.toString('hex').toUpperCase(), 16);
            const more = at < total ? '... ' : '';
            const shown = page('Transaction data:', ...lines, `${more}${at}/${total} bytes`);
            await this.ask(shown, BUTTON.signTx);
        }
        if (at < total) {
            const warning = page('Warning! Too long', 'data to view.', 'Proceed with caution.');
            await this.ask(warning, BUTTON.protectCall);
        }
    }
}

const plain = (text) => text.replace(/\.0$/, '');
const ether = (wei) => plain(formatEther(wei));
const gwei = (wei) => plain(formatUnits(wei, 'gwei'));
