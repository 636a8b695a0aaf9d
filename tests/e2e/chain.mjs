// SPDX-License-Identifier: Apache-2.0
// A chain on loopback with the real Safe and OpenZeppelin contracts on it.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
    AbiCoder,
    HDNodeWallet,
    Interface,
    concat,
    getAddress,
    getCreate2Address,
    keccak256,
} from 'ethers';
import { compiled, modules } from './compile.mjs';
import { Rpc } from './rpc.mjs';

export const CHAIN_ID = 31337;
export const ZERO = '0x0000000000000000000000000000000000000000';
export const ZERO32 = '0x' + '00'.repeat(32);

// anvil's public test phrase; every account holds 10000 ether.
const PHRASE = 'test test test test test test test test test test test junk';
const root = HDNodeWallet.fromPhrase(PHRASE, '', "m/44'/60'/0'/0");
const account = (i) => root.deriveChild(i);
/** Wallets: three owners, who has no say, who proposes for an owner, who pays for deployments. */
export const owners = [account(0), account(1), account(2)];
export const delegate = account(3);
export const outsider = account(4);
export const sender = account(5);
export const deployer = account(9);

// --- Safe's published contracts -----------------------------------------------------------------
const ARACHNID_FACTORY = '0x4e59b44847b379578588920cA78FbF26c0B4956C';
const SAFE_FACTORY = '0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7';
const releases = {
    '1.3.0': {
        folder: '@gnosis.pm/safe-contracts',
        factory: ARACHNID_FACTORY,
        contracts: {
            Safe: ['GnosisSafe.sol/GnosisSafe', 'gnosis_safe'],
            SafeL2: ['GnosisSafeL2.sol/GnosisSafeL2', 'gnosis_safe_l2'],
            ProxyFactory: [
                'proxies/GnosisSafeProxyFactory.sol/GnosisSafeProxyFactory',
                'proxy_factory',
            ],
        },
    },
    '1.4.1': { folder: '@safe-global/safe-contracts', factory: SAFE_FACTORY },
    '1.5.0': { folder: '@safe-global/safe-smart-account', factory: SAFE_FACTORY },
};
const common = {
    Safe: ['Safe.sol/Safe', 'safe'],
    SafeL2: ['SafeL2.sol/SafeL2', 'safe_l2'],
    ProxyFactory: ['proxies/SafeProxyFactory.sol/SafeProxyFactory', 'safe_proxy_factory'],
    FallbackHandler: [
        'handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler',
        'compatibility_fallback_handler',
    ],
    MultiSend: ['libraries/MultiSend.sol/MultiSend', 'multi_send'],
    MultiSendCallOnly: [
        'libraries/MultiSendCallOnly.sol/MultiSendCallOnly',
        'multi_send_call_only',
    ],
};
export const SAFE_VERSIONS = Object.keys(releases);

const readJson = (...path) => JSON.parse(readFileSync(join(modules, ...path), 'utf8'));

/** name -> { abi, bytecode, address, codeHash }; the last two as published. */
function safeRelease(version) {
    const release = releases[version];
    const result = {};
    for (const [name, [file, published]] of Object.entries({ ...common, ...release.contracts })) {
        const { abi, bytecode } = readJson(
            release.folder,
            'build/artifacts/contracts',
            `${file}.json`,
        );
        const { canonical } = readJson(
            '@safe-global/safe-deployments/dist/assets',
            `v${version}`,
            `${published}.json`,
        ).deployments;
        result[name] = { abi, bytecode, ...canonical };
    }
    return result;
}

// --- anvil --------------------------------------------------------------------------------------
/** A native binary of foundry: npm's own wrapper costs more than the program. The packages are for
 * amd64; on another machine whatever is in PATH. */
export function foundry(name) {
    const path = join(modules, '@foundry-rs', `${name}-linux-amd64`, 'bin', name);
    return existsSync(path) ? path : name;
}

export function freePort() {
    return new Promise((resolve, reject) => {
        const server = createServer();
        server.on('error', reject);
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Thrown for a receipt with status 0. */
export class Reverted extends Error {}

export class Chain {
    #process;
    #safes = {};

    static async start() {
        const chain = new Chain();
        try {
            await chain.#start();
        } catch (e) {
            await chain.stop();
            throw e;
        }
        return chain;
    }

    async #start() {
        const port = await freePort();
        const args = [
            foundry('anvil'),
            '--host',
            '127.0.0.1',
            '--port',
            `${port}`,
            '--chain-id',
            `${CHAIN_ID}`,
            '--hardfork',
            'prague',
            '--silent',
        ];
        // the shell ends anvil when our end of its input is closed, however this process may end
        const stdio = ['pipe', 'ignore', 'inherit'];
        this.#process = spawn('sh', ['-c', '"$@" & read -r _; kill $!; wait', 'sh', ...args], {
            stdio,
        });
        const failure = new Promise((_, reject) => {
            this.#process.once('error', reject);
            this.#process.once('exit', () => reject(new Error('anvil ended')));
        });
        failure.catch(() => {});
        this.rpc = new Rpc(port);
        this.url = this.rpc.url;
        await Promise.race([failure, this.#ready()]);
        this.contracts = compiled();
    }

    async #ready() {
        for (let tries = 0; tries < 500; tries++) {
            try {
                return await this.rpc.call('eth_chainId');
            } catch {
                await sleep(20);
            }
        }
        throw new Error('anvil does not answer');
    }

    stop() {
        this.rpc.close();
        const ended = new Promise((resolve) => this.#process.once('exit', resolve));
        this.#process.stdin.end();
        return ended;
    }

    // --- transactions and reads
    /** from is one of anvil's own accounts. Resolves to the receipt, whatever its status. */
    async sendRaw({ from = deployer.address, to, data = '0x', value = 0n, gas = 8_000_000n }) {
        const hash = await this.rpc.call('eth_sendTransaction', {
            from,
            to,
            data,
            value: '0x' + value.toString(16),
            gas: '0x' + gas.toString(16),
        });
        return this.receipt(hash);
    }

    async receipt(hash) {
        for (let tries = 0; tries < 1000; tries++) {
            const receipt = await this.rpc.call('eth_getTransactionReceipt', hash);
            if (receipt !== null) return receipt;
            await sleep(5);
        }
        throw new Error(`no receipt of ${hash}`);
    }

    async send(tx) {
        const receipt = await this.sendRaw(tx);
        if (receipt.status !== '0x1') throw new Reverted(`${receipt.transactionHash} reverted`);
        return receipt;
    }

    /** abi: human-readable fragments or JSON. A single return value is unwrapped. */
    async read(to, abi, name, ...args) {
        const iface = Interface.from(abi);
        const data = iface.encodeFunctionData(name, args);
        const result = await this.rpc.call('eth_call', { to, data }, 'latest');
        const values = iface.decodeFunctionResult(name, result);
        return values.length === 1 ? values[0] : values;
    }

    encode(abi, name, ...args) {
        return Interface.from(abi).encodeFunctionData(name, args);
    }

    async deploy(contract, ...args) {
        const data = concat([contract.bytecode, new Interface(contract.abi).encodeDeploy(args)]);
        const receipt = await this.send({ data });
        return getAddress(receipt.contractAddress);
    }

    async now() {
        return BigInt((await this.rpc.call('eth_getBlockByNumber', 'latest', false)).timestamp);
    }

    async timeTravel(seconds) {
        await this.rpc.call('evm_increaseTime', Number(seconds));
        await this.rpc.call('evm_mine');
    }

    // --- Safe
    /** The release's contracts, at their published addresses. */
    async installSafe(version) {
        this.#safes[version] ??= this.#installSafe(version);
        return this.#safes[version];
    }

    async #installSafe(version) {
        const { factory } = releases[version];
        if (factory === SAFE_FACTORY) await this.#installSafeFactory();
        const release = safeRelease(version);
        for (const [name, c] of Object.entries(release)) {
            const address = getCreate2Address(factory, ZERO32, keccak256(c.bytecode));
            if (address !== c.address) throw new Error(`${name} ${version} would go to ${address}`);
            await this.send({ to: factory, data: concat([ZERO32, c.bytecode]) });
            const hash = keccak256(await this.rpc.call('eth_getCode', address, 'latest'));
            if (hash !== c.codeHash) throw new Error(`${name} ${version}: code hash ${hash}`);
        }
        return release;
    }

    async #installSafeFactory() {
        this.factory ??= (async () => {
            const file = '@safe-global/safe-singleton-factory/artifacts/31337/deployment.json';
            const { transaction, signerAddress, gasPrice, gasLimit } = readJson(file);
            await this.send({ to: signerAddress, value: BigInt(gasPrice) * BigInt(gasLimit) });
            await this.receipt(await this.rpc.call('eth_sendRawTransaction', transaction));
        })();
        return this.factory;
    }

    /** With the release's fallback handler. Options: owners, threshold, saltNonce, singleton. */
    async makeSafe(version, options = {}) {
        const members = options.owners ?? owners.map((w) => w.address);
        const release = await this.installSafe(version);
        const singleton = release[options.singleton ?? 'SafeL2'];
        const setup = new Interface(singleton.abi).encodeFunctionData('setup', [
            members,
            options.threshold ?? 2,
            ZERO,
            '0x',
            release.FallbackHandler.address,
            ZERO,
            0,
            ZERO,
        ]);
        const factory = new Interface(release.ProxyFactory.abi);
        const receipt = await this.send({
            to: release.ProxyFactory.address,
            data: factory.encodeFunctionData('createProxyWithNonce', [
                singleton.address,
                setup,
                options.saltNonce ?? 0,
            ]),
        });
        const created = receipt.logs
            .filter((log) => log.address === release.ProxyFactory.address.toLowerCase())
            .map((log) => factory.parseLog(log))
            .find((log) => log.name === 'ProxyCreation');
        return created.args.proxy;
    }

    // --- OpenZeppelin and dstack
    /** release: '4.9.6' or '5.4.0'. */
    async makeTimelock(release, { minDelay = 3600, proposers, executors, admin = ZERO }) {
        return this.deploy(
            this.contracts[`Timelock ${release}`],
            minDelay,
            proposers,
            executors ?? proposers,
            admin,
        );
    }

    async #behindProxy(name, signature, args) {
        const contract = this.contracts[name];
        const implementation = await this.deploy(contract);
        const start = new Interface(contract.abi).encodeFunctionData(signature, args);
        return this.deploy(this.contracts.ERC1967Proxy, implementation, start);
    }

    /** Keccak-256 of the code with its own address masked. */
    async maskedCodeHash(address) {
        const code = await this.rpc.call('eth_getCode', address, 'latest');
        return keccak256(code.replaceAll(address.slice(2).toLowerCase(), '00'.repeat(20)));
    }

    async implementationOf(proxy) {
        const slot = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
        const word = await this.rpc.call('eth_getStorageAt', proxy, slot, 'latest');
        return getAddress('0x' + word.slice(26));
    }

    async makeApp(owner, { twoStep = false, composeHash = ZERO32, deviceId = ZERO32 } = {}) {
        return this.#behindProxy(
            twoStep ? 'DstackAppTwoStep' : 'DstackApp',
            'initialize(address,bool,bool,bool,bytes32,bytes32)',
            [owner, false, false, true, deviceId, composeHash],
        );
    }

    async makeKms(owner) {
        return this.#behindProxy('DstackKms', 'initialize(address,address)', [
            owner,
            await this.deploy(this.contracts.DstackApp),
        ]);
    }
}

export const abiEncode = (types, values) => AbiCoder.defaultAbiCoder().encode(types, values);
