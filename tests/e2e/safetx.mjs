// SPDX-License-Identifier: Apache-2.0
// SafeTx by ethers: the other opinion about hashes and signatures.
import { Interface, TypedDataEncoder, ZeroAddress, concat, getBytes, solidityPacked } from 'ethers';
import { CHAIN_ID } from './chain.mjs';

const typed = (fields) => fields.map(([type, name]) => ({ type, name }));
export const SAFE_TX = {
    SafeTx: typed([
        ['address', 'to'],
        ['uint256', 'value'],
        ['bytes', 'data'],
        ['uint8', 'operation'],
        ['uint256', 'safeTxGas'],
        ['uint256', 'baseGas'],
        ['uint256', 'gasPrice'],
        ['address', 'gasToken'],
        ['address', 'refundReceiver'],
        ['uint256', 'nonce'],
    ]),
};
const TX =
    'address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, ' +
    'uint256 gasPrice, address gasToken, address refundReceiver';
export const SAFE = new Interface([
    `function execTransaction(${TX}, bytes signatures) payable returns (bool)`,
    `function getTransactionHash(${TX}, uint256 nonce) view returns (bytes32)`,
]);
const FIELDS = SAFE_TX.SafeTx.map(({ name }) => name);

/** All ten fields; what is not given is zero. */
export function safeTx(fields) {
    return {
        to: ZeroAddress,
        value: '0',
        data: '0x',
        operation: 0,
        safeTxGas: '0',
        baseGas: '0',
        gasPrice: '0',
        gasToken: ZeroAddress,
        refundReceiver: ZeroAddress,
        nonce: 0,
        ...fields,
    };
}

const domain = (safe) => ({ chainId: CHAIN_ID, verifyingContract: safe });
export const safeTxHash = (safe, tx) => TypedDataEncoder.hash(domain(safe), SAFE_TX, tx);
export const domainHash = (safe) => TypedDataEncoder.hashDomain(domain(safe));
export const messageHash = (tx) => TypedDataEncoder.hashStruct('SafeTx', SAFE_TX, tx);
export const signSafeTx = (wallet, safe, tx) => wallet.signTypedData(domain(safe), SAFE_TX, tx);
/** The same by eth_sign: v is 31 or 32. */
export async function ethSignSafeTx(wallet, safe, tx) {
    const signature = await wallet.signMessage(getBytes(safeTxHash(safe, tx)));
    return signature.slice(0, -2) + (parseInt(signature.slice(-2), 16) + 4).toString(16);
}

/** The contract's own opinion. */
export function hashOnChain(chain, safe, tx) {
    return chain.read(safe, SAFE, 'getTransactionHash', ...FIELDS.map((name) => tx[name]));
}

/** Calldata of execTransaction; signed: [address, signature] pairs in any order. */
export function execData(tx, signed) {
    const sorted = [...signed].sort(([a], [b]) => (BigInt(a) < BigInt(b) ? -1 : 1));
    const blob = concat(sorted.map(([, signature]) => signature));
    const values = FIELDS.slice(0, -1).map((name) => tx[name]);
    return SAFE.encodeFunctionData('execTransaction', [...values, blob]);
}

export async function signAndExecute(chain, safe, tx, wallets) {
    const signed = [];
    for (const w of wallets) signed.push([w.address, await signSafeTx(w, safe, tx)]);
    return chain.sendRaw({ to: safe, data: execData(tx, signed) });
}

/** multiSend's argument for plain calls: [{ to, value, data }]. */
export function packCalls(calls) {
    return concat(
        calls.map(({ to, value = 0n, data }) =>
            solidityPacked(
                ['uint8', 'address', 'uint256', 'uint256', 'bytes'],
                [0, to, value, getBytes(data).length, data],
            ),
        ),
    );
}
