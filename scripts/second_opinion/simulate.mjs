// Have generated requests answered by @cloud-copilot/iam-simulate: node simulate.mjs CASES VERSION
import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const [path, version] = process.argv.slice(2)
const { principals, documents, contexts, cases } = JSON.parse(readFileSync(path, 'utf-8'))
const named = (name) => ({ name, policy: documents[name] })
const level = (names, place) => ({ orgIdentifier: `ou-${place}`, policies: names.map(named) })

const answered = []
let refused = 0
for (const one of cases) {
  const { identity = [], boundary, session, scps = [], rcps = [], resource, endpoint } = one.policies
  const principal = principals[one.principal]
  const simulation = {
    request: {
      principal: principal.session ?? principal.arn,
      action: one.action,
      resource: { resource: one.resource, accountId: one.account },
      contextVariables: contexts[one.context],
    },
    identityPolicies: identity.map(named),
    serviceControlPolicies: scps.map(level),
    resourceControlPolicies: rcps.map(level),
    ...(session && { sessionPolicy: documents[session] }),
    ...(resource && { resourcePolicy: documents[resource] }),
    ...(boundary && { permissionBoundaryPolicies: [named(boundary)] }),
    ...(endpoint && { vpcEndpointPolicies: [named(endpoint)] }),
  }
  const answer = await runSimulation(simulation, { simulationMode: 'Strict' })
  if (answer.resultType !== 'single' || answer.result.ignoredContextKeys?.length) {
    refused += 1
    if (process.env.VERBOSE) console.error(JSON.stringify(answer.errors ?? answer.result.ignoredContextKeys))
    continue
  }
  answered.push({ ...one, answer: answer.overallResult })
}
console.error(`${answered.length} answered, ${refused} refused`)

const used = new Set(answered.flatMap((one) => Object.values(one.policies).flat(2)))
const lines = (rows) => rows.map((row) => `    ${row}`).join(',\n')
const table = (rows) => lines(Object.entries(rows).map(([name, row]) => `${JSON.stringify(name)}: ${JSON.stringify(row)}`))
const kept = Object.fromEntries(Object.entries(documents).filter(([name]) => used.has(name)))
console.log(`{
  "by": "@cloud-copilot/iam-simulate ${version}",
  "principals": {
${table(principals)}
  },
  "documents": {
${table(kept)}
  },
  "contexts": {
${table(contexts)}
  },
  "cases": [
${lines(answered.map((one) => JSON.stringify(one)))}
  ]
}`)
