// SPDX-License-Identifier: Apache-2.0
// Compiles our stand-ins and OpenZeppelin's contracts with npm's solc. Results are kept under
// build/e2e, named by what went in.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
export const modules = join(here, '..', 'node_modules');
export const buildDir = resolve(here, '..', '..', process.env.BUILD ?? 'build', 'e2e');

const own = join(here, 'contracts');
const wanted = [
    'DstackApp.sol',
    'DstackKms.sol',
    'openzeppelin-4/governance/TimelockController.sol',
    'openzeppelin-5/governance/TimelockController.sol',
    'openzeppelin-5/proxy/ERC1967/ERC1967Proxy.sol',
];

const readSource = (name) =>
    readFileSync(name.startsWith('openzeppelin-') ? join(modules, name) : join(own, name), 'utf8');

function fingerprint() {
    const h = createHash('sha256');
    for (const file of ['openzeppelin-4', 'openzeppelin-5', 'solc'])
        h.update(readFileSync(join(modules, file, 'package.json')));
    h.update(readFileSync(fileURLToPath(import.meta.url)));
    for (const file of readdirSync(own).sort()) h.update(file).update(readSource(file));
    return h.digest('hex').slice(0, 16);
}

function run() {
    const solc = require('solc');
    const input = {
        language: 'Solidity',
        sources: Object.fromEntries(wanted.map((f) => [f, { content: readSource(f) }])),
        settings: {
            optimizer: { enabled: true, runs: 200 },
            evmVersion: 'cancun',
            outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
        },
    };
    const find = (name) => {
        try {
            return { contents: readSource(name) };
        } catch (e) {
            return { error: e.message };
        }
    };
    const output = JSON.parse(solc.compile(JSON.stringify(input), { import: find }));
    const errors = (output.errors ?? []).filter((e) => e.severity === 'error');
    if (errors.length > 0) throw new Error(errors.map((e) => e.formattedMessage).join('\n'));
    const pick = (file, name) => {
        const c = output.contracts[file][name];
        return { abi: c.abi, bytecode: '0x' + c.evm.bytecode.object };
    };
    return {
        DstackApp: pick('DstackApp.sol', 'DstackApp'),
        DstackAppTwoStep: pick('DstackApp.sol', 'DstackAppTwoStep'),
        DstackKms: pick('DstackKms.sol', 'DstackKms'),
        ERC1967Proxy: pick('openzeppelin-5/proxy/ERC1967/ERC1967Proxy.sol', 'ERC1967Proxy'),
        'Timelock 4.9.6': pick(wanted[2], 'TimelockController'),
        'Timelock 5.4.0': pick(wanted[3], 'TimelockController'),
    };
}

/** name -> { abi, bytecode } */
export function compiled() {
    const path = join(buildDir, `contracts-${fingerprint()}.json`);
    try {
        return JSON.parse(readFileSync(path, 'utf8'));
    } catch (e) {
        if (e.code !== 'ENOENT') throw e;
    }
    const result = run();
    mkdirSync(buildDir, { recursive: true });
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(result));
    renameSync(`${path}.${process.pid}`, path);
    return result;
}
