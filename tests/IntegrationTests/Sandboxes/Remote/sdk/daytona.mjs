// Daytona's SDK as its users call it, against the address in DOUBLE_URL.
import { Daytona } from '@daytonaio/sdk';

const daytona = new Daytona({ apiKey: process.env.DOUBLE_KEY, apiUrl: process.env.DOUBLE_URL, target: 'us' });
const sandbox = await daytona.create({ snapshot: 'libra-deploy', labels: { libra: 'sdk' } });

const executed = await sandbox.process.executeCommand('echo hello from inside');
console.log('result', executed.result.trim());

await sandbox.process.createSession('one');
const started = await sandbox.process.executeSessionCommand('one', { command: "sh -c 'echo streamed; echo and an error >&2; exit 3'", runAsync: true });
const streams = { stdout: '', stderr: '' };
await sandbox.process.getSessionCommandLogs('one', started.cmdId, (text) => { streams.stdout += text; }, (text) => { streams.stderr += text; });
console.log('session stdout', streams.stdout.trim());
console.log('session stderr', streams.stderr.trim());
console.log('session exit', (await sandbox.process.getSessionCommand('one', started.cmdId)).exitCode);
await sandbox.process.deleteSession('one');

await sandbox.fs.uploadFile(Buffer.from('content of a file'), '/home/daytona/a.txt');
console.log('file', (await sandbox.process.executeCommand('cat /home/daytona/a.txt')).result.trim());
await sandbox.delete();
console.log('deleted');
process.exit(0); // the SDK keeps connections open
