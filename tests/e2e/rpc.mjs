// SPDX-License-Identifier: Apache-2.0
// JSON-RPC to a node on loopback, without a library's own caching and polling.
import http from 'node:http';

export class RpcError extends Error {
    constructor(method, error) {
        super(`${method}: ${error.message}`);
        this.code = error.code;
        this.data = error.data;
    }
}

export class Rpc {
    #agent = new http.Agent({ keepAlive: true });
    #id = 0;

    constructor(port) {
        this.port = port;
        this.url = `http://127.0.0.1:${port}`;
    }

    async call(method, ...params) {
        const id = ++this.#id;
        const text = await this.#post(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
        const answer = JSON.parse(text);
        if (answer.error) throw new RpcError(method, answer.error);
        return answer.result;
    }

    #post(body) {
        const options = {
            host: '127.0.0.1',
            port: this.port,
            method: 'POST',
            agent: this.#agent,
            headers: {
                'content-type': 'application/json',
                'content-length': Buffer.byteLength(body),
            },
        };
        return new Promise((resolve, reject) => {
            const request = http.request(options, (response) => {
                const parts = [];
                response.on('data', (part) => parts.push(part));
                response.on('end', () => resolve(Buffer.concat(parts).toString()));
                response.on('error', reject);
            });
            request.on('error', reject);
            request.end(body);
        });
    }

    close() {
        this.#agent.destroy();
    }
}

/**
 * A node in between. Before it passes a call on, hook(method, params) may change the world, or
 * answer in the node's place.
 */
export class RpcProxy {
    #server;

    static async start(rpc, hook) {
        const proxy = new RpcProxy();
        proxy.#server = http.createServer(async (request, response) => {
            const parts = [];
            for await (const part of request) parts.push(part);
            const { id, method, params } = JSON.parse(Buffer.concat(parts));
            const answer = { jsonrpc: '2.0', id };
            try {
                const own = await hook(method, params);
                answer.result = own === undefined ? await rpc.call(method, ...params) : own;
            } catch (e) {
                answer.error = { code: e.code ?? -32000, message: e.message, data: e.data };
            }
            response.end(JSON.stringify(answer));
        });
        await new Promise((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
        proxy.url = `http://127.0.0.1:${proxy.#server.address().port}`;
        return proxy;
    }

    stop() {
        this.#server.closeAllConnections();
        return new Promise((resolve) => this.#server.close(resolve));
    }
}
