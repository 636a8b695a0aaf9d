// SPDX-License-Identifier: Apache-2.0
// Fields of requests, with the service's own words for what is wrong with them.
import { getAddress, isHexString } from 'ethers';
import { Answer } from './answer.mjs';

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
export const isChecksummed = (s) => ADDRESS.test(s) && checksum(s) === s;

function checksum(s) {
    try {
        return getAddress(s.toLowerCase());
    } catch {
        return null;
    }
}

/** An address in the path. */
export function pathAddress(text) {
    if (isChecksummed(text)) return text;
    throw new Answer(422, {
        code: 1,
        message: 'Checksum address validation failed',
        arguments: [text],
    });
}

/** An address in the query, or undefined. */
export function queryAddress(query, name) {
    const text = query.get(name);
    if (text === null || isChecksummed(text)) return text ?? undefined;
    throw new Answer(400, { [name]: ['Enter a valid checksummed Ethereum Address.'] });
}

/** Collects the errors of one body; done() throws them together. */
export class Fields {
    #errors = {};

    constructor(body, status) {
        if (body === null || typeof body !== 'object' || Array.isArray(body))
            throw new Answer(400, { nonFieldErrors: ['Invalid data. Expected a dictionary.'] });
        this.body = body;
        this.status = status;
    }

    #fail(name, text) {
        (this.#errors[name] ??= []).push(text);
        return null;
    }

    #get(name, { optional = false } = {}) {
        const value = this.body[name];
        if (value !== undefined && value !== null) return value;
        if (!optional) {
            const missing = value === undefined;
            this.#fail(name, missing ? 'This field is required.' : 'This field may not be null.');
        }
        return null;
    }

    address(name, { optional = false, special = false } = {}) {
        const value = this.#get(name, { optional });
        if (value === null) return null;
        if (!isChecksummed(value)) return this.#fail(name, `Address ${value} is not checksumed`);
        if (!special && BigInt(value) === 0n) return this.#fail(name, '0x0 address is not allowed');
        if (!special && BigInt(value) === 1n) return this.#fail(name, '0x1 address is not allowed');
        return value;
    }

    integer(name) {
        const value = this.#get(name);
        if (value === null) return null;
        const text = typeof value === 'number' && Number.isSafeInteger(value) ? `${value}` : value;
        if (typeof text !== 'string' || !/^-?[0-9]{1,78}$/.test(text))
            return this.#fail(name, 'A valid integer is required.');
        if (BigInt(text) < 0n)
            return this.#fail(name, 'Ensure this value is greater than or equal to 0.');
        if (BigInt(text) >= 2n ** 256n) return this.#fail(name, 'Value is beyond uint256.');
        return BigInt(text);
    }

    operation(name) {
        const value = this.integer(name);
        if (value === null || value === 0n || value === 1n) return Number(value);
        return this.#fail(name, 'Unknown operation');
    }

    bytes(name, { optional = false, min = 0, max = Infinity } = {}) {
        const value = this.#get(name, { optional });
        if (value === null) return null;
        if (!isHexString(value, true))
            return this.#fail(name, `${value} is not a hexadecimal value.`);
        const length = (value.length - 2) / 2;
        const what = 'hexadecimal chars (not counting 0x).';
        if (length < min) return this.#fail(name, `Ensure this field has at least ${min} ${what}`);
        if (length > max)
            return this.#fail(name, `Ensure this field has no more than ${max} ${what}`);
        return value.toLowerCase();
    }

    text(name, { optional = false, min = 0, max }) {
        const value = this.#get(name, { optional });
        if (value === null) return null;
        if (typeof value !== 'string') return this.#fail(name, 'Not a valid string.');
        if (value.length < min) return this.#fail(name, 'This field may not be blank.');
        if (value.length > max)
            return this.#fail(name, `Ensure this field has no more than ${max} characters.`);
        return value;
    }

    futureDate(name, now) {
        const value = this.#get(name, { optional: true });
        if (value === null) return null;
        const time = Date.parse(value);
        if (Number.isNaN(time)) return this.#fail(name, 'Datetime has wrong format.');
        if (time <= now) return this.#fail(name, '`expiry_date` should be bigger than now');
        return new Date(time).toISOString();
    }

    done() {
        if (Object.keys(this.#errors).length > 0) throw new Answer(this.status, this.#errors);
    }
}
