// SPDX-License-Identifier: Apache-2.0
// Waiting that ends: what would wait for ever must fail, not stop everything behind it.
import assert from 'node:assert/strict';

/** Long enough for any machine. */
export const LIMIT_MS = 120_000;

export const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Throws when it takes too long. */
export async function until(condition) {
    const end = Date.now() + LIMIT_MS;
    while (!condition()) {
        assert.ok(Date.now() < end, `waited in vain for ${condition}`);
        await settle();
    }
}
