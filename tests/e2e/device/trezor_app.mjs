// SPDX-License-Identifier: Apache-2.0
// What all models of Trezor have in common: sessions, the exchange of messages with a host that may
// change its mind, PIN and passphrase, addresses, transactions. Written from the recorded behaviour
// of the firmware's emulators; what they let pass and a host should not send is a complaint.
import { randomBytes } from 'node:crypto';
import { Transaction, getBytes } from 'ethers';
import { Device, walletAt } from './person.mjs';
import {
    Assembler,
    DecodeError,
    decode,
    encode,
    messageName,
    messageType,
    packets,
} from './protobuf.mjs';
import { atLeast } from './apdu.mjs';

export const FAILURE = {
    unexpected: 1,
    dataError: 3,
    cancelled: 4,
    pinCancelled: 6,
    pinInvalid: 7,
    process: 9,
    notInitialized: 11,
    invalidProtocol: 17,
    firmware: 99,
};
export const BUTTON = { other: 1, protectCall: 7, signTx: 8, address: 10, passphrase: 19, pin: 20 };

/** Thrown anywhere in a request: the answer is this Failure. */
export class Failure extends Error {
    constructor(code, message) {
        super(message);
        this.code = code;
    }
}
export function demand(condition, message, code = FAILURE.dataError) {
    if (!condition) throw new Failure(code, message);
}

/** Another message than the one that was asked for. */
class Unexpected extends Error {
    constructor(message) {
        super(message.name);
        this.received = message;
    }
}
/** The cable is out: nobody is told anything. */
class Gone extends Error {}

const CHUNK = 1024;
const MAX_CHAIN_ID = (0xffffffff - 36) / 2;
const asNumber = (bytes) => (bytes?.length ? BigInt('0x' + bytes.toString('hex')) : 0n);

export class TrezorApp extends Device {
    #assembler;
    #inbox = [];
    #waiting = null;
    #isBusy = false;
    #sessions = new Map();

    /**
     * Options of Device, and: model ('one', 't', 'safe3', 'safe5', 'safe7'), version, label, pin,
     * passphraseProtection, devicePassphrase, isInitialized, bootloader, busy, capabilities,
     * address(path): what the device claims.
     */
    constructor(options = {}) {
        super(options);
        const defaults = { label: 'test', isInitialized: true, capabilities: [1, 2, 5, 7, 10] };
        Object.assign(this, defaults, options);
        this.address ??= (path) => this.wallet(path).address;
        this.isLocked = this.pin !== undefined;
        this.received = 0;
        this.failures = [];
        this.reset();
        this.startSession();
    }

    atLeast(version) {
        return atLeast(this.version, version);
    }

    /** What was begun is forgotten; sessions stay. */
    reset() {
        this.interrupt();
        this.#assembler = new Assembler((text) => this.complain(text));
        this.#inbox = [];
        this.#waiting?.(null);
        this.#waiting = null;
    }

    // --- messages ---
    receive(packet) {
        const message = this.#assembler.push(packet);
        if (message === null || !this.admits(this.received++)) return;
        const name = messageName(message.type) ?? `type ${message.type}`;
        this.requests.push(name);
        if (this.#waiting !== null) {
            const resolve = this.#waiting;
            this.#waiting = null;
            resolve({ name, body: message.body });
        } else if (this.#isBusy) this.#inbox.push({ name, body: message.body });
        else void this.#run({ name, body: message.body });
    }

    #next() {
        if (this.#inbox.length > 0) return Promise.resolve(this.#inbox.shift());
        return new Promise((resolve) => (this.#waiting = resolve));
    }

    write(name, fields = {}) {
        for (const packet of packets(messageType(name), encode(name, fields))) this.send(packet);
    }

    #decode({ name, body }) {
        try {
            return decode(name, body);
        } catch (e) {
            if (!(e instanceof DecodeError)) throw e;
            throw new Failure(FAILURE.dataError, `Failed to decode message: ${e.message}`);
        }
    }

    /** One request, or the one that came in its place. */
    async #run(first) {
        this.#isBusy = true;
        for (let message = first; message !== null;) {
            try {
                const [name, fields] = await this.#answer(message);
                this.write(name, fields);
                message = this.#inbox.shift() ?? null;
            } catch (e) {
                message = this.#recover(e);
            }
        }
        this.#isBusy = false;
    }

    #recover(e) {
        if (e instanceof Unexpected && this.goesOnWith(e.received)) return e.received;
        if (e instanceof Gone) return null;
        let failure = e;
        if (e instanceof Unexpected)
            failure = new Failure(FAILURE.unexpected, `Unexpected ${e.message}`);
        else if (!(e instanceof Failure)) {
            this.complain(`the simulator failed: ${e.stack}`);
            failure = new Failure(FAILURE.firmware, 'Firmware error');
        }
        this.failures.push(failure.code);
        this.write('Failure', { code: failure.code, message: failure.message });
        return this.#inbox.shift() ?? null;
    }

    #answer(message) {
        demand(message.name !== 'Cancel', this.cancelText, FAILURE.cancelled);
        const handler = this[`on${message.name}`];
        const isKnown =
            handler !== undefined && (!this.bootloader || /Init|Feat/.test(handler.name));
        demand(isKnown, 'Unknown message', FAILURE.unexpected);
        return handler.call(this, this.#decode(message));
    }

    /** Sends a message and resolves to the answer's fields. */
    async call(name, fields, expected) {
        this.write(name, fields);
        const message = await this.#next();
        if (message === null) throw new Gone();
        if (message.name !== expected) throw new Unexpected(message);
        return this.#decode(message);
    }

    // --- screens ---
    /** A page with a button: resolves to what the person chose; 'no' is a failure. */
    async ask(shown, code = BUTTON.other, failure = FAILURE.cancelled) {
        await this.call('ButtonRequest', { code, name: shown.name }, 'ButtonAck');
        const message = this.#next();
        const choice = await Promise.race([this.look(shown), message]).catch(() => null);
        if (choice === null) throw new Gone();
        if (typeof choice !== 'string') throw new Unexpected(choice);
        this.#waiting = null;
        demand(choice !== 'no', this.cancelText, failure);
        return choice;
    }

    // --- sessions ---
    startSession(id) {
        const known = id && this.#sessions.get(id.toString('hex'));
        this.session = known ?? { id: randomBytes(32), passphrase: undefined };
        this.#sessions.set(this.session.id.toString('hex'), this.session);
    }

    features() {
        const [major, minor, patch] = this.version.split('.').map(Number);
        return {
            vendor: 'trezor.io',
            major_version: major,
            minor_version: minor,
            patch_version: patch,
            bootloader_mode: this.bootloader ? 1 : undefined,
            device_id: 'AE3C744E355C817510C0EABF',
            pin_protection: this.pin === undefined ? 0 : 1,
            passphrase_protection: this.isLocked ? undefined : Number(!!this.passphraseProtection),
            label: this.label,
            initialized: Number(this.isInitialized),
            unlocked: Number(!this.isLocked),
            model: this.modelName,
            capabilities: this.capabilities,
            busy: Number(!!this.busy),
            internal_model: this.internalModel,
        };
    }

    onInitialize({ session_id }) {
        this.startSession(session_id);
        return ['Features', { ...this.features(), session_id: this.session.id }];
    }

    onGetFeatures() {
        return ['Features', this.features()];
    }

    onPing({ message }) {
        return ['Success', { message }];
    }

    onLockDevice() {
        this.isLocked = this.pin !== undefined;
        return ['Success', {}];
    }

    onEndSession() {
        this.#sessions.delete(this.session.id.toString('hex'));
        this.startSession();
        return ['Success', {}];
    }

    /** Before anything that needs a key. */
    async prepare(path) {
        demand(this.isInitialized, 'Device not initialized', FAILURE.notInitialized);
        if (this.isLocked) await this.unlock();
        this.isLocked = false;
        demand(this.isAllowed(path), 'Forbidden key path');
        if (this.passphraseProtection && this.session.passphrase === undefined)
            this.session.passphrase = await this.askPassphrase();
    }

    async askPassphrase() {
        const ack = await this.call('PassphraseRequest', {}, 'PassphraseAck');
        if (ack.on_device) return this.devicePassphraseOr(ack);
        demand(ack.passphrase !== undefined, 'Passphrase not provided');
        demand(Buffer.byteLength(ack.passphrase) <= 50, 'Maximum passphrase length is 50 bytes');
        if (ack.passphrase.normalize('NFKD') !== ack.passphrase)
            this.complain('the passphrase is not NFKD');
        if (ack.passphrase !== '') await this.confirmPassphrase(ack.passphrase);
        return ack.passphrase;
    }

    wallet(path) {
        return walletAt(path, this.session.passphrase ?? '');
    }

    // --- addresses ---
    async onEthereumGetAddress({ address_n, show_display }) {
        await this.prepare(address_n);
        const address = this.address(address_n);
        if (show_display) await this.showAddress(address, address_n);
        return ['EthereumAddress', { address }];
    }

    /** r s v, with v 27 or 28. */
    signature(path, digest) {
        const { r, s, parity } = this.sign(this.wallet(path), digest);
        return Buffer.concat([r, s, Buffer.from([27 + parity])]);
    }

    // --- transactions ---
    async onEthereumSignTxEIP1559(message) {
        const { max_gas_fee, max_priority_fee, gas_limit } = message;
        const fields = {
            type: 2,
            maxFeePerGas: asNumber(max_gas_fee),
            maxPriorityFeePerGas: asNumber(max_priority_fee),
        };
        for (const fee of [max_gas_fee, max_priority_fee])
            demand(fee.length + gas_limit.length <= 30, this.feeText);
        return this.#signTx(message, fields, ({ parity }) => parity);
    }

    async onEthereumSignTx(message) {
        const { gas_price, gas_limit, chain_id, tx_type } = message;
        demand(gas_price.length + gas_limit.length <= 30, this.feeText);
        demand(tx_type === undefined, 'the simulator knows no Wanchain');
        const fields = { type: 0, gasPrice: asNumber(gas_price) };
        const v = ({ parity }) => parity + (chain_id > MAX_CHAIN_ID ? 0 : 2 * chain_id + 35);
        return this.#signTx(message, fields, v);
    }

    async #signTx(message, fees, v) {
        const { address_n, nonce, gas_limit, value, chain_id } = message;
        this.#checkTx(message);
        await this.prepare(address_n);
        const to = message.to ? message.to.replace(/^(0x)?/i, '0x').toLowerCase() : null;
        const fields = {
            ...fees,
            chainId: chain_id,
            nonce: Number(asNumber(nonce)),
            gasLimit: asNumber(gas_limit),
            to,
            value: asNumber(value),
        };
        await this.confirmTx(fields, message);
        const data = await this.#fetchData(message);
        const { unsignedHash } = Transaction.from({ ...fields, data });
        const signed = this.sign(this.wallet(address_n), getBytes(unsignedHash));
        const [signature_r, signature_s] = [signed.r, signed.s];
        return ['EthereumTxRequest', { signature_v: v(signed), signature_r, signature_s }];
    }

    #checkTx(message) {
        const { to = '', data_initial_chunk = Buffer.alloc(0), data_length = 0 } = message;
        for (const [name, bytes] of Object.entries(message))
            if (Buffer.isBuffer(bytes) && name !== 'data_initial_chunk' && bytes[0] === 0)
                this.complain(`${name} has leading zeros`);
        demand(message.chain_id > 0, 'Chain ID out of bounds');
        demand(data_length === 0 || data_initial_chunk.length > 0, 'no initial chunk');
        demand(data_initial_chunk.length <= data_length, 'Invalid size of initial chunk');
        demand([0, 40, 42].includes(to.length), 'Safety check failed');
        demand(to !== '' || data_length > 0, 'Contract creation without data');
        if (data_initial_chunk.length !== Math.min(CHUNK, data_length))
            this.complain(`an initial chunk of ${data_initial_chunk.length} bytes`);
    }

    async #fetchData({ data_initial_chunk = Buffer.alloc(0), data_length = 0 }) {
        const parts = [data_initial_chunk];
        for (let left = data_length - data_initial_chunk.length; left > 0;) {
            const wanted = Math.min(CHUNK, left);
            const ask = { data_length: wanted };
            const { data_chunk } = await this.call('EthereumTxRequest', ask, 'EthereumTxAck');
            demand(data_chunk.length <= left && data_chunk.length > 0, 'Too much data');
            if (data_chunk.length !== wanted) this.complain('another length than was asked for');
            parts.push(data_chunk);
            left -= data_chunk.length;
        }
        return Buffer.concat(parts);
    }
}
