/** `npm run reset-password`: a new password for the admin, whether the stack runs or not. `-- --live` for the live one. */
import { existsSync } from 'node:fs'
import { layoutOf } from './stack/layout.ts'
import { lockHolder, takeLock } from './stack/lock.ts'
import { freePorts } from './stack/ports.ts'
import { startPostgres } from './stack/postgres.ts'
import { keepSecrets } from './stack/secrets.ts'
import { type Login, resetPassword } from './stack/seed.ts'
import { StartError } from './stack/start-error.ts'
import { type StartSettings, startSettings } from './stack/start-settings.ts'

async function reset({ dataDir, realm }: StartSettings): Promise<Login> {
  const layout = layoutOf(dataDir, realm)
  if (!existsSync(layout.secrets)) throw new StartError(`There is no Latchkey in ${layout.home} yet. Start it first: npm start`)
  const holder = await lockHolder(layout.lock)
  const { databasePassword } = await keepSecrets(layout.secrets)
  const target = { realm, passwordFile: layout.password }
  if (holder) {
    const url = `postgres://postgres:${encodeURIComponent(databasePassword)}@127.0.0.1:${holder.databasePort}/postgres`
    return await resetPassword({ ...target, databaseUrl: url })
  }
  const { postgres: port } = await freePorts(['postgres'])
  const lock = await takeLock(layout.lock, { url: 'npm run reset-password', databasePort: port })
  try {
    const server = await startPostgres({ dataDir: layout.postgres, port, password: databasePassword })
    try {
      return await resetPassword({ ...target, databaseUrl: server.url })
    } finally {
      await server.stop()
    }
  } finally {
    await lock.release()
  }
}

try {
  const settings = startSettings(process.argv.slice(2), process.env)
  const { email, password } = await reset(settings)
  console.log(`${email} signs in with the password ${password}`)
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exit(1)
}
