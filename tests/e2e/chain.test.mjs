// SPDX-License-Identifier: Apache-2.0
// The chain that the other tests stand on: the real contracts, where they are published.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Chain, SAFE_VERSIONS, owners } from './chain.mjs';

let chain;
before(async () => {
    chain = await Chain.start();
});
after(() => chain.stop());

for (const version of SAFE_VERSIONS) {
    test(`a Safe ${version} with its owners and threshold`, async () => {
        // installSafe throws unless every address and code hash is the published one
        const safe = await chain.makeSafe(version);
        const { SafeL2 } = await chain.installSafe(version);
        assert.equal(await chain.read(safe, SafeL2.abi, 'VERSION'), version);
        assert.deepEqual(
            [...(await chain.read(safe, SafeL2.abi, 'getOwners'))],
            owners.map((w) => w.address),
        );
        assert.equal(await chain.read(safe, SafeL2.abi, 'getThreshold'), 2n);
    });
}

for (const release of ['4.9.6', '5.4.0']) {
    test(`a timelock ${release} that administers itself`, async () => {
        const proposer = owners[0].address;
        const timelock = await chain.makeTimelock(release, { proposers: [proposer] });
        const { abi } = chain.contracts[`Timelock ${release}`];
        assert.equal(await chain.read(timelock, abi, 'getMinDelay'), 3600n);
        for (const name of ['PROPOSER_ROLE', 'EXECUTOR_ROLE', 'CANCELLER_ROLE']) {
            const role = await chain.read(timelock, abi, name);
            assert.equal(await chain.read(timelock, abi, 'hasRole', role, proposer), true, name);
        }
        const before = await chain.now();
        await chain.timeTravel(3600);
        assert.ok((await chain.now()) >= before + 3600n);
    });
}

test('a DstackApp and a DstackKms that obey their owner only', async () => {
    const owner = owners[0].address;
    const app = await chain.makeApp(owner);
    const kms = await chain.makeKms(owner);
    const hash = '0x' + '11'.repeat(32);
    for (const [to, contract, set, get] of [
        [app, 'DstackApp', 'addComposeHash', 'allowedComposeHashes'],
        [kms, 'DstackKms', 'addOsImageHash', 'allowedOsImages'],
    ]) {
        const { abi } = chain.contracts[contract];
        const data = chain.encode(abi, set, hash);
        const refused = await chain.sendRaw({ from: owners[1].address, to, data });
        assert.equal(refused.status, '0x0');
        await chain.send({ from: owner, to, data });
        assert.equal(await chain.read(to, abi, get, hash), true);
    }
});
