// SPDX-License-Identifier: Apache-2.0
// Runs the built program. Always asynchronous: the service it talks to lives in this process.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
export const program = resolve(repository, process.env.COUNTERSIGN ?? 'build/countersign');

/** Thrown by ok(): the program said something else than yes. */
export class Failed extends Error {
    constructor(args, answer) {
        super(
            `countersign ${args.join(' ')}: exit ${answer.code}\n${answer.stderr}${answer.stdout}`,
        );
        Object.assign(this, answer);
    }
}

/** Resolves to { code, stdout, stderr } whatever the exit code is. */
export function run(args, { cwd, env = {}, input = '' } = {}) {
    return new Promise((resolve, reject) => {
        const child = spawn(program, args, { cwd, env: { ...process.env, ...env } });
        const answer = { code: null, stdout: '', stderr: '' };
        for (const name of ['stdout', 'stderr']) {
            child[name].setEncoding('utf8');
            child[name].on('data', (text) => (answer[name] += text));
        }
        child.on('error', reject);
        child.on('close', (code, signal) => resolve({ ...answer, code: code ?? signal }));
        child.stdin.on('error', () => {}); // it need not read
        child.stdin.end(input);
    });
}

/** The answer's JSON; throws unless the exit code is 0. */
export async function ok(args, options) {
    const answer = await run([...args, '--json'], options);
    if (answer.code !== 0) throw new Failed(args, answer);
    return JSON.parse(answer.stdout);
}
