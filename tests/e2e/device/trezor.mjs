// SPDX-License-Identifier: Apache-2.0
// A Trezor on a socket: packets of 64 bytes over UDP as the firmware's emulators take them, and a
// cable that can be pulled out. What it does with a message is in trezor_one.mjs (Trezor One) and
// trezor_core.mjs (all later models).
import { createSocket } from 'node:dgram';
import { TrezorCore } from './trezor_core.mjs';
import { TrezorOne } from './trezor_one.mjs';

const onWire = (Model) =>
    class extends Model {
        #socket;
        #peer = null;

        async listen({ stale = [], tamper, cutAfter = Infinity, cutAtMessage = Infinity }) {
            Object.assign(this, { stale, tamper, cutAfter, cutAtMessage, sent: 0 });
            await this.#bind(0);
        }

        #bind(port) {
            this.#socket = createSocket('udp4');
            this.#socket.on('message', (packet, peer) => this.#take(packet, peer));
            return new Promise((resolve, reject) => {
                this.#socket.once('error', reject);
                this.#socket.bind(port, '127.0.0.1', () => {
                    this.port = this.#socket.address().port;
                    resolve();
                });
            });
        }

        get transport() {
            return `udp:127.0.0.1:${this.port}`;
        }

        #take(packet, peer) {
            const isNew = this.#peer === null || peer.port !== this.#peer.port;
            this.#peer = peer;
            if (isNew) for (const old of this.stale.splice(0)) this.#put(old);
            if (packet.toString('latin1') === 'PINGPING') this.#put(Buffer.from('PONGPONG'));
            else this.receive(packet);
        }

        /** Overrides what Model sends through. */
        send(packet) {
            const changed = this.tamper ? this.tamper(packet, this.sent) : packet;
            if (this.sent++ >= this.cutAfter) return this.unplug();
            for (const one of changed === null ? [] : [changed].flat()) this.#put(one);
            return undefined;
        }

        #put(packet) {
            this.#socket?.send(packet, this.#peer.port, this.#peer.address);
        }

        /** Asked by Model for each message that has come whole: false if the cable is out. */
        admits(n) {
            if (n < this.cutAtMessage) return true;
            this.unplug();
            return false;
        }

        unplug() {
            this.#socket?.close();
            this.#socket = null;
            this.reset();
        }

        /** The same device, plugged in again at the same place, perhaps changed. */
        async set(options) {
            const fresh = { sent: 0, received: 0, pages: [], requests: [] };
            Object.assign(this, { cutAfter: Infinity, cutAtMessage: Infinity }, fresh, options);
            this.reset();
            if (this.#socket === null) await this.#bind(this.port);
        }

        async stop() {
            this.unplug();
        }
    };

const One = onWire(TrezorOne);
const Core = onWire(TrezorCore);

export const Trezor = {
    /**
     * Options of TrezorApp and its model, and what goes wrong: stale: packets that wait for the
     * next host; tamper(packet, i): the i-th packet as it is sent, several or null for none;
     * cutAfter: packets that get out before the cable is pulled; cutAtMessage: which message (from
     * 0) does not get in any more.
     */
    async start(options = {}) {
        const trezor = options.model === 'one' ? new One(options) : new Core(options);
        await trezor.listen(options);
        return trezor;
    },
};
