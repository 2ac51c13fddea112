/** `npm run doctor`: what is where, for every session. `-- --apply` for one pass now, `-- --json` for programs. */
import { askDoctor } from './doctor/ask.ts'
import { doctorArguments } from './doctor/find-folder.ts'
import { printReport } from './doctor/table.ts'
import { StartError } from './stack/start-error.ts'

process.umask(0o077)

try {
  const told = doctorArguments(process.argv.slice(2), process.env)
  const report = await askDoctor(told, process.env)
  console.log(told.json ? JSON.stringify(report) : printReport(report, told.apply))
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exitCode = 1
}
