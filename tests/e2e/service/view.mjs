// SPDX-License-Identifier: Apache-2.0
// What the service reads from the chain.
import { Interface, ZeroAddress, getAddress, id } from 'ethers';
import { RpcError } from '../rpc.mjs';
import { SAFE as EXEC } from '../safetx.mjs';
import { Answer } from './answer.mjs';

const SAFE = new Interface([
    'function VERSION() view returns (string)',
    'function getOwners() view returns (address[])',
    'function getThreshold() view returns (uint256)',
    'function nonce() view returns (uint256)',
    'function getModulesPaginated(address, uint256) view returns (address[], address)',
    'function approvedHashes(address, bytes32) view returns (uint256)',
]);
const TOPIC = {
    setup: id('SafeSetup(address,address[],uint256,address,address)'),
    success: id('ExecutionSuccess(bytes32,uint256)'),
    failure: id('ExecutionFailure(bytes32,uint256)'),
};
const SLOT = {
    singleton: '0x0',
    guard: '0x4a204f620c8c5ccdca3fd54d003badd85ba500436a431f0cbda4f558c93c34c8',
    handler: '0x6c9a6c4a39284e37ed1cf53d337577d14212a4870fb976a4366c693b939918d5',
    moduleGuard: '0xb104e0b93118902c651344349b610029d694cfdec91c589c91ebafbcd0289947',
};

export class ChainView {
    #next = 0;
    #executions = new Map();

    constructor(rpc) {
        this.rpc = rpc;
        this.safes = new Set(); // indexed
    }

    /** RPC; a node that does not answer is 503, what the node refuses is the caller's. */
    async ask(method, ...params) {
        try {
            return await this.rpc.call(method, ...params);
        } catch (e) {
            if (e instanceof RpcError) throw e;
            throw new Answer(503, {
                exception: 'Problem connecting to Ethereum network',
                trace: `${e.code}`,
            });
        }
    }

    async read(to, abi, name, ...args) {
        const iface = Interface.from(abi);
        const data = iface.encodeFunctionData(name, args);
        const result = await this.ask('eth_call', { to, data }, 'latest');
        const values = iface.decodeFunctionResult(name, result);
        return values.length === 1 ? values[0] : values;
    }

    /** undefined if the contract reverts or answers something else. */
    async tryRead(...call) {
        try {
            return await this.read(...call);
        } catch (e) {
            if (e instanceof Answer) throw e;
            return undefined;
        }
    }

    async #slot(safe, slot) {
        return getAddress(
            '0x' + (await this.ask('eth_getStorageAt', safe, slot, 'latest')).slice(26),
        );
    }

    async owners(safe) {
        const owners = await this.tryRead(safe, SAFE, 'getOwners');
        return owners && [...owners];
    }

    async threshold(safe) {
        return Number(await this.read(safe, SAFE, 'getThreshold'));
    }

    async isApproved(safe, owner, hash) {
        return (await this.tryRead(safe, SAFE, 'approvedHashes', owner, hash)) > 0n;
    }

    async info(safe) {
        const one = '0x0000000000000000000000000000000000000001';
        const read = (name, ...args) => this.read(safe, SAFE, name, ...args);
        return {
            address: safe,
            nonce: `${await read('nonce')}`,
            threshold: await this.threshold(safe),
            owners: await this.owners(safe),
            masterCopy: await this.#slot(safe, SLOT.singleton),
            modules: [...(await read('getModulesPaginated', one, 100))[0]],
            fallbackHandler: await this.#slot(safe, SLOT.handler),
            guard: (await this.#slot(safe, SLOT.guard)) ?? ZeroAddress,
            moduleGuard: (await this.#slot(safe, SLOT.moduleGuard)) ?? ZeroAddress,
            version: (await this.tryRead(safe, SAFE, 'VERSION')) ?? null,
        };
    }

    /** Follow the chain: new Safes, executed transactions. */
    async index() {
        const head = Number(await this.ask('eth_blockNumber'));
        if (head < this.#next) return;
        const range = { fromBlock: hex(this.#next), toBlock: hex(head) };
        const topics = [Object.values(TOPIC)];
        for (const log of await this.ask('eth_getLogs', { ...range, topics })) {
            const safe = getAddress(log.address);
            if (log.topics[0] === TOPIC.setup) this.safes.add(safe);
            else await this.#executed(safe, log);
        }
        this.#next = head + 1;
    }

    async #executed(safe, log) {
        // 1.3.0 has the hash in the data, later releases in a topic
        const safeTxHash = log.topics[1] ?? log.data.slice(0, 66);
        const tx = await this.ask('eth_getTransactionByHash', log.transactionHash);
        const receipt = await this.ask('eth_getTransactionReceipt', log.transactionHash);
        const block = await this.ask('eth_getBlockByHash', receipt.blockHash, false);
        this.#executions.set(`${safe} ${safeTxHash}`, {
            transactionHash: log.transactionHash,
            isSuccessful: log.topics[0] === TOPIC.success,
            blockNumber: Number(receipt.blockNumber),
            executionDate: new Date(Number(block.timestamp) * 1000).toISOString(),
            executor: getAddress(tx.from),
            gasUsed: Number(receipt.gasUsed),
            ethGasPrice: `${BigInt(receipt.effectiveGasPrice)}`,
            fee: `${BigInt(receipt.effectiveGasPrice) * BigInt(receipt.gasUsed)}`,
            signatures: signaturesOf(tx),
        });
    }

    /** How a transaction was executed; undefined if it was not. */
    execution(safe, safeTxHash) {
        return this.#executions.get(`${safe} ${safeTxHash}`);
    }
}

const hex = (n) => '0x' + n.toString(16);

function signaturesOf(tx) {
    try {
        return EXEC.decodeFunctionData('execTransaction', tx.input).signatures;
    } catch {
        return null; // sent through another contract
    }
}
