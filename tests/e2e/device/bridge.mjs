// SPDX-License-Identifier: Apache-2.0
// Trezor Bridge with one simulated Trezor behind it: HTTP on loopback, whole messages in hex, one
// session at a time. As trezord-go answers: a POST from another Origin than Trezor's own or a
// development server on this machine, or from none, is refused.
import { createServer } from 'node:http';
import { Assembler, packets } from './protobuf.mjs';
import { TrezorCore } from './trezor_core.mjs';
import { TrezorOne } from './trezor_one.mjs';

const ORIGIN = /^https:\/\/([a-z0-9\-_]+\.)*trezor\.io$|^https?:\/\/localhost:[58][0-9]{3}$/;

/** Thrown for a 400 with this text. */
class Refused extends Error {}
function demand(condition, text) {
    if (!condition) throw new Refused(text);
}

const behindBridge = (Model) =>
    class extends Model {
        #server;
        #assembler = new Assembler((text) => this.complain(text));
        #answers = [];
        #reader = null;
        #session = null;
        #count = 0;

        /** holder: a session of another program; bridgeVersion; tamper(text, i): what /read gives. */
        async listen({ holder = null, bridgeVersion = '2.0.33', tamper }) {
            Object.assign(this, { bridgeVersion, tamper, reads: 0 });
            this.#session = holder;
            this.#server = createServer((request, response) => this.#serve(request, response));
            await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
            this.port = this.#server.address().port;
        }

        get transport() {
            return `bridge:http://127.0.0.1:${this.port}`;
        }

        admits() {
            return true;
        }

        /** From the device. */
        send(packet) {
            const message = this.#assembler.push(packet);
            if (message === null) return;
            const head = Buffer.alloc(6);
            head.writeUInt16BE(message.type);
            head.writeUInt32BE(message.body.length, 2);
            this.#answers.push(Buffer.concat([head, message.body]).toString('hex'));
            this.#reader?.();
        }

        async #serve(request, response) {
            const end = (status, text) => {
                response.writeHead(status, { 'content-type': 'text/plain' });
                response.end(text);
            };
            if (request.method !== 'POST' || !ORIGIN.test(request.headers.origin ?? ''))
                return end(403, '');
            let body = '';
            for await (const part of request) body += part;
            try {
                return end(
                    200,
                    await this.#answer(request.url.split('/').slice(1), body, response),
                );
            } catch (e) {
                if (!(e instanceof Refused)) this.complain(e.stack);
                return end(400, JSON.stringify({ error: e.message }));
            }
        }

        #answer([verb, argument, previous], body, response) {
            if (verb === '' || verb === 'configure')
                return JSON.stringify({ version: this.bridgeVersion, githash: '0' });
            if (verb === 'enumerate') {
                const device = { path: '1', vendor: 0x1209, product: 0x53c1, debug: false };
                return JSON.stringify([{ ...device, session: this.#session, debugSession: null }]);
            }
            if (verb === 'acquire') {
                demand(argument === '1', 'device not found');
                demand(previous === `${this.#session}`, 'wrong previous session');
                this.#session = `${++this.#count}`;
                this.#answers = [];
                return JSON.stringify({ session: this.#session });
            }
            demand(argument === this.#session && argument !== null, 'session not found');
            if (verb === 'release') {
                this.#session = null;
                return '{}';
            }
            if (verb === 'post') return this.#post(body);
            demand(verb === 'read', 'not found');
            return this.#read(response);
        }

        #post(body) {
            demand(/^([0-9a-f]{2}){6,}$/i.test(body), 'malformed');
            const bytes = Buffer.from(body, 'hex');
            demand(bytes.readUInt32BE(2) === bytes.length - 6, 'wrong length');
            for (const packet of packets(bytes.readUInt16BE(), bytes.subarray(6)))
                this.receive(packet);
            return '';
        }

        /** Who goes away while reading loses the session. */
        async #read(response) {
            const gone = new Promise((resolve) => response.on('close', () => resolve('gone')));
            const come = new Promise((resolve) => (this.#reader = resolve));
            if (this.#answers.length === 0 && (await Promise.race([come, gone])) === 'gone') {
                this.#session = null;
                return '';
            }
            this.#reader = null;
            const text = this.#answers.shift();
            return this.tamper ? this.tamper(text, this.reads++) : text;
        }

        async set(options) {
            Object.assign(this, { pages: [], requests: [], reads: 0 }, options);
            this.reset();
        }

        /** As by another program. */
        hold(session) {
            this.#session = session;
        }

        stop() {
            this.reset();
            this.#server.closeAllConnections();
            return new Promise((resolve) => this.#server.close(resolve));
        }
    };

const One = behindBridge(TrezorOne);
const Core = behindBridge(TrezorCore);

export const Bridge = {
    /** Options of TrezorApp and its model, and of listen. */
    async start(options = {}) {
        const trezor = options.model === 'one' ? new One(options) : new Core(options);
        await trezor.listen(options);
        return trezor;
    },
};
