// SPDX-License-Identifier: Apache-2.0
// The other end of the cable, for trying the simulators, and real firmware, without the program:
// raw exchanges, and the byte sequences of the requests that matter.
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { TypedDataEncoder, getBytes, toBeArray } from 'ethers';
import {
    Assembler,
    PACKET,
    decode,
    encode,
    messageName,
    messageType,
    packets,
} from './protobuf.mjs';
import { parsePath } from './person.mjs';

export const PATH = "m/44'/60'/0'/0/0";

/** A transaction of a Safe as EIP-712 has it: { domain, types, primaryType, message }. */
export function typedSafeTx(safeTxTypes, { chainId, verifyingContract, ...message }) {
    const domain = chainId === undefined ? { verifyingContract } : { chainId, verifyingContract };
    return { domain, types: safeTxTypes, primaryType: 'SafeTx', message };
}

const domainFields = (domain) =>
    Object.entries({
        name: 'string',
        version: 'string',
        chainId: 'uint256',
        verifyingContract: 'address',
    })
        .filter(([name]) => domain[name] !== undefined)
        .map(([name, type]) => ({ name, type }));

/** [[name, fields, values], …]: the domain and the message. */
const structs = ({ domain, types, primaryType, message }) => [
    ['EIP712Domain', domainFields(domain), domain],
    [primaryType, types[primaryType], message],
];

export const hashes = ({ domain, types, primaryType, message }) => [
    TypedDataEncoder.hashDomain(domain),
    TypedDataEncoder.hashStruct(primaryType, types, message),
];

// --- Ledger ---
export const apdu = (head, data = []) =>
    Buffer.concat([Buffer.from(head, 'hex'), Buffer.from([data.length]), Buffer.from(data)]);

export function pathBytes(text = PATH) {
    const path = parsePath(text);
    const out = Buffer.alloc(1 + 4 * path.length);
    out[0] = path.length;
    path.forEach((index, i) => out.writeUInt32BE(index, 1 + 4 * i));
    return out;
}

/** Chunks of 255 bytes under two heads: of the first or not last ones, and of the others. */
function chunked(bytes, headOf) {
    const result = [];
    for (let at = 0; at === 0 || at < bytes.length; at += 255)
        result.push(apdu(headOf(at, at + 255 >= bytes.length), bytes.subarray(at, at + 255)));
    return result;
}

const fieldTag = (type) => {
    if (type.startsWith('uint')) return [0x42, Number(type.slice(4)) / 8];
    return [{ address: 0x03, string: 0x05, bytes: 0x07 }[type]];
};
const fieldDefinition = ({ name, type }) =>
    Buffer.concat([Buffer.from([...fieldTag(type), name.length]), Buffer.from(name)]);

function fieldValue(type, value) {
    const bytes = type.startsWith('uint')
        ? Buffer.from(BigInt(value) === 0n ? [0] : toBeArray(value))
        : Buffer.from(type === 'string' ? Buffer.from(value) : getBytes(value));
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return Buffer.concat([length, bytes]);
}

/** The whole flow for typed data, APDU by APDU. */
export function typedApdus(typed, path = PATH) {
    const result = [];
    for (const [name, fields] of structs(typed)) {
        result.push(apdu('e01a0000', Buffer.from(name)));
        for (const field of fields) result.push(apdu('e01a00ff', fieldDefinition(field)));
    }
    for (const [name, fields, values] of structs(typed)) {
        result.push(apdu('e01c0000', Buffer.from(name)));
        const head = (at, isLast) => (isLast ? 'e01c00ff' : 'e01c01ff');
        for (const { type, name: key } of fields)
            result.push(...chunked(fieldValue(type, values[key]), head));
    }
    return [...result, apdu('e00c0001', pathBytes(path))];
}

export const hashesApdu = (typed, path = PATH) =>
    apdu('e00c0000', Buffer.concat([pathBytes(path), ...hashes(typed).map((h) => getBytes(h))]));

/** tx: of ethers. */
export const txApdus = (tx, path = PATH) =>
    chunked(Buffer.concat([pathBytes(path), getBytes(tx.unsignedSerialized)]), (at) =>
        at === 0 ? 'e0040000' : 'e0048000',
    );

export class LedgerHost {
    #socket;
    #received = Buffer.alloc(0);
    #waiting = null;

    static async connect(port) {
        const host = new LedgerHost();
        host.#socket = connect(port, '127.0.0.1');
        host.#socket.on('data', (bytes) => host.#take(bytes));
        host.#socket.on('error', () => {});
        host.#socket.on('close', () => host.#waiting?.(null));
        await new Promise((resolve) => host.#socket.once('connect', resolve));
        return host;
    }

    #take(bytes) {
        this.#received = Buffer.concat([this.#received, bytes]);
        if (this.#received.length < 4) return;
        const end = 4 + this.#received.readUInt32BE() + 2;
        if (this.#received.length < end || this.#waiting === null) return;
        const answer = this.#received.subarray(4, end);
        this.#received = this.#received.subarray(end);
        this.#waiting(answer.toString('hex'));
        this.#waiting = null;
    }

    write(request) {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(request.length);
        this.#socket.write(Buffer.concat([length, request]));
    }

    /** The answer's bytes in hex, status word last; null if the device is gone. */
    exchange(request) {
        const answer = new Promise((resolve) => (this.#waiting = resolve));
        this.write(request);
        return answer;
    }

    /** All of them, as far as they are answered with 9000; the last answer. */
    async exchangeAll(requests) {
        let answer;
        for (const request of requests) {
            answer = await this.exchange(request);
            if (!answer?.endsWith('9000')) break;
        }
        return answer;
    }

    close() {
        this.#socket.destroy();
    }
}

// --- Trezor ---
const KINDS = { bytes: 3, string: 4, address: 6 };
const fieldType = (type) =>
    type.startsWith('uint')
        ? { data_type: 1, size: Number(type.slice(4)) / 8 }
        : { data_type: KINDS[type] };

function trezorValue(type, value) {
    if (type === 'string') return Buffer.from(value);
    if (!type.startsWith('uint')) return Buffer.from(getBytes(value));
    const hex = BigInt(value).toString(16);
    return Buffer.from(hex.padStart(Number(type.slice(4)) / 4, '0'), 'hex');
}

const minimal = (n) => Buffer.from(toBeArray(n ?? 0n));

export class TrezorHost {
    #socket = createSocket('udp4');
    #assembler = new Assembler(() => {});
    #messages = [];
    #waiting = null;

    static async connect(port) {
        const host = new TrezorHost();
        host.#socket.on('message', (packet) => host.#take(packet));
        await new Promise((resolve) => host.#socket.connect(port, '127.0.0.1', resolve));
        return host;
    }

    #take(packet) {
        if (packet.length !== PACKET) return;
        const message = this.#assembler.push(packet);
        if (message === null) return;
        const name = messageName(message.type) ?? `type ${message.type}`;
        this.#messages.push({ kind: name, ...decode(name, message.body) });
        this.#waiting?.();
    }

    /** With pauses: what does not fit into the other end's buffer is lost. */
    async write(name, fields = {}) {
        const all = packets(messageType(name), encode(name, fields));
        for (const [i, packet] of all.entries()) {
            this.#socket.send(packet);
            if (i % 64 === 63) await new Promise((resolve) => setTimeout(resolve, 2));
        }
    }

    writeRaw(packet) {
        this.#socket.send(packet);
    }

    async read() {
        if (this.#messages.length === 0) await new Promise((resolve) => (this.#waiting = resolve));
        this.#waiting = null;
        return this.#messages.shift();
    }

    /** Resolves to { kind, …fields }. */
    async call(name, fields) {
        await this.write(name, fields);
        return this.read();
    }

    /** The same, with every question on the way answered; onButton is called for each page. */
    async converse(name, fields, { typed, data = Buffer.alloc(0), onButton = () => {} } = {}) {
        let at = 1024;
        let answer = await this.call(name, fields);
        for (;;) {
            if (answer.kind === 'ButtonRequest') {
                const next = this.call('ButtonAck');
                await onButton(answer);
                answer = await next;
            } else if (answer.kind === 'EthereumTypedDataStructRequest') {
                answer = await this.call('EthereumTypedDataStructAck', structAck(typed, answer));
            } else if (answer.kind === 'EthereumTypedDataValueRequest') {
                answer = await this.call('EthereumTypedDataValueAck', valueAck(typed, answer));
            } else if (answer.kind === 'EthereumTxRequest' && answer.data_length) {
                const data_chunk = data.subarray(at, (at += answer.data_length));
                answer = await this.call('EthereumTxAck', { data_chunk });
            } else return answer;
        }
    }

    close() {
        this.#socket.close();
    }
}

function structAck(typed, { name }) {
    const [, fields] = structs(typed).find(([struct]) => struct === name);
    return { members: fields.map((field) => ({ type: fieldType(field.type), name: field.name })) };
}

function valueAck(typed, { member_path: [root, i] }) {
    const [, fields, values] = structs(typed)[root];
    return { value: trezorValue(fields[i].type, values[fields[i].name]) };
}

/** Fields of EthereumSignTxEIP1559 or EthereumSignTx for a transaction of ethers. */
export function trezorTx(tx, path = PATH) {
    const data = Buffer.from(getBytes(tx.data));
    const fees =
        tx.type === 2
            ? {
                  max_gas_fee: minimal(tx.maxFeePerGas),
                  max_priority_fee: minimal(tx.maxPriorityFeePerGas),
              }
            : { gas_price: minimal(tx.gasPrice) };
    return {
        address_n: parsePath(path),
        nonce: minimal(tx.nonce),
        ...fees,
        gas_limit: minimal(tx.gasLimit),
        to: tx.to ?? '',
        value: minimal(tx.value),
        data_initial_chunk: data.length > 0 ? data.subarray(0, 1024) : undefined,
        data_length: data.length,
        chain_id: Number(tx.chainId),
    };
}
