// Inside the first phase: the namespace has no network, so a loopback port leads to the service's proxy socket, which is the only way out.
// usage: forward.mjs SOCKET COMMAND...
import { spawn } from 'node:child_process';
import net from 'node:net';
import { constants } from 'node:os';

const [socket, command, ...args] = process.argv.slice(2);

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  const upstream = net.connect({ path: socket, allowHalfOpen: true });
  client.pipe(upstream);
  upstream.pipe(client);
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
});

server.listen(0, '127.0.0.1', () => {
  const proxy = `http://127.0.0.1:${server.address().port}`;
  const environment = { ...process.env, HTTPS_PROXY: proxy, HTTP_PROXY: proxy, https_proxy: proxy, http_proxy: proxy };
  const child = spawn(command, args, { stdio: 'inherit', env: environment });
  child.on('error', (error) => {
    console.error(`${command}: ${error.message}`);
    process.exit(127);
  });
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
});
