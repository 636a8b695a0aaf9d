// SPDX-License-Identifier: Apache-2.0
// Speed beside the peers, in one run on one machine: the ratio is what counts. Nothing here fails
// because of time; an answer that differs from the peer's does fail.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getAddress, keccak256, toUtf8Bytes } from 'ethers';
import { CHAIN_ID, foundry } from '../e2e/chain.mjs';
import { COMPOSE_PATH, Repository, allowPorts } from '../e2e/scratch.mjs';
import { domainHash, messageHash, safeTx, safeTxHash } from '../e2e/safetx.mjs';
import { historyRepository } from './history.mjs';

const countersign = process.env.COUNTERSIGN ?? 'build/countersign';
const peakMemory = process.env.PEAK_MEMORY ?? 'build/tests/peak_memory';
const ROWS = 10_000;
const COMMITS = 100_000;
const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

// --- what is hashed: the same in every run
const random = (label) => keccak256(toUtf8Bytes(`bench ${label}`));
const address = (label) => getAddress(random(label).slice(0, 42));

/** The flat form: a call of three words, as addComposeHash through a timelock has more of. */
function row(i) {
    const words = [0, 1, 2].map((n) => random(`data ${i} ${n}`).slice(2)).join('');
    const tx = safeTx({ to: address(`to ${i}`), data: '0x01d5062a' + words, nonce: `${i}` });
    return { chainId: `${CHAIN_ID}`, safe: address(`safe ${i % 7}`), version: '1.4.1', ...tx };
}

const hashes = ({ safe, ...tx }) => ({
    domainHash: domainHash(safe),
    messageHash: messageHash(tx),
    safeTxHash: safeTxHash(safe, tx),
});

// --- time
// The shell starts the programs and takes the time: its fork is small, node's is not. Whatever is
// compared takes turns, so that a busy moment of the machine hits all alike.
const LOOP = `
runs=$1; shift
for ((i = 0; i < runs; i++)); do
    for command in "$@"; do
        t0=$EPOCHREALTIME; eval "$command" >/dev/null || exit 1; t1=$EPOCHREALTIME
        echo $((10#\${t1/./} - 10#\${t0/./}))
    done
done`;
const shell = (...words) => words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');

/** Median seconds of whole processes, each a command of the shell. */
function processTimes(runs, ...commands) {
    const output = execFileSync('bash', ['-c', LOOP, 'bash', `${runs}`, ...commands]);
    const times = output.toString().trim().split('\n').map(Number);
    return commands.map((_, n) => {
        const own = times.filter((_, i) => i % commands.length === n).sort((a, b) => a - b);
        return own[own.length >> 1] / 1e6;
    });
}

function secondsOf(work) {
    const start = process.hrtime.bigint();
    work();
    return Number(process.hrtime.bigint() - start) / 1e9;
}

// --- report
const ms = (s) => `${(s * 1000).toFixed(2)} ms`;
const perSecond = (s) => `${Math.round(ROWS / s).toLocaleString('en')}/s`;
const print = (...columns) =>
    console.log(
        columns
            .map((text, i) => text.padEnd([46, 14, 28][i]))
            .join('')
            .trimEnd(),
    );

function benchOne() {
    const path = join(dir, 'one.json');
    writeFileSync(path, JSON.stringify(row(0)));
    const answer = JSON.parse(execFileSync(countersign, ['hash', '--json', path]));
    for (const [name, value] of Object.entries(hashes(row(0)))) assert.equal(answer[name], value);

    const script = join(dir, 'one.mjs');
    const library = fileURLToPath(new URL('../e2e/safetx.mjs', import.meta.url));
    writeFileSync(
        script,
        `import { safeTxHash } from '${library}';
        const { safe, ...tx } = ${JSON.stringify(row(0))};
        console.log(safeTxHash(safe, tx));`,
    );
    const [own, cast] = processTimes(
        300,
        shell(countersign, 'hash', path),
        shell(foundry('cast'), 'keccak', random('cast')),
    );
    const [ethers] = processTimes(10, shell(process.execPath, script));
    print('one SafeTx, whole process, median', 'time', 'countersign takes', 'target');
    print('  countersign hash', ms(own));
    print(
        '  cast keccak (one hash of 32 bytes)',
        ms(cast),
        `${(own / cast).toFixed(2)} of it`,
        '0.50',
    );
    print('  node with ethers', ms(ethers), `${(own / ethers).toFixed(4)} of it`);
}

function benchLines() {
    const path = join(dir, 'lines.jsonl');
    const rows = Array.from({ length: ROWS }, (_, i) => row(i));
    writeFileSync(path, rows.map((r) => JSON.stringify(r) + '\n').join(''));
    let expected;
    const ethers = secondsOf(() => {
        expected = rows.map(hashes);
    });
    const output = join(dir, 'hashes.jsonl');
    const command = ['-c', '"$0" hash --lines "$1" > "$2"', countersign, path, output];
    execFileSync('bash', command);
    const lines = readFileSync(output, 'utf8').trimEnd().split('\n');
    assert.equal(lines.length, ROWS);
    lines.forEach((line, i) => {
        const answer = JSON.parse(line);
        for (const [name, value] of Object.entries(expected[i])) assert.equal(answer[name], value);
    });
    const [own] = processTimes(20, shell(countersign, 'hash', '--lines', path));
    print(
        `\n${ROWS.toLocaleString('en')} SafeTx, one per line`,
        'rate',
        'countersign is',
        'target',
    );
    print('  countersign hash --lines, whole process', perSecond(own), '', '200,000/s');
    print(
        '  ethers, in a warm process',
        perSecond(ethers),
        `${(ethers / own).toFixed(0)} times faster`,
    );
}

const profile = ['--profile', join(dir, 'countersign.yaml')];
const proposeCommand = (appCompose, repo, commit) => {
    const evidence = ['--app-compose', appCompose, '--repo', repo, '--commit', commit];
    const rest = ['--path', COMPOSE_PATH, '--nonce', '7', ...profile];
    return [countersign, 'propose', 'add-compose-hash', ...evidence, ...rest];
};

function writeProfile() {
    const lines = [
        'format: countersign/profile/1',
        'name: bench',
        `chain: {id: ${CHAIN_ID}}`,
        `safe: {address: "${address('safe')}", version: "1.4.1",`,
        `  owners: ["${address('owner')}"], threshold: 1}`,
        `timelock: {address: "${address('timelock')}", release: "5.4", delay: 1d}`,
        `contracts: {app: {type: DstackApp, address: "${address('app')}"}}`,
        `policy: {${allowPorts(4)}}`,
    ];
    writeFileSync(join(dir, 'countersign.yaml'), lines.join('\n') + '\n');
}

/** Proposes and verifies with evidence from the repository; the file of the proposal. */
function proposal(name, { bytes, repo, commit }) {
    const file = (suffix) => join(dir, `${name}.${suffix}`);
    writeFileSync(file('app-compose.json'), bytes);
    const command = proposeCommand(file('app-compose.json'), repo, commit);
    const [program, ...args] = [...command, '--out', file('json')];
    execFileSync(program, args);
    execFileSync(countersign, ['verify', file('json'), ...profile]); // throws unless it is a yes
    return { command: shell(...command), path: file('json') };
}

async function benchGit() {
    const repository = new Repository(join(dir, 'repository'));
    const { commit, bytes, compose } = repository.release('bench', 4);
    const short = proposal('short', { bytes, repo: repository.dir, commit });

    const verify = [countersign, 'verify', short.path, ...profile];
    const [own] = processTimes(100, shell(...verify));
    const peak = Number(execFileSync(peakMemory, verify)) / 1024;
    print('\none proposal, verify, offline, whole process', '', '', 'target');
    print('  time, four images, median', ms(own), '', '30 ms');
    print('  peak memory', `${peak.toFixed(1)} MiB`, '', '24 MiB');

    const history = await historyRepository(
        join(dirname(countersign), 'bench-history.git'),
        COMMITS,
        COMPOSE_PATH,
        compose,
    );
    const long = proposal('long', { bytes, repo: history.dir, commit: history.commit });
    const ids = join(dir, 'ids');
    writeFileSync(ids, history.objects.join('\n') + '\n');
    const git = (...args) => shell('git', '-C', history.dir, 'cat-file', ...args);
    const [withLong, withShort, oneByOne, batch] = processTimes(
        100,
        long.command,
        short.command,
        history.objects.map((id) => git('-p', id)).join(' && '),
        `${git('--batch')} <${shell(ids)}`,
    );
    const ratio = (peer) => `${(withLong / peer).toFixed(2)} times as long`;
    const title = `a file in a commit, of ${COMMITS.toLocaleString('en')}, median`;
    print(`\n${title}`, 'time', 'propose takes', 'target');
    print('  countersign propose, the whole proposal', ms(withLong));
    print('  the same in a repository of 2 commits', ms(withShort), ratio(withShort));
    const objects = `${history.objects.length} objects`;
    print(`  git cat-file, ${objects}, one by one`, ms(oneByOne), ratio(oneByOne), '1.00');
    print('  git cat-file --batch, the same', ms(batch), ratio(batch));
}

const sigstoreFixture = (name) =>
    fileURLToPath(new URL(`../../fixtures/sigstore/${name}`, import.meta.url));
const sigstorePeer = fileURLToPath(new URL('sigstore_peer.mjs', import.meta.url));

/** The two programs' commands for one bundle; `words` are further options of our own. */
function sigstoreCommands(name, policy, ...words) {
    const { identity, issuer } = policy;
    const [root, artifact] = [policy.root, 'artifact'].map(sigstoreFixture);
    const bundle = sigstoreFixture(`bundles/${name}.json`);
    const who = ['--certificate-identity', identity, '--certificate-oidc-issuer', issuer];
    const files = ['--trusted-root', root, '--bundle', bundle, artifact];
    return {
        own: [countersign, 'sigstore', 'verify-bundle', ...words, ...who, ...files],
        peer: [process.execPath, sigstorePeer, root, bundle, identity, issuer, artifact],
    };
}

/** Both say yes to the same signer, and no, for the same reason, to bundles wrong in one point. */
function compareSigstore(good, policy) {
    const answers = (name, whose) => {
        const { own, peer } = sigstoreCommands(name, whose, '--json');
        return [own, peer].map(([program, ...args]) => {
            const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
            return { status, ...JSON.parse(stdout) };
        });
    };
    const expectNo = (name, whose, check, code) => {
        const [own, peer] = answers(name, whose);
        assert.deepEqual([own.status, own.failedCheck], [1, check], name);
        assert.deepEqual([peer.status, peer.refused], [1, code], name);
    };
    const { identity, issuer } = policy;
    const [own, peer] = answers(good, policy);
    assert.deepEqual([own.status, own.verified, peer.status], [0, true, 0]);
    assert.deepEqual([own.signer.identity, own.signer.issuer], [identity, issuer]);
    assert.deepEqual([peer.identity, peer.issuer], [identity, issuer]);

    expectNo(good, { ...policy, identity: `${identity}0` }, 'identity', 'UNTRUSTED_SIGNER_ERROR');
    expectNo(good, { ...policy, issuer: `${issuer}0` }, 'issuer', 'UNTRUSTED_SIGNER_ERROR');
    for (const [name, check, code] of [
        ['signature-flipped', 'signature', 'SIGNATURE_ERROR'],
        ['sct-of-another-key', 'sct', 'CERTIFICATE_ERROR'],
        ['promise-of-another-key', 'set', 'TLOG_INCLUSION_PROMISE_ERROR'],
        ['proof-hash-flipped', 'inclusion-proof', 'TLOG_INCLUSION_PROOF_ERROR'],
        ['checkpoint-of-another-key', 'checkpoint', 'TLOG_INCLUSION_PROOF_ERROR'],
        ['entry-of-another-artifact', 'entry-digest', 'TLOG_BODY_ERROR'],
    ])
        expectNo(name, policy, check, code);
}

function benchSigstore() {
    const { defaults: policy } = JSON.parse(readFileSync(sigstoreFixture('cases.json')));
    const good = 'v03-message'; // certificate with SCT; promise, proof and checkpoint of Rekor
    compareSigstore(good, policy);

    const commands = Object.values(sigstoreCommands(good, policy));
    const [own, peer] = processTimes(50, ...commands.map((words) => shell(...words)));
    const [ownPeak, peerPeak] = commands.map((words) => execFileSync(peakMemory, words) / 1024);
    print('\none Sigstore bundle, whole process, median', 'time', 'countersign takes', 'target');
    print('  countersign sigstore verify-bundle', ms(own), '', '10 ms');
    print('  node with @sigstore/verify', ms(peer), `${(own / peer).toFixed(3)} of it`);
    print('  peak memory, countersign', `${ownPeak.toFixed(1)} MiB`);
    const memoryRatio = `${(ownPeak / peerPeak).toFixed(3)} of it`;
    print('  peak memory, node', `${peerPeak.toFixed(1)} MiB`, memoryRatio);
}

benchOne();
benchLines();
benchSigstore();
writeProfile();
await benchGit();
