// SPDX-License-Identifier: MIT
// The account that function.c keeps, from a warm process of Node.
import { appendFileSync, readFileSync } from "node:fs";

const { LOG, MODE } = process.env;

function note(records, outcome) {
    const words = records.map((r) => `${r.dynamodb.SequenceNumber}:${r.dynamodb.Keys.p.S}`);
    const now = BigInt(Math.floor((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
    appendFileSync(LOG, `b ${process.pid} ${now} ${outcome} ${words.join(" ")}\n`);
}

const troubles = {
    throw: () => {
        throw new TypeError("poisoned");
    },
    exit: () => process.exit(3),
    signal: () => process.kill(process.pid, "SIGABRT"),
    hang: () => new Promise((resolve) => setTimeout(resolve, 1e6)),
    json: () => "not what was agreed",
    strange: () => ({ batchItemFailures: [{ itemIdentifier: "17" }] }),
    partial: (poisoned) => ({
        batchItemFailures: poisoned.map((r) => ({ itemIdentifier: r.dynamodb.SequenceNumber })),
    }),
};

function show() {
    for (const file of ["cmdline", "environ"])
        appendFileSync(`${LOG}.${file}`, readFileSync(`/proc/self/${file}`, "latin1") + "\n", "latin1");
    console.log("\x1b]0;owned\x07\x1b[2J $(touch here) %s%n");
    return { "\x1b[2J": "$(touch here)" };
}

export async function handler({ Records: records }) {
    const poisoned = records.filter((r) => r.dynamodb.Keys.p.S.startsWith("poison"));
    const fails = poisoned.length > 0 && MODE in troubles;
    note(records, fails ? MODE : "ok");
    if (MODE === "environ") return show();
    return fails ? troubles[MODE](poisoned) : {};
}
