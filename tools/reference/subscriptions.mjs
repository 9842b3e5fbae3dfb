// Subscribes to changes with the reference client of a protocol (ws or sse), writes,
// goes away, writes again, comes back with its last token, and checks what it was told.
import assert from 'node:assert/strict'
import { createClient as createSocketClient } from 'graphql-ws'
import { createClient as createEventClient } from 'graphql-sse'
import WebSocket from 'ws'

const [url, protocol] = process.argv.slice(2)

const clientOf = {
  ws: () => createSocketClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 }),
  sse: () => createEventClient({ url, retryAttempts: 0 }),
}

async function ask(query, variables) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const answer = await response.json()
  assert.equal(answer.errors, undefined, JSON.stringify(answer))
  return answer.data
}

const write = (key, name) => ask(
  `mutation($r: [RecordInput!]!) { upsertRecords(input: {reason: "test", records: $r}) { revision } }`,
  { r: [{ dataset: 'tips', key, kind: 'Person', name }] },
)

const query = `subscription($after: String, $scope: Scope) {
  changes(after: $after, scope: $scope) { revision who reason records links changes { outcome record { key } entity { name } link { id } } }
}`

/** Subscribes, calls `then` when it has, and returns the first n events. */
async function listen(client, variables, n, then) {
  const events = []
  const stream = client.iterate({ query, variables })
  const first = stream.next()
  if (then) {
    await new Promise((done) => setTimeout(done, 300)) // until the server has heard of it
    await then()
  }
  for (let next = await first; ; next = await stream.next()) {
    assert.equal(next.value.errors, undefined, JSON.stringify(next.value))
    events.push(next.value.data.changes)
    if (events.length === n) break
  }
  await stream.return()
  return events
}

const told = (event) => event.changes.map((c) => `${c.outcome} ${c.record.key} ${c.entity.name}`).join()

// As they happen.
let client = clientOf[protocol]()
const before = await write('0', 'Nobody')
const live = await listen(client, { after: before.upsertRecords.revision }, 2, async () => {
  await write('1', 'A. Kline')
  await write('2', 'B. Stone')
})
assert.deepEqual(live.map(told), ['CREATED 1 A. Kline', 'CREATED 2 B. Stone'])
assert.equal(live[0].reason, 'test')
await client.dispose?.()

// What was missed, and nothing twice.
await write('3', 'C. Moor')
await write('1', 'A. Klein')
client = clientOf[protocol]()
const missed = await listen(client, { after: live[1].revision }, 2)
assert.deepEqual(missed.map(told), ['CREATED 3 C. Moor', 'UPDATED 1 A. Klein'])

// Several at once on one client, each with its own scope; a mutation's token begins.
const [all, none] = await Promise.all([
  listen(client, { after: before.upsertRecords.revision }, 4),
  listen(client, { after: before.upsertRecords.revision, scope: { datasets: ['other'] } }, 1, async () => {
    await ask(`mutation { upsertRecords(input: {records: [{dataset: "other", key: "9", kind: "Company", name: "Elsewhere Ltd"}]}) { revision } }`)
  }),
])
assert.equal(all.length, 4)
assert.deepEqual(none.map(told), ['CREATED 9 Elsewhere Ltd'])

// What cannot be meant is said, and the connection goes on.
for (const [bad, code] of [
  [{ query, variables: { after: 'nonsense' } }, 'BAD_USER_INPUT'],
  [{ query: 'subscription { changes { nonsense } }' }, 'GRAPHQL_VALIDATION_FAILED'],
  [{ query: 'subscription { changes { changes(first: 400000) { record { name } } } }' }, 'COMPLEXITY_LIMIT_EXCEEDED'],
]) {
  const errors = await new Promise((resolve, reject) => {
    let errors
    client.subscribe(bad, {
      next: (result) => { errors = result.errors },
      error: (error) => Array.isArray(error) ? resolve(error) : reject(error),
      complete: () => resolve(errors),
    })
  })
  assert.equal(errors[0].extensions.code, code, JSON.stringify(errors))
}

// Queries go the same way.
const { value } = await client.iterate({ query: '{ datasets { name records } }' }).next()
assert.deepEqual(value.data.datasets, [{ name: 'other', records: 1 }, { name: 'tips', records: 4 }])
await client.dispose?.()
console.log('ok')
