// SPDX-License-Identifier: Apache-2.0
// A Safe that owns its contracts directly: one step, MultiSendCallOnly for several calls, every
// kind of signature that the contracts take, and everything that has to be refused.
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { TypedDataEncoder, concat, id } from 'ethers';
import { CHAIN_ID, Chain, SAFE_VERSIONS, delegate, outsider, owners, sender } from './chain.mjs';
import { RpcProxy } from './rpc.mjs';
import {
    ethSignSafeTx,
    SAFE_TX,
    execData,
    packCalls,
    safeTxHash,
    signAndExecute,
    signSafeTx,
} from './safetx.mjs';
import { Service } from './service/server.mjs';
import { Team, readProposal } from './team.mjs';
import { World, signer } from './world.mjs';

const [alice, bob, carol] = owners;
let chain;
let service;

before(async () => {
    chain = await Chain.start();
    service = await Service.start({ rpc: chain.rpc, chainId: CHAIN_ID });
});
after(async () => {
    await service?.stop();
    await chain?.stop();
});

const bare = ({ chainId, safe, version, ...tx }) => tx;

/** Puts signatures into a proposal file, as another program would. */
function addSignatures(m, name, rows) {
    const proposal = readProposal(m, name);
    const signatures = [...proposal.signatures, ...rows];
    signatures.sort((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1));
    writeFileSync(m.path(name), JSON.stringify({ ...proposal, signatures }, null, 2) + '\n');
}

async function signed(m, name, wallet, sign = signSafeTx, kind = 'EOA') {
    const { safeTx } = readProposal(m, name);
    const signature = await sign(wallet, safeTx.safe, bare(safeTx));
    return { signer: wallet.address, kind, signature };
}

for (const version of SAFE_VERSIONS) {
    describe(`Safe ${version} without a timelock`, () => {
        let team;
        let count = 0;

        before(async () => {
            const policy = ['unattended-delegates: true', 'unproved: [device, kms-device]'];
            team = new Team(await World.make(chain, { version, queue: service, policy }));
        });

        const isAllowed = (hash) => team.readApp('allowedComposeHashes', hash);

        /** A proposal on the executor's machine, signed by ethers for these owners. */
        async function prepared(...wallets) {
            const { hash, options } = team.release(`${version} ${++count}`);
            const name = `p${count}.json`;
            await team.propose(name, 'add-compose-hash', ...options);
            team.mail(team.ci, team.executor, name);
            const rows = [];
            for (const w of wallets) rows.push(await signed(team.executor, name, w));
            addSignatures(team.executor, name, rows);
            return { name, hash };
        }

        test('a release in one step', async () => {
            const { hash, options } = team.release('1');
            const { step } = await team.carryOut('r1.json', 'add-compose-hash', ...options);
            assert.equal(step, 'direct');
            assert.equal(await isAllowed(hash), true);
        });

        test('several calls are one MultiSendCallOnly transaction', async () => {
            const { hash, options } = team.release('2');
            const device = id('device');
            const batch = [
                '- {action: add-compose-hash}',
                `- {action: add-device, contract: app, args: ["${device}"]}`,
                `- {action: add-kms-device, contract: kms, args: ["${device}"]}`,
            ];
            writeFileSync(team.ci.path('batch.yaml'), batch.join('\n') + '\n');
            await team.carryOut('b2.json', 'batch', 'batch.yaml', ...options);
            const { safeTx } = readProposal(team.ci, 'b2.json');
            const { MultiSendCallOnly } = await chain.installSafe(version);
            const { DstackApp, DstackKms } = chain.contracts;
            const { app, kms } = team.world;
            const calls = [
                { to: app, data: chain.encode(DstackApp.abi, 'addComposeHash', hash) },
                { to: app, data: chain.encode(DstackApp.abi, 'addDevice', device) },
                { to: kms, data: chain.encode(DstackKms.abi, 'addKmsDevice', device) },
            ];
            const data = chain.encode(MultiSendCallOnly.abi, 'multiSend', packCalls(calls));
            assert.deepEqual(
                [safeTx.operation, safeTx.to, safeTx.data],
                [1, MultiSendCallOnly.address, data],
            );
            assert.equal(await isAllowed(hash), true);
            assert.equal(await team.readApp('allowedDeviceIds', device), true);
        });

        test('a delegate proposes, unattended, and two owners decide', async () => {
            const add = ['delegate', 'add', '--delegate', delegate.address, ...signer('alice')];
            await team.alice.ok(add);
            const { hash, options } = team.release('3');
            await team.propose('d3.json', 'add-compose-hash', ...options);
            const sign = ['sign', 'd3.json', ...signer('delegate'), '--yes', '--submit'];
            const answer = await team.ci.ok(sign);
            assert.equal(answer.alreadyThere, false);
            const proposed = await team.fetch(team.alice, answer.safeTxHash, 'd3.json');
            assert.equal(proposed.trusted, true);
            await team.approve('d3.json');
            await team.execute('d3.json');
            assert.equal(await isAllowed(hash), true);
        });

        test('an owner is not unattended', async () => {
            const { options } = team.release('4');
            await team.propose('o4.json', 'add-compose-hash', ...options);
            const sign = ['sign', 'o4.json', ...signer('alice'), '--yes', '--json'];
            const { code, stdout } = await team.ci.run(sign);
            assert.equal(code, 2, stdout);
            assert.deepEqual(readProposal(team.ci, 'o4.json').signatures, []);
            const typed = [['type the last eight', '00000000']];
            const wrong = await team.ci.ask(['sign', 'o4.json', ...signer('alice')], typed);
            assert.equal(wrong.code, 3, wrong.stdout);
            assert.deepEqual(readProposal(team.ci, 'o4.json').signatures, []);
        });

        // --- every kind of signature
        test('an eth_sign signature counts', async () => {
            const { name, hash } = await prepared(alice);
            const row = await signed(team.executor, name, bob, ethSignSafeTx, 'ETH_SIGN');
            addSignatures(team.executor, name, [row]);
            await team.execute(name);
            assert.equal(await isAllowed(hash), true);
        });

        test('a hash approved on chain counts, one that is not does not', async () => {
            const { name, hash } = await prepared(bob);
            const word = carol.address.slice(2).toLowerCase().padStart(64, '0');
            const signature = `0x${word}${'00'.repeat(32)}01`;
            addSignatures(team.executor, name, [
                { signer: carol.address, kind: 'APPROVED_HASH', signature },
            ]);
            await team.executeRefused(name, /1 of 2|not approved/);
            const { safeTxHash } = readProposal(team.executor, name);
            const data = chain.encode(['function approveHash(bytes32)'], 'approveHash', safeTxHash);
            await chain.send({ from: carol.address, to: team.world.safe, data });
            await team.execute(name);
            assert.equal(await isAllowed(hash), true);
        });

        test('an owner who sends needs no signature', async () => {
            const { name, hash } = await prepared(bob);
            await team.executor.ok(['execute', name, ...signer('alice'), '--yes']);
            assert.equal(await isAllowed(hash), true);
        });

        test('a chain without EIP-1559 gets a transaction with a gas price', async (t) => {
            const { name, hash } = await prepared(alice, bob);
            const proxy = await RpcProxy.start(chain.rpc, async (method, params) => {
                if (method !== 'eth_getBlockByNumber') return undefined;
                const { baseFeePerGas, ...block } = await chain.rpc.call(method, ...params);
                return block;
            });
            t.after(() => proxy.stop());
            const args = ['execute', name, ...signer('sender'), '--yes', '--rpc', proxy.url];
            const refused = await team.executor.run(args);
            assert.equal(refused.code, 2, refused.stdout);
            assert.match(refused.stderr, /no base fee[^]*--legacy/);
            const dear = await team.executor.run([...args, '--legacy', '--max-fee', '1']);
            assert.equal(dear.code, 2, dear.stdout);
            assert.match(dear.stderr, /the limit is 1\n/);
            const answer = await team.executor.ok([...args, '--legacy']);
            const sent = await chain.rpc.call('eth_getTransactionByHash', answer.transactionHash);
            assert.equal(sent.type, '0x0');
            assert.equal(await isAllowed(hash), true);
        });

        test('an account that could not pay is told so before anybody signs', async () => {
            const { name, hash } = await prepared(alice, bob);
            const setBalance = (wei) =>
                chain.rpc.call('anvil_setBalance', sender.address, '0x' + wei.toString(16));
            await setBalance(7n);
            const args = ['execute', name, ...signer('sender'), '--yes'];
            const { code, stdout, stderr } = await team.executor.run(args);
            assert.deepEqual([code, stdout], [2, '']);
            assert.match(stderr, new RegExp(`${sender.address} holds 7 wei.*may cost [0-9]+\n`));
            await setBalance(10n ** 22n);
            await team.execute(name);
            assert.equal(await isAllowed(hash), true);
        });

        test('the printed calldata is what ethers makes of it', async () => {
            const { name, hash } = await prepared(carol, alice);
            const answer = await team.executor.ok(['execute', name, '--print']);
            const { safeTx, signatures } = readProposal(team.executor, name);
            const pairs = signatures.map((s) => [s.signer, s.signature]);
            assert.deepEqual(
                [answer.to, answer.data],
                [team.world.safe, execData(bare(safeTx), pairs)],
            );
            assert.equal((await chain.sendRaw(answer)).status, '0x1');
            assert.equal(await isAllowed(hash), true);
        });

        // --- what has to be refused
        test('one signature of two is not enough', async () => {
            const { name } = await prepared(alice);
            await team.executeRefused(name, /1 of 2/);
            const print = await team.executor.run(['execute', name, '--print']);
            assert.deepEqual([print.code, print.stdout], [1, '']);
        });

        test("an outsider's signature is none", async () => {
            const { name } = await prepared(alice, outsider);
            await team.executeRefused(name, new RegExp(outsider.address));
            const { safeTx, signatures } = readProposal(team.executor, name);
            const pairs = signatures.map((s) => [s.signer, s.signature]);
            const receipt = await chain.sendRaw({
                to: safeTx.safe,
                data: execData(bare(safeTx), pairs),
            });
            assert.equal(receipt.status, '0x0', 'the contract says so too');
        });

        test('another nonce than the next is not executed', async () => {
            const nonce = await team.nonce();
            const { options } = team.release(`${version} ahead`);
            const ahead = ['--nonce', `${nonce + 1}`];
            await team.propose('ahead.json', 'add-compose-hash', ...options, ...ahead);
            team.mail(team.ci, team.executor, 'ahead.json');
            for (const w of [alice, bob]) {
                const row = await signed(team.executor, 'ahead.json', w);
                addSignatures(team.executor, 'ahead.json', [row]);
            }
            await team.executeRefused('ahead.json', /can not be executed yet/);
            // somebody else's transaction takes the nonce of the next one
            const { name } = await prepared(alice, bob);
            const empty = { ...bare(readProposal(team.executor, name).safeTx), data: '0x' };
            empty.to = team.world.safe;
            const taken = await signAndExecute(chain, team.world.safe, empty, [alice, bob]);
            assert.equal(taken.status, '0x1');
            await team.executeRefused(name, /used up/);
            await team.execute('ahead.json');
        });

        test('safeTxGas turns a failed call into ExecutionFailure: refused', async () => {
            const { name } = await prepared();
            const proposal = readProposal(team.executor, name);
            const { safe } = proposal.safeTx;
            // removing from a contract that the Safe does not own fails; with gas set, silently
            const tx = { ...bare(proposal.safeTx), to: await chain.makeApp(outsider.address) };
            Object.assign(tx, { safeTxGas: '100000' });
            const receipt = await signAndExecute(chain, safe, tx, [alice, bob]);
            assert.equal(receipt.status, '0x1');
            const failure = id('ExecutionFailure(bytes32,uint256)');
            assert.ok(receipt.logs.some((log) => log.topics[0] === failure));

            const gas = { ...proposal.safeTx, safeTxGas: '100000', nonce: `${await team.nonce()}` };
            const hashes = {
                messageHash: TypedDataEncoder.hashStruct('SafeTx', SAFE_TX, bare(gas)),
                safeTxHash: safeTxHash(safe, bare(gas)),
            };
            const changed = { ...proposal, safeTx: gas, ...hashes };
            writeFileSync(team.executor.path('gas.json'), JSON.stringify(changed));
            const answer = await team.executor.run(['verify', 'gas.json', '--json']);
            assert.equal(answer.code, 1);
            const gasCheck = JSON.parse(answer.stdout).checks.find((c) => c.id === 'tx.gas');
            assert.equal(gasCheck.verdict, 'fail');
            for (const w of [alice, bob]) {
                const row = await signed(team.executor, 'gas.json', w);
                addSignatures(team.executor, 'gas.json', [row]);
            }
            await team.executeRefused('gas.json', /tx\.gas/);
        });

        test('a change between simulation and sending is no success', async (t) => {
            const { name, hash } = await prepared(alice, bob);
            const slot = '0x9016d09d72d40fdae2fd8ceac6b6234c7706214fd39c1cd1e609a0528c199300';
            const setOwner = (owner) => {
                const word = '0x' + owner.slice(2).padStart(64, '0');
                return chain.rpc.call('anvil_setStorageAt', team.world.app, slot, word);
            };
            const proxy = await RpcProxy.start(chain.rpc, async (method) => {
                if (method === 'eth_sendRawTransaction') await setOwner(outsider.address);
            });
            t.after(() => proxy.stop());
            await team.executeRefused(name, /reverted/, '--rpc', proxy.url);
            await setOwner(team.world.safe);
            await team.execute(name);
            assert.equal(await isAllowed(hash), true);
        });

        test('a node that claims another receipt is not believed', async (t) => {
            const { name } = await prepared(alice, bob);
            const proxy = await RpcProxy.start(chain.rpc, async (method, params) => {
                if (method !== 'eth_getTransactionReceipt') return undefined;
                const receipt = await chain.rpc.call(method, ...params);
                return receipt && { ...receipt, logs: [] };
            });
            t.after(() => proxy.stop());
            const args = ['execute', name, ...signer('sender'), '--yes', '--rpc', proxy.url];
            const { code, stderr } = await team.executor.run(args);
            assert.equal(code, 1, stderr);
            assert.match(stderr, /ExecutionSuccess/);
            const again = await team.execute(name); // what really happened is found
            assert.equal(again.sent, false);
        });

        test('a node that shows no receipt: sent, not seen yet', async (t) => {
            const { name } = await prepared(alice, bob);
            const proxy = await RpcProxy.start(chain.rpc, (method) =>
                method === 'eth_getTransactionReceipt' ? null : undefined,
            );
            t.after(() => proxy.stop());
            const args = ['execute', name, ...signer('sender'), '--yes', '--rpc', proxy.url];
            const { code, stdout, stderr } = await team.executor.run([...args, '--timeout', '1']);
            assert.equal(code, 2, stderr);
            const [, hash] = stdout.match(/^transaction (0x[0-9a-f]{64})$/m);
            assert.ok(stderr.includes(`sent, not seen yet: ${hash}`), stderr);
            const again = await team.execute(name);
            assert.equal(again.sent, false);
        });

        test('a changed file is refused', async () => {
            const { name } = await prepared(alice);
            const text = readFileSync(team.executor.path(name), 'utf8');
            const change = (from, to) => {
                assert.ok(text.includes(from));
                writeFileSync(team.executor.path('t.json'), text.replace(from, to));
                return team.executor.run(['verify', 't.json']);
            };
            const { safeTx, evidence } = JSON.parse(text);
            const compose = evidence.files['compose.yaml'];
            const other = Buffer.from(compose, 'base64').toString().replace('8080', '8081');
            for (const [from, to] of [
                [safeTx.data, safeTx.data.slice(0, -1) + (safeTx.data.endsWith('0') ? '1' : '0')],
                ['"nonce": "', '"nonce": "1'],
                [compose, Buffer.from(other).toString('base64')],
                [evidence.files['git/commit'], Buffer.from('tree 0\n').toString('base64')],
            ])
                assert.notEqual((await change(from, to)).code, 0, from);
        });
    });
}

// --- an owner that is a Safe itself
const SAFE_MESSAGE = { SafeMessage: [{ type: 'bytes', name: 'message' }] };
for (const version of SAFE_VERSIONS) {
    test(`a Safe ${version} signs for the Safe that it owns a share of`, async () => {
        const members = [carol.address];
        const child = await chain.makeSafe(version, {
            owners: members,
            threshold: 1,
            saltNonce: 77,
        });
        const team = new Team(
            await World.make(chain, { version, members: [alice.address, child] }),
        );
        const { hash, options } = team.release(`nested ${version}`);
        await team.propose('p.json', 'add-compose-hash', ...options);
        copyFileSync(team.ci.path('p.json'), team.executor.path('p.json'));
        const { domainHash, messageHash, safeTxHash } = readProposal(team.ci, 'p.json');
        // up to 1.4.1 the parent asks about the preimage, 1.5.0 about the hash
        const preimage = concat(['0x1901', domainHash, messageHash]);
        const message = version === '1.5.0' ? safeTxHash : preimage;
        const domain = { chainId: CHAIN_ID, verifyingContract: child };
        const inner = await carol.signTypedData(domain, SAFE_MESSAGE, { message });
        const word = (n) => n.toString(16).padStart(64, '0');
        const owner = child.slice(2).toLowerCase().padStart(64, '0');
        const signature = `0x${owner}${word(65)}00${word(65)}${inner.slice(2)}`;
        addSignatures(team.executor, 'p.json', [
            await signed(team.executor, 'p.json', alice),
            { signer: child, kind: 'CONTRACT_SIGNATURE', signature },
        ]);
        await team.execute('p.json');
        assert.equal(await team.readApp('allowedComposeHashes', hash), true);
    });
}
