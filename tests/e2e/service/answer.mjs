// SPDX-License-Identifier: Apache-2.0
// What a handler throws or returns.

export class Answer extends Error {
    constructor(status, body = null, headers = {}) {
        super(`HTTP ${status}`);
        this.status = status;
        this.body = body; // null: empty; a string: sent as it is; otherwise JSON
        this.headers = headers;
    }
}

export const nonField = (status, text) => new Answer(status, { nonFieldErrors: [text] });
export const notFound = (what) =>
    new Answer(404, { detail: `No ${what} matches the given query.` });
