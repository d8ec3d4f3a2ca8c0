// A platform in small: real better-auth, users and sessions in memory. Prints its address when it listens, and
// ends with its standard input, so that a test run that is killed leaves nothing behind.
import { createServer } from 'node:http'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { toNodeHandler } from 'better-auth/node'
import { bearer, organization } from 'better-auth/plugins'

const tables = { user: [], session: [], account: [], verification: [], organization: [], member: [], invitation: [] }
let handle
let sessionChecks = 0

const server = createServer((request, response) => {
  if (request.url === '/session-checks') return response.end(String(sessionChecks))
  if (request.url.startsWith('/api/auth/get-session')) sessionChecks++
  return handle(request, response)
})

server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}`
  handle = toNodeHandler(
    betterAuth({
      baseURL: url,
      secret: 'for-these-tests-only-0123456789abcdef',
      database: memoryAdapter(tables),
      emailAndPassword: { enabled: true },
      plugins: [bearer(), organization()],
      rateLimit: { enabled: false },
      telemetry: { enabled: false },
    }),
  )
  console.log(url)
})

process.stdin.resume().on('end', () => process.exit(0))
