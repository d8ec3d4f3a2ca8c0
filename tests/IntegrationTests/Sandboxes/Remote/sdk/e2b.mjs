// E2B's SDK as its users call it, against the address in DOUBLE_URL.
import { CommandExitError, Sandbox } from 'e2b';

const account = { apiKey: process.env.DOUBLE_KEY, apiUrl: process.env.DOUBLE_URL, sandboxUrl: process.env.DOUBLE_URL };
const sandbox = await Sandbox.create('libra-deploy', { ...account, metadata: { libra: 'sdk' }, timeoutMs: 60_000 });

const result = await sandbox.commands.run('echo hello from inside; echo and an error >&2', {
  onStdout: (text) => process.stdout.write(`stdout ${text}`),
  onStderr: (text) => process.stdout.write(`stderr ${text}`),
});
console.log('exit', result.exitCode);
await sandbox.commands.run('exit 3').catch((error) => {
  if (!(error instanceof CommandExitError)) throw error;
  console.log('failed with', error.exitCode);
});

await sandbox.files.write('/home/user/a.txt', 'content of a file');
console.log('file', await sandbox.files.read('/home/user/a.txt'));

const page = await Sandbox.list({ ...account, query: { metadata: { libra: 'sdk' } } }).nextItems();
console.log('listed', page.some((listed) => listed.sandboxId === sandbox.sandboxId));
console.log('killed', await sandbox.kill());
