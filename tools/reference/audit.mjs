// Audits the server at the address given and prints what each audit found.
import { serverAudits } from 'graphql-http'

const [url] = process.argv.slice(2)
const found = []
for (const audit of serverAudits({ url })) {
  const result = await audit.fn()
  found.push({ id: audit.id, name: audit.name, status: result.status, reason: result.reason ?? '' })
}
console.log(JSON.stringify(found))
