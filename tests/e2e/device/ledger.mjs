// SPDX-License-Identifier: Apache-2.0
// A Ledger on a socket: APDUs over TCP as the Speculos emulator frames them, and a cable that can
// be pulled out. What the app on it does is in ledger_app.mjs.
import { createServer } from 'node:net';
import { LedgerApp } from './ledger_app.mjs';

/** An answer on the wire: BE32 length of the data, data, status word. */
function frame({ data = Buffer.alloc(0), sw }) {
    const out = Buffer.alloc(4 + data.length + 2);
    out.writeUInt32BE(data.length);
    Buffer.from(data).copy(out, 4);
    out.writeUInt16BE(sw, 4 + data.length);
    return out;
}

export class Ledger extends LedgerApp {
    #server;
    #socket = null;
    #received = Buffer.alloc(0);

    /**
     * Options of LedgerApp, and what goes wrong:
     * stale: bytes that wait for whoever connects; tamper(bytes, i): the i-th answer (from 0) as it
     * is sent, null for none; cutAfter: bytes that get out before the cable is pulled;
     * cutAtRequest: which request (from 0) is the last that gets in, unanswered.
     */
    static async start(options = {}) {
        const ledger = new Ledger(options);
        const { stale, tamper, cutAfter = Infinity, cutAtRequest = Infinity } = options;
        Object.assign(ledger, { stale, tamper, cutAfter, cutAtRequest, sent: 0, answers: 0 });
        ledger.apdus = [];
        await ledger.#listen();
        return ledger;
    }

    get transport() {
        return `tcp:127.0.0.1:${this.port}`;
    }

    #listen() {
        this.#server = createServer((socket) => this.#connected(socket));
        return new Promise((resolve, reject) => {
            this.#server.on('error', reject);
            this.#server.listen(0, '127.0.0.1', () => {
                this.port = this.#server.address().port;
                resolve();
            });
        });
    }

    #connected(socket) {
        this.#socket?.destroy();
        this.#socket = socket;
        this.#received = Buffer.alloc(0);
        socket.setNoDelay(true);
        socket.on('error', () => {});
        socket.on('data', (bytes) => this.#take(socket, bytes));
        if (this.stale) socket.write(this.stale);
        this.stale = undefined;
    }

    #take(socket, bytes) {
        if (socket !== this.#socket) return;
        this.#received = Buffer.concat([this.#received, bytes]);
        while (this.#received.length >= 4) {
            const length = this.#received.readUInt32BE();
            if (this.#received.length < 4 + length) return;
            const apdu = Buffer.from(this.#received.subarray(4, 4 + length));
            this.#received = this.#received.subarray(4 + length);
            void this.#exchange(apdu);
        }
    }

    /**
     * A request during a review is answered at once, and the review's answer then goes nowhere;
     * without one it goes to whoever is connected by then (both seen on Speculos).
     */
    async #exchange(apdu) {
        this.interrupt();
        if (this.apdus.push(apdu) > this.cutAtRequest) return this.unplug();
        const answer = await this.handle(apdu);
        if (answer === null) return undefined;
        let bytes = frame(answer);
        if (this.tamper) bytes = this.tamper(bytes, this.answers);
        this.answers++;
        if (bytes !== null) this.#send(bytes);
        if (this.leaves) this.unplug(); // an app that opens or ends is another USB device
        return undefined;
    }

    #send(bytes) {
        const room = this.cutAfter - this.sent;
        this.sent += bytes.length;
        if (room >= bytes.length) this.#socket?.write(bytes);
        else this.#socket?.write(bytes.subarray(0, Math.max(0, room)), () => this.unplug());
    }

    /** Nothing more comes or goes until somebody connects again. */
    unplug() {
        this.leaves = false;
        this.#socket?.end();
        this.#socket = null;
        this.interrupt();
        this.reset();
    }

    /** The same device in another state, at the same place. */
    set(options) {
        Object.assign(this, options);
        Object.assign(this, { sent: 0, answers: 0, apdus: [], pages: [], requests: [] });
    }

    stop() {
        this.unplug();
        return new Promise((resolve) => this.#server.close(resolve));
    }
}
