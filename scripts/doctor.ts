/** `npm run doctor`: what is where, for every session. `-- --apply` for one pass now, `-- --json` for programs. */
import { askDoctor } from './doctor/ask.ts'
import { doctorArguments } from './doctor/find-folder.ts'
import { lookAtMachine } from './doctor/machine.ts'
import { printMachine, printReport } from './doctor/table.ts'
import { diskBelow } from '../worker/store/folder-disk.ts'
import { systemDisk } from '../worker/store/disk.ts'
import { StartError } from './stack/start-error.ts'

process.umask(0o077)

try {
  const told = doctorArguments(process.argv.slice(2), process.env)
  const report = await askDoctor(told, process.env)
  const disk = diskBelow(told.folder, systemDisk)
  const machine = await lookAtMachine({ folder: told.folder, disk, report, environment: process.env })
  console.log(told.json ? JSON.stringify({ ...report, machine }) : `${printReport(report, told.apply)}\n\n${printMachine(machine)}`)
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exitCode = 1
}
