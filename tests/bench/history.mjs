// SPDX-License-Identifier: Apache-2.0
// A bare repository with a long history, in one pack as a clone has it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync, rmSync } from 'node:fs';

const blob = (path, text) => `M 100644 inline ${path}\ndata ${text.length}\n${text}\n`;
const commit = (i, message, files) =>
    `commit refs/heads/main\ncommitter A. Author <author@example.org> ${1700000000 + i} +0000\n` +
    `data ${message.length}\n${message}\n${files}\n`;

/** numCommits of them; the last one adds content at path. Made if it is not there yet. */
export async function historyRepository(dir, numCommits, path, content) {
    const git = (...args) => execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8' }).trim();
    if (!existsSync(dir) || git('cat-file', 'blob', `main:${path}`) !== content.trim()) {
        const making = `${dir}.new`;
        rmSync(dir, { recursive: true, force: true });
        rmSync(making, { recursive: true, force: true });
        execFileSync('git', ['init', '-q', '--bare', '-b', 'main', making]);
        const stdio = ['pipe', 'ignore', 'inherit'];
        const importer = spawn('git', ['-C', making, 'fast-import', '--quiet'], { stdio });
        for (let i = 1; i < numCommits; i++) {
            const text = `int f${i}(void) { return ${i}; }\n`;
            const change = commit(i, `commit ${i}`, blob(`src/${i % 23}/${i % 37}.c`, text));
            if (!importer.stdin.write(change)) await once(importer.stdin, 'drain');
        }
        importer.stdin.end(commit(numCommits, 'release', blob(path, content)));
        const [code] = await once(importer, 'close');
        if (code !== 0) throw new Error(`git fast-import: exit code ${code}`);
        renameSync(making, dir);
    }
    const steps = path.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'));
    const head = git('rev-parse', 'main');
    const objects = [head, `${head}^{tree}`, ...steps.map((step) => `${head}:${step}`)];
    return { dir, commit: head, objects: objects.map((name) => git('rev-parse', name)) };
}
