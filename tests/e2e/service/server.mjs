// SPDX-License-Identifier: Apache-2.0
// A stand-in for the Safe Transaction Service, on loopback and in memory. It refuses what the real
// one refuses, with the same status and words, so that a client that gets along with it has a
// chance with the real one. Owners and executions are read from the chain, as there.
import http from 'node:http';
import { Answer, notFound } from './answer.mjs';
import { Delegates } from './delegates.mjs';
import { pathAddress } from './fields.mjs';
import { Transactions } from './transactions.mjs';
import { ChainView } from './view.mjs';

const MAX_BODY = 1 << 20;
const HOUR_S = 3600;

export class Service {
    #server;
    #injected = [];
    #queue = Promise.resolve();
    #offset = 0;
    #stamps = 0;

    /** rpc: an Rpc; apiKey: wanted from clients, null for none. */
    static async start({ rpc, chainId, apiKey = null }) {
        const service = new Service();
        Object.assign(service, { rpc, chainId, apiKey, network: 'ANVIL', requests: [] });
        service.blocked = new Set(); // Safes that are unavailable for legal reasons
        service.view = new ChainView(rpc);
        service.transactions = new Transactions(service);
        service.delegates = new Delegates(service);
        await service.#listen();
        return service;
    }

    #listen() {
        this.#server = http.createServer((request, response) => {
            // one after the other: a database's transactions, for free
            this.#queue = this.#queue.then(() => this.#serve(request, response));
        });
        return new Promise((resolve, reject) => {
            this.#server.on('error', reject);
            this.#server.listen(0, '127.0.0.1', () => {
                this.url = `http://127.0.0.1:${this.#server.address().port}`;
                resolve();
            });
        });
    }

    stop() {
        this.#server.closeAllConnections();
        return new Promise((resolve) => this.#server.close(resolve));
    }

    // --- for tests
    /** The next requests (count of them) that fit are answered with this and do nothing else.
     * Status 0: the connection is cut instead. */
    inject({ status, body = null, headers = {}, count = 1, method, path }) {
        this.#injected.push({ answer: new Answer(status, body, headers), count, method, path });
    }

    /** Turn the service's clock. */
    advance(seconds) {
        this.#offset += seconds * 1000;
    }

    // --- for the handlers
    now() {
        return Date.now() + this.#offset;
    }

    /** With microseconds, and no two alike: rows are told apart by when they came. */
    timestamp() {
        this.#stamps = (this.#stamps + 1) % 1000;
        const micros = `${this.#stamps}`.padStart(3, '0');
        return new Date(this.now()).toISOString().replace('Z', `${micros}Z`);
    }

    totps() {
        const hour = Math.floor(this.now() / 1000 / HOUR_S);
        return [hour, hour - 1];
    }

    get typedDomain() {
        return { name: 'Safe Transaction Service', version: '1.0', chainId: this.chainId };
    }

    // --- requests
    async #serve(request, response) {
        let answer;
        try {
            answer = await this.#handle(request);
        } catch (e) {
            answer = e instanceof Answer ? e : new Answer(500, `${e.stack}`);
        }
        const { status, body, headers } = answer;
        if (status === 0) return void request.socket.destroy();
        const isText = typeof body === 'string';
        const text = body === null ? '' : isText ? body : JSON.stringify(body);
        response.writeHead(status, {
            'content-type': isText ? 'text/html; charset=utf-8' : 'application/json',
            'content-length': Buffer.byteLength(text),
            'x-ratelimit-limit': '100',
            'x-ratelimit-remaining': '99',
            'x-ratelimit-reset': '1',
            date: new Date(this.now()).toUTCString(),
            ...headers,
        });
        response.end(text);
    }

    async #handle(request) {
        const url = new URL(request.url, this.url);
        const raw = await readBody(request);
        const { method } = request;
        this.requests.push({ method, url: request.url, headers: request.headers, body: raw });
        const injected = this.#injected.find(
            (i) =>
                (i.method ?? method) === method &&
                (i.path ?? url.pathname) === url.pathname &&
                i.count > 0,
        );
        if (injected !== undefined) {
            injected.count--;
            return injected.answer;
        }
        if (this.apiKey !== null && request.headers.authorization !== `Bearer ${this.apiKey}`)
            return new Answer(401, '<html>Unauthorized</html>'); // the gateway's, no JSON
        if (method === 'GET' && !url.pathname.endsWith('/'))
            return new Answer(301, '', { location: `${url.pathname}/${url.search}` });
        const path = url.pathname.replace(/\/?$/, '/');
        for (const [verb, pattern, handler] of routes) {
            const match = verb === method && pattern.exec(path);
            if (match) return this.#run(handler, match.slice(1), url, raw);
        }
        return new Answer(404, '<h1>Not Found</h1>');
    }

    async #run(handler, parameters, url, raw) {
        let body = null;
        try {
            if (raw !== '') body = JSON.parse(raw);
        } catch (e) {
            return new Answer(400, { detail: `JSON parse error - ${e.message}` });
        }
        if (parameters.some((p) => this.blocked.has(p)))
            return new Answer(451, { detail: 'Safe is unavailable for legal reasons' });
        await this.view.index().catch((e) => {
            if (e.status !== 503) throw e; // not indexing now; what needs the node will say so
        });
        return handler(this, parameters, { body, url, query: url.searchParams });
    }
}

async function readBody(request) {
    const parts = [];
    let size = 0;
    for await (const part of request) {
        size += part.length;
        if (size > MAX_BODY) throw new Answer(413, { detail: 'Request body is too large' });
        parts.push(part);
    }
    return Buffer.concat(parts).toString();
}

/** One page of rows, with links to the others. */
function page(rows, url, extra = {}) {
    const number = (name, otherwise) => {
        const text = url.searchParams.get(name);
        return text !== null && /^[0-9]{1,9}$/.test(text) ? Number(text) : otherwise;
    };
    const limit = Math.min(number('limit', 100) || 100, 200);
    const offset = number('offset', 0);
    const link = (to) => {
        const next = new URL(url);
        next.searchParams.set('limit', limit);
        next.searchParams.set('offset', to);
        return next.href;
    };
    return new Answer(200, {
        count: rows.length,
        next: offset + limit < rows.length ? link(offset + limit) : null,
        previous: offset > 0 ? link(Math.max(0, offset - limit)) : null,
        results: rows.slice(offset, offset + limit),
        ...extra,
    });
}

// --- handlers: (service, path parameters, request) -> Answer ------------------------------------
const about = (s) =>
    new Answer(200, {
        name: 'Safe Transaction Service',
        version: '6.10.1',
        api_version: 'v1',
        secure: false,
        host: new URL(s.url).host,
        headers: [],
        settings: { ETH_L2_NETWORK: true, ETH_REORG_BLOCKS: 200 },
    });

async function aboutRpc(s) {
    const block_number = Number(await s.view.ask('eth_blockNumber'));
    const chain_id = Number(await s.view.ask('eth_chainId'));
    return new Answer(200, {
        version: 'anvil',
        block_number,
        chain_id,
        chain: s.network,
        syncing: false,
    });
}

async function aboutIndexing(s) {
    const head = await s.view.ask('eth_getBlockByNumber', 'latest', false);
    const number = Number(head.number);
    const timestamp = new Date(Number(head.timestamp) * 1000).toISOString();
    return new Answer(200, {
        currentBlockNumber: number,
        currentBlockTimestamp: timestamp,
        erc20BlockNumber: number,
        erc20BlockTimestamp: timestamp,
        erc20Synced: true,
        masterCopiesBlockNumber: number,
        masterCopiesBlockTimestamp: timestamp,
        masterCopiesSynced: true,
        synced: true,
    });
}

async function safeInfo(s, [text]) {
    const safe = pathAddress(text);
    if (!s.view.safes.has(safe)) return new Answer(404);
    return new Answer(200, await s.view.info(safe));
}

async function safesOf(s, [text]) {
    const owner = pathAddress(text);
    const safes = [];
    for (const safe of s.view.safes)
        if ((await s.view.owners(safe)).includes(owner)) safes.push(safe);
    return new Answer(200, { safes });
}

async function estimate(s, [text]) {
    return s.view.safes.has(pathAddress(text))
        ? new Answer(200, { safeTxGas: '0' })
        : new Answer(404);
}

async function listTransactions(s, [version, text], { url, query }) {
    const safe = pathAddress(text);
    const { results, countUniqueNonce } = await s.transactions.list(safe, query, Number(version));
    return page(results, url, { countUniqueNonce });
}

async function propose(s, [, text], { body }) {
    await s.transactions.propose(pathAddress(text), body);
    return new Answer(201);
}

const getTransaction = async (s, [version, hash]) =>
    new Answer(200, await s.transactions.get(hash, Number(version)));

async function deleteTransaction(s, [, hash], { body }) {
    await s.transactions.delete(hash, body);
    return new Answer(204);
}

const listConfirmations = (s, [hash], { url }) => page(s.transactions.confirmations(hash), url);
const confirm = async (s, [hash], { body }) =>
    new Answer(201, await s.transactions.confirm(hash, body));

const listDelegates = (s, _, { url, query }) => page(s.delegates.list(query), url);
const addDelegate = async (s, _, { body }) => new Answer(201, await s.delegates.add(body));

async function removeDelegate(s, [text], { body }) {
    await s.delegates.remove(pathAddress(text), body);
    return new Answer(204);
}

const decodeData = () => {
    throw notFound('ABI');
};

const SAFE = '(0x[0-9a-zA-Z]*)';
const HASH = '(0x[0-9a-f]{64})';
const route = (method, path, handler) => [method, new RegExp(`^/api/${path}/$`), handler];
const routes = [
    route('GET', 'v1/about', about),
    route('GET', 'v1/about/ethereum-rpc', aboutRpc),
    route('GET', 'v1/about/indexing', aboutIndexing),
    route('GET', `v1/safes/${SAFE}`, safeInfo),
    route('GET', `v1/owners/${SAFE}/safes`, safesOf),
    route('POST', `v1/safes/${SAFE}/multisig-transactions/estimations`, estimate),
    route('GET', `v([12])/safes/${SAFE}/multisig-transactions`, listTransactions),
    route('POST', `v([12])/safes/${SAFE}/multisig-transactions`, propose),
    route('GET', `v([12])/multisig-transactions/${HASH}`, getTransaction),
    route('DELETE', `v([12])/multisig-transactions/${HASH}`, deleteTransaction),
    route('GET', `v1/multisig-transactions/${HASH}/confirmations`, listConfirmations),
    route('POST', `v1/multisig-transactions/${HASH}/confirmations`, confirm),
    route('GET', 'v2/delegates', listDelegates),
    route('POST', 'v2/delegates', addDelegate),
    route('DELETE', `v2/delegates/${SAFE}`, removeDelegate),
    route('POST', 'v1/data-decoder', decodeData),
];
