// SPDX-License-Identifier: Apache-2.0
//
// What the functional tests do on a node: `js-script ./client.js with "ACTION" return is 1`. Not 0:
// the runner takes that for no expectation at all. The files are made by zombienet/test.sh: good.*,
// a key and its proof; second.*, another statement of the key; bad.proof, the proof of that
// statement with one byte changed.

const { spawnSync } = require("child_process");

const files = process.env.ASSAY_TEST_FILES;

// Exit status and answer of the client, which waits until its call is final.
function client(url, ...args) {
	const done = spawnSync(process.env.ASSAY_CLIENT, ["--json", ...args, "--url", url], {
		encoding: "utf8",
	});
	let answer = {};
	try {
		answer = JSON.parse(done.stdout);
	} catch {
		console.log(done.stderr);
	}
	return { status: done.status, answer };
}

function register(url, signer) {
	return client(url, "register", "--vk", `${files}/good.vk`, "--signer", signer);
}

function submit(url, signer, proof, values) {
	return client(url, "submit", "--vk", `${files}/good.vk`, "--proof", `${files}/${proof}`,
		"--public-values", `${files}/${values}`, "--signer", signer);
}

// 1 if the call was refused in a final block, for this reason.
function refused({ status, answer }, ...verdicts) {
	if (status === 1 && answer.finalised && verdicts.includes(answer.verdict)) return 1;
	console.log(`expected a refusal (${verdicts}), got`, status, answer);
	return 0;
}

function accepted({ status, answer }) {
	if (status === 0 && answer.finalised) return 1;
	console.log("expected a final call, got", status, answer);
	return 0;
}

// Root's calls: the client has none, so they go through the API library of the runner.
async function setDisabled(url, disabled) {
	const api = await zombie.ApiPromise.create({ provider: new zombie.WsProvider(url) });
	const root = new zombie.Keyring({ type: "sr25519" }).addFromUri("//Alice");
	const call = api.tx.proofVerifier.setDisabled({ ProofSystem: "Plonky3" }, disabled);
	const status = await new Promise((resolve, reject) => {
		api.tx.sudo.sudo(call).signAndSend(root, ({ status, events }) => {
			if (!status.isFinalized) return;
			const sudid = events.find(({ event }) => api.events.sudo.Sudid.is(event));
			resolve(sudid && sudid.event.data[0].isOk ? 1 : 0);
		}).catch(reject);
	});
	await api.disconnect();
	return status;
}

const actions = {
	register: (url) => accepted(register(url, "//Sender//0")),
	"register again": (url) => refused(register(url, "//Sender//0"), "vk_already_registered"),
	submit: (url) => accepted(submit(url, "//Sender//1", "good.proof", "good.pv")),
	"submit again": (url) =>
		refused(submit(url, "//Sender//2", "good.proof", "good.pv"), "statement_exists"),
	"submit tampered": (url) =>
		refused(submit(url, "//Sender//3", "bad.proof", "second.pv"), "grinding_invalid",
			"merkle_path_invalid", "low_degree_invalid", "constraints_invalid"),
	"submit second": (url) => accepted(submit(url, "//Sender//1", "second.proof", "second.pv")),
	"submit while disabled": (url) =>
		refused(submit(url, "//Sender//1", "second.proof", "second.pv"), "proof_system_disabled"),
	disable: (url) => setDisabled(url, true),
	enable: (url) => setDisabled(url, false),
};

async function run(nodeName, networkInfo, args) {
	const action = actions[args[0]];
	if (!action || !files) throw new Error(`no action ${args[0]}, or not started by test.sh`);
	return await action(networkInfo.nodesByName[nodeName].wsUri);
}

module.exports = { run };
