// SPDX-License-Identifier: Apache-2.0
// Runs the built program. Always asynchronous: the service it talks to lives in this process.
import { execFileSync, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LIMIT_MS } from './wait.mjs';

const repository = fileURLToPath(new URL('../..', import.meta.url));
export const program = resolve(repository, process.env.COUNTERSIGN ?? 'build/countersign');

/** What the person of a machine does once: accept the profile for its Safe. env names the machine. */
export function acceptProfile(path, env) {
    const options = { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] };
    const { sha256 } = JSON.parse(execFileSync(program, ['profile', 'check', '--json', path], options));
    execFileSync(program, ['profile', 'accept', path, '--accept-profile', sha256], options);
}

/** Thrown by ok(): the program said something else than yes. */
export class Failed extends Error {
    constructor(args, answer) {
        super(
            `countersign ${args.join(' ')}: exit ${answer.code}\n${answer.stderr}${answer.stdout}`,
        );
        Object.assign(this, answer);
    }
}

/** The running program; its answer resolves to { code, stdout, stderr } whatever the exit code is. */
export function spawnProgram(args, { cwd, env = {}, input = '' } = {}) {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env } });
    limit(child);
    child.answer = new Promise((resolve, reject) => {
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
    return child;
}

export const run = (args, options) => spawnProgram(args, options).answer;

/** The answer's JSON; throws unless the exit code is 0. */
export async function ok(args, options) {
    const answer = await run([...args, '--json'], options);
    if (answer.code !== 0) throw new Failed(args, answer);
    return JSON.parse(answer.stdout);
}

/** Kills a child that does not end; its exit code is then a signal's name. */
function limit(child) {
    const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    child.on('close', () => clearTimeout(timer));
}

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * The same on a terminal of its own: script(1) makes one. answers: [question, line] pairs, typed
 * when the program asks; instead of a line, a function that gets one to type keys with. Resolves to
 * { code, stdout }; stdout is what the person sees.
 */
export function runOnTerminal(args, answers, { cwd, env = {} } = {}) {
    // exec: a shell that stays in front of a command would give a Ctrl-C its own exit code
    const command = `exec ${[program, ...args].map(quote).join(' ')}`;
    return new Promise((resolve, reject) => {
        const options = { cwd, env: { ...process.env, SHELL: '/bin/sh', ...env } };
        const child = spawn('script', ['-qec', command, '/dev/null'], options);
        limit(child);
        const left = [...answers];
        let seen = 0;
        let stdout = '';
        child.stdin.on('error', () => {}); // it may have ended
        child.stdout.setEncoding('utf8');
        child.stdout.on('data', (text) => {
            stdout += text;
            for (let at; left.length > 0 && (at = stdout.indexOf(left[0][0], seen)) >= 0;) {
                const [question, answer] = left.shift();
                seen = at + question.length;
                if (typeof answer === 'function') answer((keys) => child.stdin.write(keys));
                else child.stdin.write(answer + '\n');
            }
        });
        child.on('error', reject);
        child.on('close', (code, signal) => resolve({ code: code ?? signal, stdout }));
    });
}
