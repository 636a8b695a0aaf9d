// SPDX-License-Identifier: Apache-2.0
// Safe's signature blobs: who signed, and does it hold.
import { ZeroAddress, dataSlice, getAddress, hashMessage, recoverAddress } from 'ethers';

const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const hex32 = (n) => '0x' + n.toString(16).padStart(64, '0');

/** As the contract's ecrecover: any s; nobody, not an error, if it recovers nothing. */
export function recover(digest, r, s, v) {
    const high = s > N / 2n;
    try {
        return recoverAddress(digest, {
            r: hex32(r),
            s: hex32(high ? N - s : s),
            v: high ? 55 - v : v,
        });
    } catch {
        return ZeroAddress;
    }
}

function parseOne(blob, at, digest) {
    const word = (i) => BigInt(dataSlice(blob, at + i, at + i + 32));
    const r = word(0);
    const s = word(32);
    const v = Number(dataSlice(blob, at + 64, at + 65));
    const signature = dataSlice(blob, at, at + 65);
    const asOwner = () => getAddress('0x' + hex32(r).slice(26));
    if (v === 0) {
        const start = Number(s);
        const length = Number(BigInt(dataSlice(blob, start, start + 32)));
        const data = dataSlice(blob, start + 32, start + 32 + length);
        return { type: 'CONTRACT_SIGNATURE', signer: asOwner(), signature, data, start };
    }
    if (v === 1) return { type: 'APPROVED_HASH', signer: asOwner(), signature };
    if (v > 30) {
        const signer = recover(hashMessage(Buffer.from(digest.slice(2), 'hex')), r, s, v - 4);
        return { type: 'ETH_SIGN', signer, signature };
    }
    return { type: 'EOA', signer: recover(digest, r, s, v), signature };
}

/** The parts of a blob: { type, signer, signature, data }. Stops where dynamic data begins. */
export function parseSignatures(blob, digest) {
    const length = (blob.length - 2) / 2;
    const parts = [];
    let end = length;
    for (let at = 0; at + 65 <= end; at += 65) {
        let part;
        try {
            part = parseOne(blob, at, digest);
        } catch {
            break; // offsets that point nowhere
        }
        if (part.start !== undefined) end = Math.min(end, part.start);
        parts.push(part);
    }
    return parts;
}

const MAGIC = { '1626ba7e': 'bytes32', '20c13b0b': 'bytes' };
const wallet = Object.entries(MAGIC).map(([selector, type]) => ({
    selector: '0x' + selector,
    abi: [`function isValidSignature(${type}, bytes) view returns (bytes4)`],
}));

/** The chain is asked about contract signatures and approved hashes; others hold as recovered. */
export async function signatureHolds(view, safe, part, digest, preimage) {
    if (part.type === 'APPROVED_HASH') return view.isApproved(safe, part.signer, digest);
    if (part.type !== 'CONTRACT_SIGNATURE') return true;
    for (const { selector, abi } of wallet) {
        const message = selector === '0x1626ba7e' ? digest : preimage;
        const magic = await view.tryRead(part.signer, abi, 'isValidSignature', message, part.data);
        if (magic === selector) return true;
    }
    return false;
}

/** A contract signature as one confirmation stores it: alone, its data right behind it. */
export function standalone(part) {
    if (part.data === undefined) return part.signature;
    const length = (part.data.length - 2) / 2;
    return (
        part.signature.slice(0, 66) +
        hex32(65n).slice(2) +
        '00' +
        hex32(BigInt(length)).slice(2) +
        part.data.slice(2)
    );
}
