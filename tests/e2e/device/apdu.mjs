// SPDX-License-Identifier: Apache-2.0
// Words that the parts of the simulated Ethereum app share.

export const OK = 0x9000;
export const SW = {
    refused: 0x6985,
    badData: 0x6a80,
    badPath: 0x6a15,
    noInfo: 0x6a00,
    badP1P2: 0x6b00,
    unknownIns: 0x6d00,
    unknownCla: 0x6e00,
    txType: 0x6501,
    locked: 0x5515,
};
/** A chunk of data that others follow has this length. */
export const CHUNK = 255;

/** Thrown anywhere in a command: the answer is this status word, and the app starts afresh. */
export class Status extends Error {
    constructor(sw) {
        super(sw.toString(16));
        this.sw = sw;
    }
}

export function check(condition, sw) {
    if (!condition) throw new Status(sw);
}

export const asVersion = (text) => text.split('.').map(Number);
export function atLeast(version, wanted) {
    const [a, b] = [asVersion(version), asVersion(wanted)];
    for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return a[i] > b[i];
    return true;
}

export const upperHex = (bytes) => '0x' + Buffer.from(bytes).toString('hex').toUpperCase();
export const nameOf = (data) => Buffer.from(data).toString('latin1');
