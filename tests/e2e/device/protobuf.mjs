// SPDX-License-Identifier: Apache-2.0
// Trezor's messages on the wire: codec v1 and the part of proto2 that they use. Written from the
// descriptions of both, not from the program's own code.

// --- proto2 ---------------------------------------------------------------------------------------
// kind, with ! for required and * for repeated; a number is a field of its own message
const uint = 'uint';
const MESSAGES = {
    Initialize: [0, { session_id: [1, 'bytes'] }],
    Ping: [1, { message: [1, 'string'] }],
    Success: [2, { message: [1, 'string'] }],
    Failure: [3, { code: [1, uint], message: [2, 'string'] }],
    Features: [
        17,
        {
            vendor: [1, 'string'],
            major_version: [2, uint],
            minor_version: [3, uint],
            patch_version: [4, uint],
            bootloader_mode: [5, uint],
            device_id: [6, 'string'],
            pin_protection: [7, uint],
            passphrase_protection: [8, uint],
            label: [10, 'string'],
            initialized: [12, uint],
            unlocked: [16, uint],
            firmware_present: [18, uint],
            model: [21, 'string'],
            capabilities: [30, 'uint*'],
            session_id: [35, 'bytes'],
            safety_checks: [37, uint],
            busy: [41, uint],
            internal_model: [44, 'string'],
        },
    ],
    PinMatrixRequest: [18, { type: [1, uint] }],
    PinMatrixAck: [19, { pin: [1, 'string!'] }],
    Cancel: [20, {}],
    LockDevice: [24, {}],
    ButtonRequest: [26, { code: [1, uint], pages: [2, uint], name: [4, 'string'] }],
    ButtonAck: [27, {}],
    PassphraseRequest: [41, {}],
    PassphraseAck: [42, { passphrase: [1, 'string'], on_device: [3, uint] }],
    GetFeatures: [55, {}],
    EthereumGetAddress: [
        56,
        { address_n: [1, 'uint*'], show_display: [2, uint], encoded_network: [3, 'bytes'] },
    ],
    EthereumAddress: [57, { address: [2, 'string'] }],
    EthereumSignTx: [
        58,
        {
            address_n: [1, 'uint*'],
            nonce: [2, 'bytes'],
            gas_price: [3, 'bytes!'],
            gas_limit: [4, 'bytes!'],
            value: [6, 'bytes'],
            data_initial_chunk: [7, 'bytes'],
            data_length: [8, uint],
            chain_id: [9, 'uint!'],
            tx_type: [10, uint],
            to: [11, 'string'],
        },
    ],
    EthereumTxRequest: [
        59,
        {
            data_length: [1, uint],
            signature_v: [2, uint],
            signature_r: [3, 'bytes'],
            signature_s: [4, 'bytes'],
        },
    ],
    EthereumTxAck: [60, { data_chunk: [1, 'bytes!'] }],
    EthereumSignMessage: [64, { address_n: [1, 'uint*'], message: [2, 'bytes!'] }],
    EthereumMessageSignature: [66, { signature: [2, 'bytes'], address: [3, 'string'] }],
    EndSession: [83, {}],
    EthereumSignTxEIP1559: [
        452,
        {
            address_n: [1, 'uint*'],
            nonce: [2, 'bytes!'],
            max_gas_fee: [3, 'bytes!'],
            max_priority_fee: [4, 'bytes!'],
            gas_limit: [5, 'bytes!'],
            to: [6, 'string'],
            value: [7, 'bytes!'],
            data_initial_chunk: [8, 'bytes'],
            data_length: [9, 'uint!'],
            chain_id: [10, 'uint!'],
        },
    ],
    EthereumSignTypedData: [
        464,
        {
            address_n: [1, 'uint*'],
            primary_type: [2, 'string!'],
            metamask_v4_compat: [3, uint],
            show_message_hash: [5, 'bytes'],
        },
    ],
    EthereumTypedDataStructRequest: [465, { name: [1, 'string!'] }],
    EthereumTypedDataStructAck: [466, { members: [1, 'StructMember*'] }],
    EthereumTypedDataValueRequest: [467, { member_path: [1, 'uint*'] }],
    EthereumTypedDataValueAck: [468, { value: [1, 'bytes!'] }],
    EthereumTypedDataSignature: [469, { signature: [1, 'bytes'], address: [2, 'string'] }],
    EthereumSignTypedHash: [
        470,
        {
            address_n: [1, 'uint*'],
            domain_separator_hash: [2, 'bytes!'],
            message_hash: [3, 'bytes'],
        },
    ],
};
const PARTS = {
    StructMember: { type: [1, 'FieldType!'], name: [2, 'string!'] },
    FieldType: {
        data_type: [1, 'uint!'],
        size: [2, uint],
        entry_type: [3, 'FieldType'],
        struct_name: [4, 'string'],
    },
};
const NAMES = new Map(Object.entries(MESSAGES).map(([name, [type]]) => [type, name]));
export const messageName = (type) => NAMES.get(type) ?? null;
export const messageType = (name) => MESSAGES[name][0];

/** Thrown for bytes that are no such message. */
export class DecodeError extends Error {}

function varint(n) {
    const out = [];
    let rest = BigInt(n);
    for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
    return Buffer.from([...out, Number(rest)]);
}

function encodeField([number, kind], value) {
    const type = kind.replace(/[!*]$/, '');
    if (type === uint) return Buffer.concat([varint(number << 3), varint(value)]);
    const bytes =
        type === 'string' ? Buffer.from(value) : type === 'bytes' ? value : encodeAs(type, value);
    return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

function encodeAs(name, fields) {
    const schema = PARTS[name] ?? MESSAGES[name][1];
    const parts = [];
    for (const [key, value] of Object.entries(fields)) {
        if (!schema[key]) throw new Error(`${name} has no ${key}`);
        for (const one of Array.isArray(value) ? value : [value])
            if (one !== undefined) parts.push(encodeField(schema[key], one));
    }
    return Buffer.concat(parts);
}

export const encode = encodeAs;

class Bytes {
    constructor(bytes) {
        this.bytes = bytes;
        this.at = 0;
    }

    get left() {
        return this.bytes.length - this.at;
    }

    take(n) {
        if (n > this.left) throw new DecodeError('cut short');
        this.at += n;
        return this.bytes.subarray(this.at - n, this.at);
    }

    varint() {
        let n = 0n;
        for (let shift = 0n; shift < 70n; shift += 7n) {
            const byte = this.take(1)[0];
            n |= BigInt(byte & 127) << shift;
            if (byte < 128) {
                if (n >= 1n << 64n) break;
                return n;
            }
        }
        throw new DecodeError('number too long');
    }
}

function skip(bytes, wire) {
    if (wire === 0) bytes.varint();
    else if (wire === 1) bytes.take(8);
    else if (wire === 2) bytes.take(Number(bytes.varint()));
    else if (wire === 5) bytes.take(4);
    else throw new DecodeError(`wire type ${wire}`);
}

function readValue(type, bytes, wire) {
    if (type === uint) {
        if (wire !== 0) throw new DecodeError('a number was expected');
        return Number(bytes.varint());
    }
    if (wire !== 2) throw new DecodeError('bytes were expected');
    const content = bytes.take(Number(bytes.varint()));
    if (type === 'bytes') return Buffer.from(content);
    if (type === 'string') return content.toString('utf8');
    return decodeAs(type, content);
}

function readPacked(bytes) {
    const inner = new Bytes(bytes.take(Number(bytes.varint())));
    const values = [];
    while (inner.left > 0) values.push(Number(inner.varint()));
    return values;
}

function decodeAs(name, data) {
    const schema = PARTS[name] ?? MESSAGES[name][1];
    const fields = new Map(Object.entries(schema).map(([key, [n, kind]]) => [n, [key, kind]]));
    const result = {};
    for (const [key, [, kind]] of Object.entries(schema)) if (kind.endsWith('*')) result[key] = [];
    const bytes = new Bytes(data);
    while (bytes.left > 0) {
        const tag = Number(bytes.varint());
        const [key, kind] = fields.get(tag >> 3) ?? [];
        if (key === undefined) skip(bytes, tag & 7);
        else if (kind === 'uint*' && (tag & 7) === 2) result[key].push(...readPacked(bytes));
        else if (kind.endsWith('*')) result[key].push(readValue(kind.slice(0, -1), bytes, tag & 7));
        else result[key] = readValue(kind.replace('!', ''), bytes, tag & 7);
    }
    for (const [key, [, kind]] of Object.entries(schema))
        if (kind.endsWith('!') && !(key in result)) throw new DecodeError(`${key} is missing`);
    return result;
}

export const decode = decodeAs;

// --- codec v1 -------------------------------------------------------------------------------------
export const PACKET = 64;
const HEADER = Buffer.from('?##');

/** The packets of one message. */
export function packets(type, body) {
    const head = Buffer.alloc(8);
    head.write('##');
    head.writeUInt16BE(type, 2);
    head.writeUInt32BE(body.length, 4);
    const stream = Buffer.concat([head, body]);
    const result = [];
    for (let at = 0; at < stream.length; at += PACKET - 1) {
        const packet = Buffer.alloc(PACKET);
        packet[0] = HEADER[0];
        stream.copy(packet, 1, at, at + PACKET - 1);
        result.push(packet);
    }
    return result;
}

/** Puts packets together; push() gives { type, body } when a message is whole, else null. */
export class Assembler {
    #type = 0;
    #left = 0;
    #parts = null;

    constructor(complain) {
        this.complain = complain;
    }

    push(packet) {
        if (packet.length !== PACKET) this.complain(`a packet of ${packet.length} bytes`);
        let content;
        if (this.#parts === null) {
            if (!packet.subarray(0, 3).equals(HEADER)) {
                this.complain('no message begins like this');
                return null;
            }
            this.#type = packet.readUInt16BE(3);
            this.#left = packet.readUInt32BE(5);
            this.#parts = [];
            content = packet.subarray(9);
        } else {
            if (packet[0] !== HEADER[0]) {
                this.complain('no message goes on like this');
                return null;
            }
            content = packet.subarray(1);
        }
        if (content.subarray(this.#left).some((byte) => byte !== 0)) this.complain('dirty padding');
        this.#parts.push(content.subarray(0, this.#left));
        this.#left = Math.max(0, this.#left - content.length);
        if (this.#left > 0) return null;
        const body = Buffer.concat(this.#parts);
        this.#parts = null;
        return { type: this.#type, body };
    }
}
