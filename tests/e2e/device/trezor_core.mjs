// SPDX-License-Identifier: Apache-2.0
// Trezor T and what came after it: EIP-712 by asking for definitions and values one by one, PIN on
// the device. As firmware 2.5.3 was seen to do it, with the changes up to 2.9.
import { TypedDataEncoder, concat, formatEther, getAddress, hashMessage, keccak256 } from 'ethers';
import { HARDENED, page } from './person.mjs';
import { BUTTON, FAILURE, TrezorApp, demand } from './trezor_app.mjs';

const DOMAIN = 'EIP712Domain';
const [UINT, INT, BYTES, STRING, BOOL, ADDRESS, ARRAY, STRUCT] = [1, 2, 3, 4, 5, 6, 7, 8];
const MAX_VALUE = 1024;
/** Hex digits of bytes on one page of 2.5.3. */
const SHORT = 32;
const MODELS = {
    t: ['T', 'T2T1'],
    safe3: ['Safe 3', 'T2B1'],
    safe5: ['Safe 5', 'T3T1'],
    safe7: ['Safe 7', 'T3W1'],
};

export class TrezorCore extends TrezorApp {
    /**
     * Besides: order: 'recorded', or (paths) => paths, which may shuffle and repeat what is asked
     * for before anything is shown.
     */
    constructor(options = {}) {
        super({ model: 't', version: '2.5.3', ...options });
        const [name, internal] = MODELS[this.model];
        this.modelName = name;
        this.internalModel = this.atLeast('2.6.0') ? internal : undefined;
        this.cancelText = 'Cancelled';
        this.feeText = 'Fee overflow';
        this.order = options.order ?? 'recorded';
    }

    /** The Safe 3 has no small letters for titles. */
    look(shown) {
        if (this.model !== 'safe3') return super.look(shown);
        return super.look({ ...shown, title: shown.title.toUpperCase() });
    }

    /** Every other message ends the question and is answered in its place. */
    goesOnWith() {
        return true;
    }

    onInitialize(fields) {
        demand(this.model !== 'safe7', 'Invalid protocol', FAILURE.invalidProtocol);
        return super.onInitialize(fields);
    }

    onGetFeatures() {
        demand(this.model !== 'safe7', 'Invalid protocol', FAILURE.invalidProtocol);
        return super.onGetFeatures();
    }

    async unlock() {
        await this.ask(page('Enter your PIN'), BUTTON.pin, FAILURE.pinCancelled);
    }

    async devicePassphraseOr({ passphrase }) {
        demand(passphrase === undefined, 'Passphrase provided when it should not be');
        await this.ask(page('Enter passphrase'), BUTTON.passphrase);
        return this.devicePassphrase ?? '';
    }

    async confirmPassphrase(passphrase) {
        const warning = 'Next screen will show the passphrase!';
        await this.ask(page('Hidden wallet', 'Access hidden wallet?', warning));
        await this.ask(page('Hidden wallet', 'Use this passphrase?', passphrase));
    }

    isAllowed(path) {
        const [purpose, coin, account, change, index] = path;
        const isKnown = purpose === HARDENED + 44 && [60, 1].includes(coin - HARDENED);
        if (!isKnown || !(account >= HARDENED && account <= HARDENED + 100)) return false;
        if (path.length === 3) return true;
        if (path.length === 4)
            return this.atLeast('2.6.0') && account === HARDENED && change <= 100;
        return path.length === 5 && change <= 1 && index <= 1_000_000;
    }

    async showAddress(address, path) {
        const text = path.map((i) => (i >= HARDENED ? `${i - HARDENED}'` : i)).join('/');
        await this.ask(page(`m/${text}`, address), BUTTON.address);
    }

    // --- EIP-712
    async onEthereumSignTypedData(message) {
        const { address_n, primary_type, metamask_v4_compat, show_message_hash } = message;
        if (metamask_v4_compat === 0) this.complain('not the hash that everybody uses');
        await this.prepare(address_n);
        const address = this.address(address_n);
        if (this.atLeast('2.6.0')) {
            const signer = page('Signing address', address.toLowerCase());
            await this.ask(signer, BUTTON.signTx);
        }
        const types = {};
        for (const name of [DOMAIN, primary_type]) types[name] = await this.#fetchStruct(name);
        if (this.order !== 'recorded') await this.#fetchInOrder(types, primary_type);
        const domain = await this.#domainHash(types[DOMAIN]);
        const hash = await this.#messageHash(primary_type, types[primary_type]);
        await this.#confirmHash(show_message_hash, hash);
        const question = 'Really sign EIP-712 typed data?';
        await this.ask({ ...page('Confirm typed data', question), name: 'confirm_typed_data' });
        const digest = keccak256(concat(['0x1901', domain, hash]));
        const signature = this.signature(address_n, digest);
        return ['EthereumTypedDataSignature', { signature, address }];
    }

    async #fetchStruct(name) {
        const request = 'EthereumTypedDataStructRequest';
        const { members } = await this.call(request, { name }, 'EthereumTypedDataStructAck');
        for (const { type } of members) checkType(type);
        return members;
    }

    async #value(type, member_path) {
        const request = 'EthereumTypedDataValueRequest';
        const { value } = await this.call(request, { member_path }, 'EthereumTypedDataValueAck');
        this.#checkValue(type, value);
        return value;
    }

    #checkValue({ data_type, size }, value) {
        if (size !== undefined) demand(value.length === size, 'Invalid length');
        else if (!this.atLeast('2.6.0'))
            demand(value.length <= MAX_VALUE, `Invalid length, bigger than ${MAX_VALUE}`);
        if (data_type === BOOL)
            demand(value.length === 1 && value[0] <= 1, 'Invalid boolean value');
        if (data_type === ADDRESS) demand(value.length === 20, 'Invalid address');
    }

    /** Twice in any order: the answers have to be the same. */
    async #fetchInOrder(types, primary) {
        const all = [DOMAIN, primary].flatMap((name, root) =>
            types[name].map(({ type }, i) => ({ type, path: [root, i] })),
        );
        const seen = new Map();
        for (const { type, path } of this.order(all)) {
            const value = (await this.#value(type, path)).toString('hex');
            const before = seen.get(`${path}`) ?? value;
            if (before !== value) this.complain(`two values at ${path}`);
            seen.set(`${path}`, value);
        }
    }

    async #domainHash(members) {
        const shown = { name: 'unknown', version: 'unknown' };
        for (const [i, { name, type }] of members.entries())
            if (name in shown) shown[name] = (await this.#value(type, [0, i])).toString();
        const summary = ['Name and version', shown.name, shown.version];
        const isOpen = await this.#offer('Confirm domain', summary, 'Show full domain');
        return this.#hashStruct(DOMAIN, members, 0, isOpen);
    }

    async #messageHash(name, members) {
        const names = members.map((member) => member.name);
        const cut = names.length > 3 ? [...names.slice(0, 3), '...'] : names;
        const summary = [name, `Contains ${members.length} keys`, cut.join(', ')];
        const isOpen = await this.#offer('Confirm message', summary, 'Show full message');
        return this.#hashStruct(name, members, 1, isOpen);
    }

    async #offer(title, lines, more) {
        return (await this.ask({ ...page(title, ...lines), more })) === 'more';
    }

    async #hashStruct(struct, members, root, isOpen) {
        const fields = [];
        const values = {};
        for (const [i, { name, type }] of members.entries()) {
            const value = await this.#value(type, [root, i]);
            fields.push({ name, type: typeName(type) });
            values[name] = asValue(type, value);
            if (isOpen) await this.#showValue(struct, name, type, show(type, value));
        }
        return TypedDataEncoder.hashStruct(struct, { [struct]: fields }, values);
    }

    /** In 2.5.3 long ones are cut, with a way to all of it and back. */
    async #showValue(struct, name, type, text) {
        const hasColon = this.atLeast('2.6.0') && this.model !== 'safe5';
        const label = `${name} (${typeName(type)})${hasColon ? ':' : ''}`;
        if (type.data_type !== BYTES || text.length <= SHORT || this.atLeast('2.6.0')) {
            await this.ask(page(struct, label, text));
            return;
        }
        const short = page(struct, label, `${text.slice(0, SHORT)}...`);
        if ((await this.ask({ ...short, more: 'Show all' })) !== 'more') return;
        await this.ask(page('', text));
        await this.ask({ ...short, isRepeated: true });
    }

    async #confirmHash(expected, hash) {
        if (expected === undefined || !this.atLeast('2.9.1')) return;
        demand('0x' + expected.toString('hex') === hash, 'Message hash mismatch');
        await this.ask(page('Confirm message hash', hash), BUTTON.signTx);
    }

    async onEthereumSignMessage({ address_n, message }) {
        await this.prepare(address_n);
        const address = this.address(address_n);
        await this.ask(page('Sign message', address));
        await this.ask(page('Sign message', message.toString('latin1')));
        const signature = this.signature(address_n, hashMessage(message));
        return ['EthereumMessageSignature', { signature, address }];
    }

    // --- transactions
    async confirmTx(tx, { data_initial_chunk = Buffer.alloc(0), data_length = 0 }) {
        const unit = tx.chainId === 1 ? 'ETH' : 'UNKN';
        const amount = (wei) => `${formatEther(wei).replace(/\.0$/, '')} ${unit}`;
        const ask = (...lines) => this.ask(page(...lines), BUTTON.signTx);
        const to = tx.to ? getAddress(tx.to) : 'new contract?';
        const data = [
            'Confirm data',
            `Size: ${data_length} bytes`,
            data_initial_chunk.toString('hex'),
        ];
        const limit = (tx.maxFeePerGas ?? tx.gasPrice) * tx.gasLimit;
        const fees = ['Maximum fee:', amount(limit)];
        if (this.atLeast('2.6.0')) {
            if (data_length > 0) await ask(...data);
            const summary = ['Summary', 'Amount:', amount(tx.value), ...fees];
            const pages = [['Recipient', to], summary];
            // the Safe 5 asks once for both
            for (const lines of this.model === 'safe5' ? [pages.flat()] : pages)
                await ask(...lines);
            return;
        }
        await ask('Sending', amount(tx.value), 'To', to);
        if (data_length > 0) await ask(...data);
        if (tx.type === 0) {
            const price = ['Gas price:', amount(tx.gasPrice)];
            await ask('Confirm transaction', amount(tx.value), ...price, ...fees);
            return;
        }
        const gas = (label, wei) => this.ask(page('Confirm fee', label, amount(wei)));
        await gas('Maximum fee per gas', tx.maxFeePerGas);
        await gas('Priority fee per gas', tx.maxPriorityFeePerGas);
        await ask('Confirm transaction', 'Amount sent:', amount(tx.value), ...fees);
    }
}

function checkType({ data_type, size, entry_type, struct_name }) {
    demand(data_type >= UINT && data_type <= STRUCT, 'Invalid data type');
    demand(data_type !== ARRAY && data_type !== STRUCT, 'the simulator takes flat structs');
    demand(entry_type === undefined, 'Unexpected entry_type in nonarray');
    demand(struct_name === undefined, 'Unexpected struct_name in nonstruct');
    const isSized = size >= 1 && size <= 32;
    if (data_type === UINT || data_type === INT) demand(isSized, 'Invalid size in int/uint');
    else if (data_type === BYTES) demand(size === undefined || isSized, 'Invalid size in bytes');
    else demand(size === undefined, 'Unexpected size in str/bool/addr');
}

function typeName({ data_type, size }) {
    if (data_type === UINT) return `uint${size * 8}`;
    if (data_type === INT) return `int${size * 8}`;
    if (data_type === BYTES) return `bytes${size ?? ''}`;
    return { [STRING]: 'string', [BOOL]: 'bool', [ADDRESS]: 'address' }[data_type];
}

function asValue({ data_type }, value) {
    const hex = '0x' + value.toString('hex');
    if (data_type === UINT) return BigInt(hex);
    if (data_type === INT) return BigInt.asIntN(8 * value.length, BigInt(hex));
    if (data_type === BOOL) return value[0] === 1;
    return data_type === STRING ? value.toString('utf8') : hex;
}

function show(type, value) {
    if (type.data_type === ADDRESS) return getAddress(asValue(type, value));
    if (type.data_type === BYTES) return value.toString('hex');
    return `${asValue(type, value)}`;
}
