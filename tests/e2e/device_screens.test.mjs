// SPDX-License-Identifier: Apache-2.0
// What the program says that a device will show, and what the simulated device then shows: the
// same, letter for letter, but for blanks and line ends.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Desk, OWNERS, by } from './device/desk.mjs';
import { Ledger } from './device/ledger.mjs';
import { Trezor } from './device/trezor.mjs';

const squash = (text) => text.replace(/\s+/g, '');
const onOff = (setting) => (setting ? 'on' : 'off');
const hashMode = ['--hash-mode'];

const devices = [
    ['nanosp', { version: '1.22.0', rawMessages: true }],
    ['nanosp', { version: '1.22.0', blindSigning: true }],
    ['nanosp', { version: '1.22.0', blindSigning: true }, hashMode],
    ['nanosp', { version: '1.18.1', rawMessages: true }],
    ['nanosp', { version: '1.18.1', blindSigning: true }],
    ['nanosp', { version: '1.18.1', blindSigning: true }, hashMode],
    ['nanox', { version: '1.22.0', rawMessages: true, displayHash: true }],
    ['nanos', { version: '1.16.1', blindSigning: true }, hashMode],
    ['stax', { version: '1.22.0', rawMessages: true }],
    ['flex', { version: '1.22.0', blindSigning: true }],
    ['flex', { version: '1.22.0', blindSigning: true }, hashMode],
    ['flex', { version: '1.18.1', rawMessages: true }],
    ['trezor-one', { model: 'one', version: '1.14.1' }],
    ['trezor-t', { model: 't', version: '2.5.3' }],
    ['trezor-t', { model: 't', version: '2.9.6' }],
    ['trezor-safe3', { model: 'safe3', version: '2.9.6' }],
    ['trezor-safe5', { model: 'safe5', version: '2.9.6' }],
];

async function start(t, model, options) {
    const isTrezor = model.startsWith('trezor-');
    const device = isTrezor
        ? await Trezor.start(options)
        : await Ledger.start({ model, ...options });
    t.after(() => device.stop());
    return device;
}

/** Options of `device preview` for such a device. */
function options(model, { version, blindSigning, rawMessages, displayHash }) {
    const common = ['--device', model, '--app-version', version, '--account', OWNERS[0]];
    if (model.startsWith('trezor-')) return common;
    return [
        ...common,
        ...['--blind-signing', onOff(blindSigning)],
        ...['--raw-messages', onOff(rawMessages)],
        ...['--transaction-hash', onOff(displayHash)],
    ];
}

/** All that is to be read, in order; a value on several pages has its label once. */
function previewed({ screens }) {
    let text = '';
    for (const { kind, heading = '', rows } of screens) {
        if (kind === 'step') continue; // comes between any two
        text += heading;
        for (const { label, lines } of rows) {
            const [, name, number] = /^(.*?)(?: \((\d+)\/\d+\))?$/.exec(label);
            text += (number ?? '1') === '1' ? name : '';
            text += lines.join('');
        }
    }
    return squash(text);
}

const shown = (device) =>
    squash(
        device.pages
            .filter(({ isRepeated }) => !isRepeated)
            .map(({ title, lines }) => title + lines.join(''))
            .join(''),
    );

describe('the preview is what the device shows', () => {
    for (const [model, settings, args = []] of devices)
        test(`${model} ${JSON.stringify(settings)} ${args}`, async (t) => {
            const device = await start(t, model, settings);
            const desk = await Desk.make();
            const about = [...options(model, settings), ...args, '--json'];
            const answer = await desk.run(['device', 'preview', 'p.json', ...about]);
            assert.equal(answer.code, 0, answer.stderr);
            const { previews } = JSON.parse(answer.stdout);
            assert.equal(previews.length, 1, 'every setting is known');
            const { code, stdout } = await desk.sign(by(device, undefined, ...args));
            assert.equal(code, 0, stdout);
            assert.equal(previewed(previews[0]), shown(device));
        });

    test('sign shows the hashes of a device whose model it does not know', async (t) => {
        const device = await start(t, 'nanosp', { version: '1.22.0', rawMessages: true });
        const desk = await Desk.make();
        const { stdout: hashes } = await desk.run(['device', 'preview', 'p.json']);
        const { code, stdout } = await desk.sign(by(device));
        assert.equal(code, 0, stdout);
        const before = squash(stdout.split('type the last eight')[0]);
        assert.match(before, /screensofthisdevicearenotknown/);
        assert.match(before, /devicepreview--deviceMODEL/);
        const rows = hashes.split('\n').slice(0, 4);
        for (const row of rows) assert.ok(before.includes(squash(row)), row);
    });

    for (const [model, settings] of devices.slice(-5))
        test(`sign shows it before it asks: ${model} ${settings.version}`, async (t) => {
            const device = await start(t, model, settings);
            const desk = await Desk.make();
            const about = ['device', 'preview', 'p.json', ...options(model, settings)];
            const { stdout: preview } = await desk.run(about);
            const { code, stdout } = await desk.sign(by(device));
            assert.equal(code, 0, stdout);
            const [before] = stdout.split('type the last eight');
            const rows = preview.split('\n').filter((line) => /\|/.test(line));
            assert.ok(rows.length >= device.pages.length);
            for (const row of rows) assert.ok(squash(before).includes(squash(row)), row);
        });
});
