/**
 * `npm run deploy:check`: what can be known of a deployment before it, and with `-- --online` after it. `-- --env <file>` judges a filled-out
 * copy of `.env.example`; `-- --env <file> --print worker|function|dashboard` prints the lines of one part. `--only <check>` runs one.
 * Exits with 1 where something fails, and with 2 where it was not understood.
 */
import { parseArgs } from 'node:util'
import { configurationCheck, exampleCheck } from './deploy-check/configuration.ts'
import { functionCheck } from './deploy-check/function-bundle.ts'
import { machineFileChecks } from './deploy-check/machine-files.ts'
import { migrationsCheck } from './deploy-check/migrations.ts'
import { onlineChecks } from './deploy-check/online.ts'
import { closingLine, linesOf, type Outcome } from './deploy-check/outcome.ts'
import { PARTS, printPart, readSettingsFile } from './deploy-check/settings-file.ts'
import { ROOT } from './stack/layout.ts'
import { StartError } from './stack/start-error.ts'

const USAGE =
  'npm run deploy:check -- [--env <file>] [--print worker|function|dashboard] [--online [--loopback]] [--only <check>] [--root <folder>]'

try {
  const { env, print, online, loopback, only, root } = told()
  const file = env === undefined ? null : readSettingsFile(env)
  if (print === undefined) {
    const checks = [
      migrationsCheck(root),
      functionCheck(root),
      exampleCheck(root),
      ...machineFileChecks(root, process.env['PATH']),
      configurationCheck(env),
      ...onlineChecks({ path: env, isAsked: online, databaseUrl: process.env['DATABASE_URL'], loopback, root }),
    ].filter(({ name }) => only === undefined || name.startsWith(only))
    if (checks.length === 0) throw new StartError(`There is no check "${only ?? ''}".`)
    const outcomes: Outcome[] = []
    for (const { name, run } of checks) {
      const outcome = await run()
      outcomes.push(outcome)
      for (const line of linesOf(name, outcome)) console.log(line)
    }
    console.log(closingLine(outcomes))
    process.exitCode = outcomes.some(({ kind }) => kind === 'failed') ? 1 : 0
  } else {
    const part = PARTS.find((name) => name === print)
    if (part === undefined || file === null) throw new StartError(`--print takes one of ${PARTS.join(', ')}, and --env.`)
    console.log(printPart(file, part))
  }
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exitCode = 2
}

function told() {
  try {
    return parseArgs({
      options: {
        env: { type: 'string' },
        print: { type: 'string' },
        online: { type: 'boolean', default: false },
        loopback: { type: 'boolean', default: false },
        only: { type: 'string' },
        root: { type: 'string', default: ROOT },
      },
    }).values
  } catch {
    throw new StartError(USAGE)
  }
}
